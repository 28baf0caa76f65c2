import type { Features } from './features.ts'
import { meaningOf, meaningSize } from './meaning.ts'
import { type SparseVector, sparse } from './sparse.ts'
import type { Vocabulary } from './vocabulary.ts'

/**
 * Added to the square of a group's length: without it a title of one or two words would weigh as much per word as a
 * whole paragraph in all. About the square of ten common words; values from 50 to 1000 cross-validate alike.
 */
const shortness = 400

/** How long the vectors over a vocabulary are: a number per feature, then the meaning. */
export function vectorSize(vocabulary: Vocabulary): number {
  return vocabulary.names.length + meaningSize
}

/**
 * Weighs features by 1 + ln(count) and rarity, each group brought to length 1; `kind` and signals are as given. Features
 * that are not known count towards the length, so that a text of mostly unknown words says little. The meaning of the
 * words stands behind them. Empty when nothing of the text is known.
 */
export function vectorOf({ groups, words }: Features, vocabulary: Vocabulary): SparseVector {
  const entries = new Map<number, number>()
  for (const group of Object.values(groups)) {
    const weighed: [number, number][] = []
    let square = 0
    for (const [name, count] of group) {
      const index = vocabulary.index.get(name)
      const plain = name.startsWith('kind ') || name.startsWith('signal ')
      if (index === undefined) {
        if (!plain) square += ((1 + Math.log(count)) * vocabulary.unknownIdf) ** 2
        continue
      }
      const value = plain ? Math.min(count, 2) * 0.5 : (1 + Math.log(count)) * vocabulary.idf[index]!
      weighed.push([index, value])
      if (!plain) square += value * value
    }
    const length = square > 0 ? Math.sqrt(square + shortness) : 1
    for (const [index, value] of weighed) entries.set(index, value / length)
  }
  if (entries.size > 0) {
    for (const [d, value] of meaningOf(words, vocabulary).entries()) {
      entries.set(vocabulary.names.length + d, value)
    }
  }
  return sparse(entries)
}
