import { describe, expect, test } from 'vitest'
import { client, sendOne, start, startScripted } from './smtp-client.ts'

describe('connections', () => {
  test('are kept for many messages', async () => {
    const server = await start()
    const smtp = client(server.url)
    for (let i = 0; i < 20; i++)
      expect((await sendOne(smtp, `r${i}@example.org`)).receipt.outcome).toBe('sent')
    expect(server.mails).toHaveLength(20)
    expect(server.connections.opened).toBe(1)
  })

  test('are never more than asked for; callers wait in line', async () => {
    const server = await start()
    const smtp = client(server.url, { connections: 3 })
    server.hold()
    const all = Promise.all(Array.from({ length: 12 }, (_, i) => sendOne(smtp, `r${i}@example.org`)))
    await server.held(3)
    expect(server.connections).toEqual({ opened: 3, open: 3, most: 3 })
    expect(server.counts.mail).toBe(3)
    server.release()
    expect((await all).map(({ receipt }) => receipt.outcome)).toEqual(Array(12).fill('sent'))
    expect(server.connections).toMatchObject({ opened: 3, most: 3 })
    expect(new Set(server.mails.map((mail) => mail.envelope.to[0])).size).toBe(12)
  })

  test('are replaced after so many messages', async () => {
    const server = await start()
    const smtp = client(server.url, { messagesPerConnection: 2 })
    for (let i = 0; i < 5; i++) await sendOne(smtp)
    expect(server.mails).toHaveLength(5)
    expect(server.connections.opened).toBe(3)
  })

  test('that the server closed while idle are replaced unseen', async () => {
    const server = await start()
    const smtp = client(server.url)
    await sendOne(smtp)
    await server.dropConnections()
    await smtp.verify()
    expect((await sendOne(smtp)).receipt.outcome).toBe('sent')
    expect(server.connections.opened).toBe(3)
  })

  test('are asked whether they live after a long rest, and replaced if not', async () => {
    let now = 0
    // Takes one message, then answers RSET as a server does that has had enough of waiting.
    const commands: string[] = []
    const port = await startScripted((line, reply) => {
      commands.push(line.split(' ')[0]!)
      if (line === 'RSET') return reply('421 4.4.2 Timeout')
      if (line === 'DATA') return reply('354 Go on')
      reply('250 OK')
    })
    const smtp = client(`smtp://127.0.0.1:${port}`, { now: () => now })
    expect((await sendOne(smtp)).receipt.outcome).toBe('sent')
    now += 1_000
    expect((await sendOne(smtp)).receipt.outcome).toBe('sent')
    expect(commands).not.toContain('RSET')
    now += 60_000
    expect((await sendOne(smtp)).receipt.outcome).toBe('sent')
    expect(commands.filter((command) => ['EHLO', 'RSET', 'DATA'].includes(command))).toEqual([
      'EHLO',
      'DATA',
      'DATA',
      'RSET',
      'EHLO',
      'DATA',
    ])
  })

  test('close waits for what is under way, defers what is in line, and takes no more', async () => {
    const server = await start()
    const smtp = client(server.url, { connections: 1 })
    server.hold()
    const [first, second] = [sendOne(smtp), sendOne(smtp, 'second@example.org')]
    await server.held(1)
    const closed = smtp.close()
    server.release()
    expect((await first).receipt.outcome).toBe('sent')
    expect((await second).receipt).toEqual({
      outcome: 'deferred',
      error: expect.stringContaining('stopping'),
    })
    await closed
    expect((await sendOne(smtp)).receipt.outcome).toBe('deferred')
    expect(server.mails).toHaveLength(1)
  })
})

describe('getting a session', () => {
  test('logs in with user and password of the URL', async () => {
    const server = await start({ auth: { user: 'free@hold', pass: 'p:/%?' } })
    const smtp = client(server.url)
    expect(await smtp.verify()).toEqual({ ok: true })
    expect((await sendOne(smtp)).receipt.outcome).toBe('sent')
  })

  test('a refused log-in is not the recipient’s fault', async () => {
    const server = await start({ auth: { user: 'u', pass: 'right' } })
    const smtp = client(server.url.replace('right', 'wrong'))
    const { receipt } = await sendOne(smtp)
    expect(receipt).toEqual({
      outcome: 'deferred',
      error: expect.stringMatching(/refused our log-in: .*535.*SMTP_URL/),
    })
    expect(receipt).toHaveProperty('error', expect.not.stringContaining('wrong'))
    expect(await smtp.verify()).toEqual({ ok: false, error: expect.stringContaining('refused our log-in') })
  })

  test('a missing log-in is not the recipient’s fault', async () => {
    const server = await start({ auth: { user: 'u', pass: 'p' } })
    const { receipt } = await sendOne(client(`smtp://127.0.0.1:${server.port}`))
    expect(receipt).toEqual({ outcome: 'deferred', error: expect.stringMatching(/530.*SMTP_URL/) })
  })

  test('says so when the server offers no log-in', async () => {
    const server = await start()
    const { receipt } = await sendOne(client(`smtp://u:p@127.0.0.1:${server.port}`))
    expect(receipt).toEqual({ outcome: 'deferred', error: expect.stringContaining('offers no log-in') })
    expect(server.mails).toEqual([])
  })

  test.each(['421 4.3.2 Too busy', '554 5.7.1 Your address is blocked'] as const)(
    'a greeting of %s defers',
    async (greeting) => {
      const server = await start({ greeting })
      const smtp = client(server.url)
      const { receipt, asked } = await sendOne(smtp)
      expect(receipt).toEqual({ outcome: 'deferred', error: expect.stringContaining(greeting) })
      expect(asked).toBe(0)
      expect(await smtp.verify()).toEqual({ ok: false, error: expect.stringContaining('turned us away') })
    },
  )

  test('a server that says nothing defers, in time', async () => {
    const server = await start({ greeting: 'silent' })
    const { receipt } = await sendOne(client(server.url, { timeouts: { greetingMs: 50 } }))
    expect(receipt).toEqual({
      outcome: 'deferred',
      error: expect.stringContaining('Greeting never received'),
    })
  })

  test('a server that is away defers, and is found again', async () => {
    const gone = await start()
    await gone.close()
    const smtp = client(gone.url)
    expect((await sendOne(smtp)).receipt).toEqual({
      outcome: 'deferred',
      error: expect.stringMatching(/can't be reached: connection refused\. Check host and port in SMTP_URL/),
    })
    await start({ port: gone.port })
    expect((await sendOne(smtp)).receipt.outcome).toBe('sent')
  })

  test('a host that does not exist defers', async () => {
    const { receipt } = await sendOne(client('smtp://mail.invalid', { timeouts: { connectMs: 5_000 } }))
    expect(receipt).toEqual({ outcome: 'deferred', error: expect.stringContaining('mail.invalid') })
  })
})

describe('encryption', () => {
  const trusting = { tls: { rejectUnauthorized: false } }

  test('is taken up when offered', async () => {
    const server = await start({ starttls: true })
    expect((await sendOne(client(server.url, trusting))).receipt.outcome).toBe('sent')
    expect(server.mails[0]!.encrypted).toBe(true)
  })

  test('is there from the first byte with smtps', async () => {
    const server = await start({ secure: true })
    expect((await sendOne(client(server.url, trusting))).receipt.outcome).toBe('sent')
    expect(server.mails[0]!.encrypted).toBe(true)
  })

  test('is left alone with ignoreTls', async () => {
    const server = await start({ starttls: true })
    expect((await sendOne(client(`${server.url}?ignoreTls=true`))).receipt.outcome).toBe('sent')
    expect(server.mails[0]!.encrypted).toBe(false)
  })

  test('with a certificate nobody trusts is no encryption', async () => {
    const server = await start({ starttls: true })
    const { receipt } = await sendOne(client(server.url))
    expect(receipt).toEqual({
      outcome: 'deferred',
      error: expect.stringMatching(/no encrypted connection.*ignoreTls=true/),
    })
    const tls = await start({ secure: true })
    const { receipt: other } = await sendOne(client(tls.url))
    expect(other).toEqual({ outcome: 'deferred', error: expect.stringMatching(/no encrypted connection/) })
    expect([...server.mails, ...tls.mails]).toEqual([])
  })

  test('that is required but not offered stops the message', async () => {
    const server = await start()
    const { receipt } = await sendOne(client(`${server.url}?requireTls=true`))
    expect(receipt).toEqual({
      outcome: 'deferred',
      error: expect.stringContaining('no encrypted connection'),
    })
    expect(server.counts.mail).toBe(0)
  })
})
