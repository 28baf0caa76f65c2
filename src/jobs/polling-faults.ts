import { isPrivateHost } from '../feeds/index.ts'
import { jittered } from '../ingest/index.ts'
import { backOff, type Feed, type FeedState, minute } from '../model/index.ts'
import type { Polled } from './poll.ts'
import type { Way } from './way.ts'

type Failed = Extract<Polled, { kind: 'failed' }>

/** Failures without any answer: they may be ours as well as theirs. */
export const unanswered = new Set(['dns', 'network', 'timeout', 'refused', 'tls'])
/** How soon everything is tried again after an outage of our own. */
const outagePause = 5 * minute
/** Failures closer together are one. Shorter than the shortest back-off, whatever its jitter. */
const leastBetween = 4 * minute

/**
 * True when it is this machine that has no network: of the hosts that were asked none answered, and at least two are silent
 * that had nothing against us at the poll before, or all that the lists know (`known`), five at least. That a neighbour on a
 * private network answers says nothing of the hosts beyond it.
 */
export function isOwnOutage(failed: Failed[], answered: Feed[], known: Feed[]): boolean {
  if (failed.some(({ failure }) => !unanswered.has(failure.reason))) return false
  const beyond = failed.filter(({ feed }) => !isNeighbour(feed))
  const silent = beyond.length > 0 ? beyond : failed
  if (answered.some((feed) => beyond.length === 0 || !isNeighbour(feed))) return false
  const hosts = (feeds: Feed[]) => new Set(feeds.map(hostOf)).size
  const wellBefore = silent.filter(({ before }) => before.failures === 0)
  if (hosts(wellBefore.map(({ feed }) => feed)) >= 2) return true
  const all = hosts(beyond.length > 0 ? known.filter((feed) => !isNeighbour(feed)) : known)
  return all >= 5 && hosts(silent.map(({ feed }) => feed)) === all
}

function isNeighbour(feed: Feed): boolean {
  const host = URL.parse(feed.url)?.hostname ?? ''
  return isPrivateHost(host)
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
    const failures = before.failures + (isEarly(before, now) ? 0 : 1)
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
      goneTimes: failure.reason === 'gone' ? before.goneTimes + (isEarly(before, now) ? 0 : 1) : 0,
    })
    log.warn({ feed: feed.id, failures, reason: failure.reason }, failure.message)
  }
}

/** Polls that somebody forces shortly after a failure see the same failure, not another one. */
function isEarly({ failures, lastPolledAt }: FeedState, now: number): boolean {
  return failures > 0 && lastPolledAt !== null && now - lastPolledAt < leastBetween
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
