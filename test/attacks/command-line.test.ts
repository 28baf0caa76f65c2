import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createOutbox } from '../../src/deliver/index.ts'
import { readFeedLists } from '../../src/feeds/index.ts'
import { problemLine, readCurated } from '../../src/lib/text/index.ts'
import { openStore } from '../../src/store/index.ts'
import { readExamples, readPages, readQuestions } from '../../src/wiki/index.ts'
import { type Checkout, copyCheckout } from '../service/checkout.ts'
import { type Finished, freeholdAlone as freehold } from '../service/freehold.ts'
import { writeSmallWiki } from './small-wiki.ts'

/** What steers a terminal or turns the reading direction. */
const steering = /(?![\n\t])\p{Cc}|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/u
const nasty =
  'Heron\u001b[2J\u001b]0;owned\u0007\u009b31m\r\u0008\u202eegnar\u2066\u2028\u0085\u007f "quoted"'

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'freehold-attack-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

describe('what a terminal is shown', () => {
  let checkout: Checkout
  let run: (...args: string[]) => Promise<Finished>

  beforeAll(async () => {
    checkout = copyCheckout()
    const data = join(checkout.dir, 'data')
    run = (...args) => freehold(checkout.dir, args, { env: { DATA_DIR: data } })
    const store = await openStore(`sqlite:${join(data, 'freehold.db')}`)
    await store.gaps.record(nasty, 1_700_000_000_000)
    await store.suggestions.record('https://a.example/', `https://a.example/${nasty}`, 1, {
      from: 'web',
      note: nasty,
    })
    await store.feedback.give({ kind: 'answer', subject: 'x', about: nasty, vote: 'unhelpful', reason: null, comment: nasty }, 'voter', 1) // biome-ignore format: short
    await store.channels.subscribe({
      ...{ channel: '1', guild: '2', kind: 'text', mode: 'digest', ideas: [], directions: [], role: null },
      ...{ discuss: false, publish: false, alertsADay: 3, madeBy: '3', madeAt: 1 },
    })
    await store.channels.noteFailure('1', nasty, { pauseAt: 1, now: 1 })
    await store.subscribers.add('=cmd@example.org', { confirmed: true, now: 1 })
    await store.subscribers.add('-x@example.org', { confirmed: true, now: 1 })
    await store.close()
  })
  afterAll(() => checkout.remove())

  test.each([['ask', '--gaps'], ['feedback'], ['channels', 'list'], ['feeds', 'suggestions']])(
    'steers nothing, and JSON says the same to programs: freehold %s …',
    async (...args) => {
      const plain = await run(...args)
      const json = await run(...args, '--json')
      expect([plain.code, json.code, plain.stderr, json.stderr]).toEqual([0, 0, '', ''])
      expect(plain.stdout).toContain('Heron')
      expect(plain.stdout + json.stdout).not.toMatch(steering)
      const read = args[0] === 'feedback' ? [JSON.parse(json.stdout)] : JSON.parse(json.stdout)
      expect(JSON.stringify(read)).toContain(args[1] === 'suggestions' ? 'Heron' : 'Heron\\u001b[2J')
    },
  )

  test('an error that repeats what somebody else said steers nothing either', async () => {
    const added = await run('subscribers', 'add', `${nasty}@`)
    expect(added.code).toBe(1)
    expect(added.stderr).toContain('is no e-mail address')
    expect(added.stderr).not.toMatch(steering)
  })

  test('a line of the log stays one line of JSON that steers nothing, whatever came in a mail', async () => {
    const { dir } = checkout
    const said = `${nasty}\r\n {"level":60,"msg":"forged"}`
    const mail = [
      'Return-Path: <>',
      'From: MAILER-DAEMON@mx.evil.example',
      'To: digest@example.org',
      `Subject: Undelivered ${said}`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
      '',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Final-Recipient: rfc822; =cmd@example.org',
      'Action: failed',
      'Status: 5.1.1',
      `Diagnostic-Code: smtp; 550 ${said}`,
      '',
      '--b--',
    ].join('\r\n')
    const env = { DATA_DIR: join(dir, 'data'), WIKI_DIR: writeSmallWiki(dir), LOG_LEVEL: 'trace' }
    const { code, stdout, stderr } = await freehold(dir, ['bounces', '--json'], { env, stdin: mail })
    expect(code).toBe(0)
    const lines = stderr.trimEnd().split('\n')
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ level: 30 })
      expect(line).not.toMatch(steering)
    }
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'bounce', did: 'refused' })
    expect(stdout).not.toMatch(steering)
  })

  test('a list for a spreadsheet holds no formula, and comes back as it was', async () => {
    const { stdout } = await run('subscribers', 'export')
    const rows = stdout.trim().split('\n').slice(1)
    expect(rows).toHaveLength(2)
    for (const row of rows) expect(row).toMatch(/^'[=-]/)
    writeFileSync(join(checkout.dir, 'back.csv'), stdout)
    const back = await run('subscribers', 'import', join(checkout.dir, 'back.csv'), '--confirmed', '--json')
    expect(JSON.parse(back.stdout)).toMatchObject({ added: 0, known: 2, refused: [] })
  })

  test('doctor warns of private files that every user can read, and no more once none can', async () => {
    const { dir } = checkout
    const [env, database] = [join(dir, '.env'), join(dir, 'data', 'freehold.db')]
    writeFileSync(env, 'LOG_LEVEL=info\n')
    for (const [mode, state] of [
      [0o644, 'warn'],
      [0o640, 'fine'],
    ] as const) {
      chmodSync(dir, 0o755)
      chmodSync(join(dir, 'data'), 0o755)
      chmodSync(env, mode)
      chmodSync(database, mode)
      // Without a wiki nothing is learned, which would take long.
      const { stdout } = await freehold(dir, ['doctor', '--json'], {
        env: { DATA_DIR: join(dir, 'data'), WIKI_DIR: '/nowhere' },
      })
      const files = JSON.parse(stdout).find(({ check }: { check: string }) => check === 'files')
      expect(files.state).toBe(state)
      if (state === 'warn') expect(files.detail).toContain('chmod -R o= .env data/freehold.db')
    }
  })
})

describe('a file of a curated folder', () => {
  const page = '---\nid: heron\ntitle: Heron\n---\n\nA bird.\n'

  test('that is a link out of it is refused, and nothing of what it leads to is told', async () => {
    const [outside, wiki] = [folder(), folder()]
    for (const name of ['labels', 'questions']) mkdirSync(join(wiki, name))
    writeFileSync(
      join(outside, 'secret.md'),
      '---\nid: secret\ntitle: canary-71c\nword: canary-71c\n---\ncanary-71c\n',
    )
    writeFileSync(join(outside, 'secret.jsonl'), '{"canary-71c":1}\ncanary-71c\n')
    writeFileSync(join(wiki, 'heron.md'), page)
    symlinkSync(join(wiki, 'heron.md'), join(wiki, 'inside.md'))
    symlinkSync(join(outside, 'secret.md'), join(wiki, 'secret.md'))
    symlinkSync('../../../../../../../../../../etc/passwd', join(wiki, 'passwd.md'))
    symlinkSync('loop.md', join(wiki, 'loop.md'))
    symlinkSync(join(outside, 'secret.jsonl'), join(wiki, 'labels', 'a.jsonl'))
    symlinkSync(join(outside, 'secret.jsonl'), join(wiki, 'questions', 'a.jsonl'))
    const pages = await readPages(wiki, 'wiki')
    const problems = [
      ...pages.problems,
      ...(await readExamples(wiki, [], 'wiki')).problems,
      ...(await readQuestions(wiki, [], 'wiki')).problems,
    ].map(problemLine)
    const out = 'is a link that leads out of its folder; put the file itself there'
    expect(problems).toEqual([
      "wiki/loop.md:1: can't be read (ELOOP); see to its permissions, or take it out of the folder",
      `wiki/passwd.md:1: ${out}`,
      `wiki/secret.md:1: ${out}`,
      `wiki/labels/a.jsonl:1: ${out}`,
      `wiki/questions/a.jsonl:1: ${out}`,
    ])
    // One that leads to another file of the folder is read.
    expect(pages.pages.map(({ id }) => id)).toEqual(['heron', 'heron'])
  })

  test('of another folder whose name begins alike is outside', async () => {
    const dir = folder()
    mkdirSync(join(dir, 'wiki'))
    mkdirSync(join(dir, 'wiki-private'))
    writeFileSync(join(dir, 'wiki-private', 'a.md'), page)
    symlinkSync('../wiki-private/a.md', join(dir, 'wiki', 'a.md'))
    expect(await readCurated(join(dir, 'wiki'), 'a.md')).toEqual({
      wrong: expect.stringContaining('leads out'),
    })
    expect(await readCurated(join(dir, 'wiki'), '../wiki-private/a.md')).toEqual({
      wrong: expect.stringContaining('leads out'),
    })
    expect(
      await readCurated(join(dir, 'wiki'), 'a\0.md').catch((error) => ({ wrong: error.code })),
    ).toHaveProperty('wrong')
    // The folder itself may be a link: whoever runs the service has said where it is.
    symlinkSync(join(dir, 'wiki-private'), join(dir, 'linked'))
    expect(await readCurated(join(dir, 'linked'), 'a.md')).toEqual({ text: page })
  })

  test('of 100 MB, a socket or a folder is refused without being read', async () => {
    const dir = folder()
    writeFileSync(join(dir, 'huge.md'), page)
    truncateSync(join(dir, 'huge.md'), 100 * 1024 * 1024)
    const socket = createServer().listen(join(dir, 'socket.md'))
    onTestFinished(() => void socket.close())
    await once(socket, 'listening')
    mkdirSync(join(dir, 'folder.md'))
    const { problems, pages } = await readPages(dir, 'wiki')
    expect(problems.map(problemLine)).toEqual([
      'wiki/folder.md:1: is no file; take it out of the folder',
      'wiki/huge.md:1: is larger than 20 MB, which no curated file is; split it',
      'wiki/socket.md:1: is no file; take it out of the folder',
    ])
    expect(pages).toEqual([])
  })

  test('whose name holds a line break says so in one line, which commands no workflow', async () => {
    const dir = folder()
    writeFileSync(join(dir, 'a\n::error file=x::owned\r.md'), '---\nid: A\n---\n')
    const lines = (await readPages(dir, 'wiki')).problems.map(problemLine)
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) {
      expect(line).toMatch(/^wiki\/a ::error/)
      expect(line).not.toMatch(/[\r\n]/)
    }
  })
})

describe('YAML', () => {
  const bombs: Record<string, string> = {
    'aliases within aliases': `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`)}]`).join('\n')}\n`, // biome-ignore format: short
    'an alias of itself': 'group: &a [*a]\nfeeds: *a\n',
    'brackets without end': '['.repeat(200_000),
    'braces without end': 'a: '.concat('{b: '.repeat(100_000)),
    'lists without end': '- '.repeat(200_000),
    'merged keys': 'group: g\n<<: {feeds: [], __proto__: {polluted: true}}\n',
    'a prototype':
      '__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}\ngroup: g\nfeeds: []\n',
    'a tag of another language': 'group: !!js/function "function () { process.exit() }"\nfeeds: []\n',
    'a tag of Python': 'group: !!python/object/apply:os.system ["id"]\nfeeds: []\n',
    'bytes for a name': 'group: !!binary aGVsbG8=\nfeeds: []\n',
    'ten documents': 'group: g\nfeeds: []\n---\n'.repeat(10),
    'more than a million signs': `group: ${'g'.repeat(1_100_000)}\nfeeds: []\n`,
  }

  test.each(Object.entries(bombs))(
    'with %s is refused in a list and in a page, with its file',
    async (_, text) => {
      const dir = folder()
      writeFileSync(join(dir, 'a.yaml'), text)
      writeFileSync(join(dir, 'a.md'), `---\n${text.replaceAll('---', '- --')}\n---\nwords\n`)
      const [lists, pages] = [await readFeedLists(dir, 'feeds'), await readPages(dir, 'wiki')]
      expect(lists.feeds).toEqual([])
      expect(pages.pages).toEqual([])
      for (const lines of [lists.problems.map(problemLine), pages.problems.map(problemLine)]) {
        expect(lines.length).toBeGreaterThan(0)
        for (const line of lines) {
          expect(line).toMatch(/^(feeds\/a\.yaml|wiki\/a\.md):\d+: /)
          expect(line.length).toBeLessThan(500)
        }
      }
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    },
  )
})

test('mails and posts that are written to files are for their owner alone', async () => {
  const dir = join(folder(), 'outbox')
  const outbox = createOutbox(dir)
  await outbox.writeMail('a', Buffer.from('x'))
  await outbox.writeDiscord('b', {})
  expect(statSync(dir).mode & 0o777).toBe(0o700)
  expect(readdirSync(dir).map((name) => statSync(join(dir, name)).mode & 0o777)).toEqual([0o600, 0o600])
})

test('a title with SQL or the wildcards of a search in it finds itself', async () => {
  const file = join(folder(), 'freehold.db')
  const store = await openStore(`sqlite:${file}`)
  onTestFinished(() => store.close())
  for (const question of ["'; drop table gap; --", '%', '_', '\\', '" or 1=1'])
    await store.gaps.record(question, 1)
  const db = new DatabaseSync(file, { readOnly: true })
  onTestFinished(() => db.close())
  expect(db.prepare('select count(*) as n from gap').get()).toEqual({ n: 5 })
  expect(await store.items.titled("%' or 1=1 --", 5)).toEqual([])
  expect(await store.items.startingWith("' or ''='", 5)).toEqual([])
})
