import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { createParsePool, createReader, type Reader, type Source } from '../../src/ingest/index.ts'
import { createHttp, type Http } from '../../src/lib/http/index.ts'
import { type FeedServer, misbehaviours, startFeedServer } from '../servers/feed-server.ts'
import { atom, rss, rssItem } from './documents.ts'

const now = Date.UTC(2026, 1, 10, 12)

const parser = createParsePool()

let server: FeedServer
let http: Http
let reader: Reader

beforeEach(async () => {
  server = await startFeedServer()
  http = createHttp({ userAgent: 'test/1', allowPrivateNetwork: true, hostGapMs: 0 })
  reader = createReader({ http, parser, now: () => now })
})

afterEach(async () => {
  await http.close()
  await server.close()
})

afterAll(() => parser.close())

const source = (path: string, known: Partial<Source> = {}): Source => ({
  url: server.origin + path,
  etag: null,
  lastModified: null,
  bodyHash: null,
  ...known,
})

const feed = rss(rssItem(1) + rssItem(2), '<language>en</language>')

test('reads a feed', async () => {
  server.set('/feed', {
    headers: { etag: '"v1"', 'last-modified': 'Tue, 03 Feb 2026 10:00:00 GMT' },
    body: feed,
  })
  expect(await reader.read(source('/feed'))).toMatchObject({
    kind: 'items',
    items: [{ title: 'Title 1' }, { title: 'Title 2' }],
    total: 2,
    title: 'A feed',
    language: 'en',
    etag: '"v1"',
    lastModified: 'Tue, 03 Feb 2026 10:00:00 GMT',
    bodyHash: expect.stringMatching(/^[\da-f]{64}$/),
    finalUrl: `${server.origin}/feed`,
    permanentUrl: null,
  })
  expect(server.requests[0]?.headers.accept).toContain('application/rss+xml')
})

test('sends the validators it knows, and nothing for those it does not', async () => {
  server.set('/feed', feed)
  await reader.read(source('/feed', { etag: '"v1"', lastModified: 'Tue, 03 Feb 2026 10:00:00 GMT' }))
  await reader.read(source('/feed', { etag: '', lastModified: '  ' }))
  await reader.read(source('/feed'))
  const sent = server.requests.map(({ headers }) => [headers['if-none-match'], headers['if-modified-since']])
  expect(sent).toEqual([
    ['"v1"', 'Tue, 03 Feb 2026 10:00:00 GMT'],
    [undefined, undefined],
    [undefined, undefined],
  ])
})

test('finds a feed unchanged by a 304, and keeps the validators it does not renew', async () => {
  server.set('/feed', { status: 304, headers: { etag: 'W/"v2"' } })
  expect(await reader.read(source('/feed', { etag: '"v1"', lastModified: 'yesterday' }))).toMatchObject({
    kind: 'unchanged',
    etag: 'W/"v2"',
    lastModified: 'yesterday',
  })
})

test('finds a feed unchanged by a 304 that carries a body', async () => {
  server.set('/feed', misbehaviours.notModifiedWithBody())
  expect(await reader.read(source('/feed', { etag: '"v1"' }))).toMatchObject({
    kind: 'unchanged',
    etag: '"new"',
  })
})

test('does not believe a 304 to a question without conditions', async () => {
  server.set('/feed', { status: 304 })
  expect(await reader.read(source('/feed'))).toMatchObject({ kind: 'failed', reason: 'status', status: 304 })
})

test('finds a feed unchanged by its body, where the server knows no validators', async () => {
  server.set('/feed', feed)
  const outcome = await reader.read(source('/feed'))
  const bodyHash = outcome.kind === 'items' ? outcome.bodyHash : null
  expect(await reader.read(source('/feed', { bodyHash }))).toMatchObject({
    kind: 'unchanged',
    etag: null,
    lastModified: null,
  })
  server.set('/feed', rss(rssItem(3)))
  expect(await reader.read(source('/feed', { bodyHash }))).toMatchObject({ kind: 'items', total: 1 })
})

test('does not keep a validator that could not be sent back', async () => {
  server.set('/feed', (_request, response) => {
    response.setHeader('etag', '"\u00e9"')
    response.end(feed)
  })
  expect(await reader.read(source('/feed'))).toMatchObject({ kind: 'items', etag: null })
})

test('says where a feed has moved for good, and reads it from there', async () => {
  server.set('/old', misbehaviours.redirectTo('/blog/feed', 301))
  server.set('/blog/feed', atom('<entry><title>T</title><link href="post"/><id>1</id></entry>'))
  expect(await reader.read(source('/old'))).toMatchObject({
    kind: 'items',
    finalUrl: `${server.origin}/blog/feed`,
    permanentUrl: `${server.origin}/blog/feed`,
    items: [{ url: `${server.origin}/blog/post` }],
  })
})

const page = (body: string) => `<!DOCTYPE html><html><head><title>x</title></head><body>${body}</body></html>`

test.each([
  ['a web page', 200, page('Hello'), 'notAFeed', 'a web page, not a feed'],
  ['a page that names its feed', 200, page('<link rel="alternate" type="application/rss+xml" href="/real.xml">'), 'notAFeed', '/real.xml'],
  ['a page of Cloudflare', 200, page('<script src="/cdn-cgi/challenge-platform/x.js">'), 'challenge', 'Cloudflare'],
  ['a 403 of Cloudflare', 403, page('Just a moment...'), 'challenge', 'Cloudflare'],
  ['a 503 of DDoS-Guard', 503, page('DDoS-Guard'), 'challenge', 'DDoS-Guard'],
  ['a captcha', 200, page('<div class="g-recaptcha">'), 'challenge', 'bot challenge'],
  ['an empty body', 200, '', 'empty', 'empty body'],
  ['blanks', 202, ' \n ', 'empty', 'empty body'],
  ['no content', 204, '', 'empty', 'empty body'],
  ['JSON that is no feed', 200, '{"error":"not found"}', 'notAFeed', 'not a JSON Feed'],
  ['JSON that breaks off', 200, '{"version":"https://jsonfeed.org/version/1.1","items":[{', 'malformed', 'JSON'],
  ['XML that is no feed', 200, '<?xml version="1.0"?><sitemapindex/>', 'notAFeed', '<sitemapindex>'],
  ['text', 200, 'Hello World!', 'notAFeed', 'text that is not a feed'],
  ['401', 401, '', 'forbidden', '401'],
  ['403', 403, 'no', 'forbidden', 'ask its publisher'],
  ['404', 404, page('Not found'), 'notFound', 'new address'],
  ['410', 410, '', 'gone', 'remove it'],
  ['429', 429, '', 'rateLimited', 'too often'],
  ['500', 500, '', 'serverError', '500'],
  ['503', 503, '', 'serverError', '503'],
  ['418', 418, '', 'status', '418'],
])('names what came instead of a feed: %s', async (_what, status, body, reason, said) => {
  server.set('/feed', { status, body })
  const outcome = await reader.read(source('/feed'))
  expect(outcome).toMatchObject({ kind: 'failed', reason, status, retryAfterMs: null })
  expect(outcome.kind === 'failed' && outcome.message).toMatch(/^127\.0\.0\.1 answered .*\.$/)
  expect(outcome.kind === 'failed' && outcome.message).toContain(said)
}) // biome-ignore format: a table

test('knows a challenge by its header', async () => {
  server.set('/feed', { status: 403, headers: { 'cf-mitigated': 'challenge' } })
  expect(await reader.read(source('/feed'))).toMatchObject({ kind: 'failed', reason: 'challenge' })
})

test.each([
  [429, '120', 120_000],
  [503, '0', 0],
  [429, 'Tue, 10 Feb 2026 12:05:00 GMT', 300_000],
  [503, 'Tue, 10 Feb 2026 11:00:00 GMT', 0],
  [503, 'Tuesday, 10-Feb-26 12:05:00 GMT', 300_000],
  [429, 'Tue Feb 10 12:05:00 2026', 300_000],
  [503, 'Wed, 10 Feb 2100 12:05:00 GMT', 24 * 60 * 60 * 1000],
  [429, '99999999', 24 * 60 * 60 * 1000],
  [429, '9'.repeat(400), 24 * 60 * 60 * 1000],
  [429, 'Tue, 99 Feb 2026 12:05:00 GMT', null],
  [429, '', null],
  [429, 'soon', null],
  [429, '-5', null],
  [429, '1.5', null],
  [500, '120', null],
])('hears from a %d with Retry-After %s how long to wait', async (status, header, wait) => {
  server.set('/feed', { status, headers: { 'retry-after': header } })
  expect(await reader.read(source('/feed'))).toMatchObject({ kind: 'failed', status, retryAfterMs: wait })
})

test('passes on why there was no answer', async () => {
  server.set('/feed', misbehaviours.reset())
  expect(await reader.read(source('/feed'))).toMatchObject({
    kind: 'failed',
    reason: 'network',
    status: null,
    retryAfterMs: null,
  })
})

test('names the setting for feeds on private addresses', async () => {
  const safe = createHttp({ userAgent: 'test/1', hostGapMs: 0 })
  const outcome = await createReader({ http: safe, parser, now: () => now }).read(source('/feed'))
  await safe.close()
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'privateAddress' })
  expect(outcome.kind === 'failed' && outcome.message).toContain('ALLOW_PRIVATE_NETWORK=true')
  expect(server.requests).toEqual([])
})

test('reads the newest items of a feed of 100,000', async () => {
  const start = Date.UTC(2020, 0, 1)
  const items = Array.from({ length: 100_000 }, (_, n) => {
    const date = new Date(start + n * 60_000).toUTCString()
    return `<item><title>Title ${n}</title><link>https://example.org/${n}</link><pubDate>${date}</pubDate></item>`
  })
  server.set('/feed', rss(items.join('\n')))
  const outcome = await reader.read(source('/feed'))
  expect(outcome).toMatchObject({ kind: 'items', total: 100_000 })
  expect(outcome.kind === 'items' && [outcome.items.length, outcome.items.at(-1)?.title]).toEqual([
    2_000,
    'Title 99999',
  ])
})

test.each(['huge', 'endless', 'gzipBomb'] as const)('gives up a feed too large: %s', async (name) => {
  server.set('/feed', misbehaviours[name]())
  expect(await reader.read(source('/feed'))).toMatchObject({
    kind: 'failed',
    reason: 'tooLarge',
    status: null,
  })
  await server.closed('/feed')
})
