import { wordVectors } from '../lib/meaning/index.ts'
import { stemOf } from '../lib/text/index.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Numbers that the meaning of a text adds to its features: the mean, and the highest and lowest of each dimension. */
export const meaningSize = () => 3 * wordVectors().dimensions

/** How much meaning counts beside the words themselves; 2 to 6 cross-validate alike. */
const strength = 4
/** Words commoner than this (inverse document frequency) are left out of the extremes. */
const rareEnough = 3

/**
 * The meaning of a text by its words' vectors: their mean weighted by rarity, and per dimension the highest and lowest
 * value any rarer word has, so that one telling word is not averaged away. Each part is brought to a length below
 * `strength`; a text of unknown words is all zeros.
 */
export function meaningOf(words: string[], vocabulary: Vocabulary): Float64Array {
  const vectors = wordVectors()
  const { dimensions } = vectors
  const mean = new Float64Array(dimensions)
  const extremes = new Float64Array(2 * dimensions)
  const vector = new Float64Array(dimensions)
  for (const word of words) {
    const index = vocabulary.names.indexOf(stemOf(word))
    const rarity = index === undefined ? vocabulary.unknownIdf : vocabulary.idf[index]!
    if (!vectors.addTo(mean, word, rarity - 1) || rarity < rareEnough) continue
    vectors.read(vector, word)
    for (let d = 0; d < dimensions; d++) {
      const value = vector[d]!
      if (value > extremes[d]!) extremes[d] = value
      if (-value > extremes[dimensions + d]!) extremes[dimensions + d] = -value
    }
  }
  const both = new Float64Array(meaningSize())
  both.set(toLength(mean), 0)
  both.set(toLength(extremes), dimensions)
  return both
}

/** How much each word's meaning adds to a decision, by the mean's part of its `weights`; unknown words are left out. */
export function meaningByWord(
  words: string[],
  vocabulary: Vocabulary,
  weights: Float64Array,
): { word: string; value: number }[] {
  const vectors = wordVectors()
  const vector = new Float64Array(vectors.dimensions)
  const mean = new Float64Array(vectors.dimensions)
  const shares = new Map<string, number>()
  for (const word of words) {
    const index = vocabulary.names.indexOf(stemOf(word))
    const rarity = (index === undefined ? vocabulary.unknownIdf : vocabulary.idf[index]!) - 1
    if (!vectors.read(vector, word)) continue
    vectors.addTo(mean, word, rarity)
    const share = vector.reduce((sum, value, d) => sum + rarity * value * weights[d]!, 0)
    shares.set(word, (shares.get(word) ?? 0) + share)
  }
  const length = Math.sqrt(mean.reduce((sum, value) => sum + value * value, 1))
  return [...shares].map(([word, share]) => ({ word, value: (strength * share) / length }))
}

function toLength(part: Float64Array): Float64Array {
  const length = Math.sqrt(part.reduce((sum, value) => sum + value * value, 1))
  return part.map((value) => (strength * value) / length)
}
