import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DigestChange } from '../../src/model/index.ts'
import { openStore, type StoredDigest } from '../../src/store/index.ts'
import { quietDigest, richDigest } from '../fixtures/digests.ts'
import { startSmtpServer } from '../servers/smtp-server.ts'
import { type OwnDatabase, ownDatabase } from '../store/own-database.ts'
import { type Checkout, copyCheckout } from './checkout.ts'
import { freehold } from './freehold.ts'

const [hour, day] = [3_600_000, 86_400_000]

describe('what editors do on the command line', () => {
  let checkout: Checkout
  let env: Record<string, string>
  let data: string
  let database: OwnDatabase

  beforeAll(async () => {
    checkout = copyCheckout()
    data = join(checkout.dir, 'data')
    database = await ownDatabase(data)
    env = { DATA_DIR: data, DATABASE_URL: database.url, LOG_LEVEL: 'silent' }
  })
  afterAll(async () => {
    await database.remove()
    checkout.remove()
  })

  const run = (...args: string[]) => freehold(checkout.dir, ['digest', ...args], { env })
  const inStore = async <T>(work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>) => {
    const store = await openStore(database.url)
    try {
      return await work(store)
    } finally {
      await store.close()
    }
  }
  const issue = (number: number) => inStore(async (store) => (await store.digests.get(number))!)
  /** Freezes an issue, as old as is said. */
  const make = (
    part: { release?: boolean; approveBy?: number; age?: number; digest?: typeof richDigest } = {},
  ) =>
    inStore(async (store) => {
      const { release = false, approveBy = null, age = 0, digest = richDigest } = part
      const expectedLast = (await store.digests.last())?.until ?? null
      const now = Date.now() - age
      const made = await store.digests.create(digest, [], { now, release, expectedLast, approveBy })
      return made!.number
    })
  const changes = ({ edits }: StoredDigest): [string, DigestChange][] =>
    edits.map(({ by, change }) => [by, change])
  const under = ({ digest }: StoredDigest, at: number) => digest.sections[at]!.stories.map(({ item }) => item)

  it('edit drops, orders, pins and writes a lead in one go, and keeps who did it', async () => {
    const number = await make()
    const file = join(checkout.dir, 'lead.txt')
    writeFileSync(file, 'First paragraph,\nover two lines.\n\nSecond.\n')
    const args = [
      '--drop',
      'c3',
      '--order',
      'renewal=a4,a3',
      '--pin',
      'a2',
      '--lead-file',
      file,
      '--by',
      'Ada',
    ]
    const { code, stdout } = await run('edit', String(number), ...args)
    expect(code).toBe(0)
    expect(stdout).toContain('First paragraph, over two lines.\n\nSecond.\n— Ada\n')
    expect(stdout).toContain(`Changed by Ada. freehold digest send ${number} sends it.`)
    const after = await issue(number)
    expect(under(after, 0)).toEqual(['a2', 'a4', 'a3', 'a1'])
    expect(under(after, 2)).toEqual(['a1', 'c2'])
    expect(changes(after).map(([by, { what }]) => [by, what])).toEqual([
      ['Ada', 'drop'],
      ['Ada', 'order'],
      ['Ada', 'pin'],
      ['Ada', 'lead'],
    ])
    expect(after.original).toEqual({ ...richDigest, number })
  })

  it('edit is by the user of the system unless another name is given, and takes the composed lead back', async () => {
    const number = await make()
    await run('edit', String(number), '--lead', 'Mine.')
    const back = await run('edit', String(number), '--composed-lead', '--json')
    expect(JSON.parse(back.stdout).lead[0].text).toBe(richDigest.lead[0]!.text)
    const me = userInfo().username
    expect(changes(await issue(number))).toEqual([
      [me, { what: 'lead', text: 'Mine.' }],
      [me, { what: 'lead', text: null }],
    ])
  })

  it('edit says what is wrong and changes nothing', async () => {
    const number = String(await make())
    const before = await issue(Number(number))
    for (const [args, fault] of [
      [[], 'Say what to change: --lead, --lead-file, --composed-lead, --drop, --unlink, --pin or --order.'],
      [['--drop', 'zz'], `No story of issue ${number} is told by an item whose id begins with zz.`],
      [
        ['--pin', 'a'],
        `More than one story of issue ${number} has an id that begins with a; give more of it.`,
      ],
      [['--order', 'renewal'], '--order takes IDEA=ITEM,ITEM, but was given renewal.'],
      [['--drop', 'a3', '--pin', 'a3'], '--pin and --drop both name the story of item a3; give one of them.'],
      [
        ['--drop', 'a3', '--order', 'renewal=a2,a3'],
        '--order and --drop both name the story of item a3; give one of them.',
      ],
      [['--drop', 'a3', '--order', 'renewal=b1'], 'The issue has no story that is told by item b1.'],
      [['--drop', 'a3', '--lead', ' '], 'The lead has no words.'],
      [['--lead', 'A', '--composed-lead'], 'Give one of --lead, --lead-file and --composed-lead.'],
      [['--lead', ' '], 'The lead has no words.'],
    ] as const) {
      const { code, stderr, stdout } = await run('edit', number, ...args)
      expect([code, stdout, stderr.trim()], args.join(' ')).toEqual([1, '', `freehold: ${fault}`])
    }
    expect(await issue(Number(number))).toEqual(before)
    expect((await run('edit', '99', '--drop', 'a1')).stderr).toContain('There is no issue 99')
  }, 60_000)

  it('edit takes an item out of a story; who would drop it is told where it stands', async () => {
    const digest = structuredClone(richDigest)
    const story = digest.sections[0]!.stories[0]!
    Object.assign(story, { items: ['a1', 'fbad9b8b'] })
    story.also[0]!.item = 'fbad9b8b'
    const number = String(await make({ digest }))
    expect((await run('edit', number, '--drop', 'fbad')).stderr.trim()).toBe(
      `freehold: Item fbad9b8b tells no story of its own: it stands with “${story.title}”, which item a1 tells. ` +
        '--unlink fbad9b8b takes it out of there; --drop a1 leaves the whole story out.',
    )
    expect((await run('edit', number, '--unlink', 'zz')).stderr).toContain(
      `No item of issue ${number} has an id that begins with zz.`,
    )
    expect((await run('edit', number, '--unlink', 'a1')).stderr).toContain(
      'Item a1 is the one that tells its story; drop the story if it is wrong.',
    )
    const { code, stdout } = await run('edit', number, '--unlink', 'fbad', '--unlink', 'fbad9', '--by', 'Ada')
    expect([code, stdout.includes('also: The Register')]).toEqual([0, false])
    const after = await issue(Number(number))
    expect(changes(after)).toEqual([['Ada', { what: 'unlink', item: 'fbad9b8b' }]])
    expect(after.digest.sections[0]!.stories[0]!.also.map(({ feedTitle }) => feedTitle)).toEqual([
      'heise online',
    ])
  })

  it('edit drops once what is named twice', async () => {
    const number = await make()
    expect((await run('edit', String(number), '--drop', 'a3', '--drop', 'a3', '--by', 'Ada')).code).toBe(0)
    expect(changes(await issue(number))).toEqual([['Ada', { what: 'drop', item: 'a3' }]])
  })

  it('list tells what waits until when, what is held or paused and why, and what became of the messages', async () => {
    const waiting = await make({ approveBy: Date.UTC(2027, 0, 4, 15) })
    const held = await make()
    await run('hold', String(held), 'a', 'number', 'is', 'wrong')
    const paused = await make({ release: true })
    await inStore(async (store) => {
      const places = ['a', 'b'].map((target) => ({ medium: 'email' as const, target, part: 0 }))
      await store.deliveries.prepare(paused, places, Date.now())
    })
    expect((await run('pause', String(paused), 'The', 'price.')).stdout).toBe(
      `The sending of issue ${paused} is paused: 2 messages are waiting. freehold digest resume ${paused} lets it go on.\n`,
    )
    const { stdout } = await run('list')
    const line = (number: number) => stdout.split('\n').find((one) => one.startsWith(`${number} `))
    expect(line(waiting)).toMatch(/ {2}waits until 2027-01-04 15:00$/)
    expect(line(held)).toMatch(/ {2}held$/)
    expect(line(paused)).toMatch(/ {2}paused +email pending 2$/)
    expect(stdout).toContain(`\n${held}: a number is wrong\n`)
    expect(stdout).toContain(`\n${paused}: The price.\n`)
    const json = JSON.parse((await run('list', '--json')).stdout)
    const one = (number: number) => json.find((row: { number: number }) => row.number === number)
    expect(one(waiting)).toMatchObject({
      waitsUntil: '2027-01-04T15:00:00.000Z',
      releasedAt: null,
      held: null,
    })
    expect(one(held)).toMatchObject({ held: 'a number is wrong', waitsUntil: null })
    expect(one(paused)).toMatchObject({
      paused: 'The price.',
      deliveries: [{ medium: 'email', state: 'pending', n: 2 }],
    })
    expect((await run('send', String(paused))).stderr).toContain(
      `The sending of issue ${paused} is paused: The price. freehold digest resume ${paused} lets it go on.`,
    )
    expect((await run('resume', String(paused))).stdout).toContain('goes on: 2 messages are waiting.')
    expect((await issue(paused)).paused).toBeNull()
    expect((await run('cancel', String(paused))).stdout).toBe(
      `The sending of issue ${paused} has ended: 2 messages are cancelled.\n`,
    )
    const ended = await run('list')
    expect(ended.stdout).toMatch(new RegExp(`^${paused} .* cancelled +email cancelled 2$`, 'm'))
    expect(ended.stdout).not.toContain(`${paused}: `)
    expect(JSON.parse((await run('list', '--json')).stdout)).toContainEqual(
      expect.objectContaining({ number: paused, cancelled: true, paused: null }),
    )
    for (const args of [['send'], ['resume'], ['pause', 'x']] as const) {
      const { code, stderr } = await run(args[0], String(paused), ...args.slice(1))
      expect([code, stderr.trim()], args[0]).toEqual([
        1,
        `freehold: The sending of issue ${paused} was cancelled, and what was cancelled stays so. The issue stands in the archive.`,
      ])
    }
    expect((await run('cancel', String(held))).stderr).toContain(`Issue ${held} has not been released`)
    expect((await run('pause', String(held), 'x')).code).toBe(1)
    expect((await run('resume', String(held))).stderr).toContain(`Issue ${held} is not paused`)
  }, 60_000)

  it('send releases what waits for a word, and sends what is old, since that is the word it waits for', async () => {
    const number = await make({ approveBy: Date.now() + 6 * hour, digest: quietDigest })
    expect((await run('send', String(number))).stdout).toContain(`Issue ${number}: `)
    expect(await issue(number)).toMatchObject({ releasedBy: userInfo().username, held: null })
    const old = await make({ release: true, age: 10 * day, digest: quietDigest })
    const { stdout } = await run('send', String(old))
    expect(stdout).toContain('discord: 1 sent')
    expect((await issue(old)).paused).toBeNull()
  }, 60_000)

  it('create leads editors to their desks, and says who tells them', async () => {
    const none = join(checkout.dir, 'no-feeds')
    mkdirSync(none)
    writeFileSync(join(none, 'none.yaml'), 'group: none\nfeeds: []\n')
    const create = (more: Record<string, string>) =>
      freehold(checkout.dir, ['digest', 'create', '--since', '1h'], { env: { ...env, ...more } })
    const editors = { EDITORS: 'ada@example.org,223456789012345678', DIGEST_APPROVAL: '6h' }
    const { code, stdout } = await create({ ...editors, FEEDS_DIR: none })
    expect([code, stdout]).toEqual([0, expect.stringContaining('Nobody has been told of it.')])
    const links = [...stdout.matchAll(/^ {2}(\S+): http:\S+\/desk\/(\S+)$/gm)]
    expect(links.map(([, editor]) => editor)).toEqual(['ada@example.org', '223456789012345678'])
    expect(new Set(links.map(([, , token]) => token)).size).toBe(2)
    // No feed of the lists has ever been read here.
    const held = (await create(editors)).stdout
    expect(held).toContain('and held: ')
    expect(held).toContain('The service tells the editors.')
    expect(held).not.toContain('Nobody has been told')
    expect((await create({ FEEDS_DIR: none })).stdout).not.toContain('/desk/')
  }, 60_000)

  it('preview goes to one address over SMTP or into the outbox, or into a file for the browser; nothing is stored', async () => {
    const smtp = await startSmtpServer()
    const mail = { SMTP_URL: smtp.url, MAIL_FROM: 'Freehold <digest@freehold.example>' }
    const preview = (args: string[], more: Record<string, string> = {}) =>
      freehold(checkout.dir, ['digest', 'preview', ...args], { env: { ...env, ...more } })
    const before = await inStore((store) => store.digests.count())
    try {
      expect((await preview(['--to', 'nobody'])).stderr).toContain('--to nobody is no e-mail address.')
      const sent = await preview(['--to', 'me@example.org'], mail)
      expect([sent.code, sent.stdout]).toEqual([0, 'The preview is on its way to me@example.org.\n'])
      expect(smtp.mails.map(({ envelope }) => envelope)).toEqual([
        { from: 'digest@freehold.example', to: ['me@example.org'] },
      ])
      const { subject, text, html } = await smtp.mails[0]!.parsed()
      expect(subject).toMatch(/^Freehold preview: /)
      for (const part of [text!, String(html)])
        expect(part).toContain('A preview. Nothing of it has been sent to readers.')
      smtp.fault({ at: 'rcpt', does: '550 5.1.1 No such user' })
      const refused = await preview(['--to', 'me@example.org'], mail)
      expect(refused.code).toBe(1)
      expect(refused.stderr).toMatch(/The preview was not sent: .*No such user/)
    } finally {
      await smtp.close()
    }
    const { stdout } = await preview(['--to', 'me@example.org', '--open'])
    const [, file, written] =
      /^SMTP_URL is not set: the mail was written to (.*)\.\n(.*)\n$/.exec(stdout) ?? []
    expect(readFileSync(file!, 'utf8')).toContain('To: me@example.org')
    expect(written).toBe(join(data, 'preview.html'))
    const page = readFileSync(join(data, 'preview.html'), 'utf8')
    expect(page).toContain('A preview. Nothing of it has been sent.')
    expect(page).toContain('<style>')
    expect(page).not.toContain('<link rel="stylesheet"')
    expect(await inStore((store) => store.digests.count())).toBe(before)
    expect(await inStore((store) => store.deliveries.list({ state: 'pending' }))).toEqual([])
    expect(existsSync(join(data, 'outbox')) && readdirSync(join(data, 'outbox')).length > 0).toBe(true)
  }, 180_000)
})
