import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHttp, type Http } from '../../../src/lib/http/index.ts'
import { type FeedServer, startFeedServer } from '../../servers/feed-server.ts'

let server: FeedServer
let http: Http

beforeEach(async () => {
  server = await startFeedServer()
  http = createHttp({ userAgent: 'test/1', allowPrivateNetwork: true, hostGapMs: 0 })
})

afterEach(async () => {
  await http.close()
  await server.close()
})

const text = '<rss>Größe</rss>'.repeat(5_000)

async function fetched(coding: string, body: Buffer): Promise<string> {
  server.set('/', { headers: { 'content-encoding': coding }, body })
  const outcome = await http.get(`${server.origin}/`)
  return outcome.kind === 'response' ? outcome.body.toString() : outcome.reason
}

test.each([
  ['gzip', gzipSync(text)],
  ['GZIP', gzipSync(text)],
  ['x-gzip', gzipSync(text)],
  ['deflate', deflateSync(text)],
  ['deflate', deflateRawSync(text)],
  ['br', brotliCompressSync(text)],
  ['identity', Buffer.from(text)],
  ['', Buffer.from(text)],
  ['gzip, br', brotliCompressSync(gzipSync(text))],
  ['gzip', Buffer.concat([gzipSync(text.slice(0, 100)), gzipSync(text.slice(100))])],
])('inflates %s', async (coding, body) => {
  expect(await fetched(coding, body)).toBe(text)
})

test.each(['gzip', 'deflate', 'br'])(
  'takes an empty body for empty, whatever its coding: %s',
  async (coding) => {
    expect(await fetched(coding, Buffer.alloc(0))).toBe('')
  },
)

test('inflates a body that comes a byte at a time', async () => {
  server.set('/', async (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'deflate' })
    for (const byte of deflateSync('<rss/>'))
      await new Promise((sent) => response.write(Buffer.of(byte), sent))
    response.end()
  })
  const outcome = await http.get(`${server.origin}/`)
  expect(outcome.kind === 'response' && outcome.body.toString()).toBe('<rss/>')
})

test('gives what there is of compressed data that breaks off', async () => {
  const body = gzipSync(Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 251)))
  server.set('/', { headers: { 'content-encoding': 'gzip' }, body: body.subarray(0, body.length / 2) })
  const outcome = await http.get(`${server.origin}/`)
  expect(outcome.kind === 'response' && outcome.body.length).toBeGreaterThan(100)
})

test.each(['gzip', 'deflate', 'br'])('names a body that is not %s, though it says so', async (coding) => {
  expect(await fetched(coding, Buffer.from('\x07<rss>plain</rss>'))).toBe('badEncoding')
})

test('shows nothing of a coding’s name that could steer a terminal', async () => {
  server.set('/', { headers: { 'content-encoding': 'sn\u009b31mappy' }, body: gzipSync('x') })
  const outcome = await http.get(`${server.origin}/`)
  expect(outcome.kind === 'failed' && outcome.message).toContain('(sn?31mappy)')
})

test.each(['zstd', 'compress', 'gzip, gzip, gzip'])(
  'names a coding that was not asked for: %s',
  async (coding) => {
    expect(await fetched(coding, gzipSync('x'))).toBe('badEncoding')
  },
)
