import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/** Messages that came back to us and have been dealt with, so that each counts once. */
export function mailReturns(db: Kysely<Schema>) {
  return {
    /** True when a message with this hash was noted. */
    async isKnown(id: string): Promise<boolean> {
      const row = await db.selectFrom('mail_return').select('id').where('id', '=', id).executeTakeFirst()
      return row !== undefined
    },

    /** Notes a message by its hash, and what it was. */
    async note(id: string, kind: string, now: number): Promise<void> {
      await db
        .insertInto('mail_return')
        .values({ id, kind, read_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },

    async prune(before: number): Promise<void> {
      await db.deleteFrom('mail_return').where('read_at', '<', before).execute()
    },
  }
}
