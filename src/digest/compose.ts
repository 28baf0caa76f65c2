import {
  type Corrected,
  type Coverage,
  type Digest,
  type DigestSection,
  type Feed,
  type Idea,
  type Item,
  type LabelledItem,
  type LeftOut,
  type Page,
  type Period,
  unsupportedLanguage,
} from '../model/index.ts'
import { balances, closingBalances, type FrozenWeeks } from './balance.ts'
import { composeLead, movedBy } from './lead.ts'
import { type PastStory, recall } from './memory.ts'
import { type Evidence, faultOf } from './proof.ts'
import { conceptFor, debateFor } from './reference.ts'
import { isRoundUp } from './round-up.ts'
import { type Cluster, compareAmong, groupStories, joinRoundUps } from './stories.ts'
import { type FeedFacts, tell } from './story.ts'
import { type Candidate, choose, strengthOf } from './strength.ts'

/** As many stories as a reader gets through in ten minutes. */
export const storyLimit = 10
/** Issues whose concept of the week is not chosen again. */
export const conceptMemory = 8

/** What a digest is made of. The same input gives the same digest. */
export interface DigestInput {
  period: Period
  ideas: Idea[]
  /** For titles, and for telling publishers and primary sources apart; items of feeds no longer listed keep their feed's id. */
  feeds: Pick<Feed, 'id' | 'title' | 'kind' | 'official' | 'publisher'>[]
  /** Every item first seen in the period that counts as news, labelled or not. */
  items: LabelledItem[]
  /** Labelled items of the last twelve weeks, for the balance. */
  history: LabelledItem[]
  /** The stories of earlier issues that readers may remember. */
  past?: PastStory[]
  pages?: Page[]
  /** What earlier issues said of their own last seven days. */
  frozen?: FrozenWeeks
  /** Concepts of earlier issues, the latest first; and the axes of their debates. */
  concepts?: string[]
  debates?: string[]
  coverage?: Coverage
  /** Corrections of earlier issues that have not stood in one yet. */
  corrected?: Corrected[]
}

/** What became of an item. */
export type Fate =
  | { fate: 'told'; story: string; idea: string }
  | { fate: 'weaker'; story: string; idea: string; rank: number; of: number; strength: number; least: number }
  | { fate: 'repeat'; story: string; issue: number }
  | { fate: 'noIdea' }
  | { fate: 'unread' }

/** A draft, the ids of every item that stands in it, and what became of each item of the period. */
export interface Composition {
  digest: Digest
  told: string[]
  fates: Map<string, Fate>
}

/**
 * Composes the digest of a period: items that tell of one event become a story, stories that an earlier issue told are
 * left out or told as updates, the strongest are chosen, and each stands once, under the idea it speaks for most.
 */
export function composeDigest(input: DigestInput): Composition {
  const { period, ideas, items, past = [], pages = [] } = input
  const facts: FeedFacts = new Map(input.feeds.map((feed) => [feed.id, feed]))
  const order = new Map(ideas.map((idea) => [idea.id, idea]))
  const comparison = compareAmong([...items, ...past.flatMap((story) => story.items)])
  const bearing = items.filter((item) => item.labels.some((label) => order.has(label.idea)))
  const clusters = joinRoundUps(
    groupStories(
      bearing.filter((item) => !isRoundUp(item.title)),
      comparison,
    ),
    bearing.filter((item) => isRoundUp(item.title)),
    comparison,
  )

  const fates = new Map<string, Fate>(
    items.map((item) => [item.id, { fate: item.language === unsupportedLanguage ? 'unread' : 'noIdea' }]),
  )
  const fresh: Cluster[] = []
  const candidates = clusters.flatMap((cluster): Candidate[] => {
    const recollection = recall(cluster, past, comparison)
    if (recollection && 'repeats' in recollection) {
      const { issue } = recollection.repeats
      for (const item of cluster) fates.set(item.id, { fate: 'repeat', story: cluster[0]!.title, issue })
      return []
    }
    fresh.push(cluster)
    const { idea, story } = tell(cluster, order, facts, recollection, comparison)
    const roundUp = cluster.every((item) => isRoundUp(item.title))
    const talk = cluster.every((item) => item.kind === 'community')
    return [{ idea, story, strength: strengthOf(story, { roundUp, talk }) }]
  })
  const { told, weaker } = choose(candidates, storyLimit)
  settle(fates, told, weaker)

  const weeks = closingBalances(
    balances(
      ideas.map(({ id }) => id),
      input.history,
      period.until,
    ),
    input.frozen ?? new Map(),
    fresh,
  )
  // An idea without stories stands there all the same: its balance shows how calm that is.
  const sections: DigestSection[] = ideas.map(({ id, name, title }) => ({
    idea: id,
    name,
    title,
    balance: weeks.get(id)!,
    stories: told.filter(({ idea }) => idea === id).map(({ story }) => story),
  }))
  const read = items.length
  const feedsRead = new Set(items.map((item) => item.feed)).size
  const concept = conceptFor(told, pages, ideas, (input.concepts ?? []).slice(0, conceptMemory))
  const debate = debateFor(told, pages, ideas, (input.debates ?? []).slice(0, conceptMemory))
  const left = countLeft(fates)
  const digest: Digest = {
    number: null,
    since: new Date(period.since).toISOString(),
    until: new Date(period.until).toISOString(),
    lead: composeLead(told, sections, { read, feeds: feedsRead, repeats: left.repeats }),
    sections: sections.map((section) => {
      const moved = movedBy(section, told)
      return moved ? { ...section, moved } : section
    }),
    ...(concept ? { concept } : {}),
    ...(debate ? { debate } : {}),
    ...(input.corrected?.length ? { corrected: input.corrected } : {}),
    ...(input.coverage ? { coverage: input.coverage } : {}),
    feedsRead,
    read,
    leftOut: left.unread + left.noIdea + left.repeats + left.weaker,
    left,
  }
  return {
    digest: proven(digest, items),
    told: [...fates].flatMap(([id, fate]) => (fate.fate === 'told' ? id : [])),
    fates,
  }
}

/** The digest without the sentences that do not hold. */
function proven(digest: Digest, items: LabelledItem[]): Digest {
  const byId = new Map<string, Item>(items.map((item) => [item.id, item]))
  const evidence: Evidence = { item: (id) => byId.get(id) }
  const holds = (sentence: Digest['lead'][number]) => faultOf(sentence, digest, evidence) === null
  return {
    ...digest,
    lead: digest.lead.filter(holds),
    sections: digest.sections.map(({ moved, ...section }) =>
      moved && holds(moved) ? { ...section, moved } : section,
    ),
  }
}

function settle(fates: Map<string, Fate>, told: Candidate[], weaker: Candidate[]): void {
  for (const { idea, story } of told) {
    for (const item of story.items) fates.set(item, { fate: 'told', story: story.title, idea })
  }
  const of = told.length + weaker.length
  const least = told.at(-1)?.strength ?? 0
  for (const [i, { idea, story, strength }] of weaker.entries()) {
    const rank = told.length + i + 1
    for (const item of story.items) {
      fates.set(item, { fate: 'weaker', story: story.title, idea, rank, of, strength, least })
    }
  }
}

function countLeft(fates: Map<string, Fate>): LeftOut {
  const count = (fate: Fate['fate']) => [...fates.values()].filter((one) => one.fate === fate).length
  return {
    unread: count('unread'),
    noIdea: count('noIdea'),
    repeats: count('repeat'),
    weaker: count('weaker'),
  }
}
