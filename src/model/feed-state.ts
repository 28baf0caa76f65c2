import { hour, minute } from './period.ts'

/** What we remember of a feed between polls. Times in ms since the epoch. */
export interface FeedState {
  feed: string
  url: string
  etag: string | null
  lastModified: string | null
  /** SHA-256 of the last body, for servers that know neither validator. */
  bodyHash: string | null
  firstPolledAt: number | null
  lastPolledAt: number | null
  lastSuccessAt: number | null
  nextPollAt: number
  /** Polls failed in a row. */
  failures: number
  /** When the first of them was; null while all is well. */
  failingSince: number | null
  /** What kind of failure the last one was (`notFound`, `timeout` …); null while all is well. */
  lastReason: string | null
  lastError: string | null
  /** Answers of 410 in a row. */
  goneTimes: number
  /** Where permanent redirects lead; null where there are none. */
  movedTo: string | null
  /** Polls in a row that were sent there, the feed being the same. */
  movedTimes: number
  itemsSeen: number
  /** When a poll last brought an item that was not known. */
  newItemAt: number | null
  /** The date of its newest item; null where none has one. */
  newestAt: number | null
  /** Time between two items of late, ms; null until it can be told. */
  rhythmMs: number | null
  /** How long the feed itself asks to be left alone, ms. */
  ttlMs: number | null
}

/** The state of a feed that was never polled. */
export function unpolled(feed: string, url: string): FeedState {
  return {
    feed,
    url,
    etag: null,
    lastModified: null,
    bodyHash: null,
    firstPolledAt: null,
    lastPolledAt: null,
    lastSuccessAt: null,
    nextPollAt: 0,
    failures: 0,
    failingSince: null,
    lastReason: null,
    lastError: null,
    goneTimes: 0,
    movedTo: null,
    movedTimes: 0,
    itemsSeen: 0,
    newItemAt: null,
    newestAt: null,
    rhythmMs: null,
    ttlMs: null,
  }
}

/** How long to leave a feed alone after its `failures`th failure in a row: 5 min, doubling, 24 h at most, never for ever. */
export function backOff(failures: number): number {
  return Math.min(5 * minute * 2 ** Math.max(0, failures - 1), 24 * hour)
}

/** So many permanent redirects in a row to one place, and its list should be changed: a site's mistake may last a day. */
export const movedAfter = 5

/** So many answers of 410 in a row, and the feed should be taken off its list. */
export const goneAfter = 2
