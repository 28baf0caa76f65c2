import {
  type AlsoIn,
  type Coverage,
  type Digest,
  type DigestSection,
  type Direction,
  effectiveDate,
  type Feed,
  type Idea,
  type Label,
  type LabelledItem,
  type Period,
  type Story,
} from '../model/index.ts'
import { balanceOf } from './balance.ts'
import { composeLead } from './lead.ts'
import { type Cluster, groupStories } from './stories.ts'
import { byStrength } from './strength.ts'

/** What a digest is made of. The same input gives the same digest. */
export interface DigestInput {
  period: Period
  ideas: Idea[]
  /** For titles and for telling primary sources from the rest; items of feeds no longer listed keep their feed's id. */
  feeds: Pick<Feed, 'id' | 'title' | 'kind' | 'official'>[]
  /** Every item first seen in the period that counts as news, labelled or not. */
  items: LabelledItem[]
  /** Labelled items of the last twelve weeks, for the balance. */
  history: LabelledItem[]
  coverage?: Coverage
}

/** A draft, and the ids of every item that stands in it. */
export interface Composition {
  digest: Digest
  told: string[]
}

/**
 * Composes the digest of a period: a section per idea that has stories, strongest story first. A story stands once, under
 * the idea it speaks for most; its other ideas are named with it.
 */
export function composeDigest(input: DigestInput): Composition {
  const feeds = new Map(input.feeds.map((feed) => [feed.id, feed]))
  const order = new Map(input.ideas.map((idea) => [idea.id, idea]))
  const clusters = groupStories(
    input.items.filter((item) => item.labels.some((label) => order.has(label.idea))),
  )
  const placed = clusters.map((cluster) => place(cluster, order, feeds))

  const sections: DigestSection[] = input.ideas.flatMap((idea) => {
    const stories = placed
      .filter((one) => one.idea === idea.id)
      .map((one) => one.story)
      .sort(byStrength)
    if (stories.length === 0) return []
    const balance = balanceOf(idea.id, input.history, input.period.until)
    return [{ idea: idea.id, name: idea.name, title: idea.title, balance, stories }]
  })
  const told = clusters.flat().map((item) => item.id)
  const read = input.items.length
  const digest: Digest = {
    number: null,
    since: new Date(input.period.since).toISOString(),
    until: new Date(input.period.until).toISOString(),
    lead: composeLead(sections, { read, feeds: new Set(input.items.map((item) => item.feed)).size }),
    sections,
    ...(input.coverage ? { coverage: input.coverage } : {}),
    read,
    leftOut: read - told.length,
  }
  return { digest, told }
}

type FeedFacts = Map<string, Pick<Feed, 'id' | 'title' | 'kind' | 'official'>>

function place(cluster: Cluster, ideas: Map<string, Idea>, feeds: FeedFacts) {
  const verdicts = weighIdeas(cluster, ideas)
  const main = verdicts[0]!
  const teller = [...cluster].sort(
    (a, b) => standing(b, main.idea, feeds) - standing(a, main.idea, feeds),
  )[0]!
  const label = teller.labels.find((one) => one.idea === main.idea) ?? main.label
  const also: AlsoIn[] = cluster
    .filter((item) => item !== teller && item.feed !== teller.feed)
    .filter((item, i, all) => all.findIndex((other) => other.feed === item.feed) === i)
    .map((item) => ({ feed: item.feed, feedTitle: feeds.get(item.feed)?.title ?? item.feed, url: item.url }))
  const story: Story = {
    item: teller.id,
    title: teller.title || teller.summary.slice(0, 120) || '(no title)',
    url: teller.url,
    feed: teller.feed,
    feedTitle: feeds.get(teller.feed)?.title ?? teller.feed,
    publishedAt: new Date(effectiveDate(teller)).toISOString(),
    direction: main.direction,
    score: main.score,
    evidence: label.evidence,
    also,
    ideas: verdicts.slice(1).map((verdict) => verdict.idea),
  }
  return { idea: main.idea, story }
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
      const weights = new Map<Direction, number>()
      for (const { direction, score } of labels) weights.set(direction, (weights.get(direction) ?? 0) + score)
      const strongest = labels.reduce((best, label) => (label.score > best.score ? label : best))
      const direction = [...weights].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]![0]
      return { idea, direction, score: strongest.score, label: strongest }
    })
    .sort((a, b) => b.score - a.score || ideas.get(a.idea)!.order - ideas.get(b.idea)!.order)
}

/** Who tells a story best: one whose label carries the idea, the source itself before those who report it, then the first. */
function standing(item: LabelledItem, idea: string, feeds: FeedFacts): number {
  const feed = feeds.get(item.feed)
  const carries = item.labels.some((label) => label.idea === idea) ? 4 : 0
  const primary = feed && (feed.kind === 'lab' || feed.kind === 'policy') ? 2 : 0
  return carries + primary + (feed?.official === false ? 0 : 1) - effectiveDate(item) / 1e15
}
