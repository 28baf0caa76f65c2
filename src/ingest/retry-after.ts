/** No server may put a feed off for longer. */
const longest = 24 * 60 * 60 * 1000

/** A Retry-After header, seconds or an HTTP date, as milliseconds from `now`; null when it says nothing of use. */
export function retryAfter(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1000, longest)
  const date =
    /^[a-z]{3,9},? .*\d{4}.* GMT$/i.test(text) || /^[a-z]{6,9}, \d\d-/i.test(text)
      ? Date.parse(text)
      : Number.NaN
  return Number.isNaN(date) ? null : Math.min(Math.max(0, date - now), longest)
}
