import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHttp, type Http } from '../../../src/lib/http/index.ts'
import { type FeedServer, misbehaviours, startFeedServer } from '../../servers/feed-server.ts'

let server: FeedServer
let http: Http

beforeEach(async () => {
  server = await startFeedServer()
  http = createHttp({ userAgent: 'test/1', allowPrivateNetwork: true, hostGapMs: 0 })
  server.set('/end', 'the feed')
})

afterEach(async () => {
  await http.close()
  await server.close()
})

const chain = (statuses: number[]) => {
  statuses.forEach((status, i) => {
    const last = i === statuses.length - 1
    server.set(`/${i}`, misbehaviours.redirectTo(last ? '/end' : `/${i + 1}`, status))
  })
  return http.get(`${server.origin}/0`)
}

test.each([301, 302, 303, 307, 308])('follows a %d', async (status) => {
  expect(await chain([status])).toMatchObject({ kind: 'response', status: 200, url: `${server.origin}/end` })
})

test.each([
  [[301], '/end'],
  [[308], '/end'],
  [[301, 308, 301], '/end'],
  [[302], null],
  [[302, 301], null],
  [[301, 302], '/1'],
  [[301, 308, 307, 301], '/2'],
])('of the hops %j, the permanent ones lead to %s', async (statuses, path) => {
  expect(await chain(statuses)).toMatchObject({ permanentUrl: path && server.origin + path })
})

test('follows a location with a fragment, without the fragment', async () => {
  server.set('/', misbehaviours.redirectTo('/end#top', 301))
  expect(await http.get(`${server.origin}/`)).toMatchObject({
    url: `${server.origin}/end`,
    permanentUrl: `${server.origin}/end`,
  })
  expect(server.requests.at(-1)?.path).toBe('/end')
})

test('follows five redirects and not six', async () => {
  expect(await chain([302, 302, 302, 302, 302])).toMatchObject({ kind: 'response', status: 200 })
  expect(await chain([302, 302, 302, 302, 302, 302])).toMatchObject({ reason: 'tooManyRedirects' })
})

test.each(['ftp://example.org/', 'file:///etc/passwd', 'http://user:pass@127.0.0.1/', 'http://[::1'])(
  'does not follow a location %s',
  async (location) => {
    server.set('/', misbehaviours.redirectTo(location))
    expect(await http.get(`${server.origin}/`)).toMatchObject({ kind: 'failed', reason: 'badUrl' })
  },
)

test('takes a redirect without a location for what it is', async () => {
  server.set('/', { status: 302, body: 'somewhere else' })
  expect(await http.get(`${server.origin}/`)).toMatchObject({ kind: 'response', status: 302 })
})

test('does not follow a redirect to a name that was public at the hop before', async () => {
  const inside = await startFeedServer('127.0.0.2')
  const port = new URL(server.origin).port
  const answers = ['127.0.0.1', '127.0.0.1', '127.0.0.2']
  const rebinding = createHttp({
    userAgent: 'test/1',
    hostGapMs: 0,
    ports: 'any',
    isPrivate: (address) => address !== '127.0.0.1',
    resolve: async () => [{ address: answers.shift() ?? '127.0.0.2', family: 4 }],
  })
  server.set('/', misbehaviours.redirectTo('/next'))
  server.set('/next', misbehaviours.redirectTo('/secret'))
  const outcome = await rebinding.get(`http://rebinding.example:${port}/`)
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'privateAddress' })
  expect(outcome.kind === 'failed' && outcome.message).toContain('rebinding.example is at 127.0.0.2')
  expect(server.requests.map(({ path }) => path)).toEqual(['/', '/next'])
  expect(inside.requests).toEqual([])
  await rebinding.close()
  await inside.close()
})

test.each([
  ['http://example.org:25/', 'Port 25 of example.org'],
  ['https://example.org:80/', null],
  ['http://example.org:443/', null],
  ['https://example.org:8443/', 'Port 8443 of example.org'],
])('asks the usual ports only: %s', async (url, said) => {
  const resolve = async () => {
    throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' })
  }
  const strict = createHttp({ userAgent: 'test/1', hostGapMs: 0, resolve })
  const outcome = await strict.get(url)
  expect(outcome).toMatchObject({ kind: 'failed', reason: said ? 'badPort' : 'dns' })
  if (said) expect(outcome.kind === 'failed' && outcome.message).toContain(said)
  await strict.close()
})

test('sends the headers of the request at every hop', async () => {
  server.set('/', misbehaviours.redirectTo('/end'))
  await http.get(`${server.origin}/`, { headers: { 'if-none-match': '"x"' } })
  expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual(['"x"', '"x"'])
})

test('does not read the body of a redirect', async () => {
  server.set('/', misbehaviours.endlessRedirect('/end'))
  expect(await http.get(`${server.origin}/`)).toMatchObject({ kind: 'response', status: 200 })
  await server.closed('/')
})
