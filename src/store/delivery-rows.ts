import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import {
  type Delivery,
  type DeliveryState,
  type DeliveryStep,
  type Medium,
  maxAttempts,
  nextTry,
  type PostWish,
  type Receipt,
  statesBefore,
} from '../model/index.ts'
import type { DeliveryTable, Schema } from './schema.ts'

/** Where one message of a post is to go, or one step that follows it. For e-mail the target is the subscriber's id. */
export interface Destination {
  medium: Medium
  target: string
  part: number
  /** `message` without it. */
  step?: DeliveryStep
  /** The part's number without it. */
  piece?: number
  wish?: PostWish | null
}

/** What a delivery is a part of. */
export type PostKey =
  | { digest: number }
  | { alert: string }
  | { confirmation: string }
  | { preview: number }
  | { note: string }

/** Steps that bring a message; those that follow one may fail without the rest of the post being lost. */
export const messageSteps: DeliveryStep[] = ['message', 'forum', 'reply']

/** The id of a delivery: made of its digest and place, so that the Message-ID and nonce made of it never change. */
export function deliveryId(post: PostKey, place: Destination): string {
  const whole = 'digest' in post ? String(post.digest) : nameOf(post)
  return createHash('sha256')
    .update(`${whole}\n${place.medium}\n${place.target}\n${place.part}`)
    .digest('hex')
    .slice(0, 24)
}

/** What a delivery belongs to, in one word and a number or id. */
export function nameOf(post: PostKey): string {
  if ('digest' in post) return `digest ${post.digest}`
  if ('preview' in post) return `preview ${post.preview}`
  if ('note' in post) return `note ${post.note}`
  return 'alert' in post ? `alert ${post.alert}` : `confirmation ${post.confirmation}`
}

/** Writes down where a post goes, in the transaction `tx`; places that stand there already are left as they are. */
export async function writePlaces(
  tx: Kysely<Schema>,
  post: PostKey,
  places: Destination[],
  now: number,
): Promise<number> {
  let written = 0
  for (let i = 0; i < places.length; i += 200) {
    const rows = places.slice(i, i + 200).map((place) => newRow(post, place, now))
    const result = await tx
      .insertInto('delivery')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    written += Number(result.numInsertedOrUpdatedRows ?? 0n)
  }
  return written
}

function newRow(post: PostKey, place: Destination, now: number): DeliveryTable {
  return {
    id: deliveryId(post, place),
    post: nameOf(post),
    digest: 'digest' in post ? post.digest : null,
    alert: 'alert' in post ? post.alert : null,
    medium: place.medium,
    target: place.target,
    part: place.part,
    step: place.step ?? 'message',
    piece: place.piece ?? place.part,
    wish: place.wish ? JSON.stringify(place.wish) : null,
    state: 'pending',
    attempts: 0,
    due_at: now,
    owner: null,
    lease_until: null,
    body_started_at: null,
    uncertain_since: null,
    settled_at: null,
    receipt: null,
    error: null,
  }
}

/** The rest of a post whose beginning will never arrive must not wait for it for ever. */
export async function cancelLaterParts(tx: Kysely<Schema>, lost: DeliveryTable, now: number): Promise<void> {
  if (!messageSteps.includes(lost.step as DeliveryStep)) return
  await tx
    .updateTable('delivery')
    .set({
      state: 'cancelled',
      settled_at: now,
      error: `Part ${lost.part + 1} of the post was not delivered.`,
    })
    .where('post', '=', lost.post)
    .where('medium', '=', lost.medium)
    .where('target', '=', lost.target)
    .where('part', '>', lost.part)
    .where('state', 'in', statesBefore('cancelled'))
    .execute()
}

/**
 * How a row changes after a try. A post to Discord whose fate is uncertain is tried again, after a look; only where that
 * can't tell is it `unknown`.
 */
export function settled(
  { attempts, medium, bodyStartedAt, uncertainSince }: Tried,
  receipt: Receipt,
  now: number,
): Partial<DeliveryTable> {
  const free = { owner: null, lease_until: null }
  if (receipt.outcome === 'sent') {
    const { receipt: given } = receipt
    return { ...free, state: 'sent', settled_at: now, receipt: given, error: null, uncertain_since: null }
  }
  const lost = receipt.outcome === 'unknown' && medium === 'discord' && bodyStartedAt !== null
  const uncertain = lost ? (uncertainSince ?? bodyStartedAt) : uncertainSince
  if ((lost || receipt.outcome === 'deferred') && attempts < maxAttempts) {
    const due = nextTry(now, attempts, 'retryAfterMs' in receipt ? receipt.retryAfterMs : 0)
    return {
      ...free,
      state: 'deferred',
      due_at: due,
      body_started_at: null,
      uncertain_since: uncertain,
      error: receipt.error,
    }
  }
  const state = receipt.outcome === 'unknown' || uncertain !== null ? 'unknown' : 'failed'
  return { ...free, state, settled_at: now, uncertain_since: uncertain, error: receipt.error }
}

/** What is known of a delivery when its try is over. */
interface Tried {
  attempts: number
  medium: string
  bodyStartedAt: number | null
  uncertainSince: number | null
}

export function deliveryFromRow(row: DeliveryTable): Delivery {
  return {
    id: row.id,
    digest: row.digest,
    alert: row.alert,
    post: row.post,
    medium: row.medium as Medium,
    target: row.target,
    part: row.part,
    step: row.step as DeliveryStep,
    piece: row.piece,
    wish: row.wish === null ? null : (JSON.parse(row.wish) as PostWish),
    state: row.state as DeliveryState,
    attempts: row.attempts,
    dueAt: row.due_at,
    owner: row.owner,
    leaseUntil: row.lease_until,
    bodyStartedAt: row.body_started_at,
    uncertainSince: row.uncertain_since,
    settledAt: row.settled_at,
    receipt: row.receipt,
    error: row.error,
  }
}
