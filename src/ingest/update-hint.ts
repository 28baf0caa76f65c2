import { day, hour, minute } from '../model/index.ts'

const periods = new Map([
  ['hourly', hour],
  ['daily', day],
  ['weekly', 7 * day],
  ['monthly', 30 * day],
  ['yearly', 365 * day],
])
/** Channel fields stand before the items; a hint further down belongs to something else. Characters. */
const searched = 64 * 1024

/**
 * How long the document itself asks to be left alone, in ms: RSS `ttl`, in minutes, or the syndication module's
 * `updatePeriod` and `updateFrequency`, whatever their prefix. Null when it says nothing of use.
 */
export function updateHint(xml: string): number | null {
  const start = xml.slice(0, searched)
  const items = start.search(/<(?:\w+:)?(?:item|entry)[\s>]/i)
  const head = items < 0 ? start : start.slice(0, items)
  const ttl = Number(fieldOf(head, 'ttl'))
  if (ttl > 0) return ttl * minute
  const period = periods.get(fieldOf(head, '(?:\\w{1,20}:)?updatePeriod').toLowerCase())
  if (!period) return null
  const times = Number(fieldOf(head, '(?:\\w{1,20}:)?updateFrequency')) || 1
  return Math.max(minute, Math.round(period / times))
}

/** The first word of an element. */
function fieldOf(head: string, name: string): string {
  return new RegExp(`<${name}>\\s*(?:<!\\[CDATA\\[\\s*)?(\\w{1,20})`, 'i').exec(head)?.[1] ?? ''
}
