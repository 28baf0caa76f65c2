import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/** Messages that came back to us and have been dealt with, so that each counts once. */
export function mailReturns(db: Kysely<Schema>) {
  return {
    /** Notes a message by its hash. False when it was noted before. */
    async note(id: string, kind: string, now: number): Promise<boolean> {
      const added = await db
        .insertInto('mail_return')
        .values({ id, kind, read_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst()
      return added !== undefined
    },

    async prune(before: number): Promise<void> {
      await db.deleteFrom('mail_return').where('read_at', '<', before).execute()
    },
  }
}
