import { jittered } from '../ingest/index.ts'
import { backOff, type Feed, type FeedState, minute } from '../model/index.ts'
import type { Polled } from './poll.ts'
import type { Way } from './way.ts'

type Failed = Extract<Polled, { kind: 'failed' }>

/** Failures without any answer: they may be ours as well as theirs. */
export const unanswered = new Set(['dns', 'network', 'timeout', 'refused', 'tls'])
/** How soon everything is tried again after an outage of our own. */
const outagePause = 5 * minute

/**
 * True when it is this machine that has no network: nobody answered, and at least two hosts are silent that had nothing
 * against us at the poll before.
 */
export function isOwnOutage(failed: Failed[], answers: number): boolean {
  if (answers > 0 || failed.some(({ failure }) => !unanswered.has(failure.reason))) return false
  const wellBefore = failed.filter(({ before }) => before.failures === 0)
  return new Set(wellBefore.map(({ feed }) => hostOf(feed))).size >= 2
}

/** Writes down what failed: against each feed, or, in an outage of our own, against none. */
export async function noteFailures(
  { store, now: clock, log }: Pick<Way, 'store' | 'now' | 'log'>,
  failed: Failed[],
  outage: boolean,
): Promise<void> {
  const now = clock()
  if (outage) {
    log.warn(
      { feeds: failed.length },
      'no feed could be reached: this machine seems to be off the network; nothing is held against the feeds',
    )
  }
  for (const { feed, before, failure } of failed) {
    if (outage) {
      const nextPollAt = now + jittered(outagePause, feed.id, now)
      await store.feedStates.save({ ...before, lastPolledAt: now, nextPollAt })
      continue
    }
    const failures = before.failures + 1
    // What a server asks for is never undercut.
    const wait = Math.max(jittered(backOff(failures), feed.id, now), failure.retryAfterMs ?? 0)
    await store.feedStates.save({
      ...before,
      lastPolledAt: now,
      nextPollAt: now + wait,
      failures,
      failingSince: before.failingSince ?? now,
      lastReason: asksForRest(failure) ? 'rateLimited' : failure.reason,
      lastError: failure.message,
      goneTimes: failure.reason === 'gone' ? before.goneTimes + 1 : 0,
    })
    log.warn({ feed: feed.id, failures, reason: failure.reason }, failure.message)
  }
}

/** Which hosts have asked, of two feeds or more, to be left alone: then all their feeds are. */
export interface HostRest {
  /** Notes a failed poll. */
  note(failed: Failed): void
  /** Until when (ms) the host of a feed is left alone; null for not at all. */
  until(feed: Feed): number | null
}

/** Begins with the feeds whose servers asked so at an earlier poll and still are to be waited for. */
export function createHostRest(feeds: Feed[], states: Map<string, FeedState>, now: number): HostRest {
  const asked = new Map<string, Map<string, number>>()
  const add = (feed: Feed, until: number) => {
    const host = hostOf(feed)
    asked.set(host, (asked.get(host) ?? new Map<string, number>()).set(feed.id, until))
  }
  for (const feed of feeds) {
    const state = states.get(feed.id)
    if (state?.lastReason === 'rateLimited' && state.nextPollAt > now) add(feed, state.nextPollAt)
  }
  return {
    note({ feed, before, failure }) {
      if (!asksForRest(failure)) return
      add(feed, now + Math.max(backOff(before.failures + 1), failure.retryAfterMs ?? 0))
    },
    until(feed) {
      const times = [...(asked.get(hostOf(feed)) ?? [])]
      return times.length < 2 ? null : Math.max(...times.map(([, until]) => until))
    },
  }
}

function asksForRest({ reason, retryAfterMs }: Failed['failure']): boolean {
  return reason === 'rateLimited' || retryAfterMs !== null
}

function hostOf(feed: Feed): string {
  return URL.parse(feed.url)?.host ?? feed.url
}
