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
  lastError: string | null
  itemsSeen: number
}

/** How long to leave a feed alone after its `failures`th failure in a row: 5 min, doubling, 24 h at most, never for ever. */
export function backOff(failures: number): number {
  return Math.min(5 * minute * 2 ** Math.max(0, failures - 1), 24 * hour)
}
