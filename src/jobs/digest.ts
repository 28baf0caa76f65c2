import { balanceWeeks, type Composition, composeDigest } from '../digest/index.ts'
import { type Coverage, nextPeriod, type Period, week } from '../model/index.ts'
import type { StoredDigest } from '../store/index.ts'
import { classify } from './classify.ts'
import type { Way } from './way.ts'

type DigestWay = Pick<Way, 'store' | 'feeds' | 'ideas' | 'classifier' | 'now'>

/** The period of the next digest, unless given: from the last one's end until now. */
export async function openPeriod(
  way: Pick<Way, 'store' | 'now'>,
  given: Partial<Period> = {},
): Promise<Period> {
  const last = await way.store.digests.last()
  const period = nextPeriod(last?.until ?? null, given.until ?? way.now())
  return { ...period, ...given }
}

/** Composes the digest of a period and stores nothing but labels that were still missing. */
export async function composePeriod(way: DigestWay, period: Period, fresh: boolean): Promise<Composition> {
  await classify(way)
  const { since, until } = period
  const items = await way.store.items.list({ since, until, newsOnly: true })
  // What an earlier issue told is not told again, however the periods overlap; a preview may look back at it.
  const told = fresh ? await way.store.digests.alreadyTold(items.map((item) => item.id)) : new Set<string>()
  return composeDigest({
    period,
    ideas: way.ideas,
    feeds: way.feeds,
    items: items.filter((item) => !told.has(item.id)),
    history: await way.store.items.labelledBetween({ since: until - (balanceWeeks + 1) * week, until }),
    coverage: await coverage(way, period),
  })
}

/** Freezes the digest of the open period under the next number; `release` gives it free for sending. */
export async function createDigest(
  way: DigestWay,
  options: { release: boolean; period?: Partial<Period> },
): Promise<StoredDigest> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const last = await way.store.digests.last()
    const period = await openPeriod(way, options.period)
    const { digest, told } = await composePeriod(way, period, true)
    const stored = await way.store.digests.create(digest, told, {
      now: way.now(),
      release: options.release,
      expectedLast: last?.until ?? null,
    })
    if (stored) return stored
  }
  throw new Error('Another process keeps making digests at the same time. Stop it, or try again in a minute.')
}

/** How the listed feeds did in the period. */
async function coverage(way: Pick<Way, 'store' | 'feeds'>, period: Period): Promise<Coverage> {
  const states = new Map((await way.store.feedStates.all()).map((state) => [state.feed, state]))
  const enabled = way.feeds.filter((feed) => feed.enabled)
  const failing = enabled.flatMap((feed) => {
    const state = states.get(feed.id)
    return state && state.failures > 0 && state.lastError !== null
      ? [{ feed: feed.id, title: feed.title, error: state.lastError }]
      : []
  })
  const answered = enabled.filter((feed) => (states.get(feed.id)?.lastSuccessAt ?? 0) >= period.since).length
  return { feeds: enabled.length, answered, failing }
}
