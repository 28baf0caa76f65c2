import { randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import {
  type Direction,
  type LeftReason,
  normalEmail,
  reasonsToComeBackFrom,
  type StoryChoice,
  type Subscriber,
  statesBefore,
} from '../model/index.ts'
import type { Schema } from './schema.ts'

/** E-mail subscribers and the addresses that must not be written to. */
export function subscribers(db: Kysely<Schema>) {
  return {
    /**
     * Adds an address, or confirms or brings back one that is known. `confirmed` says that consent is on record: only
     * that lets a known address in again. Null when it is no e-mail address.
     */
    async add(email: string, options: { confirmed: boolean; now: number }) {
      const key = normalEmail(email)
      if (key === null) return null
      return db.transaction().execute(async (tx) => {
        const added = await tx
          .insertInto('subscriber')
          .values({
            id: randomUUID(),
            email: email.trim(),
            email_key: key,
            confirmed_at: options.confirmed ? options.now : null,
            unsubscribed_at: null,
            created_at: options.now,
            ideas: '[]',
            directions: '[]',
            left_reason: null,
            opt_in: null,
            opt_in_at: null,
            opt_in_choice: null,
            soft_bounces: 0,
            bounced_at: null,
          })
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .executeTakeFirst()
        if (added) return { subscriber: subscriberFromRow(added), change: 'added' as const }
        const known = await tx
          .selectFrom('subscriber')
          .selectAll()
          .where('email_key', '=', key)
          .executeTakeFirstOrThrow()
        const active = known.confirmed_at !== null && known.unsubscribed_at === null
        if (!options.confirmed || active)
          return { subscriber: subscriberFromRow(known), change: 'none' as const }
        const change = {
          confirmed_at: options.now,
          unsubscribed_at: null,
          left_reason: null,
          soft_bounces: 0,
          bounced_at: null,
        }
        const row = { ...known, ...change }
        await tx.updateTable('subscriber').set(change).where('id', '=', known.id).execute()
        return { subscriber: subscriberFromRow(row), change: 'confirmed' as const }
      })
    },

    async find(email: string): Promise<Subscriber | null> {
      const key = normalEmail(email)
      if (key === null) return null
      const row = await db
        .selectFrom('subscriber')
        .selectAll()
        .where('email_key', '=', key)
        .executeTakeFirst()
      return row ? subscriberFromRow(row) : null
    },

    async get(id: string): Promise<Subscriber | null> {
      const row = await db.selectFrom('subscriber').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? subscriberFromRow(row) : null
    },

    async list(): Promise<Subscriber[]> {
      const rows = await db.selectFrom('subscriber').selectAll().orderBy('created_at').orderBy('id').execute()
      return rows.map(subscriberFromRow)
    },

    /** Those who get the digest: confirmed and not gone. */
    async audience(): Promise<Subscriber[]> {
      const rows = await db
        .selectFrom('subscriber')
        .selectAll()
        .where('confirmed_at', 'is not', null)
        .where('unsubscribed_at', 'is', null)
        .orderBy('id')
        .execute()
      return rows.map(subscriberFromRow)
    },

    /**
     * Ends a subscription; the row stays so that the address is not added again by mistake. False when it had ended; a
     * complaint is kept as the reason all the same.
     */
    async unsubscribe(id: string, reason: LeftReason, now: number): Promise<boolean> {
      if (reason === 'complained') {
        await db
          .updateTable('subscriber')
          .set({ left_reason: reason, opt_in: null, opt_in_at: null, opt_in_choice: null })
          .where('id', '=', id)
          .where('unsubscribed_at', 'is not', null)
          .execute()
      }
      const result = await db
        .updateTable('subscriber')
        .set({
          unsubscribed_at: now,
          left_reason: reason,
          opt_in: null,
          opt_in_at: null,
          opt_in_choice: null,
        })
        .where('id', '=', id)
        .where('unsubscribed_at', 'is', null)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    /**
     * Brings back somebody who left of their own will, with what they want to read of; their consent dates from now.
     * `hash` is that of their address, as `forget` keeps it. False, and nothing changes, for all others.
     */
    async comeBack(id: string, hash: string, choice: StoryChoice, now: number): Promise<boolean> {
      const result = await db
        .updateTable('subscriber')
        .set(consented(choice, now))
        .where('id', '=', id)
        .where('confirmed_at', 'is not', null)
        .where('unsubscribed_at', 'is not', null)
        .where('left_reason', 'in', reasonsToComeBackFrom)
        .where((eb) =>
          eb.not(eb.exists(eb.selectFrom('suppression').select('reason').where('email_hash', '=', hash))),
        )
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    /** Those who left before `before` (ms). */
    async leftBefore(before: number): Promise<Subscriber[]> {
      const rows = await db
        .selectFrom('subscriber')
        .selectAll()
        .where('unsubscribed_at', '<', before)
        .orderBy('id')
        .limit(1000)
        .execute()
      return rows.map(subscriberFromRow)
    },

    /** Changes what a subscriber reads of. */
    async choose(id: string, { ideas, directions }: StoryChoice): Promise<void> {
      await db
        .updateTable('subscriber')
        .set({ ideas: JSON.stringify(ideas), directions: JSON.stringify(directions) })
        .where('id', '=', id)
        .execute()
    },

    /** Those with these ids, in no particular order. */
    async byIds(ids: string[]): Promise<Subscriber[]> {
      if (ids.length === 0) return []
      return (await db.selectFrom('subscriber').selectAll().where('id', 'in', ids).execute()).map(
        subscriberFromRow,
      )
    },

    /**
     * A mail to a subscriber came back. A bounce that does not pass ends the subscription; so do `stopAt` of the others
     * in a row, those before `since` (ms) forgotten. True when it ended now.
     */
    async bounced(
      id: string,
      bounce: { permanent: boolean; stopAt: number; since: number; now: number },
    ): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        const row = await tx
          .updateTable('subscriber')
          .set({
            soft_bounces: sql<number>`case when bounced_at > ${bounce.since} then soft_bounces + 1 else 1 end`,
            bounced_at: bounce.now,
          })
          .where('id', '=', id)
          .where('unsubscribed_at', 'is', null)
          .returning('soft_bounces')
          .executeTakeFirst()
        if (!row || !(bounce.permanent || row.soft_bounces >= bounce.stopAt)) return false
        await tx
          .updateTable('subscriber')
          .set({ unsubscribed_at: bounce.now, left_reason: 'bounced' })
          .where('id', '=', id)
          .execute()
        return true
      })
    },

    /**
     * Deletes everything that holds the address: the subscriber, and what servers answered to past deliveries, which
     * keep their outcome under an id that leads nowhere. Only `hash` stays. False when the address is not known.
     */
    async forget(email: string, hash: string, now: number): Promise<boolean> {
      const key = normalEmail(email)
      if (key === null) return false
      return db.transaction().execute(async (tx) => {
        const known = await tx
          .selectFrom('subscriber')
          .selectAll()
          .where('email_key', '=', key)
          .executeTakeFirst()
        if (!known) return false
        await tx
          .updateTable('delivery')
          .set({ state: 'cancelled', settled_at: now })
          .where('medium', '=', 'email')
          .where('target', '=', known.id)
          .where('state', 'in', statesBefore('cancelled'))
          .execute()
        // Claimed, but with nothing of it on its way: it must not begin now.
        await tx
          .updateTable('delivery')
          .set({ state: 'suppressed', settled_at: now, owner: null, lease_until: null })
          .where('medium', '=', 'email')
          .where('target', '=', known.id)
          .where('state', '=', 'sending')
          .where('body_started_at', 'is', null)
          .execute()
        await tx
          .updateTable('delivery')
          .set({ receipt: null, error: null })
          .where('medium', '=', 'email')
          .where('target', '=', known.id)
          .execute()
        await tx.deleteFrom('subscriber').where('id', '=', known.id).execute()
        await tx
          .insertInto('suppression')
          .values({ email_hash: hash, reason: known.left_reason ?? 'forgotten', created_at: now })
          .onConflict((conflict) => conflict.doNothing())
          .execute()
        return true
      })
    },

    async isSuppressed(hash: string): Promise<boolean> {
      const row = await db
        .selectFrom('suppression')
        .select('reason')
        .where('email_hash', '=', hash)
        .executeTakeFirst()
      return row !== undefined
    },

    /** Lifts a suppression; only when its owner opts in anew. */
    async unsuppress(hash: string): Promise<void> {
      await db.deleteFrom('suppression').where('email_hash', '=', hash).execute()
    },

    /** How many are written to no more, by how it came; those forgotten since included. */
    async leftByReason(): Promise<{ reason: string; n: number }[]> {
      const n = sql<number>`cast(count(*) as integer)`.as('n')
      const here = await db
        .selectFrom('subscriber')
        .select([sql<string>`coalesce(left_reason, 'unknown')`.as('reason'), n])
        .where('unsubscribed_at', 'is not', null)
        .groupBy('left_reason')
        .execute()
      const gone = await db.selectFrom('suppression').select(['reason', n]).groupBy('reason').execute()
      const sums = new Map<string, number>()
      for (const { reason, n } of [...here, ...gone]) sums.set(reason, (sums.get(reason) ?? 0) + n)
      return [...sums].sort().map(([reason, n]) => ({ reason, n }))
    },

    async count(): Promise<{ confirmed: number; unconfirmed: number; gone: number }> {
      const row = await db
        .selectFrom('subscriber')
        .select([
          sql<number>`cast(count(case when unsubscribed_at is null and confirmed_at is not null then 1 end) as integer)`.as(
            'confirmed',
          ),
          sql<number>`cast(count(case when unsubscribed_at is null and confirmed_at is null then 1 end) as integer)`.as(
            'unconfirmed',
          ),
          sql<number>`cast(count(case when unsubscribed_at is not null then 1 end) as integer)`.as('gone'),
        ])
        .executeTakeFirstOrThrow()
      return row
    },
  }
}

/** What changes in the row of somebody whose own consent comes in: they read of `choice` from `now` on (ms), whatever was before. */
export function consented({ ideas, directions }: StoryChoice, now: number) {
  return {
    confirmed_at: now,
    unsubscribed_at: null,
    left_reason: null,
    soft_bounces: 0,
    bounced_at: null,
    ideas: JSON.stringify(ideas),
    directions: JSON.stringify(directions),
  }
}

/** A subscriber as its row holds it. */
export function subscriberFromRow(row: Schema['subscriber']): Subscriber {
  return {
    id: row.id,
    email: row.email,
    confirmedAt: row.confirmed_at,
    unsubscribedAt: row.unsubscribed_at,
    leftReason: row.left_reason as LeftReason | null,
    ideas: JSON.parse(row.ideas) as string[],
    directions: JSON.parse(row.directions) as Direction[],
    createdAt: row.created_at,
  }
}
