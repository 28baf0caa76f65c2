import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wireLines } from '../../src/deliver/wire-lines.ts'
import { client, mailTo, start, yes } from './smtp-client.ts'

const pieces = fc.constantFrom('\r\n', '\r', '\n', '.', '..', 'a', 'ü', '\r\n.', '\r\n\r\n')

test('is the message with the dots at the beginnings of lines doubled, and null where a line ends otherwise', () => {
  let [ready, others] = [0, 0]
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), fc.boolean(), (parts, ended) => {
      const text = parts.join('') + (ended ? '\r\n' : '')
      const lines = text.split('\r\n')
      const isReady = lines.at(-1) === '' && lines.length > 1 && lines.every((line) => !/[\r\n]/.test(line))
      isReady ? ready++ : others++
      const stuffed = lines.map((line) => (line.startsWith('.') ? `.${line}` : line)).join('\r\n')
      expect(wireLines(Buffer.from(text, 'latin1'))).toEqual(isReady ? Buffer.from(stuffed, 'latin1') : null)
    }),
  )
  expect(Math.min(ready, others)).toBeGreaterThan(10)
})

test.each([
  [
    'with dots in all places',
    '.\r\nA: b\r\n\r\n.\r\n..\r\n.a\r\n.',
    '.\r\nA: b\r\n\r\n.\r\n..\r\n.a\r\n.\r\n',
  ],
  ['with a last line that ends', 'A: b\r\n\r\n.end\r\n', 'A: b\r\n\r\n.end\r\n'],
  ['with bytes of other alphabets', 'A: b\r\n\r\nüber 東京\r\n', 'A: b\r\n\r\nüber 東京\r\n'],
  ['with ends of lines of other systems', 'A: b\n\nx\r.\ry\n', 'A: b\r\n\r\nx\r\n.\r\ny\r\n'],
])('a message %s arrives as it is, its ends of lines mended', async (_, sent, arrived) => {
  const server = await start()
  const smtp = client(server.url)
  const mail = { ...mailTo('reader@example.org'), message: Buffer.from(sent) }
  for (let n = 0; n < 2; n++)
    expect(await smtp.send(mail, yes)).toEqual({ outcome: 'sent', receipt: '250 OK: message queued' })
  expect(server.mails.map(({ raw }) => raw.toString())).toEqual([arrived, arrived])
})
