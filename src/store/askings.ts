import { type Kysely, sql } from 'kysely'
import type { Schema } from './schema.ts'

/**
 * Who asked for something lately: keyed hashes of addresses and networks with their times (table `sign_up`), so that none
 * asks too often. All of it inside the transaction `tx` that does what is asked for.
 */
export function askings(tx: Kysely<Schema>, kind: 'sqlite' | 'postgres') {
  return {
    /** Makes those who ask for the same wait for one another, or all of them would find that there is room. */
    async inLine(keys: readonly string[]): Promise<void> {
      if (kind === 'sqlite') return
      for (const key of keys.toSorted())
        await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(tx)
    },

    /** How often that was after `from` (ms). */
    async since(key: string, from: number): Promise<number> {
      const { n } = await tx
        .selectFrom('sign_up')
        .select(sql<number>`cast(count(*) as integer)`.as('n'))
        .where('key', '=', key)
        .where('at', '>', from)
        .executeTakeFirstOrThrow()
      return n
    },

    async note(key: string, now: number): Promise<void> {
      await tx.insertInto('sign_up').values({ key, at: now }).execute()
    },
  }
}
