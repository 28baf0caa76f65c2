import { type Direction, directions } from '../model/index.ts'

/** Marks that the common fonts have, told apart by form. */
export const marks: Record<Direction, string> = { opens: '▲', closes: '▼', mixed: '◆' }

/** The word that stands beside the mark. */
export const words: Record<Direction, string> = { opens: 'opens', closes: 'closes', mixed: 'contested' }

const plurals: Record<Direction, string> = { opens: 'open', closes: 'close', mixed: 'contested' }

/** What the three words mean, for people who see them for the first time; no line ends behind a mark. */
export const legend = [
  `${marks.opens}\u00A0${words.opens}: more cheap space`,
  `${marks.closes}\u00A0${words.closes}: less of it`,
  `${marks.mixed}\u00A0${words.mixed}: both, or not settled yet`,
].join(' · ')

export type Tally = Record<Direction, number>

/** How many of each direction. */
export function tallyOf(of: readonly { direction: Direction }[]): Tally {
  const tally: Tally = { opens: 0, closes: 0, mixed: 0 }
  for (const { direction } of of) tally[direction] += 1
  return tally
}

/** `3 open`, `1 closes`, `2 contested`. */
export function countPhrase(direction: Direction, count: number): string {
  return `${count} ${count === 1 ? words[direction] : plurals[direction]}`
}

/** `3 open, 1 closes`; what there is none of is left out. */
export function tallyPhrase(tally: Tally): string {
  const some = directions.filter((direction) => tally[direction] > 0)
  return some.map((direction) => countPhrase(direction, tally[direction])).join(', ') || 'none'
}
