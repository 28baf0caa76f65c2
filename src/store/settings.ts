import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/** What an installation keeps about itself: its secret or the fingerprint of it, when it was first started. */
export function settings(db: Kysely<Schema>) {
  return {
    /** The value under `name`; null when there is none. */
    async get(name: string): Promise<string | null> {
      const row = await db.selectFrom('setting').select('value').where('name', '=', name).executeTakeFirst()
      return row?.value ?? null
    },

    /** The value under `name`; made by `make` and kept if there is none yet. Processes that start together agree. */
    async getOrSet(name: string, make: () => string): Promise<string> {
      await db
        .insertInto('setting')
        .values({ name, value: make() })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const row = await db
        .selectFrom('setting')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
      return row.value
    },

    /** Keeps `value` under `name`; gives what was there before, null when nothing was. */
    async replace(name: string, value: string): Promise<string | null> {
      return db.transaction().execute(async (tx) => {
        const before = await tx
          .selectFrom('setting')
          .select('value')
          .where('name', '=', name)
          .executeTakeFirst()
        await tx
          .insertInto('setting')
          .values({ name, value })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
          .execute()
        return before?.value ?? null
      })
    },
  }
}
