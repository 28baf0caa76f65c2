import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import {
  afterCrash,
  type Delivery,
  type DeliveryState,
  type Medium,
  type Receipt,
  statesBefore,
} from '../model/index.ts'
import { type Destination, deliveryFromRow, messageSteps, writePlaces } from './delivery-rows.ts'
import { type Claim, deliveryTries } from './delivery-tries.ts'
import type { DeliveryTable, Schema } from './schema.ts'

/**
 * The deliveries: a row per message and place, written before anything is sent, claimed before a try and settled after
 * it. Every change names the owner and the try it belongs to, so a process that was paused past its lease can't touch
 * what another has taken over.
 */
export function deliveries(db: Kysely<Schema>, kind: 'sqlite' | 'postgres') {
  const { bodiesStart, mailsBegunSince, settleAll } = deliveryTries(db, kind)
  return {
    /** Writes down a digest's audience, once: a second call adds nobody. Returns how many rows were written. */
    async prepare(digest: number, destinations: Destination[], now: number): Promise<number> {
      return db.transaction().execute(async (tx) => {
        const first = await tx
          .updateTable('digest')
          .set({ audience_at: now })
          .where('number', '=', digest)
          .where('audience_at', 'is', null)
          .executeTakeFirst()
        if (first.numUpdatedRows === 0n) return 0
        return writePlaces(tx, { digest }, destinations, now)
      })
    },

    /**
     * Takes up to `limit` deliveries that are due, for `owner` until `now + leaseMs`. A part of a post waits until the
     * parts before it are sent.
     */
    async claim(options: { medium: Medium; owner: string; now: number; leaseMs: number; limit: number }) {
      return db.transaction().execute(async (tx) => {
        let query = tx
          .selectFrom('delivery as d')
          .selectAll('d')
          .where('d.medium', '=', options.medium)
          .where((eb) => isDue(eb, options.now))
          // Who has just subscribed waits for the confirmation, and must not wait for a whole mailing.
          .orderBy((eb) => eb.case().when('d.digest', 'is', null).then(0).else(1).end())
          .orderBy('d.due_at')
          .orderBy('d.id')
          .limit(options.limit)
        if (kind === 'postgres') query = query.forUpdate().skipLocked()
        const rows = await query.execute()
        if (rows.length === 0) return []
        const leaseUntil = options.now + options.leaseMs
        await tx
          .updateTable('delivery')
          .set((eb) => ({
            state: 'sending',
            owner: options.owner,
            lease_until: leaseUntil,
            body_started_at: null,
            attempts: eb('attempts', '+', 1),
          }))
          .where(
            'id',
            'in',
            rows.map((row) => row.id),
          )
          .execute()
        return rows.map((row) =>
          deliveryFromRow({
            ...row,
            state: 'sending',
            owner: options.owner,
            lease_until: leaseUntil,
            body_started_at: null,
            attempts: row.attempts + 1,
          }),
        )
      })
    },

    /** Notes that the body is about to go out. False when the delivery is no longer ours: then it must not go out. */
    async bodyStarts(claim: Claim, now: number): Promise<boolean> {
      return (await bodiesStart([claim], now)).has(claim.id)
    },

    bodiesStart,

    /**
     * Writes down what came of a try. False when the delivery was taken over meanwhile. When a part of a post fails, the
     * parts after it are cancelled.
     */
    async settle(claim: Claim, receipt: Receipt, now: number): Promise<boolean> {
      return (await settleAll([{ claim, receipt }], now)).has(claim.id)
    },

    settleAll,

    mailsBegunSince,

    /** Gives a claim back until `dueAt` (ms), as if it had not been tried. */
    async putOff(claim: Claim, dueAt: number): Promise<void> {
      await ours(claim)
        .set((eb) => ({
          state: 'pending',
          owner: null,
          lease_until: null,
          due_at: dueAt,
          attempts: eb('attempts', '-', 1),
        }))
        .where('body_started_at', 'is', null)
        .execute()
    },

    /** Cancels what of a digest has not gone out. Returns how many. */
    async cancelDigest(digest: number, reason: string, now: number): Promise<number> {
      const result = await db
        .updateTable('delivery')
        .set({ state: 'cancelled', settled_at: now, error: reason })
        .where('digest', '=', digest)
        .where('state', 'in', ['pending', 'deferred'])
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    },

    /** The receiver has left since the audience was frozen. */
    async suppress(claim: Claim, reason: string, now: number): Promise<void> {
      await ours(claim)
        .set({ state: 'suppressed', settled_at: now, error: reason, owner: null, lease_until: null })
        .execute()
    },

    /** Extends the lease of everything `owner` holds. */
    async renew(owner: string, leaseUntil: number): Promise<void> {
      let held = db
        .selectFrom('delivery')
        .select('id')
        .where('state', '=', 'sending')
        .where('owner', '=', owner)
      // What is just being begun or settled is left for the next time: waiting for rows in another order than those who
      // settle them lock them would be a deadlock, of which PostgreSQL ends one side.
      if (kind === 'postgres') held = held.forUpdate().skipLocked()
      await db.updateTable('delivery').set({ lease_until: leaseUntil }).where('id', 'in', held).execute()
    },

    /** Gives back what `owner` claimed and had not begun to send; on the way out. */
    async giveBack(owner: string): Promise<void> {
      await db
        .updateTable('delivery')
        .set({ state: 'pending', owner: null, lease_until: null })
        .where('state', '=', 'sending')
        .where('owner', '=', owner)
        .where('body_started_at', 'is', null)
        .execute()
    },

    /**
     * Settles what a dead process left `sending` (its lease ran out): back to `pending` if the body had not begun or if
     * it is a post, which can be looked for; else `unknown`. Returns the counts.
     */
    async recover(now: number): Promise<{ pending: number; unknown: number }> {
      return db.transaction().execute(async (tx) => {
        let query = tx
          .selectFrom('delivery')
          .select(['id', 'medium', 'body_started_at'])
          .where('state', '=', 'sending')
          .where('lease_until', '<', now)
          .orderBy('id')
        // Unlocked, its late owner could begin the body between this read and the write below, and it would go out twice.
        if (kind === 'postgres') query = query.forUpdate()
        const rows = await query.execute()
        const counts = { pending: 0, unknown: 0 }
        for (const row of rows) {
          const state = afterCrash({ medium: row.medium as Medium, bodyStartedAt: row.body_started_at })
          counts[state] += 1
          await tx
            .updateTable('delivery')
            .set({
              state,
              owner: null,
              lease_until: null,
              uncertain_since:
                state === 'unknown' ? null : sql<number | null>`coalesce(uncertain_since, body_started_at)`,
              settled_at: state === 'unknown' ? now : null,
              error: state === 'unknown' ? 'The process ended after the message had begun to go out.' : null,
            })
            .where('id', '=', row.id)
            .execute()
        }
        return counts
      })
    },

    /** By a person's word: everything `unknown` of this digest and medium goes out again. Returns how many. */
    async resendUnknown(digest: number, medium: Medium, now: number): Promise<number> {
      const result = await db
        .updateTable('delivery')
        .set({
          state: 'pending',
          due_at: now,
          error: null,
          settled_at: null,
          body_started_at: null,
          uncertain_since: null,
        })
        .where('digest', '=', digest)
        .where('medium', '=', medium)
        .where('state', '=', 'unknown')
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    },

    async get(id: string): Promise<Delivery | null> {
      const row = await db.selectFrom('delivery').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? deliveryFromRow(row) : null
    },

    async list(filter: {
      digest?: number
      state?: DeliveryState
      medium?: Medium
      target?: string
      limit?: number
    }) {
      let query = db.selectFrom('delivery').selectAll()
      if (filter.digest !== undefined) query = query.where('digest', '=', filter.digest)
      if (filter.state !== undefined) query = query.where('state', '=', filter.state)
      if (filter.medium !== undefined) query = query.where('medium', '=', filter.medium)
      if (filter.target !== undefined) query = query.where('target', '=', filter.target)
      const rows = await query
        .orderBy('digest', (order) => order.asc().nullsLast())
        .orderBy('post')
        .orderBy('medium')
        .orderBy('target')
        .orderBy('part')
        .limit(filter.limit ?? 100_000)
        .execute()
      return rows.map(deliveryFromRow)
    },

    /** How many messages are due by now. */
    async countDue(now: number): Promise<number> {
      const row = await db
        .selectFrom('delivery as d')
        .select(sql<number>`cast(count(*) as integer)`.as('n'))
        .where((eb) => isDue(eb, now))
        .executeTakeFirstOrThrow()
      return row.n
    },

    /** True when a message is due, or a claim's process is gone. */
    async anyDue(now: number): Promise<boolean> {
      const row = await db
        .selectFrom('delivery as d')
        .select('d.id')
        .where((eb) =>
          eb.or([isDue(eb, now), eb.and([eb('d.state', '=', 'sending'), eb('d.lease_until', '<', now)])]),
        )
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },

    /** How many of a digest's deliveries are in each state, by medium. */
    async counts(digest?: number): Promise<{ medium: Medium; state: DeliveryState; n: number }[]> {
      let query = db
        .selectFrom('delivery')
        .select(['medium', 'state', sql<number>`cast(count(*) as integer)`.as('n')])
        .groupBy(['medium', 'state'])
        .orderBy('medium')
        .orderBy('state')
      if (digest !== undefined) query = query.where('digest', '=', digest)
      return (await query.execute()) as { medium: Medium; state: DeliveryState; n: number }[]
    },
  }

  /** Due, and no earlier part of the same post is still to be sent. */
  function isDue(eb: ExpressionBuilder<Schema & { d: DeliveryTable }, 'd'>, now: number) {
    const earlier = eb
      .selectFrom('delivery as before')
      .select('before.id')
      .whereRef('before.post', '=', 'd.post')
      .whereRef('before.medium', '=', 'd.medium')
      .whereRef('before.target', '=', 'd.target')
      .whereRef('before.part', '<', 'd.part')
      .where('before.step', 'in', messageSteps)
      .where('before.state', '<>', 'sent')
    return eb.and([
      eb('d.state', 'in', statesBefore('sending')),
      eb('d.due_at', '<=', now),
      eb.not(eb.exists(earlier)),
      eb.not(
        eb.exists(
          eb
            .selectFrom('digest')
            .select('digest.number')
            .whereRef('digest.number', '=', 'd.digest')
            .where('digest.paused', 'is not', null),
        ),
      ),
    ])
  }

  function ours(claim: Claim) {
    return db
      .updateTable('delivery')
      .where('id', '=', claim.id)
      .where('state', '=', 'sending')
      .where('owner', '=', claim.owner)
      .where('attempts', '=', claim.attempts)
  }
}
