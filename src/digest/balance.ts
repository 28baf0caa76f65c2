import { type Direction, effectiveDate, type LabelledItem, type WeekBalance, week } from '../model/index.ts'
import { leaningOf } from './leaning.ts'
import { isRoundUp } from './round-up.ts'
import { type Cluster, groupStories } from './stories.ts'

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

/** What earlier issues said of their own last seven days, by idea. */
export type FrozenWeeks = Map<string, WeekBalance[]>

/**
 * Balances as an issue shows them: the weeks that earlier issues closed stay as they said, and the last is counted from
 * the stories of this one, those among them that were not told because others were stronger included.
 */
export function closingBalances(
  counted: Map<string, WeekBalance[]>,
  frozen: FrozenWeeks,
  stories: Cluster[],
): Map<string, WeekBalance[]> {
  return new Map(
    [...counted].map(([idea, weeks]) => {
      const last = weeks.at(-1)!
      const own = { week: last.week, opens: 0, closes: 0, mixed: 0 }
      for (const story of stories) {
        const direction = leaningOf(story, idea)
        if (direction) own[direction] += 1
      }
      const said = new Map((frozen.get(idea) ?? []).map((week) => [week.week, week]))
      return [idea, [...weeks.slice(0, -1).map((week) => said.get(week.week) ?? week), own]]
    }),
  )
}

/** The mean of the four weeks before the last, to a tenth. */
export function usual(balance: WeekBalance[], direction: Direction): number {
  const before = balance.slice(-5, -1)
  const sum = before.reduce((total, one) => total + one[direction], 0)
  return before.length === 0 ? 0 : Math.round((10 * sum) / before.length) / 10
}
