import { type Kysely, sql } from 'kysely'
import type { Schema } from './schema.ts'

/** A feed that readers would like to be followed. Times in ms. */
export interface Suggestion {
  /** As it was first given. */
  url: string
  times: number
  firstAt: number
  lastAt: number
}

/** Feeds that readers have suggested, for those who curate the lists. */
export function suggestions(db: Kysely<Schema>) {
  return {
    /** Notes a suggestion; `key` is the canonical URL, the same one counts up. Returns how often it was made by now. */
    async record(key: string, url: string, now: number): Promise<number> {
      const row = await db
        .insertInto('suggestion')
        .values({ url: key, as_given: url, times: 1, first_at: now, last_at: now })
        .onConflict((conflict) =>
          conflict.column('url').doUpdateSet({ times: sql`suggestion.times + 1`, last_at: now }),
        )
        .returning('times')
        .executeTakeFirstOrThrow()
      return row.times
    },

    /** Most often suggested first, then the latest. */
    async list(): Promise<Suggestion[]> {
      const rows = await db
        .selectFrom('suggestion')
        .selectAll()
        .orderBy('times', 'desc')
        .orderBy('last_at', 'desc')
        .orderBy('url')
        .execute()
      return rows.map((row) => ({
        url: row.as_given,
        times: row.times,
        firstAt: row.first_at,
        lastAt: row.last_at,
      }))
    },

    /** Forgets a suggestion, once it is followed or turned down; false when there is none. */
    async forget(key: string): Promise<boolean> {
      const gone = await db.deleteFrom('suggestion').where('url', '=', key).executeTakeFirst()
      return gone.numDeletedRows > 0n
    },
  }
}
