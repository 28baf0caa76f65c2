/**
 * Measures polling: `node test/bench/feeds.ts`. 1,000 feeds of 30 items on loopback, each on a host address of its own:
 * fetched, parsed and stored by the real job (nothing is classified), and polled again unchanged, in turns with a bare
 * loop of undici and rss-parser over the same feeds. Both are warm: they have read 300 other feeds before, since a service
 * is not always just started. Prints ratios with the machine named.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import Parser from 'rss-parser'
import { request } from 'undici'
import { createParsePool, createReader } from '../../src/ingest/index.ts'
import { ingest } from '../../src/jobs/ingest.ts'
import { createHttp } from '../../src/lib/http/index.ts'
import type { Feed } from '../../src/model/index.ts'
import { openStore } from '../../src/store/index.ts'
import { feedHost, measured as feeds, warming } from './feeds-hosts.ts'

const rounds = 3
const here = import.meta.dirname
const [, , part, size = 'short', portOf = '0'] = process.argv

interface Figures {
  firstMs: number
  againMs: number
  /** Largest memory of the process (RSS), MB. */
  megabytes: number
}

const urlOf = (n: number, port: string) => `http://${feedHost(n)}:${port}/feed.xml`

/** The bare loop, one feed after the other or twelve at once: nothing but fetch and parse. */
async function bare(port: string, atOnce: number): Promise<Figures> {
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
  return { firstMs: performance.now() - began, againMs: 0, megabytes: memory() }
}

/** The job as the service runs it, into a database on disk. */
async function byJob(port: string): Promise<Figures> {
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
  const megabytes = memory()
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

function memory(): number {
  return process.resourceUsage().maxRSS / 1024
}

/** As `npm start` runs the service. */
function startedWith(): { settings: Record<string, string>; flags: string[] } {
  const text = readFileSync(join(here, '..', '..', 'package.json'), 'utf8')
  const { scripts } = JSON.parse(text) as { scripts: { start: string } }
  const [, before = '', after = ''] = /^(.*)exec node (.*)src\//.exec(scripts.start) ?? []
  return {
    settings: Object.fromEntries(
      before
        .trim()
        .split(' ')
        .map((pair) => pair.split('=')),
    ),
    flags: after.trim().split(' '),
  }
}

async function measure(...args: string[]): Promise<Figures> {
  const { settings, flags } = startedWith()
  const child = spawn(process.execPath, [...flags, import.meta.filename, ...args], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  for await (const chunk of child.stdout) out += chunk
  return JSON.parse(out) as Figures
}

async function compare(form: string): Promise<void> {
  const server = spawn(process.execPath, [join(here, 'feeds-server.ts'), form], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(server.stdout)
  const [port] = (await once(lines, 'line')) as [string]
  const runs = { loop: [] as Figures[], twelve: [] as Figures[], job: [] as Figures[] }
  for (let round = 0; round < rounds; round++) {
    runs.loop.push(await measure('bare', '1', port))
    runs.twelve.push(await measure('bare', '12', port))
    runs.job.push(await measure('job', form, port))
  }
  server.kill()
  const median = (name: keyof typeof runs, figure: keyof Figures) =>
    runs[name].map((run) => run[figure]).sort((a, b) => a - b)[Math.floor(rounds / 2)]!
  const [loop, twelve, first, again] = [
    median('loop', 'firstMs'),
    median('twelve', 'firstMs'),
    median('job', 'firstMs'),
    median('job', 'againMs'),
  ]
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
  process.stdout.write(`\n${feeds} feeds of 30 ${form} items, medians of ${rounds}
  bare undici + rss-parser, one after the other   ${seconds(loop)}
  bare undici + rss-parser, twelve at once        ${seconds(twelve)}
  first poll: fetched, parsed, stored             ${seconds(first)}   speed ${(loop / first).toFixed(2)} of the loop, ${(twelve / first).toFixed(2)} of twelve at once
  polled again, unchanged                         ${seconds(again)}   ${(first / again).toFixed(1)} times as fast as the first poll
  memory at most                                  ${Math.round(median('job', 'megabytes'))} MB\n`)
}

if (part === 'bare') process.stdout.write(JSON.stringify(await bare(portOf, Number(size))))
else if (part === 'job') process.stdout.write(JSON.stringify(await byJob(portOf)))
else {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown processor'
  process.stdout.write(
    `Polling on ${cpu}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`,
  )
  for (const form of ['short', 'long']) await compare(form)
}
