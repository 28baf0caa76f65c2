import type { Kysely } from 'kysely'
import type { Alert } from '../model/index.ts'
import { type Destination, writePlaces } from './delivery-rows.ts'
import type { Schema } from './schema.ts'

/** Strong stories told between digests. */
export function alerts(db: Kysely<Schema>) {
  return {
    /**
     * Keeps an alert and writes down which channels get it, once: false when it is there already. `items` are the ids of
     * every item of its story.
     */
    async create(alert: Alert, items: string[], places: Destination[]): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        const { id, madeAt } = alert
        const added = await tx
          .insertInto('alert')
          .values({ id, items: JSON.stringify(items), story: JSON.stringify(alert), made_at: madeAt })
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .executeTakeFirst()
        if (!added) return false
        await writePlaces(tx, { alert: id }, places, madeAt)
        return true
      })
    },

    async get(id: string): Promise<Alert | null> {
      const row = await db.selectFrom('alert').select('story').where('id', '=', id).executeTakeFirst()
      return row ? (JSON.parse(row.story) as Alert) : null
    },

    /** Ids of the items of alerts made since `since` (ms), by alert. */
    async itemsSince(since: number): Promise<{ id: string; items: string[] }[]> {
      const rows = await db
        .selectFrom('alert')
        .select(['id', 'items'])
        .where('made_at', '>=', since)
        .orderBy('made_at')
        .orderBy('id')
        .execute()
      return rows.map(({ id, items }) => ({ id, items: JSON.parse(items) as string[] }))
    },
  }
}
