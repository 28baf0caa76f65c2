import { randomBytes, randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { normalEmail, type StoryChoice, type Subscriber } from '../model/index.ts'
import { askings } from './askings.ts'
import { writePlaces } from './delivery-rows.ts'
import type { Schema } from './schema.ts'
import { consented, subscriberFromRow } from './subscribers.ts'

/** A wish to subscribe, as the form gives it. Hashes are keyed, so that they say nothing by themselves. */
export interface SignUp extends StoryChoice {
  email: string
  /** Of the address, and of the network it came from; null where that is not known. */
  addressKey: string
  networkKey: string | null
  /** Of the address, as `subscribers.forget` keeps it. */
  suppressionHash: string
}

/** How often confirmations may be asked for. */
export interface SignUpLimits {
  /** For one address: once in so long (ms). */
  addressEvery: number
  /** From one network: so many in so long (ms). */
  network: { most: number; within: number }
}

/** What came of a wish to subscribe. */
export type SignUpOutcome =
  | 'mailed'
  /** It is written to no more, or it was too soon: nothing goes out. */
  | 'quiet'
  /** Too many from that network. */
  | 'too-many'
  | 'no-address'

/** Wishes to subscribe, and their confirmation by a link (double opt-in). */
export function signUps(db: Kysely<Schema>, kind: 'sqlite' | 'postgres') {
  return {
    /**
     * Notes a wish and writes down the mail that confirms it (or, for a reader, that leads to the preferences); at most
     * as often as the limits say, in one transaction. Nothing changes for a known address before it is confirmed.
     */
    async ask(wish: SignUp, limits: SignUpLimits, now: number): Promise<SignUpOutcome> {
      const key = normalEmail(wish.email)
      if (key === null) return 'no-address'
      return db.transaction().execute(async (tx) => {
        const asked = askings(tx, kind)
        const { addressKey, networkKey } = wish
        await asked.inLine(networkKey === null ? [addressKey] : [addressKey, networkKey])
        if (networkKey !== null) {
          if ((await asked.since(networkKey, now - limits.network.within)) >= limits.network.most)
            return 'too-many'
          await asked.note(networkKey, now)
        }
        if ((await asked.since(addressKey, now - limits.addressEvery)) > 0) return 'quiet'
        await asked.note(addressKey, now)
        const optIn = randomBytes(18).toString('base64url')
        const choice = JSON.stringify({ ideas: wish.ideas, directions: wish.directions })
        const change = { opt_in: optIn, opt_in_at: now, opt_in_choice: choice }
        const known = await tx
          .selectFrom('subscriber')
          .select(['id', 'left_reason'])
          .where('email_key', '=', key)
          .executeTakeFirst()
        // Who complained of us is not asked whether they want more, nor once the address is forgotten.
        if (known?.left_reason === 'complained') return 'quiet'
        const complained = await tx
          .selectFrom('suppression')
          .select('reason')
          .where('email_hash', '=', wish.suppressionHash)
          .where('reason', '=', 'complained')
          .executeTakeFirst()
        if (complained) return 'quiet'
        const id = known?.id ?? randomUUID()
        if (known) await tx.updateTable('subscriber').set(change).where('id', '=', id).execute()
        else {
          await tx
            .insertInto('subscriber')
            .values({
              id,
              email: wish.email.trim(),
              email_key: key,
              confirmed_at: null,
              unsubscribed_at: null,
              created_at: now,
              ideas: '[]',
              directions: '[]',
              left_reason: null,
              soft_bounces: 0,
              bounced_at: null,
              ...change,
            })
            .execute()
        }
        await writePlaces(tx, { confirmation: optIn }, [{ medium: 'email', target: id, part: 0 }], now)
        return 'mailed'
      })
    },

    /** Who asked for the confirmation with this secret, since `since` (ms), and what they chose. */
    async find(
      optIn: string,
      since: number,
    ): Promise<{ subscriber: Subscriber; choice: StoryChoice; confirmed: boolean } | null> {
      const row = await db
        .selectFrom('subscriber')
        .selectAll()
        .where('opt_in', '=', optIn)
        .where('opt_in_at', '>', since)
        .executeTakeFirst()
      if (!row) return null
      const choice = JSON.parse(row.opt_in_choice ?? '{"ideas":[],"directions":[]}') as StoryChoice
      const confirmed = row.unsubscribed_at === null && (row.confirmed_at ?? 0) >= (row.opt_in_at ?? 0)
      return { subscriber: subscriberFromRow(row), choice, confirmed }
    },

    /**
     * Confirms: the address gets the digest from now on, of what was chosen, and its suppression is lifted. A second time
     * changes nothing. Null when there is no such wish (any more).
     */
    async confirm(
      optIn: string,
      suppressionHash: (email: string) => string,
      { since, now }: { since: number; now: number },
    ): Promise<Subscriber | null> {
      const found = await this.find(optIn, since)
      if (!found) return null
      const { subscriber, choice, confirmed } = found
      if (confirmed) return subscriber
      // A reader who only typed an address keeps what was chosen before.
      const reading = subscriber.confirmedAt !== null && subscriber.unsubscribedAt === null
      const chosen = choice.ideas.length > 0 || choice.directions.length > 0
      const { ideas, directions } = reading && !chosen ? subscriber : choice
      return db.transaction().execute(async (tx) => {
        const row = await tx
          .updateTable('subscriber')
          .set(consented({ ideas, directions }, now))
          .where('id', '=', subscriber.id)
          .where('opt_in', '=', optIn)
          .returningAll()
          .executeTakeFirst()
        if (!row) return null
        await tx
          .deleteFrom('suppression')
          .where('email_hash', '=', suppressionHash(subscriber.email))
          .execute()
        return subscriberFromRow(row)
      })
    },

    /** Deletes wishes of before `before` (ms): addresses never confirmed, and the hashes by which askers are counted. */
    async prune(before: number): Promise<number> {
      return db.transaction().execute(async (tx) => {
        await tx.deleteFrom('sign_up').where('at', '<', before).execute()
        const old = tx
          .selectFrom('subscriber')
          .select('id')
          .where('confirmed_at', 'is', null)
          .where(sql<number>`coalesce(opt_in_at, created_at)`, '<', before)
        await tx.deleteFrom('delivery').where('medium', '=', 'email').where('target', 'in', old).execute()
        const gone = await tx
          .deleteFrom('subscriber')
          .where('confirmed_at', 'is', null)
          .where(sql<number>`coalesce(opt_in_at, created_at)`, '<', before)
          .executeTakeFirst()
        return Number(gone.numDeletedRows)
      })
    },
  }
}
