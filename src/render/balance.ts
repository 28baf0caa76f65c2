import { type Direction, directions, type WeekBalance } from '../model/index.ts'
import { shortDate } from './dates.ts'
import { marks, type Tally, tallyPhrase } from './directions.ts'
import { plural } from './numbers.ts'

/** How many weeks the charts show. */
const span = 12
const levels = '▁▂▃▄▅▆▇█'

export interface Spark {
  direction: Direction
  mark: string
  bars: string
  /** The same in numbers: `0, 2, 1`. */
  counts: string
}

/** The weeks as block characters, a row for each direction, all to one scale. */
export function sparks(balance: readonly WeekBalance[]): Record<Direction, Spark> {
  const weeks = lastWeeks(balance)
  const most = Math.max(4, ...weeks.flatMap((week) => directions.map((direction) => week[direction])))
  const spark = (direction: Direction): Spark => ({
    direction,
    mark: marks[direction],
    bars: weeks.map((week) => bar(week[direction], most)).join(''),
    counts: weeks.map((week) => week[direction]).join(', '),
  })
  return { opens: spark('opens'), closes: spark('closes'), mixed: spark('mixed') }
}

export interface Block {
  kind: Direction
  x: number
  y: number
  width: number
  height: number
}

/** A street seen from the front, a house for each week; sizes are in the units of the drawing. */
export interface Elevation {
  width: number
  height: number
  ground: number
  blocks: Block[]
  first: string
  last: string
  /** `12 weeks: 23 open, 14 close, 6 contested`. */
  summary: string
}

/**
 * The weeks as a street: what opens is built up from the ground, what is contested stands on top of it as an empty
 * frame, what closes is dug out below. A storey is one item, as long as storeys stay high enough to be counted.
 */
export function elevation(balance: readonly WeekBalance[], width: number, height: number): Elevation {
  const weeks = lastWeeks(balance)
  const up = Math.max(1, ...weeks.map((week) => week.opens + week.mixed))
  const down = Math.max(1, ...weeks.map((week) => week.closes))
  const storey = Math.min((height - 2) / (up + down), height / 6)
  const ground = round(1 + up * storey)
  const lot = width / span
  const house = round(lot * 0.68)
  const start = span - weeks.length
  const blocks: Block[] = []
  weeks.forEach((week, index) => {
    const x = round((start + index) * lot + (lot - house) / 2)
    const stack = (kind: Direction, count: number, from: number) => {
      for (const { at, high } of storeys(count, storey)) {
        const y = kind === 'closes' ? ground + at : ground - from * storey - at - high
        blocks.push({ kind, x, y: round(y), width: house, height: round(high) })
      }
    }
    stack('opens', week.opens, 0)
    stack('mixed', week.mixed, week.opens)
    stack('closes', week.closes, 0)
  })
  return {
    width,
    height: Math.ceil(ground + down * storey + 1),
    ground,
    blocks,
    first: weeks[0] ? shortDate(weeks[0].week, weeks.at(-1)!.week) : '',
    last: weeks.length ? shortDate(weeks.at(-1)!.week, weeks.at(-1)!.week) : '',
    summary: balanceSummary(weeks),
  }
}

/** What the charts show, in words: `12 weeks: 23 open, 14 close, 6 contested`. */
export function balanceSummary(balance: readonly WeekBalance[]): string {
  const weeks = lastWeeks(balance)
  return `${plural(weeks.length, 'week')}: ${tallyPhrase(total(weeks))}`
}

/** All weeks together. */
export function total(balance: readonly WeekBalance[]): Tally {
  const sum: Tally = { opens: 0, closes: 0, mixed: 0 }
  for (const week of balance) for (const direction of directions) sum[direction] += week[direction]
  return sum
}

/** The weeks that charts show, oldest first. */
export function lastWeeks(balance: readonly WeekBalance[]): WeekBalance[] {
  return balance.toSorted((a, b) => (a.week < b.week ? -1 : 1)).slice(-span)
}

function bar(count: number, most: number): string {
  if (count <= 0) return '·'
  return levels[Math.max(0, Math.ceil((count / most) * levels.length) - 1)]!
}

function storeys(count: number, storey: number): { at: number; high: number }[] {
  if (count <= 0) return []
  const gap = 1
  if (storey < 4) return [{ at: gap, high: Math.max(count * storey - gap, 0.5) }]
  return Array.from({ length: count }, (_, floor) => ({ at: floor * storey + gap, high: storey - gap }))
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
