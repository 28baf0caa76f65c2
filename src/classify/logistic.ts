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
 * from a fixed seed: the same input gives the same model to the last bit. Several questions about the same examples are
 * fitted in one go, a model each: `answers` holds a list per question, with an answer per example. Their weights lie
 * side by side while they are fitted, so that memory is walked through once for all of them.
 */
export function fitLogistic(
  xs: SparseVector[],
  answers: boolean[][],
  size: number,
  options: TrainingOptions,
): LinearModel[] {
  const questions = answers.length
  const weights = new Float64Array(size * questions)
  const squares = new Float64Array(size * questions).fill(1e-8)
  // The bias is what is said of a text that says nothing: how common the idea is. Left to learning it would rise and the
  // commonest words would pay for it, and a title of one unknown word would be given every idea.
  const biases = answers.map((ys) => logOdds(ys, options.positiveWeight))
  const rate = 0.3
  const order = xs.map((_, i) => i)
  const random = seeded(7)
  const errors = new Float64Array(questions)
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    shuffle(order, random)
    for (const n of order) {
      const { indices, values } = xs[n]!
      errors.fill(0)
      for (let i = 0; i < indices.length; i++) {
        const at = indices[i]! * questions
        for (let q = 0; q < questions; q++) errors[q]! += values[i]! * weights[at + q]!
      }
      for (let q = 0; q < questions; q++) {
        const yes = answers[q]![n]!
        const error = sigmoid(errors[q]! + biases[q]!) - (yes ? 1 : 0)
        errors[q] = yes ? options.positiveWeight * error : error
      }
      for (let i = 0; i < indices.length; i++) {
        const at = indices[i]! * questions
        for (let q = 0; q < questions; q++) {
          const gradient = errors[q]! * values[i]! + options.l2 * weights[at + q]!
          squares[at + q]! += gradient * gradient
          weights[at + q]! -= (rate * gradient) / Math.sqrt(squares[at + q]!)
        }
      }
    }
  }
  return biases.map((bias, q) => ({ weights: everyNth(weights, q, questions), bias }))
}

/** The numbers at `first`, `first + step` and so on. */
function everyNth(numbers: Float64Array, first: number, step: number): Float64Array {
  return Float64Array.from({ length: numbers.length / step }, (_, i) => numbers[first + i * step]!)
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
 * Platt's calibration (1999, with Lin, Lin and Weng's smoothed targets and halved steps of 2007) by Newton's method on
 * values that the model gave for examples it had not been fitted on.
 */
export function fitCalibration(values: number[], ys: boolean[]): Calibration {
  const positives = ys.filter(Boolean).length
  const targets = ys.map((y) => (y ? (positives + 1) / (positives + 2) : 1 / (ys.length - positives + 2)))
  let at = { a: 1, b: 0 }
  let loss = calibrationLoss(at, values, targets)
  for (let step = 0; step < 50; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-6, 0, 1e-6]
    for (const [i, z] of values.entries()) {
      const p = sigmoid(at.a * z + at.b)
      const error = p - targets[i]!
      const curve = Math.max(p * (1 - p), 1e-9)
      ga += error * z
      gb += error
      haa += curve * z * z
      hab += curve * z
      hbb += curve
    }
    const det = haa * hbb - hab * hab
    let [da, db] = [(hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det]
    // A whole step may overshoot without end where few are right and lie far from the rest.
    let next = { a: at.a - da, b: at.b - db }
    let nextLoss = calibrationLoss(next, values, targets)
    for (let halving = 0; !(nextLoss <= loss) && halving < 40; halving++) {
      ;[da, db] = [da / 2, db / 2]
      next = { a: at.a - da, b: at.b - db }
      nextLoss = calibrationLoss(next, values, targets)
    }
    if (!(nextLoss <= loss)) break
    ;[at, loss] = [next, nextLoss]
    if (Math.abs(da) + Math.abs(db) < 1e-9) break
  }
  return Number.isFinite(at.a) && at.a > 0 ? at : { a: 1, b: 0 }
}

/** The cross-entropy between the targets and what a calibration says. */
function calibrationLoss({ a, b }: Calibration, values: number[], targets: number[]): number {
  let sum = 0
  for (const [i, value] of values.entries()) {
    const z = a * value + b
    // ln(1 + e^z) − t·z, written so that e^z cannot overflow.
    sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - targets[i]! * z
  }
  return sum
}
