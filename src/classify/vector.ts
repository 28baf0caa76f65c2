import type { Features } from './features.ts'
import { meaningOf, meaningSize } from './meaning.ts'
import { type SparseVector, sparse } from './sparse.ts'
import type { Vocabulary } from './vocabulary.ts'

/**
 * Added to the square of a group's length: without it a title of one or two words would weigh as much per word as a
 * whole paragraph in all. About the square of ten common words; values from 50 to 1000 cross-validate alike.
 */
const shortness = 400

/** Groups of few features that count as they are, whatever the length of the text. */
const plainGroups = new Set(['kind', 'signals', 'own'])

/** How long the vectors over a vocabulary are: a number per feature, then the meaning. */
export function vectorSize(vocabulary: Vocabulary): number {
  return vocabulary.names.length + meaningSize()
}

/**
 * Weighs features by 1 + ln(count) and rarity, each group brought to length 1; `kind` and signals are as given. Features
 * that are not known count towards the length, so that a text of mostly unknown words says little. The meaning of the
 * words stands behind them. Empty when nothing of the text is known.
 */
export function vectorOf({ groups, words }: Features, vocabulary: Vocabulary): SparseVector {
  const indices: number[] = []
  const values: number[] = []
  for (const [name, group] of Object.entries(groups)) {
    const plain = plainGroups.has(name)
    const start = indices.length
    let square = 0
    for (const [feature, count] of group) {
      const index = vocabulary.names.indexOf(feature)
      const weight = count === 1 ? 1 : 1 + Math.log(count)
      if (index === undefined) {
        if (!plain) square += (weight * vocabulary.unknownIdf) ** 2
        continue
      }
      const value = plain ? Math.min(count, 2) * 0.5 : weight * vocabulary.idf[index]!
      indices.push(index)
      values.push(value)
      if (!plain) square += value * value
    }
    const length = plain ? 1 : Math.sqrt(square + shortness)
    for (let i = start; i < values.length; i++) values[i]! /= length
  }
  if (indices.length > 0) {
    for (const [d, value] of meaningOf(words, vocabulary).entries()) {
      if (value === 0) continue
      indices.push(vocabulary.names.length + d)
      values.push(value)
    }
  }
  return sparse(indices, values)
}
