import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OwnDatabase, ownDatabase } from '../store/own-database.ts'
import { type Checkout, copyCheckout } from './checkout.ts'
import { freeholdAlone as freehold } from './freehold.ts'

describe('the command line', () => {
  let checkout: Checkout
  let env: Record<string, string>
  let database: OwnDatabase

  beforeAll(async () => {
    checkout = copyCheckout()
    const dataDir = join(checkout.dir, 'data')
    database = await ownDatabase(dataDir)
    env = { DATA_DIR: dataDir, DATABASE_URL: database.url }
  })
  afterAll(async () => {
    await database.remove()
    checkout.remove()
  })

  it('classify answers each item in order, in the shape of the contract', async () => {
    const items = [
      {
        id: 'a',
        title: 'Harbour Lab releases its new model with open weights under Apache 2.0',
        kind: 'lab',
      },
      { id: 7, title: '' },
      { id: 'c', title: 'Wir veröffentlichen heute ein neues Sprachmodell mit offenen Gewichten für alle.' },
      { id: 'd', title: 'Minutes of the gardening club', summary: null },
    ]
    const { code, stdout } = await freehold(checkout.dir, ['classify'], {
      env,
      stdin: items.map((item) => JSON.stringify(item)).join('\n'),
    })
    expect(code).toBe(0)
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(answers.map((one) => one.id)).toEqual(['a', '7', 'c', 'd'])
    expect(answers[0].labels[0]).toMatchObject({ idea: 'renewal', direction: 'opens' })
    expect(answers[0].labels[0].score).toBeGreaterThan(0)
    expect(items[0]!.title).toContain(answers[0].labels[0].evidence)
    expect(answers[1].labels).toEqual([])
    expect(answers[2]).toMatchObject({ language: 'unsupported', labels: [] })
    expect(answers[3].labels).toEqual([])
  })

  it('classify says which line is wrong, after answering those before it', async () => {
    const { code, stdout, stderr } = await freehold(checkout.dir, ['classify'], {
      env,
      stdin: '{"id":"a","title":"Fine"}\n{"id":"b","kind":"blog"}\n',
    })
    expect(code).toBe(1)
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(/Line 2 of stdin is no item: kind:/)
  })

  it('classify goes through 10,000 items in order without growing memory', async () => {
    const main = join(checkout.dir, 'src', 'main.ts')
    // The model takes some 130 MB to load; a heap this small would be full long before the end if items or answers piled up.
    const child = spawn(process.execPath, ['--max-old-space-size=192', main, 'classify'], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const filler = 'The committee met again and spoke about the programme for the coming year. '.repeat(6)
    const feed = async () => {
      for (let i = 0; i < 10_000; i++) {
        const more = child.stdin.write(
          `${JSON.stringify({ id: `n${i}`, title: `Item ${i} of the long list`, summary: filler })}\n`,
        )
        if (!more) await new Promise((resolve) => child.stdin.once('drain', resolve))
      }
      child.stdin.end()
    }
    const ended = new Promise((resolve) => child.on('close', resolve))
    const feeding = feed()
    let n = 0
    for await (const line of createInterface({ input: child.stdout })) {
      expect(line.startsWith(`{"id":"n${n}"`)).toBe(true)
      n += 1
    }
    await feeding
    expect(await ended).toBe(0)
    expect(n).toBe(10_000)
  }, 120_000)

  it('ends with 2 and names the setting, file, line and field when the configuration is wrong', async () => {
    const port = await freehold(checkout.dir, ['digest', 'preview'], { env: { ...env, PORT: 'eighty' } })
    expect(port).toMatchObject({ code: 2, stdout: '' })
    expect(port.stderr).toContain('PORT must be a port')

    const lists = join(checkout.dir, 'broken')
    mkdirSync(lists)
    writeFileSync(
      join(lists, 'a.yaml'),
      'group: A\nfeeds:\n  - id: a\n    title: A\n    url: ftp://a.example/\n    site: https://a.example\n    kind: lab\n',
    )
    const feeds = await freehold(checkout.dir, ['ingest'], { env: { ...env, FEEDS_DIR: lists } })
    expect(feeds.code).toBe(2)
    expect(feeds.stderr).toContain('a.yaml:5: a: url: must be an http(s) URL, not “ftp://a.example/”')

    writeFileSync(join(checkout.dir, '.env'), 'DISCORD_TOKN=x\n')
    const typo = await freehold(checkout.dir, ['items'], { env })
    writeFileSync(join(checkout.dir, '.env'), '')
    expect(typo.code).toBe(2)
    expect(typo.stderr).toContain('DISCORD_TOKN is no setting')
  })

  it('refuses a label of an unknown idea with file and line', async () => {
    const labels = join(checkout.dir, 'wiki', 'labels', 'zz.jsonl')
    const before = readFileSync(join(checkout.dir, 'wiki', 'labels', 'press.jsonl'), 'utf8')
    writeFileSync(labels, '{"id":"zz-1","title":"A","labels":{"rent-control":"opens"}}\n')
    const { code, stderr } = await freehold(checkout.dir, ['classify'], {
      env,
      stdin: '{"id":"a","title":"A"}\n',
    })
    writeFileSync(labels, '')
    expect(before.length).toBeGreaterThan(0)
    expect(code).toBe(2)
    expect(stderr).toMatch(/labels\/zz\.jsonl:1: labels\.rent-control: the wiki has no idea "rent-control"/)
  })

  it('ends with 2 on wrong usage, and keeps stdout for results', async () => {
    const { code, stdout, stderr } = await freehold(checkout.dir, ['items', '--sinse', '7d'], { env })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('--sinse')
  })

  it('gives help for every command', async () => {
    const { stdout, code } = await freehold(checkout.dir, ['--help'], { env })
    expect(code).toBe(0)
    const names = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1]!)
    for (const name of [
      'start',
      'demo',
      'ingest',
      'items',
      'classify',
      'evaluate',
      'digest',
      'wiki',
      'feeds',
      'subscribers',
      'jobs',
      'doctor',
    ]) {
      expect(names).toContain(name)
      const help = await freehold(checkout.dir, [name, '--help'], { env })
      expect(help.code, name).toBe(0)
      expect(help.stdout, name).toContain(`Usage: freehold ${name}`)
    }
  })

  it('keeps subscribers: added unconfirmed nothing is sent, imported with consent they are the audience, forgotten they are gone', async () => {
    const run = (...args: string[]) => freehold(checkout.dir, ['subscribers', ...args], { env })
    expect((await run('add', 'Ada@Example.org')).stdout).toContain('not confirmed')
    writeFileSync(
      join(checkout.dir, 'list.csv'),
      'name,email\nAda,ada@example.org\nBob,bob@example.org\nOops,not-an-address\n',
    )
    const imported = await run('import', join(checkout.dir, 'list.csv'), '--confirmed')
    expect(imported.code).toBe(1)
    expect(imported.stdout).toContain('1 added, 1 confirmed, 0 known before, 1 refused.')
    expect(imported.stderr).toContain('list.csv:4:')
    const list = JSON.parse((await run('list', '--json')).stdout)
    expect(list.map((one: { email: string; state: string }) => [one.email, one.state])).toEqual([
      ['Ada@Example.org', 'confirmed'],
      ['bob@example.org', 'confirmed'],
    ])
    expect((await run('forget', 'bob@example.org')).code).toBe(0)
    expect((await run('add', 'bob@example.org')).stderr).toContain('asked to be forgotten')
    expect((await run('export')).stdout).not.toContain('bob@')
  })

  it('works wherever it is called from', async () => {
    const here = process.cwd()
    process.chdir('/')
    try {
      const { code, stdout } = await freehold(checkout.dir, ['wiki', 'check'], { env: { DATA_DIR: 'data' } })
      expect(code).toBe(0)
      expect(stdout).toContain('all in order')
    } finally {
      process.chdir(here)
    }
  })
})
