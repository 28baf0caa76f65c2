import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openNewsletter } from '../../src/jobs/index.ts'
import { createSigner } from '../../src/lib/sign/index.ts'
import { createWeb, listen } from '../../src/web/index.ts'
import { richDigest } from '../fixtures/digests.ts'
import { linkTo, publicUrl, startPost } from '../mail/post-office.ts'
import { startDesk } from '../web/desk-way.ts'
import { startSuggesting } from '../web/suggesting.ts'
import { floodRaw, getRaw, sendRaw } from './raw-http.ts'

const ada = 'ada@example.org'
const form = 'application/x-www-form-urlencoded'

/** A reader with every link that their mails hold, and a sign-up that waits for its confirmation. */
async function startReader() {
  const post = await startPost()
  const { id } = await post.reader(ada)
  const { signer } = post.way.post
  await post.post('/subscribe', { email: 'new@example.org' })
  await post.send()
  const [mail] = post.fresh()
  const confirm = new URL(await linkTo(mail!, 'confirm')).pathname
  const leave = `/unsubscribe/${signer.token('leave', id)}`
  const choose = `/preferences/${signer.token('choose', id)}`
  return { ...post, id, signer, confirm, leave, choose }
}

describe('the host that a request names', () => {
  test('stands in nothing that is answered or mailed', async () => {
    const { url, app, way, release, send, fresh, reader, confirm, leave, choose, server } =
      await startReader()
    await reader('bea@example.org')
    await release(richDigest)
    const names = ['Host: evil.example', 'X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example']
    const paths = [
      '/',
      '/digests',
      '/digests/1',
      '/digests/',
      '/ideas',
      '/feeds/digests.rss',
      '/feeds/digests.json',
    ]
    for (const path of [...paths, '/subscribe', '/privacy', '/nothing', confirm, leave, choose]) {
      const lines = [`GET ${path} HTTP/1.1`, ...names, 'Connection: close', '', '']
      const { status, head, body } = await sendRaw(url, lines.join('\r\n'))
      expect(status, path).not.toBeNull()
      expect(head + body, path).not.toContain('evil')
    }
    const answer = await app.request('http://evil.example/subscribe', {
      method: 'POST',
      body: new URLSearchParams({ email: 'carl@example.org' }),
      headers: { host: 'evil.example' },
    })
    expect(await answer.text()).not.toContain('evil')
    await send()
    expect(fresh().length).toBeGreaterThan(0)
    for (const { raw } of server.mails) expect(raw.toString('latin1')).not.toContain('evil')
    expect(way.post.publicUrl).toBe(publicUrl)
  })

  test.each([
    '//evil.example/',
    '//evil.example//',
    '/%2f%2fevil.example/',
    '/\\evil.example/',
    '///evil.example/?a=//b',
  ])('nor does a path that begins like one lead there: %s', async (path) => {
    const { url } = await startPost()
    const { head, status } = await getRaw(url, path)
    const location = /^location: (.*)$/im.exec(head)?.[1]
    expect([301, 400, 404]).toContain(status)
    expect(new URL(location ?? '', `${publicUrl}/a/`).host).toBe('freehold.example')
    expect(new URL(location ?? '', publicUrl + path).host).toBe('freehold.example')
  })
})

test.each([
  'GET / HTTP/1.0\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: \r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a b\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: [::\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: evil.example/../x?y#z\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: user:pass@evil.example\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: evil.example:99999\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  'GET http://evil.example/digests/ HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET file:///etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET * HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET HTTP/9.9\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '\0\0\0\0\r\n\r\n',
])('a request that no browser sends is no fault of ours, and leads nowhere: %j', async (bytes) => {
  const { url, log } = await startPost()
  const { status, head, body } = await sendRaw(
    url,
    bytes.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
  )
  expect([200, 301, 400, 404, 505, null]).toContain(status)
  expect(head + body).not.toMatch(/evil|root:/)
  expect(log).toEqual([])
})

describe('a path', () => {
  test.each([
    '/../../../etc/passwd',
    '/wiki/../../package.json',
    '/wiki/..%2f..%2f..%2fetc%2fpasswd',
    '/wiki/%252e%252e%252f%252e%252e%252fetc%252fpasswd',
    '/wiki/..%5c..%5cetc%5cpasswd',
    '/wiki/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd',
    '/freehold.css/../../package.json',
    '/freehold.css%00.html',
    '/wiki/%00',
    '/ideas/%0d%0aSet-Cookie:%20a=b',
    '/ideas/constructor',
    '/ideas/__proto__/',
    '/feeds/ideas/../../.env',
    '/.env',
    '/.git/config',
    '/data/freehold.db',
    '/%',
    '/%E0%A4%A',
    `/${'a/'.repeat(3000)}`,
    '/desk/..%2f..%2f',
  ])('that tries to get out is not there: %s', async (path) => {
    const { url, log } = await startPost()
    const { status, head, body } = await getRaw(url, path)
    expect([301, 400, 404, 414]).toContain(status)
    expect(body).not.toMatch(/root:|"name": "freehold"|DISCORD_TOKEN/)
    expect(head).not.toMatch(/^set-cookie/im)
    expect(log).toEqual([])
  })
})

describe('who takes their time', () => {
  async function startImpatient() {
    const { app } = await startPost()
    const web = await listen(app, { host: '127.0.0.1', port: 0, headersMs: 200, requestMs: 400 })
    onTestFinished(() => web.close())
    return web.url
  }

  test.each([
    ['a head that never ends', 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
    [
      'a body that never ends',
      `POST /subscribe HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${form}\r\nContent-Length: 900\r\n\r\nemail=a`,
    ],
    [
      'a body in pieces that never ends',
      `POST /subscribe HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${form}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nemail\r\n`,
    ],
    ['not a word', ''],
  ])('is hung up on: %s', async (_, bytes) => {
    const { port } = new URL(await startImpatient())
    const socket = connect(Number(port), '127.0.0.1')
    socket.resume()
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    if (bytes) socket.write(bytes)
    await once(socket, 'close')
    expect(socket.destroyed).toBe(true)
  })

  test('holds up nobody else', async () => {
    const url = await startImpatient()
    const { port } = new URL(url)
    const slow = Array.from({ length: 200 }, () =>
      connect(Number(port), '127.0.0.1').on('error', () => undefined),
    )
    onTestFinished(() => {
      for (const one of slow) one.destroy()
    })
    for (const one of slow)
      one.write('POST /subscribe HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n')
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })
})

describe('who sends too much', () => {
  test.each([
    ['to the form', 'POST', () => '/subscribe', 413],
    ['to a link that takes no body', 'POST', (leave: string) => leave, 200],
    ['to nowhere', 'POST', () => '/nothing', 404],
    ['with a token that is none', 'POST', () => '/returns/mail.xxx', 404],
    ['with a question', 'GET', () => '/digests', 200],
  ])('is cut off long before it is all sent: %s', async (_, method, path, status) => {
    const { url, leave } = await startReader()
    const size = 300 * 1024 * 1024
    const head = `${method} ${path(leave)} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${form}\r\n`
    const announced = await floodRaw(
      url,
      `${head}Content-Length: ${size}\r\n\r\n`,
      Buffer.alloc(64 * 1024, 'a'),
    )
    expect(announced.sent).toBeLessThan(size / 10)
    expect([status, null]).toContain(announced.status)
    const chunk = Buffer.from(`10000\r\n${'a'.repeat(0x10000)}\r\n`)
    const inPieces = await floodRaw(url, `${head}Transfer-Encoding: chunked\r\n\r\n`, chunk)
    expect(inPieces.sent).toBeLessThan(size / 10)
  })

  test('of headers is told so', async () => {
    const { url } = await startPost()
    expect((await getRaw(url, '/', [`X-Big: ${'a'.repeat(40_000)}`])).status).toBe(431)
    expect(
      (
        await getRaw(
          url,
          '/',
          Array.from({ length: 5000 }, (_, i) => `X-${i}: a`),
        )
      ).status,
    ).toBe(431)
  })

  test('of fields gets what everybody gets, and no error', async () => {
    const { url, log } = await startPost()
    const post = (body: string) =>
      fetch(`${url}/subscribe`, { method: 'POST', body, headers: { 'content-type': form } })
    const plain = await (await post(`email=${ada}`)).text()
    const many = await post(`email=bea%40example.org&${'a&'.repeat(8000)}`)
    expect([many.status, await many.text()]).toEqual([200, plain])
    const ideas = await post(`email=carl%40example.org&${'ideas=x&'.repeat(2000)}`)
    expect([ideas.status, await ideas.text()]).toEqual([200, plain])
    expect(log).toEqual([])
  })
})

describe('a form', () => {
  const fields = [
    '__proto__',
    '__proto__[polluted]',
    'constructor[prototype][polluted]',
    'constructor.prototype.polluted',
    'toString',
    'hasOwnProperty',
    'email.__proto__',
  ]

  test('reaches into no prototype, in either encoding', async () => {
    const { url, choose, dump, log, way, id } = await startReader()
    const suggesting = await startSuggesting()
    const encoded = new URLSearchParams(fields.map((name): [string, string] => [name, 'yes']))
    const multipart = new FormData()
    for (const name of fields) multipart.append(name, 'yes')
    for (const body of [encoded, multipart]) {
      for (const address of [`${url}/subscribe`, url + choose, `${suggesting.url}/suggest`]) {
        expect((await fetch(address, { method: 'POST', body })).status, address).toBe(200)
      }
    }
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
    expect(Object.prototype.toString.call({})).toBe('[object Object]')
    expect(await way.store.subscribers.get(id)).toMatchObject({ ideas: [], directions: [] })
    expect(dump().join()).not.toContain('polluted')
    expect(log).toEqual([])
  })

  test('of the desk does neither', async () => {
    const { origin, hers, issue } = await startDesk()
    const before = await issue()
    for (const body of [
      new URLSearchParams(fields.map((name): [string, string] => [name, 'yes'])),
      'x',
      '{"do":"release"}',
    ]) {
      const answer = await fetch(origin + hers, { method: 'POST', body, redirect: 'manual' })
      expect(answer.status).toBe(409)
    }
    expect(await issue()).toEqual(before)
  })

  test.each([
    ['utf-16', `${form}; charset=utf-16`, Buffer.from('email=ada@example.org', 'utf16le')],
    ['bytes that are no UTF-8', form, 'email=%ff%fe%80%40example.org'],
    ['half a character', form, 'email=%ed%a0%80%40example.org'],
    ['a NUL', form, 'email=ada%00%40example.org'],
    ['a line break', form, 'email=ada%40example.org%0d%0aBcc:%20eve%40evil.example'],
    ['overlong slashes', form, 'email=%c0%af%40example.org'],
  ])('of %s is refused as an address, and nothing is kept of it', async (_, type, body) => {
    const { url, dump, log } = await startPost()
    const before = dump()
    const answer = await fetch(`${url}/subscribe`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    })
    const page = await answer.text()
    expect([answer.status, page.includes('not an e-mail address')]).toEqual([200, true])
    expect(page.isWellFormed()).toBe(true)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=UTF-8')
    expect(dump()).toEqual(before)
    expect(log).toEqual([])
  })
})

describe('a method', () => {
  const others = ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH', 'MKCOL']

  test('that nobody uses changes nothing, echoes nothing and opens nothing to other sites', async () => {
    const { url, confirm, leave, choose, signer, dump } = await startReader()
    const before = dump()
    const returns = `/returns/${signer.token('returns', 'mail')}`
    for (const path of ['/', '/subscribe', '/suggest', confirm, leave, choose, returns]) {
      for (const method of others) {
        const lines = [
          `${method} ${path} HTTP/1.1`,
          'Host: localhost',
          'Cookie: canary=1',
          'Connection: close',
          '',
          '',
        ]
        const { status, head, body } = await sendRaw(url, lines.join('\r\n'))
        expect([status, `${method} ${path}`]).toEqual([404, `${method} ${path}`])
        expect(head + body).not.toMatch(/canary|access-control-allow/i)
      }
      const connecting = await sendRaw(url, `CONNECT ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
      expect(connecting.status).not.toBe(200)
    }
    expect(dump()).toEqual(before)
  })

  test('is what the request says, whatever its headers and fields say', async () => {
    const { url, leave, confirm, dump } = await startReader()
    const before = dump()
    for (const path of [leave, confirm]) {
      const headers = {
        'x-http-method-override': 'POST',
        'x-method-override': 'POST',
        'x-http-method': 'POST',
      }
      expect((await fetch(`${url}${path}?_method=POST`, { headers })).status).toBe(200)
    }
    expect(dump()).toEqual(before)
  })
})

describe('two requests that look like one', () => {
  const hidden = 'GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const head = `POST /subscribe HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${form}\r\n`

  test.each([
    ['two lengths', `${head}Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
    [
      'a length and pieces',
      `${head}Content-Length: ${hidden.length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    ['pieces by another name', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['pieces twice', `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`],
    ['a blank before the colon', `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['a length that is none', `${head}Content-Length: +0\r\n\r\n${hidden}`],
    ['a piece of no length', `${head}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${hidden}`],
    ['a line feed alone', `${head}X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`],
  ])('are refused, and the connection with them: %s', async (_, bytes) => {
    const { url } = await startPost()
    expect(await sendRaw(url, bytes)).toMatchObject({ status: 400, answers: 1 })
  })
})

describe('every page', () => {
  test('of a person, an error or a refusal is framed by nobody and kept by no cache', async () => {
    const { url, confirm, leave, choose, post } = await startReader()
    const { origin, hers } = await startDesk()
    const { url: suggesting } = await startSuggesting()
    const big = { method: 'POST', body: 'a'.repeat(40_000), headers: { 'content-type': form } }
    const answers = [
      ...(await Promise.all([confirm, leave, choose].map((path) => fetch(url + path)))),
      ...(await Promise.all(
        ['/confirm/x', '/unsubscribe/x', '/preferences/x'].map((path) => fetch(url + path)),
      )),
      await fetch(origin + hers),
      await fetch(`${origin}/desk/x`),
      await fetch(origin + hers, { method: 'POST', body: new URLSearchParams({ do: 'x' }) }),
      await post('/subscribe', { email: 'x' }),
      await post('/subscribe', { email: ada }),
      await fetch(`${suggesting}/suggest`, { method: 'POST', body: new URLSearchParams({ url: 'x' }) }),
      await post(choose, {}),
      await post(confirm),
      await post(leave),
    ]
    for (const { headers, url } of answers) {
      expect(headers.get('cache-control'), url).toBe('no-store')
      expect(headers.get('x-robots-tag'), url).toBe('noindex')
    }
    answers.push(await fetch(`${url}/subscribe`, big), await fetch(`${url}/nothing`))
    for (const { headers, url } of answers) {
      expect(headers.get('x-frame-options'), url).toBe('DENY')
      expect(headers.get('content-security-policy'), url).toContain("frame-ancestors 'none'")
      expect(headers.get('content-security-policy'), url).toContain("form-action 'self'")
      expect(headers.get('x-content-type-options'), url).toBe('nosniff')
      expect(headers.get('referrer-policy'), url).toBe('no-referrer')
      expect(headers.get('set-cookie'), url).toBeNull()
    }
  })

  test('is the same whatever cookies come with it: there is nothing that another site could ride on', async () => {
    const { url, leave, choose } = await startReader()
    for (const path of ['/', '/subscribe', leave, choose]) {
      const cookie = 'session=1; freehold=admin; __Host-id=2; authorization=x'
      const [plain, with_] = await Promise.all([
        fetch(url + path),
        fetch(url + path, { headers: { cookie, authorization: 'Basic YTpi' } }),
      ])
      expect(await with_.text(), path).toBe(await plain.text())
    }
  })

  test('that takes a form is one of these: whoever adds one says here what keeps other sites out', async () => {
    const desk = (await startDesk()).way
    const { app } = await startPost()
    const suggesting = await startSuggesting()
    const taking = (one: typeof app) =>
      one.routes.filter(({ method }) => method === 'POST').map(({ path }) => path)
    expect([...new Set(taking(app))].toSorted()).toEqual([
      // A token in the address, which no other site knows.
      '/confirm/:token',
      // The token, and no other origin.
      '/preferences/:token',
      // The token of the mail server.
      '/returns/:token',
      // No other origin, ten an hour from a network; and the owner of the address has to confirm.
      '/subscribe',
      // The token; from any origin, as mail programs send it (RFC 8058).
      '/unsubscribe/:token',
    ])
    expect(desk.post.editors).not.toEqual([])
    const foreign = await fetch(`${suggesting.url}/suggest`, {
      method: 'POST',
      body: new URLSearchParams({ url: 'https://a.example/' }),
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect(await foreign.text()).toContain('sent from another site')
  })
})

describe('a token', () => {
  test('of each purpose opens its own page only, and none of another secret opens any', async () => {
    const { url, signer, id, dump, confirm } = await startReader()
    const { origin, token: deskToken } = await startDesk()
    const optIn = confirm.slice('/confirm/'.length).split('.')[0]!
    const payloads = {
      confirm: optIn,
      choose: id,
      leave: id,
      returns: 'mail',
      desk: deskToken.split('.')[0]!,
    }
    const pages = {
      confirm: 'confirm',
      choose: 'preferences',
      leave: 'unsubscribe',
      returns: 'returns',
      desk: 'desk',
    }
    const other = createSigner('another secret of the tests')
    const before = dump()
    for (const [page, path] of Object.entries(pages)) {
      for (const [purpose, own] of Object.entries(payloads)) {
        for (const payload of new Set([own, payloads[page as keyof typeof payloads]])) {
          const tokens = [
            other.token(page, payload),
            ...(purpose === page ? [] : [signer.token(purpose, payload)]),
          ]
          for (const token of tokens) {
            const at = `${page === 'desk' ? origin : url}/${path}/${token}`
            const statuses = [(await fetch(at)).status, (await fetch(at, { method: 'POST' })).status]
            expect([page, purpose, ...statuses]).toEqual([page, purpose, 404, 404])
          }
        }
      }
    }
    expect(dump()).toEqual(before)
  })

  test('stands in no line of the log when a page fails', async () => {
    const { app, log, way, leave, choose, confirm } = await startReader()
    const { store } = way
    const gone = () => Promise.reject(new Error('the database is gone'))
    Object.assign(store.subscribers, { get: gone })
    Object.assign(store.signUps, { find: gone })
    for (const path of [leave, choose, confirm]) {
      expect((await app.request(path)).status).toBe(500)
      const token = path.split('/').at(-1)!
      expect(JSON.stringify(log)).not.toContain(token.split('.')[1])
      expect(JSON.stringify(log)).toContain(path.slice(0, 8))
    }
    expect(log.filter(({ level }) => level === 'error')).toHaveLength(3)
  })
})

describe('who is a reader', () => {
  test('is not told by how long the form takes: a known address takes as long as one that nobody knows', async () => {
    const { way, reader } = await startPost()
    const newsletter = openNewsletter({ way, signer: way.post.signer })
    const rounds = 150
    for (let n = 0; n < rounds; n++) await reader(`known${n}@example.org`)
    const times: Record<string, number[]> = { known: [], strange: [] }
    for (let n = 0; n < rounds; n++) {
      for (const kind of n % 2 === 0 ? ['known', 'strange'] : ['strange', 'known']) {
        const began = performance.now()
        const network = `10.${n}.${kind.length}.1`
        await newsletter.subscribe({ email: `${kind}${n}@example.org`, ideas: [], directions: [], network })
        times[kind]!.push(performance.now() - began)
      }
    }
    const [known, strange] = ['known', 'strange'].map(
      (kind) => times[kind]!.toSorted((a, b) => a - b)[rounds / 2]!,
    )
    // In turns, so that what else the machine does falls on both alike.
    expect(known! / strange!).toBeGreaterThan(0.5)
    expect(known! / strange!).toBeLessThan(2)
  })

  test('is not told by the figures, which strangers do not get', async () => {
    const { way } = await startPost()
    const metrics = async () => [{ name: 'freehold_subscribers', help: 'Readers.', type: 'gauge' as const, values: [{ value: (await way.store.subscribers.count()).confirmed }] }] // biome-ignore format: short
    const { app } = await startPost()
    const web = createWeb({
      archive: { digests: async () => [], digest: async () => null, latestIssues: async () => [], latest: async () => null, ideaItems: async () => [], ideaBalance: async () => [], counts: async () => ({ feeds: 0, items: 0, labelled: 0, digests: 0 }) }, // biome-ignore format: short
      renderer: way.renderer,
      pages: [],
      ideas: [],
      stylesheet: '',
      health: { ready: async () => ({ ready: true }) },
      metrics,
      now: way.now,
      log: way.log,
    })
    const ask = (remoteAddress: string, headers: Record<string, string> = {}) =>
      web.request('/metrics', { headers }, { incoming: { socket: { remoteAddress } } })
    for (const near of ['127.0.0.1', '::1', '::ffff:10.0.0.7', 'fd00::7']) {
      expect(await (await ask(near)).text(), near).toContain('freehold_subscribers 0')
    }
    const strangers: [string, Record<string, string>?][] = [
      ['192.0.2.7'],
      ['2001:db8::7'],
      ['192.0.2.7', { 'x-forwarded-for': '127.0.0.1' }],
      ['127.0.0.1', { 'x-forwarded-for': '192.0.2.7' }],
      ['127.0.0.1', { 'x-forwarded-for': '127.0.0.1, 192.0.2.7' }],
      ['127.0.0.1', { forwarded: 'for=192.0.2.7' }],
      ['127.0.0.1', { 'x-real-ip': '192.0.2.7' }],
    ]
    for (const [address, headers] of strangers) {
      const answer = await ask(address, headers)
      expect([address, headers, answer.status]).toEqual([address, headers, 404])
      expect(await answer.text()).not.toContain('freehold_subscribers')
    }
    expect(app.routes.some(({ path }) => path === '/metrics')).toBe(true)
  })
})
