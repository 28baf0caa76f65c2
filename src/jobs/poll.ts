import { isWanted, type ReadOutcome } from '../ingest/index.ts'
import { backOff, type Feed, type FeedState, minute } from '../model/index.ts'
import type { IngestReport } from './ingest.ts'
import { toStored } from './stored-item.ts'
import type { Way } from './way.ts'

type Poller = Pick<Way, 'store' | 'reader' | 'now' | 'log'>

/** Polls one feed and stores what came of it; adds it to the report. */
export async function poll(
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
