import { seeded } from '../chance.ts'

/** How chance is measured: so many samples drawn with replacement, from a seed. */
export interface Sampling {
  resamples: number
  seed: number
}

/** Where 95 of 100 samples lie. */
export type Interval = [low: number, high: number]

/**
 * The percentile bootstrap (Efron 1979): `measure` is taken of as many samples of the items as asked for, each as large
 * as the whole and drawn from it with replacement. The same seed gives the same samples.
 */
export function bootstrap<Item, Measure>(
  items: Item[],
  measure: (sample: Item[]) => Measure,
  { resamples, seed }: Sampling,
): Measure[] {
  const random = seeded(seed)
  return Array.from({ length: resamples }, () =>
    measure(items.map(() => items[Math.floor(random() * items.length)]!)),
  )
}

/** The middle 95 % of values; those that could not be measured are left out, and null is said when that is all. */
export function interval95(values: (number | null)[]): Interval | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b)
  if (sorted.length === 0) return null
  const tail = Math.floor(sorted.length * 0.025)
  return [sorted[tail]!, sorted[sorted.length - 1 - tail]!]
}
