import type { FailureReason } from '../lib/http/index.ts'
import type { FeedItem, FeedState, ReadItem } from '../model/index.ts'

export interface ParsedFeed<Found extends FeedItem = FeedItem> {
  kind: 'feed'
  /** Plain text, may be empty. */
  title: string
  /** BCP 47; null when the document does not say. */
  language: string | null
  items: Found[]
  /** Items in the document; more than `items.length` when only the newest were kept. */
  total: number
  /** How long the document asks to be left alone, ms; null when it does not say. */
  ttlMs: number | null
}

export interface ParseFailure {
  kind: 'failed'
  reason: 'empty' | 'challenge' | 'notAFeed' | 'malformed' | 'parseTimeout' | 'parseMemory'
  /** A predicate without a subject: "answered with …". */
  message: string
}

export type ParseOutcome = ParsedFeed | ParseFailure
/** What a parse pool gives: items with the language they are in. */
export type PoolOutcome = ParsedFeed<ReadItem> | ParseFailure

/** What is known of a feed before it is read. */
export interface Source extends Pick<FeedState, 'url' | 'etag' | 'lastModified' | 'bodyHash'> {
  /** BCP 47, as its list declares it; without, what the document declares counts. */
  language?: string | null
}

export type ReadFailureReason =
  | FailureReason
  | ParseFailure['reason']
  | 'gone'
  | 'notFound'
  | 'forbidden'
  | 'rateLimited'
  | 'serverError'
  | 'status'

/** The validators to send next time; null where the server gives none. */
interface Validators {
  etag: string | null
  lastModified: string | null
}

/** Where the answer came from, and for how long (ms) it counts as fresh there; null when the server does not say. */
interface Origin {
  finalUrl: string
  freshForMs: number | null
  /** Where redirects that are all permanent lead; null without any. */
  permanentUrl: string | null
}

/** What came of reading a feed once. */
export type ReadOutcome =
  | ({
      kind: 'items'
      items: ReadItem[]
      /** Items in the document; more than `items.length` when only the newest were kept. */
      total: number
      title: string
      language: string | null
      ttlMs: number | null
      /** SHA-256 of the body, hex. */
      bodyHash: string
    } & Validators &
      Origin)
  | ({ kind: 'unchanged' } & Validators & Origin)
  | {
      kind: 'failed'
      reason: ReadFailureReason
      /** A sentence that names the host and, where there is one, the remedy. */
      message: string
      /** HTTP status; null when there was no answer. */
      status: number | null
      /** How long the server asks to be left alone (Retry-After). */
      retryAfterMs: number | null
    }
