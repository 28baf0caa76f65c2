import type { Question } from './question.ts'
import type { Shelf } from './shelf.ts'
import { isContent, nameKey, rootOf, wordsOf } from './words.ts'

/** A word of a question that names somebody or something of the world. */
export interface NamedWord {
  /** As it was typed, without the ending of a genitive. */
  typed: string
  root: string
  /** Where in the question's text it begins. */
  at: number
}

/** Names that are no body's, or too many bodies'. */
const common =
  /^(?:ai|apis?|gpus?|cpus?|llms?|ml|models?|chips?|weights|open|source|ceos?|capex|january|february|march|april|may|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day|frontier|discord|freehold|orange|pill|jacobs|jane)$/
/** Words by which news is asked for. */
export const newsWord =
  /^(?:lately|recent(?:ly)?|latest|news|headlines?|week|month|year|day|days|today|yesterday|past|last|new|happened|happening|going|update[sd]?|updates|stories|items|anything|currently)$/
/** What stands at the end of a feed's title and is no part of a name. */
const generic = /(?:[\s:,|–—-]+(?:news(?:room|letter)?|blog|updates?|changelog|releases?|feed|rss))+\s*$/i

/** The words of the question that name somebody or something of the world; `publishers` are names of those whose items are stored. */
export function namedIn(
  { words, text }: Question,
  { lexicon }: Shelf,
  publishers: readonly string[],
): NamedWord[] {
  const typed = typedIn(text)
  const spoken = publishersIn(text, publishers)
  const byWord = words.flatMap(({ word, root, name, odd }) => {
    const at = typed.findIndex((one) => one.root === root)
    const one = typed[at]
    if (!one) return []
    if (spoken.has(root) && !newsWord.test(word)) return [one]
    const known = lexicon.has(root) && !lexicon.isName(root)
    const named = name || odd || (at > 0 && isCapital(one) && !known)
    return named && canName(word) && !/^\d+$/.test(word) ? [one] : []
  })
  // Where everything has a capital, capitals say nothing.
  const telling = typed.some((one, i) => i > 0 && one.typed.length > 3 && !isCapital(one))
  // `the Digital Conduct Office`: a capital right before a name belongs to it.
  const before = typed.filter((one, i) => {
    const next = typed[i + 1]
    const joined =
      next && byWord.includes(next) && isCapital(next) && next.at === one.at + one.typed.length + 1
    const word = one.typed.toLowerCase()
    const fits = isCapital(one) && isContent(word) && canName(word)
    return i > 0 && telling && joined && fits && !byWord.includes(one)
  })
  return [...before, ...byWord].sort((a, b) => a.at - b.at)
}

/** `New York` is a name, `Recent York` none. */
const canName = (word: string) => !common.test(word) && (word === 'new' || !newsWord.test(word))
const isCapital = ({ typed }: NamedWord) => /^\p{Lu}/u.test(typed)

function typedIn(text: string): NamedWord[] {
  let from = 0
  return wordsOf(text).map((word) => {
    const at = text.indexOf(word, from)
    from = at + word.length
    return { typed: word.replace(/['’]s?$/, ''), root: rootOf(word.toLowerCase()), at }
  })
}

/**
 * Roots of the publishers' names that a text says. A name of one word may be any word of English, so that it counts only
 * where the text asks for news from it.
 */
function publishersIn(text: string, publishers: readonly string[]): Set<string> {
  const said = ` ${nameKey(text)} `
  const keys = new Set(publishers.flatMap((name) => [nameKey(name), nameKey(name.replace(generic, ''))]))
  const found = [...keys].filter(
    (key) => key !== '' && said.includes(key.includes(' ') ? ` ${key} ` : ` from ${key} `),
  )
  return new Set(found.flatMap((key) => key.split(' ')))
}

/** What may stand between two words of one name. */
const within = /^(?:[\s&'’-]|\b(?:of|for|the|and|on|de|du|von|van|\p{Lu}[\p{L}\p{N}]*)(?![\p{L}\p{N}]))*$/u

/** The names as they were typed, each with the small words within it; empty where there is none. */
export function nameOf(about: readonly NamedWord[], text: string): string {
  const parts: string[] = []
  let end = 0
  for (const { typed, at } of about) {
    const between = text.slice(end, at)
    const isOne = parts.length > 0 && within.test(between)
    if (isOne) parts.push(`${parts.pop()}${between}${typed}`)
    else parts.push(typed)
    end = at + typed.length
  }
  return parts.join(' and ')
}
