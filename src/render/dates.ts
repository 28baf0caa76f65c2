const day = { day: 'numeric', timeZone: 'UTC' } as const
const forms = {
  long: { ...day, month: 'long', year: 'numeric' },
  short: { ...day, month: 'short' },
  shortWithYear: { ...day, month: 'short', year: 'numeric' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>
type Form = keyof typeof forms

const made = new Map<Form, Intl.DateTimeFormat>()

/** Made at its first use: it takes some milliseconds, and most commands show no date. */
function formatter(form: Form): Intl.DateTimeFormat {
  const there = made.get(form) ?? new Intl.DateTimeFormat('en-GB', forms[form])
  made.set(form, there)
  return there
}

/** `17 November 2026`, UTC; empty when it is no date. */
export function longDate(iso: string): string {
  return format('long', iso)
}

/** `17 Nov`, with the year when it is not that of `reference`; empty when it is no date. */
export function shortDate(iso: string, reference: string): string {
  return format(iso.slice(0, 4) === reference.slice(0, 4) ? 'short' : 'shortWithYear', iso)
}

/** `16–22 November 2026`: the days a period covers; its end does not belong to it. */
export function periodName(since: string, until: string): string {
  const last = new Date(Math.max(Date.parse(until) - 1, Date.parse(since)))
  if (Number.isNaN(last.getTime())) return ''
  const range = formatter('long').formatRange(new Date(since), last)
  return range.replace(/^(\d+)\u2009–\u2009/, '$1–').replaceAll('\u2009', ' ')
}

function format(form: Form, iso: string): string {
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? '' : formatter(form).format(date)
}
