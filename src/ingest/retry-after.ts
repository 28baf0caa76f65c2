/** No server may put a feed off for longer. */
const longest = 24 * 60 * 60 * 1000

/** The three forms of a date in HTTP (RFC 9110 §5.6.7): IMF-fixdate, RFC 850, asctime. */
const httpDates = [
  /^[a-z]{3,9},? .*\d{4}.* GMT$/i,
  /^[a-z]{6,9}, \d\d-/i,
  /^[a-z]{3} [a-z]{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/i,
]

/** A Retry-After header, seconds or an HTTP date, as milliseconds from `now`; null when it says nothing of use. */
export function retryAfter(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, longest)
  if (!httpDates.some((form) => form.test(text))) return null
  // asctime bears no zone and means GMT; Date.parse would take it for local time.
  const date = Date.parse(/GMT$/i.test(text) ? text : `${text} GMT`)
  return Number.isNaN(date) ? null : Math.min(Math.max(0, date - now), longest)
}
