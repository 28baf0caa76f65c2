import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { richDigest } from '../fixtures/digests.ts'
import { type Bench, type Figure, median, written } from './bench.ts'
import { startFeeds } from './feeds.ts'
import { feedHost, measured } from './feeds-hosts.ts'
import { noSmtpTools, smtpTools, startSink } from './processes.ts'
import { makePlace, noteRun, type Place, startService } from './service.ts'

/** How long after its start the service counts as idle (ms), and how often it is started. */
const settled = 30_000
const rounds = 3
const readers = 2000

/** Memory of the service as `npm start` runs it. */
export const memory: Bench = {
  name: 'memory',
  measures: `memory (RSS) of the service as \`npm start\` runs it, all parts but Discord: idle with the repository's own lists and wiki, ${settled / 1000} s after it is running; the most it ever had while it ingests and labels ${written(measured)} feeds of 30 short items; and while it sends a digest to ${written(readers)} readers.`,
  async run(say) {
    if (process.platform !== 'linux')
      return { unable: 'Memory of another process is read from /proc, on Linux.' }
    const place = makePlace()
    try {
      return [await idle(place, say), await ingesting(place, say), ...(await sending(place, say))]
    } finally {
      place.remove()
    }
  },
}

async function idle(place: Place, say: (doing: string) => void): Promise<Figure> {
  await place.prepare('idle.db', (store) => noteRun(store, 'ingest'))
  say('idle: training, where no model is kept')
  const first = startService(place, 'idle.db')
  await first.logged('Freehold is running')
  await first.stop()
  const runs: { now: number; peak: number }[] = []
  for (let round = 1; round <= rounds; round++) {
    say(`idle, ${round} of ${rounds}`)
    const service = startService(place, 'idle.db')
    await service.logged('Freehold is running')
    await pause(settled)
    runs.push(service.memory())
    await service.stop()
  }
  const peak = median(runs.map((run) => run.peak))
  return {
    what: 'memory of the idle service',
    value: median(runs.map((run) => run.now)),
    unit: 'MB',
    from: `${rounds} starts; at most ${written(peak)} MB while starting`,
    goal: { atMost: 150 },
  }
}

async function ingesting(place: Place, say: (doing: string) => void): Promise<Figure> {
  say(`ingesting ${written(measured)} feeds`)
  const feeds = await startFeeds('short')
  const lists = join(place.dir, 'bench-lists')
  mkdirSync(lists)
  const entries = Array.from({ length: measured }, (_, n) => {
    const url = `http://${feedHost(n)}:${feeds.port}/feed.xml`
    const site = `https://feed-${n}.example/`
    return `  - id: feed-${String(n).padStart(4, '0')}\n    title: Feed ${n}\n    url: ${url}\n    site: ${site}\n    kind: press\n    textUse: full\n`
  })
  writeFileSync(join(lists, 'bench.yaml'), `group: Bench\nfeeds:\n${entries.join('')}`)
  const service = startService(place, 'ingest.db', { FEEDS_DIR: lists, ALLOW_PRIVATE_NETWORK: 'true' })
  await service.logged('classify done')
  const { now, peak } = service.memory()
  await service.stop()
  feeds.stop()
  let stored = 0
  await place.prepare('ingest.db', async (store) => {
    stored = await store.items.count()
  })
  if (stored !== measured * 30) throw new Error(`The service stored ${stored} items.`)
  return {
    what: `memory of the service while it ingests and labels ${written(measured)} feeds, at most`,
    value: peak,
    unit: 'MB',
    from: `${written(stored)} items; ${written(now)} MB right after`,
  }
}

async function sending(place: Place, say: (doing: string) => void): Promise<Figure[]> {
  const what = `memory of the service while it sends ${written(readers)} mails, at most`
  const tools = smtpTools()
  if (!tools) return [{ what, value: Number.NaN, unit: 'MB', from: noSmtpTools }]
  say(`sending ${written(readers)} mails`)
  const sink = await startSink(tools.sink)
  await place.prepare('send.db', async (store) => {
    await noteRun(store, 'ingest')
    const now = Date.now()
    for (let i = 0; i < readers; i++) {
      await store.subscribers.add(`reader${i}@example${i % 50}.org`, { confirmed: true, now })
    }
    const digest = { ...richDigest, number: null }
    await store.digests.create(digest, [], { now, release: true, expectedLast: null })
  })
  const service = startService(place, 'send.db', {
    SMTP_URL: `smtp://127.0.0.1:${sink.port}?ignoreTls=true`,
    MAIL_FROM: 'Freehold <digest@freehold.example>',
    POSTAL_ADDRESS: 'Freehold, 1 Canal Street, Example',
    SECRET: 'a secret that is used for the bench alone',
  })
  await service.logged('deliver done')
  const { now, peak } = service.memory()
  await service.stop()
  sink.stop()
  return [{ what, value: peak, unit: 'MB', from: `${written(now)} MB right after` }]
}
