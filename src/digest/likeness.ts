import { cosine, wordVectors } from '../lib/meaning/index.ts'
import { stemOf } from '../lib/text/index.ts'
import type { Account } from './account.ts'

/** How telling each stem is: rare ones more. */
export type Rarity = (stem: string) => number

/** How rare each stem is among these accounts: ln((1 + n) / (1 + df)) + 1. */
export function rarityAmong(accounts: Account[]): Rarity {
  const counts = new Map<string, number>()
  for (const { text } of accounts) for (const stem of text) counts.set(stem, (counts.get(stem) ?? 0) + 1)
  // Where there are few texts every word is rare; the commonness of words in English stands in for the missing ones.
  const total = accounts.length + backgroundTexts
  return (stem) => Math.log((1 + total) / (1 + (counts.get(stem) ?? 0) + backgroundOf(stem))) + 1
}

/** Texts that the background counts for; enough for a handful of items not to make "model" a rare word. */
const backgroundTexts = 300

/** In how many of the background's texts a word would stand: by Zipf's law from its rank, at most in a fifth of them. */
function backgroundOf(stem: string): number {
  const rank = wordVectors().rank(stem)
  return Number.isFinite(rank) ? Math.min(backgroundTexts / 5, (3 * backgroundTexts) / (rank / 10 + 10)) : 0
}

/** The meaning of an account: the mean of its words' vectors, rare words more. */
export function meaningOf(account: Account, rarity: Rarity): Float64Array {
  const vectors = wordVectors()
  const sum = new Float64Array(vectors.dimensions)
  for (const word of account.words) vectors.addTo(sum, word, rarity(stemOf(word)) - 1)
  return sum
}

/** What two accounts have in common, each number from 0 to 1 (`meaning` from -1). */
export interface Common {
  title: number
  text: number
  /** Of the words of the shorter title, how much stands anywhere in the other account. */
  contained: number
  names: number
  meaning: number
  amounts: number
  /** Rarity of the rarest words that both share, as a share of what five rare words would have. */
  rare: number
}

export function inCommon(a: Told, b: Told, rarity: Rarity): Common {
  return {
    title: overlap(a.title, b.title, rarity),
    text: overlap(a.text, b.text, rarity),
    contained: Math.max(within(a.title, b.text, rarity), within(b.title, a.text, rarity)),
    names: within(smaller(a.names, b.names), larger(a.names, b.names), rarity),
    meaning: cosine(a.meaning, b.meaning),
    amounts: sharedAmounts(a, b),
    rare: rareWords(a, b, rarity),
  }
}

/** An account with its meaning beside it. */
export interface Told extends Account {
  meaning: Float64Array
}

/** Weighted Jaccard (Ioffe 2010, with one weight a word). */
function overlap(a: Set<string>, b: Set<string>, rarity: Rarity): number {
  const common = weigh(a.intersection(b), rarity)
  const all = weigh(a.union(b), rarity)
  return all > 0 ? common / all : 0
}

/** How much of `part` stands in `whole`. */
function within(part: Set<string>, whole: Set<string>, rarity: Rarity): number {
  const all = weigh(part, rarity)
  return all > 0 ? weigh(part.intersection(whole), rarity) / all : 0
}

function smaller(a: Set<string>, b: Set<string>): Set<string> {
  return a.size <= b.size ? a : b
}

function larger(a: Set<string>, b: Set<string>): Set<string> {
  return a.size <= b.size ? b : a
}

function weigh(stems: Set<string>, rarity: Rarity): number {
  let sum = 0
  for (const stem of stems) sum += rarity(stem)
  return sum
}

function rareWords(a: Account, b: Account, rarity: Rarity): number {
  const shared = [...a.text.intersection(b.text)].map(rarity).sort((x, y) => y - x)
  const most = 5 * (Math.log(1 + backgroundTexts) + 1)
  return Math.min(1, shared.slice(0, 5).reduce((sum, value) => sum + value, 0) / most)
}

function sharedAmounts(a: Account, b: Account): number {
  let shared = 0
  for (const [unit, values] of a.amounts) {
    for (const value of values) {
      if ([...(b.amounts.get(unit) ?? [])].some((other) => isNear(value, other))) shared += 1
    }
  }
  return Math.min(1, shared / 2)
}

/** Rounding and exchange rates aside. */
function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 0.02 * Math.max(a, b)
}

/** Why two accounts can't be of one event, whatever else they share; null when nothing speaks against it. */
export function veto(a: Account, b: Account): 'version' | null {
  for (const [name, versions] of a.versions) {
    const others = b.versions.get(name)
    if (others && versions.isDisjointFrom(others)) return 'version'
  }
  return null
}
