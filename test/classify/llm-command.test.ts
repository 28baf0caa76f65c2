import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from '../../src/config.ts'
import { itemOf, startLlmServer, type TestLlmServer } from '../servers/llm-server.ts'
import { type Checkout, copyCheckout } from '../service/checkout.ts'
import { freehold } from '../service/freehold.ts'

const item = {
  id: 'a',
  title: 'Harbour Lab releases its new model with open weights under Apache 2.0',
  kind: 'lab',
}
const unrelated = {
  id: 'b',
  title: 'Minutes of the gardening club',
  summary: 'Roses in spring, and how to prune them in the rain.',
  kind: 'community',
}

describe('with LLM_BASE_URL set', () => {
  let checkout: Checkout
  let server: TestLlmServer
  let env: Record<string, string>

  beforeAll(() => {
    checkout = copyCheckout()
  })
  beforeEach(async () => {
    server = await startLlmServer({ key: 'sk-secret' })
    env = {
      DATA_DIR: join(checkout.dir, 'data'),
      LLM_BASE_URL: server.baseUrl,
      LLM_MODEL: server.model,
      LLM_API_KEY: 'sk-secret',
    }
    rmSync(join(checkout.dir, 'data', 'llm'), { recursive: true, force: true })
    return () => server.close()
  })
  afterAll(() => checkout.remove())

  const classify = async (more: Record<string, string> = {}) => {
    const finished = await freehold(checkout.dir, ['classify'], {
      env: { ...env, ...more },
      stdin: `${JSON.stringify(item)}\n${JSON.stringify(unrelated)}\n`,
    })
    const answers = finished.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    return { ...finished, answers }
  }

  test('classify gives the labels of the LLM, with who gave them', async () => {
    server.answer((chat) => ({
      labels: [{ idea: 'renewal', direction: 'mixed', evidence: itemOf(chat).title, confidence: 0.8 }],
    }))
    const { code, answers, stderr } = await classify()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(answers).toEqual([
      {
        id: 'a',
        language: 'en',
        labels: [
          { idea: 'renewal', direction: 'mixed', score: 0.8, evidence: item.title, by: 'llm:heron:7b' },
        ],
      },
      expect.objectContaining({ id: 'b', labels: [] }),
    ])
    expect(server.chats).toHaveLength(1)
  })

  test('classify goes on with the built-in labels when the LLM does not help, and says why', async () => {
    const { code, answers, stderr } = await classify({ LLM_MODEL: 'owl:1b' })
    expect(code).toBe(0)
    expect(answers[0].labels[0]).toMatchObject({ idea: 'renewal', by: expect.stringMatching(/^model:/) })
    expect(stderr).toMatch(/built-in classifier decided alone on 1 items: .*no model owl:1b.*check LLM_MODEL/)
    expect(stderr).not.toContain('sk-secret')
  })

  test('doctor has the model answer', async () => {
    const doctor = async (more: Record<string, string> = {}) => {
      const { stdout } = await freehold(checkout.dir, ['doctor', '--json'], { env: { ...env, ...more } })
      return JSON.parse(stdout).find((finding: { check: string }) => finding.check === 'LLM')
    }
    server.answer(() => ({ ok: true }))
    expect(await doctor()).toMatchObject({
      state: 'fine',
      detail: expect.stringMatching(/^heron:7b answers, in/),
    })
    expect(await doctor({ LLM_API_KEY: 'sk-wrong' })).toEqual({
      check: 'LLM',
      state: 'wrong',
      detail: expect.stringMatching(/Incorrect API key: \[key\]\); correct LLM_API_KEY\.$/),
    })
    expect(await doctor({ LLM_BASE_URL: '', LLM_MODEL: '', LLM_API_KEY: '' })).toEqual({
      check: 'LLM',
      state: 'off',
      detail: 'not configured; the built-in classifier decides alone',
    })
  })

  test('a wiki without a codebook is refused, naming the file', async () => {
    rmSync(join(checkout.dir, 'wiki', 'codebook.md'))
    const { code, stderr } = await freehold(checkout.dir, ['classify'], { env })
    expect(code).toBe(2)
    expect(stderr).toMatch(/wiki\/codebook\.md can't be read \(ENOENT\).*LLM_BASE_URL/)
  })
})

describe('the settings of the LLM', () => {
  const read = (env: Record<string, string>) => readConfig({ root: '/srv/freehold', env })
  const base = { LLM_BASE_URL: 'http://localhost:11434/v1/', LLM_MODEL: 'qwen3:8b' }

  test('are read', () => {
    expect(read({ ...base, LLM_API_KEY: 'sk-1' })).toMatchObject({
      llmBaseUrl: 'http://localhost:11434/v1',
      llmModel: 'qwen3:8b',
      llmApiKey: 'sk-1',
      warnings: [],
    })
    expect(read({})).toMatchObject({ llmBaseUrl: null, llmModel: null, llmApiKey: null, warnings: [] })
  })

  test.each([
    [{ LLM_BASE_URL: base.LLM_BASE_URL }, /^LLM_MODEL is needed with LLM_BASE_URL/],
    [{ ...base, LLM_BASE_URL: 'localhost:11434' }, /^LLM_BASE_URL must be a URL such as/],
    [
      { ...base, LLM_BASE_URL: 'https://me:word@llm.example/v1' },
      /^LLM_BASE_URL must hold no user name or password/,
    ],
    [{ ...base, LLM_API_KEY: 'sk 1' }, /^LLM_API_KEY must be a key as the server gave it/],
  ])('are refused by name: %j', (env, message) => {
    expect(() => read(env)).toThrow(ConfigError)
    expect(() => read(env)).toThrow(message)
  })

  test('are warned of where they have no effect', () => {
    expect(read({ LLM_MODEL: 'qwen3:8b' }).warnings).toEqual([
      { about: 'llm', sentence: 'LLM_MODEL is set and has no effect without LLM_BASE_URL.' },
    ])
  })
})
