import { effectiveDate, type LabelledItem, mondayOf, type WeekBalance, week } from '../model/index.ts'

/** Weeks shown of an idea's balance. */
export const balanceWeeks = 12

/**
 * How an idea's items leaned in each of the last twelve weeks up to `until` (ms), by their own dates; the last week is
 * the one `until` falls in. An article that several feeds carried counts once.
 */
export function balanceOf(idea: string, items: LabelledItem[], until: number): WeekBalance[] {
  const last = mondayOf(until - 1)
  const weeks = Array.from({ length: balanceWeeks }, (_, i) => last - (balanceWeeks - 1 - i) * week)
  const rows = new Map(weeks.map((start) => [start, { opens: 0, closes: 0, mixed: 0 }]))
  const counted = new Set<string>()
  // Copies of an article may be labelled differently; the earliest speaks, in whatever order they are given.
  const earliestFirst = [...items].sort(
    (a, b) => effectiveDate(a) - effectiveDate(b) || (a.id < b.id ? -1 : 1),
  )
  for (const item of earliestFirst) {
    const label = item.labels.find((one) => one.idea === idea)
    const row = rows.get(mondayOf(effectiveDate(item)))
    if (!label || !row || effectiveDate(item) >= until) continue
    const key = item.canonicalUrl ?? item.id
    if (counted.has(key)) continue
    counted.add(key)
    row[label.direction] += 1
  }
  return [...rows].map(([start, counts]) => ({ week: new Date(start).toISOString().slice(0, 10), ...counts }))
}
