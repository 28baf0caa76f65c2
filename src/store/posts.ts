import { expressionBuilder, type Kysely, sql } from 'kysely'
import { type DeliveryStep, statesBefore } from '../model/index.ts'
import { messageSteps } from './delivery-rows.ts'
import type { Schema } from './schema.ts'

/** Deliveries to Discord's channels, as far as they differ from mails: they can be looked for, followed up and dropped. */
export function posts(db: Kysely<Schema>) {
  return {
    /**
     * Posts that could not be looked for, at the latest before `before` (ms), are tried again: their channel may have
     * become readable. Those lost before `lost` (ms) are left to a person; those to channels whose subscription is paused
     * or whose server the bot has left wait. Returns how many.
     */
    async lookAgain(range: { lost: number; before: number }, now: number): Promise<number> {
      const result = await db
        .updateTable('delivery')
        .set({ state: 'pending', due_at: now, settled_at: null, body_started_at: null })
        .where(({ and }) => and(lookable(range)))
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    },

    /** True when `lookAgain` would find some. */
    async anyToLookFor(range: { lost: number; before: number }): Promise<boolean> {
      const row = await db
        .selectFrom('delivery')
        .select('id')
        .where(({ and }) => and(lookable(range)))
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },

    /** What the other side answered to a message of the same post that has been sent; null when there is none. */
    async receiptOf(delivery: { post: string; target: string; piece: number }): Promise<string | null> {
      const row = await db
        .selectFrom('delivery')
        .select('receipt')
        .where('post', '=', delivery.post)
        .where('medium', '=', 'discord')
        .where('target', '=', delivery.target)
        .where('piece', '=', delivery.piece)
        .where('step', 'in', messageSteps)
        .where('state', '=', 'sent')
        .executeTakeFirst()
      return row?.receipt ?? null
    },

    /** How many steps of a kind were done in a channel since `since` (ms). */
    async countDone(target: string, step: DeliveryStep, since: number): Promise<number> {
      const row = await db
        .selectFrom('delivery')
        .select(sql<number>`cast(count(*) as integer)`.as('n'))
        .where('medium', '=', 'discord')
        .where('target', '=', target)
        .where('step', '=', step)
        .where('state', '=', 'sent')
        .where('settled_at', '>', since)
        .executeTakeFirstOrThrow()
      return row.n
    },

    /** Alerts written down for each channel since `since` (ms), those that came to nothing left out. */
    async alertsSince(since: number): Promise<Map<string, number>> {
      const rows = await db
        .selectFrom('delivery')
        .innerJoin('alert', 'alert.id', 'delivery.alert')
        .select(['delivery.target', sql<number>`cast(count(*) as integer)`.as('n')])
        .where('alert.made_at', '>', since)
        .where('delivery.part', '=', 0)
        .where('delivery.state', 'not in', ['cancelled', 'failed'])
        .groupBy('delivery.target')
        .execute()
      return new Map(rows.map(({ target, n }) => [target, n]))
    },

    /**
     * Cancels what a channel was still to get. Posts that are `unknown` stay so, but nobody looks for them any more. Returns
     * how many are cancelled.
     */
    async cancelFor(target: string, reason: string, now: number): Promise<number> {
      return db.transaction().execute(async (tx) => {
        const theirs = tx.updateTable('delivery').where('medium', '=', 'discord').where('target', '=', target)
        await theirs.set({ uncertain_since: null }).where('state', '=', 'unknown').execute()
        const result = await theirs
          .set({ state: 'cancelled', settled_at: now, error: reason })
          .where('state', 'in', statesBefore('cancelled'))
          .where('state', '<>', 'unknown')
          .executeTakeFirst()
        return Number(result.numUpdatedRows)
      })
    },

    /**
     * Keeps a backlog from flooding channels: posts of a digest that have not begun are cancelled where a newer digest is
     * written down for the same channel, and alerts made before `stale` (ms) everywhere. A digest that may stand there in
     * part, because a try was not answered, has begun. Returns how many.
     */
    async dropBacklog(stale: number, now: number): Promise<number> {
      const older = await waiting(
        now,
        'A newer issue was due for this channel, and a backlog is not posted all at once.',
      )
        // Tried before and now pending: somebody asked for it to be sent again.
        .where((eb) => eb.or([eb('state', '=', 'deferred'), eb('attempts', '=', 0)]))
        .where((eb) =>
          eb.exists(
            eb
              .selectFrom('delivery as newer')
              .select('newer.id')
              .whereRef('newer.target', '=', 'delivery.target')
              .where('newer.medium', '=', 'discord')
              .whereRef('newer.digest', '>', 'delivery.digest'),
          ),
        )
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('delivery as tried')
                .select('tried.id')
                .whereRef('tried.post', '=', 'delivery.post')
                .whereRef('tried.target', '=', 'delivery.target')
                .where('tried.medium', '=', 'discord')
                .where('tried.uncertain_since', 'is not', null),
            ),
          ),
        )
        .executeTakeFirst()
      const late = await waiting(now, 'Too late for an alert.')
        .where('alert', 'in', db.selectFrom('alert').select('alert.id').where('made_at', '<', stale))
        .executeTakeFirst()
      return Number(older.numUpdatedRows) + Number(late.numUpdatedRows)
    },
  }

  function lookable({ lost, before }: { lost: number; before: number }) {
    const eb = expressionBuilder<Schema, 'delivery'>()
    return [
      eb('medium', '=', 'discord'),
      eb('state', '=', 'unknown'),
      eb('uncertain_since', '>', lost),
      eb('settled_at', '<', before),
      eb.not(
        eb.exists(
          eb
            .selectFrom('channel_subscription as c')
            .leftJoin('guild', 'guild.id', 'c.guild')
            .select('c.channel')
            .whereRef('c.channel', '=', 'delivery.target')
            .where((or) => or.or([or('c.paused_at', 'is not', null), or('guild.left_at', 'is not', null)])),
        ),
      ),
    ]
  }

  /** Posts to channels of which nothing has gone out, about to be cancelled. */
  function waiting(now: number, reason: string) {
    return db
      .updateTable('delivery')
      .set({ state: 'cancelled', settled_at: now, error: reason })
      .where('medium', '=', 'discord')
      .where('target', '<>', 'outbox')
      .where('state', 'in', ['pending', 'deferred'])
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('delivery as begun')
              .select('begun.id')
              .whereRef('begun.post', '=', 'delivery.post')
              .whereRef('begun.target', '=', 'delivery.target')
              .where('begun.medium', '=', 'discord')
              .where('begun.state', 'in', ['sent', 'sending', 'unknown']),
          ),
        ),
      )
  }
}
