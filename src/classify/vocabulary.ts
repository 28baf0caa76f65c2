import type { Features } from './features.ts'
import { type NameTable, nameTable } from './name-table.ts'

/** The features a model knows, with how rare each is. */
export interface Vocabulary {
  names: NameTable
  /** Inverse document frequency, smoothed: ln((1 + n) / (1 + df)) + 1. */
  idf: Float64Array
  /** The same for a feature that is not in the vocabulary. */
  unknownIdf: number
}

/**
 * Keeps the features that occur in at least two examples, in the order of their names. Of pairs of words, which are most
 * of all and cross-validate alike, those in at least three.
 */
export function buildVocabulary(documents: Iterable<Features>): Vocabulary {
  const counts = new Map<string, number>()
  let n = 0
  for (const { groups } of documents) {
    n += 1
    for (const group of Object.values(groups))
      for (const name of group.keys()) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const names: string[] = []
  for (const [name, count] of counts) if (count >= (isPair(name) ? 3 : 2)) names.push(name)
  names.sort()
  const idf = Float64Array.from(names, (name) => Math.log((1 + n) / (1 + counts.get(name)!)) + 1)
  const unknownIdf = Math.log((1 + n) / 2) + 1
  return vocabularyOf(names, idf, unknownIdf)
}

function isPair(name: string): boolean {
  return name.includes('+')
}

export function vocabularyOf(names: string[], idf: Float64Array, unknownIdf: number): Vocabulary {
  return { names: nameTable(names), idf, unknownIdf }
}
