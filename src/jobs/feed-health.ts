import { barrenAfter, conditionsOf } from '../feeds/index.ts'
import { staleAfter } from '../ingest/index.ts'
import { type Contribution, day, type FeedCondition, type FeedState, noContribution } from '../model/index.ts'
import type { Way } from './way.ts'

/** A feed with how it is, what is remembered of it and what it brought. */
export interface FeedHealthReport extends FeedCondition {
  state: FeedState | null
  /** In the stretch of time that was asked for. */
  contribution: Contribution
}

/** How the feeds are, those that need a hand first; what they brought is counted over the last `days`. */
export async function feedHealth(
  { store, feeds, now: clock }: Pick<Way, 'store' | 'feeds' | 'now'>,
  days = barrenAfter / day,
): Promise<FeedHealthReport[]> {
  const now = clock()
  const states = new Map((await store.feedStates.all()).map((state) => [state.feed, state]))
  const contributions = await store.contributions.since(now - barrenAfter)
  const asked = days * day === barrenAfter ? contributions : await store.contributions.since(now - days * day)
  return conditionsOf({ feeds, states, contributions, staleAfter }, now).map((one) => ({
    ...one,
    state: states.get(one.feed) ?? null,
    contribution: asked.get(one.feed) ?? noContribution,
  }))
}
