import { describe, expect, test } from 'vitest'
import { richDigest } from '../fixtures/digests.ts'
import {
  day,
  header,
  hour,
  linksOf,
  linkTo,
  minute,
  second,
  startPost,
  type TestPost,
} from '../mail/post-office.ts'

const ada = 'ada@example.org'

/** A page without what belongs to its own address. */
const pageOf = async (answer: Response) => [answer.status, await answer.text()] as const

/** Fills in the form, lets the mail go out, and gives the link in it. */
async function asked(
  { post, send, fresh }: TestPost,
  form: Record<string, string | string[]> = { email: ada },
) {
  expect((await post('/subscribe', form)).status).toBe(200)
  await send()
  const [mail] = fresh()
  return linkTo(mail!, 'confirm')
}

describe('the form', () => {
  test('answers the same for addresses known, unknown, suppressed and complained of, and writes to whom it may', async () => {
    const setting = await startPost()
    const { way, reader, post, send, fresh } = setting
    await reader('in@example.org')
    const gone = await reader('gone@example.org')
    await way.store.subscribers.unsubscribe(gone.id, 'link', way.now())
    const complained = await reader('complained@example.org')
    await way.store.subscribers.unsubscribe(complained.id, 'complained', way.now())
    await reader('forgotten@example.org')
    await way.store.subscribers.forget(
      'forgotten@example.org',
      way.post.signer.hash('address', 'forgotten@example.org'),
      way.now(),
    )
    const names = ['in', 'gone', 'complained', 'forgotten', 'new']
    const answers = []
    for (const name of names)
      answers.push(await pageOf(await post('/subscribe', { email: `${name}@example.org` })))
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(answers[0]![0]).toBe(200)
    await send()
    expect(
      fresh()
        .flatMap(({ envelope }) => envelope.to)
        .toSorted(),
    ).toEqual(['forgotten', 'gone', 'in', 'new'].map((name) => `${name}@example.org`))
  })

  test('brings one confirmation an hour to an address, however it is written', async () => {
    const { post, send, fresh, pass } = await startPost()
    const first = await pageOf(await post('/subscribe', { email: ada }))
    pass(hour - 1)
    for (const email of [ada, ' ADA@Example.Org ']) {
      expect(await pageOf(await post('/subscribe', { email }))).toEqual(first)
    }
    await send()
    expect(fresh()).toHaveLength(1)
    pass(1)
    await post('/subscribe', { email: ada })
    await send()
    expect(fresh()).toHaveLength(1)
  })

  test('takes ten addresses an hour from a network, and says so at the eleventh', async () => {
    const { post, send, fresh, pass } = await startPost()
    const from = (host: number) => ({ 'x-forwarded-for': `203.0.113.${host}` })
    for (let n = 1; n <= 10; n++) {
      expect((await post('/subscribe', { email: `reader${n}@example.org` }, from(n))).status).toBe(200)
    }
    const [status, page] = await pageOf(await post('/subscribe', { email: 'reader11@example.org' }, from(11)))
    expect([status, page]).toEqual([429, expect.stringContaining('Please try again in an hour')])
    expect(page).toContain('value="reader11@example.org"')
    expect((await post('/subscribe', { email: 'other@example.org' })).status).toBe(200)
    await send()
    expect(fresh()).toHaveLength(11)
    pass(hour)
    expect((await post('/subscribe', { email: 'reader11@example.org' }, from(11))).status).toBe(200)
  })

  test('is not filled in by who fills in what people do not see', async () => {
    const { post, dump, way } = await startPost()
    const before = dump()
    const trapped = await pageOf(await post('/subscribe', { email: ada, website: 'https://casino.example' }))
    expect(dump()).toEqual(before)
    expect(await pageOf(await post('/subscribe', { email: ada }))).toEqual(trapped)
    expect(await way.store.subscribers.find(ada)).not.toBeNull()
  })

  test.each([
    ['no address', {}],
    ['no @', { email: 'ada' }],
    ['two of them', { email: 'ada@example.org, bob@example.org' }],
    ['a line break', { email: 'ada@example.org\r\nBcc: bob@example.org' }],
    ['a quoted name', { email: '"ada"@example.org' }],
    ['letters before the @ that few servers take', { email: 'jösé@example.org' }],
    ['markup', { email: '"><script>alert(1)</script>@example.org' }],
    ['320 characters', { email: `${'a'.repeat(64)}@${'b'.repeat(243)}.example.org` }],
    ['65 characters before the @', { email: `${'a'.repeat(65)}@example.org` }],
    ['a megabyte in one field', { email: 'a'.repeat(16_000) }],
  ])('says what is wrong with %s, and keeps nothing', async (_, form) => {
    const { post, dump } = await startPost()
    const before = dump()
    const [status, page] = await pageOf(await post('/subscribe', form))
    expect(status).toBe(200)
    expect(page).toContain('That is not an e-mail address that can be written to.')
    expect(page).not.toContain('<script')
    expect(page).not.toMatch(/value="[^"]*"ada/)
    expect(dump()).toEqual(before)
  })

  test('keeps what was ticked of what there is, and nothing that somebody made up', async () => {
    const setting = await startPost()
    const link = await asked(setting, {
      email: ada,
      ideas: ['compute-cost', '<b>', '__proto__', 'renewal'],
      directions: ['opens', "' or 1=1"],
    })
    const page = await (await fetch(setting.here(link))).text()
    expect(page).not.toContain('__proto__')
    await fetch(setting.here(link), { method: 'POST' })
    expect(await setting.way.store.subscribers.find(ada)).toMatchObject({
      ideas: ['renewal', 'compute-cost'],
      directions: ['opens'],
    })
  })

  test('is refused from another site, whatever that says of itself', async () => {
    const { post, dump } = await startPost()
    const before = dump()
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'evil' },
      { origin: 'https://freehold.example.evil.example' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
    ]
    for (const headers of foreign) {
      const [status, page] = await pageOf(await post('/subscribe', { email: ada }, headers))
      expect([headers, status]).toEqual([headers, 200])
      expect(page).toContain('This form was sent from another site.')
    }
    expect(dump()).toEqual(before)
    for (const origin of ['https://freehold.example', 'null']) {
      await post('/subscribe', { email: `${origin.length}@example.org` }, { origin })
    }
    expect(dump().filter((row) => row.startsWith('subscriber '))).toHaveLength(2)
  })

  test.each([
    ['larger than a form is', 'application/x-www-form-urlencoded', `email=${'a'.repeat(20_000)}`, 413],
    ['that says multipart and is none', 'multipart/form-data', 'email=ada', 400],
    ['with a boundary that never comes', 'multipart/form-data; boundary=x', '--y\r\n\r\n', 400],
    [
      'with a file for an address',
      'multipart/form-data; boundary=-----------------------------1234567890',
      `-------------------------------1234567890\r\nContent-Disposition: form-data; name="email"; filename="a"\r\nContent-Type: text/plain\r\n\r\nada@example.org\r\n-------------------------------1234567890--\r\n`,
      200,
    ],
    ['that is JSON', 'application/json', `{"email":"${ada}"}`, 400],
  ])('takes no body %s', async (_, type, body, status) => {
    const { url, dump, log } = await startPost()
    const before = dump()
    const answer = await fetch(`${url}/subscribe`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    })
    expect(answer.status).toBe(status)
    expect(dump()).toEqual(before)
    expect(log.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('takes no body without end', async () => {
    const { url, dump } = await startPost()
    const before = dump()
    let given = 0
    const endless = new ReadableStream({
      pull(controller) {
        given++
        controller.enqueue(Buffer.alloc(8192, 'a'))
        if (given > 1000) controller.close()
      },
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await fetch(`${url}/subscribe`, {
      method: 'POST',
      body: endless,
      headers,
      duplex: 'half',
    } as RequestInit).catch(() => null)
    // Node's client may see the connection end before it has read the answer.
    expect([413, undefined]).toContain(answer?.status)
    expect(given).toBeLessThan(1000)
    expect(dump()).toEqual(before)
  })
})

describe('the network that is counted', () => {
  /** How many of twelve requests are turned away, each with other words of its own about where it comes from. */
  async function refused(remoteAddress: string, forwarded: (n: number) => string) {
    const { app } = await startPost()
    let turnedAway = 0
    for (let n = 1; n <= 12; n++) {
      const answer = await app.request(
        '/subscribe',
        {
          method: 'POST',
          body: new URLSearchParams({ email: `reader${n}@example.org` }),
          headers: { 'x-forwarded-for': forwarded(n) },
        },
        { incoming: { socket: { remoteAddress } } },
      )
      if (answer.status === 429) turnedAway++
    }
    return turnedAway
  }

  test.each([
    ['of a stranger is its own, whatever it says', '192.0.2.7', (n: number) => `198.51.${n}.1`, 2],
    ['of a stranger by IPv6, too', '2001:db8:1::1', (n: number) => `198.51.${n}.1`, 2],
    ['behind a proxy of this machine is what that adds', '127.0.0.1', (n: number) => `198.51.${n}.1`, 0],
    ['behind a proxy of this network', '::ffff:10.0.0.2', (n: number) => `198.51.${n}.1`, 0],
    [
      'is the last that is named, not what stands before it',
      '::1',
      (n: number) => `198.51.${n}.1, 192.0.2.7`,
      2,
    ],
    ['is one for all addresses of an IPv6 house', 'fd00::2', (n: number) => `2001:db8:1:${n}::1`, 2],
    ['is another for another house', 'fd00::2', (n: number) => `2001:db8:${n}::1`, 0],
    ['is told without a port', '127.0.0.1', (n: number) => `192.0.2.7:${40_000 + n}`, 2],
    [
      'is told without a port by IPv6, too',
      '127.0.0.1',
      (n: number) => `[2001:db8:1::${n}]:${40_000 + n}`,
      2,
    ],
  ])('%s', async (_, remote, forwarded, turnedAway) => {
    expect(await refused(remote, forwarded)).toBe(turnedAway)
  })
})

describe('a GET', () => {
  test('of any link in both mails changes nothing, nor does a HEAD', async () => {
    const { reader, release, post, send, fresh, dump, here } = await startPost()
    await reader('bob@example.org')
    await release(richDigest)
    await post('/subscribe', { email: ada })
    await post('/subscribe', { email: 'bob@example.org' })
    await send()
    const mails = fresh()
    expect(mails).toHaveLength(3)
    const links = (await Promise.all(mails.map(linksOf))).flat()
    for (const page of ['confirm', 'preferences', 'unsubscribe', 'digests', 'privacy']) {
      expect(links).toContainEqual(expect.stringContaining(`/${page}`))
    }
    const before = dump()
    const followed = new Set<string>()
    for (const queue = links.map(here); queue.length > 0; ) {
      const link = queue.shift()!
      if (followed.has(link)) continue
      followed.add(link)
      for (const method of ['HEAD', 'GET']) {
        const answer = await fetch(link, { method, redirect: 'manual' })
        // The issue tells of earlier ones and of concepts that are not there in this test.
        if (!/\/(?:digests|wiki)\//.test(link)) expect([link, answer.status]).toEqual([link, 200])
        const page = await answer.text()
        for (const [, path] of page.matchAll(/(?:href|action)="(\/[^"#]*)"/g)) queue.push(here(path!))
      }
    }
    expect(followed.size).toBeGreaterThan(15)
    expect(dump()).toEqual(before)
  })
})

describe('confirming', () => {
  test('brings the next issue, and a second time changes nothing', async () => {
    const setting = await startPost()
    const { here, way, release, send, fresh, dump, pass } = setting
    const link = here(await asked(setting))
    await release(richDigest)
    await send()
    expect(fresh()).toEqual([])
    const first = await pageOf(await fetch(link, { method: 'POST' }))
    expect(first[0]).toBe(200)
    const confirmed = await way.store.subscribers.find(ada)
    expect(confirmed).toMatchObject({ confirmedAt: way.now(), unsubscribedAt: null })
    const before = dump()
    pass(minute)
    expect(await pageOf(await fetch(link, { method: 'POST' }))).toEqual(first)
    expect(dump()).toEqual(before)
    await release(richDigest)
    await send()
    expect(fresh().map(({ envelope }) => envelope.to)).toEqual([[ada]])
  })

  test('with the same link after leaving is refused', async () => {
    const setting = await startPost()
    const { here, way, dump } = setting
    const link = here(await asked(setting))
    await fetch(link, { method: 'POST' })
    const { id } = (await way.store.subscribers.find(ada))!
    await way.store.subscribers.unsubscribe(id, 'link', way.now())
    const before = dump()
    expect((await fetch(link)).status).toBe(404)
    expect((await fetch(link, { method: 'POST' })).status).toBe(404)
    expect(dump()).toEqual(before)
  })

  test('ends after seven days', async () => {
    const setting = await startPost()
    const { here, pass, dump } = setting
    const link = here(await asked(setting))
    pass(7 * day - 1)
    expect((await fetch(link)).status).toBe(200)
    pass(1)
    const before = dump()
    const [status, page] = await pageOf(await fetch(link, { method: 'POST' }))
    expect(status).toBe(404)
    expect(page).toContain('/subscribe')
    expect(dump()).toEqual(before)
  })

  test('lifts a suppression', async () => {
    const setting = await startPost()
    const { here, way, reader } = setting
    const hash = way.post.signer.hash('address', ada)
    await reader(ada)
    await way.store.subscribers.forget(ada, hash, way.now())
    const link = here(await asked(setting))
    expect(await way.store.subscribers.isSuppressed(hash)).toBe(true)
    await fetch(link, { method: 'POST' })
    expect(await way.store.subscribers.isSuppressed(hash)).toBe(false)
    expect(await way.store.subscribers.audience()).toHaveLength(1)
  })

  test('is not undone by a link that was asked for later, which the first no longer confirms', async () => {
    const setting = await startPost()
    const { here, pass, way } = setting
    const first = here(await asked(setting))
    pass(hour + second)
    const other = here(await asked(setting, { email: ada, ideas: ['renewal'] }))
    expect((await fetch(first, { method: 'POST' })).status).toBe(404)
    await fetch(other, { method: 'POST' })
    expect(await way.store.subscribers.find(ada)).toMatchObject({ ideas: ['renewal'] })
  })
})

describe('preferences', () => {
  test('are shown, changed, and count from the next mail on', async () => {
    const { reader, release, send, fresh, here, way, post } = await startPost()
    const { id } = await reader(ada, { directions: ['closes'] })
    await release(richDigest)
    await send()
    const link = await linkTo(fresh()[0]!, 'preferences')
    const shown = await (await fetch(here(link))).text()
    expect(shown).toContain(ada)
    expect(shown).toMatch(/value="closes"[^>]* checked/)
    const path = new URL(link).pathname
    const answer = await post(path, { ideas: 'compute-cost' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-robots-tag')).toBe('noindex')
    expect(await way.store.subscribers.get(id)).toMatchObject({ ideas: ['compute-cost'], directions: [] })
    await release(richDigest)
    await send()
    expect((await fresh()[0]!.parsed()).text).toMatch(
      /You chose stories on Compute cost: \d of this\s+issue’s 13\./,
    )
  })

  test('are not changed from another site, nor by a body that is no form', async () => {
    const { reader, way, post, url, dump } = await startPost()
    const { id } = await reader(ada, { ideas: ['renewal'] })
    const path = `/preferences/${way.post.signer.token('choose', id)}`
    const before = dump()
    expect((await post(path, {}, { origin: 'https://evil.example' })).status).toBe(404)
    expect((await post(path, {}, { origin: 'not an origin' })).status).toBe(404)
    const headers = { 'content-type': 'multipart/form-data' }
    expect((await fetch(url + path, { method: 'POST', body: 'x', headers })).status).toBe(400)
    expect((await post(path, { ideas: 'a'.repeat(17_000) })).status).toBe(413)
    expect(dump()).toEqual(before)
  })
})

describe('one click', () => {
  const boundary = '----=_Part_1'
  const multipart = `--${boundary}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--${boundary}--\r\n`
  const ways: [string, RequestInit][] = [
    [
      'urlencoded',
      {
        body: 'List-Unsubscribe=One-Click',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    ],
    [
      'multipart',
      { body: multipart, headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` } },
    ],
    ['an empty body', {}],
    ['a type that is none', { body: '\0\xff', headers: { 'content-type': '???' } }],
    [
      'from a page of a mail program',
      { headers: { origin: 'https://mail.example', 'sec-fetch-site': 'cross-site' } },
    ],
    ['a body larger than any form', { body: 'a'.repeat(300_000) }],
  ]
  test.each(ways)('ends a subscription at once, by %s, and again with the same answer', async (_, init) => {
    const { reader, release, send, fresh, here, way, pass } = await startPost()
    const { id } = await reader(ada)
    await release(richDigest)
    await send()
    const [mail] = fresh()
    const link = /<(https:[^>]+)>/.exec(header(mail!.raw, 'list-unsubscribe')!)![1]!
    const click = () => fetch(here(link), { method: 'POST', redirect: 'manual', ...init })
    const answer = await click()
    expect(answer.status).toBe(200)
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(answer.headers.get('location')).toBeNull()
    const left = await way.store.subscribers.get(id)
    expect(left).toMatchObject({ unsubscribedAt: way.now(), leftReason: 'link' })
    pass(day)
    const again = await click()
    expect([again.status, await again.text()]).toEqual([200, await answer.text()])
    expect(await way.store.subscribers.get(id)).toEqual(left)
    await release(richDigest)
    await send()
    expect(fresh()).toEqual([])
  })

  test('shows a page with one button to who looks', async () => {
    const { reader, way, url, dump } = await startPost()
    const { id } = await reader(ada)
    const before = dump()
    const page = await (await fetch(`${url}/unsubscribe/${way.post.signer.token('leave', id)}`)).text()
    expect(page.match(/<button/g)).toHaveLength(1)
    expect(page).toContain(ada)
    expect(dump()).toEqual(before)
  })
})

describe('tokens', () => {
  test('that are forged, cut short, or made for something else open nothing', async () => {
    const { reader, way, url, dump } = await startPost()
    const { id } = await reader(ada)
    const { signer } = way.post
    const good = { leave: signer.token('leave', id), choose: signer.token('choose', id) }
    const flipped = (token: string) => token.slice(0, -1) + (token.endsWith('A') ? 'Q' : 'A')
    const lastOf = (token: string) =>
      token.replace(/.$/, (letter) => String.fromCharCode(letter.charCodeAt(0) + 1))
    const wrong = {
      unsubscribe: [
        good.choose,
        signer.token('confirm', id),
        flipped(good.leave),
        lastOf(good.leave),
        good.leave.slice(0, -1),
        `${good.leave}A`,
        id,
        `${id}.`,
        'null',
        '%00',
        '..%2f',
        'a'.repeat(3000),
        signer.token('leave', crypto.randomUUID()),
      ],
      preferences: [good.leave, flipped(good.choose), good.choose.slice(1), good.choose.toUpperCase()],
      confirm: [good.leave, good.choose, signer.token('confirm', 'nobody'), 'x.y'],
      returns: [good.leave, good.choose, 'mail', `mail.${'A'.repeat(22)}`],
    }
    const before = dump()
    for (const [page, tokens] of Object.entries(wrong)) {
      for (const token of tokens) {
        const answer = await fetch(`${url}/${page}/${token}`, { method: 'POST', redirect: 'manual' })
        expect([page, token, answer.status]).toEqual([page, token, 404])
        expect(await answer.text()).not.toContain(ada)
        if (page !== 'returns') {
          expect([page, token, (await fetch(`${url}/${page}/${token}`)).status]).toEqual([page, token, 404])
        }
      }
    }
    expect(dump()).toEqual(before)
  })
})

describe('mails that came back, over HTTP', () => {
  const complaint = (link: string) =>
    [
      'From: fbl@example.com',
      'To: fbl@freehold.example',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=feedback-report; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'Spam, says our user.',
      '--b',
      'Content-Type: message/feedback-report',
      '',
      'Feedback-Type: abuse',
      'Version: 1',
      '--b',
      'Content-Type: text/rfc822-headers',
      '',
      'From: digest@freehold.example',
      `List-Unsubscribe: <${link}>`,
      '--b--',
      '',
    ].join('\r\n')

  test('are taken from who has the right link, and from nobody else', async () => {
    const { reader, way, url, dump } = await startPost()
    const { id } = await reader(ada)
    const { signer } = way.post
    const body = complaint(`https://freehold.example/unsubscribe/${signer.token('leave', id)}`)
    const token = signer.token('returns', 'mail')
    const before = dump()
    expect((await fetch(`${url}/returns/${token.slice(0, -2)}xx`, { method: 'POST', body })).status).toBe(404)
    expect((await fetch(`${url}/returns/${token}`)).status).toBe(404)
    expect(dump()).toEqual(before)
    const answer = await fetch(`${url}/returns/${token}`, { method: 'POST', body })
    expect([answer.status, await answer.json()]).toEqual([
      200,
      expect.objectContaining({ kind: 'complaint', did: 'stopped' }),
    ])
    expect(await way.store.subscribers.get(id)).toMatchObject({ leftReason: 'complained' })
  })

  test('are taken up to six megabytes', async () => {
    const { way, url } = await startPost()
    const token = way.post.signer.token('returns', 'mail')
    const post = (size: number) =>
      fetch(`${url}/returns/${token}`, { method: 'POST', body: Buffer.alloc(size, 'a') })
    expect((await post(7 * 1024 * 1024)).status).toBe(413)
    expect((await post(0)).status).toBe(200)
  })
})
