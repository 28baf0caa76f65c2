import {
  canonicalUrl,
  cleanUrl,
  type Feed,
  type FeedItem,
  identityOf,
  itemId,
  type ReadItem,
  revisionOf,
} from '../model/index.ts'
import type { NewItem } from '../store/index.ts'

/** Characters kept of a text whose feed allows an excerpt. */
export const excerptLength = 600
/** Bytes; an entry of a PostgreSQL index has room for 2,700. */
const longestKey = 2000

/** An item of a poll (`now`, ms) as it is stored: what the terms of its feed allow. Whether it is news, `news.ts` tells. */
export function toStored(feed: Feed, item: ReadItem, poll: { now: number }): NewItem {
  const identity = identityOf(item)
  const kept = obeyTextUse(feed, item)
  const url = item.url && cleanUrl(item.url)
  // A date in the future is a slip of the feed's; the item is here now.
  const publishedAt = item.publishedAt === null ? null : Math.min(item.publishedAt, poll.now)
  return {
    id: itemId(feed.id, identity),
    identity,
    revision: revisionOf({ ...item, ...kept, url }),
    feed: feed.id,
    ...kept,
    url,
    canonicalUrl: url && keyOf(url),
    kind: feed.kind,
    language: item.language,
    publishedAt,
    statedAt: item.publishedAt,
    firstSeenAt: poll.now,
    baseline: false,
  }
}

function keyOf(url: string): string | null {
  const key = canonicalUrl(url)
  return key !== null && Buffer.byteLength(key) <= longestKey ? key : null
}

/** What a feed's terms let us keep of an item's text. */
export function obeyTextUse(
  { textUse }: Pick<Feed, 'textUse'>,
  { title, summary, content }: Pick<FeedItem, 'title' | 'summary' | 'content'>,
): Pick<FeedItem, 'title' | 'summary' | 'content'> {
  if (textUse === 'full') return { title, summary, content }
  if (textUse === 'link') return { title, summary: '', content: '' }
  const text = summary || content
  if (text.length <= excerptLength) return { title, summary: text, content: '' }
  const cut = text.slice(0, excerptLength - 1)
  const end = /\s/.test(text[cut.length]!) ? cut.length : cut.lastIndexOf(' ')
  // Without a space nearby it is no language that has them; half a character is no character.
  const whole = end > excerptLength / 2 ? cut.slice(0, end) : cut.replace(/[\ud800-\udbff]$/, '')
  return { title, summary: `${whole.trimEnd()}…`, content: '' }
}
