import { type Coverage, day, type Feed, type FeedState, type Period } from '../model/index.ts'

/** A feed is silent when its last item is older than so many of its usual gaps, and than so many days. */
const longerThan = 4
const leastDays = 10
/** Items of a feed that are needed to know its rhythm. */
const enough = 5

/**
 * How the listed feeds did in a period: how many answered, which fail, which brought nothing for much longer than they
 * use to, which are new. `dates` are when each feed's items happened (ms), newest first.
 */
export function coverageOf(
  feeds: Feed[],
  states: FeedState[],
  dates: Map<string, number[]>,
  period: Period,
): Coverage {
  const stateOf = new Map(states.map((state) => [state.feed, state]))
  const enabled = feeds.filter((feed) => feed.enabled)
  const failing = enabled.flatMap((feed) => {
    const state = stateOf.get(feed.id)
    return state && state.failures > 0 && state.lastError !== null
      ? [{ feed: feed.id, title: feed.title, error: state.lastError }]
      : []
  })
  const failed = new Set(failing.map(({ feed }) => feed))
  const silent = enabled.flatMap((feed) => {
    if (failed.has(feed.id)) return []
    const quiet = silentFor(
      (dates.get(feed.id) ?? []).filter((at) => at < period.until),
      period.until,
    )
    return quiet === null ? [] : [{ feed: feed.id, title: feed.title, days: quiet }]
  })
  const added = enabled.flatMap((feed) => {
    const since = stateOf.get(feed.id)?.firstPolledAt ?? null
    return since !== null && since >= period.since && since < period.until
      ? [{ feed: feed.id, title: feed.title }]
      : []
  })
  const answered = enabled.filter(
    (feed) => !failed.has(feed.id) && (stateOf.get(feed.id)?.lastSuccessAt ?? 0) >= period.since,
  ).length
  // In a first issue all are new, which is no news.
  const first = added.length * 2 > enabled.length
  return { feeds: enabled.length, answered, failing, silent, added: first ? [] : added }
}

/** Days since the last item, when that is long for this feed; else null. */
function silentFor(dates: number[], until: number): number | null {
  if (dates.length < enough) return null
  const gaps = dates
    .slice(1)
    .map((at, i) => dates[i]! - at)
    .sort((a, b) => a - b)
  const usual = gaps[Math.floor(gaps.length / 2)]!
  const silence = until - dates[0]!
  return silence > Math.max(longerThan * usual, leastDays * day) ? Math.floor(silence / day) : null
}

/**
 * Why an issue should wait for a person: most feeds failed, so that its silence would look like calm. Null when nothing
 * speaks against it.
 */
export function reasonToHold({ feeds, answered, failing }: Coverage): string | null {
  const unheard = Math.max(feeds - answered, failing.length)
  if (feeds === 0 || unheard * 2 <= feeds) return null
  return `${unheard} of ${feeds} feeds failed in the period, so that what is missing would look like calm.`
}
