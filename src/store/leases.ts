import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/**
 * What only one process may hold at a time, such as the connection to Discord's gateway; and, under a name of its own, that a
 * process lives. Times in ms since the epoch.
 */
export function leases(db: Kysely<Schema>) {
  return {
    /**
     * Takes the lease `name` for `owner` until `until`, or prolongs it. False while another owner's has not run out at
     * `now`. The clocks of the machines have to agree to well below the time a lease lasts.
     */
    async take(name: string, { owner, now, until }: { owner: string; now: number; until: number }) {
      const row = await db
        .insertInto('lease')
        .values({ name, owner, until })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ owner, until })
            .where((eb) => eb.or([eb('lease.owner', '=', owner), eb('lease.until', '<', now)])),
        )
        .returning('owner')
        .executeTakeFirst()
      return row?.owner === owner
    },

    /** Gives it back, so that nobody has to wait for it to run out. */
    async release(name: string, owner: string): Promise<void> {
      await db.deleteFrom('lease').where('name', '=', name).where('owner', '=', owner).execute()
    },

    /** Deletes those that ran out before `before` (ms), which counts for nobody any more. */
    async prune(before: number): Promise<void> {
      await db.deleteFrom('lease').where('until', '<', before).execute()
    },

    /** Who holds it at `now`; null when nobody does. */
    async holder(name: string, now: number): Promise<string | null> {
      const row = await db
        .selectFrom('lease')
        .select('owner')
        .where('name', '=', name)
        .where('until', '>=', now)
        .executeTakeFirst()
      return row?.owner ?? null
    },
  }
}
