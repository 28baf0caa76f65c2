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

test('ends a loop', async () => {
  server.set('/', misbehaviours.redirectLoop())
  expect(await http.get(`${server.origin}/`)).toMatchObject({ kind: 'failed', reason: 'tooManyRedirects' })
  expect(server.requests.length).toBe(6)
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
