import type { Alignment, WeighedWord } from './alignment.ts'
import { dot } from './alignment.ts'
import type { SparseVector } from './softmax.ts'

/** A question of the past as it is compared with a new one. */
export interface Past {
  /** Its words and their pieces. */
  pieces: SparseVector
  words: WeighedWord[]
  /** With what all questions have in common taken from it. */
  meaning: Float32Array
}

/** Compares a question with those of the past. */
export interface Neighbours {
  /** How alike each of them is, 0 to 1, in their order. */
  likeness(pieces: SparseVector, alignment: Alignment, meaning: Float32Array): Float32Array
}

/** What each kind of likeness counts for. */
const shares = { words: 1, pieces: 0.7, meaning: 0.7, forward: 0.7, backward: 0.7 }
const allShares = Object.values(shares).reduce((sum, share) => sum + share, 0)

/** Makes past questions ready to be compared with. */
export function createNeighbours(past: readonly Past[]): Neighbours {
  const byPiece = postings(past.map(({ pieces }) => pieces))
  const words = past.map((one) => vectorOf(one.words))
  const byWord = postings(words)
  const places = past.map((one) => Int32Array.from(known(one.words), ({ id }) => id))
  const weights = past.map((one) => Float32Array.from(known(one.words), ({ weight }) => weight))
  return {
    likeness(pieces, alignment, meaning) {
      const found = new Float32Array(past.length)
      add(found, vectorOf(alignment.words), byWord, shares.words)
      add(found, pieces, byPiece, shares.pieces)
      for (let i = 0; i < past.length; i++) {
        const near =
          shares.meaning * dot(meaning, past[i]!.meaning) +
          shares.forward * alignment.forward(places[i]!) +
          shares.backward * alignment.backward(places[i]!, weights[i]!)
        found[i] = (found[i]! + near) / allShares
      }
      return found
    },
  }
}

function known(words: WeighedWord[]): WeighedWord[] {
  return words.filter(({ id }) => id >= 0)
}

function vectorOf(words: WeighedWord[]): SparseVector {
  const kept = known(words)
  const length = Math.hypot(...kept.map(({ weight }) => weight)) || 1
  return {
    ids: Int32Array.from(kept, ({ id }) => id),
    values: Float32Array.from(kept, ({ weight }) => weight / length),
  }
}

/** For each feature the texts that have it, and by how much. */
type Postings = SparseVector[]

function postings(vectors: SparseVector[]): Postings {
  const counts: number[] = []
  for (const { ids } of vectors) for (const id of ids) counts[id] = (counts[id] ?? 0) + 1
  const lists = Array.from(counts, (count = 0) => ({
    ids: new Int32Array(count),
    values: new Float32Array(count),
  }))
  counts.fill(0)
  for (const [i, { ids, values }] of vectors.entries()) {
    for (const [f, id] of ids.entries()) {
      const at = counts[id]!
      lists[id]!.ids[at] = i
      lists[id]!.values[at] = values[f]!
      counts[id] = at + 1
    }
  }
  return lists
}

function add(sums: Float32Array, { ids, values }: SparseVector, lists: Postings, share: number): void {
  for (const [f, id] of ids.entries()) {
    const list = lists[id]
    if (!list) continue
    const value = values[f]! * share
    for (let i = 0; i < list.ids.length; i++) sums[list.ids[i]!]! += value * list.values[i]!
  }
}
