import type { FeatureSpace } from './features.ts'
import type { Shelf } from './shelf.ts'
import { createSoftmax, logSumExp, type SparseVector, shuffled } from './softmax.ts'

/** A text with the place in the wiki that it belongs to: a question of the past, a sentence, a heading. */
export interface Placed {
  /** Its words and pieces of words, in the space that everything is learned in. */
  vector: SparseVector
  /** Place of its passage on the shelf. */
  passage: number
  /** Place of its sentence on the shelf; null where no one sentence is meant. */
  sentence: number | null
  weight: number
}

/** How likely each place is to answer a text, as logarithms of probabilities. */
export interface PlaceOdds {
  /** Of each page. */
  pages: Float64Array
  /** Of each passage among those of its page, and of each sentence among those of its passage. */
  passages: Float64Array
  sentences: Float64Array
}

/** Times that everything is learned from. */
const rounds = 3

/**
 * Learns from texts whose place is known which words and pieces of words lead to which page, on a page to which passage, in a
 * passage to which sentence: a softmax regression for each choice. Takes some hundred milliseconds.
 */
export function learnPlaces(
  shelf: Shelf,
  space: FeatureSpace,
  known: readonly Placed[],
): (vector: SparseVector) => PlaceOdds {
  const { pages, passages, sentences } = shelf
  const toPage = createSoftmax(space.size, pages.length)
  const toPassage = createSoftmax(space.size, passages.length)
  // Whole words tell sentences apart well enough, and take a sixth of the memory.
  const toSentence = createSoftmax(space.words, sentences.length)
  const wordsOf = ({ ids, values }: SparseVector): SparseVector => {
    const kept = [...ids.keys()].filter((f) => ids[f]! < space.words)
    return { ids: Int32Array.from(kept, (f) => ids[f]!), values: Float32Array.from(kept, (f) => values[f]!) }
  }
  const examples = known.map((one) => ({ ...one, words: wordsOf(one.vector) }))
  for (let round = 0; round < rounds; round++) {
    for (const i of shuffled(examples.length, round)) {
      const { vector, words, weight, passage: at, sentence } = examples[i]!
      const passage = passages[at]!
      const { page } = passage
      toPage.learn(vector, page.index, 0, pages.length, weight)
      toPassage.learn(vector, at, page.from, page.to, weight)
      if (sentence !== null) toSentence.learn(words, sentence, passage.from, passage.to, weight)
    }
  }
  for (const table of [toPage, toPassage, toSentence]) table.settle()
  return (vector) => {
    const odds = {
      pages: toPage.logits(vector),
      passages: toPassage.logits(vector),
      sentences: toSentence.logits(wordsOf(vector)),
    }
    normalise(odds.pages, [{ from: 0, to: pages.length }])
    normalise(odds.passages, pages)
    normalise(odds.sentences, passages)
    return odds
  }
}

function normalise(logits: Float64Array, blocks: readonly { from: number; to: number }[]): void {
  for (const { from, to } of blocks) {
    const all = logSumExp(logits, from, to)
    for (let k = from; k < to; k++) logits[k]! -= all
  }
}
