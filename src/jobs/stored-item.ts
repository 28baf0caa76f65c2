import { detectLanguage } from '../lib/text/index.ts'
import {
  canonicalUrl,
  cleanUrl,
  day,
  type Feed,
  type FeedItem,
  identityOf,
  itemId,
  revisionOf,
} from '../model/index.ts'
import type { NewItem } from '../store/index.ts'

/** Of a feed's first poll, only what is younger than this is news; the rest was there before us. */
const baselineAge = 7 * day
/** Items dated longer ago than this when first seen are a backfill, not news, unless the feed says otherwise. */
const defaultMaxAgeDays = 30
/** Characters kept of a text whose feed allows an excerpt. */
const excerptLength = 600

/** An item of a poll (`now`, ms) as it is stored: what the terms of its feed allow, and whether it is news. */
export function toStored(feed: Feed, item: FeedItem, poll: { now: number; firstPoll: boolean }): NewItem {
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
    canonicalUrl: url && canonicalUrl(url),
    kind: feed.kind,
    language: detectLanguage(`${item.title}\n${item.summary || item.content}`.slice(0, 3000), feed.language),
    publishedAt,
    firstSeenAt: poll.now,
    baseline: isOld(feed, publishedAt, poll),
  }
}

function isOld(feed: Feed, publishedAt: number | null, poll: { now: number; firstPoll: boolean }): boolean {
  if (publishedAt === null) return poll.firstPoll
  const limit = (feed.maxAgeDays ?? defaultMaxAgeDays) * day
  return publishedAt < poll.now - (poll.firstPoll ? Math.min(baselineAge, limit) : limit)
}

/** What a feed's terms let us keep of an item's text. */
function obeyTextUse(feed: Feed, item: FeedItem): { title: string; summary: string; content: string } {
  const { title, summary, content } = item
  if (feed.textUse === 'full') return { title, summary, content }
  if (feed.textUse === 'link') return { title, summary: '', content: '' }
  const text = summary || content
  if (text.length <= excerptLength) return { title, summary: text, content: '' }
  const cut = text.slice(0, excerptLength)
  return {
    title,
    summary: `${cut.slice(0, Math.max(cut.lastIndexOf(' '), excerptLength / 2))}…`,
    content: '',
  }
}
