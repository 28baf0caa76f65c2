import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Bench, type Figure, inTurns, median, spoken, written } from './bench.ts'
import { measured, warming } from './feeds-hosts.ts'
import type { Polled } from './feeds-run.ts'
import { inProcess } from './processes.ts'

const rounds = 3

/** The job of polling against a bare loop. */
export const feeds: Bench = {
  name: 'feeds',
  measures: `${written(measured)} feeds of 30 items on loopback, each on a host address of its own, are fetched, parsed and stored by the real job (nothing is classified), and polled again unchanged; against a bare loop of undici and rss-parser that fetches and parses them one after the other and stores nothing. Both have read ${warming} other feeds before. Short items have a summary, long ones the whole article.`,
  async run(say) {
    const short = await compare('short', (doing) => say(`short items, ${doing}`))
    return [...short, ...(await compare('long', (doing) => say(`long items, ${doing}`)))]
  },
}

async function compare(form: 'short' | 'long', say: (doing: string) => void): Promise<Figure[]> {
  const server = await startFeeds(form)
  const runs = await inTurns(
    rounds,
    {
      'bare loop': () => inProcess<Polled>('feeds-run.ts', 'bare', server.port, '1'),
      'twelve at once': () => inProcess<Polled>('feeds-run.ts', 'bare', server.port, '12'),
      job: () => inProcess<Polled>('feeds-run.ts', 'job', server.port),
    },
    say,
  )
  server.stop()
  const of = (name: keyof typeof runs, figure: keyof Polled) => median(runs[name].map((run) => run[figure]))
  const [loop, twelve] = [of('bare loop', 'firstMs'), of('twelve at once', 'firstMs')]
  const [first, again] = [of('job', 'firstMs'), of('job', 'againMs')]
  return [
    {
      what: `ingest of ${written(measured)} feeds, ${form} items`,
      value: loop / first,
      unit: 'of the bare loop',
      from: `${spoken(first)} against ${spoken(loop)}; the loop with twelve at once ${spoken(twelve)}`,
      goal: { atLeast: 0.6 },
    },
    {
      what: `unchanged poll against first poll, ${form} items`,
      value: first / again,
      unit: 'times as fast',
      from: `${spoken(again)} against ${spoken(first)}`,
      goal: { atLeast: 5 },
    },
    {
      what: `peak memory of the process that polls, ${form} items`,
      value: of('job', 'megabytes'),
      unit: 'MB',
      from: `${written(of('bare loop', 'megabytes'))} MB of the bare loop`,
    },
  ]
}

/** Serves the feeds in a process of its own. */
export async function startFeeds(form: 'short' | 'long'): Promise<{ port: string; stop(): void }> {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'feeds-server.ts'), form], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = (await once(createInterface(server.stdout), 'line')) as [string]
  return { port, stop: () => void server.kill() }
}
