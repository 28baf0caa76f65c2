import type { SparseVector } from './softmax.ts'
import { isContent, rootOf, wordsOf } from './words.ts'

/** The features that a body of texts has in common, each weighed by how few of the texts have it. */
export interface FeatureSpace {
  size: number
  /** Features below this place are whole words; the others are pieces of words or of sentences. */
  words: number
  /** A text as a vector of length 1; features that no two texts of the body have are left out. */
  vector(text: string): SparseVector
}

/** Builds the space of some texts; `featuresOf` tells whole words by a leading blank. */
export function createFeatureSpace(
  texts: readonly string[],
  featuresOf: (text: string) => Set<string>,
): FeatureSpace {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const feature of featuresOf(text)) counts.set(feature, (counts.get(feature) ?? 0) + 1)
  }
  const shared = [...counts].filter(([, count]) => count > 1).map(([feature]) => feature)
  const words = shared.filter((feature) => feature.startsWith(' '))
  const ids = new Map(
    [...words, ...shared.filter((feature) => !feature.startsWith(' '))].map((feature, id) => [feature, id]),
  )
  const weightOf = (feature: string) => Math.log((texts.length + 1) / (counts.get(feature) ?? 1))
  return {
    size: ids.size,
    words: words.length,
    vector(text) {
      const [places, values]: [number[], number[]] = [[], []]
      let squares = 0
      for (const feature of featuresOf(text)) {
        const weight = weightOf(feature)
        squares += weight * weight
        const id = ids.get(feature)
        if (id === undefined) continue
        places.push(id)
        values.push(weight)
      }
      const length = Math.sqrt(squares) || 1
      return { ids: Int32Array.from(places), values: Float32Array.from(values, (value) => value / length) }
    },
  }
}

/** What a text is about: the roots of its content words, and their pieces of three to five letters. */
export function topicFeatures(text: string): Set<string> {
  const found = new Set<string>()
  for (const word of contentOf(text)) {
    found.add(` ${rootOf(word)}`)
    for (const piece of piecesOf(word, [3, 4, 5])) found.add(piece)
  }
  return found
}

/** Pieces of the content words alone, by which misspelt words meet. */
export function pieceFeatures(text: string): Set<string> {
  return new Set(contentOf(text).flatMap((word) => piecesOf(word, [3, 4, 5])))
}

/** How a text is worded: all its words, small ones too, in ones and twos, and their order with content words blanked out. */
export function wordingFeatures(text: string): Set<string> {
  const words = wordsOf(text.toLowerCase()).map((word) => word.replaceAll('’', "'"))
  const found = new Set<string>()
  for (const word of words) {
    found.add(` ${word}`)
    if (!isContent(word)) continue
    found.add(` root ${rootOf(word)}`)
    for (const piece of piecesOf(word, [4, 5])) found.add(piece)
  }
  const blanked = words.map((word) => (isContent(word) ? (/\d/.test(word) ? '#' : '*') : word))
  for (const run of runsOf(['^', ...blanked, '$'], [2, 3])) found.add(`~${run}`)
  for (const run of runsOf(['^', ...words], [2])) found.add(`=${run}`)
  return found
}

function contentOf(text: string): string[] {
  return wordsOf(text.toLowerCase()).filter(isContent)
}

/** Pieces of a word with its beginning and end marked, as `_op` and `en_` of `open`. */
function piecesOf(word: string, lengths: number[]): string[] {
  const marked = `_${word}_`
  return lengths.flatMap((length) =>
    Array.from({ length: Math.max(0, marked.length - length + 1) }, (_, i) => marked.slice(i, i + length)),
  )
}

function runsOf(words: string[], lengths: number[]): string[] {
  return lengths.flatMap((length) =>
    Array.from({ length: Math.max(0, words.length - length + 1) }, (_, i) =>
      words.slice(i, i + length).join(' '),
    ),
  )
}
