import {
  type AlsoIn,
  type Direction,
  day,
  effectiveDate,
  type Feed,
  type FeedKind,
  type Idea,
  type Item,
  type Label,
  type LabelledItem,
  type Story,
} from '../model/index.ts'
import { readAccount } from './account.ts'
import { leaningOf } from './leaning.ts'
import { sameEvent } from './likeness.ts'
import type { Recollection } from './memory.ts'
import { isRoundUp, topicOf } from './round-up.ts'
import type { Cluster, Comparison } from './stories.ts'

/** What is known of the feeds that tell a story, by their ids. */
export type FeedFacts = Map<string, Pick<Feed, 'id' | 'title' | 'kind' | 'official' | 'publisher'>>

/**
 * A story as readers see it: under the idea that it speaks for most, in the words of the item that tells it best, with
 * the other publishers that told it.
 */
export function tell(
  cluster: Cluster,
  ideas: Map<string, Idea>,
  feeds: FeedFacts,
  recollection: Recollection,
  comparison: Comparison,
): { idea: string; story: Story } {
  const verdicts = weighIdeas(cluster, ideas)
  const main = verdicts[0]!
  const news = recollection && 'updates' in recollection ? recollection : null
  const teller = news?.by ?? bestTeller(cluster, main, feeds, comparison)
  const label = teller.labels.find((one) => one.idea === main.idea) ?? teller.labels[0] ?? main.label
  const title = isRoundUp(teller.title) ? topicOf(teller.title, label.evidence) : teller.title
  const story: Story = {
    item: teller.id,
    title,
    url: teller.url,
    feed: teller.feed,
    feedTitle: feeds.get(teller.feed)?.title ?? teller.feed,
    publishedAt: new Date(effectiveDate(teller)).toISOString(),
    direction: main.direction,
    score: main.score,
    evidence: wordsBesides(title, label.evidence, teller.summary),
    ...(news ? { update: label.evidence || title, updates: news.updates.issue } : {}),
    also: otherPublishers(cluster, teller, feeds),
    items: [teller.id, ...cluster.filter((item) => item !== teller).map((item) => item.id)],
    ideas: verdicts.slice(1).map((verdict) => verdict.idea),
  }
  return { idea: main.idea, story }
}

/** The evidence or, where it only says the title again, the first sentence of the summary: readers have read the title. */
function wordsBesides(title: string, evidence: string, summary: string): string {
  if (!title.includes(evidence.replace(/[.…]+$/, ''))) return evidence
  const [first = ''] = /^.{20,300}?[.!?…](?=\s|$)/su.exec(summary.trim()) ?? []
  return first && !title.includes(first.replace(/[.…]+$/, '')) ? first : evidence
}

/** One feed for each publisher besides the teller's, the earliest. */
function otherPublishers(cluster: Cluster, teller: LabelledItem, feeds: FeedFacts): AlsoIn[] {
  const publisherOf = (item: LabelledItem) => feeds.get(item.feed)?.publisher ?? item.feed
  const heard = new Set([publisherOf(teller)])
  return cluster.flatMap((item) => {
    const publisher = publisherOf(item)
    if (heard.has(publisher)) return []
    heard.add(publisher)
    return [alsoOf(item, feeds)]
  })
}

function alsoOf({ id, feed, url }: Item, feeds: FeedFacts): AlsoIn {
  return { feed, feedTitle: feeds.get(feed)?.title ?? feed, url, item: id }
}

/**
 * The story without an item that doesn't tell it. Its publisher is named no more, unless another item of the story is
 * theirs. `items` are those still stored, by id.
 */
export function withoutItem(story: Story, id: string, items: Map<string, Item>, feeds: FeedFacts): Story {
  const publisherOf = (feed: string) => feeds.get(feed)?.publisher ?? feed
  const item = items.get(id)
  const rest = story.items.filter((one) => one !== id)
  const own = story.also.find((one) =>
    one.item === undefined ? one.feed === item?.feed && one.url === item.url : one.item === id,
  )
  if (!own) return { ...story, items: rest }
  const next = rest
    .slice(1)
    .flatMap((one) => items.get(one) ?? [])
    .find(({ feed }) => publisherOf(feed) === publisherOf(own.feed))
  const also = story.also.flatMap((one) => (one === own ? (next ? alsoOf(next, feeds) : []) : one))
  return { ...story, items: rest, also }
}

/** The ideas a story bears on, strongest first; its direction is what the items that carry the idea lean to. */
function weighIdeas(cluster: Cluster, ideas: Map<string, Idea>) {
  const byIdea = new Map<string, Label[]>()
  for (const item of cluster) {
    for (const label of item.labels) {
      if (ideas.has(label.idea)) byIdea.set(label.idea, [...(byIdea.get(label.idea) ?? []), label])
    }
  }
  return [...byIdea]
    .map(([idea, labels]) => {
      const direction = leaningOf(cluster, idea)!
      // What it is told from should say what it is told as.
      const same = labels.filter((label) => label.direction === direction)
      const strongest = same.reduce((best, label) => (label.score > best.score ? label : best))
      return { idea, direction, score: strongest.score, label: strongest, given: labels.length }
    })
    .sort(
      (a, b) => b.given - a.given || b.score - a.score || ideas.get(a.idea)!.order - ideas.get(b.idea)!.order,
    )
}

/** Telling words that a title needs to say what happened: "Skerry 3" does not. */
const sayingWords = 4

/** How well each kind of publisher tells news: forums talk of it, universities comment on it. */
const telling: Record<FeedKind, number> = {
  lab: 1,
  policy: 1,
  press: 1,
  vendor: 1,
  research: 0.5,
  community: 0,
}

/**
 * Who tells a story best: one whose label carries the idea and whose title says what happened; then one in the middle of
 * it, most like what the others tell, from a publisher that tells news, and early: statements and opinions come later.
 */
function bestTeller(
  cluster: Cluster,
  main: { idea: string; direction: Direction },
  feeds: FeedFacts,
  comparison: Comparison,
): LabelledItem {
  if (cluster.length === 1) return cluster[0]!
  const begun = effectiveDate(cluster[0]!)
  const standing = (item: LabelledItem) => {
    const feed = feeds.get(item.feed)
    const own = item.labels.find((label) => label.idea === main.idea)
    const carries = own ? (own.direction === main.direction ? 24 : 16) : 0
    const whole = isRoundUp(item.title) ? 0 : 8
    const { title, titleNames } = readAccount({ title: item.title, summary: '' })
    const says = (title.size >= sayingWords ? 4 : 0) + (titleNames.size > 0 ? 2 : 0)
    const official = feed?.official === false ? 0 : 0.5
    const late = Math.min(3, (effectiveDate(item) - begun) / day)
    return (
      carries +
      whole +
      says +
      official +
      telling[item.kind] +
      1.5 * centrality(item, cluster, comparison) -
      0.6 * late
    )
  }
  const ranked = cluster.map((item) => ({ item, standing: standing(item) }))
  return ranked.reduce((a, b) => (b.standing > a.standing ? b : a)).item
}

/** How like what the others tell; 0 to 1, and 1 for one alone. */
function centrality(item: LabelledItem, cluster: Cluster, { told, rarity }: Comparison): number {
  const others = cluster.filter((other) => other !== item)
  if (others.length === 0) return 1
  return others.reduce((sum, other) => sum + sameEvent(told(item), told(other), 0, rarity), 0) / others.length
}
