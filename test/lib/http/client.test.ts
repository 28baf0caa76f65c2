import { afterEach, expect, test } from 'vitest'
import { createHttp, type Http, type HttpOptions, isPrivateAddress } from '../../../src/lib/http/index.ts'
import { type FeedServer, misbehaviours, startFeedServer } from '../../servers/feed-server.ts'

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((thing) => thing.close()))
})

async function serve(host?: string): Promise<FeedServer> {
  const server = await startFeedServer(host)
  open.push(server)
  return server
}

function client(options: Partial<HttpOptions> = {}): Http {
  const http = createHttp({ userAgent: 'test/1', allowPrivateNetwork: true, hostGapMs: 0, ...options })
  open.push(http)
  return http
}

/** Lets the tests' first server pass for a public one; everything else is judged as in production. */
const onlyFirst = (address: string) => address !== '127.0.0.1' && isPrivateAddress(address)

test('gives any status as a response, with its headers and its body', async () => {
  const server = await serve()
  server.set('/', { status: 503, headers: { 'Retry-After': '60', 'X-Two': 'a' }, body: 'Not now' })
  const outcome = await client().get(`${server.origin}/`)
  expect(outcome).toMatchObject({
    kind: 'response',
    status: 503,
    url: `${server.origin}/`,
    permanentUrl: null,
  })
  expect(outcome.kind === 'response' && [outcome.headers['retry-after'], outcome.body.toString()]).toEqual([
    '60',
    'Not now',
  ])
})

test('says who asks, and sends the headers it is given', async () => {
  const server = await serve()
  await client({ userAgent: 'Freehold (+https://example.org)' }).get(`${server.origin}/`, {
    headers: { 'if-none-match': '"x"' },
  })
  expect(server.requests[0]?.headers).toMatchObject({
    'user-agent': 'Freehold (+https://example.org)',
    'if-none-match': '"x"',
    'accept-encoding': 'gzip, deflate, br',
  })
})

test('joins a header that comes several times', async () => {
  const server = await serve()
  server.set('/', (_request, response) => {
    response
      .writeHead(200, [
        ['Link', '<a>'],
        ['Link', '<b>'],
      ] as never)
      .end()
  })
  expect(await client().get(`${server.origin}/`)).toMatchObject({ headers: { link: '<a>, <b>' } })
})

test('gives an empty body for a 304 that carries one', async () => {
  const server = await serve()
  server.set('/', misbehaviours.notModifiedWithBody())
  const outcome = await client().get(`${server.origin}/`)
  expect(outcome).toMatchObject({ kind: 'response', status: 304, headers: { etag: '"new"' } })
  expect(outcome.kind === 'response' && outcome.body.length).toBe(0)
})

test.each([
  ['ftp://example.org/feed', 'ftp:'],
  ['file:///etc/passwd', 'file:'],
  ['gopher://example.org/', 'gopher:'],
  ['data:text/xml,<rss/>', 'data:'],
  ['javascript:alert(1)', 'javascript:'],
  ['not a url', 'not a URL'],
  ['https://user:secret@example.org/feed', 'example.org'],
  ['https://user@example.org/feed', 'password'],
])('refuses the URL %s', async (url, said) => {
  const outcome = await client().get(url)
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'badUrl' })
  expect(outcome.kind === 'failed' && outcome.message).toContain(said)
})

test('does not repeat a password in its message', async () => {
  expect(JSON.stringify(await client().get('https://user:secret@example.org/feed'))).not.toContain('secret')
})

test('names a port where nothing listens', async () => {
  const server = await startFeedServer()
  await server.close()
  expect(await client().get(`${server.origin}/`)).toMatchObject({ kind: 'failed', reason: 'refused' })
})

test('names a host that does not exist', async () => {
  const resolve = async () => {
    throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
  }
  const outcome = await client({ resolve }).get('http://no-such-host.example/')
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'dns' })
  expect(outcome.kind === 'failed' && outcome.message).toContain('no-such-host.example')
})

test('tells a resolver that does not answer from a host that does not exist', async () => {
  const resolve = async () => {
    throw Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' })
  }
  const outcome = await client({ resolve }).get('http://host.example/')
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'dns' })
  expect(outcome.kind === 'failed' && outcome.message).toContain('DNS of this machine')
})

test('names a secure connection that can not be made', async () => {
  const server = await serve()
  const outcome = await client().get(server.origin.replace('http:', 'https:'))
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'tls' })
})

test('makes a value of a header that can not be sent', async () => {
  const server = await serve()
  const outcome = await client().get(`${server.origin}/`, { headers: { 'if-none-match': 'a\r\nb: c' } })
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'network' })
  expect(server.requests).toEqual([])
})

test('asks a host for one thing at a time', async () => {
  const server = await serve()
  const http = client()
  const paths = ['/1', '/2', '/3', '/4', '/5']
  const outcomes = await Promise.all(paths.map((path) => http.get(server.origin + path)))
  expect(outcomes.map((outcome) => outcome.kind === 'response' && outcome.status)).toEqual([
    404, 404, 404, 404, 404,
  ])
  expect(server.requests.map(({ path }) => path)).toEqual(paths)
  expect(server.mostAtOnce()).toBe(1)
})

test('asks different hosts at the same time', async () => {
  const [one, two] = [await serve('127.0.0.1'), await serve('127.0.0.2')]
  const second = Promise.withResolvers<void>()
  // The first answers only when the second has been asked.
  one.set('/', async (_request, response) => {
    await second.promise
    response.end('one')
  })
  two.set('/', (_request, response) => {
    second.resolve()
    response.end('two')
  })
  const http = client()
  const outcomes = await Promise.all([http.get(`${one.origin}/`), http.get(`${two.origin}/`)])
  expect(outcomes.map((outcome) => outcome.kind === 'response' && outcome.body.toString())).toEqual([
    'one',
    'two',
  ])
})

test('goes on with a host after one of its answers failed', async () => {
  const server = await serve()
  server.set('/bad', misbehaviours.reset())
  server.set('/good', 'fine')
  const http = client()
  const [bad, good] = await Promise.all([http.get(`${server.origin}/bad`), http.get(`${server.origin}/good`)])
  expect([bad.kind, good.kind]).toEqual(['failed', 'response'])
})

test('gives up a redirect to a private address when the first hop was fine', async () => {
  const [outside, inside] = [await serve('127.0.0.1'), await serve('127.0.0.2')]
  inside.set('/secret', 'secret')
  outside.set('/', misbehaviours.redirectTo(`${inside.origin}/secret`))
  const outcome = await client({ isPrivate: onlyFirst }).get(`${outside.origin}/`)
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'privateAddress' })
  expect(outside.requests.length).toBe(1)
  expect(inside.requests).toEqual([])
})

test('gives up a redirect to a name that leads to a private address', async () => {
  const [outside, inside] = [await serve('127.0.0.1'), await serve('127.0.0.2')]
  const port = new URL(inside.origin).port
  outside.set('/', misbehaviours.redirectTo(`http://intranet.example:${port}/`))
  const resolve = async () => [{ address: '127.0.0.2', family: 4 }]
  const outcome = await client({ isPrivate: onlyFirst, resolve }).get(`${outside.origin}/`)
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'privateAddress' })
  expect(outcome.kind === 'failed' && outcome.message).toContain('intranet.example')
  expect(inside.requests).toEqual([])
})

test('checks a name at every connection, and connects to the address it checked', async () => {
  const [outside, inside] = [await serve('127.0.0.1'), await serve('127.0.0.2')]
  const port = new URL(outside.origin).port
  const answers = ['127.0.0.1', '127.0.0.2']
  const resolve = async () => [{ address: answers.shift() ?? '127.0.0.2', family: 4 }]
  outside.set('/', 'public')
  const http = client({ isPrivate: onlyFirst, resolve })
  expect(await http.get(`http://rebinding.example:${port}/`)).toMatchObject({ kind: 'response', status: 200 })
  // One question for one connection: a second one could have been answered differently.
  expect(answers).toEqual(['127.0.0.2'])
  expect(await http.get(`http://rebinding.example:${port}/`)).toMatchObject({ reason: 'privateAddress' })
  expect([outside.requests.length, inside.requests.length]).toEqual([1, 0])
})

test('refuses a name one of whose addresses is private', async () => {
  const resolve = async () => [
    { address: '93.184.215.14', family: 4 },
    { address: '10.0.0.1', family: 4 },
  ]
  const outcome = await client({ allowPrivateNetwork: false, resolve }).get('http://both.example/')
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'privateAddress' })
})

test.each(['localhost', 'LOCALHOST'])('refuses the name %s', async (host) => {
  const server = await serve()
  const outcome = await client({ allowPrivateNetwork: false, ports: 'any' }).get(
    `http://${host}:${new URL(server.origin).port}/`,
  )
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'privateAddress' })
  expect(server.requests).toEqual([])
})

test.each([
  '127.0.0.1', '127.1', '127.0.1', '0x7f.1', '0x7f000001', '2130706433', '017700000001', '0177.0.0.1', '127.0.0.1.',
  '%31%32%37.0.0.1', '１２７.0.0.1', '127。0。0。1', '0', '0.0.0.0', '[::1]', '[::]', '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '169.254.169.254',
  '0xa9fea9fe', '10.1', '192.168.257', '100.64.0.1', '[fe80::1]', '[fd00::1]', '255.255.255.255',
])('refuses the literal address %s before anything is sent', async (host) => {
  const server = await serve()
  const outcome = await client({ allowPrivateNetwork: false }).get(`http://${host}:${new URL(server.origin).port}/`)
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'privateAddress' })
  expect(server.requests).toEqual([])
}) // biome-ignore format: a table

test('can be told to fetch from private addresses', async () => {
  const server = await serve()
  server.set('/', 'inside')
  expect(await client({ allowPrivateNetwork: true }).get(`${server.origin}/`)).toMatchObject({ status: 200 })
})
