import type { Kysely } from 'kysely'
import type { FeedState } from '../model/index.ts'
import type { Schema } from './schema.ts'

/** What we remember of each feed between polls. */
export function feedStates(db: Kysely<Schema>) {
  return {
    async all(): Promise<FeedState[]> {
      const rows = await db.selectFrom('feed_state').selectAll().orderBy('feed').execute()
      return rows.map(fromRow)
    },

    async get(feed: string): Promise<FeedState | null> {
      const row = await db.selectFrom('feed_state').selectAll().where('feed', '=', feed).executeTakeFirst()
      return row ? fromRow(row) : null
    },

    async save(state: FeedState): Promise<void> {
      await saveFeedState(db, state)
    },
  }
}

/** Writes a feed's state; inside `items.absorb` in the same transaction as the items it speaks of. */
export async function saveFeedState(db: Kysely<Schema>, state: FeedState): Promise<void> {
  const row = toRow(state)
  await db
    .insertInto('feed_state')
    .values(row)
    .onConflict((conflict) => conflict.column('feed').doUpdateSet(row))
    .execute()
}

type Row = Schema['feed_state']

function fromRow(row: Row): FeedState {
  return {
    feed: row.feed,
    url: row.url,
    etag: row.etag,
    lastModified: row.last_modified,
    bodyHash: row.body_hash,
    firstPolledAt: row.first_polled_at,
    lastPolledAt: row.last_polled_at,
    lastSuccessAt: row.last_success_at,
    nextPollAt: row.next_poll_at,
    failures: row.failures,
    failingSince: row.failing_since,
    lastReason: row.last_reason,
    lastError: row.last_error,
    goneTimes: row.gone_times,
    movedTo: row.moved_to,
    movedTimes: row.moved_times,
    itemsSeen: row.items_seen,
    newItemAt: row.new_item_at,
    newestAt: row.newest_at,
    rhythmMs: row.rhythm_ms,
    ttlMs: row.ttl_ms,
  }
}

function toRow(state: FeedState): Row {
  return {
    feed: state.feed,
    url: state.url,
    etag: state.etag,
    last_modified: state.lastModified,
    body_hash: state.bodyHash,
    first_polled_at: state.firstPolledAt,
    last_polled_at: state.lastPolledAt,
    last_success_at: state.lastSuccessAt,
    next_poll_at: state.nextPollAt,
    failures: state.failures,
    failing_since: state.failingSince,
    last_reason: state.lastReason,
    last_error: state.lastError,
    gone_times: state.goneTimes,
    moved_to: state.movedTo,
    moved_times: state.movedTimes,
    items_seen: state.itemsSeen,
    new_item_at: state.newItemAt,
    newest_at: state.newestAt,
    rhythm_ms: state.rhythmMs,
    ttl_ms: state.ttlMs,
  }
}
