import {
  balanceWeeks,
  type Composition,
  composeDigest,
  conceptMemory,
  coverageOf,
  type FrozenWeeks,
  type PastStory,
  reasonToHold,
} from '../digest/index.ts'
import { type Corrected, type Item, nextPeriod, type Period, week } from '../model/index.ts'
import type { StoredDigest } from '../store/index.ts'
import { classify } from './classify.ts'
import type { Way } from './way.ts'

type DigestWay = Pick<Way, 'store' | 'feeds' | 'ideas' | 'pages' | 'classifier' | 'now'>

/** Issues whose stories readers may remember. */
const memory = 12
/** A feed's rhythm is learned from so many weeks. */
const rhythmWeeks = 26

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
  const { store } = way
  const items = await store.items.list({ since, until, newsOnly: true })
  // What an earlier issue told is not told again, however the periods overlap; a preview may look back at it.
  const told = fresh ? await toldInIssues(store, items) : new Set<string>()
  const issues = (await store.digests.list(Math.max(memory, conceptMemory))).filter(
    (issue) => fresh || issue.until <= since,
  )
  return composeDigest({
    period,
    ideas: way.ideas,
    feeds: way.feeds,
    pages: way.pages,
    items: items.filter((item) => !told.has(item.id)),
    history: await store.items.labelledBetween({ since: until - (balanceWeeks + 1) * week, until }),
    past: await storiesOf(way, issues),
    frozen: frozenWeeks(issues),
    debates: issues.flatMap(({ digest }) => (digest.debate ? [digest.debate.axis] : [])),
    corrected: correctedSince(issues),
    concepts: issues.flatMap(({ digest }) => (digest.concept ? [digest.concept.id] : [])),
    coverage: coverageOf(
      way.feeds,
      await store.feedStates.all(),
      await store.items.datesByFeed(until - rhythmWeeks * week),
      period,
    ),
  })
}

/** Of these items the ids of those whose article an issue has told, be it from another feed's item of the same URL. */
export async function toldInIssues(store: Way['store'], items: Item[]): Promise<Set<string>> {
  return articlesTold(store, items, (ids) => store.digests.alreadyTold(ids))
}

/** The same for any record of what was told: `amongThem` gives those of some ids that stand in it. */
export async function articlesTold(
  store: Way['store'],
  items: Item[],
  amongThem: (ids: string[]) => Promise<Set<string>>,
): Promise<Set<string>> {
  const byUrl = await store.items.idsByUrl([...new Set(items.flatMap((item) => item.canonicalUrl ?? []))])
  const idsOf = (item: Item) => [item.id, ...(byUrl.get(item.canonicalUrl ?? '') ?? [])]
  const known = await amongThem([...new Set(items.flatMap(idsOf))])
  return new Set(items.filter((item) => idsOf(item).some((id) => known.has(id))).map(({ id }) => id))
}

/** Corrections made since the last issue was composed; those before it stand in it, or in one before. */
function correctedSince(issues: StoredDigest[]): Corrected[] {
  const last = Math.max(0, ...issues.map(({ createdAt }) => createdAt))
  return issues
    .flatMap(({ number, corrections }) => corrections.map((one) => ({ issue: number, ...one })))
    .filter(({ at }) => Date.parse(at) >= last)
    .sort((a, b) => (a.at < b.at ? -1 : 1))
}

/** What each issue said of the seven days that ended with it. */
function frozenWeeks(issues: StoredDigest[]): FrozenWeeks {
  const weeks: FrozenWeeks = new Map()
  for (const { digest } of issues) {
    for (const { idea, balance } of digest.sections) {
      const last = balance.at(-1)
      if (last) weeks.set(idea, [...(weeks.get(idea) ?? []), last])
    }
  }
  return weeks
}

/** The stories that the last `issues` digests told. */
export async function recentStories(way: Pick<Way, 'store'>, issues: number): Promise<PastStory[]> {
  return storiesOf(way, await way.store.digests.list(issues))
}

/** The stories of these issues with their items as they are stored now. */
async function storiesOf(way: Pick<Way, 'store'>, issues: StoredDigest[]): Promise<PastStory[]> {
  const stories = issues.flatMap(({ number, digest }) =>
    digest.sections.flatMap((section) =>
      // Issues from before stories listed their items know only the one that told it.
      section.stories.map(({ item, items = [item] }) => ({ issue: number, ids: items })),
    ),
  )
  const found = await way.store.items.byIds([...new Set(stories.flatMap(({ ids }) => ids))])
  const byId = new Map(found.map((item) => [item.id, item]))
  return stories.flatMap(({ issue, ids }) => {
    const items = ids.flatMap((id) => byId.get(id) ?? [])
    return items.length > 0 ? [{ issue, items }] : []
  })
}

/**
 * Freezes the digest of the open period under the next number. `release` gives it free for sending, after editors have
 * had so long to look at it; where so many feeds failed that it would mislead, it is held until a person sends it.
 * An issue made since `unlessMadeSince` (ms) is given as it is, and no other made.
 */
export async function createDigest(
  way: DigestWay & Partial<Pick<Way, 'log'>>,
  options: {
    release: boolean
    approvalMs?: number
    period?: Partial<Period>
    unlessMadeSince?: number
  },
): Promise<StoredDigest> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const last = await way.store.digests.last()
    if (last && last.createdAt >= (options.unlessMadeSince ?? Number.POSITIVE_INFINITY)) return last
    const period = await openPeriod(way, options.period)
    const { digest, told } = await composePeriod(way, period, true)
    const held = digest.coverage ? reasonToHold(digest.coverage) : null
    const { approvalMs = 0 } = options
    const stored = await way.store.digests.create(digest, told, {
      now: way.now(),
      release: options.release && held === null && approvalMs === 0,
      approveBy: options.release && held === null && approvalMs > 0 ? way.now() + approvalMs : null,
      expectedLast: last?.until ?? null,
      held,
    })
    if (!stored) continue
    if (held !== null) {
      way.log?.error(
        { digest: stored.number, failing: digest.coverage?.failing.length },
        `issue ${stored.number} is held: ${held} Look at it with freehold digest show ${stored.number}; freehold digest send ${stored.number} sends it all the same.`,
      )
    }
    return stored
  }
  throw new Error('Another process keeps making digests at the same time. Stop it, or try again in a minute.')
}
