import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Vectors of common English words: words of like meaning lie in like directions. */
export interface WordVectors {
  dimensions: number
  /** Adds `weight` times the word's vector to `sum`; false when the word is not known. */
  addTo(sum: Float64Array, word: string, weight: number): boolean
  /** The word's vector (length `dimensions`), written into `into`; false when the word is not known. */
  read(into: Float64Array, word: string): boolean
  /** How common the word is: 0 for the commonest; `Infinity` when it is not known. */
  rank(word: string): number
}

let loaded: WordVectors | undefined

/** The vectors that come with Freehold (3 MB, read once a process); `derive.ts` tells where they are from. */
export function wordVectors(): WordVectors {
  loaded ??= open()
  return loaded
}

function open(): WordVectors {
  const bytes = readFileSync(join(import.meta.dirname, 'vectors.bin'))
  const words = readFileSync(join(import.meta.dirname, 'vectors.txt'), 'utf8')
    .trimEnd()
    .split('\n')
  const [count, dimensions, scale] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readFloatLE(8)]
  if (words.length !== count || bytes.length !== 12 + count * dimensions) {
    throw new Error(
      'src/lib/meaning/vectors.bin and vectors.txt do not belong together; check them out again.',
    )
  }
  const steps = new Int8Array(bytes.buffer, bytes.byteOffset + 12, count * dimensions)
  const index = new Map(words.map((word, i) => [word, i]))
  return {
    dimensions,
    addTo(sum, word, weight) {
      const at = index.get(word)
      if (at === undefined) return false
      for (let d = 0; d < dimensions; d++) sum[d]! += weight * scale * steps[at * dimensions + d]!
      return true
    },
    read(into, word) {
      const at = index.get(word)
      if (at === undefined) return false
      for (let d = 0; d < dimensions; d++) into[d] = scale * steps[at * dimensions + d]!
      return true
    },
    rank: (word) => index.get(word) ?? Number.POSITIVE_INFINITY,
  }
}

/** The cosine of the angle between two vectors: 1 for the same direction; 0 where one of them is all zeros. */
export function cosine(a: Float64Array, b: Float64Array): number {
  let [product, aa, bb] = [0, 0, 0]
  for (let d = 0; d < a.length; d++) {
    product += a[d]! * b[d]!
    aa += a[d]! * a[d]!
    bb += b[d]! * b[d]!
  }
  return aa > 0 && bb > 0 ? product / Math.sqrt(aa * bb) : 0
}
