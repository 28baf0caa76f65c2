import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freehold } from '../service/freehold.ts'

describe('where there is no database yet', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'freehold-none-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  const run = (args: string[]) =>
    freehold(join(import.meta.dirname, '..', '..'), args, { env: { DATA_DIR: folder } })

  const sentence = () =>
    `There is no database yet at ${join(folder, 'freehold.db')}; freehold start makes it, and so does freehold ingest --all, which reads the feeds once. If there should be one, look at DATA_DIR and DATABASE_URL.\n`

  test.each([
    'items',
    'label',
    'label 3f9a',
    'label 3f9a none',
    'feedback',
    'channels list',
    'jobs list',
    'bounces --webhook',
  ])('freehold %s says so in a sentence, and makes none', async (line) => {
    const { code, stdout, stderr } = await run(line.split(' '))
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: `freehold: ${sentence()}` })
    expect(readdirSync(folder)).toEqual([])
  })

  test.each([
    ['subscribers list', 0, 'Nobody has subscribed yet'],
    ['subscribers list --json', 0, '[]'],
    ['subscribers export', 0, 'email,'],
    ['subscribers forget ada@example.org', 1, 'ada@example.org is not among the subscribers.'],
    ['labels export', 0, 'No verdict has been given yet'],
    ['ask --gaps', 0, 'Nothing has been asked in vain yet'],
    ['feeds suggestions', 0, 'No feed is suggested'],
    ['feeds suggestions --dismiss https://a.example/', 1, 'https://a.example/'],
    ['feeds health', 0, 'has been read yet; npx freehold ingest --all asks them now.'],
    ['digest list', 0, 'No digest has been made yet'],
    ['digest show', 1, 'No digest has been made yet'],
    ['digest verify 1', 1, 'There is no issue 1'],
    ['digest explain 3f9a', 1, 'No stored item'],
    ['digest hold 1 why', 1, 'There is no issue 1'],
    ['digest correct 1 why', 1, 'There is no issue 1'],
    ['digest send', 1, 'No digest has been made yet'],
    ['digest pause 1 why', 1, 'There is no issue 1'],
    ['digest resume 1', 1, 'There is no issue 1'],
    ['digest cancel 1', 1, 'There is no issue 1'],
    ['digest edit 1 --lead x', 1, 'There is no issue 1'],
  ])('freehold %s goes by an empty one, says so, and makes none', async (line, code, words) => {
    const said = await run(line.split(' '))
    expect(said.stderr).toContain(sentence())
    expect(said.stdout + said.stderr).toContain(words)
    expect(said.code).toBe(code)
    expect(readdirSync(folder)).toEqual([])
  })

  test.each([
    ['backup', 1, 'There is no database at'],
    ['feeds list', 0, 'kind'],
    ['feeds check', 0, 'all in order'],
    ['wiki check', 0, 'all in order'],
  ])('freehold %s says what it can, and makes none', async (line, code, words) => {
    const said = await run(line.split(' '))
    expect(said.code).toBe(code)
    expect(said.stdout + said.stderr).toContain(words)
    expect(readdirSync(folder)).toEqual([])
  })
})
