import { type Coverage, day, type Feed, type FeedState, type Period, unpolled } from '../model/index.ts'

/** A feed is silent when its last item is older than so many of its usual gaps, and than so many days. */
const longerThan = 4
const leastDays = 10
/** Items of a feed that are needed to know its rhythm. */
const enough = 5

const nothingKnown = unpolled('', '')

/**
 * How the listed feeds did in a period: how many answered, which failed all through it, which broke off early in it,
 * which brought nothing for much longer than they use to, which are new. `dates` are when each feed's items happened
 * (ms), newest first.
 */
export function coverageOf(
  feeds: Feed[],
  states: FeedState[],
  dates: Map<string, number[]>,
  period: Period,
): Coverage {
  const stateOf = new Map(states.map((state) => [state.feed, state]))
  const enabled = feeds.filter((feed) => feed.enabled)
  const heard = new Set(enabled.map(({ id }) => id).filter((id) => answeredIn(period, stateOf.get(id))))
  const inTrouble = enabled.flatMap(({ id, title }) => {
    const { failures, lastError, failingSince } = stateOf.get(id) ?? nothingKnown
    return failures > 0 && lastError !== null
      ? [{ since: failingSince, feed: id, title, error: lastError }]
      : []
  })
  const failed = new Set(inTrouble.map(({ feed }) => feed))
  const failing = inTrouble.flatMap(({ since: _, ...one }) => (heard.has(one.feed) ? [] : [one]))
  // Whoever broke off in the first half was not heard for most of it; one failure at the end hides nothing.
  const middle = (period.since + period.until) / 2
  const lost = inTrouble.flatMap(({ since, ...one }) =>
    heard.has(one.feed) && since !== null && since < middle ? [one] : [],
  )
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
  // In a first issue all are new, which is no news.
  const first = added.length * 2 > enabled.length
  return {
    feeds: enabled.length,
    answered: heard.size,
    failing,
    ...(lost.length > 0 ? { lost } : {}),
    silent,
    added: first ? [] : added,
  }
}

/** True of a feed that answered at any time in the period, or that answered last before it and was not due in it. */
function answeredIn({ since, until }: Period, state: FeedState | undefined): boolean {
  const { lastSuccessAt, lastPolledAt, nextPollAt, failures } = state ?? nothingKnown
  if (lastSuccessAt === null) return false
  if (lastSuccessAt >= since) return true
  return failures === 0 && lastPolledAt === lastSuccessAt && nextPollAt >= until
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
export function reasonToHold({ feeds, answered, lost = [] }: Coverage): string | null {
  const unheard = feeds - answered + lost.length
  if (feeds === 0 || unheard * 2 <= feeds) return null
  return `${unheard} of ${feeds} feeds failed in the period, so that what is missing would look like calm.`
}
