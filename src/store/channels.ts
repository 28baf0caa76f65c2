import { type Kysely, sql } from 'kysely'
import type { ChannelKind, ChannelMode, ChannelSubscription, Direction } from '../model/index.ts'
import { statesBefore } from '../model/index.ts'
import type { ChannelSubscriptionTable, Schema } from './schema.ts'

/** What somebody who subscribed a channel is still to be told. */
export type Notice = 'failing' | 'paused'

/** What a channel asked for, without what has become of it. */
export type ChannelWish = Omit<ChannelSubscription, 'failures' | 'lastError' | 'pausedAt'>

/** Discord channels that have subscribed, and the servers the bot has left. */
export function channels(db: Kysely<Schema>) {
  return {
    /** Subscribes a channel, or changes what it gets and ends its pause. True when it was subscribed already. */
    async subscribe(wish: ChannelWish): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        const known = await tx
          .selectFrom('channel_subscription')
          .select('channel')
          .where('channel', '=', wish.channel)
          .executeTakeFirst()
        const row = toRow(wish)
        const { channel: _, ...change } = row
        await tx
          .insertInto('channel_subscription')
          .values(row)
          .onConflict((conflict) => conflict.column('channel').doUpdateSet(change))
          .execute()
        await tx
          .insertInto('guild')
          .values({ id: wish.guild, left_at: null })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ left_at: null }))
          .execute()
        return known !== undefined
      })
    },

    /** False when the channel was not subscribed. */
    async unsubscribe(channel: string): Promise<boolean> {
      const gone = await db
        .deleteFrom('channel_subscription')
        .where('channel', '=', channel)
        .executeTakeFirst()
      return gone.numDeletedRows > 0n
    },

    async get(channel: string): Promise<ChannelSubscription | null> {
      const row = await db
        .selectFrom('channel_subscription')
        .selectAll()
        .where('channel', '=', channel)
        .executeTakeFirst()
      return row ? fromRow(row) : null
    },

    /** Of one server, or of all; in the order in which they were made. */
    async list(guild?: string): Promise<ChannelSubscription[]> {
      let query = db.selectFrom('channel_subscription').selectAll()
      if (guild !== undefined) query = query.where('guild', '=', guild)
      return (await query.orderBy('made_at').orderBy('channel').execute()).map(fromRow)
    },

    /** Those that get posts now: not paused, on a server where the bot is. */
    async active(): Promise<ChannelSubscription[]> {
      const rows = await db
        .selectFrom('channel_subscription')
        .selectAll()
        .where('paused_at', 'is', null)
        .where('guild', 'not in', db.selectFrom('guild').select('id').where('left_at', 'is not', null))
        .orderBy('made_at')
        .orderBy('channel')
        .execute()
      return rows.map(fromRow)
    },

    /**
     * Notes that a post was kept out of a channel. The first failure in a row and the one that pauses the subscription (the
     * `pauseAt`th) are still to be told to its maker. Null when the channel is not subscribed, or paused already.
     */
    async noteFailure(
      channel: string,
      error: string,
      { pauseAt, now }: { pauseAt: number; now: number },
    ): Promise<ChannelSubscription | null> {
      return db.transaction().execute(async (tx) => {
        const row = await tx
          .updateTable('channel_subscription')
          .set({ failures: sql`failures + 1`, last_error: error })
          .where('channel', '=', channel)
          .where('paused_at', 'is', null)
          .returningAll()
          .executeTakeFirst()
        if (!row) return null
        const paused = row.failures >= pauseAt
        if (!paused && row.failures > 1) return fromRow(row)
        const change: Pick<ChannelSubscriptionTable, 'notice' | 'notice_at' | 'paused_at'> = {
          notice: paused ? 'paused' : 'failing',
          notice_at: now,
          paused_at: paused ? now : null,
        }
        await tx.updateTable('channel_subscription').set(change).where('channel', '=', channel).execute()
        return fromRow({ ...row, ...change })
      })
    },

    /** Notes that a step after a post failed, which pauses nothing; its maker is told once. */
    async noteTrouble(channel: string, error: string, now: number): Promise<void> {
      await db
        .updateTable('channel_subscription')
        .set({ last_error: error, notice: 'failing', notice_at: now })
        .where('channel', '=', channel)
        .where('paused_at', 'is', null)
        .where((eb) => eb.or([eb('last_error', 'is', null), eb('last_error', '<>', error)]))
        .execute()
    },

    /** A post arrived: what failed before it counts no more. */
    async noteSuccess(channel: string): Promise<void> {
      await db
        .updateTable('channel_subscription')
        .set({ failures: 0, last_error: null, notice: null })
        .where('channel', '=', channel)
        .where('failures', '>', 0)
        .where('paused_at', 'is', null)
        .execute()
    },

    /** Ends a pause. False when there is none. */
    async resume(channel: string): Promise<boolean> {
      const result = await db
        .updateTable('channel_subscription')
        .set({ failures: 0, last_error: null, paused_at: null, notice: null })
        .where('channel', '=', channel)
        .where('paused_at', 'is not', null)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    /** Subscriptions whose makers are still to be told of a failure or a pause. */
    async noticesDue(now: number): Promise<{ subscription: ChannelSubscription; notice: Notice }[]> {
      const rows = await db
        .selectFrom('channel_subscription')
        .selectAll()
        .where('notice', 'is not', null)
        .where('notice_at', '<=', now)
        .orderBy('channel')
        .execute()
      return rows.map((row) => ({ subscription: fromRow(row), notice: row.notice as Notice }))
    },

    /** The maker could not be told now; not before `at` (ms) again. */
    async noticeLater(channel: string, at: number): Promise<void> {
      await db
        .updateTable('channel_subscription')
        .set({ notice_at: at })
        .where('channel', '=', channel)
        .execute()
    },

    /** The maker was told, or can't be. */
    async noticeTold(channel: string, notice: Notice): Promise<void> {
      await db
        .updateTable('channel_subscription')
        .set({ notice: null })
        .where('channel', '=', channel)
        .where('notice', '=', notice)
        .execute()
    },

    /**
     * The servers the bot is on, all of them: others that have subscriptions count as left from now on, and those that it
     * came back to as never left.
     */
    async guildsPresent(ids: string[], now: number): Promise<void> {
      const here = new Set(ids)
      await db.transaction().execute(async (tx) => {
        const known = await tx.selectFrom('channel_subscription').select('guild').distinct().execute()
        for (const { guild } of known) await setLeft(tx, guild, here.has(guild) ? null : now)
      })
    },

    /** The bot has joined a server (null) or left it (ms). */
    async guildLeft(guild: string, leftAt: number | null): Promise<void> {
      await setLeft(db, guild, leftAt)
    },

    /** Deletes all that belongs to servers left before `before` (ms). Returns how many servers. */
    async forgetGuilds(before: number): Promise<number> {
      return db.transaction().execute(async (tx) => {
        const gone = await tx.selectFrom('guild').select('id').where('left_at', '<', before).execute()
        const ids = gone.map(({ id }) => id)
        if (ids.length === 0) return 0
        const theirs = tx.selectFrom('channel_subscription').select('channel').where('guild', 'in', ids)
        await tx
          .deleteFrom('delivery')
          .where('medium', '=', 'discord')
          .where('target', 'in', theirs)
          .where('state', 'not in', ['sending'])
          .execute()
        await tx.deleteFrom('channel_subscription').where('guild', 'in', ids).execute()
        await tx.deleteFrom('guild').where('id', 'in', ids).execute()
        return ids.length
      })
    },

    /** Posts still due for a channel: those pending or to be tried again. */
    async waitingFor(channel: string): Promise<number> {
      const row = await db
        .selectFrom('delivery')
        .select(sql<number>`cast(count(*) as integer)`.as('n'))
        .where('medium', '=', 'discord')
        .where('target', '=', channel)
        .where('state', 'in', statesBefore('sending'))
        .executeTakeFirstOrThrow()
      return row.n
    },
  }
}

/** The time of leaving stays the first one noted, however often it is noted. */
async function setLeft(db: Kysely<Schema>, id: string, leftAt: number | null): Promise<void> {
  const change =
    leftAt === null ? { left_at: null } : { left_at: sql<number>`coalesce(guild.left_at, ${leftAt})` }
  await db
    .insertInto('guild')
    .values({ id, left_at: leftAt })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(change))
    .execute()
}

function toRow(wish: ChannelWish): ChannelSubscriptionTable {
  return {
    channel: wish.channel,
    guild: wish.guild,
    kind: wish.kind,
    mode: wish.mode,
    ideas: JSON.stringify(wish.ideas),
    directions: JSON.stringify(wish.directions),
    role: wish.role,
    discuss: wish.discuss ? 1 : 0,
    publish: wish.publish ? 1 : 0,
    alerts_a_day: wish.alertsADay,
    made_by: wish.madeBy,
    made_at: wish.madeAt,
    failures: 0,
    last_error: null,
    paused_at: null,
    notice: null,
    notice_at: null,
  }
}

function fromRow(row: ChannelSubscriptionTable): ChannelSubscription {
  return {
    channel: row.channel,
    guild: row.guild,
    kind: row.kind as ChannelKind,
    mode: row.mode as ChannelMode,
    ideas: JSON.parse(row.ideas) as string[],
    directions: JSON.parse(row.directions) as Direction[],
    role: row.role,
    discuss: row.discuss === 1,
    publish: row.publish === 1,
    alertsADay: row.alerts_a_day,
    madeBy: row.made_by,
    madeAt: row.made_at,
    failures: row.failures,
    lastError: row.last_error,
    pausedAt: row.paused_at,
  }
}
