import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHttp, type Http, type HttpOptions } from '../../../src/lib/http/index.ts'
import { type FeedServer, misbehaviours, startFeedServer } from '../../servers/feed-server.ts'

let server: FeedServer
const clients: Http[] = []

beforeEach(async () => {
  server = await startFeedServer()
})

afterEach(async () => {
  await Promise.all(clients.splice(0).map((http) => http.close()))
  await server.close()
})

function client(options: Partial<HttpOptions> = {}): Http {
  const http = createHttp({ userAgent: 'test/1', allowPrivateNetwork: true, hostGapMs: 0, ...options })
  clients.push(http)
  return http
}

test('closes the connection of a body that takes longer than the deadline', async () => {
  server.set('/drip', misbehaviours.drip())
  const outcome = await client({ deadlineMs: 200 }).get(`${server.origin}/drip`)
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'timeout' })
  expect(outcome.kind === 'failed' && outcome.message).toContain('0.2 s')
  await server.closed('/drip')
})

test.each([
  [{ connectMs: 100 }, 'could not be connected to'],
  [{ deadlineMs: 100 }, 'within 0.1 s'],
])('does not wait for ever for a resolver that does not answer: %j', async (limits, said) => {
  const http = client({ ...limits, resolve: () => new Promise(() => undefined) })
  const outcome = await http.get('http://feeds.example/')
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'timeout' })
  expect(outcome.kind === 'failed' && outcome.message).toContain(said)
})

test('lets one call have a deadline of its own', async () => {
  server.set('/silent', misbehaviours.silent())
  const outcome = await client().get(`${server.origin}/silent`, { deadlineMs: 50 })
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'timeout' })
  await server.closed('/silent')
})

test('has one deadline for a whole chain of redirects', async () => {
  for (const hop of [0, 1, 2, 3]) {
    server.set(`/${hop}`, (_request, response) => {
      setTimeout(() => response.writeHead(302, { location: `/${hop + 1}` }).end(), 150)
    })
  }
  server.set('/4', 'the end')
  expect(await client({ deadlineMs: 400 }).get(`${server.origin}/0`)).toMatchObject({
    kind: 'failed',
    reason: 'timeout',
  })
})

test('does not count the wait for the turn of the host', async () => {
  server.set('/silent', misbehaviours.silent())
  server.set('/good', 'fine')
  const http = client({ deadlineMs: 300 })
  const outcomes = await Promise.all([
    http.get(`${server.origin}/silent`),
    http.get(`${server.origin}/silent`),
    http.get(`${server.origin}/good`),
  ])
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(['failed', 'failed', 'response'])
})

test('does not wait for headers for ever', async () => {
  server.set('/silent', misbehaviours.silent())
  const outcome = await client({ headersMs: 100 }).get(`${server.origin}/silent`)
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'timeout' })
  expect(outcome.kind === 'failed' && outcome.message).toContain('did not begin to answer')
  await server.closed('/silent')
})

test('does not wait for the next piece of a body for ever', async () => {
  server.set('/stalled', misbehaviours.stalled())
  const outcome = await client({ idleMs: 100 }).get(`${server.origin}/stalled`)
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'timeout' })
  expect(outcome.kind === 'failed' && outcome.message).toContain('stopped sending')
  await server.closed('/stalled')
})

test.each(['endless', 'huge', 'gzipBomb', 'emptyGzip'] as const)(
  'stops reading and hangs up on a body too large: %s',
  async (name) => {
    server.set('/big', misbehaviours[name]())
    const outcome = await client({ maxBytes: 2 * 1024 * 1024 }).get(`${server.origin}/big`)
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'tooLarge' })
    expect(outcome.kind === 'failed' && outcome.message).toContain('2 MiB')
    await server.closed('/big')
  },
)

test('stops 200 MB at its own limit, too', async () => {
  server.set('/big', misbehaviours.huge())
  expect(await client().get(`${server.origin}/big`)).toMatchObject({ kind: 'failed', reason: 'tooLarge' })
  await server.closed('/big')
})

test('counts the inflated size: what fits exactly is a response, one byte more is too large', async () => {
  server.set('/', 'x'.repeat(1_000))
  expect(await client({ maxBytes: 1_000 }).get(`${server.origin}/`)).toMatchObject({ kind: 'response' })
  expect(await client({ maxBytes: 999 }).get(`${server.origin}/`)).toMatchObject({ reason: 'tooLarge' })
})

test('does not begin to read what announces itself too large', async () => {
  server.set('/', (_request, response) => {
    response.writeHead(200, { 'content-length': '9999999999' }).flushHeaders()
  })
  expect(await client().get(`${server.origin}/`)).toMatchObject({ kind: 'failed', reason: 'tooLarge' })
  await server.closed('/')
})

test('hangs up when it is called off', async () => {
  const control = new AbortController()
  server.set('/silent', () => control.abort())
  const outcome = await client().get(`${server.origin}/silent`, { signal: control.signal })
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'aborted' })
  await server.closed('/silent')
})

test('ends everything under way and everything waiting when it is closed', async () => {
  const asked = Promise.withResolvers<void>()
  server.set('/silent', () => asked.resolve())
  const http = client()
  const outcomes = Promise.all([http.get(`${server.origin}/silent`), http.get(`${server.origin}/waiting`)])
  await asked.promise
  await http.close()
  expect((await outcomes).map((outcome) => outcome.kind === 'failed' && outcome.reason)).toEqual([
    'aborted',
    'aborted',
  ])
  expect(await http.get(`${server.origin}/later`)).toMatchObject({ kind: 'failed', reason: 'aborted' })
  expect(server.requests.map(({ path }) => path)).toEqual(['/silent'])
})

test('leaves no connection open after a response', async () => {
  server.set('/', 'fine')
  await client().get(`${server.origin}/`)
  await server.closed('/')
})

test('keeps many at a time apart', async () => {
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  const http = client()
  const outcomes = await Promise.all(Array.from({ length: 40 }, (_, i) => http.get(`${server.origin}/${i}`)))
  process.off('warning', note)
  expect(outcomes.every((outcome) => outcome.kind === 'response' && outcome.status === 404)).toBe(true)
  expect(warnings).toEqual([])
})
