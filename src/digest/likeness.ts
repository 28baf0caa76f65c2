import { wordVectors } from '../lib/meaning/index.ts'
import { stemOf } from '../lib/text/index.ts'
import type { Label } from '../model/index.ts'
import type { Account } from './account.ts'
import commonStems from './commonness.json' with { type: 'json' }
import { inNames, inText, inTitle, inTitleNames, Tallies, type Tally } from './tally.ts'

/** How telling each stem is: rare ones more. */
export interface Rarity {
  (stem: string): number
  /** Accounts as they are compared by it. */
  tallies: Tallies
}

/**
 * How rare each stem is among these accounts: ln((1 + n) / (1 + df)) + 1. Where there are few, every word would be rare, so a
 * word counts for at least as common as among the labelled items of the wiki.
 */
export function rarityAmong(accounts: Account[]): Rarity {
  const counts = new Map<string, number>()
  for (const { text } of accounts) for (const stem of text) counts.set(stem, (counts.get(stem) ?? 0) + 1)
  const total = accounts.length + backgroundTexts
  const rarityOf = (stem: string) => {
    const count = counts.get(stem) ?? 0
    const here = Math.max(0, count - oneStory) / Math.max(accounts.length, 1)
    const share = Math.max(commonness[stem] ?? 0, here, count / total)
    return Math.log((1 + total) / (1 + total * share)) + 1
  }
  const tallies = new Tallies(rarityOf)
  return Object.assign((stem: string) => tallies.weights[tallies.numberOf(stem)]!, { tallies })
}

/** Shares of the labelled items that use a stem; `test/digest/derive-commonness.ts` makes them. */
const commonness: Record<string, number> = commonStems

/** Items that one story may have: a word that so many more use is common here, however rare it is elsewhere. */
const oneStory = 5

/** Texts that the background counts for. */
const backgroundTexts = 300

/** The meaning of an account: the mean of its words' vectors, rare words more, brought to length 1. */
export function meaningOf(account: Account, rarity: Rarity): Float64Array {
  const vectors = wordVectors()
  const sum = new Float64Array(vectors.dimensions)
  for (const word of account.words) vectors.addTo(sum, word, rarity(stemOf(word)) - 1)
  const length = Math.sqrt(dot(sum, sum))
  return length > 0 ? sum.map((value) => value / length) : sum
}

/** Of two vectors of length 1 the cosine. */
function dot(a: Float64Array, b: Float64Array): number {
  let product = 0
  for (let d = 0; d < a.length; d++) product += a[d]! * b[d]!
  return product
}

/** What two accounts have in common, each from 0 to 1. */
export interface Common {
  /** Of the words of the shorter title, how much stands anywhere in the other account. */
  contained: number
  /** Cosine of their meanings. */
  meaning: number
  /** How rare the five rarest words are that both use. */
  rare: number
  /** How rare the rarest name of one is that the other uses. */
  name: number
  /** Numbers that both use; three are enough. */
  numbers: number
  /** Both titles name somebody or something that the other does not know; by the better matched of the two. */
  strangers: number
}

export function inCommon(a: Told, b: Told, rarity: Rarity): Common {
  return { ...wordsInCommon(a, b, rarity), meaning: dot(a.meaning, b.meaning) }
}

/** The rarities of the rarest words of two accounts, while they are compared. */
const rarest = new Float64Array(5)

/** In plain loops over numbers, without a set or list of its own: it is done for every two items that share a rare word. */
function wordsInCommon(a: Told, b: Told, { tallies }: Rarity): Omit<Common, 'meaning'> {
  const one = a.tally ?? tallies.of(a)
  const other = b.tally ?? tallies.of(b)
  const { weights, isFigure } = tallies
  const marks = tallies.mark(one)
  rarest.fill(0)
  let name = 0
  let numbers = 0
  // What of the titles, and of the names in them, the other's text uses, by weight.
  let titleOfOne = 0
  let titleOfOther = 0
  let namesOfOne = 0
  let namesOfOther = 0
  for (let i = 0; i < other.stems.length; i++) {
    const stem = other.stems[i]!
    const here = marks[stem]!
    if (here === 0) continue
    const there = other.places[i]!
    const weight = weights[stem]!
    if (here & there & inText) {
      keepLargest(rarest, weight - ordinary)
      if (isFigure[stem]) numbers += 1
    }
    if (there & inText) {
      if (here & inTitle) titleOfOne += weight
      if (here & inNames) name = Math.max(name, weight - ordinary)
      if (here & inTitleNames) namesOfOne += weight
    }
    if (here & inText) {
      if (there & inTitle) titleOfOther += weight
      if (there & inNames) name = Math.max(name, weight - ordinary)
      if (there & inTitleNames) namesOfOther += weight
    }
  }
  const rare = rarest[0]! + rarest[1]! + rarest[2]! + rarest[3]! + rarest[4]!
  return {
    contained: Math.max(share(titleOfOne, one.title), share(titleOfOther, other.title)),
    rare: Math.min(1, rare / (rarest.length * rarestPossible)),
    name: Math.min(1, name / rarestPossible),
    numbers: Math.min(1, numbers / 3),
    strangers: Math.min(unknown(namesOfOne, one.titleNames), unknown(namesOfOther, other.titleNames)),
  }
}

/**
 * How likely it is that two accounts, `days` apart, tell of one event. A logistic regression over what they have in
 * common, fitted on the pairs of the fixture weeks 1 to 6; 0 where versions forbid it. `mayTurn` says that the event may
 * have turned round between the two, as a rise that is taken back; what is less likely than `least` may come out as 0.
 */
export function sameEvent(
  a: Told,
  b: Told,
  days: number,
  rarity: Rarity,
  { mayTurn = false, least = 0 }: { mayTurn?: boolean; least?: number } = {},
): number {
  const common = wordsInCommon(a, b, rarity)
  const words =
    -7.6 +
    4.1 * common.contained +
    4.0 * common.rare +
    2.45 * common.name +
    2.2 * common.numbers -
    2.15 * common.strangers -
    0.9 * days +
    sameReading(a, b, mayTurn)
  // What costs more is not looked at where it can't help any more.
  if (logistic(words + meaningWeight) < least || contradict(a, b)) return 0
  return logistic(words + meaningWeight * dot(a.meaning, b.meaning))
}

/** What two accounts of the very same meaning gain by it. */
const meaningWeight = 2.15

function logistic(value: number): number {
  return 1 / (1 + Math.exp(-value))
}

/** Two accounts that were given one idea, and all the more those given it with one direction, are likelier of one event. */
function sameReading(a: Told, b: Told, mayTurn: boolean): number {
  let agree = false
  let differ = false
  for (const one of a.labels) {
    for (const other of b.labels) {
      if (one.idea !== other.idea) continue
      if (one.direction !== other.direction) differ = true
      if (mayTurn || one.direction === other.direction) agree = true
    }
  }
  return (agree ? 4.3 : 0) + (differ ? 0.8 : 0)
}

/** An account with its meaning, and what its item was given. */
export interface Told extends Account {
  meaning: Float64Array
  /** The account as it is compared by the rarity that it was read with, where it will be with many. */
  tally?: Tally
  labels: Pick<Label, 'idea' | 'direction'>[]
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0
}

/** How much of the names of a title the other does not use; nothing of a title without names. */
function unknown(used: number, names: number): number {
  return names > 0 ? 1 - used / names : 0
}

/** A rarity below this is that of a word that may stand in any two texts. */
const ordinary = 3.5
/** How much rarer than ordinary a word is that nobody else uses. */
const rarestPossible = Math.log(1 + backgroundTexts) + 1 - ordinary

/** Puts a value among the largest, which stand in falling order; the least of them falls out. */
function keepLargest(largest: Float64Array, value: number): void {
  let at = largest.length
  while (at > 0 && largest[at - 1]! < value) {
    if (at < largest.length) largest[at] = largest[at - 1]!
    at -= 1
  }
  if (at < largest.length) largest[at] = value
}

/** Skerry 3.1 is not Skerry 3.2, and what Nimbrel does is not what Braehead does, though all other words are the same. */
function contradict(a: Account, b: Account): boolean {
  // Most have none, and walking through nothing takes its time too.
  if (a.versions.size > 0 && b.versions.size > 0 && haveOtherVersion(a, b)) return true
  return sameButForNames(a, b)
}

function haveOtherVersion(a: Account, b: Account): boolean {
  for (const [name, versions] of a.versions) {
    if (b.versions.get(name)?.isDisjointFrom(versions)) return true
  }
  return false
}

function sameButForNames(a: Account, b: Account): boolean {
  if (a.titleNames.size === 0 || b.titleNames.size === 0) return false
  let rest = 0
  for (const stem of a.title) {
    if (a.titleNames.has(stem)) continue
    if (!b.title.has(stem) || b.titleNames.has(stem)) return false
    rest += 1
  }
  return (
    rest > 0 && rest === b.title.difference(b.titleNames).size && a.titleNames.isDisjointFrom(b.titleNames)
  )
}
