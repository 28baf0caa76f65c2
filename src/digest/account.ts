import { wordVectors } from '../lib/meaning/index.ts'
import { isTelling, stemOf } from '../lib/text/index.ts'

/** What is compared of an item when the question is whether two tell of one event. */
export interface Account {
  /** Stems of the telling words of the title, each once. */
  title: Set<string>
  /** The same of title and text. */
  text: Set<string>
  /** Names of the title, and of the whole: stems of words that are written as names. */
  titleNames: Set<string>
  names: Set<string>
  /** What number follows a name, in the title or, where it has none, in the text: `llama` → `3.1`. */
  versions: Map<string, Set<string>>
  /** Lower-case telling words with their order lost, for the meaning of the whole. */
  words: string[]
}

/** More of a text tells of other things. */
const textLimit = 320
/** Words commoner than this are taken for names only where other words around them are not capitalised too. */
const commonWords = 4000

/** Reads an item for comparison. Texts are plain; any may be empty. */
export function readAccount(item: { title: string; summary: string }): Account {
  const { title, text, whole } = partsOf(item)
  const titleNames = namesOf(title)
  const titleVersions = versionsOf(title)
  return {
    title: stemsOf(title),
    text: stemsOf(whole),
    titleNames,
    names: new Set([...titleNames, ...namesOf(text)]),
    versions: titleVersions.size > 0 ? titleVersions : versionsOf(text),
    words: tokensOf(whole).filter(isTelling),
  }
}

/** The `text` of an item's account alone, which is a good deal less to read. */
export function stemsOfAccount(item: { title: string; summary: string }): Set<string> {
  return stemsOf(partsOf(item).whole)
}

function partsOf(item: { title: string; summary: string }): { title: string; text: string; whole: string } {
  const title = bareTitle(item.title)
  const text = item.summary.slice(0, textLimit)
  return { title, text, whole: `${title}. ${text}` }
}

/** Many feeds add their own name at the end: `Headline | Paper`, `Headline - Paper`. `Weights released - 7B` is not one. */
function bareTitle(title: string): string {
  return title.replace(/\s+[|–—-]\s+[^|–—\-\p{N}]{2,30}$/u, '')
}

const numberWords = new Map(
  (
    'two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen ' +
    'nineteen twenty'
  )
    .split(' ')
    .map((word, i) => [word, String(i + 2)]),
)

/** Lower-case words; numbers in words become figures, so that "nine months" and "9 months" meet. */
function tokensOf(text: string): string[] {
  const tokens =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*/gu) ?? []
  return tokens.map((token) => numberWords.get(token) ?? token.replace(/['’]s$/, ''))
}

function stemsOf(text: string): Set<string> {
  return new Set(
    tokensOf(text)
      .filter((word) => isTelling(word) || /\p{N}/u.test(word))
      .map(stemOf),
  )
}

/** Words that begin with a capital where it is not just the beginning of a sentence or a title in capitals. */
function namesOf(text: string): Set<string> {
  const words = text.normalize('NFKC').match(/[\p{L}\p{N}][\p{L}\p{N}'’.-]*[.!?:]?/gu) ?? []
  const long = words.filter((word) => /^\p{L}{4}/u.test(word))
  const capitals = long.filter((word) => /^\p{Lu}/u.test(word)).length
  const inCapitals = long.length >= 4 && capitals / long.length > 0.6
  const { rank } = wordVectors()
  const names = new Set<string>()
  let first = true
  for (const raw of words) {
    const word = raw.replace(/['’]s?$|[.!?:]+$/gu, '')
    const lower = word.toLowerCase()
    const begins = first
    first = /[.!?:]$/.test(raw)
    if (!/^\p{Lu}|^\p{Ll}\p{Lu}/u.test(word) || !isTelling(lower)) continue
    if ((begins || inCapitals) && rank(lower) < commonWords) continue
    names.add(stemOf(lower))
  }
  return names
}

/** Words commoner than this are no names of things that have versions: May 4, Section 2, All 14. */
const ordinaryWords = 3000

/** `Llama 3.1`, `GPT-5`, `Qwen2.5`, `SB 243`, `v2`: what a number stands behind, and the number. */
function versionsOf(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  const { rank } = wordVectors()
  const note = (name: string, number: string) => found.set(name, (found.get(name) ?? new Set()).add(number))
  const plain = text.normalize('NFKC')
  for (const [, name, number] of plain.matchAll(
    /(?<![\p{L}\p{N}])(\p{Lu}\p{L}*)[ -]?v?(\d{1,2}(?:\.\d+)*|(?<=\p{Lu}{2} )\d{3})(?![\p{N}%]|[.,]\d|\s?(?:million|billion|thousand|[mb]n\b|per))/gu,
  )) {
    const key = name!.toLowerCase()
    if (rank(key) >= ordinaryWords && !currencies.has(key)) note(key, number!)
  }
  // A bare v2 or build b6940 is a version of whatever the text is about.
  if (found.size === 0) {
    for (const [, number] of plain.matchAll(
      /(?<![\p{L}\p{N}])(?:v(?=\d)|[a-z](?=\d{4}))(\d+(?:\.\d+)*)(?![\p{L}\p{N}])/gu,
    )) {
      note('', number!)
    }
  }
  return found
}

const currencies = new Set(['usd', 'eur', 'gbp', 'chf', 'jpy', 'cny'])
