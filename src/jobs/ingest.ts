import { poll } from './poll.ts'
import type { Progress, Way } from './way.ts'

/** Feeds read at once; politeness per host is the HTTP client's. */
const feedsAtOnce = 12

export interface IngestReport {
  feeds: { total: number; due: number; fetched: number; notModified: number; failed: number }
  items: { seen: number; new: number; updated: number }
  errors: { feed: string; error: string }[]
}

export interface IngestOptions {
  /** Polls every feed, due or not. */
  all?: boolean
  /** Polls just this one, due or not. */
  feed?: string
  progress?: Progress
  signal?: AbortSignal
}

/**
 * Polls the feeds that are due, once each, and stores what is new. A feed that fails is recorded and left alone for a
 * while; the others go on.
 */
export async function ingest(
  way: Pick<Way, 'store' | 'feeds' | 'reader' | 'now' | 'log'>,
  options: IngestOptions = {},
): Promise<IngestReport> {
  const states = new Map((await way.store.feedStates.all()).map((state) => [state.feed, state]))
  const enabled = way.feeds.filter((feed) => feed.enabled)
  const chosen = enabled.filter((feed) => {
    if (options.feed !== undefined) return feed.id === options.feed
    const state = states.get(feed.id)
    return options.all || !state || state.url !== feed.url || state.nextPollAt <= way.now()
  })
  const report: IngestReport = {
    feeds: { total: enabled.length, due: chosen.length, fetched: 0, notModified: 0, failed: 0 },
    items: { seen: 0, new: 0, updated: 0 },
    errors: [],
  }
  let done = 0
  options.progress?.(0, chosen.length, '')
  const queue = [...chosen]
  const worker = async () => {
    for (let feed = queue.shift(); feed && !options.signal?.aborted; feed = queue.shift()) {
      await poll(way, feed, states.get(feed.id), report)
      done += 1
      options.progress?.(done, chosen.length, feed.title)
    }
  }
  await Promise.all(Array.from({ length: feedsAtOnce }, worker))
  report.errors.sort((a, b) => (a.feed < b.feed ? -1 : 1))
  return report
}
