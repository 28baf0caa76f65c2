import { describe, expect, onTestFinished, test } from 'vitest'
import { createParsePool, createReader } from '../../src/ingest/index.ts'
import { writeAlerts } from '../../src/jobs/alerts.ts'
import { deliver, ingest } from '../../src/jobs/index.ts'
import { createHttp } from '../../src/lib/http/index.ts'
import { quietDigest, richDigest } from '../fixtures/digests.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import { startFeedServer } from '../servers/feed-server.ts'
import { startWithFeeds, tell, three, titles } from './stories.ts'
import { day, hour, said, startWay, type TestWay } from './way.ts'

/** The heads of the issues that stand in a channel: `## Freehold 6`. */
const issues = ({ server }: TestWay, channel: string) =>
  server.messages(channel).flatMap((message) => said(message).match(/^## Freehold \d+/m) ?? [])

/** Readers, and channels of every kind, that nothing was sent to while digests were released. */
async function startBacklog(digests: number, apart: number) {
  const setting = await startWay()
  const { way, server, subscribe, release, pass } = setting
  const { subscribers } = way.store
  for (const name of ['ada', 'bram'])
    await subscribers.add(`${name}@example.org`, { confirmed: true, now: way.now() })
  const [text, news] = [server.addChannel(), server.addChannel({ type: 5 })]
  const forum = server.addChannel({ type: 15 })
  const named = server.addChannel()
  way.post.channels.push(named)
  await subscribe(text, { discuss: true })
  await subscribe(news, { kind: 'announcement', publish: true })
  await subscribe(forum, { kind: 'forum' })
  for (let n = 1; n <= digests; n++) {
    await release(richDigest)
    if (n < digests) pass(apart)
  }
  return { ...setting, text, news, forum, named }
}

describe('after digests that nobody sent', () => {
  test.each([
    ['six weeks', 7 * day],
    ['six within three days', 12 * hour],
  ])(
    'each channel gets the newest and nothing else, in whatever way it gets digests: %s',
    async (_, apart) => {
      const setting = await startBacklog(6, apart)
      const { server, send, text, news, forum, named, asked } = setting
      await send()
      for (const channel of [text, news, named]) {
        expect(issues(setting, channel)).toEqual(['## Freehold 6'])
        expect(server.messages(channel)).toHaveLength(2)
      }
      const posts = server.threads(forum)
      expect(posts.map((post) => server.describe(post).name)).toEqual([
        expect.stringMatching(/^Freehold 6 · /),
      ])
      expect(server.threads(text)).toHaveLength(1)
      asked()
      setting.pass(day)
      await send()
      expect(asked()).toEqual([])
    },
  )

  test('those that came before it are cancelled, each with its reason, and the log says so', async () => {
    const { way, send, log } = await startBacklog(6, 12 * hour)
    await send()
    const cancelled = await way.store.deliveries.list({ medium: 'discord', state: 'cancelled' })
    expect(new Set(cancelled.map(({ digest }) => digest))).toEqual(new Set([1, 2, 3, 4, 5]))
    for (const { error } of cancelled) expect(error).toContain('A newer issue was due for this channel')
    expect(log.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('older posts were dropped'),
    )
  })

  test('each reader gets every mail', async () => {
    const { way, send } = await startBacklog(6, 12 * hour)
    await send()
    const mails = await way.store.deliveries.list({ medium: 'email' })
    expect(mails.map(({ digest, state }) => `${digest} ${state}`)).toEqual(
      [1, 2, 3, 4, 5, 6].flatMap((issue) => [`${issue} sent`, `${issue} sent`]),
    )
  })

  test('the outbox gets every one: it floods nobody', async () => {
    const { way, send } = await startBacklog(6, 12 * hour)
    Object.assign(way.post, { discord: null, channels: ['outbox'] })
    await send()
    const posts = await way.store.deliveries.list({ medium: 'discord', state: 'sent' })
    expect(new Set(posts.map(({ digest }) => digest))).toEqual(new Set([1, 2, 3, 4, 5, 6]))
  })

  test('three weeks of something in between that lets nothing through bring no more either', async () => {
    const setting = await startWay()
    const { server, subscribe, release, send, pass } = setting
    const channel = server.addChannel()
    await subscribe(channel)
    server.fault(channel, 'blocked')
    for (let n = 0; n < 3; n++) {
      await release(richDigest)
      for (let days = 0; days < 7; days++) {
        await send()
        if (n < 2) pass(day)
      }
    }
    expect(server.messages(channel)).toEqual([])
    server.heal()
    pass(hour)
    await send()
    expect(issues(setting, channel)).toEqual(['## Freehold 3'])
    expect(server.messages(channel)).toHaveLength(2)
  })
})

test('a post of which a part stands in the channel is finished, though a newer digest is due', async () => {
  const setting = await startWay()
  const { way, server, subscribe, release, send, pass, states } = setting
  const channel = server.addChannel()
  await subscribe(channel)
  await release(richDigest)
  const stopping = new AbortController()
  const stopped = server.until(() => server.messages(channel).length > 0).then(() => stopping.abort())
  await deliver(way, { signal: stopping.signal })
  await stopped
  expect(await states(channel)).toEqual(['message 0 sent', 'message 1 pending'])
  pass(7 * day)
  await release(quietDigest)
  await send()
  expect(issues(setting, channel).sort()).toEqual(['## Freehold 1', '## Freehold 2'])
  expect(await states(channel)).toEqual(['message 0 sent', 'message 1 sent', 'message 0 sent'])
})

test('weeks without a sender leave no alerts to be caught up with', async () => {
  const setting = await startWithFeeds()
  const { way, server, subscribe, send, pass } = setting
  const channel = server.addChannel()
  await subscribe(channel, { mode: 'alerts', alertsADay: 10 })
  for (const title of titles) {
    await tell(setting, title)
    expect(await writeAlerts(way)).toBe(1)
    pass(2 * day)
  }
  const last = 'Court of Hollin lets a copyright case against Corvane go on'
  await tell(setting, last)
  await writeAlerts(way)
  await send()
  expect(server.messages(channel).map(said)).toEqual([expect.stringContaining(last)])
})

test('a first run with feeds full of old items tells no alerts; what comes in afterwards does', async () => {
  const setting = await startWithFeeds()
  const { way, server, subscribe, send, pass } = setting
  const feeds = await startFeedServer()
  const http = createHttp({ userAgent: 'test/1', allowPrivateNetwork: true, hostGapMs: 0 })
  const parser = createParsePool()
  onTestFinished(async () => {
    await parser.close()
    await http.close()
    await feeds.close()
  })
  const reader = createReader({ http, parser, now: way.now })
  way.feeds.splice(0)
  for (const feed of weekFeeds.filter(({ id }) => three.includes(id)))
    way.feeds.push({ ...feed, url: `${feeds.origin}/${feed.id}.xml` })
  const channel = server.addChannel()
  await subscribe(channel, { mode: 'both', alertsADay: 10 })

  const old = titles.map((title, i) => ({ title, at: way.now() - [3, 5, 8, 40, 400][i]! * day }))
  const publish = (entries: typeof old) => {
    for (const { id } of way.feeds) feeds.set(`/${id}.xml`, rss(id, entries))
  }
  /** Reads the feeds and gives everything a label as strong as can be. */
  const run = async () => {
    const { items } = await ingest({ ...way, reader }, { all: true })
    const labelled = (await way.store.items.list()).map(({ id, title }) => ({
      item: id,
      labels: [
        { idea: 'renewal', direction: 'opens' as const, score: 0.99, evidence: title, by: 'model:test' },
      ],
    }))
    await way.store.items.label(labelled, 'model:test')
    await writeAlerts(way)
    await send()
    return items.new
  }
  publish(old)
  expect(await run()).toBe(three.length * old.length)
  expect(server.messages(channel)).toEqual([])

  pass(hour)
  publish([{ title: 'Moss AI opens its training data to everybody', at: way.now() }, ...old])
  expect(await run()).toBe(three.length)
  expect(server.messages(channel).map(said)).toEqual([expect.stringContaining('Moss AI opens')])
})

function rss(feed: string, entries: { title: string; at: number }[]): string {
  const items = entries.map(
    ({ title, at }) =>
      `<item><title>${title}</title><link>https://${feed}.example/${encodeURIComponent(title)}</link><pubDate>${new Date(at).toUTCString()}</pubDate></item>`,
  )
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>${feed}</title><link>https://${feed}.example/</link>${items.join('')}</channel></rss>`
}
