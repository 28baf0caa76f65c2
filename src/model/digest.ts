import type { Direction } from './label.ts'

/** What a sentence rests on: words of stored items, or a count that can be counted again. */
export type Backing =
  | { kind: 'item'; item: string; quote: string }
  | { kind: 'count'; of: string; value: number }

/** A sentence of ours with what backs it. */
export interface BackedText {
  text: string
  backing: Backing[]
}

/** One week of an idea's balance; `week` is the Monday it begins on (UTC, ISO date). */
export interface WeekBalance {
  week: string
  opens: number
  closes: number
  mixed: number
}

/** Another feed that carried the same story. */
export interface AlsoIn {
  feed: string
  feedTitle: string
  url: string | null
}

/** One event, however many feeds carried it. */
export interface Story {
  item: string
  title: string
  url: string | null
  feed: string
  feedTitle: string
  /** ISO time; when the item gives no date, when it was first seen. */
  publishedAt: string
  direction: Direction
  score: number
  evidence: string
  update?: string
  also: AlsoIn[]
  /** Other ideas the same story bears on. */
  ideas: string[]
}

export interface DigestSection {
  idea: string
  name: string
  title: string
  balance: WeekBalance[]
  stories: Story[]
}

/** How the feeds did in the period, so that silence does not look like calm. */
export interface Coverage {
  feeds: number
  answered: number
  failing: { feed: string; title: string; error: string }[]
}

/** One issue. `number` is null while it is only a preview. Times are ISO, UTC. */
export interface Digest {
  number: number | null
  since: string
  until: string
  lead: BackedText[]
  sections: DigestSection[]
  coverage?: Coverage
  /** Items read in the period. */
  read: number
  /** Items of the period that stand in no section. */
  leftOut: number
}

/** How many stories, one counted once though it stands under two ideas. */
export function storyCount(digest: Digest): number {
  return new Set(digest.sections.flatMap((section) => section.stories.map((story) => story.item))).size
}

/** True when nothing in the period bore on the ideas. */
export function isQuiet(digest: Digest): boolean {
  return digest.sections.every((section) => section.stories.length === 0)
}

/** `Freehold 12`, or `Freehold preview`. */
export function issueName(digest: Digest): string {
  return digest.number === null ? 'Freehold preview' : `Freehold ${digest.number}`
}
