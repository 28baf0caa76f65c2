/**
 * A small network that scores one candidate by its inputs: a linear part and a hidden layer of tanh units beside it.
 * `weights` holds the linear ones, then for each unit those of its inputs, its bias and its output.
 */
export interface Net {
  inputs: readonly string[]
  hidden: number
  weights: readonly number[]
}

/** Places of a net's weights. */
export function netSize(inputs: number, hidden: number): number {
  return inputs + hidden * (inputs + 2)
}

/** The scores of candidates whose inputs follow each other in `values`. Throws when these are not so many inputs each. */
export function scoresOf({ inputs, hidden, weights }: Net, values: Float32Array): Float64Array {
  const width = inputs.length
  if (values.length % width !== 0) {
    throw new Error(
      `The weights are for ${width} inputs a candidate, and there are ${values.length} in all: run node test/ask/derive-weights.ts.`,
    )
  }
  const scores = new Float64Array(values.length / width)
  for (let c = 0; c < scores.length; c++) {
    const from = c * width
    let score = 0
    for (let k = 0; k < width; k++) score += weights[k]! * values[from + k]!
    for (let unit = 0, at = width; unit < hidden; unit++, at += width + 2) {
      let sum = weights[at + width]!
      for (let k = 0; k < width; k++) sum += weights[at + k]! * values[from + k]!
      score += weights[at + width + 1]! * Math.tanh(sum)
    }
    scores[c] = score
  }
  return scores
}
