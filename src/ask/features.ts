import type { SparseVector } from './softmax.ts'
import { isContent, rootOf, wordsOf } from './words.ts'

/** The features that a body of texts has in common, each weighed by how few of the texts have it. */
export interface FeatureSpace {
  size: number
  /** Features below this place are whole words; the others are pieces of words or of sentences. */
  words: number
  /** The texts it was built of, in their order. */
  vectors: SparseVector[]
  /** A text as a vector of length 1; features that no two texts of the body have are left out. */
  vector(text: string): SparseVector
}

/** Builds the space of some texts; `featuresOf` tells whole words by a leading blank, and may say a feature twice. */
export function createFeatureSpace(
  texts: readonly string[],
  featuresOf: (text: string) => string[],
): FeatureSpace {
  const met = new Map<string, number>()
  const counts: number[] = []
  const lastIn: number[] = []
  const held = texts.map((text, i) => {
    const own: number[] = []
    for (const feature of featuresOf(text)) {
      let id = met.get(feature)
      if (id === undefined) {
        id = counts.length
        met.set(feature, id)
        counts.push(0)
        lastIn.push(-1)
      }
      if (lastIn[id] === i) continue
      lastIn[id] = i
      counts[id]! += 1
      own.push(id)
    }
    return own
  })
  const shared = [...met].filter(([, id]) => counts[id]! > 1)
  const ordered = [
    ...shared.filter(([feature]) => feature.startsWith(' ')),
    ...shared.filter(([feature]) => !feature.startsWith(' ')),
  ]
  const places = new Int32Array(counts.length).fill(-1)
  for (const [place, [, id]] of ordered.entries()) places[id] = place
  const weightOf = (count: number) => Math.log((texts.length + 1) / Math.max(1, count))
  const weights = Float32Array.from(ordered, ([, id]) => weightOf(counts[id]!))
  const rare = weightOf(1)
  const known = new Map(ordered.map(([feature], place) => [feature, place]))

  /** `found` are the places of a text's features, -1 for each that is not shared. */
  function unit(found: number[]): SparseVector {
    const ids = Int32Array.from(found.filter((place) => place >= 0))
    let squares = (found.length - ids.length) * rare * rare
    for (const id of ids) squares += weights[id]! ** 2
    const length = Math.sqrt(squares) || 1
    return { ids, values: Float32Array.from(ids, (id) => weights[id]! / length) }
  }

  return {
    size: ordered.length,
    words: shared.filter(([feature]) => feature.startsWith(' ')).length,
    vectors: held.map((own) => unit(own.map((id) => places[id]!))),
    vector: (text) => unit([...new Set(featuresOf(text))].map((feature) => known.get(feature) ?? -1)),
  }
}

/** What a text is about: the roots of its content words, and their pieces, by which misspelt words meet. */
export function topicFeatures(text: string): string[] {
  const found: string[] = []
  for (const word of contentOf(text)) {
    found.push(` ${rootOf(word)}`)
    addPieces(found, word)
  }
  return found
}

/** How a text is worded: all its words, small ones too, in ones and twos, the latter with content words blanked out as well. */
export function wordingFeatures(text: string): string[] {
  const words = wordsOf(text.toLowerCase()).map((word) => word.replaceAll('’', "'"))
  const found: string[] = []
  for (const word of words) {
    found.push(` ${word}`)
    if (!isContent(word)) continue
    found.push(` root ${rootOf(word)}`)
  }
  const blanked = ['^', ...words.map((word) => (isContent(word) ? (/\d/.test(word) ? '#' : '*') : word)), '$']
  for (let i = 0; i + 1 < blanked.length; i++) found.push(`~${blanked[i]} ${blanked[i + 1]}`)
  for (const [i, word] of words.entries()) found.push(`=${i === 0 ? '^' : words[i - 1]} ${word}`)
  return found
}

function contentOf(text: string): string[] {
  return wordsOf(text.toLowerCase()).filter(isContent)
}

/** Letters in a piece of a word; pieces of three and five beside them added nothing. */
const piece = 4

/** Adds the pieces of a word with its beginning and end marked, as `_ope` and `pen_` of `open`. */
function addPieces(found: string[], word: string): void {
  const marked = `_${word}_`
  for (let i = 0; i + piece <= marked.length; i++) found.push(marked.slice(i, i + piece))
}
