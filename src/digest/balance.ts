import { type Direction, effectiveDate, type LabelledItem, type WeekBalance, week } from '../model/index.ts'
import { leaningOf } from './leaning.ts'
import { isRoundUp } from './round-up.ts'
import { groupStories } from './stories.ts'

/** Weeks shown of an idea's balance. */
export const balanceWeeks = 12

/**
 * How the stories of each idea leaned in each of the twelve times seven days that end at `until` (ms), by the date of
 * their first item. A story counts once for each idea it bears on, however many items tell of it, with the direction
 * that most of them give.
 */
export function balances(
  ideas: string[],
  history: LabelledItem[],
  until: number,
): Map<string, WeekBalance[]> {
  const from = until - balanceWeeks * week
  const starts = Array.from({ length: balanceWeeks }, (_, i) => from + i * week)
  const weeks = new Map(
    ideas.map((idea) => [
      idea,
      starts.map((start) => ({
        week: new Date(start).toISOString().slice(0, 10),
        opens: 0,
        closes: 0,
        mixed: 0,
      })),
    ]),
  )
  const items = history.filter((item) => item.labels.length > 0 && !isRoundUp(item.title))
  for (const story of groupStories(items)) {
    const at = Math.floor((effectiveDate(story[0]!) - from) / week)
    if (at < 0 || at >= balanceWeeks) continue
    for (const idea of ideas) {
      const direction = leaningOf(story, idea)
      if (direction) weeks.get(idea)![at]![direction] += 1
    }
  }
  return weeks
}

/** The mean of the four weeks before the last, to a tenth. */
export function usual(balance: WeekBalance[], direction: Direction): number {
  const before = balance.slice(-5, -1)
  const sum = before.reduce((total, one) => total + one[direction], 0)
  return before.length === 0 ? 0 : Math.round((10 * sum) / before.length) / 10
}
