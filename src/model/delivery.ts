/** States of a delivery; the contract lists them. */
export const deliveryStates = [
  'pending',
  'sending',
  'sent',
  'deferred',
  'failed',
  'suppressed',
  'cancelled',
  'unknown',
] as const
export type DeliveryState = (typeof deliveryStates)[number]

export const media = ['email', 'discord'] as const
export type Medium = (typeof media)[number]

/** One message to one place: a digest's mail to a subscriber, or one part of its post to a channel. */
export interface Delivery {
  id: string
  digest: number
  medium: Medium
  /** An address (email), a channel id (discord), or `outbox`. */
  target: string
  /** Parts of one post go out in order: 0, 1, … */
  part: number
  state: DeliveryState
  /** How often the message has been tried. */
  attempts: number
  /** Not before this time (ms). */
  dueAt: number
  /** Which process holds it while `sending`, until `leaseUntil` (ms). */
  owner: string | null
  leaseUntil: number | null
  /** When the message body began to go out (ms); from here on a broken connection leaves the outcome unknown. */
  bodyStartedAt: number | null
  settledAt: number | null
  /** What the other side answered, or where the file is. */
  receipt: string | null
  error: string | null
}

/** What came of one try to deliver, as the transport saw it. */
export type Receipt =
  | { outcome: 'sent'; receipt: string }
  | { outcome: 'deferred'; error: string; retryAfterMs?: number }
  | { outcome: 'failed'; error: string }
  | { outcome: 'unknown'; error: string }

/** Which state may follow which; anything else is a fault of the program. */
const transitions: Record<DeliveryState, readonly DeliveryState[]> = {
  pending: ['sending', 'suppressed', 'cancelled'],
  sending: ['sent', 'deferred', 'failed', 'unknown', 'pending', 'suppressed'],
  deferred: ['sending', 'failed', 'suppressed', 'cancelled'],
  unknown: ['pending', 'sent', 'cancelled'],
  sent: [],
  failed: ['pending'],
  suppressed: [],
  cancelled: [],
}

/** The states from which a delivery may go to `to`. */
export function statesBefore(to: DeliveryState): DeliveryState[] {
  return deliveryStates.filter((from) => transitions[from].includes(to))
}

/** Minutes to wait before the next try, by how many were made: 1, 5, 30, 120, 360, … */
const waits = [1, 5, 30, 120, 360, 720, 1440]
/** After this many tries a deferred delivery is failed. */
export const maxAttempts = 8

/** When a deferred delivery is due again: `now` plus the wait after its `attempts`th try, or longer if the other side asks. */
export function nextTry(now: number, attempts: number, retryAfterMs = 0): number {
  const minutes = waits[Math.min(Math.max(attempts, 1), waits.length) - 1]!
  return now + Math.max(minutes * 60_000, retryAfterMs)
}

/**
 * What becomes of a delivery found `sending` whose process is gone: it can be tried again if its body had not begun,
 * otherwise nobody can say whether it arrived.
 */
export function afterCrash(delivery: Pick<Delivery, 'bodyStartedAt'>): 'pending' | 'unknown' {
  return delivery.bodyStartedAt === null ? 'pending' : 'unknown'
}
