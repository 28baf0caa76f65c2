import type { Kysely } from 'kysely'
import type { FeedNote } from '../model/index.ts'
import { type Destination, writePlaces } from './delivery-rows.ts'
import type { Schema } from './schema.ts'

/** Under which the last note is kept among the settings: only the last one is ever sent. */
const name = 'feed_note'

/** The weekly notes to those who keep the feed lists. */
export function notes(db: Kysely<Schema>) {
  /** The last note that was written down; null before the first. */
  async function last(of: Kysely<Schema> = db): Promise<FeedNote | null> {
    const row = await of.selectFrom('setting').select('value').where('name', '=', name).executeTakeFirst()
    return row ? (JSON.parse(row.value) as FeedNote) : null
  }

  return {
    last: () => last(),

    /** Keeps a note in place of the one before and writes down where it goes, once for its week: false the second time. */
    async create(note: FeedNote, places: Destination[], now: number): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        const before = await last(tx)
        if (before !== null && before.week >= note.week) return false
        const value = JSON.stringify(note)
        await tx
          .insertInto('setting')
          .values({ name, value })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
          .execute()
        await writePlaces(tx, { note: note.week }, places, now)
        return true
      })
    },
  }
}
