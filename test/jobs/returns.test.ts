import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSchedules, takeMaildir, type Way } from '../../src/jobs/index.ts'
import { type Subscriber, softBouncesBeforeStop } from '../../src/model/index.ts'
import { quietDigest } from '../fixtures/digests.ts'
import { day, header, hour, minute, secret, startPost, type TestPost } from '../mail/post-office.ts'
import type { ReceivedMail } from '../servers/smtp-server.ts'
import { freehold } from '../service/freehold.ts'
import { until } from '../service/until.ts'

const ada = 'ada@example.org'

/** What a mail server says of a mail of ours that it could not deliver: to whom that came from, with the mail below. */
function bounceOf(
  { envelope, raw }: ReceivedMail,
  {
    to = envelope.from,
    status = '5.1.1',
    action = 'failed',
    code = '550 5.1.1 User unknown',
    whole = true,
  } = {},
): string {
  return [
    'Return-Path: <>',
    `Delivered-To: ${to}`,
    'From: MAILER-DAEMON@mx.example.org (Mail Delivery System)',
    `To: ${to}`,
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b.01/mx"',
    '',
    '--b.01/mx',
    'Content-Type: text/plain',
    '',
    'Your message could not be delivered.',
    '--b.01/mx',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.org',
    '',
    `Final-Recipient: rfc822; ${envelope.to[0]}`,
    `Action: ${action}`,
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${code}`,
    '',
    '--b.01/mx',
    whole ? 'Content-Type: message/rfc822' : 'Content-Type: text/rfc822-headers',
    '',
    whole ? raw.toString('latin1') : raw.toString('latin1').split('\r\n\r\n')[0]!,
    '--b.01/mx--',
    '',
  ].join('\r\n')
}

/** What a provider sends when a reader presses “spam”; it may hide who that was. */
function complaintOf(
  { raw, envelope }: ReceivedMail,
  { type = 'abuse', hidden = false, note = '' } = {},
): string {
  const original = hidden
    ? raw.toString('latin1').replaceAll(ada, 'redacted@example.org')
    : raw.toString('latin1')
  return [
    'From: feedback@fbl.example.com',
    'To: fbl@freehold.example',
    `Subject: FW: ${note}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report; boundary=fbl',
    '',
    '--fbl',
    'Content-Type: text/plain',
    '',
    'This is an email abuse report.',
    '--fbl',
    'Content-Type: message/feedback-report',
    '',
    `Feedback-Type: ${type}`,
    'User-Agent: Feedback/1.0',
    'Version: 1',
    ...(hidden ? [] : [`Original-Rcpt-To: ${envelope.to[0]}`]),
    '',
    '--fbl',
    'Content-Type: message/rfc822',
    '',
    original,
    '--fbl--',
    '',
  ].join('\r\n')
}

const letterFrom = (from: string, subject: string, text = '') =>
  [
    `From: ${from}`,
    'To: leave@news.freehold.example',
    `Subject: ${subject}`,
    'Message-ID: <x@example.org>',
    '',
    text,
    '',
  ].join('\r\n')

interface Sent extends TestPost {
  reader0: Subscriber
  mail: ReceivedMail
  /** The reader as the database has them now. */
  now(): Promise<Subscriber>
}

/** A reader who has got an issue, and somebody else who has, too. */
async function sent(env: Record<string, string> = {}): Promise<Sent> {
  const setting = await startPost(env)
  const reader0 = await setting.reader(ada)
  await setting.reader('bob@example.org')
  await setting.release(quietDigest)
  await setting.send()
  const mail = setting.fresh().find(({ envelope }) => envelope.to[0] === ada)!
  return {
    ...setting,
    reader0,
    mail,
    now: async () => (await setting.way.store.subscribers.get(reader0.id))!,
  }
}

describe('a bounce of a mail of ours', () => {
  test('that does not pass stops its reader, and nobody else', async () => {
    const { takeReturn, mail, now, way, release, send, fresh } = await sent()
    expect(await takeReturn(bounceOf(mail))).toEqual({
      kind: 'bounce',
      did: 'stopped',
      note: expect.stringContaining('550 5.1.1 User unknown'),
    })
    expect(await now()).toMatchObject({ unsubscribedAt: way.now(), leftReason: 'bounced' })
    await release(quietDigest)
    await send()
    expect(fresh().map(({ envelope }) => envelope.to)).toEqual([['bob@example.org']])
  })

  test('counts by its address alone, when it brings back only headers, or other letters', async () => {
    const { takeReturn, mail, now } = await sent()
    const to = mail.envelope.from.toUpperCase()
    expect(await takeReturn(bounceOf(mail, { to, whole: false }))).toMatchObject({ did: 'stopped' })
    expect(await now()).toMatchObject({ leftReason: 'bounced' })
  })

  test('counts by Message-ID and recipient where it went to the sender', async () => {
    const { takeReturn, mail, now } = await sent({ BOUNCE_DOMAIN: '' })
    expect(mail.envelope.from).toBe('digest@freehold.example')
    expect(await takeReturn(bounceOf(mail))).toMatchObject({ did: 'stopped' })
    expect(await now()).toMatchObject({ leftReason: 'bounced' })
  })

  test('that may pass counts, and the fourth in a row stops', async () => {
    const { takeReturn, mail, now, pass } = await sent()
    const soft = (n: number) => bounceOf(mail, { status: '4.4.1', code: `450 4.4.1 No answer, ${n}` })
    expect(softBouncesBeforeStop).toBe(4)
    for (let n = 1; n <= 3; n++) {
      expect(await takeReturn(soft(n))).toMatchObject({ did: 'counted' })
      pass(7 * day)
    }
    expect((await now()).unsubscribedAt).toBeNull()
    expect(await takeReturn(soft(4))).toMatchObject({ did: 'stopped' })
    expect(await now()).toMatchObject({ leftReason: 'bounced' })
  })

  test('that may pass is forgotten after 60 days', async () => {
    const { takeReturn, mail, now, pass } = await sent()
    const soft = (n: number) => bounceOf(mail, { status: '5.2.2', code: `552 5.2.2 Mailbox full, ${n}` })
    for (let n = 1; n <= 3; n++) await takeReturn(soft(n))
    pass(60 * day)
    for (let n = 4; n <= 6; n++) expect(await takeReturn(soft(n))).toMatchObject({ did: 'counted' })
    expect((await now()).unsubscribedAt).toBeNull()
    pass(60 * day - 1)
    expect(await takeReturn(soft(7))).toMatchObject({ did: 'stopped' })
  })

  test('counts once, however often the same message comes', async () => {
    const { takeReturn, mail, now } = await sent()
    const soft = bounceOf(mail, { status: '4.4.1', code: '450 4.4.1 No answer' })
    expect(await takeReturn(soft)).toMatchObject({ did: 'counted' })
    for (let n = 0; n < 5; n++)
      expect(await takeReturn(soft)).toMatchObject({ kind: 'bounce', did: 'known before' })
    expect((await now()).unsubscribedAt).toBeNull()
  })

  test.each([
    ['a delay', { action: 'delayed', status: '4.4.1', code: '451 Later' }],
    ['a delivery', { action: 'delivered', status: '2.0.0', code: '250 OK' }],
  ])('that only tells of %s changes nothing', async (_, report) => {
    const { takeReturn, mail, dump } = await sent()
    const before = dump().filter((row) => !row.startsWith('mail_return'))
    expect(await takeReturn(bounceOf(mail, report))).toMatchObject({ kind: 'bounce', did: 'nothing' })
    expect(dump().filter((row) => !row.startsWith('mail_return'))).toEqual(before)
  })

  test('of somebody who has left tells nothing new', async () => {
    const { takeReturn, mail, now, way, reader0 } = await sent()
    await way.store.subscribers.unsubscribe(reader0.id, 'link', way.now())
    expect(await takeReturn(bounceOf(mail))).toMatchObject({
      did: 'nothing',
      note: expect.stringContaining('already'),
    })
    expect(await now()).toMatchObject({ leftReason: 'link' })
  })

  test('of a confirmation stops the address', async () => {
    const { post, send, fresh, takeReturn, way } = await startPost()
    await post('/subscribe', { email: ada })
    await send()
    expect(await takeReturn(bounceOf(fresh()[0]!))).toMatchObject({ did: 'stopped' })
    expect(await way.store.subscribers.find(ada)).toMatchObject({ leftReason: 'bounced', confirmedAt: null })
  })

  test('of somebody who is forgotten is about nobody', async () => {
    const { takeReturn, mail, way } = await sent()
    await way.store.subscribers.forget(ada, way.post.signer.hash('address', ada), way.now())
    expect(await takeReturn(bounceOf(mail))).toMatchObject({ did: 'refused' })
  })
})

describe('a bounce that nobody of ours caused', () => {
  test.each<[string, (mail: ReceivedMail) => string]>([
    [
      'a bounce address with another MAC',
      ({ envelope }) => envelope.from.replace(/.(?=@)/, (last) => (last === '0' ? '1' : '0')),
    ],
    [
      'a bounce address of another mail',
      ({ envelope }) =>
        envelope.from.replace(
          /^bounce-./,
          (head) => `${head.slice(0, -1)}${head.at(-1) === 'a' ? 'b' : 'a'}`,
        ),
    ],
    ['a bounce address without a MAC', ({ envelope }) => envelope.from.replace(/-[^-@]+@/, '@')],
    ['another address', () => 'digest@freehold.example'],
  ])('by %s stops nobody', async (_, to) => {
    const { takeReturn, mail, now } = await sent()
    const forged = bounceOf(mail, { to: to(mail) }).replace(
      /^Message-ID: .*$/gim,
      'Message-ID: <made@up.example>',
    )
    expect(await takeReturn(forged)).toMatchObject({ kind: 'bounce', did: 'refused' })
    expect((await now()).unsubscribedAt).toBeNull()
  })

  test('by a Message-ID of somebody else’s mail stops nobody', async () => {
    const { takeReturn, mail, now } = await sent()
    const { envelope, raw } = mail
    const other = Buffer.from(raw.toString('latin1').replaceAll(ada, 'bob@example.org'), 'latin1')
    const forged = bounceOf(
      { ...mail, raw: other, envelope: { ...envelope, to: ['bob@example.org'] } },
      { to: 'digest@freehold.example' },
    )
    expect(await takeReturn(forged)).toMatchObject({ did: 'refused' })
    expect((await now()).unsubscribedAt).toBeNull()
  })
})

describe('a complaint', () => {
  test.each([[{}], [{ hidden: true }], [{ type: 'opt-out' }]])(
    'stops its reader at once: %o',
    async (report) => {
      const { takeReturn, mail, now } = await sent()
      expect(await takeReturn(complaintOf(mail, report))).toMatchObject({ kind: 'complaint', did: 'stopped' })
      expect(await now()).toMatchObject({ leftReason: 'complained' })
    },
  )

  test('that is none (%s) changes nothing', async () => {
    const { takeReturn, mail, now } = await sent()
    for (const type of ['not-spam', 'fraud', 'virus', 'auth-failure']) {
      expect(await takeReturn(complaintOf(mail, { type }))).toMatchObject({ did: 'nothing' })
    }
    expect((await now()).unsubscribedAt).toBeNull()
  })

  test('of a mail that was never sent is refused', async () => {
    const { takeReturn, mail, now } = await sent()
    const forged = complaintOf(mail)
      .replaceAll('=\r\n', '')
      .replace(/unsubscribe(\/|%20)[\w.-]+/g, 'unsubscribe$1forged')
      .replace(/^Message-ID: .*$/gim, '')
    expect(await takeReturn(forged)).toMatchObject({ kind: 'complaint', did: 'refused' })
    expect((await now()).unsubscribedAt).toBeNull()
  })

  test('of somebody who has left already is remembered: nothing is sent to them, not even to ask, nor after they are forgotten', async () => {
    const { takeReturn, mail, now, way, reader0, post, send, fresh, pass } = await sent()
    fresh()
    await way.store.subscribers.unsubscribe(reader0.id, 'link', way.now())
    const left = (await now()).unsubscribedAt
    await takeReturn(complaintOf(mail))
    expect(await now()).toMatchObject({ leftReason: 'complained', unsubscribedAt: left })
    await post('/subscribe', { email: ada })
    await way.store.subscribers.forget(ada, way.post.signer.hash('address', ada), way.now())
    pass(2 * hour)
    await post('/subscribe', { email: ada })
    await send()
    expect(fresh()).toEqual([])
    expect(await way.store.subscribers.find(ada)).toBeNull()
  })
})

describe('a wish to leave by mail', () => {
  const byMail = (mail: ReceivedMail) =>
    decodeURIComponent(/mailto:[^?]+\?subject=([^>]+)>/.exec(header(mail.raw, 'list-unsubscribe')!)![1]!)

  test('with the subject that our header gives ends the subscription, from whatever address', async () => {
    const { takeReturn, mail, now } = await sent()
    expect(byMail(mail)).toMatch(/^unsubscribe [\w-]{36}\.[\w-]{22}$/)
    const letter = letterFrom('Ada <other@example.com>', byMail(mail))
    expect(await takeReturn(letter)).toMatchObject({ kind: 'leave', did: 'stopped' })
    expect(await now()).toMatchObject({ leftReason: 'mail' })
  })

  test.each([
    ['without a token', 'unsubscribe', ''],
    ['in words', 'Re: Freehold 1', 'Please take me off this list.'],
    ['with a token of nobody', `unsubscribe ${'a'.repeat(36)}.${'b'.repeat(22)}`, ''],
  ])('%s ends the subscription of its sender', async (_, subject, text) => {
    const { takeReturn, now, way } = await sent()
    expect(await takeReturn(letterFrom('Ada Lovelace <ADA@example.org>', subject, text))).toMatchObject({
      kind: 'leave',
      did: 'stopped',
    })
    expect(await now()).toMatchObject({ leftReason: 'mail' })
    expect(await way.store.subscribers.audience()).toHaveLength(1)
  })

  test('of somebody who is no reader, or with a forged token, stops nobody', async () => {
    const { takeReturn, mail, way } = await sent()
    const forged = byMail(mail).replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))
    expect(await takeReturn(letterFrom('eve@example.com', forged))).toMatchObject({
      kind: 'leave',
      did: 'refused',
    })
    expect(await takeReturn(letterFrom('eve@example.com', 'unsubscribe'))).toMatchObject({ did: 'nothing' })
    expect(await way.store.subscribers.audience()).toHaveLength(2)
  })

  test('is not what a person wrote who asks something, nor what is away', async () => {
    const { takeReturn, way } = await sent()
    expect(
      await takeReturn(letterFrom(ada, 'Re: Freehold 1', 'Why did you leave out the OLMo story?')),
    ).toMatchObject({ kind: 'other' })
    const away = letterFrom(ada, 'Out of office').replace(
      '\r\n\r\n',
      '\r\nAuto-Submitted: auto-replied\r\n\r\n',
    )
    expect(await takeReturn(away)).toMatchObject({ kind: 'auto-reply', did: 'nothing' })
    expect(await takeReturn('\0')).toMatchObject({ did: 'nothing' })
    expect(await way.store.subscribers.audience()).toHaveLength(2)
  })
})

async function all<T>(things: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const one of things) found.push(one)
  return found
}

describe('where they arrive', () => {
  function maildir(messages: string[]): string {
    const dir = mkdtempSync(join(tmpdir(), 'freehold-maildir-'))
    onTestFinished(() => rmSync(dir, { recursive: true }))
    for (const folder of ['new', 'cur', 'tmp']) mkdirSync(join(dir, folder))
    for (const [n, message] of messages.entries()) writeFileSync(join(dir, 'new', `${n}.host`), message)
    return dir
  }

  test('a Maildir: each new message counts once, and is marked as seen', async () => {
    const { way, mail, now } = await sent()
    const dir = maildir([bounceOf(mail), letterFrom('bob@example.org', 'unsubscribe'), 'nonsense'])
    const taken = await all(takeMaildir(way, dir))
    expect(taken.map(({ did }) => did).toSorted()).toEqual(['nothing', 'stopped', 'stopped'])
    expect(readdirSync(join(dir, 'new'))).toEqual([])
    expect(readdirSync(join(dir, 'cur'))).toHaveLength(3)
    expect(await now()).toMatchObject({ leftReason: 'bounced' })
    expect(await all(takeMaildir(way, dir))).toEqual([])
    expect(await way.store.subscribers.audience()).toEqual([])
  })

  test('a message that another process has begun to deal with is left to it, and taken over when that dies', async () => {
    const { way, takeReturn, mail, now, pass } = await sent()
    const bounce = bounceOf(mail)
    const dir = maildir([bounce])
    const name = `return ${createHash('sha256').update(bounce).digest('hex')}`
    const until = way.now() + way.leaseMs
    expect(await way.store.leases.take(name, { owner: 'another', now: way.now(), until })).toBe(true)
    expect(await takeReturn(bounce)).toEqual({
      kind: 'bounce',
      did: 'nothing',
      note: 'Another process is dealing with it.',
    })
    expect(await all(takeMaildir(way, dir))).toEqual([])
    expect(readdirSync(join(dir, 'new'))).toHaveLength(1)
    expect((await now()).unsubscribedAt).toBeNull()
    pass(way.leaseMs + 1)
    expect(await all(takeMaildir(way, dir))).toMatchObject([{ did: 'stopped' }])
    expect(readdirSync(join(dir, 'new'))).toEqual([])
    expect(await way.store.leases.holder(name, way.now())).toBeNull()
  })

  test('a Maildir that the service reads each minute', async () => {
    const { way, mail, now, pass } = await sent()
    const dir = maildir([bounceOf(mail)])
    Object.assign(way.post, { returnsFrom: dir })
    for (const job of ['ingest', 'digest', 'housekeeping'] as const) {
      const run = await way.store.jobRuns.begin(job, { owner: 'test', now: way.now(), leaseMs: minute })
      await way.store.jobRuns.finish(run!, { outcome: 'done', counts: {}, error: null, now: way.now() })
    }
    const never = '0 0 1 1 *'
    const schedules = await startSchedules(way as Way, { ingest: never, digest: never, zone: 'UTC' })
    onTestFinished(() => schedules.stop())
    await until(async () => (await now()).leftReason === 'bounced')
    await until(() => readdirSync(join(dir, 'cur')).length === 1)
    writeFileSync(join(dir, 'new', 'late'), letterFrom('bob@example.org', 'unsubscribe'))
    pass(minute)
    await until(async () => (await way.store.subscribers.audience()).length === 0)
    await schedules.stop()
  })

  test('a pipe: freehold bounces < message', async () => {
    const { mail, now, way, databaseUrl } = await sent()
    const env = {
      DATABASE_URL: databaseUrl,
      SECRET: secret,
      BOUNCE_DOMAIN: 'news.freehold.example',
      MAIL_FROM: 'Freehold <digest@freehold.example>',
      LOG_LEVEL: 'error',
    }
    const checkout = join(import.meta.dirname, '..', '..')
    const pipe = (stdin: string, ...args: string[]) =>
      freehold(checkout, ['bounces', ...args], { env, stdin })
    const first = await pipe(bounceOf(mail))
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toMatch(/^bounce: stopped\. .*550 5\.1\.1 User unknown/)
    expect(await now()).toMatchObject({ leftReason: 'bounced' })
    const both = [bounceOf(mail), letterFrom('bob@example.org', 'unsubscribe')]
    const mbox = both
      .map(
        (one) =>
          `From MAILER-DAEMON Mon Nov 23 09:00:00 2026\n${one.replaceAll('\r\n', '\n').replaceAll(/^From /gm, '>From ')}\n`,
      )
      .join('')
    const second = await pipe(mbox, '--mbox', '--json')
    expect(
      second.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).kind),
    ).toEqual(['bounce', 'leave'])
    expect(await way.store.subscribers.audience()).toEqual([])
  })
})
