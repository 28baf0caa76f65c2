import type { Contribution, Feed, FeedState } from '../model/index.ts'

/** An item as far as a feed is judged by it. */
export interface LookedItem {
  title: string
  url: string | null
  publishedAt: number | null
  /** Characters of its text besides the title. */
  length: number
  /** ISO 639-1 where it can be read, else another word. */
  language: string
}

/** What came of fetching a feed once. */
export type LookAnswer =
  | { kind: 'failed'; reason: string; message: string }
  | {
      kind: 'items'
      /** Where it came from in the end, and where redirects that are all permanent lead. */
      finalUrl: string
      permanentUrl: string | null
      title: string
      /** BCP 47, as the feed says. */
      language: string | null
      items: LookedItem[]
      /** How many of them `keep` and `block` let in. */
      wanted: number
      /** The time between two of them of late, ms. */
      rhythmMs: number | null
      /** For an address with http: whether https gives the same feed. */
      https: boolean
    }

/** All that a feed is judged by. */
export interface Look {
  feed: Feed
  answer: LookAnswer
  /** Another feed of its site that lives, where it was worth looking for. */
  elsewhere: string | null
  /** What the database knows of this address; null without one. */
  history: { state: FeedState; contribution: Contribution } | null
}

/** The date of the newest item, ms; null where none has one. */
export function newestOf(items: LookedItem[], now: number): number | null {
  const dates = items.flatMap(({ publishedAt }) => publishedAt ?? []).map((at) => Math.min(at, now))
  return dates.length ? Math.max(...dates) : null
}

/** With fewer items not much can be told of a feed. */
export const fewItems = 3
