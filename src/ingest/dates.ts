import { monthOf } from './months.ts'

const dayMs = 86_400_000

/** Zones feeds write by name, in minutes from UTC. */
const zones: Record<string, number> = {
  ...letters('nopqrstuvwxy', 60), ...letters('abcdefghiklm', -60),
  z: 0, ut: 0, utc: 0, gmt: 0, wet: 0, west: 60, bst: 60, cet: 60, cest: 120, met: 60, mest: 120, eet: 120,
  eest: 180, msk: 180, sast: 120, pkt: 300, ist: 330, ict: 420, wib: 420, hkt: 480, sgt: 480, awst: 480, jst: 540,
  kst: 540, acst: 570, acdt: 630, aest: 600, aedt: 660, nzst: 720, nzdt: 780, brt: -180, art: -180,
  ast: -240, adt: -180, est: -300, edt: -240, cst: -360, cdt: -300, mst: -420, mdt: -360, pst: -480, pdt: -420,
  akst: -540, akdt: -480, hst: -600,
  at: -240, et: -300, ct: -360, mt: -420, pt: -480,
} // biome-ignore format: a table

/** Minutes from UTC by one letter, as RFC 822 has them, which is what RSS dates are said to follow. */
function letters(names: string, step: number): Record<string, number> {
  return Object.fromEntries([...names].map((name, i) => [name, step * (i + 1)]))
}

const time = String.raw`(?:[\sT,@-]+(?:at\s+|um\s+)?(?<before>오전|오후|[ap]\.?m\.?)?\s*(?<h>\d{1,2})(?:[:.](?<i>\d{1,2})(?:[:.](?<s>\d{1,2})(?:[.,]\d*)?)?)?\s*(?<half>[ap]\.?m\b\.?)?)?`
const zone = String.raw`(?:\s*(?<zone>etc/[a-z]{3}|z\b|[a-z]{1,4}\b(?:\s*[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{1,2}(?::?\d{2})?|\b[a-z]{5,10}(?:/[a-z_]{1,20}){0,2}|\s\d{2}:?\d{2}))?`
const compactTime = String.raw`(?:T(?<h>\d{2}):?(?<i>\d{2})(?::?(?<s>\d{2}))?${zone})?`
const weekday = String.raw`(?:\p{L}{1,12}(?:\s*[.,]{1,2}\s*|\s+))?`
const month = String.raw`(?<month>\p{L}{3,12})`

/** The layouts feeds use, from the standard ones to the merely frequent ones. */
const layouts = [
  // Tue, 03 Feb 2026 10:00:00 GMT
  String.raw`${weekday}(?<d>\d{1,2})(?:st|nd|rd|th)?[\s.-]+${month}\.?,?[\s-]+(?<y>\d{4}|\d{2})${time}${zone}\.?`,
  // 2026-02-03T10:00:00Z, 2026-02-03 10:00, Tue, 2026/02/03 10:00
  String.raw`${weekday}(?<y>\d{4})[-/.](?<m>\d{1,2})(?:[-/.](?<d>\d{1,2}))?${time}${zone}`,
  // 20260203T100000Z, 2026
  String.raw`(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})${compactTime}`,
  String.raw`(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})${time}${zone}`,
  String.raw`(?<y>(?:19|20)\d{2})`,
  // 2026-034 (the day of the year), 2026-W06-2 (the day of the week)
  String.raw`(?<y>\d{4})-?(?<ordinal>\d{3})${compactTime}`,
  String.raw`(?<y>\d{4})-?W(?<week>\d{2})(?:-?(?<weekday>[1-7]))?${compactTime}`,
  // Tuesday, February 3, 2026 10:00 AM
  String.raw`${weekday}${month}\.?\s+(?<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?<y>\d{4})${time}${zone}`,
  // Tue Feb  3 10:00:00 UTC 2026
  String.raw`${weekday}${month}\s+(?<d>\d{1,2})${time}${zone}\s+(?<y>\d{4})`,
  // Tue, 02/03/2026 - 10:00 (Drupal), 02/03/2026
  String.raw`${weekday}(?<m>\d{1,2})/(?<d>\d{1,2})/(?<y>\d{4})${time}${zone}`,
  // 03.02.2026 10:00, 03-02-2026
  String.raw`${weekday}(?<d>\d{1,2})[.-](?<m>\d{1,2})[.-](?<y>\d{4})${time}${zone}`,
  // 2026-február-3T10:00+01:00 (Hungarian), 2026년 2월 3일 오전 10:00 (Korean), 2026年2月3日 10:00 (Chinese, Japanese)
  String.raw`(?<y>\d{4})-${month}-(?<d>\d{1,2})${time}${zone}`,
  String.raw`(?<y>\d{4})[년年]\s*(?<m>\d{1,2})[월月]\s*(?<d>\d{1,2})[일日]${time}${zone}`,
  // 26-02-03
  String.raw`(?<y>\d{2})-?(?<m>\d{2})-?(?<d>\d{2})${time}${zone}`,
].map((layout) => new RegExp(`^${layout}$`, 'iu'))

/**
 * A date as feeds write it, in ms since the epoch; null when it can't be read. A date without a zone counts as UTC, so
 * that the result does not depend on the machine; one in Korean counts as Korea's. What lies before 1970 or in its first
 * two days is a clock that was never set, in whatever zone, not a date.
 */
export function parseDate(raw: string | null | undefined): number | null {
  const text = raw
    ?.slice(0, 100)
    .replace(/\(.*?\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  if (!text) return null
  if (/^\d{10}(\d{3})?$/.test(text)) return Number(text) * (text.length === 10 ? 1000 : 1)
  const home = /[년오]/.test(text) ? 'kst' : ''
  for (const layout of layouts) {
    const groups = layout.exec(text)?.groups
    const date = groups && toTime(groups, home)
    if (date !== undefined && date !== null) return date
  }
  return null
}

/** `home` is the zone of dates that name none. */
function toTime(parts: Record<string, string | undefined>, home: string): number | null {
  const year = yearOf(parts.y!)
  const month = parts.month ? monthOf(parts.month) : Number(parts.m ?? 1) - 1
  const day = Number(parts.d ?? 1)
  const [h, minute, second] = [Number(parts.h ?? 0), Number(parts.i ?? 0), Number(parts.s ?? 0)]
  const said = parts.half ?? parts.before
  const half = said === '오전' ? 'a' : said === '오후' ? 'p' : said?.[0]?.toLowerCase()
  const hour = half ? (h % 12) + (half === 'p' ? 12 : 0) : h
  const isClock = hour < 30 && minute <= 60 && second <= 61
  if (!isClock || month < 0 || month > 11 || day < 1 || day > 31 || year < 1970) return null
  // Leap seconds, the 31st of shorter months and hours from 24 on (broadcasters write the night so) count on: some days
  // off, an item stands about where it belongs, and without a date it would pass for new.
  const date = Date.UTC(year, month, day, hour, minute, second) + daysOn(parts, year) * dayMs
  const zone = parts.zone?.trim() ?? home
  // One letter after a day alone is no zone.
  const utc = parts.h || zone.length > 1 ? date - offsetOf(zone) * 60_000 : date
  return utc >= 2 * dayMs ? utc : null
}

/**
 * Days from the first of January to the day that is written as one of the year or of a week (ISO 8601); NaN for a day
 * there is none of.
 */
function daysOn({ ordinal, week, weekday = '1' }: Record<string, string | undefined>, year: number): number {
  if (ordinal) {
    const day = Number(ordinal)
    return new Date(Date.UTC(year, 0, day)).getUTCFullYear() === year && day > 0 ? day - 1 : Number.NaN
  }
  if (!week) return 0
  if (Number(week) < 1 || Number(week) > 53) return Number.NaN
  // The 4th of January is always in the first week; weeks begin on Mondays.
  const fourth = new Date(Date.UTC(year, 0, 4)).getUTCDay() || 7
  return (Number(week) - 1) * 7 + Number(weekday) - fourth + 3
}

function yearOf(digits: string): number {
  const year = Number(digits)
  return digits.length > 2 ? year : year + (year < 70 ? 2000 : 1900)
}

/** Minutes east of UTC. A zone that isn't known counts as UTC: some hours wrong is better than no date. */
function offsetOf(zone: string): number {
  const parts = /^([a-z]*)\s*(?:([+-])(\d{1,2}):?(\d{2})?)?$/.exec(zone.toLowerCase())
  const [, name = '', sign, hours, minutes] = parts ?? []
  const base = zones[name] ?? 0
  const shift = sign ? Number(hours) * 60 + Number(minutes ?? 0) : 0
  return base + (sign === '-' ? -shift : shift)
}
