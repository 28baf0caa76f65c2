import type { StoryChoice } from './choice.ts'

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

/**
 * What a delivery does: send a message; open a post in a forum with its first message, or reply in it with the next;
 * publish a message to the channels that follow an announcement channel; open a thread for talk under a message.
 */
export type DeliveryStep = 'message' | 'forum' | 'reply' | 'publish' | 'thread'

/** What a channel wanted when its post was written down. */
export interface PostWish extends StoryChoice {
  /** A role to mention; null for none. */
  role: string | null
}

/** One message to one place: a digest's mail to a subscriber, or one part of a digest's or an alert's post to a channel. */
export interface Delivery {
  id: string
  /** Null for an alert's. */
  digest: number | null
  /** Id of an alert; null for a digest's. */
  alert: string | null
  /** What it is a part of: `digest 12`, `alert 4f…`. */
  post: string
  medium: Medium
  /** A subscriber's id (email), a channel id (discord), or `outbox`. */
  target: string
  /** Parts of one post go out in order: 0, 1, … */
  part: number
  step: DeliveryStep
  /** Which of the post's messages the step sends or works on: 0, 1, … */
  piece: number
  /** Null for everything, and for mails. */
  wish: PostWish | null
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
  /** When a post to Discord went out that nobody answered (ms): before it goes out again its channel is looked at. */
  uncertainSince: number | null
  settledAt: number | null
  /** What the other side answered, or where the file is. */
  receipt: string | null
  error: string | null
}

/** What came of one try to deliver, as the transport saw it. */
export type Receipt =
  | { outcome: 'sent'; receipt: string }
  | { outcome: 'deferred'; error: string; retryAfterMs?: number }
  /** `keptOut` when the place itself keeps us out: gone, or a permission is missing. */
  | { outcome: 'failed'; error: string; keptOut?: true }
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
 * What becomes of a delivery found `sending` whose process is gone: it can be tried again if its body had not begun.
 * Otherwise a mail is `unknown`: nobody can say whether it arrived; a post can be looked for, and is.
 */
export function afterCrash(delivery: Pick<Delivery, 'bodyStartedAt' | 'medium'>): 'pending' | 'unknown' {
  return delivery.bodyStartedAt === null || delivery.medium === 'discord' ? 'pending' : 'unknown'
}
