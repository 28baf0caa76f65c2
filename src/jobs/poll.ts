import { isWanted, jittered, type ReadOutcome, restOf, rhythmOf } from '../ingest/index.ts'
import { type Feed, type FeedState, unpolled } from '../model/index.ts'
import type { Absorbed, Brought } from '../store/index.ts'
import { admitNews } from './news.ts'
import { toStored } from './stored-item.ts'
import type { Way } from './way.ts'

/** What came of one poll. A failure is not stored yet: whether the feed is to blame shows when all have been asked. */
export type Polled =
  /** `stored` settles when it is written down. */
  | { kind: 'answered'; stored: Promise<Stored> }
  | { kind: 'failed'; feed: Feed; before: FeedState; failure: Extract<ReadOutcome, { kind: 'failed' }> }

/** What an answer brought. */
export type Stored = { kind: 'fetched'; seen: number; new: number; updated: number } | { kind: 'unchanged' }

/** Writes down what a poll brought. */
export type Absorb = (brought: Brought) => Promise<Absorbed>

type Answer = Exclude<ReadOutcome, { kind: 'failed' }>

/**
 * Polls one feed, and has what it answered stored with its new state. When `signal` is aborted before the answer is read, that
 * is a failure at once (`aborted`), which is nobody's.
 */
export async function poll(
  way: Pick<Way, 'reader' | 'now' | 'log'>,
  feed: Feed,
  known: FeedState | undefined,
  { absorb, signal }: { absorb: Absorb; signal?: AbortSignal },
): Promise<Polled> {
  const before = stateBefore(feed, known)
  const outcome = await read(way, feed, before, signal)
  if (outcome.kind === 'failed') return { kind: 'failed', feed, before, failure: outcome }
  const isMoved = known !== undefined && known.url !== feed.url
  return { kind: 'answered', stored: store(way, { feed, before, isMoved, outcome }, absorb) }
}

async function store(
  way: Pick<Way, 'now' | 'log'>,
  { feed, before, isMoved, outcome }: { feed: Feed; before: FeedState; isMoved: boolean; outcome: Answer },
  absorb: Absorb,
): Promise<Stored> {
  const now = way.now()
  if (outcome.kind === 'unchanged') {
    const state = { ...answered(feed, before, outcome, now), ...moved(before, outcome, true) }
    await absorb({ found: [], state, now })
    return { kind: 'unchanged' }
  }
  const firstPoll = before.firstPolledAt === null
  const found = outcome.items
    .filter((item) => isWanted(feed, item))
    .map((item) => toStored(feed, item, { now }))
  const admit = admitNews(feed, { now, before, isMoved, items: outcome.items.length })
  const dates = outcome.items.flatMap(({ publishedAt }) => publishedAt ?? []).map((at) => Math.min(at, now))
  const state = (stored: { new: number; stored: number }): FeedState => {
    const read = {
      ...before,
      bodyHash: outcome.bodyHash,
      ttlMs: outcome.ttlMs,
      itemsSeen: before.itemsSeen + outcome.items.length,
      newestAt: dates.length ? Math.max(...dates) : null,
      rhythmMs: rhythmOf(dates) ?? before.rhythmMs,
      ...noted(before, stored.new, dates.length > 1, now),
    }
    const same = firstPoll || stored.new < stored.stored
    return { ...answered(feed, read, outcome, now), ...moved(before, outcome, same) }
  }
  const stored = await absorb({ found, state, now, admit })
  if (outcome.total > outcome.items.length) {
    const left = outcome.total - outcome.items.length
    way.log.info(
      { feed: feed.id, left },
      `only the newest ${outcome.items.length} items of the feed were read`,
    )
  }
  return { kind: 'fetched', seen: outcome.items.length, new: stored.new, updated: stored.updated }
}

/** A feed that moved is read anew, but what it gave before is still known. */
function stateBefore(feed: Feed, known: FeedState | undefined): FeedState {
  if (known?.url === feed.url) return known
  const { url, etag, lastModified, bodyHash, movedTo, movedTimes, goneTimes } = unpolled(feed.id, feed.url)
  return {
    ...(known ?? unpolled(feed.id, feed.url)),
    url,
    etag,
    lastModified,
    bodyHash,
    movedTo,
    movedTimes,
    goneTimes,
  }
}

async function read(
  way: Pick<Way, 'reader' | 'log'>,
  feed: Feed,
  before: FeedState,
  signal: AbortSignal | undefined,
): Promise<ReadOutcome> {
  try {
    return await way.reader.read({ ...before, language: feed.language }, signal)
  } catch (error) {
    way.log.error({ feed: before.feed, err: error }, 'reading a feed broke in a way that should not happen')
    return { kind: 'failed', reason: 'network', message: String(error), status: null, retryAfterMs: null }
  }
}

/** The state of a feed that has answered. */
function answered(
  feed: Feed,
  before: FeedState,
  { etag, lastModified, freshForMs }: Answer,
  now: number,
): FeedState {
  const { rhythmMs, ttlMs } = before
  const newestAt = before.newestAt ?? before.newItemAt
  const rest = restOf({ everyMs: feed.everyMs, rhythmMs, newestAt, ttlMs, freshForMs }, now)
  return {
    ...before,
    etag,
    lastModified,
    firstPolledAt: before.firstPolledAt ?? now,
    lastPolledAt: now,
    lastSuccessAt: now,
    nextPollAt: now + (feed.everyMs === null ? jittered(rest, feed.id, now) : rest),
    failures: 0,
    failingSince: null,
    lastReason: null,
    lastError: null,
    goneTimes: 0,
  }
}

/**
 * Where permanent redirects have led how often. A site that sends all its addresses to one page for a day must not take
 * the feed with it, so only those count that lead to the same feed.
 */
function moved(
  before: FeedState,
  { permanentUrl }: Answer,
  same: boolean,
): Pick<FeedState, 'movedTo' | 'movedTimes'> {
  if (permanentUrl === null || !same) return { movedTo: null, movedTimes: 0 }
  return { movedTo: permanentUrl, movedTimes: permanentUrl === before.movedTo ? before.movedTimes + 1 : 1 }
}

/** Notes that new items came. Feeds without dates have the rhythm in which we see them come. */
function noted(
  { newItemAt, rhythmMs }: FeedState,
  fresh: number,
  dated: boolean,
  now: number,
): Partial<FeedState> {
  if (fresh === 0) return {}
  if (dated || newItemAt === null) return { newItemAt: now }
  const gap = (now - newItemAt) / fresh
  return { newItemAt: now, rhythmMs: Math.round(rhythmMs === null ? gap : (rhythmMs + gap) / 2) }
}
