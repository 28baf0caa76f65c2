import type { Direction } from './label.ts'

/** What a sentence rests on: words of stored items, or a count that can be counted again. */
export type Backing =
  | { kind: 'item'; item: string; quote: string }
  | { kind: 'count'; of: string; value: number }

/** A sentence of ours with what backs it. */
export interface BackedText {
  text: string
  backing: Backing[]
  /** The editor whose words these are; they answer for them, and nothing backs them. */
  by?: string
}

/** Seven days of an idea's balance, in stories; `week` is the day they begin on (UTC, ISO date). The last ends with the issue. */
export interface WeekBalance {
  week: string
  opens: number
  closes: number
  mixed: number
}

/** Another publisher that carried the same story, by its first feed that did. */
export interface AlsoIn {
  feed: string
  feedTitle: string
  url: string | null
  /** Its item; issues from before it was written down lack it. */
  item?: string
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
  /** Of a story that an earlier issue told: what is new, in the words of one of its items. */
  update?: string
  /** The earlier issue. */
  updates?: number
  /** The other publishers, the earliest first. */
  also: AlsoIn[]
  /** Ids of every item it is told from. */
  items: string[]
  /** Other ideas the same story bears on. */
  ideas: string[]
}

export interface DigestSection {
  idea: string
  name: string
  title: string
  balance: WeekBalance[]
  /** How the last week differs from those before, and what moved it. */
  moved?: BackedText
  stories: Story[]
}

/** How the feeds did in the period, so that silence does not look like calm. */
export interface Coverage {
  feeds: number
  /** Feeds that answered in the period, or were not due in it and had answered before. */
  answered: number
  /** Feeds that fail and did not answer in it at all. */
  failing: { feed: string; title: string; error: string }[]
  /** Feeds that answered at its beginning and have failed since before its middle. */
  lost?: { feed: string; title: string; error: string }[]
  /** Feeds that answered but brought nothing for much longer than they use to; `days` since their last item. */
  silent?: { feed: string; title: string; days: number }[]
  /** Feeds first read in the period. */
  added?: { feed: string; title: string }[]
}

/** A page of the wiki that helps to read a story. */
export interface Concept {
  id: string
  title: string
  /** The beginning of the page, without its links. */
  text: string
  /** Item of the story it was chosen for. */
  story: string
}

/** The two sides of a debate that a story belongs to, in the wiki's words. */
export interface Debate {
  axis: string
  page: string
  sides: { claim: string; text: string }[]
  story: string
}

/** A note on what was wrong in an issue that has been sent. */
export interface Correction {
  /** ISO time. */
  at: string
  note: string
}

/** A correction of an earlier issue, made since the last one went out. */
export interface Corrected extends Correction {
  issue: number
}

/** What an editor changes in an issue before it goes out. Stories are named by their item. */
export type DigestChange =
  /** Words of their own in place of the lead; null brings the composed one back. */
  | { what: 'lead'; text: string | null }
  | { what: 'drop'; item: string }
  /** Takes an item out of the story that another one tells. */
  | { what: 'unlink'; item: string }
  /** First under its idea. */
  | { what: 'pin'; item: string }
  /** The order of the stories under an idea; those not named follow. */
  | { what: 'order'; idea: string; items: string[] }

/** A change, with who made it and when (ISO time). */
export interface DigestEdit {
  at: string
  by: string
  change: DigestChange
}

/** Why items were left out; the numbers add up to `leftOut`. */
export interface LeftOut {
  /** In a language that the classifier does not read. */
  unread: number
  /** Bore on no key idea. */
  noIdea: number
  /** Told what an earlier issue had told. */
  repeats: number
  /** Bore on an idea, but other stories were stronger. */
  weaker: number
  /** Left out by an editor. */
  dropped?: number
}

/** One issue. `number` is null while it is only a preview. Times are ISO, UTC. */
export interface Digest {
  number: number | null
  since: string
  until: string
  lead: BackedText[]
  sections: DigestSection[]
  concept?: Concept
  debate?: Debate
  /** What was wrong in earlier issues. */
  corrected?: Corrected[]
  coverage?: Coverage
  /** Feeds that brought items in the period. */
  feedsRead?: number
  /** Items read in the period. */
  read: number
  /** Items of the period that stand in no section. */
  leftOut: number
  left?: LeftOut
}

/** The reason for which the sending of a cancelled issue is paused. */
export const cancelled = 'It was cancelled.'

/** True of an issue whose sending has been ended by a person; no word lets it go on. */
export function isCancelled({ paused }: { paused: string | null }): boolean {
  return paused === cancelled
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

/** Ids of the items that a story is told from; of issues from before stories listed them only the one that tells it. */
export function itemsOf({ item, items = [item] }: Story): string[] {
  return items
}

/** The story of an issue that is told from an item. */
export function storyWith({ sections }: Digest, item: string): Story | undefined {
  return sections.flatMap(({ stories }) => stories).find((story) => itemsOf(story).includes(item))
}
