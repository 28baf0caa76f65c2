import { cosine, wordVectors } from '../lib/meaning/index.ts'
import { stemOf } from '../lib/text/index.ts'
import type { Label } from '../model/index.ts'
import type { Account } from './account.ts'
import commonStems from './commonness.json' with { type: 'json' }

/** How telling each stem is: rare ones more. */
export type Rarity = (stem: string) => number

/**
 * How rare each stem is among these accounts: ln((1 + n) / (1 + df)) + 1. Where there are few, every word would be rare, so a
 * word counts for at least as common as among the labelled items of the wiki.
 */
export function rarityAmong(accounts: Account[]): Rarity {
  const counts = new Map<string, number>()
  for (const { text } of accounts) for (const stem of text) counts.set(stem, (counts.get(stem) ?? 0) + 1)
  const total = accounts.length + backgroundTexts
  return (stem) => {
    const count = counts.get(stem) ?? 0
    const here = Math.max(0, count - oneStory) / Math.max(accounts.length, 1)
    const share = Math.max(commonness[stem] ?? 0, here, count / total)
    return Math.log((1 + total) / (1 + total * share)) + 1
  }
}

/** Shares of the labelled items that use a stem; `test/digest/derive-commonness.ts` makes them. */
const commonness: Record<string, number> = commonStems

/** Items that one story may have: a word that so many more use is common here, however rare it is elsewhere. */
const oneStory = 5

/** Texts that the background counts for. */
const backgroundTexts = 300

/** The meaning of an account: the mean of its words' vectors, rare words more. */
export function meaningOf(account: Account, rarity: Rarity): Float64Array {
  const vectors = wordVectors()
  const sum = new Float64Array(vectors.dimensions)
  for (const word of account.words) vectors.addTo(sum, word, rarity(stemOf(word)) - 1)
  return sum
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
  const shared = a.text.intersection(b.text)
  return {
    contained: Math.max(within(a.title, b.text, rarity), within(b.title, a.text, rarity)),
    meaning: cosine(a.meaning, b.meaning),
    rare: rareOf(shared, 5, rarity),
    name: rareOf(a.names.intersection(b.text).union(b.names.intersection(a.text)), 1, rarity),
    numbers: Math.min(1, [...shared].filter((stem) => /\p{N}/u.test(stem)).length / 3),
    strangers: Math.min(unknown(a, b, rarity), unknown(b, a, rarity)),
  }
}

/**
 * How likely it is that two accounts, `days` apart, tell of one event. A logistic regression over what they have in
 * common, fitted on the pairs of the fixture weeks 1 to 6; 0 where versions forbid it. `mayTurn`
 * says that the event may have turned round between the two, as a rise that is taken back.
 */
export function sameEvent(
  a: Told,
  b: Told,
  days: number,
  rarity: Rarity,
  options: { mayTurn?: boolean } = {},
): number {
  if (contradict(a, b)) return 0
  const common = inCommon(a, b, rarity)
  const value =
    -7.6 +
    4.1 * common.contained +
    2.15 * common.meaning +
    4.0 * common.rare +
    2.45 * common.name +
    2.2 * common.numbers -
    2.15 * common.strangers -
    0.9 * days +
    sameReading(a, b, options.mayTurn ?? false)
  return 1 / (1 + Math.exp(-value))
}

/** Two accounts that were given one idea, and all the more those given it with one direction, are likelier of one event. */
function sameReading(a: Told, b: Told, mayTurn: boolean): number {
  const agree = a.labels.some(({ idea, direction }) =>
    b.labels.some((label) => label.idea === idea && (mayTurn || label.direction === direction)),
  )
  const differ = a.labels.some(({ idea, direction }) =>
    b.labels.some((label) => label.idea === idea && label.direction !== direction),
  )
  return (agree ? 4.3 : 0) + (differ ? 0.8 : 0)
}

/** An account with its meaning, and what its item was given. */
export interface Told extends Account {
  meaning: Float64Array
  labels: Pick<Label, 'idea' | 'direction'>[]
}

/** How much of `part` stands in `whole`, by weight. */
function within(part: Set<string>, whole: Set<string>, rarity: Rarity): number {
  const all = weigh(part, rarity)
  return all > 0 ? weigh(part.intersection(whole), rarity) / all : 0
}

/** How much of the names of a's title b does not use. */
function unknown(a: Account, b: Account, rarity: Rarity): number {
  return a.titleNames.size > 0 ? 1 - within(a.titleNames, b.text, rarity) : 0
}

function weigh(stems: Set<string>, rarity: Rarity): number {
  let sum = 0
  for (const stem of stems) sum += rarity(stem)
  return sum
}

/** A rarity below this is that of a word that may stand in any two texts. */
const ordinary = 3.5

/** How much rarer than ordinary the `n` rarest are, as a share of what `n` words would have that nobody else uses. */
function rareOf(stems: Set<string>, n: number, rarity: Rarity): number {
  const rarest = [...stems].map((stem) => Math.max(0, rarity(stem) - ordinary)).sort((x, y) => y - x)
  const most = n * (Math.log(1 + backgroundTexts) + 1 - ordinary)
  return Math.min(1, rarest.slice(0, n).reduce((sum, value) => sum + value, 0) / most)
}

/** Skerry 3.1 is not Skerry 3.2, and what Nimbrel does is not what Braehead does, though all other words are the same. */
function contradict(a: Account, b: Account): boolean {
  const otherVersion = [...a.versions].some(([name, versions]) => {
    const others = b.versions.get(name)
    return others !== undefined && versions.isDisjointFrom(others)
  })
  return otherVersion || sameButForNames(a, b)
}

function sameButForNames(a: Account, b: Account): boolean {
  if (a.titleNames.size === 0 || b.titleNames.size === 0 || !a.titleNames.isDisjointFrom(b.titleNames))
    return false
  const [restA, restB] = [a.title.difference(a.titleNames), b.title.difference(b.titleNames)]
  return restA.size > 0 && restA.size === restB.size && restA.isSubsetOf(restB)
}
