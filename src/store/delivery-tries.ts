import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import { type Receipt, week } from '../model/index.ts'
import { cancelLaterParts, deliveryFromRow, settled } from './delivery-rows.ts'
import type { Schema } from './schema.ts'

/** Proof that a delivery is ours: whoever lost it to another process no longer matches. */
export interface Claim {
  id: string
  owner: string
  attempts: number
}

/** Beginnings and ends of tries, of many deliveries at once. */
export function deliveryTries(db: Kysely<Schema>, kind: 'sqlite' | 'postgres') {
  /**
   * Notes of several that their bodies are about to go out, in one statement. Gives the ids of those that may: the others
   * are no longer ours, or are a digest's mail to somebody who has left.
   */
  async function bodiesStart(claims: Claim[], now: number): Promise<Set<string>> {
    if (claims.length === 0) return new Set()
    const rows = await db
      .updateTable('delivery')
      .set({ body_started_at: now })
      .where((eb) => eb.or(claims.map((claim) => isOurs(eb, claim))))
      .where((eb) =>
        eb.or([
          eb('medium', '<>', 'email'),
          eb('digest', 'is', null),
          eb.not(
            eb.exists(
              eb
                .selectFrom('subscriber')
                .select('subscriber.id')
                .whereRef('subscriber.id', '=', 'delivery.target')
                .where((eb) =>
                  eb.or([
                    eb('subscriber.confirmed_at', 'is', null),
                    eb('subscriber.unsubscribed_at', 'is not', null),
                  ]),
                ),
            ),
          ),
        ]),
      )
      .returning('id')
      .execute()
    return new Set(rows.map(({ id }) => id))
  }

  /** The mails of digests that began to go out after `since` (ms), in their order; tries that were put off left out. */
  async function mailsBegunSince(since: number): Promise<{ email: string; at: number }[]> {
    const ofLate = db
      .selectFrom('digest')
      .select('number')
      .where('audience_at', '>', since - week)
    const open = db
      .selectFrom('delivery')
      .select('digest')
      .where('state', 'in', ['pending', 'deferred', 'sending'])
    const rows = await db
      .selectFrom('delivery')
      .innerJoin('subscriber', 'subscriber.id', 'delivery.target')
      .select(['subscriber.email', 'delivery.body_started_at as at'])
      // By their issues, which are few and have an index.
      .where((eb) => eb.or([eb('delivery.digest', 'in', ofLate), eb('delivery.digest', 'in', open)]))
      .where('delivery.medium', '=', 'email')
      .where('delivery.body_started_at', '>', since)
      .orderBy('delivery.body_started_at')
      .$narrowType<{ at: number }>()
      .execute()
    return rows
  }

  /** Settles several tries in one transaction. Gives the ids of those that were still ours. */
  async function settleAll(tries: { claim: Claim; receipt: Receipt }[], now: number): Promise<Set<string>> {
    if (tries.length === 0) return new Set()
    const sent = tries.flatMap(({ claim, receipt }) =>
      receipt.outcome === 'sent' ? [{ claim, receipt: receipt.receipt }] : [],
    )
    const others = tries.filter(({ receipt }) => receipt.outcome !== 'sent')
    if (others.length === 0) return settleSent(db, sent, now)
    return db.transaction().execute(async (tx) => {
      const settledNow = sent.length > 0 ? await settleSent(tx, sent, now) : new Set<string>()
      const before = await tx
        .selectFrom('delivery')
        .selectAll()
        .where((eb) => eb.or(others.map(({ claim }) => isOurs(eb, claim))))
        // In one order, or two that settle the same could wait for each other.
        .orderBy('id')
        .$if(kind === 'postgres', (query) => query.forUpdate())
        .execute()
      const rows = new Map(before.map((row) => [row.id, row]))
      for (const { claim, receipt } of others) {
        const row = rows.get(claim.id)
        if (!row) continue
        settledNow.add(row.id)
        const change = settled(deliveryFromRow(row), receipt, now)
        await tx.updateTable('delivery').set(change).where('id', '=', row.id).execute()
        if (change.state === 'failed') await cancelLaterParts(tx, row, now)
      }
      return settledNow
    })
  }

  /** One statement for all: most tries end well, and a statement each would cost as much as the sending. */
  async function settleSent(
    on: Kysely<Schema>,
    sent: { claim: Claim; receipt: string }[],
    now: number,
  ): Promise<Set<string>> {
    const receiptOf = sql<string>`case id ${sql.join(
      sent.map(({ claim, receipt }) => sql`when ${claim.id} then ${receipt}`),
      sql` `,
    )} end`
    const rows = await on
      .updateTable('delivery')
      .set({
        owner: null,
        lease_until: null,
        state: 'sent',
        settled_at: now,
        receipt: receiptOf,
        error: null,
        uncertain_since: null,
      })
      .where((eb) => eb.or(sent.map(({ claim }) => isOurs(eb, claim))))
      .returning('id')
      .execute()
    return new Set(rows.map(({ id }) => id))
  }

  function isOurs(eb: ExpressionBuilder<Schema, 'delivery'>, { id, owner, attempts }: Claim) {
    return eb.and([
      eb('delivery.id', '=', id),
      eb('delivery.state', '=', 'sending'),
      eb('delivery.owner', '=', owner),
      eb('delivery.attempts', '=', attempts),
    ])
  }

  return { bodiesStart, mailsBegunSince, settleAll }
}
