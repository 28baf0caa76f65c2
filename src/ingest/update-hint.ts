import { day, hour, minute } from '../model/index.ts'

const periods: Record<string, number> = {
  hourly: hour,
  daily: day,
  weekly: 7 * day,
  monthly: 30 * day,
  yearly: 365 * day,
}
/** Channel fields stand before the items; a hint further down belongs to something else. Characters. */
const searched = 64 * 1024

/**
 * How long the document itself asks to be left alone, in ms: RSS `ttl`, in minutes, or the syndication module's
 * `updatePeriod` and `updateFrequency`. Null when it says nothing of use.
 */
export function updateHint(xml: string): number | null {
  const items = xml.search(/<(?:\w+:)?(?:item|entry)[\s>]/i)
  const head = xml.slice(0, Math.min(items < 0 ? xml.length : items, searched))
  const ttl = Number(/<ttl>\s*(?:<!\[CDATA\[)?\s*(\d{1,6})/i.exec(head)?.[1] ?? 0)
  if (ttl > 0) return ttl * minute
  const period = periods[fieldOf(head, 'updatePeriod').toLowerCase()]
  if (!period) return null
  return Math.round(period / Math.max(1, Number(fieldOf(head, 'updateFrequency')) || 1))
}

function fieldOf(head: string, name: string): string {
  return new RegExp(`<sy:${name}>\\s*(\\w{1,20})\\s*</`, 'i').exec(head)?.[1] ?? ''
}
