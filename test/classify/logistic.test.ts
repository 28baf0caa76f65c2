import { describe, expect, test } from 'vitest'
import {
  decide,
  fitCalibration,
  fitLogistic,
  sigmoid,
  type TrainingOptions,
} from '../../src/classify/logistic.ts'
import { dot, type SparseVector, sparse } from '../../src/classify/sparse.ts'

const options = { l2: 1e-3, epochs: 20, positiveWeight: 1 }
const vector = (...values: number[]) => sparse([...values.keys()], values)

const fitOne = (xs: SparseVector[], ys: boolean[], size: number, how: TrainingOptions) =>
  fitLogistic(xs, [ys], size, how)[0]!

describe('logistic regression', () => {
  // Feature 0 speaks for, feature 1 against, feature 2 is in every example.
  const xs = Array.from({ length: 40 }, (_, i) => (i % 2 ? vector(1, 0, 0.5) : vector(0, 1, 0.5)))
  const ys = xs.map((_, i) => i % 2 === 1)

  test('parts what can be parted', () => {
    const model = fitOne(xs, ys, 3, options)
    expect(xs.map((x) => decide(model, x) > 0)).toEqual(ys)
    expect(model.weights[0]).toBeGreaterThan(0)
    expect(model.weights[1]).toBeLessThan(0)
    expect(Math.abs(model.weights[2]!)).toBeLessThan(Math.abs(model.weights[0]!))
  })

  test('gives the same model to the last bit', () => {
    expect(fitOne(xs, ys, 3, options)).toEqual(fitOne(xs, ys, 3, options))
  })

  test('says of several questions what it says of each alone', () => {
    const others = [ys.map((y) => !y), ys.map(() => true)]
    const together = fitLogistic(xs, [ys, ...others], 3, options)
    expect(together).toEqual([ys, ...others].map((answers) => fitOne(xs, answers, 3, options)))
  })

  test('leaves what it never saw at nothing', () => {
    expect(fitOne(xs, ys, 5, options).weights.slice(3)).toEqual(new Float64Array(2))
  })

  test('pulls weights towards zero, the more the stronger l2 is', () => {
    const weight = (l2: number) => fitOne(xs, ys, 3, { ...options, l2 }).weights[0]!
    expect(weight(1)).toBeLessThan(weight(1e-3))
  })

  test('leans to positives when they count for more', () => {
    const unsure = { xs: [vector(1), vector(1)], ys: [true, false] }
    const value = (positiveWeight: number) =>
      decide(fitOne(unsure.xs, unsure.ys, 1, { ...options, positiveWeight }), vector(1))
    expect(value(4)).toBeGreaterThan(value(1))
  })

  test.each([
    ['no positive', xs.map(() => false)],
    ['no negative', xs.map(() => true)],
  ])('of examples with %s stays finite and says so', (_, all) => {
    const model = fitOne(xs, all, 3, options)
    for (const x of xs) {
      expect(Number.isFinite(decide(model, x))).toBe(true)
      expect(decide(model, x) > 0).toBe(all[0])
    }
  })

  test('of no example is finite', () => {
    expect(Number.isFinite(decide(fitOne([], [], 2, options), vector(1, 1)))).toBe(true)
  })
})

describe('the sigmoid', () => {
  test('is a half at zero, symmetric, and finite far out', () => {
    expect(sigmoid(0)).toBe(0.5)
    expect(sigmoid(3) + sigmoid(-3)).toBeCloseTo(1, 12)
    expect([sigmoid(1e4), sigmoid(-1e4)]).toEqual([1, 0])
  })
})

describe('calibration', () => {
  const values = Array.from({ length: 100 }, (_, i) => (i - 50) / 10)
  // The higher the value, the more often it is right, with a few that are not.
  const ys = values.map((value, i) => value + ((i * 37) % 7) - 3 > 1)
  const probabilities = (at: number[], truths = ys) => {
    const { a, b } = fitCalibration(values, truths)
    return at.map((value) => sigmoid(a * value + b))
  }

  test('keeps the order of the values', () => {
    const found = probabilities(values)
    expect(found).toEqual([...found].sort((a, b) => a - b))
    expect(found[0]).toBeLessThan(found.at(-1)!)
  })

  test('says as much in sum as there is', () => {
    const sum = probabilities(values).reduce((a, b) => a + b, 0)
    expect(sum).toBeCloseTo(ys.filter(Boolean).length, 0)
  })

  test('makes a probability small where little was right', () => {
    const rare = values.map((value) => value > 4.5)
    expect(probabilities([0], rare)[0]).toBeLessThan(0.1)
    expect(probabilities([0])[0]).toBeGreaterThan(0.1)
  })

  test.each([1, 2, 3, 4, 5, 6])(
    'of a dozen that stand out by %d stays a calibration, not a cliff',
    (lift) => {
      const few = Array.from({ length: 3000 }, (_, i) => -10 + ((i * 37) % 100) / 50 + (i < 12 ? lift : 0))
      const { a, b } = fitCalibration(
        few,
        few.map((_, i) => i < 12),
      )
      const sum = few.map((value) => sigmoid(a * value + b)).reduce((x, y) => x + y, 0)
      expect(a).toBeLessThan(10)
      expect(Math.abs(sum - 12)).toBeLessThan(1.5)
    },
  )

  test.each([
    ['nothing is right', values.map(() => false)],
    ['everything is right', values.map(() => true)],
    ['the values speak for the contrary', values.map((value) => value < 0)],
  ])('where %s still gives probabilities in the order of the values', (_, truths) => {
    const found = probabilities(values, truths)
    expect(found.every((p) => p >= 0 && p <= 1)).toBe(true)
    expect(found).toEqual([...found].sort((a, b) => a - b))
  })
})

test('a sparse vector multiplies what it holds, in any order', () => {
  const x = sparse([5, 1], [2, 3])
  expect(dot(x, Float64Array.from([9, 10, 9, 9, 9, 100]))).toBe(230)
})
