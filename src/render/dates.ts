const long = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})
const short = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
const shortWithYear = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})

/** `17 November 2026`, UTC; empty when it is no date. */
export function longDate(iso: string): string {
  return format(long, iso)
}

/** `17 Nov`, with the year when it is not that of `reference`; empty when it is no date. */
export function shortDate(iso: string, reference: string): string {
  return format(iso.slice(0, 4) === reference.slice(0, 4) ? short : shortWithYear, iso)
}

/** `16–22 November 2026`: the days a period covers; its end does not belong to it. */
export function periodName(since: string, until: string): string {
  const last = new Date(Math.max(Date.parse(until) - 1, Date.parse(since)))
  if (Number.isNaN(last.getTime())) return ''
  const range = long.formatRange(new Date(since), last)
  return range.replace(/^(\d+)\u2009–\u2009/, '$1–').replaceAll('\u2009', ' ')
}

function format(formatter: Intl.DateTimeFormat, iso: string): string {
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? '' : formatter.format(date)
}
