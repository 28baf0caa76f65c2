import { seeded, shuffle } from './chance.ts'
import { dot, type SparseVector } from './sparse.ts'

/** A linear decision: positive speaks for, negative against. */
export interface LinearModel {
  weights: Float64Array
  bias: number
}

export interface TrainingOptions {
  /** Strength of the pull towards zero, per example. */
  l2: number
  epochs: number
  /** How much more a positive example counts than a negative one. */
  positiveWeight: number
}

/**
 * Logistic regression with L2, fitted by AdaGrad (Duchi, Hazan, Singer 2011) over examples in an order that is shuffled
 * from a fixed seed: the same input gives the same model to the last bit.
 */
export function fitLogistic(
  xs: SparseVector[],
  ys: boolean[],
  size: number,
  options: TrainingOptions,
): LinearModel {
  const weights = new Float64Array(size)
  const squares = new Float64Array(size).fill(1e-8)
  // The bias is what is said of a text that says nothing: how common the idea is. Left to learning it would rise and the
  // commonest words would pay for it, and a title of one unknown word would be given every idea.
  const bias = logOdds(ys, options.positiveWeight)
  const rate = 0.3
  const order = xs.map((_, i) => i)
  const random = seeded(7)
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    shuffle(order, random)
    for (const n of order) {
      const x = xs[n]!
      const error = sigmoid(dot(x, weights) + bias) - (ys[n] ? 1 : 0)
      const scale = ys[n] ? options.positiveWeight : 1
      for (let i = 0; i < x.indices.length; i++) {
        const index = x.indices[i]!
        const gradient = scale * error * x.values[i]! + options.l2 * weights[index]!
        squares[index]! += gradient * gradient
        weights[index]! -= (rate * gradient) / Math.sqrt(squares[index]!)
      }
    }
  }
  return { weights, bias }
}

function logOdds(ys: boolean[], positiveWeight: number): number {
  const positives = ys.filter(Boolean).length
  return Math.log((positives * positiveWeight + 1) / (ys.length - positives + 1))
}

/** The decision value of `x`. */
export function decide(model: LinearModel, x: SparseVector): number {
  return dot(x, model.weights) + model.bias
}

export function sigmoid(z: number): number {
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z))
}

/** Turns decision values into probabilities: sigmoid(a·z + b). */
export interface Calibration {
  a: number
  b: number
}

/**
 * Platt's calibration (1999, with Lin, Lin and Weng's smoothed targets of 2007) by Newton's method on values that the
 * model gave for examples it had not been fitted on.
 */
export function fitCalibration(values: number[], ys: boolean[]): Calibration {
  const positives = ys.filter(Boolean).length
  const targets = ys.map((y) => (y ? (positives + 1) / (positives + 2) : 1 / (ys.length - positives + 2)))
  let [a, b] = [1, 0]
  for (let step = 0; step < 50; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-6, 0, 1e-6]
    for (const [i, z] of values.entries()) {
      const p = sigmoid(a * z + b)
      const error = p - targets[i]!
      const curve = Math.max(p * (1 - p), 1e-9)
      ga += error * z
      gb += error
      haa += curve * z * z
      hab += curve * z
      hbb += curve
    }
    const det = haa * hbb - hab * hab
    const [da, db] = [(hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det]
    a -= da
    b -= db
    if (Math.abs(da) + Math.abs(db) < 1e-9) break
  }
  return Number.isFinite(a) && a > 0 ? { a, b } : { a: 1, b: 0 }
}
