import { isTelling, stemOf } from '../lib/text/index.ts'
import type { ClassifiableItem, Idea } from '../model/index.ts'
import { type Reading, readingOf } from './classifiable.ts'
import { wordsOf } from './words.ts'

/** What is read off a text. */
export interface Features {
  /** Named features with their weights, by group; each group is brought to length 1 on its own. */
  groups: Record<string, Map<string, number>>
  /** Its words in order, for their meaning. */
  words: string[]
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

/** Words at most this far apart make a pair. */
const pairWithin = 5

/**
 * The features of an item: its words and neighbouring words (by their stems), pairs of telling words near each other, the
 * title's words apart, pieces of words (so that `relicensed` and `unlicensed` meet), the signal phrases of the ideas'
 * pages, and what kind of publisher it is from.
 */
export function featuresOf(item: ClassifiableItem, find: SignalFinder): Features {
  return withKind(textFeatures(readingOf(item), find), item)
}

/** The part of `featuresOf` that tells directions: words and signals, without pieces of words and pairs. */
export function wordFeaturesOf(item: ClassifiableItem, find: SignalFinder): Features {
  return withKind(wordFeatures(readingOf(item), find), item)
}

function withKind(features: Features, { kind }: ClassifiableItem): Features {
  if (kind) features.groups.kind = new Map([[`kind ${kind}`, 0.5]])
  return features
}

/** The same for a bare piece of text. */
export function textFeatures(reading: Reading, find: SignalFinder): Features {
  const { groups, words, titleLength } = wordFeatures(reading, find)
  const pieces = new Map<string, number>()
  const pairs = new Map<string, number>()
  for (const word of words) for (const piece of piecesOf(word)) add(pieces, piece)
  for (const part of [words.slice(0, titleLength), words.slice(titleLength)]) {
    const telling = part.map(stemOf).filter(isTelling)
    for (const [i, stem] of telling.entries()) {
      for (const other of telling.slice(i + 1, i + 1 + pairWithin)) {
        pairs.set(stem < other ? `${stem}+${other}` : `${other}+${stem}`, 1)
      }
    }
  }
  return { groups: { ...groups, pieces, pairs }, words }
}

function wordFeatures(reading: Reading, find: SignalFinder): Features & { titleLength: number } {
  const all = new Map<string, number>()
  const title = new Map<string, number>()
  const signals = new Map<string, number>()
  const titleWords = wordsOf(reading.title)
  const bodyWords = wordsOf(reading.body)
  for (const word of titleWords) add(title, `title ${stemOf(word)}`)
  for (const words of [titleWords, bodyWords]) {
    const stems = words.map(stemOf)
    for (const [i, stem] of stems.entries()) {
      add(all, stem)
      if (i > 0) add(all, `${stems[i - 1]} ${stem}`)
    }
  }
  for (const { idea, sense } of [...find(reading.title), ...find(reading.body)]) {
    add(signals, `signal ${idea} ${sense}`)
  }
  return {
    groups: { all, title, signals },
    words: [...titleWords, ...bodyWords],
    titleLength: titleWords.length,
  }
}

function add(group: Map<string, number>, name: string): void {
  group.set(name, (group.get(name) ?? 0) + 1)
}

const knownPieces = new Map<string, string[]>()

/** The runs of four and five letters of a word, with its ends. Kept for words that come again, as most do. */
function piecesOf(word: string): string[] {
  let pieces = knownPieces.get(word)
  if (!pieces) {
    const padded = ` ${word} `
    pieces = []
    for (const n of [4, 5]) {
      for (let at = 0; at + n <= padded.length; at++) pieces.push(`~${padded.slice(at, at + n)}`)
    }
    if (knownPieces.size >= 20_000) knownPieces.clear()
    knownPieces.set(word, pieces)
  }
  return pieces
}

/** Words that turn round what comes after them. */
const denial = /^(no|not|never|without|cannot|refuse[sd]?|stop(s|ped)?|end(s|ed)?|fail(s|ed)?|.*n['’]t)$/
/** How many words a denial reaches. */
const denialReach = 4

/**
 * What tells the direction of one idea: the words and neighbouring words, the same once more as said of this idea (a share that rises
 * opens, a price that rises closes), words that are denied, and the signals of the idea's page.
 */
export function directionFeatures(
  features: Features,
  find: SignalFinder,
  item: ClassifiableItem,
  idea: string,
): Features {
  const { all = new Map<string, number>(), title, signals, kind } = features.groups
  const reading = readingOf(item)
  const own = new Map<string, number>([[`kind for ${idea}`, 1]])
  for (const signal of [...find(reading.title), ...find(reading.body)]) {
    if (signal.idea !== idea) continue
    const name = `signal its ${signal.sense}`
    own.set(name, (own.get(name) ?? 0) + 1)
  }
  const saidOfIt = new Map([...all].map(([name, n]) => [`${idea}|${name}`, n]))
  const denied = new Map<string, number>()
  let reach = 0
  for (const word of features.words) {
    if (denial.test(word)) reach = denialReach
    else if (reach > 0) {
      denied.set(`not ${stemOf(word)}`, 1)
      reach -= 1
    }
  }
  const groups = {
    all,
    ...(title && { title }),
    ...(signals && { signals }),
    ...(kind && { kind }),
    own,
    saidOfIt,
    denied,
  }
  return { words: features.words, groups }
}

function phraseWords(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}
