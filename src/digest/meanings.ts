import { wordVectors } from '../lib/meaning/index.ts'

/** Meanings of texts, numbered as they come, one after the other in one long list. */
export class Meanings {
  readonly #vectors = wordVectors()
  readonly #sum = new Float64Array(this.#vectors.dimensions)
  /** In half the length of what they are reckoned in: a comparison mostly waits for them to come out of memory. */
  #all = new Float32Array(64 * this.#vectors.dimensions)
  #count = 0

  /** The meaning of a text: the mean of its words' vectors, weighed by what `weigh` gives, brought to length 1. */
  add(words: string[], weigh: (word: string) => number): void {
    const sum = this.#sum.fill(0)
    for (const word of words) this.#vectors.addTo(sum, word, weigh(word))
    let squares = 0
    for (let d = 0; d < sum.length; d++) squares += sum[d]! * sum[d]!
    const from = this.#count * sum.length
    if (from === this.#all.length) {
      const more = new Float32Array(2 * from)
      more.set(this.#all)
      this.#all = more
    }
    if (squares > 0) {
      const length = Math.sqrt(squares)
      for (let d = 0; d < sum.length; d++) this.#all[from + d] = sum[d]! / length
    }
    this.#count += 1
  }

  /** Of the two meanings with these numbers the cosine. In four sums, so that no addition waits for the one before it. */
  product(one: number, other: number): number {
    const all = this.#all
    const { dimensions } = this.#vectors
    let [first, second, third, fourth] = [0, 0, 0, 0]
    let a = one * dimensions
    let b = other * dimensions
    const end = a + dimensions
    for (; a + 3 < end; a += 4, b += 4) {
      first += all[a]! * all[b]!
      second += all[a + 1]! * all[b + 1]!
      third += all[a + 2]! * all[b + 2]!
      fourth += all[a + 3]! * all[b + 3]!
    }
    for (; a < end; a++, b++) first += all[a]! * all[b]!
    return first + second + third + fourth
  }
}
