import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { logFacts } from '../../src/lib/log/index.ts'
import type { Page } from '../../src/model/index.ts'
import { createRenderer, headlineOf } from '../../src/render/index.ts'
import { type Archive, createWeb, listen, type WebOptions } from '../../src/web/index.ts'
import { hostileDigest, ideas, quietDigest, richDigest, twelveWeeks } from '../fixtures/digests.ts'

const templatesDir = new URL('../../templates', import.meta.url).pathname
const site = 'https://freehold.example'
const renderer = createRenderer({ templatesDir, publicUrl: site, ideas })
const stylesheet = readFileSync(join(templatesDir, 'freehold.css'), 'utf8')
const issues = [hostileDigest, quietDigest, richDigest]

const page: Page = {
  id: 'renewal',
  title: 'Renewal is not automatic',
  aliases: [],
  related: [],
  idea: ideas[0]!,
  markdown: '## What it claims\n\nThe stock does not renew itself.',
  file: 'wiki/renewal.md',
}

const archive: Archive = {
  digests: async () =>
    issues.map((digest) => ({
      number: digest.number!,
      since: digest.since,
      until: digest.until,
      stories: 3,
      opens: 1,
      closes: 1,
      mixed: 1,
      headline: headlineOf(digest),
    })),
  digest: async (number) => issues.find((digest) => digest.number === number) ?? null,
  latestIssues: async (most) =>
    issues
      .slice(0, most)
      .map((digest) => ({ digest, releasedAt: Date.parse(digest.until), corrections: [] })),
  latest: async () => richDigest,
  ideaItems: async () => [],
  ideaBalance: async (idea) => twelveWeeks(idea),
  counts: async () => ({ feeds: 64, items: 1204, labelled: 14, digests: 3 }),
}

function web(part: Partial<WebOptions> = {}) {
  const told: { detail: object; message: string }[] = []
  const asked: object[] = []
  const app = createWeb({
    archive,
    renderer,
    pages: [page],
    ideas,
    stylesheet,
    health: { ready: async () => ({ ready: true }) },
    now: () => Date.UTC(2026, 10, 30),
    log: {
      debug: (detail) => asked.push({ ...detail, ...logFacts() }),
      error: (detail, message) => told.push({ detail: { ...detail, ...logFacts() }, message }),
    },
    ...part,
  })
  return { app, told, asked }
}
const { app } = web()

const paths = [
  ['/', 'text/html', 'Open models are a city’s old buildings'],
  ['/digests', 'text/html', 'Every issue, newest first'],
  ['/digests/12', 'text/html', 'OLMo 4 is out, with every document it was trained on'],
  ['/digests/13', 'text/html', 'A quiet week.'],
  ['/ideas', 'text/html', 'Given for the zoning codes'],
  ['/ideas/renewal', 'text/html', 'Given when the stock of open models gains or loses something.'],
  ['/wiki', 'text/html', 'Renewal is not automatic'],
  ['/wiki/renewal', 'text/html', 'The stock does not renew itself.'],
  ['/freehold.css', 'text/css', '--paper'],
  ['/feeds/digests.rss', 'application/rss+xml', '<rss version="2.0"'],
  ['/feeds/digests.atom', 'application/atom+xml', '<feed xmlns="http://www.w3.org/2005/Atom"'],
  ['/feeds/digests.json', 'application/feed+json', 'https://jsonfeed.org/version/1.1'],
  ['/feeds/ideas/renewal.rss', 'application/rss+xml', 'Freehold: Renewal'],
  ['/healthz', 'application/json', 'up'],
  ['/readyz', 'application/json', 'true'],
] as const

describe.each(paths)('%s', (path, type, words) => {
  test('answers with what it promises', async () => {
    const answer = await app.request(path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(type)
    expect(await answer.text()).toContain(words)
  })

  test('lets no script run and nothing be framed', async () => {
    const { headers } = await app.request(path)
    const policy = headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("style-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/script-src|unsafe/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('set-cookie')).toBeNull()
  })
})

describe('caching', () => {
  test('a page that is unchanged is not sent again', async () => {
    const first = await app.request('/digests/12')
    expect(first.headers.get('cache-control')).toBe('public, max-age=300')
    const tag = first.headers.get('etag')!
    const second = await app.request('/digests/12', { headers: { 'if-none-match': tag } })
    expect(second.status).toBe(304)
    expect(await second.text()).toBe('')
  })

  test('another page has another tag', async () => {
    const tags = await Promise.all(
      ['/digests/12', '/digests/13', '/ideas'].map(async (path) =>
        (await app.request(path)).headers.get('etag'),
      ),
    )
    expect(new Set(tags).size).toBe(3)
    expect(tags).not.toContain(null)
  })

  test('health is asked anew each time', async () => {
    for (const path of ['/healthz', '/readyz']) {
      expect((await app.request(path)).headers.get('cache-control')).toBe('no-store')
    }
  })
})

describe('what is not there', () => {
  test.each([
    '/nothing',
    '/digests/99',
    '/digests/0',
    '/digests/012',
    '/digests/12x',
    '/digests/99999999999',
    '/ideas/none',
    '/ideas/__proto__',
    '/wiki/none',
    '/wiki/..%2f..%2fetc%2fpasswd',
    '/feeds/digests.xml',
    '/feeds/ideas/none.rss',
  ])('%s is answered with a page that says so', async (path) => {
    const answer = await app.request(path)
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('There is no page here')
    expect(answer.headers.get('cache-control')).toBeNull()
  })

  test('an address with a slash too many leads to the right one', async () => {
    const answer = await app.request('/digests/12/')
    expect(answer.status).toBe(301)
    const location = answer.headers.get('location')!
    expect(new URL(location, 'https://freehold.example/digests/12/').pathname).toBe('/digests/12')
  })

  test('nothing can be posted', async () => {
    expect((await app.request('/digests/12', { method: 'POST' })).status).toBe(404)
  })
})

describe('when something fails', () => {
  const broken = { ...archive, digests: () => Promise.reject(new Error('disk gone: /secret/path')) }

  test('the reader gets the error page and the log gets the error', async () => {
    const { app, told, asked } = web({ archive: broken })
    const answer = await app.request('/digests')
    expect(answer.status).toBe(500)
    const text = await answer.text()
    expect(text).toContain('Something went wrong')
    expect(text).not.toContain('secret')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(told).toEqual([
      {
        detail: {
          err: expect.objectContaining({ message: 'disk gone: /secret/path' }),
          method: 'GET',
          path: '/digests',
          request: expect.stringMatching(/^[0-9a-f]{8}$/),
        },
        message: expect.any(String),
      },
    ])
    const { request } = told[0]!.detail as { request: string }
    expect(text).toContain(`name this request: ${request}.`)
    expect(asked).toEqual([{ method: 'GET', path: '/digests', status: 500, ms: expect.any(Number), request }])
  })

  test('a broken error page still gives an answer', async () => {
    const noErrorPage = { ...renderer, errorPage: () => { throw new Error('template broken') } } // biome-ignore format: short
    const { app } = web({ archive: broken, renderer: noErrorPage })
    const answer = await app.request('/digests')
    expect(answer.status).toBe(500)
    expect(await answer.text()).toContain('Something went wrong')
  })

  test('the service says that it is not ready, and why', async () => {
    const { app } = web({ health: { ready: async () => ({ ready: false, database: 'no answer' }) } })
    const answer = await app.request('/readyz')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({ ready: false, database: 'no answer' })
    expect((await app.request('/healthz')).status).toBe(200)
  })

  describe('with a database that', () => {
    const unreachable = async () => {
      throw new Error('connect ECONNREFUSED 10.1.2.3:5432 as freehold')
    }
    const silent = () => new Promise<never>(() => undefined)
    test.each([
      ['is gone', unreachable, 'The database does not answer.', 'from the database.'],
      ['hangs', silent, 'The database does not answer within 0.02 s.', 'from the database within 0.03 s.'],
    ])('%s, operators are told so in a sentence', async (_, ask, notReady, noFigures) => {
      const patience = { readyMs: 20, metricsMs: 30 }
      const { app, told } = web({ health: { ready: ask }, metrics: ask, patience })
      const ready = await app.request('/readyz')
      expect(ready.status).toBe(503)
      const state = (await ready.json()) as { ready: boolean; database: string }
      expect(state).toEqual({ ready: false, database: expect.stringContaining(notReady) })
      const metrics = await app.request('/metrics')
      expect(metrics.status).toBe(503)
      const text = await metrics.text()
      expect(text).toContain(noFigures)
      expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/)
      expect(state.database + text).not.toMatch(/10\.1\.2\.3|as freehold/)
      expect(told).toHaveLength(2)
    })
  })
})

describe('listening', () => {
  test('serves the pages on a free port until it is closed', async () => {
    const { url, close } = await listen(app, { host: '127.0.0.1', port: 0 })
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'up' })
    await close()
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })

  test('fails when the port is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    await expect(listen(app, { host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    other.close()
  })

  test('lets a page under way be finished', async () => {
    const wait = Promise.withResolvers<void>()
    const underWay = Promise.withResolvers<void>()
    const slow = web({
      archive: {
        ...archive,
        async counts() {
          underWay.resolve()
          await wait.promise
          return archive.counts()
        },
      },
    })
    const { url, close } = await listen(slow.app, { host: '127.0.0.1', port: 0 })
    const answer = fetch(url)
    await underWay.promise
    const closed = close()
    wait.resolve()
    expect((await answer).status).toBe(200)
    await closed
  })
})
