import { createHash } from 'node:crypto'
import { day, hour, minute } from '../model/index.ts'

/** Between two polls of a feed whose own rhythm decides. */
const [shortest, longest] = [15 * minute, 24 * hour]
/** A feed is asked so many times in the time that lies between two of its items. */
const asksPerItem = 12
/** What a feed gets until its rhythm can be told. */
const unknownRhythm = hour
/** Items from which the rhythm is taken, the newest. */
const recent = 20

/** The time between two items of late, in ms: the mean over the newest 20 dates. Null with fewer than two. */
export function rhythmOf(dates: number[]): number | null {
  const newest = dates.toSorted((a, b) => b - a).slice(0, recent)
  return newest.length < 2 ? null : Math.round((newest[0]! - newest.at(-1)!) / (newest.length - 1))
}

/** What decides when a feed is asked again; times in ms, null for what is not known. */
export interface Rest {
  /** The list's own word, which stands over all else. */
  everyMs: number | null
  rhythmMs: number | null
  /** The date of its newest item, or when one was first seen. */
  newestAt: number | null
  /** What the document asks for (`ttl`), and the server (Cache-Control, Expires). */
  ttlMs: number | null
  freshForMs: number | null
}

/**
 * How long to leave a feed alone after it has answered, in ms: by its own rhythm between 15 minutes and 24 hours, longer
 * where it has fallen silent; feed and server may ask for more, up to 24 hours. `every` overrides both, with a minute to
 * spare, since ticks aren't exact.
 */
export function restOf({ everyMs, rhythmMs, newestAt, ttlMs, freshForMs }: Rest, now: number): number {
  if (everyMs !== null) return everyMs - Math.min(minute, everyMs / 10)
  const silence = newestAt === null ? 0 : Math.max(0, now - newestAt) / 2
  const own = rhythmMs === null ? unknownRhythm : Math.max(rhythmMs, silence) / asksPerItem
  const asked = Math.max(ttlMs ?? 0, freshForMs ?? 0)
  return Math.min(Math.max(own, asked, shortest), longest)
}

/**
 * Up to a tenth less than `ms`, so that feeds that began together do not stay together. Which part of the tenth depends
 * on feed and time alone: the same poll is planned the same wherever it is planned.
 */
export function jittered(ms: number, feed: string, at: number): number {
  const part = createHash('sha256').update(`${feed} ${at}`).digest().readUInt32BE() / 2 ** 32
  return Math.round(ms * (1 - part / 10))
}

/** A feed is stale when nothing has come for so long: six times its own rhythm, and four weeks at least. */
export function staleAfter(rhythmMs: number | null): number {
  return Math.max(6 * (rhythmMs ?? 0), 28 * day)
}
