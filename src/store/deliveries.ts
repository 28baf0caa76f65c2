import { createHash } from 'node:crypto'
import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import {
  afterCrash,
  type Delivery,
  type DeliveryState,
  type Medium,
  maxAttempts,
  nextTry,
  type Receipt,
  statesBefore,
} from '../model/index.ts'
import type { DeliveryTable, Schema } from './schema.ts'

/** Where one message of a digest is to go. For e-mail the target is the subscriber's id. */
export interface Destination {
  medium: Medium
  target: string
  part: number
}

/** Proof that a delivery is ours: whoever lost it to another process no longer matches. */
export interface Claim {
  id: string
  owner: string
  attempts: number
}

/**
 * The deliveries: a row per message and place, written before anything is sent, claimed before a try and settled after
 * it. Every change names the owner and the try it belongs to, so a process that was paused past its lease can't touch
 * what another has taken over.
 */
export function deliveries(db: Kysely<Schema>, kind: 'sqlite' | 'postgres') {
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
        let written = 0
        for (let i = 0; i < destinations.length; i += 200) {
          const rows = destinations.slice(i, i + 200).map((place) => newRow(digest, place, now))
          const result = await tx
            .insertInto('delivery')
            .values(rows)
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst()
          written += Number(result.numInsertedOrUpdatedRows ?? 0n)
        }
        return written
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
          fromRow({
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
      const result = await ours(claim).set({ body_started_at: now }).executeTakeFirst()
      return result.numUpdatedRows === 1n
    },

    /**
     * Writes down what came of a try. False when the delivery was taken over meanwhile. When a part of a post fails, the
     * parts after it are cancelled.
     */
    async settle(claim: Claim, receipt: Receipt, now: number): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        const change = settled(claim, receipt, now)
        const row = await ours(claim, tx).set(change).returningAll().executeTakeFirst()
        if (row?.state === 'failed') await cancelLaterParts(tx, row, now)
        return row !== undefined
      })
    },

    /** The receiver has left since the audience was frozen. */
    async suppress(claim: Claim, reason: string, now: number): Promise<void> {
      await ours(claim)
        .set({ state: 'suppressed', settled_at: now, error: reason, owner: null, lease_until: null })
        .execute()
    },

    /** Extends the lease of everything `owner` holds. */
    async renew(owner: string, leaseUntil: number): Promise<void> {
      await db
        .updateTable('delivery')
        .set({ lease_until: leaseUntil })
        .where('state', '=', 'sending')
        .where('owner', '=', owner)
        .execute()
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
     * Settles what a dead process left `sending` (its lease ran out): back to `pending` if the body had not begun,
     * `unknown` if it had. Returns the counts.
     */
    async recover(now: number): Promise<{ pending: number; unknown: number }> {
      return db.transaction().execute(async (tx) => {
        let query = tx
          .selectFrom('delivery')
          .select(['id', 'body_started_at'])
          .where('state', '=', 'sending')
          .where('lease_until', '<', now)
        // Unlocked, its late owner could begin the body between this read and the write below, and it would go out twice.
        if (kind === 'postgres') query = query.forUpdate()
        const rows = await query.execute()
        const counts = { pending: 0, unknown: 0 }
        for (const row of rows) {
          const state = afterCrash({ bodyStartedAt: row.body_started_at })
          counts[state] += 1
          await tx
            .updateTable('delivery')
            .set({
              state,
              owner: null,
              lease_until: null,
              settled_at: state === 'unknown' ? now : null,
              error: state === 'unknown' ? 'The process ended after the message had begun to go out.' : null,
            })
            .where('id', '=', row.id)
            .execute()
        }
        return counts
      })
    },

    /** What became of a delivery whose outcome was unknown, after somebody looked. */
    async resolveUnknown(id: string, found: 'sent' | 'pending' | 'cancelled', receipt: string, now: number) {
      await db.transaction().execute(async (tx) => {
        const row = await tx
          .updateTable('delivery')
          .set(
            found === 'pending'
              ? { state: 'pending', due_at: now, error: null, settled_at: null, body_started_at: null }
              : { state: found, settled_at: now, receipt, error: null },
          )
          .where('id', '=', id)
          .where('state', '=', 'unknown')
          .returningAll()
          .executeTakeFirst()
        if (row?.state === 'cancelled') await cancelLaterParts(tx, row, now)
      })
    },

    /** By a person's word: everything `unknown` of this digest and medium goes out again. Returns how many. */
    async resendUnknown(digest: number, medium: Medium, now: number): Promise<number> {
      const result = await db
        .updateTable('delivery')
        .set({ state: 'pending', due_at: now, error: null, settled_at: null, body_started_at: null })
        .where('digest', '=', digest)
        .where('medium', '=', medium)
        .where('state', '=', 'unknown')
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    },

    async list(filter: { digest?: number; state?: DeliveryState; medium?: Medium; limit?: number }) {
      let query = db.selectFrom('delivery').selectAll()
      if (filter.digest !== undefined) query = query.where('digest', '=', filter.digest)
      if (filter.state !== undefined) query = query.where('state', '=', filter.state)
      if (filter.medium !== undefined) query = query.where('medium', '=', filter.medium)
      const rows = await query
        .orderBy('digest')
        .orderBy('medium')
        .orderBy('target')
        .orderBy('part')
        .limit(filter.limit ?? 100_000)
        .execute()
      return rows.map(fromRow)
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
      .whereRef('before.digest', '=', 'd.digest')
      .whereRef('before.medium', '=', 'd.medium')
      .whereRef('before.target', '=', 'd.target')
      .whereRef('before.part', '<', 'd.part')
      .where('before.state', '<>', 'sent')
    return eb.and([
      eb('d.state', 'in', statesBefore('sending')),
      eb('d.due_at', '<=', now),
      eb.not(eb.exists(earlier)),
    ])
  }

  function ours(claim: Claim, on: Kysely<Schema> = db) {
    return on
      .updateTable('delivery')
      .where('id', '=', claim.id)
      .where('state', '=', 'sending')
      .where('owner', '=', claim.owner)
      .where('attempts', '=', claim.attempts)
  }
}

/** The rest of a post whose beginning will never arrive must not wait for it for ever. */
async function cancelLaterParts(tx: Kysely<Schema>, lost: DeliveryTable, now: number): Promise<void> {
  await tx
    .updateTable('delivery')
    .set({
      state: 'cancelled',
      settled_at: now,
      error: `Part ${lost.part + 1} of the post was not delivered.`,
    })
    .where('digest', '=', lost.digest)
    .where('medium', '=', lost.medium)
    .where('target', '=', lost.target)
    .where('part', '>', lost.part)
    .where('state', 'in', statesBefore('cancelled'))
    .execute()
}

/** The id of a delivery: made of its digest and place, so that the Message-ID and nonce made of it never change. */
export function deliveryId(digest: number, place: Destination): string {
  return createHash('sha256')
    .update(`${digest}\n${place.medium}\n${place.target}\n${place.part}`)
    .digest('hex')
    .slice(0, 24)
}

function newRow(digest: number, place: Destination, now: number): DeliveryTable {
  return {
    id: deliveryId(digest, place),
    digest,
    ...place,
    state: 'pending',
    attempts: 0,
    due_at: now,
    owner: null,
    lease_until: null,
    body_started_at: null,
    settled_at: null,
    receipt: null,
    error: null,
  }
}

function settled(claim: Claim, receipt: Receipt, now: number): Partial<DeliveryTable> {
  const free = { owner: null, lease_until: null }
  if (receipt.outcome === 'sent') {
    return { ...free, state: 'sent', settled_at: now, receipt: receipt.receipt, error: null }
  }
  if (receipt.outcome === 'deferred' && claim.attempts < maxAttempts) {
    const due = nextTry(now, claim.attempts, receipt.retryAfterMs)
    return { ...free, state: 'deferred', due_at: due, body_started_at: null, error: receipt.error }
  }
  const state = receipt.outcome === 'unknown' ? 'unknown' : 'failed'
  return { ...free, state, settled_at: now, error: receipt.error }
}

function fromRow(row: DeliveryTable): Delivery {
  return {
    id: row.id,
    digest: row.digest,
    medium: row.medium as Medium,
    target: row.target,
    part: row.part,
    state: row.state as DeliveryState,
    attempts: row.attempts,
    dueAt: row.due_at,
    owner: row.owner,
    leaseUntil: row.lease_until,
    bodyStartedAt: row.body_started_at,
    settledAt: row.settled_at,
    receipt: row.receipt,
    error: row.error,
  }
}
