import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { watchFeedLists } from '../../src/feeds/index.ts'
import { createParsePool, createReader } from '../../src/ingest/index.ts'
import { ingest, keepFeedLists, metricsOf, openArchive, openDesk, type Way } from '../../src/jobs/index.ts'
import { createHttp } from '../../src/lib/http/index.ts'
import { openStore } from '../../src/store/index.ts'
import { asker, ideas, schedules } from '../bot/bot.ts'
import { startFeedServer } from '../servers/feed-server.ts'
import { ownDatabase } from '../store/own-database.ts'

const hour = 3_600_000

interface Line {
  level: 'info' | 'warn' | 'error'
  message: string
  // biome-ignore lint/suspicious/noExplicitAny: whatever is logged with it.
  facts: any
}

/** A folder of lists, a server that has every feed, and a way that keeps its feeds as the lists say. */
async function keeping(ids: string[]) {
  let now = Date.UTC(2026, 10, 23, 9)
  const dir = mkdtempSync(join(tmpdir(), 'freehold-keeping-'))
  const server = await startFeedServer()
  const database = await ownDatabase(dir)
  const store = await openStore(database.url)
  const http = createHttp({ userAgent: 'test/1', allowPrivateNetwork: true, hostGapMs: 0 })
  const parser = createParsePool()
  onTestFinished(async () => {
    await parser.close()
    await http.close()
    await server.close()
    await store.close()
    await database.remove()
    rmSync(dir, { recursive: true, force: true })
  })
  const list = (names: string[]) =>
    `group: Test\nfeeds:\n${names
      .map((id) => {
        server.set(`/${id}`, rss(id, now))
        return `  - { id: ${id}, title: The ${id}, url: "${server.origin}/${id}", site: "https://${id}.example/", kind: press }\n`
      })
      .join('')}`
  const write = (text: string) => writeFileSync(join(dir, 'a.yaml'), text)
  const log: Line[] = []
  const say = (level: Line['level']) => (facts: object, message: string) =>
    void log.push({ level, facts, message })
  const way = {
    ...{ store, ideas, pages: [], feeds: [] },
    reader: createReader({ http, parser, now: () => now }),
    now: () => now,
    log: { info: say('info'), warn: say('warn'), error: say('error') },
  } as unknown as Way
  const keeper = keepFeedLists(
    way,
    watchFeedLists(dir, 'feeds', () => now),
  )
  /** The looks that an edit needs, and what was said meanwhile. */
  const tick = async () => {
    log.splice(0)
    await keeper.tick()
    await keeper.tick()
    return log.map(({ level, message }) => `${level}: ${message}`)
  }
  const setting = { way, keeper, log, dir, write, list, tick }
  write(list(ids))
  await tick()
  return {
    ...setting,
    /** An edit of the list, and what is said of it. */
    edit(names: string[]) {
      write(list(names))
      return tick()
    },
    /** Polls what is due, an hour later; gives the paths that were asked for. */
    async poll() {
      now += hour
      const before = server.requests.length
      await ingest(way)
      return server.requests
        .slice(before)
        .map(({ path }) => path)
        .sort()
    },
  }
}

function rss(id: string, now: number): string {
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>${id}</title><link>https://${id}.example/</link><ttl>5</ttl><item><guid>${id}</guid><title>News of ${id}</title><link>https://${id}.example/1</link><pubDate>${new Date(now - hour).toUTCString()}</pubDate></item></channel></rss>`
}

describe('feed lists that change', () => {
  test('are taken over: what is new is polled, what is gone is not, and its items stay', async () => {
    const { way, edit, poll, log } = await keeping(['one', 'two'])
    expect(way.feeds.map(({ id }) => id)).toEqual(['one', 'two'])
    expect(await poll()).toEqual(['/one', '/two'])
    expect(await edit(['two', 'three'])).toEqual(['info: the feed lists were read anew: 1 added, 1 removed'])
    expect(log[0]!.facts).toEqual({ added: ['three'], removed: ['one'], changed: [], feeds: 2 })
    expect(await poll()).toContain('/three')
    for (let n = 0; n < 48; n++) expect(await poll()).not.toContain('/one')
    expect((await way.store.items.list()).map(({ feed }) => feed).sort()).toEqual(['one', 'three', 'two'])
    expect((await way.store.feedStates.all()).map(({ feed }) => feed)).toContain('one')
  })

  test('are seen by all who were there before: pages, the desk, figures', async () => {
    const { way, write, tick, list, poll } = await keeping(['one'])
    const archive = openArchive(way)
    const desk = openDesk({ way, asker, secret: 's', schedules })
    await poll()
    write(list(['one', 'two']).replace('The one', 'A new name'))
    expect(await tick()).toEqual(['info: the feed lists were read anew: 1 added, 1 changed'])
    await poll()
    const label = {
      idea: 'renewal',
      direction: 'opens' as const,
      score: 0.9,
      evidence: 'News',
      by: 'model:a',
    }
    const items = (await way.store.items.list()).map(({ id }) => ({ item: id, labels: [label] }))
    await way.store.items.label(items, 'model:a')
    const titles = (await archive.ideaItems('renewal', 9)).map(({ feedTitle }) => feedTitle).sort()
    expect(titles).toEqual(['A new name', 'The two'])
    expect((await archive.counts()).feeds).toBe(2)
    expect((await desk.sources()).map(({ feed }) => feed.title)).toEqual(['A new name', 'The two'])
    expect((await desk.findItem('News of two'))?.feedTitle).toBe('The two')
    expect((await desk.status(null)).feeds.total).toBe(2)
    expect(await desk.suggestFeed('https://two.example')).toEqual({ outcome: 'followed', feed: 'The two' })
  })

  test('in nothing but comments are no news', async () => {
    const { way, write, list, tick } = await keeping(['one'])
    const before = way.feeds
    write(`# A comment.\n${list(['one'])}`)
    expect(await tick()).toEqual([])
    expect(way.feeds).toEqual(before)
  })
})

describe('an edit with a fault', () => {
  const inOrder = async (way: Way) =>
    (await metricsOf(way)).find(({ name }) => name === 'freehold_feed_lists_in_order')?.values

  test('leaves the feeds as they were, is told once, and again when it is mended', async () => {
    const { way, write, list, tick, edit, poll, log } = await keeping(['one', 'two'])
    const desk = openDesk({ way, asker, secret: 's', schedules })
    expect(await inOrder(way)).toEqual([{ value: 1 }])
    const good = way.feeds
    const broken = list(['one', 'two', 'three']).replace('kind: press', 'kind: pres')
    write(broken)
    const fault =
      'feeds/a.yaml:3: one: kind: “pres” is none of lab, policy, press, research, community, vendor'
    expect(await tick()).toEqual([
      `error: the feed lists have faults, so the feeds stay as they were: ${fault}`,
    ])
    expect(log[0]!.facts).toEqual({ faults: [fault], of: 1, feeds: 2 })
    expect(await tick()).toEqual([])
    expect(way.feeds).toBe(good)
    expect(way.feedFaults).toEqual([fault])
    expect(await inOrder(way)).toEqual([{ value: 0 }])
    expect((await desk.status(null)).listFault).toBe(fault)
    expect(await poll()).toEqual(['/one', '/two'])

    write(`${broken}  - nothing\n`)
    expect((await tick()).map((line) => line.slice(0, 30))).toEqual(['error: the feed lists have fau'])
    expect(way.feedFaults).toHaveLength(2)
    expect(await edit(['one', 'two', 'three'])).toEqual(['info: the feed lists are in order again: 1 added'])
    expect(await inOrder(way)).toEqual([{ value: 1 }])
    expect((await desk.status(null)).listFault).toBeNull()
    expect(await poll()).toContain('/three')
  })

  test('that is taken back is told as mended, too', async () => {
    const { edit, write, tick } = await keeping(['one'])
    write('group: [')
    expect(await tick()).toHaveLength(1)
    expect(await edit(['one'])).toEqual(['info: the feed lists are in order again: the same feeds as before'])
  })

  test('of hundreds names twenty in a line', async () => {
    const { way, write, tick, log } = await keeping(['one'])
    write(`group: Test\nfeeds:\n${'  - nothing\n'.repeat(300)}`)
    await tick()
    expect(log[0]!.facts).toMatchObject({ faults: expect.objectContaining({ length: 20 }), of: 300 })
    expect(way.feedFaults).toHaveLength(300)
  })

  test('is what a folder without any list is, as of a disk that is not mounted', async () => {
    const { way, dir, tick } = await keeping(['one'])
    rmSync(join(dir, 'a.yaml'))
    expect(await tick()).toEqual([expect.stringContaining('FEEDS_DIR holds no *.yaml any more')])
    expect(way.feeds).toHaveLength(1)
    writeFileSync(join(dir, 'a.yaml'), 'group: None\nfeeds: []\n')
    expect(await tick()).toEqual(['info: the feed lists are in order again: 1 removed'])
    expect(way.feeds).toEqual([])
  })
})

describe('a wish to read the lists at once', () => {
  test('is carried out, and answered whatever comes of it', async () => {
    const { way, keeper, log, write, list } = await keeping(['one'])
    log.splice(0)
    await keeper.reload()
    write(list(['two']))
    await keeper.reload()
    write('group: [')
    await keeper.reload()
    await keeper.reload()
    expect(log.map(({ level, message }) => `${level}: ${message.split(': feeds/')[0]}`)).toEqual([
      'info: the feed lists were read anew: the same feeds as before',
      'info: the feed lists were read anew: 1 added, 1 removed',
      'error: the feed lists have faults, so the feeds stay as they were',
      'error: the feed lists have faults, so the feeds stay as they were',
    ])
    expect(way.feeds.map(({ id }) => id)).toEqual(['two'])
  })

  test('comes in between looks, and the lists are taken over once', async () => {
    const { way, keeper, log, write, list } = await keeping(['one'])
    log.splice(0)
    write(list(['one', 'two']))
    await Promise.all([keeper.tick(), keeper.tick(), keeper.reload(), keeper.tick(), keeper.tick()])
    expect(log.map(({ message }) => message).sort()).toEqual([
      'the feed lists were read anew: 1 added',
      'the feed lists were read anew: the same feeds as before',
    ])
    expect(way.feeds.map(({ id }) => id)).toEqual(['one', 'two'])
  })
})
