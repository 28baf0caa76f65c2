import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createParsePool, createReader } from '../../src/ingest/index.ts'
import { ingest } from '../../src/jobs/index.ts'
import type { Way } from '../../src/jobs/way.ts'
import { createHttp } from '../../src/lib/http/index.ts'
import type { Feed, LabelledItem } from '../../src/model/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { startFeedServer } from '../servers/feed-server.ts'
import { ownDatabase } from '../store/own-database.ts'
import { day, hour } from './way.ts'

/** An item as a version of a feed has it; what is left out it does not have. */
export interface Entry {
  title: string
  guid?: string
  url?: string
  /** ms; as RSS tells it, to the second. */
  date?: number
  text?: string
}

/** Feeds whose versions are served one after the other, read, and stored. */
export interface Replay {
  way: Pick<Way, 'store' | 'feeds' | 'reader' | 'now' | 'log'>
  now(): number
  pass(ms: number): void
  /** Adds a feed to the list; its items are served by `version`. */
  follow(id: string, changes?: Partial<Feed>): Feed
  /** Serves this document from now on, without reading it. */
  serve(path: string, entries: Entry[]): void
  /** Serves the next version of a feed and has it read. Gives the titles of what became news by that. */
  version(id: string, entries: Entry[]): Promise<string[]>
  /** Reads all feeds. Gives what became news by that. */
  read(): Promise<LabelledItem[]>
  close(): Promise<void>
}

/** A Monday. */
export const start = Date.UTC(2026, 5, 1, 9)

/** A database of its own in a temporary folder, and a clock. */
async function ownGround() {
  let now = start
  const folder = mkdtempSync(join(tmpdir(), 'freehold-replay-'))
  const database = await ownDatabase(folder)
  const store = await openStore(database.url)
  return {
    store,
    now: () => now,
    pass(ms: number) {
      now += ms
    },
    async close() {
      await store.close()
      await database.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Starts with no feeds and a server of feeds on this machine, on a ground of its own if none is given. */
export async function startReplay(ground?: Pick<Replay, 'now' | 'pass'> & { store: Store }): Promise<Replay> {
  const own = ground ? null : await ownGround()
  const { store, now, pass } = (ground ?? own)!
  const server = await startFeedServer()
  const http = createHttp({ userAgent: 'test/1', allowPrivateNetwork: true, hostGapMs: 0 })
  const parser = createParsePool()
  const silent = () => undefined
  const way: Replay['way'] = {
    store,
    feeds: [],
    reader: createReader({ http, parser, now }),
    now,
    log: { info: silent, warn: silent, error: silent },
  }
  const serve = (path: string, entries: Entry[]) => server.set(path, rssOf(entries))
  const arrived = async () => {
    const found = await store.items.list({ since: now(), newsOnly: true })
    return found.filter(({ firstSeenAt }) => firstSeenAt === now())
  }

  return {
    way,
    now,
    pass,
    follow(id, changes = {}) {
      const feed: Feed = {
        ...plainFeed,
        id,
        title: id,
        publisher: id,
        url: `${server.origin}/${id}`,
        ...changes,
      }
      way.feeds.push(feed)
      return feed
    },
    serve,
    async version(id, entries) {
      pass(hour)
      const path = new URL(way.feeds.find((feed) => feed.id === id)!.url).pathname
      serve(path, entries)
      const { errors } = await ingest(way, { feed: id })
      if (errors.length > 0) throw new Error(errors[0]!.error)
      return (await arrived()).filter(({ feed }) => feed === id).map(({ title }) => title)
    },
    async read() {
      pass(hour)
      const { errors } = await ingest(way, { all: true })
      if (errors.length > 0) throw new Error(errors[0]!.error)
      return arrived()
    },
    async close() {
      await http.close()
      await parser.close()
      await server.close()
      await own?.close()
    },
  }
}

const plainFeed: Feed = {
  id: 'plain',
  title: 'Plain',
  url: '',
  site: 'https://plain.example/',
  publisher: 'Plain',
  kind: 'press',
  group: 'press',
  language: 'en',
  official: true,
  textUse: 'full',
  everyMs: null,
  keep: [],
  block: [],
  maxAgeDays: null,
  enabled: true,
  reason: null,
}

/** A document of RSS 2.0. */
export function rssOf(entries: Entry[]): string {
  const items = entries.map(({ title, guid, url, date, text }) => {
    const parts = {
      title,
      guid,
      link: url,
      pubDate: date === undefined ? undefined : new Date(date).toUTCString(),
      description: text,
    }
    const written = Object.entries(parts).map(([name, value]) =>
      value === undefined ? '' : `<${name}>${escaped(value)}</${name}>`,
    )
    return `<item>${written.join('').replace('<guid>', '<guid isPermaLink="false">')}</item>`
  })
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>A feed</title><link>https://plain.example/</link>${items.join('')}</channel></rss>`
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

/** So many days before `at`. */
export const daysBefore = (at: number, days: number) => at - days * day
