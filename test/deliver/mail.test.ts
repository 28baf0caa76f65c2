import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import { buildMail, type Mail, messageIdFor } from '../../src/deliver/index.ts'

const mail: Mail = {
  from: 'Freehold – Übersicht <digest@freehold.example>',
  to: 'reader@example.org',
  subject: 'Freehold 12: offene Modelle – März',
  html: '<p>Grüße an <b>alle</b>, 今日は</p>',
  text: 'Grüße an alle, 今日は\n.\nEnde',
  messageId: messageIdFor('delivery-1', 'freehold.example'),
  date: Date.UTC(2026, 10, 2, 9, 0, 5),
  listId: 'Freehold digest <digest.freehold.example>',
  listUnsubscribe: `<https://freehold.example/unsubscribe/${'t'.repeat(90)}>, <mailto:unsubscribe+${'t'.repeat(60)}@freehold.example>`,
  listArchive: 'https://freehold.example/digests',
  extraHeaders: {
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'Feedback-ID': '12:digest:freehold',
  },
}

/** The headers of a message as a receiver unfolds them. */
function headersOf(bytes: Buffer): string[] {
  const text = bytes.toString('latin1')
  return text
    .slice(0, text.indexOf('\r\n\r\n'))
    .replaceAll(/\r\n[ \t]/g, ' ')
    .split('\r\n')
}

describe('buildMail', () => {
  test('writes the headers a list mail needs, each once', async () => {
    const headers = headersOf(await buildMail(mail))
    for (const expected of [
      'To: reader@example.org',
      'Date: Mon, 02 Nov 2026 09:00:05 +0000',
      `Message-ID: ${mail.messageId}`,
      'MIME-Version: 1.0',
      'Auto-Submitted: auto-generated',
      'List-ID: Freehold digest <digest.freehold.example>',
      `List-Unsubscribe: ${mail.listUnsubscribe}`,
      'List-Archive: <https://freehold.example/digests>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'Feedback-ID: 12:digest:freehold',
    ]) {
      expect(headers).toContain(expected)
    }
    const names = headers.map((header) => header.split(':')[0]!.toLowerCase())
    expect(new Set(names).size).toBe(names.length)
  })

  test('puts the text part before the HTML part, both UTF-8', async () => {
    const bytes = await buildMail(mail)
    const raw = bytes.toString('latin1')
    expect(headersOf(bytes).find((h) => h.startsWith('Content-Type'))).toMatch(/multipart\/alternative/)
    expect(raw.match(/Content-Type: text\/\w+; charset=utf-8/g)).toEqual([
      'Content-Type: text/plain; charset=utf-8',
      'Content-Type: text/html; charset=utf-8',
    ])
    const read = await simpleParser(bytes)
    expect(read.text?.trim()).toBe(mail.text)
    expect(read.html).toContain('Grüße an <b>alle</b>, 今日は')
    expect(read.subject).toBe(mail.subject)
    expect(read.from?.value).toEqual([{ address: 'digest@freehold.example', name: 'Freehold – Übersicht' }])
  })

  test('is 7-bit with CRLF and lines that every server takes', async () => {
    const long = `<p>${'lange Zeile ä '.repeat(500)}</p>`
    const raw = (await buildMail({ ...mail, html: long, text: 'a\nb\r\nc' })).toString('latin1')
    expect([...raw].filter((c) => c > '~')).toEqual([])
    expect(raw).not.toMatch(/[^\r]\n/)
    expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998)
  })

  test('gives the same bytes for the same mail', async () => {
    expect(await buildMail(mail)).toEqual(await buildMail({ ...mail, date: new Date(mail.date) }))
    expect(await buildMail(mail)).not.toEqual(await buildMail({ ...mail, subject: 'Other' }))
  })

  test('writes only the list headers it was given', async () => {
    const { from, to, subject, html, text, messageId, date } = mail
    const headers = headersOf(await buildMail({ from, to, subject, html, text, messageId, date }))
    expect(headers.filter((header) => header.startsWith('List-'))).toEqual([])
  })

  test('keeps a List-Id readable when its phrase is not ASCII', async () => {
    const headers = headersOf(
      await buildMail({ ...mail, listId: 'Freehold Übersicht <digest.freehold.example>' }),
    )
    expect(headers.find((h) => h.startsWith('List-ID'))).toMatch(/^List-ID: .*<digest\.freehold\.example>$/)
  })

  test('folds line breaks out of a subject, which comes from feeds', async () => {
    const bytes = await buildMail({ ...mail, subject: 'News\r\nBcc: everyone@example.org\r\n\r\nbody' })
    const read = await simpleParser(bytes)
    expect(read.subject).toBe('News Bcc: everyone@example.org body')
    expect(read.bcc).toBeUndefined()
  })

  test.each<[string, Partial<Mail>]>([
    ['From', { from: 'a@example.org\r\nBcc: b@example.org' }],
    ['To', { to: 'a@example.org\nBcc: b@example.org' }],
    ['Message-ID', { messageId: '<a@b>\rX: y' }],
    ['List-Id', { listId: 'x\r\nBcc: b@example.org' }],
    ['List-Unsubscribe', { listUnsubscribe: '<https://x>\r\nBcc: b@example.org' }],
    ['List-Archive', { listArchive: 'https://x\0' }],
    ['Feedback-ID', { extraHeaders: { 'Feedback-ID': 'a\r\n b' } }],
  ])('refuses a line break in %s', async (header, change) => {
    await expect(buildMail({ ...mail, ...change })).rejects.toThrow(
      `mail header ${header} holds a line break`,
    )
  })

  test.each(['X-A:b\r\nBcc', 'X A', ''])('refuses “%s” as the name of a header', async (name) => {
    await expect(buildMail({ ...mail, extraHeaders: { [name]: 'v' } })).rejects.toThrow(
      'is no name for a mail header',
    )
  })

  test('refuses a second recipient by way of an extra header', async () => {
    await expect(buildMail({ ...mail, extraHeaders: { BCC: 'b@example.org' } })).rejects.toThrow(
      'field of its own',
    )
  })

  test('never makes two recipients of one address', async () => {
    const read = await simpleParser(await buildMail({ ...mail, to: 'a@example.org, b@example.org' }))
    const to = [read.to ?? []].flat()
    expect(to.flatMap((list) => list.value).filter((entry) => entry.address === 'b@example.org')).toEqual([])
  })
})

describe('messageIdFor', () => {
  test('is the same for the same delivery, and another for another', () => {
    expect(messageIdFor('d1', 'x.example')).toBe(messageIdFor('d1', 'x.example'))
    expect(messageIdFor('d1', 'x.example')).not.toBe(messageIdFor('d2', 'x.example'))
    expect(messageIdFor('a b\r\n>', 'x.example')).toMatch(/^<[0-9a-f]{32}@x\.example>$/)
  })
})
