/** A vector most of whose places are zero. */
export interface SparseVector {
  ids: Int32Array
  values: Float32Array
}

/** A softmax regression over sparse vectors whose classes may be learned in blocks, each block a softmax of its own. */
export interface Softmax {
  /** One step towards `label` among the classes from `from` up to, not including, `to`. */
  learn(vector: SparseVector, label: number, from: number, to: number, weight: number): void
  /** What each class gets, before a softmax. */
  logits(vector: SparseVector): Float64Array
  /** Frees what only learning needs. */
  settle(): void
}

/** Step size of AdaGrad, and its first sum of squares. */
const stepSize = 0.5
const firstSquares = 0.01
/** Classes whose probability is off by less are left as they are. */
const least = 1e-2

/** A regression that knows nothing yet: all classes alike. */
export function createSoftmax(features: number, classes: number): Softmax {
  const weights = new Float32Array(features * classes)
  let squares = new Float32Array(features * classes).fill(firstSquares)
  const off = new Float64Array(classes)
  return {
    learn({ ids, values }, label, from, to, weight) {
      const count = to - from
      off.fill(0, 0, count)
      for (let f = 0; f < ids.length; f++) {
        const [value, row] = [values[f]!, ids[f]! * classes + from]
        for (let k = 0; k < count; k++) off[k]! += value * weights[row + k]!
      }
      const all = logSumExp(off, 0, count)
      for (let k = 0; k < count; k++) {
        off[k] = (Math.exp(off[k]! - all) - (from + k === label ? 1 : 0)) * weight
        if (Math.abs(off[k]!) < least) off[k] = 0
      }
      for (let f = 0; f < ids.length; f++) {
        const [value, row] = [values[f]!, ids[f]! * classes + from]
        for (let k = 0; k < count; k++) {
          if (off[k] === 0) continue
          const slope = off[k]! * value
          const square = squares[row + k]! + slope * slope
          squares[row + k] = square
          weights[row + k]! -= (stepSize * slope) / Math.sqrt(square)
        }
      }
    },
    logits({ ids, values }) {
      const found = new Float64Array(classes)
      for (let f = 0; f < ids.length; f++) {
        const [value, row] = [values[f]!, ids[f]! * classes]
        for (let k = 0; k < classes; k++) found[k]! += value * weights[row + k]!
      }
      return found
    },
    settle() {
      squares = new Float32Array(0)
    },
  }
}

/** The logarithm of the sum of the exponentials from `from` up to, not including, `to`. */
export function logSumExp(values: ArrayLike<number>, from = 0, to = values.length): number {
  let most = Number.NEGATIVE_INFINITY
  for (let k = from; k < to; k++) if (values[k]! > most) most = values[k]!
  let sum = 0
  for (let k = from; k < to; k++) sum += Math.exp(values[k]! - most)
  return most + Math.log(sum)
}

/** The whole numbers below `count` in an order that is the same at every run, and another for every `seed`. */
export function shuffled(count: number, seed: number): number[] {
  let state = seed + 12_345
  const order = [...Array(count).keys()]
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    const j = Math.floor((state / 0x80000000) * (i + 1))
    const [a, b] = [order[i]!, order[j]!]
    order[i] = b
    order[j] = a
  }
  return order
}
