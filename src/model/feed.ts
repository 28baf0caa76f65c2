/** What sort of publisher a feed is; the classifier reads it as a feature. */
export const feedKinds = ['lab', 'policy', 'press', 'research', 'community', 'vendor'] as const
export type FeedKind = (typeof feedKinds)[number]

/** How much of a feed's text its terms let us keep and show. */
export const textUses = ['link', 'excerpt', 'full'] as const
export type TextUse = (typeof textUses)[number]

/** One entry of a curated feed list, with the list's defaults filled in. */
export interface Feed {
  id: string
  title: string
  url: string
  /** The page people read. */
  site: string
  /** The house behind it: several feeds of one house are one source. */
  publisher: string
  kind: FeedKind
  /** Name of the group (the list file's `group`). */
  group: string
  /** BCP 47; null when the list does not say. */
  language: string | null
  /** False for a mirror kept by someone other than the publisher. */
  official: boolean
  textUse: TextUse
  /** Milliseconds between polls; null follows the feed's own rhythm. */
  everyMs: number | null
  /** An item is kept only if one of these occurs in its title or summary; empty keeps all. */
  keep: string[]
  /** An item is dropped if one of these occurs in its title or summary. */
  block: string[]
  /** Items published longer ago than this when first seen are never news; null uses the default. */
  maxAgeDays: number | null
  enabled: boolean
  /** Why a feed is switched off. */
  reason: string | null
}
