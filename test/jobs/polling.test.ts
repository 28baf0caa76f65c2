import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createParsePool, createReader } from '../../src/ingest/index.ts'
import { ingest } from '../../src/jobs/index.ts'
import { createHttp, type HttpOptions } from '../../src/lib/http/index.ts'
import type { Feed } from '../../src/model/index.ts'
import { openStore } from '../../src/store/index.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import { rss, rssItem } from '../ingest/documents.ts'
import { type FeedServer, startFeedServer } from '../servers/feed-server.ts'
import { ownDatabase } from '../store/own-database.ts'

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

const parser = createParsePool()
afterAll(() => parser.close())

/** The servers are addresses; no name is known here. */
const unknownHost = (host: string) => Promise.reject(Object.assign(new Error(host), { code: 'ENOTFOUND' }))

/** A client that loses patience with nobody for longer than any test takes. */
function openHttp(options: Partial<HttpOptions> = {}) {
  return createHttp({
    userAgent: 'test',
    allowPrivateNetwork: true,
    hostGapMs: 0,
    resolve: unknownHost,
    ...{ deadlineMs: day, headersMs: day, idleMs: day },
    ...options,
  })
}

/** Feeds of hosts whose names nobody knows. */
function feedsBeyond(count: number): Feed[] {
  return Array.from({ length: count }, (_, n) => ({
    ...weekFeeds[0]!,
    id: `beyond-${n}`,
    url: `https://host-${n}.invalid/feed.xml`,
  }))
}

/** Feeds with servers of their own (127.0.0.1, 127.0.0.2 …), polled by the real reader; the clock is the test's. */
async function startPolling(hosts: number, feedsEach = 1, options: Partial<HttpOptions> = {}) {
  let now = Date.UTC(2026, 1, 3, 9)
  const folder = mkdtempSync(join(tmpdir(), 'freehold-polling-'))
  const database = await ownDatabase(folder)
  const store = await openStore(database.url)
  const servers = await Promise.all(
    Array.from({ length: hosts }, (_, n) => startFeedServer(`127.0.0.${n + 1}`)),
  )
  const http = openHttp(options)
  const log: string[] = []
  const say = (_: object, message: string) => void log.push(message)
  const feeds = servers.flatMap((server, host) =>
    Array.from({ length: feedsEach }, (_, n): Feed => {
      server.set(`/${n}`, rss(rssItem(1)))
      return { ...weekFeeds[0]!, id: `host${host}-${n}`, url: `${server.origin}/${n}` }
    }),
  )
  const way = {
    store,
    feeds,
    reader: createReader({ http, parser, now: () => now }),
    now: () => now,
    log: { info: say, warn: say, error: say },
  }
  onTestFinished(async () => {
    await Promise.all([store.close(), http.close(), ...servers.map((one) => one.close())])
    await database.remove()
    rmSync(folder, { recursive: true, force: true })
  })
  const state = async (id: string) => (await store.feedStates.get(id))!
  return {
    way,
    servers,
    log,
    state,
    poll: (options = {}) => ingest(way, options),
    /** How long after now the feed is due. */
    wait: async (id: string) => (await state(id)).nextPollAt - now,
    pass(ms: number) {
      now += ms
    },
  }
}

const asked = (server: FeedServer) => server.requests.length

describe('a run that is stopped', () => {
  test('gives up what has not been heard yet, which counts neither as failed nor as reached, and asks it again', async () => {
    const { servers, log, poll, pass, state } = await startPolling(30)
    expect((await poll()).feeds).toMatchObject({ fetched: 30 })
    const silent = ['host0-0', 'host1-0', 'host2-0']
    const before = await Promise.all(silent.map(state))
    pass(day)
    const stop = new AbortController()
    // They never answer, and the client of these tests would wait for a day.
    for (const server of servers.slice(0, 3)) server.set('/0', () => stop.abort())
    const { feeds, outage } = await poll({ signal: stop.signal })
    expect(outage).toBe(false)
    expect(feeds).toMatchObject({ due: 30, failed: 0, asked: feeds.notModified })
    expect(feeds.asked).toBeLessThan(30)
    expect(log).toEqual([`stopped after ${feeds.asked} of 30 feeds`])
    expect(await Promise.all(silent.map(state))).toEqual(before)
    for (const server of servers.slice(0, 3)) server.set('/0', rss(rssItem(1)))
    expect((await poll()).feeds).toMatchObject({ due: 30 - feeds.asked, failed: 0 })
  })

  test('does not take a few silent hosts for an outage of its own, and holds nothing against them', async () => {
    const stop = new AbortController()
    let looked = 0
    const { way, log, poll } = await startPolling(0, 1, {
      resolve: (host) => {
        looked += 1
        // There are 24 at once, so three have failed by now.
        if (looked === 27) stop.abort()
        return unknownHost(host)
      },
    })
    way.feeds.push(...feedsBeyond(30))
    const { feeds, outage, errors } = await poll({ signal: stop.signal })
    expect({ feeds, outage, errors }).toMatchObject({
      feeds: { asked: 0, failed: 0 },
      outage: false,
      errors: [],
    })
    expect(log).toEqual(['stopped after 0 of 30 feeds'])
    expect(await way.store.feedStates.all()).toEqual([])
  })

  test('does not wait for a feed that is hard to read', async () => {
    const { way, poll, pass, state } = await startPolling(1)
    await poll()
    const before = await state('host0-0')
    pass(day)
    const script = new URL(
      `data:text/javascript,import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { for (;;) {} })`,
    )
    const slow = createParsePool({ script, timeLimitMs: day })
    const http = openHttp()
    const stop = new AbortController()
    const reader = createReader({
      http,
      now: way.now,
      parser: {
        parse(job) {
          setImmediate(() => stop.abort())
          return slow.parse(job)
        },
      },
    })
    await way.store.feedStates.save({ ...before, bodyHash: null, etag: null, lastModified: null })
    const { feeds } = await ingest({ ...way, reader }, { signal: stop.signal })
    expect(feeds).toMatchObject({ due: 1, asked: 0, failed: 0 })
    expect(await state('host0-0')).toMatchObject({
      nextPollAt: before.nextPollAt,
      failures: 0,
      lastError: null,
    })
    await slow.close()
    await http.close()
  })
})

describe('a feed that answers', () => {
  test('is asked again when its rhythm says so, and not before', async () => {
    const { servers, poll, pass, wait } = await startPolling(1)
    servers[0]!.set('/0', rss([3, 2, 1].map((n) => rssItem(n)).join('')))
    expect((await poll()).feeds).toMatchObject({ due: 1, fetched: 1 })
    // An item a day, and it is asked twelve times in that time.
    expect(await wait('host0-0')).toBeGreaterThan(1.8 * hour)
    expect(await wait('host0-0')).toBeLessThanOrEqual(2 * hour)
    pass(1.7 * hour)
    expect((await poll()).feeds).toMatchObject({ due: 0, fetched: 0 })
    pass(0.3 * hour)
    expect((await poll()).feeds).toMatchObject({ due: 1, notModified: 1 })
    expect(asked(servers[0]!)).toBe(2)
  })

  test('is asked at once where somebody says so', async () => {
    const { poll } = await startPolling(2)
    await poll()
    expect((await poll()).feeds.due).toBe(0)
    expect((await poll({ all: true })).feeds).toMatchObject({ due: 2, notModified: 2 })
    expect((await poll({ feed: 'host1-0' })).feeds).toMatchObject({ due: 1, notModified: 1 })
  })

  test.each([
    ['its ttl', { body: rss(`<ttl>300</ttl>${rssItem(1)}`) }],
    ['its Cache-Control', { body: rss(rssItem(1)), headers: { 'cache-control': 'public, max-age=18000' } }],
    ['its Expires', { body: rss(rssItem(1)), headers: { date: 'Tue, 03 Feb 2026 09:00:00 GMT', expires: 'Tue, 03 Feb 2026 14:00:00 GMT' } }],
  ])('is left alone as long as %s asks', async (_, answer) => {
    const { servers, poll, wait } = await startPolling(1)
    servers[0]!.set('/0', answer)
    await poll()
    expect(await wait('host0-0')).toBeGreaterThan(4.4 * hour)
    expect(await wait('host0-0')).toBeLessThanOrEqual(5 * hour)
  }) // biome-ignore format: a table

  test('without dates is asked in the rhythm in which we see its items come', async () => {
    const { servers, poll, pass, wait, state } = await startPolling(1)
    const undated = (n: number) =>
      Array.from({ length: n }, (_, i) => rssItem(n - i, { pubDate: '' })).join('')
    for (let n = 1; n <= 6; n++) {
      servers[0]!.set('/0', rss(undated(n)))
      expect((await poll({ all: true })).items.new).toBe(1)
      pass(3 * day)
    }
    expect((await state('host0-0')).rhythmMs).toBe(3 * day)
    expect((await wait('host0-0')) + 3 * day).toBeGreaterThan(5.4 * hour)
    expect((await wait('host0-0')) + 3 * day).toBeLessThanOrEqual(6 * hour)
  })
})

describe('a feed that fails', () => {
  test('is left alone twice as long each time, up to a day and never for ever', async () => {
    const { servers, way, poll, pass, wait, state } = await startPolling(2)
    servers[0]!.set('/0', { status: 500 })
    const began = way.now()
    const waits: number[] = []
    for (let n = 0; n < 12; n++) {
      await poll()
      waits.push(Math.round((await wait('host0-0')) / minute))
      pass(Math.max(0, await wait('host0-0')))
    }
    for (const [n, minutes] of waits.entries()) {
      const whole = Math.min(5 * 2 ** n, 1440)
      expect(minutes).toBeGreaterThanOrEqual(Math.floor(whole * 0.9))
      expect(minutes).toBeLessThanOrEqual(whole)
    }
    expect(await state('host0-0')).toMatchObject({ failures: 12, failingSince: began, lastReason: 'serverError' })
    servers[0]!.set('/0', rss(rssItem(1)))
    expect((await poll()).items.new).toBe(1)
    expect(await state('host0-0')).toMatchObject({ failures: 0, failingSince: null, lastReason: null, lastError: null })
  }) // biome-ignore format: rows of expectations

  test.each([
    ['429', 429, '7200', 2 * hour],
    ['503', 503, '7200', 2 * hour],
    ['a date', 429, 'Tue, 03 Feb 2026 12:00:00 GMT', 3 * hour],
  ])('is left alone as long as its Retry-After asks: %s', async (_, status, header, expected) => {
    const { servers, poll, wait } = await startPolling(2)
    servers[0]!.set('/0', { status, headers: { 'retry-after': header } })
    await poll()
    expect(await wait('host0-0')).toBe(expected)
  })

  test('is not blamed anew for each poll that somebody forces', async () => {
    const { servers, poll, pass, state, wait } = await startPolling(2)
    servers[0]!.set('/0', { status: 410 })
    for (let n = 0; n < 8; n++) {
      await poll({ all: true })
      pass(20_000)
    }
    expect(await state('host0-0')).toMatchObject({ failures: 1, goneTimes: 1 })
    expect(await wait('host0-0')).toBeLessThanOrEqual(5 * minute)
  })

  test('with 410 is counted apart, and only in a row', async () => {
    const { servers, poll, pass, state } = await startPolling(1)
    for (const [status, times] of [[410, 1], [410, 2], [500, 0], [410, 1]] as const) {
      servers[0]!.set('/0', { status })
      pass(hour)
      await poll({ all: true })
      expect((await state('host0-0')).goneTimes).toBe(times)
    }
  }) // biome-ignore format: a table
})

describe('a host', () => {
  const busy = { status: 429, headers: { 'retry-after': '7200' } }

  test('that asks one of its feeds to wait still gets asked for the others', async () => {
    const { servers, poll, state } = await startPolling(2, 4)
    servers[0]!.set('/0', busy)
    expect((await poll()).feeds).toMatchObject({ due: 8, fetched: 7, failed: 1 })
    expect(await state('host0-0')).toMatchObject({ failures: 1, lastReason: 'rateLimited' })
  })

  test('that asks two of its feeds to wait is left alone altogether', async () => {
    const { servers, way, poll, pass, state, wait } = await startPolling(2, 3)
    await poll()
    for (const n of [0, 1]) servers[0]!.set(`/${n}`, busy)
    pass(day)
    // Just the two are due; the third becomes so while they are waited for.
    for (const n of [2]) await way.store.feedStates.save({ ...(await state(`host0-${n}`)), nextPollAt: way.now() + hour })
    await poll()
    pass(1.5 * hour)
    const before = asked(servers[0]!)
    await poll()
    expect(asked(servers[0]!)).toBe(before)
    expect(await wait('host0-2')).toBe(0.5 * hour)
    pass(0.5 * hour)
    await poll()
    expect(asked(servers[0]!)).toBe(before + 3)
  }) // biome-ignore format: one line a step

  test('that has asked so is asked all the same when a person wants it', async () => {
    const { servers, poll, pass } = await startPolling(2, 3)
    for (const n of [0, 1]) servers[0]!.set(`/${n}`, busy)
    await poll()
    pass(minute)
    const before = asked(servers[0]!)
    await poll({ feed: 'host0-2' })
    expect(asked(servers[0]!)).toBe(before + 1)
  })
})

describe('when no host can be reached', () => {
  /** Servers that answered once and then are gone. */
  async function startOutage(hosts: number) {
    const setting = await startPolling(hosts)
    await setting.poll()
    await Promise.all(setting.servers.map((server) => server.close()))
    setting.pass(day)
    return setting
  }

  test('nothing is held against the feeds, and they are asked again soon', async () => {
    const { poll, pass, state, wait, log } = await startOutage(3)
    for (let n = 0; n < 5; n++) {
      expect(await poll()).toMatchObject({ outage: true, feeds: { due: 3, failed: 3 } })
      pass(5 * minute)
    }
    for (const id of ['host0-0', 'host1-0', 'host2-0']) {
      expect(await state(id)).toMatchObject({ failures: 0, lastError: null })
      expect(await wait(id)).toBeLessThanOrEqual(0)
    }
    expect(log.filter((line) => line.includes('off the network'))).toHaveLength(5)
  })

  test('one answer is enough to hold their silence against the others', async () => {
    const setting = await startPolling(3)
    await setting.poll()
    await Promise.all(setting.servers.slice(1).map((server) => server.close()))
    setting.pass(day)
    expect(await setting.poll()).toMatchObject({ outage: false, feeds: { notModified: 1, failed: 2 } })
    expect(await setting.state('host1-0')).toMatchObject({ failures: 1, lastReason: 'refused' })
    expect(await setting.state('host0-0')).toMatchObject({ failures: 0 })
  })

  test('an answer of a neighbour on a private network proves nothing of the hosts beyond', async () => {
    const { way, poll, pass, state } = await startPolling(1)
    way.feeds.push(...feedsBeyond(6))
    expect(await poll({ all: true })).toMatchObject({ outage: true, feeds: { fetched: 1, failed: 6 } })
    pass(hour)
    expect(await poll({ all: true })).toMatchObject({ outage: true })
    expect(await state('beyond-3')).toMatchObject({ failures: 0 })
  })

  test('it is ours even when all failed before, if there are many', async () => {
    const { way, poll, pass } = await startPolling(1)
    const beyond = feedsBeyond(6)
    way.feeds.push(...beyond)
    await poll({ all: true })
    for (const feed of beyond) {
      const known = (await way.store.feedStates.get(feed.id))!
      await way.store.feedStates.save({ ...known, failures: 3 })
    }
    pass(hour)
    expect(await poll({ all: true })).toMatchObject({ outage: true })
    way.feeds.splice(4)
    expect(await poll({ all: true })).toMatchObject({ outage: false })
  })

  test('so is a single host, of which nobody can tell whose fault it is', async () => {
    const { poll, state } = await startOutage(1)
    expect(await poll()).toMatchObject({ outage: false })
    expect(await state('host0-0')).toMatchObject({ failures: 1 })
  })

  test('feeds that were silent before are no proof of an outage', async () => {
    const { way, poll, pass, state, wait } = await startPolling(3)
    const [first] = way.feeds
    const dead = way.feeds.slice(1)
    for (const feed of dead) feed.url = 'http://127.0.0.1:1/'
    await poll()
    way.feeds.splice(0, way.feeds.length, ...dead)
    pass(Math.max(await wait(dead[0]!.id), await wait(dead[1]!.id)))
    expect(await poll()).toMatchObject({ outage: false })
    expect(await state(dead[0]!.id)).toMatchObject({ failures: 2 })
    expect(await state(first!.id)).toMatchObject({ failures: 0 })
  })
})

describe('a permanent redirect', () => {
  const to = (location: string) => ({ status: 301, headers: { location } })

  test('is counted as long as it leads to the same feed', async () => {
    const { servers, poll, state } = await startPolling(1)
    servers[0]!.set('/new', rss(rssItem(1) + rssItem(2)))
    await poll()
    servers[0]!.set('/0', to('/new'))
    for (let n = 1; n <= 6; n++) {
      await poll({ all: true })
      expect(await state('host0-0')).toMatchObject({ movedTo: `${servers[0]!.origin}/new`, movedTimes: n })
    }
    servers[0]!.set('/other', rss(rssItem(1) + rssItem(2)))
    servers[0]!.set('/0', to('/other'))
    await poll({ all: true })
    expect(await state('host0-0')).toMatchObject({ movedTo: `${servers[0]!.origin}/other`, movedTimes: 1 })
    servers[0]!.set('/0', rss(rssItem(1)))
    await poll({ all: true })
    expect(await state('host0-0')).toMatchObject({ movedTo: null, movedTimes: 0 })
  })

  test('to something else is not', async () => {
    const { servers, poll, state } = await startPolling(1)
    await poll()
    servers[0]!.set('/maintenance', rss(rssItem(7) + rssItem(8)))
    servers[0]!.set('/0', to('/maintenance'))
    await poll({ all: true })
    expect(await state('host0-0')).toMatchObject({ movedTo: null, movedTimes: 0 })
  })

  test('that is for a while only is none', async () => {
    const { servers, poll, state } = await startPolling(1)
    servers[0]!.set('/new', rss(rssItem(1)))
    servers[0]!.set('/0', { status: 302, headers: { location: '/new' } })
    await poll()
    expect(await state('host0-0')).toMatchObject({ movedTo: null, movedTimes: 0, failures: 0 })
  })
})

test('a feed whose address is changed in the list is asked at once, and no news of what it gave before', async () => {
  const { way, servers, poll } = await startPolling(2)
  await poll()
  servers[1]!.set('/moved', rss(rssItem(1) + rssItem(2)))
  way.feeds[0]!.url = `${servers[1]!.origin}/moved`
  expect(await poll()).toMatchObject({ feeds: { due: 1, fetched: 1 }, items: { seen: 2, new: 1 } })
})
