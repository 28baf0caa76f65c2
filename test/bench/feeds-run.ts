/**
 * Polls the feeds of `feeds-server.ts` in a process of its own and prints how long it took: `node feeds-run.ts bare PORT ATONCE`
 * with undici and rss-parser and nothing else, `node feeds-run.ts job PORT` with the real job.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Parser from 'rss-parser'
import { request } from 'undici'
import { createParsePool, createReader } from '../../src/ingest/index.ts'
import { ingest } from '../../src/jobs/ingest.ts'
import { createHttp } from '../../src/lib/http/index.ts'
import type { Feed } from '../../src/model/index.ts'
import { openStore } from '../../src/store/index.ts'
import { feedHost, measured as feeds, warming } from './feeds-hosts.ts'
import { peakMemory } from './processes.ts'

export interface Polled {
  firstMs: number
  againMs: number
  /** Largest memory of the process (RSS), MB. */
  megabytes: number
}

const urlOf = (n: number, port: string) => `http://${feedHost(n)}:${port}/feed.xml`

/** The bare loop, one feed after the other or twelve at once: nothing but fetch and parse. */
async function bare(port: string, atOnce: number): Promise<Polled> {
  const parser = new Parser()
  const loop = async (from: number, to: number) => {
    const queue = Array.from({ length: to - from }, (_, n) => urlOf(from + n, port))
    let items = 0
    const worker = async () => {
      for (let url = queue.shift(); url !== undefined; url = queue.shift()) {
        const { body } = await request(url)
        const feed = await parser.parseString(await body.text())
        items += feed.items.length
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    if (items !== (to - from) * 30) throw new Error(`the bare loop read ${items} items`)
  }
  await loop(feeds, feeds + warming)
  const began = performance.now()
  await loop(0, feeds)
  return { firstMs: performance.now() - began, againMs: 0, megabytes: peakMemory() }
}

/** The job as the service runs it, into a database on disk. */
async function byJob(port: string): Promise<Polled> {
  const dir = mkdtempSync(join(tmpdir(), 'freehold-feeds-'))
  const store = await openStore(`sqlite:${join(dir, 'bench.db')}`)
  const http = createHttp({ userAgent: 'Freehold bench', allowPrivateNetwork: true })
  const parser = createParsePool()
  const now = () => Date.UTC(2026, 8, 2)
  const silent = () => undefined
  const way = {
    store,
    feeds: [] as Feed[],
    reader: createReader({ http, parser, now }),
    now,
    log: { info: silent, warn: silent, error: silent },
  }
  const between = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n): Feed => feedOf(from + n, urlOf(from + n, port)))
  way.feeds = between(feeds, feeds + warming)
  await ingest(way, { all: true })
  way.feeds = between(0, feeds)
  const timed = async () => {
    const began = performance.now()
    const report = await ingest(way, { all: true })
    return { report, ms: performance.now() - began }
  }
  const first = await timed()
  // Politeness keeps a second between two requests to one host; it is not what is measured.
  await pause(1_500)
  const again = await timed()
  if (first.report.items.new !== feeds * 30) throw new Error(`${first.report.items.new} items were stored`)
  if (again.report.feeds.notModified !== feeds)
    throw new Error(`${again.report.feeds.notModified} were unchanged`)
  const megabytes = peakMemory()
  await Promise.all([store.close(), http.close(), parser.close()])
  rmSync(dir, { recursive: true, force: true })
  return { firstMs: first.ms, againMs: again.ms, megabytes }
}

function feedOf(n: number, url: string): Feed {
  return {
    id: `feed-${n}`,
    title: `Feed ${n}`,
    url,
    site: url,
    publisher: `feed-${n}.example`,
    kind: 'press',
    group: 'bench',
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
}

const [, , part, port = '', atOnce = '1'] = process.argv
process.stdout.write(JSON.stringify(part === 'bare' ? await bare(port, Number(atOnce)) : await byJob(port)))
