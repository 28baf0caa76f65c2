import { cosine, wordVectors } from '../lib/meaning/index.ts'
import { isGrouped, synonymsOf } from './thesaurus.ts'
import { areKin, commonWords, isContent, isFaint, rootOf, wordsOf } from './words.ts'

/** A root that the wiki uses. */
interface Entry {
  /** The form of it met most often, lower case. */
  form: string
  /** In how many texts it stands. */
  texts: number
  /** Always with a capital, where a sentence does not begin with it. */
  name: boolean
  vector: Float64Array | null
}

/** The wiki's own words: how much each says, which are names, what is near to what in meaning or in spelling. */
export interface Lexicon {
  has(root: string): boolean
  isName(root: string): boolean
  /** How telling a word is, 0 to 1: rare in the wiki, and rare in English. */
  weight(word: string): number
  /** True when neither the wiki nor the 30,000 commonest words of English hold it. */
  isStrange(word: string): boolean
  /** Roots of the wiki near in meaning or form to a word, with how near (0 to 1); the word's own root is not among them. */
  near(word: string): Map<string, number>
  /** The wiki's word that a misspelt one most likely stands for; the word itself where it needs no correction. */
  corrected(word: string): string
  /** Mean of the words' vectors, each weighted by how telling it is. */
  meaning(words: string[]): Float64Array
}

/** From this cosine on two words count as near; at the upper one as good as the same. */
const nearFrom = 0.5
const nearFull = 0.85
/** What a word counts for that differs in an ending only. */
export const kin = 0.9
/** What a word of the thesaurus counts for. */
export const synonym = 0.75
/** The most that a near word counts for. */
const nearMost = 0.8

/** Builds the lexicon of texts (passages with their headings, titles and aliases). */
export function createLexicon(texts: string[]): Lexicon {
  const vectors = wordVectors()
  const entries = new Map<string, Entry>()
  const capitals = new Map<string, { upper: number; lower: number }>()
  for (const text of texts) {
    const seen = new Set<string>()
    for (const match of text.matchAll(/(^|[.!?]\s+|\n|["“])?([\p{L}\p{N}]+(?:['’.][\p{L}\p{N}]+)*)/gu)) {
      const word = match[2]!.toLowerCase().replaceAll('’', "'")
      if (!isContent(word)) continue
      const root = rootOf(word)
      if (!seen.has(root)) {
        const entry = entries.get(root)
        if (entry) entry.texts += 1
        else entries.set(root, { form: word, texts: 1, name: false, vector: null })
        seen.add(root)
      }
      const counts = capitals.get(root) ?? { upper: 0, lower: 0 }
      if (/^\p{Ll}/u.test(match[2]!)) counts.lower += 1
      else if (match[1] === undefined) counts.upper += 1
      capitals.set(root, counts)
    }
  }
  for (const [root, entry] of entries) {
    const { upper, lower } = capitals.get(root)!
    // What stands everywhere, like `AI`, tells nothing apart.
    entry.name = upper > 0 && lower === 0 && entry.texts < texts.length / 5
    const vector = new Float64Array(vectors.dimensions)
    if (vectors.read(vector, entry.form) || vectors.read(vector, root)) entry.vector = vector
  }

  /** A form of the word that the vectors know: itself, or without its ending; null when there is none. */
  function baseOf(word: string): string | null {
    const british = word.replace(/is(?=e|ing|ed|ation)/, 'iz')
    const forms = [word, british]
    for (const form of [word, british]) {
      for (const ending of [/s$/, /es$/, /ing$/, /ed$/, /er$/, /ers$/, /ly$/, /ists?$/, /ness$/, /able$/]) {
        if (!ending.test(form) || form.length < 6) continue
        const stem = form.replace(ending, '')
        forms.push(stem, `${stem}e`, `${stem}y`)
        if (/(.)\1$/.test(stem)) forms.push(stem.slice(0, -1))
      }
    }
    return forms.find((form) => form.length > 2 && Number.isFinite(vectors.rank(form))) ?? null
  }

  const weights = new Map<string, number>()
  const nearby = new Map<string, Map<string, number>>()
  // A question may hold any word, so what is remembered is kept small.
  const bounded = <T>(memory: Map<string, T>, word: string, value: T): T => {
    if (memory.size > 1_000) memory.clear()
    memory.set(word, value)
    return value
  }

  function weight(word: string): number {
    const known = weights.get(word)
    if (known !== undefined) return known
    if (isFaint(word)) return bounded(weights, word, 0.12)
    const rank = Math.min(vectors.rank(word), vectors.rank(baseOf(word) ?? rootOf(word)))
    const rare = Number.isFinite(rank)
      ? Math.min(1, Math.max(0.1, Math.log(rank / 60 + 1) / Math.log(500)))
      : 1
    const entry = entries.get(rootOf(word))
    if (!entry) return bounded(weights, word, rare)
    const telling = Math.log(texts.length / entry.texts) / Math.log(texts.length)
    return bounded(weights, word, Math.max(0.05, 0.65 * telling + 0.35 * rare * telling ** 0.5))
  }

  function near(word: string): Map<string, number> {
    const known = nearby.get(word)
    if (known) return known
    const found = new Map<string, number>()
    const vector = new Float64Array(vectors.dimensions)
    const root = rootOf(word)
    for (const other of entries.keys()) if (other !== root && areKin(other, root)) found.set(other, kin)
    for (const other of synonymsOf(root)) {
      if (entries.has(other) && !found.has(other)) found.set(other, synonym)
    }
    if (vectors.read(vector, baseOf(word) ?? word)) {
      for (const [other, entry] of entries) {
        if (other === root || !entry.vector || entry.name) continue
        const likeness = cosine(vector, entry.vector)
        if (likeness >= nearFrom) {
          if (found.has(other)) continue
          const share = Math.min(1, (likeness - nearFrom) / (nearFull - nearFrom))
          found.set(other, nearMost * (0.35 + 0.65 * share))
        }
      }
    }
    return bounded(nearby, word, found)
  }

  function corrected(word: string): string {
    if (word.length < 4 || entries.has(rootOf(word)) || /\d/.test(word)) return word
    const common = vectors.rank(word) < 30_000
    const allowed = word.length >= 8 ? 2 : 1
    let best: { form: string; distance: number; texts: number } | null = null
    for (const { form, texts } of entries.values()) {
      if (Math.abs(form.length - word.length) > allowed || form.length < 4) continue
      const distance = editDistance(word, form, allowed)
      if (distance > allowed) continue
      if (!best || distance < best.distance || (distance === best.distance && texts > best.texts)) {
        best = { form, distance, texts }
      }
    }
    // A word that English knows is no slip.
    if (common) return word
    const small = commonWords.find((one) => editDistance(word, one, 1) <= 1)
    return small ?? best?.form ?? word
  }

  function meaning(words: string[]): Float64Array {
    const sum = new Float64Array(vectors.dimensions)
    for (const word of words) vectors.addTo(sum, baseOf(word) ?? word, weight(word))
    return sum
  }

  return {
    has: (root) => entries.has(root),
    isName: (root) => entries.get(root)?.name ?? false,
    weight,
    isStrange: (word) =>
      !entries.has(rootOf(word)) &&
      !isGrouped(rootOf(word)) &&
      baseOf(word) === null &&
      ![...near(word).values()].includes(kin),
    near,
    corrected,
    meaning,
  }
}

/** Content words of a text in lower case, for `meaning`. */
export function plainWords(text: string): string[] {
  return wordsOf(text)
    .map((word) => word.toLowerCase())
    .filter(isContent)
}

/**
 * Edits from one word to another: letters put in, left out, changed, or two neighbours swapped (Damerau 1964, in the
 * restricted form that edits no pair twice). Gives up with a number above `most`.
 */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, before[j - 2]! + 1)
      }
      row.push(least)
    }
    if (Math.min(...row) > most) return most + 1
    before = last
    last = row
  }
  return last[b.length]!
}
