// Reads what costs a careless reader most, in a process of its own, and tells by how much its memory has grown.
import { existsSync, readFileSync } from 'node:fs'
import { readReturn } from '../../../src/deliver/returns/index.ts'
import { mailOf } from './fixtures.ts'

const headers = ['From: MAILER-DAEMON@mx.example', 'To: returns@freehold.example', 'Subject: x']
const status = 'Content-Type: message/delivery-status'
const levels = Array.from({ length: 90 }, (_, n) => `${'b'.repeat(60)}${n}`)

const mails: Record<string, Buffer> = {
  'five million line breaks': mailOf(headers, '\n'.repeat(5_000_000)),
  'a line of five megabytes': mailOf(headers, 'a@'.repeat(2_500_000)),
  'base64 that is none': mailOf(
    [...headers, status, 'Content-Transfer-Encoding: base64'],
    '!!!!'.repeat(1_200_000),
  ),
  'quoted-printable that is none': mailOf(
    [...headers, 'Content-Transfer-Encoding: quoted-printable'],
    '='.repeat(5_000_000),
  ),
  'tags that never close': mailOf(
    [...headers, 'Content-Type: text/html'],
    '<table><tr><td>x'.repeat(300_000),
  ),
  'a list of addresses': mailOf([...headers, `Cc: ${'"a, b" <a@b.example>, '.repeat(11_000)}`], ''),
  'delimiters of ninety levels': mailOf(headers, '').subarray(0, -2),
  'fields without end': mailOf([...headers, status], 'Diagnostic-Code: a\r\n b\r\n'.repeat(200_000)),
  'carriage returns': mailOf([...headers, status], `Status: 5.1.1\r\n${'\r'.repeat(4_000_000)}`),
  'a wish of half a megabyte': mailOf(
    ['From: a@mx.example', ...headers.slice(1)],
    'please stop sending me '.repeat(25_000),
  ),
}
mails['delimiters of ninety levels'] = Buffer.concat([
  mails['delimiters of ninety levels']!,
  Buffer.from(
    levels.map((one) => `Content-Type: multipart/mixed; boundary=${one}\r\n\r\n--${one}\r\n`).join(''),
  ),
  Buffer.from(`\r\n${`--${'b'.repeat(60)}\r\n`.repeat(70_000)}`),
])

await readReturn(mailOf(headers, 'The first takes what the code itself needs.'))
const before = process.memoryUsage.rss()
const kinds: Record<string, string> = {}
for (const [name, raw] of Object.entries(mails)) kinds[name] = (await readReturn(raw)).kind
const grownMb = Math.round(peakMb() - before / 1024 / 1024)
process.stdout.write(JSON.stringify({ kinds, grownMb }))

/** The most this process has held. Its `maxRSS` begins with what the process held that started it. */
function peakMb(): number {
  const own = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
  return Number(/^VmHWM:\s+(\d+)/m.exec(own)?.[1] ?? process.resourceUsage().maxRSS) / 1024
}
