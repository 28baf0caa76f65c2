import type { Example, Idea } from '../../model/index.ts'
import { seeded, shuffle } from '../chance.ts'
import type { Classifier } from '../classifier.ts'
import { assess } from './assess.ts'
import type { Interval, Sampling } from './bootstrap.ts'

/** What a part of the labels is good for. */
export interface CurvePoint {
  /** Part of the labels trained on, 0 to 1. */
  share: number
  examples: number
  macroF1: number
  interval: Interval | null
}

const shares = [0.125, 0.25, 0.5, 1]

/**
 * Trains on an eighth, a quarter, a half and all of the examples, each part inside the next, and scores each time on
 * the same `test` items: whether more labels would still help.
 */
export async function learningCurve(options: {
  examples: Example[]
  test: Example[]
  ideas: Idea[]
  teach: (examples: Example[]) => Promise<Classifier>
  sampling: Sampling
  progress?: (done: number, total: number, what: string) => void
}): Promise<CurvePoint[]> {
  const points: CurvePoint[] = []
  for (const [i, share] of shares.entries()) {
    options.progress?.(i, shares.length, '')
    const part = partOf(options.examples, share, options.sampling.seed)
    const classifier = await options.teach(part)
    const { macroF1, intervals } = assess(classifier, options.test, options.ideas, options.sampling)
    points.push({ share, examples: part.length, macroF1, interval: intervals.macroF1 })
  }
  return points
}

/** A part of the examples by chance, in their order; with the same seed a smaller part lies inside a larger one. */
export function partOf(examples: Example[], share: number, seed: number): Example[] {
  const order = examples.map((_, i) => i)
  shuffle(order, seeded(seed))
  const chosen = new Set(order.slice(0, Math.round(examples.length * share)))
  return examples.filter((_, i) => chosen.has(i))
}
