import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type MailboxMessage,
  readMaildir,
  readReturn,
  splitMbox,
} from '../../../src/deliver/returns/index.ts'
import { largestMail } from '../../../src/deliver/returns/open-mail.ts'
import { fixture, fixtures } from './fixtures.ts'

describe('a Maildir', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'freehold-maildir-'))
    for (const folder of ['new', 'cur', 'tmp']) await mkdir(join(dir, folder))
  })
  afterEach(() => rm(dir, { recursive: true }))

  const put = (name: string, content: string | Buffer) => writeFile(join(dir, 'new', name), content)
  const read = async () => {
    const found: MailboxMessage[] = []
    for await (const message of readMaildir(dir)) found.push(message)
    return found
  }
  const ids = async () => (await read()).map(({ id }) => id)

  test('gives its new messages in order, and moves what is done to those that were seen', async () => {
    await put('1794819622.M2P1.host', 'second')
    await put('1794819611.M1P1.host', 'first')
    await put('.hidden', 'not a message')
    await writeFile(join(dir, 'cur', '1794810000.M0P1.host:2,S'), 'seen before')
    await writeFile(join(dir, 'tmp', '1794819633.M3P1.host'), 'still coming in')
    const mailbox = readMaildir(dir)
    const seen: string[] = []
    for await (const { id, raw } of mailbox) {
      seen.push(Buffer.from(raw).toString())
      await mailbox.done(id)
    }
    expect(seen).toEqual(['first', 'second'])
    expect(await readdir(join(dir, 'new'))).toEqual(['.hidden'])
    expect((await readdir(join(dir, 'cur'))).sort()).toEqual([
      '1794810000.M0P1.host:2,S',
      '1794819611.M1P1.host:2,S',
      '1794819622.M2P1.host:2,S',
    ])
    expect(await readFile(join(dir, 'cur', '1794819611.M1P1.host:2,S'), 'utf8')).toBe('first')
    expect(await ids()).toEqual([])
  })

  test('gives a message again that was read and not done, and once more to nobody', async () => {
    await put('a', 'A')
    await put('b', 'B')
    expect(await ids()).toEqual(['a', 'b'])
    await readMaildir(dir).done('a')
    expect(await ids()).toEqual(['b'])
    await readMaildir(dir).done('a')
    await readMaildir(dir).done('never was')
    expect(await ids()).toEqual(['b'])
    expect(await readdir(join(dir, 'cur'))).toEqual(['a:2,S'])
  })

  test('destroys nothing: a name that is taken gets another, and flags are not doubled', async () => {
    await writeFile(join(dir, 'cur', 'a:2,S'), 'older')
    await put('a', 'newer')
    await put('b:2,F', 'flagged')
    for (const id of await ids()) await readMaildir(dir).done(id)
    expect((await readdir(join(dir, 'cur'))).sort()).toEqual(['a:2,S', 'a_1:2,S', 'b:2,S'])
    expect(await readFile(join(dir, 'cur', 'a:2,S'), 'utf8')).toBe('older')
    expect(await readFile(join(dir, 'cur', 'a_1:2,S'), 'utf8')).toBe('newer')
  })

  test('passes over what is taken away meanwhile, and what is no plain file', async () => {
    await put('a', 'A')
    await put('b', 'B')
    await put('e', 'E')
    await mkdir(join(dir, 'new', 'c'))
    await symlink(join(dir, 'new', 'a'), join(dir, 'new', 'd'))
    const found: string[] = []
    for await (const { id } of readMaildir(dir)) {
      found.push(id)
      if (id === 'a') await rename(join(dir, 'new', 'b'), join(dir, 'cur', 'b:2,'))
    }
    expect(found).toEqual(['a', 'e'])
  })

  test('gives of a message that is too large just enough to be unreadable', async () => {
    await put('large', Buffer.alloc(largestMail + 1_000_000, 'a'))
    await put('small', fixture('qmail-no-user'))
    const [large, small] = await read()
    expect(large!.raw.byteLength).toBe(largestMail + 1)
    expect(await readReturn(large!.raw)).toEqual({ kind: 'unreadable', reason: 'It is larger than 5 MB.' })
    expect(Buffer.from(small!.raw)).toEqual(fixture('qmail-no-user'))
  })

  test('says what is wrong with a folder that is none, and with an id from elsewhere', async () => {
    await expect(readMaildir(join(dir, 'tmp'))[Symbol.asyncIterator]().next()).rejects.toThrow(
      /tmp can't be read as a Maildir: ENOENT.*\. Name the folder that holds new, cur and tmp\.$/,
    )
    await put('a', 'A')
    for (const id of ['../new/a', 'x/../a', '..', '.', '']) {
      await expect(readMaildir(dir).done(id)).rejects.toThrow(/is no message of the Maildir/)
    }
    expect(await ids()).toEqual(['a'])
  })

  test('makes the folder of what was seen where it is missing', async () => {
    await rm(join(dir, 'cur'), { recursive: true })
    await put('a', 'A')
    await readMaildir(dir).done('a')
    expect(await readdir(join(dir, 'cur'))).toEqual(['a:2,S'])
  })
})

describe('an mbox', () => {
  const separator = 'From MAILER-DAEMON Mon Nov 16 09:00:10 2026\n'
  const texts = (raw: Buffer) => [...splitMbox(raw)].map((message) => Buffer.from(message.raw).toString())

  test('is split into its messages, and quoted lines become what they were', () => {
    const raw = Buffer.from(
      [
        `${separator}Subject: one\n\n>From here on it is prose.\n>>From there too.\nFrom me to you, without a date.\n\n`,
        'From bounce-m01-ab@news.freehold.example Mon Nov 16 09:00:10 2026 +0100\nSubject: two\n\nThis line:\nFrom MAILER-DAEMON Mon Nov 16 09:00:10 2026\nstands after no empty line.\n\n\n',
        `${separator}Subject: three\n\nthe last`,
      ].join(''),
    )
    expect(texts(raw)).toEqual([
      'Subject: one\n\nFrom here on it is prose.\n>From there too.\nFrom me to you, without a date.',
      'Subject: two\n\nThis line:\nFrom MAILER-DAEMON Mon Nov 16 09:00:10 2026\nstands after no empty line.',
      'Subject: three\n\nthe last',
    ])
  })

  test('may have the line ends of the wire', () => {
    const raw = Buffer.from(
      `${separator}Subject: one\n\na\n\n${separator}Subject: two\n\nb\n`.replaceAll('\n', '\r\n'),
    )
    expect(texts(raw)).toEqual(['Subject: one\r\n\r\na', 'Subject: two\r\n\r\nb'])
  })

  test('gives ids that stay when it grows, and differ with the message', () => {
    const one = `${separator}Subject: one\n\na\n`
    const [alone] = [...splitMbox(Buffer.from(one))]
    const both = [...splitMbox(Buffer.from(`${one}\n${separator}Subject: two\n\nb\n`))]
    expect(both.map(({ id }) => id)).toEqual([alone!.id, expect.stringMatching(/^[0-9a-f]{32}$/)])
    expect(both[1]!.id).not.toBe(alone!.id)
  })

  test('gives of a message that is too large just enough to be unreadable', async () => {
    const raw = Buffer.concat([
      Buffer.from(separator),
      Buffer.alloc(largestMail + 1_000_000, 'a'),
      Buffer.from(`\n\n${separator}From: a@b.example\n\nb\n`),
    ])
    const [large, small, none] = [...splitMbox(raw)]
    expect(large!.raw.byteLength).toBe(largestMail + 1)
    expect((await readReturn(large!.raw)).kind).toBe('unreadable')
    expect((await readReturn(small!.raw)).kind).toBe('other')
    expect(none).toBeUndefined()
  })

  test('holds nothing where nothing begins a message', () => {
    expect(texts(Buffer.from('Subject: a single mail\n\nFrom here'))).toEqual([])
    expect(texts(Buffer.alloc(0))).toEqual([])
  })

  test('brings every fixture through unharmed', async () => {
    const quoted = (name: string) =>
      fixture(name)
        .toString('latin1')
        .replace(/^(>*From )/gm, '>$1')
    const raw = Buffer.from(fixtures.map((name) => `${separator}${quoted(name)}\n\n`).join(''), 'latin1')
    const read = await Promise.all([...splitMbox(raw)].map((message) => readReturn(message.raw)))
    expect(read).toEqual(await Promise.all(fixtures.map((name) => readReturn(fixture(name)))))
  })
})
