import { type Net, netSize, scoresOf } from '../../src/ask/net.ts'

/** Candidates whose inputs follow each other, and which of them are right. */
export interface Choice {
  values: Float32Array
  right: number[]
  weight: number
}

const batch = 16
const step = 0.01
const decay = { first: 0.9, second: 0.999 }

/** Numbers from 0 up to, not including, 1, the same at every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x80000000
  }
}

/** Nets from so many beginnings, as one net that gives their mean. */
export function trainNets(
  choices: readonly Choice[],
  inputs: readonly string[],
  options: { hidden: number; rounds: number; penalty?: number },
  count = 3,
): Net {
  const nets = Array.from({ length: count }, (_, i) => trainNet(choices, inputs, { ...options, seed: 7 + i }))
  const width = inputs.length
  const units = nets.flatMap(({ hidden, weights }) =>
    Array.from({ length: hidden }, (_, unit) => {
      const from = width + unit * (width + 2)
      return [...weights.slice(from, from + width + 1), weights[from + width + 1]! / count]
    }),
  )
  const linear = Array.from(
    { length: width },
    (_, k) => nets.reduce((sum, { weights }) => sum + weights[k]!, 0) / count,
  )
  return { inputs, hidden: units.length, weights: [...linear, ...units.flat()] }
}

/**
 * Fits a net so that the softmax over each choice's candidates favours those that are right (Adam, falling step). The same
 * choices give the same net.
 */
function trainNet(
  choices: readonly Choice[],
  inputs: readonly string[],
  {
    hidden,
    rounds,
    penalty = 1e-4,
    seed,
  }: { hidden: number; rounds: number; penalty?: number; seed: number },
): Net {
  const width = inputs.length
  const next = numbers(seed)
  const weights = Array.from({ length: netSize(width, hidden) }, (_, i) =>
    i < width ? 0 : (next() - 0.5) / 2,
  )
  const [first, second, slope] = [0, 0, 0].map(() => new Float64Array(weights.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const net = { inputs, hidden, weights }
  const order = [...choices.keys()]
  let turn = 0
  for (let round = 0; round < rounds; round++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1))
      const [a, b] = [order[i]!, order[j]!]
      order[i] = b
      order[j] = a
    }
    const rate = step * (1 - (0.9 * round) / rounds)
    for (let from = 0; from < order.length; from += batch) {
      slope.fill(0)
      for (const i of order.slice(from, from + batch)) addSlope(net, choices[i]!, slope)
      turn += 1
      for (let i = 0; i < weights.length; i++) {
        const own = slope[i]! / batch + penalty * weights[i]!
        first[i] = decay.first * first[i]! + (1 - decay.first) * own
        second[i] = decay.second * second[i]! + (1 - decay.second) * own * own
        const [mean, spread] = [
          first[i]! / (1 - decay.first ** turn),
          second[i]! / (1 - decay.second ** turn),
        ]
        weights[i]! -= (rate * mean) / (Math.sqrt(spread) + 1e-8)
      }
    }
  }
  return net
}

function addSlope(
  net: { inputs: readonly string[]; hidden: number; weights: number[] },
  { values, right, weight }: Choice,
  slope: Float64Array,
): void {
  const { hidden, weights } = net
  const width = net.inputs.length
  const scores = scoresOf(net, values)
  const most = Math.max(...scores)
  const odds = scores.map((score) => Math.exp(score - most))
  const all = odds.reduce((sum, one) => sum + one, 0)
  const isRight = new Set(right)
  const allRight = right.reduce((sum, i) => sum + odds[i]!, 0) || 1
  for (const [i, one] of odds.entries()) {
    const off = (one / all - (isRight.has(i) ? one / allRight : 0)) * weight
    if (Math.abs(off) < 1e-5) continue
    const from = i * width
    for (let k = 0; k < width; k++) slope[k]! += off * values[from + k]!
    for (let unit = 0, at = width; unit < hidden; unit++, at += width + 2) {
      let sum = weights[at + width]!
      for (let k = 0; k < width; k++) sum += weights[at + k]! * values[from + k]!
      const output = Math.tanh(sum)
      slope[at + width + 1]! += off * output
      const back = off * weights[at + width + 1]! * (1 - output * output)
      slope[at + width]! += back
      for (let k = 0; k < width; k++) slope[at + k]! += back * values[from + k]!
    }
  }
}
