import { describe, expect, test } from 'vitest'
import { buildMail, messageIdFor } from '../../src/deliver/index.ts'
import { client, mailTo, message, sendOne, start, yes } from './smtp-client.ts'

describe('a message that goes well', () => {
  test('is sent, with the reply of the server', async () => {
    const server = await start()
    const { receipt, asked } = await sendOne(client(server.url))
    expect(receipt).toEqual({ outcome: 'sent', receipt: '250 OK: message queued' })
    expect(asked).toBe(1)
    expect(server.mails).toHaveLength(1)
    expect(server.mails[0]!.envelope).toEqual({
      from: 'bounces@freehold.example',
      to: ['reader@example.org'],
    })
    expect(server.mails[0]!.raw.toString()).toBe(message.toString())
  })

  test('arrives as it was built, headers and both parts', async () => {
    const server = await start()
    const built = await buildMail({
      from: 'Freehold <digest@freehold.example>',
      to: 'reader@example.org',
      subject: 'Ausgabe 12 – Überblick',
      html: '<p>Hallo</p>',
      text: 'Hallo\n.\nEnde',
      messageId: messageIdFor('d1', 'freehold.example'),
      date: 1_790_000_000_000,
      listId: 'Freehold <digest.freehold.example>',
      listUnsubscribe: '<https://freehold.example/unsubscribe/abc>',
      listArchive: '<https://freehold.example/digests>',
      extraHeaders: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    })
    await client(server.url).send({ ...mailTo('reader@example.org'), message: built }, yes)
    const parsed = await server.mails[0]!.parsed()
    expect(server.mails[0]!.raw).toEqual(built)
    expect(parsed.subject).toBe('Ausgabe 12 – Überblick')
    expect(parsed.text?.trim()).toBe('Hallo\n.\nEnde')
    expect(parsed.messageId).toBe(messageIdFor('d1', 'freehold.example'))
    expect(parsed.headerLines.map((line) => line.key)).toEqual(
      expect.arrayContaining([
        'list-id',
        'list-unsubscribe',
        'list-unsubscribe-post',
        'list-archive',
        'auto-submitted',
        'date',
      ]),
    )
  })

  test('may have no one to bounce to', async () => {
    const server = await start()
    await client(server.url).send({ ...mailTo('reader@example.org'), envelopeFrom: '' }, yes)
    expect(server.mails[0]!.envelope.from).toBe('')
  })
})

describe('before the body', () => {
  test('onBody is awaited when everything else is agreed and no byte has gone', async () => {
    const server = await start()
    let seen: { rcpt: number; bodyBytes: number } | undefined
    const receipt = await client(server.url).send(mailTo('reader@example.org'), async () => {
      seen = { ...server.counts }
      return true
    })
    expect(receipt.outcome).toBe('sent')
    expect(seen).toMatchObject({ mail: 1, rcpt: 1, bodyBytes: 0 })
  })

  test('a message goes nowhere when onBody says false', async () => {
    const server = await start()
    const smtp = client(server.url)
    const receipt = await smtp.send(mailTo('reader@example.org'), async () => false)
    expect(receipt).toEqual({ outcome: 'deferred', error: expect.stringContaining('held back') })
    // The next message needs a new connection, and by its arrival the first one has been dealt with.
    expect((await sendOne(smtp, 'second@example.org')).receipt.outcome).toBe('sent')
    expect(server.connections.opened).toBe(2)
    expect(server.mails.map((mail) => mail.envelope.to)).toEqual([['second@example.org']])
    expect(server.counts.bodyBytes).toBe(message.length)
  })

  test('a message goes nowhere when onBody fails', async () => {
    const server = await start()
    const receipt = await client(server.url).send(mailTo('reader@example.org'), async () => {
      throw new Error('the database is locked')
    })
    expect(receipt).toEqual({ outcome: 'deferred', error: expect.stringContaining('the database is locked') })
    expect(server.mails).toEqual([])
    expect(server.counts.bodyBytes).toBe(0)
  })

  test('a connection that ends while onBody is awaited leaves the message unsent, and the answer waited for', async () => {
    const server = await start()
    const smtp = client(server.url)
    let answered = false
    const receipt = await smtp.send(mailTo('reader@example.org'), async () => {
      await server.dropConnections()
      // A conversation of its own, in the course of which the end of the first one is heard.
      await smtp.verify()
      answered = true
      return true
    })
    expect(receipt.outcome).toBe('deferred')
    expect(answered).toBe(true)
    expect(server.mails).toEqual([])
  })
})
