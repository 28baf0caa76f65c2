/** A figure has to reach so much, or must not go beyond it. */
export type Goal = { atLeast: number } | { atMost: number }

/** A line of the table. */
export interface Figure {
  what: string
  /** NaN where it could not be measured; `from` tells why then. */
  value: number
  /** What stands behind the number: `MB`, `times`, `of the bare loop`. */
  unit: string
  /** What it was reckoned from, in the same run. */
  from: string
  goal?: Goal
}

/** Why a bench measured nothing: what is missing, and how to get it. */
export interface Unable {
  unable: string
}

/** Something that is measured; each has a file of its own. */
export interface Bench {
  /** The word by which it is run alone. */
  name: string
  /** What its lines measure, in whole sentences. */
  measures: string
  /** `say` tells who waits what is being done. */
  run(say: (doing: string) => void): Promise<Figure[] | Unable>
}

export function median(values: number[]): number {
  return quantile(values, 0.5)
}

/** The value below which that share of them lies; of an even number the upper of the two in the middle. */
export function quantile(values: number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!
}

/**
 * Runs each of these in turns, `rounds` times (A B A B …), so that what else the machine does falls on all alike; gives what
 * each came to, by its name.
 */
export async function inTurns<Name extends string, Result>(
  rounds: number,
  what: Record<Name, () => Promise<Result> | Result>,
  say: (doing: string) => void = () => undefined,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(what) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) {
      say(`${name}, ${round} of ${rounds}`)
      results[name].push(await what[name]())
    }
  }
  return results
}

/** How long (ms) some work takes, and what it gives. */
export async function timed<Result>(
  work: () => Promise<Result> | Result,
): Promise<{ result: Result; ms: number }> {
  const began = performance.now()
  const result = await work()
  return { result, ms: performance.now() - began }
}

/** A number in English writing, with so many digits behind the point. */
export function written(value: number, digits = 0): string {
  return value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** A time as people say it. */
export function spoken(ms: number): string {
  return ms < 1000 ? `${written(ms, ms < 10 ? 2 : 0)} ms` : `${written(ms / 1000, ms < 10_000 ? 2 : 1)} s`
}
