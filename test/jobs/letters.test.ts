import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { domainToASCII } from 'node:url'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { describe, expect, onTestFinished, test } from 'vitest'
import { messageIdFor } from '../../src/deliver/index.ts'
import type { Subscriber } from '../../src/model/index.ts'
import { startScripted } from '../deliver/smtp-client.ts'
import { hostile, hostileDigest, quietDigest, richDigest } from '../fixtures/digests.ts'
import {
  day,
  header,
  headersOf,
  hour,
  linksOf,
  linkTo,
  publicUrl,
  startPost,
  type TestPost,
} from '../mail/post-office.ts'
import type { ReceivedMail } from '../servers/smtp-server.ts'

const tokens = ({ way }: TestPost, { id }: Subscriber) => ({
  leave: way.post.signer.token('leave', id),
  choose: way.post.signer.token('choose', id),
})
const to = (mails: ReceivedMail[], email: string) => {
  const found = mails.filter(({ envelope }) => envelope.to.includes(email))
  expect(found).toHaveLength(1)
  return found[0]!
}
const deliveryTo = async ({ way }: TestPost, { id }: Subscriber) => {
  const all = await way.store.deliveries.list({ medium: 'email', target: id })
  return all.at(-1)!
}

describe('a digest on the wire', () => {
  test('has every header that providers ask of lists, each once', async () => {
    const setting = await startPost()
    const { reader, release, send, fresh, way } = setting
    const ada = await reader('ada@example.org')
    await release(richDigest)
    expect(await send()).toEqual({ sent: 1, deferred: 0, failed: 0, unknown: 0, suppressed: 0 })
    const [{ raw, envelope }] = fresh() as [ReceivedMail]
    const { id } = await deliveryTo(setting, ada)
    const { leave } = tokens(setting, ada)
    const link = `https://freehold.example/unsubscribe/${leave}`
    expect(Object.fromEntries(headersOf(raw))).toEqual({
      from: 'Freehold <digest@freehold.example>',
      to: 'ada@example.org',
      subject: expect.stringContaining('Freehold 1'),
      date: 'Mon, 23 Nov 2026 09:00:00 +0000',
      'message-id': messageIdFor(id, 'freehold.example'),
      'mime-version': '1.0',
      'content-type': expect.stringMatching(/^multipart\/alternative; boundary="[^"]+"$/),
      'auto-submitted': 'auto-generated',
      'list-id': 'Freehold digest <digest.freehold.example>',
      'list-archive': '<https://freehold.example/digests>',
      'list-help': '<https://freehold.example/subscribe>',
      'list-unsubscribe': `<${link}>, <mailto:leave@news.freehold.example?subject=unsubscribe%20${leave}>`,
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'feedback-id': 'digest-1:weekly:freehold:freehold.example',
    })
    expect(headersOf(raw)).toHaveLength(14)
    expect(envelope).toEqual({
      from: `${way.post.signer.bounceAddress(id)}@news.freehold.example`,
      to: ['ada@example.org'],
    })
  })

  test('has the text before the HTML, both readable, in lines that every server takes', async () => {
    const { reader, release, send, fresh } = await startPost()
    await reader('ada@example.org')
    await release(richDigest)
    await send()
    const [mail] = fresh()
    const raw = mail!.raw.toString('latin1')
    expect(raw.match(/^Content-Type: text\/\w+/gm)).toEqual([
      'Content-Type: text/plain',
      'Content-Type: text/html',
    ])
    expect(raw).toMatch(/^[\t\r\n\x20-\x7e]*$/)
    expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998)
    const { text, html } = await mail!.parsed()
    for (const part of [text, String(html)]) {
      expect(part).toContain('OLMo 4 is out, with every document it was trained on')
      expect(part).toContain('用四分之一的算力训练同等规模的开放模型')
      expect(part).toContain('Freehold, 1 Canal Street, Example')
    }
    expect(Buffer.byteLength(String(html))).toBeLessThan(80_000)
  })

  test('leads each reader to their own pages in both parts and the header, and to nobody else’s', async () => {
    const setting = await startPost()
    const { reader, release, send, fresh } = setting
    const emails = Array.from({ length: 12 }, (_, n) => `reader${n}@example.org`)
    const readers = await Promise.all(emails.map((email) => reader(email)))
    const all = readers.map((one) => tokens(setting, one))
    await release(richDigest)
    await send()
    const mails = fresh()
    for (const [n, email] of emails.entries()) {
      const mail = to(mails, email)
      const { html, text } = await mail.parsed()
      const { leave, choose } = all[n]!
      for (const part of [text!, String(html)]) {
        expect(part.match(/\/unsubscribe\/[\w.-]+/g)).toEqual([
          `/unsubscribe/${leave}`,
          `/unsubscribe/${leave}`,
        ])
        expect(part.match(/\/preferences\/[\w.-]+/g)).toContain(`/preferences/${choose}`)
        expect(new Set(part.match(/\/preferences\/[\w.-]+/g))).toHaveProperty('size', 1)
      }
      // Quoted-printable breaks tokens in two: with its soft breaks taken out, none may be left that is not theirs.
      const whole = mail.raw.toString('latin1').replaceAll('=\r\n', '')
      expect(whole).not.toMatch(/SLOT(?:LEAVE|CHOOSE)/)
      for (const [m, other] of all.entries()) {
        if (m === n) continue
        expect(whole).not.toContain(other.leave)
        expect(whole).not.toContain(other.choose)
      }
      expect(whole.match(/^To: .*$/gm)).toEqual([`To: ${email}`])
    }
  })

  test('is of the stories that a reader chose', async () => {
    const { reader, release, send, fresh } = await startPost()
    await reader('all@example.org')
    await reader('costs@example.org', { ideas: ['compute-cost'] })
    await reader('same@example.org', { ideas: ['compute-cost'] })
    await reader('closing@example.org', { ideas: ['compute-cost'], directions: ['closes'] })
    await reader('none@example.org', { ideas: ['renewal'], directions: ['mixed'] })
    await release({
      ...richDigest,
      sections: richDigest.sections.map((one) => ({
        ...one,
        stories: one.stories.filter((story) => one.idea !== 'renewal' || story.direction !== 'mixed'),
      })),
    })
    await send()
    const mails = fresh()
    const read = async (name: string) => (await to(mails, `${name}@example.org`).parsed()).text!
    const frontier = 'Frontier training runs now cost more than $1 billion'
    for (const name of ['all', 'costs', 'same', 'closing']) expect(await read(name)).toContain(frontier)
    expect(await read('all')).not.toContain('You chose')
    expect(await read('costs')).toMatch(/You chose stories on Compute cost: \d+ of this\s+issue’s \d+\./)
    expect(await read('closing')).not.toContain(
      'OLMo 4 is out, with every document it was trained on\n  opens',
    )
    expect(to(mails, 'none@example.org').raw.toString()).toContain('nothing you chose')
    const body = async (name: string) => (await read(name)).replace(/\/(unsubscribe|preferences)\/\S+/g, '')
    expect(await body('same')).toBe(await body('costs'))
    expect(await body('closing')).not.toBe(await body('costs'))
  })

  test('promises one click only where the link is https', async () => {
    const { reader, release, send, fresh } = await startPost({ PUBLIC_URL: 'http://freehold.example/base' })
    await reader('ada@example.org')
    await release(quietDigest)
    await send()
    const [mail] = fresh()
    expect(header(mail!.raw, 'list-unsubscribe-post')).toBeUndefined()
    expect(header(mail!.raw, 'list-unsubscribe')).toContain('<http://freehold.example/base/unsubscribe/')
  })

  test('comes back to the sender where there is no domain for bounces', async () => {
    const { reader, release, send, fresh } = await startPost({ BOUNCE_DOMAIN: '' })
    await reader('ada@example.org')
    await release(quietDigest)
    await send()
    const [mail] = fresh()
    expect(mail!.envelope.from).toBe('digest@freehold.example')
    expect(header(mail!.raw, 'list-unsubscribe')).toContain(
      '<mailto:digest@freehold.example?subject=unsubscribe%20',
    )
  })

  test('is the same message, byte for byte, when a person has it sent again a day later', async () => {
    const { reader, release, send, fresh, server, pass, way } = await startPost()
    await reader('ada@example.org')
    const number = await release(richDigest)
    // The server has it, and nobody hears that it has.
    server.fault({ at: 'reply', does: 'drop', times: 1 })
    expect(await send()).toMatchObject({ unknown: 1 })
    pass(day)
    expect(await send()).toMatchObject({ sent: 0, unknown: 0 })
    expect(await way.store.deliveries.resendUnknown(number, 'email', way.now())).toBe(1)
    expect(await send()).toMatchObject({ sent: 1 })
    const [first, second] = fresh()
    expect(second!.raw.equals(first!.raw)).toBe(true)
    expect(second!.envelope).toEqual(first!.envelope)
  })

  test('is dated from when it was released, not from when it was made', async () => {
    const { reader, send, fresh, way, pass } = await startPost()
    await reader('ada@example.org')
    const made = await way.store.digests.create(richDigest, [], {
      now: way.now(),
      release: false,
      expectedLast: null,
    })
    pass(12 * hour)
    expect(await way.store.digests.release(made!.number, way.now())).toBeTruthy()
    await send()
    expect(header(fresh()[0]!.raw, 'date')).toBe('Mon, 23 Nov 2026 21:00:00 +0000')
  })

  test('is signed where there is a key, and a server that looks it up says so', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const dir = mkdtempSync(join(tmpdir(), 'freehold-dkim-'))
    onTestFinished(() => rmSync(dir, { recursive: true }))
    const file = join(dir, 'key.pem')
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const setting = await startPost({ DKIM_KEY: file, DKIM_SELECTOR: 'autumn' })
    const { reader, release, send, fresh, post } = setting
    for (let n = 0; n < 3; n++) await reader(`reader${n}@example.org`)
    await release(richDigest)
    await post('/subscribe', { email: 'new@example.org' })
    expect(await send()).toMatchObject({ sent: 4 })
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    const resolver = async () => [[`v=DKIM1; k=rsa; p=${key}`]]
    for (const { raw, envelope } of fresh()) {
      const { results } = await dkimVerify(raw, { resolver } as never)
      const [result] = results as unknown as {
        status: { result: string }
        signingHeaders: { keys: string }
      }[]
      expect([envelope.to, result!.status.result]).toEqual([envelope.to, 'pass'])
      if (envelope.to[0] !== 'new@example.org') {
        expect(result!.signingHeaders.keys.toLowerCase()).toMatch(/list-unsubscribe: ?list-unsubscribe-post/)
      }
    }
  })
})

describe('what feeds and readers bring in', () => {
  test('breaks no header and no part, whatever a story’s title is', async () => {
    const setting = await startPost()
    const { reader, release, send, fresh, log } = setting
    const ada = await reader('ada@example.org')
    const titles = [
      ...Object.values(hostile),
      'to@slot.invalid',
      '<id@slot.invalid>',
      'A\r\nBcc: bob@example.org',
      '{{unsubscribe}} {{#each this}}',
      `${'用'.repeat(200)}`,
    ]
    for (const title of titles) {
      const section = {
        ...richDigest.sections[0]!,
        stories: [{ ...richDigest.sections[0]!.stories[0]!, title }],
      }
      await release({ ...quietDigest, sections: [section], lead: [] })
      expect(await send()).toMatchObject({ sent: 1 })
      const [mail] = fresh()
      const names = headersOf(mail!.raw).map(([name]) => name)
      expect(new Set(names).size).toBe(names.length)
      expect(names).toHaveLength(14)
      expect(names).not.toContain('bcc')
      expect(mail!.envelope.to).toEqual(['ada@example.org'])
      const { html, text } = await mail!.parsed()
      for (const part of [String(html), text!]) expect(part).toContain(tokens(setting, ada).leave)
      expect(String(html)).not.toMatch(/<script|onerror=[^&]|href="javascript:/i)
    }
    expect(log.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('is not filled in with a reader’s tokens, though a feed writes what stood for them', async () => {
    const setting = await startPost()
    const { reader, release, send, fresh } = setting
    const ada = await reader('ada@example.org')
    const bait = (name: string) => `https://evil.example/?t=${`SLOT${name}`.padEnd(59, 'x')}`
    const stories = ['LEAVE', 'CHOOSE'].map((name) => ({
      ...richDigest.sections[0]!.stories[0]!,
      item: name,
      title: bait(name),
      url: bait(name),
    }))
    await release({ ...richDigest, lead: [], sections: [{ ...richDigest.sections[0]!, stories }] })
    await send()
    const { html, text } = await fresh()[0]!.parsed()
    for (const part of [String(html), text!]) {
      expect(part).toContain('evil.example')
      for (const token of Object.values(tokens(setting, ada))) {
        for (const link of part.match(/https?:[^\s"<>]*evil\.example[^\s"<>]*/g)!)
          expect(link).not.toContain(token)
      }
    }
  })

  test('a hostile issue goes out and harms nobody', async () => {
    const { reader, release, send, fresh } = await startPost()
    await reader('ada@example.org')
    await release(hostileDigest)
    expect(await send()).toMatchObject({ sent: 1 })
    const { html } = await fresh()[0]!.parsed()
    expect(String(html)).not.toMatch(/<script|<img|<iframe|<form|href="(?:javascript|data|vbscript|file):/i)
  })

  test('a domain of another script stands in the envelope in ASCII, which every server takes', async () => {
    const heard: string[] = []
    const port = await startScripted((line, reply) => {
      heard.push(line)
      reply(line.startsWith('DATA') ? '354 Go on' : '250 OK')
    })
    const { reader, release, send } = await startPost({ SMTP_URL: `smtp://127.0.0.1:${port}` })
    await reader('a@bücher.example')
    await release(quietDigest)
    expect(await send()).toMatchObject({ sent: 1 })
    expect(heard).toContain('RCPT TO:<a@xn--bcher-kva.example>')
  })

  test.each([
    ['o’hara+news=1@example.org'.replace('’', "'"), "o'hara+news=1@example.org"],
    ['ADA@Example.ORG', 'ADA@example.org'],
    ['a@bücher.example', 'a@xn--bcher-kva.example'],
    [
      `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.example.org`,
      `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.example.org`,
    ],
    ['{{to}}@example.org', '{{to}}@example.org'],
    ['$&@example.org', '$&@example.org'],
  ])('an address such as %s gets its confirmation and its issue', async (email, written) => {
    const { reader, release, post, send, fresh } = await startPost()
    await post('/subscribe', { email })
    await reader(email)
    await release(quietDigest)
    expect(await send()).toMatchObject({ sent: 2 })
    for (const { raw, envelope } of fresh()) {
      expect(header(raw, 'to')!.toLowerCase()).toBe(written.toLowerCase())
      // The server of the test reads domains back into their own script.
      const [, domain] = envelope.to[0]!.split('@')
      expect(`${envelope.to[0]!.split('@')[0]}@${domainToASCII(domain!)}`.toLowerCase()).toBe(
        written.toLowerCase(),
      )
    }
  })
})

describe('a confirmation on the wire', () => {
  test('comes from another sender, with the one link, and nothing of a list', async () => {
    const setting = await startPost()
    const { post, send, fresh, way } = setting
    await post('/subscribe', { email: 'ada@example.org', ideas: 'renewal' })
    await send()
    const [mail] = fresh()
    const names = headersOf(mail!.raw).map(([name]) => name)
    expect(names.filter((name) => name.startsWith('list-') || name === 'feedback-id')).toEqual([])
    expect(header(mail!.raw, 'from')).toBe('Freehold <hello@service.freehold.example>')
    expect(header(mail!.raw, 'auto-submitted')).toBe('auto-generated')
    const [delivery] = await way.store.deliveries.list({ medium: 'email' })
    expect(header(mail!.raw, 'message-id')).toBe(messageIdFor(delivery!.id, 'freehold.example'))
    expect(mail!.envelope.from).toBe(`${way.post.signer.bounceAddress(delivery!.id)}@news.freehold.example`)
    const { text, html } = await mail!.parsed()
    expect(text).toContain(await linkTo(mail!, 'confirm'))
    expect(String(html)).toContain(await linkTo(mail!, 'confirm'))
    expect((await linksOf(mail!)).filter((link) => /\/(unsubscribe|preferences)\//.test(link))).toEqual([])
    expect(text).not.toContain('ada@')
    expect(text).toContain('The link holds for 7 days.')
    expect(publicUrl).toMatch(/^https:/)
  })

  test('goes before a whole mailing that waits', async () => {
    const { reader, release, post, send, fresh } = await startPost()
    for (let n = 0; n < 60; n++) await reader(`reader${n}@example.org`)
    await release(quietDigest)
    await post('/subscribe', { email: 'ada@example.org' })
    await send()
    const order = fresh().map(({ envelope }) => envelope.to[0])
    expect(order).toHaveLength(61)
    expect(order.indexOf('ada@example.org')).toBeLessThan(10)
  })

  test('does not go to who has left or confirmed before its turn came', async () => {
    const { post, send, fresh, way, reader } = await startPost()
    const ada = await reader('ada@example.org')
    await post('/subscribe', { email: 'ada@example.org' })
    await way.store.subscribers.unsubscribe(ada.id, 'link', way.now())
    expect(await send()).toMatchObject({ sent: 0, suppressed: 1 })
    expect(fresh()).toEqual([])
  })
})

describe('a reader who leaves while an issue goes out', () => {
  /** The server keeps its answer to the first reader back; the other’s mail is claimed and waits for the one connection. */
  async function underWay() {
    const setting = await startPost()
    const { reader, release, send, server, way } = setting
    Object.assign(way.post, { mailsAtOnce: 1 })
    const readers = [await reader('a@example.org'), await reader('b@example.org')]
    const number = await release(quietDigest)
    server.hold()
    const sending = send()
    await server.held(1)
    const claimed = await way.store.deliveries.list({ digest: number, state: 'sending' })
    expect(claimed).toHaveLength(2)
    const waiting = claimed.find(({ bodyStartedAt }) => bodyStartedAt === null)!
    const other = readers.find(({ id }) => id === waiting.target)!
    return { ...setting, other, waiting, sending }
  }

  test('after the audience is frozen gets nothing', async () => {
    const { reader, release, send, fresh, way } = await startPost()
    const { hasPost } = await import('../../src/jobs/deliver.ts')
    const { writeAudience } = await import('../../src/jobs/audience.ts')
    const ada = await reader('ada@example.org')
    await reader('bob@example.org')
    const number = await release(richDigest)
    await writeAudience(way, number)
    await way.store.subscribers.unsubscribe(ada.id, 'link', way.now())
    expect(await hasPost(way)).toBe(true)
    expect(await send()).toMatchObject({ sent: 1, suppressed: 1 })
    expect(fresh().map(({ envelope }) => envelope.to)).toEqual([['bob@example.org']])
    expect(await way.store.deliveries.list({ target: ada.id })).toMatchObject([
      { state: 'suppressed', attempts: 1 },
    ])
  })

  test('after the claim gets nothing', async () => {
    const { other, way, server, sending, fresh } = await underWay()
    await way.store.subscribers.unsubscribe(other.id, 'link', way.now())
    server.release()
    expect(await sending).toMatchObject({ sent: 1, suppressed: 1 })
    expect(fresh()).toHaveLength(1)
    expect(server.counts.rcpt).toBe(1)
  })

  test('between the recipient and the first byte of the body gets nothing', async () => {
    const setting = await startPost()
    const { reader, release, send, fresh, way, server } = setting
    const ada = await reader('ada@example.org')
    await release(quietDigest)
    const { smtp } = way.post
    way.post.smtp = {
      ...smtp!,
      // The real transport; the reader leaves when the server has agreed to take the body.
      send: (mail, onBody) =>
        smtp!.send(mail, async () => {
          await way.store.subscribers.unsubscribe(ada.id, 'link', way.now())
          return onBody()
        }),
    }
    await send()
    expect(fresh()).toEqual([])
    expect(server.counts).toMatchObject({ rcpt: 1, bodyBytes: 0 })
    const delivery = await deliveryTo(setting, ada)
    expect(delivery.state).not.toBe('sent')
    way.post.smtp = smtp
    setting.pass(day)
    await send()
    expect((await deliveryTo(setting, ada)).state).toBe('suppressed')
    expect(fresh()).toEqual([])
  })

  test('and is forgotten gets nothing, and leaves no address behind', async () => {
    const { other, waiting, way, server, sending, fresh, dump } = await underWay()
    await way.store.subscribers.forget(other.email, way.post.signer.hash('address', other.email), way.now())
    server.release()
    await sending
    expect(fresh()).toHaveLength(1)
    expect((await way.store.deliveries.get(waiting.id))!.state).toBe('suppressed')
    expect(dump().join('\n')).not.toContain(other.email)
  })

  test('and is forgotten while the body goes out: it is settled, with no trace of the address', async () => {
    const setting = await startPost()
    const { reader, release, send, way, server, dump } = setting
    const ada = await reader('ada@example.org')
    const number = await release(quietDigest)
    server.hold()
    const sending = send()
    await server.held(1)
    await way.store.subscribers.forget(ada.email, way.post.signer.hash('address', ada.email), way.now())
    server.release()
    expect(await sending).toMatchObject({ sent: 1 })
    expect(await way.store.deliveries.counts(number)).toEqual([{ medium: 'email', state: 'sent', n: 1 }])
    expect(dump().join('\n')).not.toContain('ada@example.org')
  })

  test('and comes back gets the issue that is still to go, once', async () => {
    const { other, way, server, sending, fresh, send } = await underWay()
    await way.store.subscribers.unsubscribe(other.id, 'link', way.now())
    await way.store.subscribers.add(other.email, { confirmed: true, now: way.now() })
    server.release()
    expect(await sending).toMatchObject({ sent: 2 })
    await send()
    expect(fresh()).toHaveLength(2)
  })
})
