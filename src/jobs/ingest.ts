import { type Feed, type FeedState, unpolled } from '../model/index.ts'
import { gather } from './gather.ts'
import { type Polled, poll, type Stored } from './poll.ts'
import { createHostRest, isOwnOutage, noteFailures, unanswered } from './polling-faults.ts'
import type { Progress, Way } from './way.ts'

/** Feeds read at once; politeness per host is the HTTP client's. */
const feedsAtOnce = 24
/** How long an answer waits to be stored together with others. */
const patienceMs = 10

export interface IngestReport {
  /** `asked` is less than `due` when the run was stopped before its end. */
  feeds: { total: number; due: number; asked: number; fetched: number; notModified: number; failed: number }
  items: { seen: number; new: number; updated: number }
  errors: { feed: string; error: string }[]
}

export interface IngestOptions {
  /** Polls every feed, due or not. */
  all?: boolean
  /** Polls just this one, due or not. */
  feed?: string
  progress?: Progress
  /** Ends the run: polls under way are given up, answers that are there already are stored. */
  signal?: AbortSignal
}

/**
 * Polls the feeds that are due, once each, and stores what is new. A feed that fails is recorded and left alone for a
 * while; the others go on. Nothing is held against any of them when none could be reached (`outage`). One that was not heard
 * when the run was stopped counts as not asked, and stays due.
 */
export async function ingest(
  way: Pick<Way, 'store' | 'feeds' | 'reader' | 'now' | 'log'>,
  options: IngestOptions = {},
): Promise<IngestReport & { outage: boolean }> {
  const states = new Map((await way.store.feedStates.all()).map((state) => [state.feed, state]))
  const enabled = way.feeds.filter((feed) => feed.enabled)
  const now = way.now()
  const asked = options.all || options.feed !== undefined
  const chosen = enabled.filter((feed) => {
    if (options.feed !== undefined) return feed.id === options.feed
    const state = states.get(feed.id)
    return options.all || !state || state.url !== feed.url || state.nextPollAt <= now
  })
  const report: IngestReport = {
    feeds: { total: enabled.length, due: chosen.length, asked: 0, fetched: 0, notModified: 0, failed: 0 },
    items: { seen: 0, new: 0, updated: 0 },
    errors: [],
  }
  // A person's word goes before what servers asked for earlier.
  const rest = createHostRest(enabled, asked ? new Map() : states, now)
  let failed: Extract<Polled, { kind: 'failed' }>[] = []
  const absorb = gather(way.store.items.absorbAll, { patienceMs })
  const storing: Promise<void>[] = []
  const broken: unknown[] = []
  const answered: Feed[] = []
  let done = 0
  let cutOff = 0
  options.progress?.(0, chosen.length, '')
  const queue = [...chosen]
  const worker = async () => {
    for (
      let feed = queue.shift();
      feed && !options.signal?.aborted && broken.length === 0;
      feed = queue.shift()
    ) {
      const until = rest.until(feed)
      if (until === null) {
        const polled = await poll(way, feed, states.get(feed.id), { absorb, signal: options.signal })
        if (polled.kind === 'answered') {
          answered.push(feed)
          storing.push(
            polled.stored.then(
              (stored) => tally(report, stored),
              (error) => void broken.push(error),
            ),
          )
        } else if (
          polled.failure.reason === 'aborted' ||
          (options.signal?.aborted && unanswered.has(polled.failure.reason))
        ) {
          cutOff += 1
        } else {
          failed.push(polled)
          rest.note(polled)
        }
      } else await putOff(way, feed, states.get(feed.id), until)
      done += 1
      options.progress?.(done, chosen.length, feed.title)
    }
  }
  await Promise.all(Array.from({ length: feedsAtOnce }, worker))
  await Promise.all(storing)
  if (broken.length > 0) throw broken[0]
  let outage = isOwnOutage(failed, answered, enabled)
  if (outage && options.signal?.aborted) {
    // Who was still to be asked might have answered; at the next run all of them are asked again.
    cutOff += failed.length
    failed = []
    outage = false
  }
  report.feeds.asked = done - cutOff
  if (options.signal?.aborted && report.feeds.asked < chosen.length)
    way.log.info({}, `stopped after ${report.feeds.asked} of ${chosen.length} feeds`)
  await noteFailures(way, failed, outage)
  report.feeds.failed = failed.length
  report.errors = failed
    .map(({ feed, failure }) => ({ feed: feed.id, error: failure.message }))
    .sort((a, b) => (a.feed < b.feed ? -1 : 1))
  return { ...report, outage }
}

function tally({ feeds, items }: IngestReport, polled: Stored): void {
  if (polled.kind === 'unchanged') feeds.notModified += 1
  else {
    feeds.fetched += 1
    items.seen += polled.seen
    items.new += polled.new
    items.updated += polled.updated
  }
}

/** A feed that is due, of a host that has had enough of us. */
async function putOff(
  { store, log }: Pick<Way, 'store' | 'log'>,
  feed: Feed,
  state: FeedState | undefined,
  until: number,
): Promise<void> {
  await store.feedStates.save({ ...(state ?? unpolled(feed.id, feed.url)), url: feed.url, nextPollAt: until })
  log.info({ feed: feed.id, until }, 'put off: its host asked for a pause of two of its feeds')
}
