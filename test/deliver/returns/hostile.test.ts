import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bounce, readReturn } from '../../../src/deliver/returns/index.ts'
import { largestHeader, largestMail, mostParts, openMail } from '../../../src/deliver/returns/open-mail.ts'
import { fixture, fixtures, mailOf } from './fixtures.ts'

const headers = ['From: MAILER-DAEMON@mx.example', 'To: returns@freehold.example', 'Subject: x']
const other = { kind: 'other', to: ['returns@freehold.example'], subject: 'x' }

function multipart(parts: string[], boundary = 'b'): Buffer {
  const body = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')
  return mailOf(
    [...headers, `Content-Type: multipart/mixed; boundary=${boundary}`],
    `${body}--${boundary}--\r\n`,
  )
}

function nested(depth: number, wrap: (inner: string, level: number) => string): string {
  let inner = 'Content-Type: text/plain\r\n\r\nthe innermost'
  for (let level = 0; level < depth; level++) inner = wrap(inner, level)
  return inner
}

const asMessage = (inner: string, level: number) =>
  `Content-Type: multipart/mixed; boundary=m${level}\r\n\r\n--m${level}\r\nContent-Type: message/rfc822\r\n\r\n${headers.join('\r\n')}\r\n${inner}\r\n--m${level}--\r\n`
const asPart = (inner: string, level: number) =>
  `Content-Type: multipart/mixed; boundary=p${level}\r\n\r\n--p${level}\r\n${inner}\r\n--p${level}--\r\n`

describe('a mail that is too much', () => {
  const tooManyParts = { kind: 'unreadable', reason: `It has more than ${mostParts} parts.` }

  test('of 10,000 attached messages is left after a hundred', async () => {
    const one = 'Content-Type: message/rfc822\r\n\r\nMessage-ID: <a@b.example>\r\n\r\n'
    expect(await readReturn(multipart(Array(10_000).fill(one)))).toEqual(tooManyParts)
    const some = await openMail(multipart(Array(mostParts - 1).fill(one)))
    expect(some).toMatchObject({ kind: 'mail', looked: mostParts - 1 })
  })

  test('of 10,000 texts is left as well', async () => {
    expect(await readReturn(multipart(Array(10_000).fill('Content-Type: text/plain\r\n\r\nx')))).toEqual(
      tooManyParts,
    )
  })

  test('with a header of a megabyte is not read, and neither are many small ones of that size', async () => {
    const reason = 'A header of it is larger than 256 KB.'
    const long = `X-Long: ${'a'.repeat(1024 * 1024)}`
    expect(await readReturn(mailOf([...headers, long], ''))).toEqual({ kind: 'unreadable', reason })
    const many = Array(30_000).fill('X-Many: a very long time indeed')
    expect(await readReturn(mailOf([...headers, ...many], ''))).toEqual({ kind: 'unreadable', reason })
    const inPart = multipart([`Content-Type: message/delivery-status\r\n${long}\r\n\r\nStatus: 5.1.1`])
    expect(await readReturn(inPart)).toEqual({ kind: 'unreadable', reason })
    const justSo = `X-Long: ${'a'.repeat(largestHeader - 1_000)}`
    expect(await readReturn(mailOf([...headers, justSo], ''))).toEqual(other)
  })

  test('larger than 5 MB is not read', async () => {
    const reason = 'It is larger than 5 MB.'
    expect(await readReturn(Buffer.alloc(largestMail + 1, 'a'))).toEqual({ kind: 'unreadable', reason })
    const justSo = Buffer.concat([mailOf(headers, ''), Buffer.alloc(largestMail)]).subarray(0, largestMail)
    expect(await readReturn(justSo)).toEqual(other)
  })

  test('nested fifty messages deep is opened once', async () => {
    const raw = Buffer.from(`${headers.join('\r\n')}\r\n${nested(50, asMessage)}`)
    expect(await openMail(raw)).toMatchObject({ kind: 'mail', looked: 1 })
    expect(await readReturn(raw)).toEqual(other)
  })

  test('nested more parts deep than it may have is not read', async () => {
    const deep = (depth: number) => Buffer.from(`${headers.join('\r\n')}\r\n${nested(depth, asPart)}`)
    expect(await readReturn(deep(mostParts - 1))).toEqual(other)
    expect(await readReturn(deep(1_000))).toEqual(tooManyParts)
  })

  test('is cut: of a status report with 20,000 recipients the first hundred count', async () => {
    const report = Array.from(
      { length: 20_000 },
      (_, n) => `Final-Recipient: rfc822; r${n}@mx.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n`,
    ).join('')
    const found = (await readReturn(
      multipart([`Content-Type: message/delivery-status\r\n\r\n${report}`]),
    )) as Bounce
    expect(found.recipients.map(({ address }) => address)).toEqual(
      Array.from({ length: 100 }, (_, n) => `r${n}@mx.example`),
    )
  })
})

describe('what is no mail', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['empty lines', Buffer.from('\r\n\r\n\r\n')],
    ['prose', Buffer.from('Dear reader,\nthis is no mail.\n')],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1')],
    ['a web page', Buffer.from('<!doctype html>\n<a href="https://freehold.example">x</a>')],
  ])('%s is unreadable', async (_, raw) => {
    expect(await readReturn(raw)).toEqual({
      kind: 'unreadable',
      reason: 'It has none of the headers of a mail.',
    })
  })
})

describe('whatever comes in', () => {
  const pieces = [
    ...['\r\n', '\n\n', '--b', ':', ';', '<', '>', '"', '(', '\\', '\0', '=?utf-8?B?', '=?x?Q?=3D?=', '?='],
    ...['boundary=', 'charset=utf-7', 'charset=iso-2022-jp', '; p*0*=%', 'format=flowed; delsp=yes', 'From '],
    ...[
      'Content-Type: message/rfc822\n',
      'Content-Transfer-Encoding: base64\n',
      '__proto__: x\n',
      'xn--',
      '\xff',
    ],
  ]
  /** Fixtures with pieces put in, taken out and swapped. */
  const damaged = fc
    .record({
      name: fc.constantFrom(...fixtures),
      wounds: fc.array(
        fc.record({ at: fc.nat(3_000), take: fc.nat(40), put: fc.constantFrom('', ...pieces) }),
        { minLength: 1, maxLength: 8 },
      ),
    })
    .map(({ name, wounds }) =>
      wounds.reduce(
        (raw, { at, take, put }) =>
          Buffer.concat([raw.subarray(0, at), Buffer.from(put, 'latin1'), raw.subarray(at + take)]),
        fixture(name),
      ),
    )
  const kinds = ['bounce', 'complaint', 'leave', 'auto-reply', 'other', 'unreadable']

  test('is one of the kinds, and the same when it is read again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(damaged, fc.uint8Array({ maxLength: 2_000 })), async (raw) => {
        const read = await readReturn(raw)
        expect(kinds).toContain(read.kind)
        expect(await readReturn(raw)).toEqual(read)
        if (read.kind !== 'bounce') return
        for (const { permanent, full, status, diagnostic } of read.recipients) {
          expect(permanent && (full || !status.startsWith('5.'))).toBe(false)
          expect(status).toMatch(/^(?:[245]\.\d{1,3}\.\d{1,3})?$/)
          expect(diagnostic.length).toBeLessThanOrEqual(300)
        }
      }),
      { numRuns: 400 },
    )
  })

  test('takes little memory', async () => {
    const script = fileURLToPath(new URL('./hostile-process.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=160', script])
    const { kinds: found, grownMb } = JSON.parse(stdout)
    expect(found).toEqual({
      'five million line breaks': 'other',
      'a line of five megabytes': 'other',
      'base64 that is none': 'bounce',
      'quoted-printable that is none': 'other',
      'tags that never close': 'other',
      'a list of addresses': 'other',
      'delimiters of ninety levels': 'other',
      'fields without end': 'bounce',
      'carriage returns': 'bounce',
      'a wish of half a megabyte': 'other',
    })
    expect(grownMb).toBeLessThan(150)
  })
})
