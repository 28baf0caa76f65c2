import type { Account } from './account.ts'
import commonStems from './commonness.json' with { type: 'json' }
import { inNames, inText, inTitle, inTitleNames, isFigure, placeBits, Tallies, type Told } from './tally.ts'

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
export function rarityAmong(accounts: Iterable<Pick<Account, 'text'>>): Rarity {
  const counts = new Map<string, number>()
  let read = 0
  for (const { text } of accounts) {
    read += 1
    for (const stem of text) counts.set(stem, (counts.get(stem) ?? 0) + 1)
  }
  const total = read + backgroundTexts
  const rarityOf = (stem: string) => {
    const count = counts.get(stem) ?? 0
    const here = Math.max(0, count - oneStory) / Math.max(read, 1)
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

export function inCommon(a: Told, b: Told, { tallies }: Rarity): Common {
  const [one, other] = [tallies.of(a), tallies.of(b)]
  const { onlyNamesDiffer: _, ...common } = wordsInCommon(one, other, tallies)
  return { ...common, meaning: tallies.nearness(one, other) }
}

/** The same without the meaning; and whether the titles are the same word by word but for their names, all of which differ. */
interface WordsInCommon extends Omit<Common, 'meaning'> {
  onlyNamesDiffer: boolean
}

/** The rarities of the rarest words of two accounts, while they are compared. */
const rarest = new Float64Array(5)

/** In plain loops over numbers, without a set or list of its own: it is done for every two items that share a rare word. */
function wordsInCommon(one: number, other: number, tallies: Tallies): WordsInCommon {
  const marks = tallies.mark(one)
  const { weights, entries } = tallies
  const end = tallies.readings[other]!
  // Five numbers are reset sooner one by one than by a call of `fill`.
  for (let i = 0; i < rarest.length; i++) rarest[i] = 0
  let name = 0
  let numbers = 0
  // What of the titles, and of the names in them, the other's text uses, by weight.
  let titleOfOne = 0
  let titleOfOther = 0
  let namesOfOne = 0
  let namesOfOther = 0
  let plain = 0
  let shareName = false
  for (let i = tallies.starts[other]!; i < end; i++) {
    const there = entries[i]!
    const here = marks[there >> placeBits]!
    if (here === 0) continue
    const weight = weights[there >> placeBits]!
    if (here & there & inTitleNames) shareName = true
    else if (here & there & inTitle && !((here | there) & inTitleNames)) plain += 1
    if (here & there & inText) {
      if (weight > ordinary) keepLargest(rarest, weight - ordinary)
      if (here & isFigure) numbers += 1
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
    contained: Math.max(share(titleOfOne, tallies.titles[one]!), share(titleOfOther, tallies.titles[other]!)),
    rare: Math.min(1, rare / (rarest.length * rarestPossible)),
    name: Math.min(1, name / rarestPossible),
    numbers: Math.min(1, numbers / 3),
    onlyNamesDiffer:
      plain > 0 &&
      !shareName &&
      plain === tallies.plainWords[one] &&
      plain === tallies.plainWords[other] &&
      tallies.titleNames[one]! > 0 &&
      tallies.titleNames[other]! > 0,
    strangers: Math.min(
      unknown(namesOfOne, tallies.titleNames[one]!),
      unknown(namesOfOther, tallies.titleNames[other]!),
    ),
  }
}

/** Two accounts less likely than this of one event need not be told apart from those of two. */
export const negligible = 0.02
const negligibleOdds = Math.log(negligible / (1 - negligible))

/**
 * How likely it is that two accounts, `days` apart, tell of one event. A logistic regression over what they have in
 * common, fitted on the pairs of the fixture weeks 1 to 6; 0 where versions forbid it. `mayTurn` says that the event may
 * have turned round between the two, as a rise that is taken back.
 */
export function sameEvent(
  a: Told,
  b: Told,
  days: number,
  { tallies }: Rarity,
  { mayTurn = false }: { mayTurn?: boolean } = {},
): number {
  const one = tallies.of(a)
  const other = tallies.of(b)
  const common = wordsInCommon(one, other, tallies)
  if (contradict(one, other, common, tallies)) return 0
  const words = oddsByWords(common, days) + sameReading(one, other, tallies, mayTurn)
  return logistic(words + meaningWeight * tallies.nearness(one, other))
}

/** The same for the accounts with these numbers; what is negligible may come out as 0. */
export function roughlySameEvent(one: number, other: number, days: number, tallies: Tallies): number {
  if (days > farthest) return 0
  const common = wordsInCommon(one, other, tallies)
  const words = oddsByWords(common, days) + sameReading(one, other, tallies, false)
  // What costs more is not looked at where it can't help any more.
  if (words + meaningWeight < negligibleOdds || contradict(one, other, common, tallies)) return 0
  return logistic(words + meaningWeight * tallies.nearness(one, other))
}

function oddsByWords(common: WordsInCommon, days: number): number {
  return (
    -7.6 +
    4.1 * common.contained +
    4.0 * common.rare +
    2.45 * common.name +
    2.2 * common.numbers -
    2.15 * common.strangers -
    perDay * days
  )
}

/** What each day between two accounts takes from the odds. */
const perDay = 0.9
/** What two accounts of the very same meaning gain by it, and those given one idea with one direction, or with two. */
const meaningWeight = 2.15
const agreeing = 4.3
const differing = 0.8
/** So many days apart no two accounts can be of one event, whatever they have in common. */
const farthest =
  (-7.6 + 4.1 + 4.0 + 2.45 + 2.2 + agreeing + differing + meaningWeight - negligibleOdds) / perDay

function logistic(value: number): number {
  return 1 / (1 + Math.exp(-value))
}

/** Two accounts that were given one idea, and all the more those given it with one direction, are likelier of one event. */
function sameReading(
  one: number,
  other: number,
  { entries, readings, starts }: Tallies,
  mayTurn: boolean,
): number {
  let agree = false
  let differ = false
  for (let i = readings[one]!; i < starts[one + 1]!; i++) {
    for (let j = readings[other]!; j < starts[other + 1]!; j++) {
      // They are of one idea where no bit above the direction's differs.
      const difference = entries[i]! ^ entries[j]!
      if (difference > 3) continue
      if (difference !== 0) differ = true
      if (mayTurn || difference === 0) agree = true
    }
  }
  return (agree ? agreeing : 0) + (differ ? differing : 0)
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
function contradict(
  one: number,
  other: number,
  { onlyNamesDiffer }: WordsInCommon,
  { versions }: Tallies,
): boolean {
  if (onlyNamesDiffer) return true
  const [a, b] = [versions[one], versions[other]]
  return Boolean(a && b && haveOtherVersion(a, b))
}

function haveOtherVersion(a: Account['versions'], b: Account['versions']): boolean {
  for (const [name, versions] of a) {
    if (b.get(name)?.isDisjointFrom(versions)) return true
  }
  return false
}
