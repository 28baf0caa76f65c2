import { wordVectors } from '../lib/meaning/index.ts'
import type { Question, QuestionWord } from './question.ts'
import { contentOf, type Vocabulary } from './vocabulary.ts'
import { isFaint, rootOf } from './words.ts'

/** A word with its place in the vocabulary, -1 where it has none, and how telling it is. */
export interface WeighedWord {
  word: string
  root: string
  id: number
  weight: number
}

/** A question made ready to be laid beside many texts, each given by the places of its words in the vocabulary. */
export interface Alignment {
  words: WeighedWord[]
  /** Weighted share of the question's words that a text holds, as they are or by a word of like meaning: 0 to 1. */
  forward(ids: Int32Array, which?: 'all' | 'core' | 'context'): number
  /** How near each of the question's own words is to the nearest of a text: 0 to 1. */
  nearest(ids: Int32Array): Float32Array
  /** Weighted share of a text's words that the question holds in the same way; `weights` go with `ids`. */
  backward(ids: Int32Array, weights: Float32Array): number
}

/** What the words around a question count for beside its own. */
const contextWeight = 0.35
/** What a word of a text gains from a context word that is like it. */
const contextNearness = 0.6
/** What words count for that say how something is asked more than what. */
const faintWeight = 0.35
/** What a word counts for that no text holds. */
const unknownWeight = 0.9

/** Lays a question beside texts. */
export function alignmentOf(question: Question, vocabulary: Vocabulary): Alignment {
  const weighed = ({ word, root }: QuestionWord, share: number) => weighedWord(word, root, share, vocabulary)
  const words = [
    ...question.words.map((word) => weighed(word, 1)),
    ...question.context.map((word) => weighed(word, contextWeight)),
  ]
  const core = question.words.length
  const rows = words.map(({ word, root }) => vocabulary.near(word, root))
  const best = new Float32Array(vocabulary.size)
  for (const [i, row] of rows.entries()) {
    const share = i < core ? 1 : contextNearness
    for (let id = 0; id < best.length; id++) {
      const nearness = row[id]! * share
      if (nearness > best[id]!) best[id] = nearness
    }
  }
  const nearestTo = (row: Float32Array, ids: Int32Array) => {
    let most = 0
    for (let j = 0; j < ids.length; j++) {
      const nearness = row[ids[j]!]!
      if (nearness > most) most = nearness
    }
    return most
  }
  return {
    words,
    nearest: (ids) => Float32Array.from(rows.slice(0, core), (row) => nearestTo(row, ids)),
    forward(ids, which = 'all') {
      const from = which === 'context' ? core : 0
      const to = which === 'core' ? core : words.length
      let [got, all] = [0, 0]
      for (let i = from; i < to; i++) {
        got += words[i]!.weight * nearestTo(rows[i]!, ids)
        all += words[i]!.weight
      }
      return all > 0 ? got / all : 0
    },
    backward(ids, weights) {
      let [got, all] = [0, 0]
      for (let j = 0; j < ids.length; j++) {
        got += weights[j]! * best[ids[j]!]!
        all += weights[j]!
      }
      return all > 0 ? got / all : 0
    },
  }
}

function weighedWord(word: string, root: string, share: number, vocabulary: Vocabulary): WeighedWord {
  const id = vocabulary.idOf(root) ?? -1
  const worth = id < 0 ? unknownWeight : vocabulary.worth[id]!
  return { word, root, id, weight: share * worth * (isFaint(word) ? faintWeight : 1) }
}

/** The content words of a text, each once, weighed. */
export function weighedWords(text: string, vocabulary: Vocabulary): WeighedWord[] {
  return [...new Set(contentOf(text))].map((word) => weighedWord(word, rootOf(word), 1, vocabulary))
}

/** The mean of the words' vectors, each weighed, at length 1; all zeros where no word is known. */
export function meaningOf(words: WeighedWord[]): Float32Array {
  const vectors = wordVectors()
  const sum = new Float64Array(vectors.dimensions)
  for (const { word, root, weight } of words) {
    if (!vectors.addTo(sum, word, weight)) vectors.addTo(sum, root, weight)
  }
  return unit(sum)
}

/** How much of what all texts have in common is taken from each, so that what differs shows. */
const taken = 0.9

/** Takes what some meanings have in common from any. */
export function centring(meanings: readonly Float32Array[]): (meaning: Float32Array) => Float32Array {
  const mean = new Float64Array(meanings[0]?.length ?? wordVectors().dimensions)
  for (const one of meanings) {
    for (let d = 0; d < one.length; d++) mean[d]! += one[d]! / meanings.length
  }
  return (meaning) => {
    const rest = new Float64Array(meaning.length)
    for (let d = 0; d < rest.length; d++) rest[d] = meaning[d]! - taken * mean[d]!
    return unit(rest)
  }
}

/** The product of two vectors of length 1: the cosine of the angle between them. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!
  return sum
}

function unit(vector: Float64Array): Float32Array {
  let squares = 0
  for (let d = 0; d < vector.length; d++) squares += vector[d]! * vector[d]!
  const length = Math.sqrt(squares) || 1
  const found = new Float32Array(vector.length)
  for (let d = 0; d < vector.length; d++) found[d] = vector[d]! / length
  return found
}
