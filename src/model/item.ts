import { hash } from 'node:crypto'
import type { FeedKind } from './feed.ts'
import type { Label } from './label.ts'
import { canonicalUrl } from './url.ts'

/** An item as its feed gives it: plain text, absolute links, times in ms since the epoch (UTC). */
export interface FeedItem {
  /** The feed's own id of the item; null when absent or empty. */
  guid: string | null
  /** Absolute http(s) URL; null when the feed gives none. */
  url: string | null
  title: string
  summary: string
  /** Longer text where the feed carries one; empty otherwise. */
  content: string
  /** Null when the feed gives no date that can be read. */
  publishedAt: number | null
}

/** An item as it is read, with the language its text is found to be in: ISO 639-1, or `unsupported`. */
export interface ReadItem extends FeedItem {
  language: string
}

/** An item as it is stored. */
export interface Item {
  id: string
  feed: string
  title: string
  summary: string
  content: string
  url: string | null
  /** Same article, same key, whichever feed carried it; null without a URL. */
  canonicalUrl: string | null
  kind: FeedKind
  /** ISO 639-1 code, or `unsupported` where the classifier can't read the text. */
  language: string
  publishedAt: number | null
  firstSeenAt: number
  /** True for what stood in a feed before we knew it: kept, never told as news. */
  baseline: boolean
}

/** A stored item with the labels that count. */
export interface LabelledItem extends Item {
  labels: Label[]
}

/** Bytes; an entry of a PostgreSQL index has room for 2,700. */
const longestIdentity = 2000

/** The value of `language` on items that are kept but not guessed at. */
export const unsupportedLanguage = 'unsupported'

/**
 * The identity of an item within its feed: its guid, else its canonical URL, else a hash of title and text.
 * Prefixed by which of the three it is, so that a guid can never equal another item's URL.
 */
export function identityOf(item: FeedItem): string {
  if (item.guid?.trim()) return boundedIdentity(`guid:${item.guid.trim()}`)
  const url = item.url && canonicalUrl(item.url)
  if (url) return boundedIdentity(`url:${url}`)
  return `hash:${sha256(`${item.title}\n${item.summary}\n${item.content}`)}`
}

/** An identity as it is; one that is too long for an index of the database as a hash. */
export function boundedIdentity(identity: string): string {
  return Buffer.byteLength(identity) <= longestIdentity ? identity : `long:${sha256(identity)}`
}

/** The stored id of an item: 16 hex digits made of feed id and identity; the same item, the same id, for ever. */
export function itemId(feedId: string, identity: string): string {
  return sha256(`${feedId}\n${identity}`).slice(0, 16)
}

/** A hash of what readers see of an item; a change of it is a new revision. */
export function revisionOf(item: FeedItem): string {
  return sha256(JSON.stringify([item.title, item.summary, item.content, item.url])).slice(0, 32)
}

/** When an item counts as having happened: its own date, else when it was first seen; never later than that. */
export function effectiveDate(item: Pick<Item, 'publishedAt' | 'firstSeenAt'>): number {
  return item.publishedAt === null ? item.firstSeenAt : Math.min(item.publishedAt, item.firstSeenAt)
}

function sha256(text: string): string {
  return hash('sha256', text)
}
