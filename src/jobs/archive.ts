import { balances, balanceWeeks } from '../digest/index.ts'
import { type Correction, type Digest, type LabelledItem, type WeekBalance, week } from '../model/index.ts'
import { type Counts, type DigestSummary, headlineOf, type ReleasedIssue } from '../render/index.ts'
import type { Way } from './way.ts'

/** What readers can look up: the issues that were released, and the items under each idea. */
export function openArchive(way: Pick<Way, 'store' | 'feeds' | 'now'>) {
  const released = async () => (await way.store.digests.list()).filter((one) => one.releasedAt !== null)

  return {
    /** Newest first. */
    async digests(): Promise<DigestSummary[]> {
      return (await released()).map(({ digest, number }) => summarise(digest, number))
    },

    async digest(number: number): Promise<Digest | null> {
      const stored = await way.store.digests.get(number)
      return stored?.releasedAt == null ? null : stored.digest
    },

    /** The notes that stand beside an issue, the oldest first. */
    async corrections(number: number): Promise<Correction[]> {
      const stored = await way.store.digests.get(number)
      return stored?.releasedAt == null ? [] : stored.corrections
    },

    /** The latest of them with what was put right since, newest first. */
    async latestIssues(most: number): Promise<ReleasedIssue[]> {
      return (await released())
        .slice(0, most)
        .flatMap(({ digest, releasedAt, corrections }) =>
          releasedAt === null ? [] : [{ digest, releasedAt, corrections }],
        )
    },

    async latest(): Promise<Digest | null> {
      return (await released())[0]?.digest ?? null
    },

    async ideaItems(idea: string, limit: number): Promise<(LabelledItem & { feedTitle: string })[]> {
      const items = await way.store.items.list({ idea, limit })
      const titles = new Map(way.feeds.map((feed) => [feed.id, feed.title]))
      return items.map((item) => ({ ...item, feedTitle: titles.get(item.feed) ?? item.feed }))
    },

    /** As the latest issue tells it, until its week is over: an idea is not told in two ways on two pages. */
    async ideaBalance(idea: string): Promise<WeekBalance[]> {
      const until = way.now()
      const [latest] = await released()
      const told = latest?.digest.sections.find((section) => section.idea === idea)
      if (latest && told && until - Date.parse(latest.digest.until) <= week) return told.balance
      const items = await way.store.items.labelledBetween({ since: until - (balanceWeeks + 1) * week, until })
      return balances([idea], items, until).get(idea)!
    },

    async counts(): Promise<Counts> {
      return {
        feeds: way.feeds.filter((feed) => feed.enabled).length,
        items: await way.store.items.count(),
        labelled: await way.store.items.countLabelled(),
        digests: (await released()).length,
      }
    },
  }
}

function summarise(digest: Digest, number: number): DigestSummary {
  const stories = digest.sections.flatMap((section) => section.stories)
  const leaning = (direction: string) => stories.filter((story) => story.direction === direction).length
  return {
    number,
    since: digest.since,
    until: digest.until,
    stories: stories.length,
    opens: leaning('opens'),
    closes: leaning('closes'),
    mixed: leaning('mixed'),
    headline: headlineOf(digest),
  }
}
