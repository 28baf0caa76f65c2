/** A stretch of time, `since` included, `until` not; ms since the epoch. */
export interface Period {
  since: number
  until: number
}

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour
export const week = 7 * day

/**
 * The period of the next digest: from the last one's end, but at most 14 days back; a week if there was none, or if `now`
 * is a time before it.
 */
export function nextPeriod(lastUntil: number | null, now: number): Period {
  if (lastUntil === null || lastUntil >= now) return { since: now - week, until: now }
  return { since: Math.max(lastUntil, now - 14 * day), until: now }
}

/** The Monday 00:00 UTC at or before `time`, as ms. */
export function mondayOf(time: number): number {
  const date = new Date(time)
  const sinceMonday = (date.getUTCDay() + 6) % 7
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - sinceMonday)
}
