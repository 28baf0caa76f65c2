const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

/** Zones feeds write by name, in minutes from UTC. */
const zones: Record<string, number> = {
  z: 0, ut: 0, utc: 0, gmt: 0, wet: 0, west: 60, bst: 60, cet: 60, cest: 120, eet: 120, eest: 180, msk: 180,
  ist: 330, jst: 540, kst: 540, aest: 600, aedt: 660, ast: -240, adt: -180, est: -300, edt: -240, cst: -360,
  cdt: -300, mst: -420, mdt: -360, pst: -480, pdt: -420, akst: -540, akdt: -480, hst: -600,
} // biome-ignore format: a table

const time = String.raw`(?:[\sT,@-]+(?:at\s+)?(?<h>\d{1,2})[:.](?<i>\d{2})(?:[:.](?<s>\d{2})(?:[.,]\d+)?)?\s*(?<half>[ap]\.?m\b\.?)?)?`
const zone = String.raw`(?:\s*(?<zone>z\b|[a-z]{2,4}\b(?:\s*[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{1,2}(?::?\d{2})?))?`
const weekday = String.raw`(?:\p{L}{1,12}\s*[.,]{0,2}\s*)?`

/** The layouts feeds use, from the standard ones to the merely frequent ones. */
const layouts = [
  // 2026-02-03T10:00:00Z, 2026-02-03 10:00, 20260203
  String.raw`(?<y>\d{4})[-/](?<m>\d{1,2})(?:[-/](?<d>\d{1,2}))?${time}${zone}`,
  String.raw`(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})${time}${zone}`,
  // Tue, 03 Feb 2026 10:00:00 GMT
  String.raw`${weekday}(?<d>\d{1,2})(?:st|nd|rd|th)?[\s.-]+(?<month>[a-z]{3,9})\.?,?[\s-]+(?<y>\d{4}|\d{2})${time}${zone}`,
  // Tuesday, February 3, 2026 10:00 AM
  String.raw`${weekday}(?<month>[a-z]{3,9})\.?\s+(?<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?<y>\d{4})${time}${zone}`,
  // Tue Feb  3 10:00:00 UTC 2026
  String.raw`${weekday}(?<month>[a-z]{3,9})\s+(?<d>\d{1,2})${time}${zone}\s+(?<y>\d{4})`,
  // Tue, 02/03/2026 - 10:00 (Drupal), 02/03/2026
  String.raw`${weekday}(?<m>\d{1,2})/(?<d>\d{1,2})/(?<y>\d{4})${time}${zone}`,
  // 03.02.2026 10:00
  String.raw`${weekday}(?<d>\d{1,2})\.(?<m>\d{1,2})\.(?<y>\d{4})${time}${zone}`,
].map((layout) => new RegExp(`^${layout}$`, 'iu'))

/**
 * A date as feeds write it, in ms since the epoch; null when it can't be read. A date without a zone counts as UTC, so
 * that the result does not depend on the machine. Years before 1980 are left-overs of programs, not dates.
 */
export function parseDate(raw: string | null | undefined): number | null {
  const text = raw
    ?.slice(0, 100)
    .replace(/\(.*?\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  if (!text) return null
  if (/^\d{10}(\d{3})?$/.test(text)) return Number(text) * (text.length === 10 ? 1000 : 1)
  for (const layout of layouts) {
    const groups = layout.exec(text)?.groups
    const date = groups && toTime(groups)
    if (date !== undefined && date !== null) return date
  }
  return null
}

function toTime(parts: Record<string, string | undefined>): number | null {
  const year = yearOf(parts.y!)
  const month = parts.month ? months.indexOf(parts.month.slice(0, 3).toLowerCase()) : Number(parts.m) - 1
  const day = Number(parts.d ?? 1)
  const [h, minute, second] = [Number(parts.h ?? 0), Number(parts.i ?? 0), Math.min(Number(parts.s ?? 0), 59)]
  const half = parts.half?.[0]?.toLowerCase()
  const hour = half ? (h % 12) + (half === 'p' ? 12 : 0) : h
  const offset = offsetOf(parts.zone)
  if (month < 0 || month > 11 || day < 1 || hour > 24 || minute > 59 || year < 1980) return null
  const date = Date.UTC(year, month, day, hour, minute, second)
  // The 31st of February and its like roll over into the next month.
  if (new Date(Date.UTC(year, month, day)).getUTCDate() !== day) return null
  return date - offset * 60_000
}

function yearOf(digits: string): number {
  const year = Number(digits)
  return digits.length > 2 ? year : year + (year < 70 ? 2000 : 1900)
}

/** Minutes east of UTC. A zone that isn't known counts as UTC: some hours wrong is better than no date. */
function offsetOf(text: string | undefined): number {
  const zone = text?.trim().toLowerCase() ?? ''
  const [, name = '', sign, hours, minutes] = /^([a-z]*)\s*(?:([+-])(\d{1,2}):?(\d{2})?)?$/.exec(zone) ?? []
  const base = zones[name] ?? 0
  const shift = sign ? Number(hours) * 60 + Number(minutes ?? 0) : 0
  return base + (sign === '-' ? -shift : shift)
}
