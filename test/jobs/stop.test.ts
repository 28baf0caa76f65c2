import { expect, onTestFinished, test } from 'vitest'
import { createParsePool, createReader } from '../../src/ingest/index.ts'
import { ingest, startSchedules, type Way } from '../../src/jobs/index.ts'
import { createHttp } from '../../src/lib/http/index.ts'
import type { Feed } from '../../src/model/index.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import { rss, rssItem } from '../ingest/documents.ts'
import { startFeedServer } from '../servers/feed-server.ts'
import { until } from '../service/until.ts'
import { day, startWay } from './way.ts'

test('a service that is stopped while feeds keep it waiting gives them up, and they are as they were', async () => {
  const { way, log, pass } = await startWay()
  const [one, other] = [await startFeedServer('127.0.0.1'), await startFeedServer('127.0.0.2')]
  // It would wait for longer than the test may take.
  const patience = { deadlineMs: day, headersMs: day, idleMs: day }
  const http = createHttp({ userAgent: 'test', allowPrivateNetwork: true, hostGapMs: 0, ...patience })
  const parser = createParsePool()
  onTestFinished(async () => {
    await http.close()
    await parser.close()
    await one.close()
    await other.close()
  })
  // Of a host one feed is asked at a time: the last one waits for its turn.
  const places = [
    { server: one, path: '/silent' },
    { server: other, path: '/halting' },
    { server: other, path: '/behind' },
  ]
  const feeds = places.map(({ server, path }): Feed => {
    server.set(path, rss(rssItem(1)))
    return { ...weekFeeds[0]!, id: path.slice(1), url: server.origin + path }
  })
  const service = { ...way, feeds, reader: createReader({ http, parser, now: way.now }) } as Way
  await ingest(service)
  const before = await way.store.feedStates.all()
  expect(before.map(({ failures, lastSuccessAt }) => [failures, lastSuccessAt])).toEqual(
    feeds.map(() => [0, way.now()]),
  )

  pass(day)
  one.set('/silent', () => undefined)
  for (const path of ['/halting', '/behind'])
    other.set(path, (_, response) => response.writeHead(200).write('<?xml version="1.0"?><rss>'))
  const schedules = await startSchedules(service, { ingest: '* * * * *', digest: '0 0 1 1 *', zone: 'UTC' })
  await until(() => one.requests.length === 2 && other.requests.length === 3)
  await schedules.stop()

  expect(await way.store.feedStates.all()).toEqual(before)
  expect(await way.store.jobRuns.last('ingest')).toMatchObject({
    outcome: 'done',
    counts: { polled: 0, failed: 0, new: 0 },
  })
  expect(log.filter(({ level }) => level !== 'info')).toEqual([])
  for (const { server, path } of places) server.set(path, rss(rssItem(2) + rssItem(1)))
  expect((await ingest(service)).feeds).toMatchObject({ due: 3, fetched: 3, failed: 0 })
})
