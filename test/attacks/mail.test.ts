import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { buildMail, createSmtp, readReturn } from '../../src/deliver/index.ts'
import { takeMaildir } from '../../src/jobs/index.ts'
import { createSigner } from '../../src/lib/sign/index.ts'
import { hour } from '../../src/model/index.ts'
import { richDigest, section, story } from '../fixtures/digests.ts'
import { headersOf, startPost } from '../mail/post-office.ts'

const ada = 'ada@example.org'

describe('an address', () => {
  test.each([
    'ada@example.org\r\nBcc: eve@evil.example',
    'ada@example.org>\r\nRCPT TO:<eve@evil.example',
    'ada@example.org, eve@evil.example',
    'ada@example.org;eve@evil.example',
    'ada@example.org eve@evil.example',
    '<ada@example.org>',
    'Ada <ada@example.org>',
    '"ada lovelace"@example.org',
    '"ada\\"@evil.example"@example.org',
    '"@evil.example,ada"@example.org',
    'ada(comment)@example.org',
    '@evil.example:ada@example.org',
    'ada@evil.example@example.org',
    'ada@[127.0.0.1]',
    'ada@[IPv6:::1]',
    'ada@localhost',
    'ada@example..org',
    'ada@-example.org',
    'ada\0@example.org',
    'аda@example.org',
    `${'a'.repeat(65)}@example.org`,
    `a@${'b'.repeat(63)}.${'c'.repeat(190)}.org`,
    '',
    '@',
  ])('that could be two, or lead elsewhere, gets no mail: %j', async (email) => {
    const { post, send, fresh, server, dump } = await startPost()
    const before = dump()
    const answer = await post('/subscribe', { email })
    expect(await answer.text()).toContain('not an e-mail address')
    await send()
    expect(fresh()).toEqual([])
    expect(server.mails).toEqual([])
    expect(dump()).toEqual(before)
  })

  test.each([
    ['ada@münchen.example', 'ada@xn--mnchen-3ya.example'],
    ['ada@EXAMPLE.org', 'ada@example.org'],
    ['ada+b=c@example.org', 'ada+b=c@example.org'],
    ["o'ada@example.org", "o'ada@example.org"],
    ['-oQ/tmp@example.org', '-oq/tmp@example.org'],
    ['=cmd@example.org', '=cmd@example.org'],
  ])('of unusual signs goes into the envelope as one, and into one header: %s', async (email, as) => {
    const { post, send, fresh } = await startPost()
    await post('/subscribe', { email })
    await send()
    const [mail, ...more] = fresh()
    expect(more).toEqual([])
    // The server of the tests gives domains back in their own letters.
    expect(mail!.envelope.to.map((one) => one.toLowerCase())).toEqual([email.toLowerCase()])
    const to = headersOf(mail!.raw).filter(([name]) => ['to', 'cc', 'bcc'].includes(name))
    expect(to.map(([name, value]) => `${name} ${value.toLowerCase()}`)).toEqual([`to ${as}`])
  })
})

test('a server that knows ASCII only gets a domain of other letters by the name that DNS knows', async () => {
  const said: string[] = []
  const server = createServer((socket) => {
    let inBody = false
    socket.write('220 ascii\r\n')
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        said.push(line)
        if (inBody && line !== '.') continue
        inBody = line === 'DATA'
        socket.write(inBody ? '354 go on\r\n' : '250 fine\r\n')
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const smtp = createSmtp({ url: `smtp://127.0.0.1:${port}?ignoreTls=true` })
  const mail = {
    envelopeFrom: 'b@example.org',
    to: 'ada@münchen.example',
    message: Buffer.from('Subject: x\r\n\r\ny\r\n'),
  }
  expect(await smtp.send(mail, async () => true)).toMatchObject({ outcome: 'sent' })
  expect(said).toContain('RCPT TO:<ada@xn--mnchen-3ya.example>')
  server.close()
  await smtp.close()
})

describe('a header', () => {
  const nasty = 'Heron\r\nBcc: eve@evil.example\r\n\r\n<script>\u2028X: y\u0085Z: w\0'
  const names = [
    'from',
    'to',
    'subject',
    'date',
    'message-id',
    'list-id',
    'list-unsubscribe',
    'list-unsubscribe-post',
  ]

  test('is begun by no title, feed or lead', async () => {
    const { release, reader, send, fresh } = await startPost()
    await reader(ada)
    await release({
      ...richDigest,
      lead: [{ text: nasty, backing: [] }],
      sections: [section('renewal', [story({ item: 'n', title: nasty, feedTitle: nasty, evidence: nasty })])],
    })
    await send()
    const [mail, ...more] = fresh()
    expect(more).toEqual([])
    expect(mail!.envelope.to).toEqual([ada])
    const headers = headersOf(mail!.raw)
    for (const name of names) expect(headers.filter(([one]) => one === name).length, name).toBe(1)
    for (const name of ['bcc', 'cc', 'x', 'z'])
      expect(
        headers.some(([one]) => one === name),
        name,
      ).toBe(false)
    expect(mail!.raw.toString('latin1').split('\r\n\r\n')[0]).not.toMatch(/(?<!\r)\n|\r(?!\n)/)
  })

  test.each(['from', 'to', 'messageId', 'listId', 'listUnsubscribe', 'listArchive'] as const)(
    'takes no line break from %s, however it is written',
    async (field) => {
      const mail = { from: 'a@example.org', to: ada, subject: 's', html: 'h', text: 't', messageId: '<i@example.org>', date: 0 } // biome-ignore format: short
      for (const end of [
        '\r\nBcc: eve@evil.example',
        '\nBcc: eve@evil.example',
        '\rBcc: eve@evil.example',
        '\0',
      ]) {
        await expect(buildMail({ ...mail, [field]: `a@example.org${end}` })).rejects.toThrow('line break')
      }
    },
  )

  test('ends no body: a line of one dot arrives as it was written', async () => {
    const { release, reader, send, fresh, server } = await startPost()
    await reader(ada)
    const text = 'Heron\r\n.\r\nMAIL FROM:<eve@evil.example>\r\nRCPT TO:<eve@evil.example>\r\nDATA'
    await release({ ...richDigest, lead: [{ text, backing: [] }] })
    await send()
    expect(fresh().map(({ envelope }) => envelope.to)).toEqual([[ada]])
    expect(server.mails).toHaveLength(1)
  })
})

describe('a list bomb', () => {
  test('of one address brings it one mail an hour, from however many networks and however it is written', async () => {
    const { post, send, fresh, pass } = await startPost()
    const ways = ['ada@example.org', 'ADA@example.org', ' ada@EXAMPLE.org ', 'Ada@Example.Org']
    for (let round = 0; round < 5; round++) {
      for (const email of ways) expect((await post('/subscribe', { email })).status).toBe(200)
    }
    await send()
    expect(fresh()).toHaveLength(1)
    pass(hour / 2)
    await post('/subscribe', { email: ada })
    await send()
    expect(fresh()).toEqual([])
  })

  test('of many addresses from one network ends at ten an hour', async () => {
    const { post, send, fresh } = await startPost()
    const statuses: number[] = []
    for (let n = 0; n < 15; n++) {
      const answer = await post(
        '/subscribe',
        { email: `victim${n}@example.org` },
        { 'x-forwarded-for': `192.0.2.${n}` },
      )
      statuses.push(answer.status)
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(5)
    await send()
    expect(fresh()).toHaveLength(10)
  })
})

describe('a bounce', () => {
  const forged = (to: string, about = ada) =>
    [
      'Return-Path: <>',
      'From: MAILER-DAEMON@mx.evil.example',
      `To: ${to}`,
      'Subject: Undelivered Mail Returned to Sender',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
      '',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.evil.example',
      '',
      `Final-Recipient: rfc822; ${about}`,
      'Action: failed',
      'Status: 5.1.1',
      '',
      '--b--',
      '',
    ].join('\r\n')

  test('to an address that was not made here, or by another secret, stops nobody', async () => {
    const { reader, release, send, fresh, takeReturn, way } = await startPost()
    const { id } = await reader(ada)
    await release(richDigest)
    await send()
    const [mail] = fresh()
    const [local] = mail!.envelope.from.split('@')
    const delivery = way.post.signer.readBounceAddress(local!)!
    const wrong = [
      createSigner('another secret of the tests').bounceAddress(delivery),
      `${local!.slice(0, -1)}${local!.endsWith('0') ? '1' : '0'}`,
      local!.slice(0, -2),
      `bounce-${delivery}-${'0'.repeat(20)}`,
      `bounce-${delivery}-`,
      local!.replace('bounce-', 'bounce-x'),
      `x+${local}`,
    ]
    for (const address of wrong) {
      expect(await takeReturn(forged(`${address}@news.freehold.example`)), address).toMatchObject({
        did: 'refused',
      })
    }
    expect(await way.store.subscribers.get(id)).toMatchObject({ unsubscribedAt: null })
  })

  test('whose address was made here stops its own reader, whomever it speaks of', async () => {
    const { reader, release, send, fresh, takeReturn, way } = await startPost()
    const eve = await reader('eve@evil.example')
    const victim = await reader(ada)
    await release(richDigest)
    await send()
    const hers = fresh().find(({ envelope }) => envelope.to.includes('eve@evil.example'))!
    expect(await takeReturn(forged(hers.envelope.from, ada))).toMatchObject({ did: 'stopped' })
    expect(await way.store.subscribers.get(victim.id)).toMatchObject({ unsubscribedAt: null })
    expect(await way.store.subscribers.get(eve.id)).toMatchObject({ leftReason: 'bounced' })
  })
})

describe('a mail bomb in the Maildir', () => {
  function maildir() {
    const dir = mkdtempSync(join(tmpdir(), 'freehold-bomb-'))
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
    for (const name of ['new', 'cur', 'tmp']) mkdirSync(join(dir, name))
    return dir
  }
  const nested = (depth: number) => {
    let mail = 'Content-Type: text/plain\r\n\r\nunsubscribe\r\n'
    for (let i = 0; i < depth; i++) {
      mail = `Content-Type: multipart/mixed; boundary="${i}-"\r\n\r\n--${i}-\r\n${mail}\r\n--${i}---\r\n`
    }
    return `From: ${ada}\r\nSubject: x\r\nMIME-Version: 1.0\r\n${mail}`
  }

  test('of 100 MB or of 10,000 nested parts is put aside, changes nothing, and holds up none behind it', async () => {
    const { way, reader } = await startPost()
    const { id } = await reader(ada)
    const dir = maildir()
    writeFileSync(join(dir, 'new', '1.huge'), `From: ${ada}\r\nSubject: unsubscribe\r\n\r\n`)
    truncateSync(join(dir, 'new', '1.huge'), 100 * 1024 * 1024)
    writeFileSync(join(dir, 'new', '2.nested'), nested(10_000))
    const parts = Array.from({ length: 10_000 }, () => '--b\r\nContent-Type: text/plain\r\n\r\na\r\n').join(
      '',
    )
    writeFileSync(
      join(dir, 'new', '3.wide'),
      `From: ${ada}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${parts}--b--`,
    )
    writeFileSync(
      join(dir, 'new', '4.encoded'),
      `From: ${ada}\r\nSubject: ${'=?utf-8?B?dW5zdWI=?= '.repeat(20_000)}\r\n\r\nx`,
    )
    writeFileSync(join(dir, 'new', '5.good'), `From: ${ada}\r\nSubject: unsubscribe\r\n\r\nunsubscribe\r\n`)
    const before = process.memoryUsage().arrayBuffers
    const kinds: string[] = []
    for await (const { did } of takeMaildir(way, dir)) {
      kinds.push(did)
      if (kinds.length === 4)
        expect(await way.store.subscribers.get(id)).toMatchObject({ unsubscribedAt: null })
    }
    expect(kinds).toEqual(['nothing', 'nothing', 'nothing', 'nothing', 'stopped'])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024)
    expect(readdirSync(join(dir, 'new'))).toEqual([])
    expect(readdirSync(join(dir, 'cur'))).toHaveLength(5)
  })

  test('says of none what it was not sent as', async () => {
    const found = await readReturn(
      Buffer.from(`From: ${ada}\r\nSubject: ${'\u0000\u001b[2J'.repeat(9)}\r\n\r\nhello`),
    )
    expect(JSON.stringify(found)).not.toMatch(/\\u001b|\\u0000/)
  })
})

describe('somebody else’s name', () => {
  test('ends at most a subscription: who writes in it learns nothing, changes nothing else, and is undone by a form', async () => {
    const { reader, takeReturn, way, post, send, fresh, dump } = await startPost()
    const { id } = await reader(ada, { ideas: ['renewal'] })
    const before = dump().length
    const letter = (from: string) =>
      `From: ${from}\r\nTo: digest@freehold.example\r\nSubject: unsubscribe\r\n\r\n`
    expect(await takeReturn(letter(ada))).toMatchObject({ did: 'stopped' })
    expect(await takeReturn(letter('nobody@example.org'))).toMatchObject({ did: 'nothing' })
    await send()
    // No mail answers either, so nobody is told who was a reader.
    expect(fresh()).toEqual([])
    expect(await way.store.subscribers.get(id)).toMatchObject({ ideas: ['renewal'], leftReason: 'mail' })
    expect(dump().length).toBeLessThanOrEqual(before + 2)
    await post('/subscribe', { email: ada })
    await send()
    expect(fresh().map(({ envelope }) => envelope.to)).toEqual([[ada]])
  })
})
