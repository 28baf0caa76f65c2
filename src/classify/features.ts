import type { ClassifiableItem, Idea } from '../model/index.ts'
import { type Reading, readingOf } from './classifiable.ts'

/** Named features of a text with their weights, by group; each group is brought to length 1 on its own. */
export type FeatureGroups = Map<string, number>[]

const wordPattern = /[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*|[$€£¥%]/gu

/** Lower-case words; digits become `0` so that amounts and versions share a feature. */
export function wordsOf(text: string): string[] {
  const words = text.normalize('NFKC').toLowerCase().match(wordPattern) ?? []
  return words.map((word) =>
    word
      .replace(/['’]s$/, '')
      .replace(/\p{N}+/gu, '0')
      .slice(0, 40),
  )
}

/** Finds the signal phrases of ideas in a text. */
export type SignalFinder = (text: string) => { idea: string; sense: keyof Idea['signals']; phrase: string }[]

/** Compiles the phrases of all ideas' pages into one search. */
export function signalFinder(ideas: Idea[]): SignalFinder {
  const entries = new Map<string, { idea: string; sense: keyof Idea['signals']; phrase: string }[]>()
  let longest = 1
  for (const idea of ideas) {
    for (const sense of ['about', 'opens', 'closes', 'mixed'] as const) {
      for (const phrase of idea.signals[sense]) {
        const words = phraseWords(phrase)
        if (words.length === 0) continue
        const key = words.join(' ')
        entries.set(key, [...(entries.get(key) ?? []), { idea: idea.id, sense, phrase }])
        longest = Math.max(longest, words.length)
      }
    }
  }
  return (text) => {
    const words = phraseWords(text)
    const found = []
    for (let i = 0; i < words.length; i++) {
      let key = ''
      for (let n = 1; n <= longest && i + n <= words.length; n++) {
        key = n === 1 ? words[i]! : `${key} ${words[i + n - 1]}`
        const hits = entries.get(key)
        if (hits) found.push(...hits)
      }
    }
    return found
  }
}

/**
 * The features of an item: its words and pairs of words, the title's words apart, pieces of words (so that `relicensed`
 * and `relicensing` meet), the signal phrases of the ideas' pages, and what kind of publisher it is from.
 */
export function featuresOf(item: ClassifiableItem, find: SignalFinder): FeatureGroups {
  const groups = textFeatures(readingOf(item), find)
  if (item.kind) groups.push(new Map([[`kind ${item.kind}`, 0.5]]))
  return groups
}

/** The same for a bare piece of text. */
export function textFeatures(reading: Reading, find: SignalFinder): FeatureGroups {
  const all = new Map<string, number>()
  const title = new Map<string, number>()
  const pieces = new Map<string, number>()
  const signals = new Map<string, number>()
  const add = (group: Map<string, number>, name: string, n = 1) => group.set(name, (group.get(name) ?? 0) + n)

  const titleWords = wordsOf(reading.title)
  for (const word of titleWords) add(title, `title ${word}`)
  for (const words of [titleWords, wordsOf(reading.body)]) {
    for (const [i, word] of words.entries()) {
      add(all, word)
      if (i > 0) add(all, `${words[i - 1]} ${word}`)
      const padded = ` ${word} `
      for (const n of [4, 5]) {
        for (let at = 0; at + n <= padded.length; at++) add(pieces, `~${padded.slice(at, at + n)}`)
      }
    }
  }
  for (const { idea, sense } of [...find(reading.title), ...find(reading.body)]) {
    add(signals, `signal ${idea} ${sense}`)
  }
  return [all, title, pieces, signals]
}

/** The text's features, and those signals that speak of this idea under a name that all ideas share. */
export function directionFeatures(
  groups: FeatureGroups,
  find: SignalFinder,
  item: ClassifiableItem,
  idea: string,
): FeatureGroups {
  const reading = readingOf(item)
  const own = new Map<string, number>([[`kind for ${idea}`, 1]])
  for (const signal of [...find(reading.title), ...find(reading.body)]) {
    if (signal.idea !== idea) continue
    const name = `signal its ${signal.sense}`
    own.set(name, (own.get(name) ?? 0) + 1)
  }
  return [...groups, own]
}

function phraseWords(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}
