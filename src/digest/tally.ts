import { stemOf } from '../lib/text/index.ts'
import { directions, type Label } from '../model/index.ts'
import type { Account } from './account.ts'
import { Meanings } from './meanings.ts'

/** Where in an account a stem stands, as bits; and whether it is a figure. */
export const [inText, inTitle, inNames, inTitleNames, isFigure] = [1, 2, 4, 8, 16]
/** Bits that these take, below the number of the stem. */
export const placeBits = 5
export const placeMask = (1 << placeBits) - 1

/** An account, and what its item was given. */
export interface Told extends Account {
  labels: Pick<Label, 'idea' | 'direction'>[]
}

/**
 * Accounts in numbers: each stem has a number and a weight, which is how rare it is, and each account lies in long lists of
 * such numbers, beside the one that was read before it. Two accounts are compared by going through the numbers of the one
 * where those of the other are marked: many times as fast as by sets of words, and with many accounts, where a comparison
 * mostly waits for memory, not much slower than with few.
 */
export class Tallies {
  /** By the stem's number: the stem, and how rare it is. */
  readonly stems: string[] = []
  readonly weights: number[] = []
  /** Of each account in turn the stems, each once (its number, and below it the places where it stands), then the readings. */
  entries = new Int32Array(1024)
  /** By the account's number: where its stems begin, and where its readings do; at the end where the next would begin. */
  readonly starts: number[] = [0]
  readonly readings: number[] = []
  /** By the account's number: what its title, and the names in that, weigh; and how many words of the title are no names. */
  readonly titles: number[] = []
  readonly titleNames: number[] = []
  readonly plainWords: number[] = []
  /** By the account's number: the versions it names, null for none. */
  readonly versions: (Account['versions'] | null)[] = []
  readonly #meanings = new Meanings()
  readonly #numbers = new Map<string, number>()
  readonly #ideas = new Map<string, number>()
  readonly #accounts = new WeakMap<Told, number>()
  readonly #rarityOf: (stem: string) => number
  /** Of the account that was marked last, the places of each stem by its number; 0 for all others. */
  #marks = new Uint8Array(1024)
  #marked = -1

  constructor(rarityOf: (stem: string) => number) {
    this.#rarityOf = rarityOf
  }

  numberOf(stem: string): number {
    const known = this.#numbers.get(stem)
    if (known !== undefined) return known
    const number = this.weights.push(this.#rarityOf(stem)) - 1
    this.stems.push(stem)
    this.#numbers.set(stem, number)
    return number
  }

  /** The number of an account; it is read once. */
  of(account: Told): number {
    const known = this.#accounts.get(account)
    if (known !== undefined) return known
    const number = this.#read(account)
    this.#accounts.set(account, number)
    return number
  }

  /** The places of an account's stems by their numbers, until another is marked; cheap for one marked again. */
  mark(account: number): Uint8Array {
    if (this.#marked === account && this.#marks.length >= this.weights.length) return this.#marks
    if (this.#marked >= 0)
      for (const entry of this.entriesOf(this.#marked)) this.#marks[entry >> placeBits] = 0
    if (this.#marks.length < this.weights.length) this.#marks = new Uint8Array(2 * this.weights.length)
    for (const entry of this.entriesOf(account)) this.#marks[entry >> placeBits] = entry & placeMask
    this.#marked = account
    return this.#marks
  }

  /** The stems of an account, each with the places where it stands. */
  entriesOf(account: number): Int32Array {
    return this.entries.subarray(this.starts[account], this.readings[account])
  }

  /** The cosine of the meanings of two accounts. */
  nearness(one: number, other: number): number {
    return this.#meanings.product(one, other)
  }

  #read({ text, title, names, titleNames, words, versions, labels }: Told): number {
    this.#meanings.add(words, (word) => this.weights[this.numberOf(stemOf(word))]! - 1)
    this.versions.push(versions.size > 0 ? versions : null)
    this.plainWords.push(title.difference(titleNames).size)
    const places = new Map<number, number>()
    const note = (these: Set<string>, place: number) => {
      let weight = 0
      for (const stem of these) {
        const number = this.numberOf(stem)
        places.set(number, (places.get(number) ?? 0) | place)
        weight += this.weights[number]!
      }
      return weight
    }
    note(text, inText)
    note(names, inNames)
    this.titles.push(note(title, inTitle))
    this.titleNames.push(note(titleNames, inTitleNames))
    let at = this.starts.at(-1)!
    this.#makeRoom(at + places.size + labels.length)
    for (const [number, place] of places) {
      const figure = /\p{N}/u.test(this.stems[number]!) ? isFigure : 0
      this.entries[at++] = (number << placeBits) | place | figure
    }
    this.readings.push(at)
    for (const { idea, direction } of labels) {
      const number = this.#ideas.get(idea) ?? this.#ideas.size
      this.#ideas.set(idea, number)
      this.entries[at++] = (number << 2) | directions.indexOf(direction)
    }
    return this.starts.push(at) - 2
  }

  #makeRoom(length: number): void {
    if (length <= this.entries.length) return
    const entries = new Int32Array(2 * length)
    entries.set(this.entries)
    this.entries = entries
  }
}
