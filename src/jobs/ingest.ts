import { isWanted, type ReadOutcome } from '../ingest/index.ts'
import { detectLanguage } from '../lib/text/index.ts'
import {
  backOff,
  canonicalUrl,
  cleanUrl,
  day,
  type Feed,
  type FeedItem,
  type FeedState,
  identityOf,
  itemId,
  minute,
  revisionOf,
} from '../model/index.ts'
import type { NewItem } from '../store/index.ts'
import type { Progress, Way } from './way.ts'

/** Feeds read at once; politeness per host is the HTTP client's. */
const feedsAtOnce = 12
/** Of a feed's first poll, only what is younger than this is news; the rest was there before us. */
const baselineAge = 7 * day
/** Items dated longer ago than this when first seen are a backfill, not news, unless the feed says otherwise. */
const defaultMaxAgeDays = 30
/** Characters kept of a text whose feed allows an excerpt. */
const excerptLength = 600

export interface IngestReport {
  feeds: { total: number; due: number; fetched: number; notModified: number; failed: number }
  items: { seen: number; new: number; updated: number }
  errors: { feed: string; error: string }[]
}

export interface IngestOptions {
  /** Polls every feed, due or not. */
  all?: boolean
  /** Polls just this one, due or not. */
  feed?: string
  progress?: Progress
  signal?: AbortSignal
}

/**
 * Polls the feeds that are due, once each, and stores what is new. A feed that fails is recorded and left alone for a
 * while; the others go on.
 */
export async function ingest(
  way: Pick<Way, 'store' | 'feeds' | 'reader' | 'now' | 'log'>,
  options: IngestOptions = {},
): Promise<IngestReport> {
  const states = new Map((await way.store.feedStates.all()).map((state) => [state.feed, state]))
  const enabled = way.feeds.filter((feed) => feed.enabled)
  const chosen = enabled.filter((feed) => {
    if (options.feed !== undefined) return feed.id === options.feed
    const state = states.get(feed.id)
    return options.all || !state || state.url !== feed.url || state.nextPollAt <= way.now()
  })
  const report: IngestReport = {
    feeds: { total: enabled.length, due: chosen.length, fetched: 0, notModified: 0, failed: 0 },
    items: { seen: 0, new: 0, updated: 0 },
    errors: [],
  }
  let done = 0
  options.progress?.(0, chosen.length, '')
  const queue = [...chosen]
  const worker = async () => {
    for (let feed = queue.shift(); feed && !options.signal?.aborted; feed = queue.shift()) {
      await poll(way, feed, states.get(feed.id), report)
      done += 1
      options.progress?.(done, chosen.length, feed.title)
    }
  }
  await Promise.all(Array.from({ length: feedsAtOnce }, worker))
  report.errors.sort((a, b) => (a.feed < b.feed ? -1 : 1))
  return report
}

type Poller = Pick<Way, 'store' | 'reader' | 'now' | 'log'>

async function poll(
  way: Poller,
  feed: Feed,
  known: FeedState | undefined,
  report: IngestReport,
): Promise<void> {
  // A feed that moved is read anew, but what it gave before is still known.
  const before =
    known?.url === feed.url ? known : { ...(known ?? unpolled(feed)), url: feed.url, ...noValidators }
  let outcome: ReadOutcome
  try {
    outcome = await way.reader.read({
      url: feed.url,
      etag: before.etag,
      lastModified: before.lastModified,
      bodyHash: before.bodyHash,
    })
  } catch (error) {
    way.log.error({ feed: feed.id, err: error }, 'reading a feed broke in a way that should not happen')
    outcome = { kind: 'failed', reason: 'network', message: String(error), status: null, retryAfterMs: null }
  }
  const now = way.now()
  if (outcome.kind === 'failed') {
    const failures = before.failures + 1
    const wait = Math.max(backOff(failures), outcome.retryAfterMs ?? 0)
    await way.store.feedStates.save({
      ...before,
      lastPolledAt: now,
      failures,
      lastError: outcome.message,
      nextPollAt: now + wait,
    })
    report.feeds.failed += 1
    report.errors.push({ feed: feed.id, error: outcome.message })
    way.log.warn({ feed: feed.id, failures, reason: outcome.reason }, outcome.message)
    return
  }
  const answered = {
    ...before,
    etag: outcome.etag,
    lastModified: outcome.lastModified,
    firstPolledAt: before.firstPolledAt ?? now,
    lastPolledAt: now,
    lastSuccessAt: now,
    failures: 0,
    lastError: null,
    nextPollAt: nextPoll(feed, now),
  }
  if (outcome.kind === 'unchanged') {
    await way.store.feedStates.save(answered)
    report.feeds.notModified += 1
    return
  }
  const firstPoll = before.firstPolledAt === null
  const items = outcome.items
    .filter((item) => isWanted(feed, item))
    .map((item) => toStored(feed, item, { now, firstPoll }))
  const unique = [...new Map(items.map((item) => [item.id, item])).values()]
  const state = {
    ...answered,
    bodyHash: outcome.bodyHash,
    itemsSeen: before.itemsSeen + outcome.items.length,
  }
  const stored = await way.store.items.absorb(unique, state, now)
  report.feeds.fetched += 1
  report.items.seen += outcome.items.length
  report.items.new += stored.new
  report.items.updated += stored.updated
  if (outcome.total > outcome.items.length) {
    const left = outcome.total - outcome.items.length
    way.log.info(
      { feed: feed.id, left },
      `only the newest ${outcome.items.length} items of the feed were read`,
    )
  }
}

const noValidators = { etag: null, lastModified: null, bodyHash: null }

function unpolled(feed: Feed): FeedState {
  return {
    feed: feed.id,
    url: feed.url,
    ...noValidators,
    firstPolledAt: null,
    lastPolledAt: null,
    lastSuccessAt: null,
    nextPollAt: 0,
    failures: 0,
    lastError: null,
    itemsSeen: 0,
  }
}

/** Without `every` a feed is due at each scheduled ingest; with it, a minute early counts, since ticks aren't exact. */
function nextPoll(feed: Feed, now: number): number {
  return feed.everyMs === null ? now : now + feed.everyMs - Math.min(minute, feed.everyMs / 10)
}

function toStored(feed: Feed, item: FeedItem, poll: { now: number; firstPoll: boolean }): NewItem {
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
