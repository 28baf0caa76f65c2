import { describe, expect, onTestFinished, test } from 'vitest'
import { createParsePool, createReader } from '../../src/ingest/index.ts'
import { findFeed } from '../../src/jobs/index.ts'
import { createHttp, type HttpOptions } from '../../src/lib/http/index.ts'
import { rss, rssItem } from '../ingest/documents.ts'
import { type Answer, misbehaviours, startFeedServer } from '../servers/feed-server.ts'

async function serve(host: string) {
  const server = await startFeedServer(host)
  onTestFinished(() => server.close())
  return server
}

function client(options: Partial<HttpOptions> = {}) {
  const http = createHttp({ userAgent: 'test/1', hostGapMs: 0, ...options })
  onTestFinished(() => http.close())
  return http
}

/** For these tests 127.0.0.1 is the public internet, and the rest of this machine is not. */
const insideIsPrivate = { isPrivate: (address: string) => address !== '127.0.0.1', ports: 'any' as const }

const failure = async (outcome: Promise<{ kind: string; reason?: string; message?: string }>) => {
  const { kind, reason, message = '' } = await outcome
  return { kind, reason, message }
}

describe('a name', () => {
  test.each([
    '169.254.169.254', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe', 'fd00:ec2::254', '0.0.0.0',
    '::', '100.100.100.200', '192.168.0.1', '2002:7f00:1::', 'fe80::1%1',
  ])('that leads to %s is not asked, with a dot at its end or without', async (address) => {
    const family = address.includes(':') ? 6 : 4
    const http = client({ resolve: async () => [{ address, family }] })
    for (const host of ['metadata.example', 'metadata.example.', 'METADATA.example', 'ｍｅｔａｄａｔａ.example']) {
      expect(await failure(http.get(`http://${host}/latest/meta-data/`)), host).toMatchObject({
        kind: 'failed',
        reason: 'privateAddress',
      })
    }
  }) // biome-ignore format: a table

  test('that answers otherwise the second time is connected to where it was looked up, or not at all', async () => {
    const [outside, inside] = [await serve('127.0.0.1'), await serve('127.0.0.2')]
    const port = new URL(inside.origin).port
    inside.set('/', 'secret')
    outside.set('/', misbehaviours.redirectTo(`http://rebinding.example:${port}/`))
    let asked = 0
    const resolve = async () => [{ address: asked++ % 2 === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 }]
    const http = client({ ...insideIsPrivate, resolve })
    for (let n = 0; n < 10; n++) {
      const outcome = await http.get(`http://rebinding.example:${new URL(outside.origin).port}/`)
      expect(outcome.kind).toBe('failed')
    }
    expect(inside.requests).toEqual([])
  })
})

describe('an address', () => {
  test.each([
    ['file:///etc/passwd', 'badUrl'],
    ['unix:///var/run/docker.sock', 'badUrl'],
    ['http+unix://%2Fvar%2Frun%2Fdocker.sock/info', 'badUrl'],
    ['gopher://example.org:6379/_FLUSHALL', 'badUrl'],
    ['dict://example.org:11211/stat', 'badUrl'],
    ['ftp://example.org/', 'badUrl'],
    ['data:text/xml,<rss/>', 'badUrl'],
    ['jar:http://example.org!/', 'badUrl'],
    ['//example.org/feed', 'badUrl'],
    ['http://', 'badUrl'],
    ['http://[fe80::1%25eth0]/', 'badUrl'],
    ['http://exam ple.org/', 'badUrl'],
    ['http://example.org:99999/', 'badUrl'],
    ['http:\\\\127.0.0.1\\', 'privateAddress'],
    ['http:/127.0.0.1/', 'privateAddress'],
    ['http:127.0.0.1', 'privateAddress'],
    ['http://①②⑦.0.0.1/', 'privateAddress'],
    ['http://0177.0x0.1/', 'privateAddress'],
    ['http://[::ffff:0:0]/', 'privateAddress'],
    ['http://169.254.169.254./latest/', 'privateAddress'],
    ['http://a:b@169.254.169.254/', 'badUrl'],
    ['http://example.org:22/', 'badPort'],
    ['http://example.org:6379/', 'badPort'],
    ['https://example.org:8443/', 'badPort'],
    ['http://example.org:0/', 'badPort'],
  ])('%s is refused before anybody is asked', async (url, reason) => {
    let looked = 0
    const resolve = async () => {
      looked += 1
      return []
    }
    expect(await failure(client({ resolve }).get(url))).toMatchObject({ kind: 'failed', reason })
    expect(looked).toBe(0)
  })

  test('that names a socket elsewhere names a host here, which there is not', async () => {
    const names: string[] = []
    const resolve = async (name: string) => {
      names.push(name)
      return []
    }
    const outcome = await failure(client({ resolve }).get('http://unix:/var/run/docker.sock:/info'))
    expect([outcome.reason, names]).toEqual(['dns', ['unix']])
  })

  test('that holds a line break sends no second request', async () => {
    const server = await serve('127.0.0.1')
    server.set('/', 'fine')
    const http = client({ allowPrivateNetwork: true })
    await http.get(`${server.origin}/x\r\nX-Evil: 1\r\n\r\nGET /second`)
    await http.get(`${server.origin}/x%0d%0aX-Evil:%201`)
    await http.get(`${server.origin}/ HTTP/1.1\r\nHost: evil.example\r\n\r\n`)
    for (const { headers, path } of server.requests) {
      expect(headers['x-evil']).toBeUndefined()
      expect(headers.host).toBe(new URL(server.origin).host)
      expect(path).not.toBe('/second')
    }
  })

  test.each([
    'http://127.0.0.2:PORT/',
    'http://2130706434:PORT/',
    'http://0x7f.2:PORT/',
    '//127.0.0.2:PORT/',
    'http://u:p@127.0.0.2:PORT/',
    'http://[::ffff:127.0.0.2]:PORT/',
  ])('that a redirect gives in any notation leads to nothing inside: %s', async (to) => {
    const [outside, inside] = [await serve('127.0.0.1'), await serve('127.0.0.2')]
    inside.set('/', 'secret')
    outside.set('/', misbehaviours.redirectTo(to.replace('PORT', new URL(inside.origin).port)))
    const outcome = await failure(client(insideIsPrivate).get(`${outside.origin}/`))
    expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/privateAddress|badUrl/) })
    expect(inside.requests).toEqual([])
  })

  test('that a page names as its feed leads to nothing inside either', async () => {
    const [outside, inside] = [await serve('127.0.0.1'), await serve('127.0.0.2')]
    inside.set('/secret', rss(rssItem(1)))
    const types = ['application/rss+xml', 'application/atom+xml', 'application/feed+json']
    const links = types.map((type) => `<link rel="alternate" type="${type}" href="${inside.origin}/secret">`)
    outside.set('/', `<html><head><base href="${inside.origin}/">${links.join('')}<link rel="alternate" type="application/rss+xml" href="/secret"></head><body><a href="${inside.origin}/secret">RSS</a></body></html>`) // biome-ignore format: one line
    const parser = createParsePool()
    onTestFinished(() => parser.close())
    const http = client(insideIsPrivate)
    const classifier = () => Promise.reject(new Error('nothing was to be classified'))
    const found = await findFeed({ http, parser, now: () => 0, classifier }, `${outside.origin}/`)
    expect(found.kind).toBe('none')
    expect(inside.requests).toEqual([])
  })
})

describe('what is said of a failure', () => {
  const canary = 'canary-9f31'

  test.each([
    `https://user:${canary}@example.org/feed`,
    `https://${canary}@example.org/feed`,
    `ftp://user:${canary}@example.org/`,
    `http://user:${canary}@169.254.169.254/`,
    `http://user:${canary}@example.org:22/`,
  ])('holds no password: %s', async (url) => {
    const { kind, message } = await failure(client({ resolve: async () => [] }).get(url))
    expect(kind).toBe('failed')
    expect(message).not.toContain(canary)
  })

  test('holds none of a redirect either, nor steers who reads it', async () => {
    const server = await serve('127.0.0.1')
    const parser = createParsePool()
    onTestFinished(() => parser.close())
    const http = client({ allowPrivateNetwork: true })
    const reader = createReader({ http, parser, now: () => 0 })
    const answers: Answer[] = [
      { status: 302, headers: { location: `https://user:${canary}@example.org/` } },
      { status: 301, headers: { location: `http://[${canary}` } },
      { status: 200, headers: { 'content-type': 'text/html\u009b2J' }, body: '<html>\u001b[2J\u0007' },
      { status: 500, headers: { server: '\u009b2J' }, body: '\u001b]0;owned\u0007' },
    ]
    for (const [i, answer] of answers.entries()) {
      server.set(`/${i}`, answer)
      const outcome = await reader.read({
        url: `${server.origin}/${i}`,
        etag: null,
        lastModified: null,
        bodyHash: null,
      })
      const said = JSON.stringify(outcome)
      expect(outcome.kind, String(i)).not.toBe('items')
      if (i === 0) expect(said).not.toContain(canary)
      expect(said, String(i)).not.toMatch(/\\u001b|\\u0007|\u009b/)
    }
  })
})
