import { type Kysely, sql } from 'kysely'
import { askings } from './askings.ts'
import type { Schema } from './schema.ts'

/** A feed that readers would like to be followed. Times in ms. */
export interface Suggestion {
  /** As it was first given. */
  url: string
  times: number
  /** How often it came which way; together `times`. */
  from: { discord: number; web: number }
  /** What they said of it, the first to say something first. */
  notes: string[]
  firstAt: number
  lastAt: number
}

/** How a suggestion came. */
export interface SuggestionSource {
  from: 'discord' | 'web'
  /** In one line; empty for none. */
  note: string
}

/** From one network so many in so long (ms); `key` is a keyed hash of it. */
export interface NetworkLimit {
  key: string
  most: number
  within: number
}

/** Notes to one address take no more room than this together. */
const roomForNotes = 2000
const unsaid: SuggestionSource = { from: 'discord', note: '' }

/** Feeds that readers have suggested, for those who curate the lists. */
export function suggestions(db: Kysely<Schema>, kind: 'sqlite' | 'postgres') {
  async function note(
    tx: Kysely<Schema>,
    key: string,
    url: string,
    now: number,
    source: SuggestionSource,
  ): Promise<number> {
    const web = source.from === 'web' ? 1 : 0
    const line = source.note.replace(/\s+/g, ' ').trim()
    const row = await tx
      .insertInto('suggestion')
      .values({ url: key, as_given: url, times: 1, first_at: now, last_at: now, from_web: web, notes: line })
      .onConflict((conflict) =>
        conflict.column('url').doUpdateSet({
          times: sql`suggestion.times + 1`,
          last_at: now,
          from_web: sql`suggestion.from_web + excluded.from_web`,
          notes: sql`case
            when suggestion.notes = '' then excluded.notes
            when excluded.notes in ('', suggestion.notes) then suggestion.notes
            when length(suggestion.notes) + length(excluded.notes) >= ${roomForNotes} then suggestion.notes
            else suggestion.notes || ${'\n'} || excluded.notes end`,
        }),
      )
      .returning('times')
      .executeTakeFirstOrThrow()
    return row.times
  }

  return {
    /** Notes a suggestion; `key` is the canonical URL, the same one counts up. Returns how often it was made by now. */
    record(key: string, url: string, now: number, source: SuggestionSource = unsaid): Promise<number> {
      return note(db, key, url, now, source)
    },

    /** The same, unless that many came from the network already: null. */
    async recordWithin(
      limit: NetworkLimit,
      key: string,
      url: string,
      now: number,
      source: SuggestionSource,
    ): Promise<number | null> {
      return db.transaction().execute(async (tx) => {
        const asked = askings(tx, kind)
        await asked.inLine([limit.key])
        if ((await asked.since(limit.key, now - limit.within)) >= limit.most) return null
        await asked.note(limit.key, now)
        return note(tx, key, url, now, source)
      })
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
        from: { discord: row.times - row.from_web, web: row.from_web },
        notes: row.notes.split('\n').filter(Boolean),
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
