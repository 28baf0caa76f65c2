import { describe, expect, test } from 'vitest'
import type { Receipt } from '../../src/model/index.ts'
import type { SmtpFault } from '../servers/smtp-server.ts'
import { client, mailTo, message, sendOne, start, startScripted, yes } from './smtp-client.ts'

describe.each([true, false])('what a failure means (pipelining %s)', (pipelining) => {
  test.each<[SmtpFault['at'], SmtpFault['does'], Receipt['outcome'], number, RegExp]>([
    ['mail', '451 4.3.0 Try later', 'deferred', 0, /put the message off at MAIL FROM: 451 4\.3\.0 Try later/],
    ['mail', '553 5.7.1 Sender refused', 'failed', 0, /refused the message at MAIL FROM: 553 5\.7\.1/],
    ['mail', '530 5.7.0 Authentication required', 'deferred', 0, /refused our log-in: 530.*SMTP_URL/],
    ['rcpt', '450 4.2.1 Mailbox busy', 'deferred', 0, /put the message off at RCPT TO: 450 4\.2\.1/],
    [
      'rcpt',
      '550 5.1.1 No such user',
      'failed',
      0,
      /refused the message at RCPT TO: 550 5\.1\.1 No such user/,
    ],
    ['rcpt', '421 4.7.0 Too many messages', 'deferred', 0, /421 4\.7\.0/],
    ['data', '451 4.3.0 Disk full', 'deferred', 0, /put the message off at DATA: 451/],
    ['data', '554 5.7.1 No', 'failed', 0, /refused the message at DATA: 554/],
    ['reply', '451 4.7.1 Greylisted', 'deferred', 1, /put the message off at DATA: 451 4\.7\.1/],
    ['reply', '554 5.6.0 Spam', 'failed', 1, /refused the message at DATA: 554 5\.6\.0/],
    ['reply', '421 4.3.2 Shutting down', 'deferred', 1, /421 4\.3\.2/],
    ['mail', 'drop', 'deferred', 0, /was lost before the message went out/],
    ['mail', 'reset', 'deferred', 0, /was lost before the message went out/],
    ['rcpt', 'drop', 'deferred', 0, /was lost before the message went out/],
    ['rcpt', 'reset', 'deferred', 0, /was lost before the message went out/],
    ['data', 'drop', 'deferred', 0, /was lost before the message went out/],
    ['data', 'reset', 'deferred', 0, /was lost before the message went out/],
    ['body', 'drop', 'unknown', 1, /after the message had begun to go out/],
    ['body', 'reset', 'unknown', 1, /after the message had begun to go out/],
    ['reply', 'drop', 'unknown', 1, /ended the connection without a reply/],
    ['reply', 'reset', 'unknown', 1, /ended the connection without a reply/],
  ])('%s: %s → %s', async (at, does, outcome, asked, error) => {
    const server = await start({ pipelining })
    const smtp = client(server.url)
    server.fault({ at, does, times: 1 })
    const first = await sendOne(smtp)
    expect(first.receipt).toEqual({ outcome, error: expect.stringMatching(error) })
    expect(first.receipt).toHaveProperty('error', expect.stringContaining(`127.0.0.1:${server.port}`))
    expect(first.asked).toBe(asked)
    // Taken only where the reply alone was lost, and not sent a second time by itself.
    expect(server.mails).toHaveLength(at === 'reply' && outcome === 'unknown' ? 1 : 0)

    // The failure concerns that one message: the next goes through.
    const second = await sendOne(smtp, 'second@example.org')
    expect(second.receipt.outcome).toBe('sent')
    expect(server.mails.at(-1)!.envelope.to).toEqual(['second@example.org'])
  })
})

describe('one recipient’s failure', () => {
  test('leaves the others alone, on the same connection', async () => {
    const server = await start()
    const smtp = client(server.url, { connections: 1 })
    server.fault({ at: 'rcpt', does: '550 5.1.1 No such user', to: 'gone@example.org' })
    server.fault({ at: 'rcpt', does: '450 4.2.1 Busy', to: 'busy@example.org' })
    const outcomes = []
    for (const name of ['a', 'gone', 'b', 'busy', 'c'])
      outcomes.push((await sendOne(smtp, `${name}@example.org`)).receipt.outcome)
    expect(outcomes).toEqual(['sent', 'failed', 'sent', 'deferred', 'sent'])
    expect(server.mails.map((mail) => mail.envelope.to[0])).toEqual([
      'a@example.org',
      'b@example.org',
      'c@example.org',
    ])
    expect(server.connections.opened).toBe(1)
  })

  test('is final when the address can’t stand in an envelope', async () => {
    const server = await start()
    const smtp = client(server.url)
    const receipt = await smtp.send(
      { ...mailTo('a@example.org'), to: 'a@example.org>\r\nRCPT TO:<b@example.org' },
      yes,
    )
    expect(receipt).toEqual({ outcome: 'failed', error: expect.stringContaining('Correct the address') })
    expect(server.counts.rcpt).toBe(0)
    expect((await sendOne(smtp)).receipt.outcome).toBe('sent')
  })

  test('is final when the message is larger than the server takes', async () => {
    const server = await start({ size: 1_000 })
    const big = { ...mailTo('a@example.org'), message: Buffer.concat([message, Buffer.alloc(2_000, 'x')]) }
    const receipt = await client(server.url).send(big, yes)
    expect(receipt).toEqual({ outcome: 'failed', error: expect.stringContaining('messages of this size') })
    expect(server.counts.bodyBytes).toBe(0)
  })
})

describe('a server that does not answer', () => {
  test('after the body leaves the outcome unknown', async () => {
    const server = await start()
    server.hold()
    const { receipt } = await sendOne(client(server.url, { timeouts: { replyMs: 150 } }))
    expect(receipt).toEqual({ outcome: 'unknown', error: expect.stringContaining('gave no reply in time') })
    expect(server.mails).toHaveLength(1)
  })

  test('before the body defers', async () => {
    const port = await startScripted((line, reply) => {
      if (!line.startsWith('MAIL')) reply('250 OK')
    })
    const { receipt, asked } = await sendOne(
      client(`smtp://127.0.0.1:${port}`, { timeouts: { replyMs: 100 } }),
    )
    expect(receipt).toEqual({
      outcome: 'deferred',
      error: expect.stringContaining('before the message went out'),
    })
    expect(asked).toBe(0)
  })
})

test('a server that says yes before it has the message is not believed', async () => {
  const bodies: string[] = []
  const port = await startScripted(
    (line, reply) => reply(line === 'DATA' ? '354 Go on\r\n250 OK' : '250 OK'),
    bodies,
  )
  const smtp = client(`smtp://127.0.0.1:${port}`)
  const receipt = await smtp.send(mailTo('reader@example.org'), async () => {
    // A conversation of its own, in the course of which the false answer is heard.
    await smtp.verify()
    return true
  })
  expect(receipt).toEqual({ outcome: 'deferred', error: expect.stringContaining('does not keep to SMTP') })
  await smtp.verify()
  expect(bodies).toEqual([])
})
