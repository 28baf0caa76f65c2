import { generateKeyPairSync } from 'node:crypto'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { describe, expect, test } from 'vitest'
import { buildMail, createDkim } from '../../src/deliver/index.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const sign = createDkim({ domain: 'freehold.example', selector: 'autumn', privateKey })

/** What stands in the DNS: the key, at its selector. */
const asked: string[] = []
async function resolver(name: string, type: string): Promise<string[][]> {
  asked.push(`${type} ${name}`)
  if (name !== 'autumn._domainkey.freehold.example')
    throw Object.assign(new Error('none'), { code: 'ENOTFOUND' })
  return [[`v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`]]
}

const mail = (body = 'Hello') =>
  buildMail({
    from: 'Freehold <digest@freehold.example>',
    to: 'ada@example.org',
    subject: 'Überblick – “Freehold 12”: what opened and what closed, and a subject that is folded',
    html: `<p>${body}</p>`,
    text: body,
    messageId: '<a@freehold.example>',
    date: Date.UTC(2026, 10, 23, 9),
    listId: 'Freehold digest <digest.freehold.example>',
    listUnsubscribe:
      '<https://freehold.example/unsubscribe/abc>, <mailto:leave@freehold.example?subject=unsubscribe%20abc>',
    listArchive: '<https://freehold.example/digests>',
    extraHeaders: {
      'List-Help': '<https://freehold.example/subscribe>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Feedback-ID': 'digest-12:weekly:freehold:freehold.example',
    },
  })

/** What a mail server says of the signature. */
async function verdict(raw: Buffer) {
  const { results } = await dkimVerify(raw, { resolver } as never)
  expect(results).toHaveLength(1)
  const { status, signingDomain, signingHeaders } = results[0] as unknown as {
    status: { result: string; aligned: string | false }
    signingDomain: string
    signingHeaders: { keys: string }
  }
  return { result: status.result, aligned: status.aligned, signingDomain, keys: signingHeaders.keys }
}

const changed = (raw: Buffer, from: string, to: string) => {
  const text = raw.toString('latin1')
  expect(text).toContain(from)
  return Buffer.from(text.replace(from, to), 'latin1')
}

describe('a signature', () => {
  test('holds for who has the key from the DNS, and is of the sender’s domain', async () => {
    expect(await verdict(await sign(await mail()))).toMatchObject({
      result: 'pass',
      aligned: 'freehold.example',
      signingDomain: 'freehold.example',
    })
    expect(asked).toContain('TXT autumn._domainkey.freehold.example')
  })

  test('covers both headers by which one click leaves, and all that a reader sees', async () => {
    const { keys } = await verdict(await sign(await mail()))
    const covered = keys.toLowerCase().split(/\s*:\s*/)
    expect(covered).toEqual(
      expect.arrayContaining([
        'list-unsubscribe',
        'list-unsubscribe-post',
        'from',
        'to',
        'subject',
        'date',
        'message-id',
        'mime-version',
        'content-type',
        'list-id',
        'list-help',
        'list-archive',
        'auto-submitted',
        'feedback-id',
      ]),
    )
  })

  test.each([
    ['the link to leave', 'unsubscribe/abc>', 'unsubscribe/abd>'],
    ['the promise of one click', 'List-Unsubscribe=One-Click', 'List-Unsubscribe=Two-Click'],
    ['the name of that promise', 'List-Unsubscribe-Post', 'X-List-Unsubscribe-Post'],
    ['the sender', 'Freehold <digest@freehold.example>', 'Freehold <digest@frehold.example>'],
    ['the recipient', 'To: ada@', 'To: bob@'],
    ['the boundary', 'boundary="', 'boundary="x'],
    ['a letter of the body', '<p>Hello', '<p>Jello'],
  ])('fails when somebody changes %s', async (_, from, to) => {
    const raw = await sign(await mail())
    expect(['fail', 'neutral', 'permerror']).toContain((await verdict(changed(raw, from, to))).result)
  })

  test('does not mind what servers do on the way: headers on top, blanks at line ends, folding', async () => {
    const raw = await sign(await mail('Hello \nthere'))
    const relayed = Buffer.concat([
      Buffer.from('Received: from a by b; now\r\n'),
      changed(raw, 'Subject: ', 'subject:   '),
    ])
    expect((await verdict(relayed)).result).toBe('pass')
  })

  test('leaves the mail itself as it was, of whatever size', async () => {
    for (const size of [0, 1, 5_000_000]) {
      const raw = await mail('a.'.repeat(size / 2))
      const signed = await sign(raw)
      expect(signed.subarray(signed.length - raw.length).equals(raw)).toBe(true)
      expect(signed.toString('latin1', 0, signed.length - raw.length)).toMatch(/^DKIM-Signature: .*\r\n$/s)
    }
  })

  test('is made for many mails at once', async () => {
    const signed = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => sign(await mail(`Hello ${n}`))),
    )
    for (const raw of signed) expect((await verdict(raw)).result).toBe('pass')
  })
})

test('a key that is none is told with the setting', () => {
  expect(() => createDkim({ domain: 'a.example', selector: 's', privateKey: 'nonsense' })).toThrow(
    'DKIM_KEY holds no private key in PEM form',
  )
})
