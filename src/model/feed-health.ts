/** What came of a feed in a stretch of time. */
export interface Contribution {
  /** Items that were read and stored. */
  read: number
  /** Those of them that were given an idea. */
  labelled: number
  /** Items told in digests that were released. */
  published: number
  /** Alerts in whose story it had a part. */
  alerts: number
}

/** What of a feed that brought nothing. */
export const noContribution: Contribution = { read: 0, labelled: 0, published: 0, alerts: 0 }

/** How a feed can be, what most needs a hand first. */
export const conditions = [
  'gone',
  'broken',
  'moved',
  'stale',
  'barren',
  'putOff',
  'failing',
  'unread',
  'fine',
  'off',
] as const
export type Condition = (typeof conditions)[number]

/** How one feed is, in words. Times in ms. */
export interface FeedCondition {
  feed: string
  title: string
  site: string
  condition: Condition
  /** Nothing gets better until a person does something. */
  needsHand: boolean
  /** Since when it has been so; null where that is not known, and while all is well. */
  since: number | null
  /** A sentence; empty while all is well. */
  what: string
  /** A sentence that says what to do; null where nothing is to be done. */
  remedy: string | null
}

/** What the weekly note to those who keep the lists says. */
export interface FeedNote {
  /** The Monday of its week, `2026-11-23`. */
  week: string
  /** How many feeds are followed. */
  feeds: number
  /** How many of them were not read of late, through no fault of theirs. */
  unread: number
  /** Those that need a hand, the most urgent first. */
  needs: FeedCondition[]
  /** So many days back the contributions are counted. */
  days: number
  contributed: Contribution
  /** The feeds of which most was published: their titles and how much. */
  most: { title: string; published: number }[]
}
