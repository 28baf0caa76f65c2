import { cosine } from '../lib/meaning/index.ts'
import {
  type AnswerItem,
  type Direction,
  effectiveDate,
  type Idea,
  type LabelledItem,
  type NewsWish,
} from '../model/index.ts'
import { plainWords } from './lexicon.ts'
import type { Question } from './question.ts'
import type { Shelf } from './shelf.ts'
import { lettersOf, rootOf, rootsOf, wordsOf } from './words.ts'

/** Gives stored items; never throws for want of any. */
export type NewsSource = (wish: NewsWish) => Promise<LabelledItem[]>

/** What of the stored items is asked for. */
export interface AskedNews extends NewsWish {
  /** The words of a name that items have to say, as they were typed; empty where none is asked about. */
  about: { typed: string; root: string; at: number }[]
  /** The question. */
  text: string
}

const day = 24 * 60 * 60 * 1000

const recency =
  /\b(?:lately|recent(?:ly)?|latest|news|headlines?|this (?:week|month)|last (?:week|month|few days|couple of)|past (?:\w+ )?(?:week|month|days?)|yesterday|these days|this morning|currently happening|news today|today's news|update[sd]? on|anything new|what(?: i|')?s new|happened (?:with|on|lately)|happened to .{1,40} recently|(?:today|this year)(?=\W*$))\b/i
/** Questions about how news is judged, which the wiki answers. */
const aboutFiling =
  /\b(?:what (?:kind|sort|type)s? of|which (?:kind|sort|type)s? of|what counts|how (?:is|are|does|do)|counts? as|filed|file[sd]?|classif|label|why|should i watch|bears? on|mean|do you ask|(?:each|every) (?:news )?(?:item|story))\b/i
const events =
  /\b(?:price (?:cuts?|hikes?|increases?|rises?|drops?|wars?|changes?)|cuts?|releases?|launch(?:es)?|mergers?|deals?|lawsuits?|shortages?|funding|grants?|announcements?|hikes?|stories|items|withdrawals?|deprecations?|acquisitions?|weights)\b/i

/** What of the stored items a question asks for; null when it does not ask for news. `now` is in ms since the epoch. */
export function newsWish(
  question: Question,
  ideas: readonly Idea[],
  shelf: Shelf,
  now: number,
): AskedNews | null {
  const { text } = question
  const anyEvents =
    /^\W*(?:(?:so|hey|yo|hi|ok|and)\W+)*(?:is there |are there |were there |have there been |has there been |did you see |got |seen )?any(?:thing|one)?\b/i.test(
      text,
    ) && events.test(text)
  if (
    /\b(?:wiki|source|page|jacobs|ostrom|frame)\b/i.test(text) &&
    !/\b(?:lately|recent|news|this week)/i.test(text)
  )
    return null
  if (!anyEvents && !(recency.test(text) && !aboutFiling.test(text))) return null
  if (/\b(?:19|20)\d\d\b/.test(text) && !/\bnews\b/i.test(text)) return null
  const topic = plainWords(text).filter((word) => !newsWord.test(word))
  const about = namedIn(question, shelf)
  const rest = topic.filter((word) => !about.some(({ root }) => root === rootOf(word)))
  const wanted = about.length > 0 ? rest.filter((word) => !deed.test(word)) : topic
  const idea = ideaOf(wanted.length < topic.length ? wanted.join(' ') : text, wanted, ideas, shelf)
  return {
    idea,
    direction: about.length > 0 && !idea ? null : directionOf(text),
    about,
    text,
    since: now - daysOf(text) * day,
    words: [...new Set(topic.map(rootOf))],
    limit: 5,
  }
}

/** Names that are no body's, or too many bodies'. */
const common =
  /^(?:ai|apis?|gpus?|cpus?|llms?|ml|models?|chips?|weights|open|source|ceos?|capex|january|february|march|april|may|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day|frontier|discord|freehold|orange|pill|jacobs|jane)$/
const deed =
  /^(?:announc\w*|releas\w*|launch\w*|ship(?:s|ped|ping)?|publish\w*|unveil\w*|present\w*|tell|told|update\w*|latest|learn\w*|hear\w*)$/
const deeds =
  /^\W*(?:so |and |hey |ok )*what (?:(?:did|has|have|does|is|are) (?!the |you )(.{2,40}?) (?:do|does|done|doing|up to|announce[ds]?|announcing|releas(?:e|ed|ing)|launch(?:ed|ing)?|ship(?:ped)?|publish(?:ed)?|unveil(?:ed)?)\b|(?:happened (?:to|at|with)) (.{2,40}?))\W*$/i

/** The words of the question that name somebody or something of the world. */
function namedIn({ words, text }: Question, { lexicon }: Shelf): AskedNews['about'] {
  return words.flatMap(({ word, root, name, odd }) => {
    const typed = wordsOf(text).find((one) => rootOf(one.toLowerCase()) === root)
    const capital = typed !== undefined && /^\p{Lu}/u.test(typed.slice(0, 1)) && !text.startsWith(typed)
    const known = lexicon.has(root) && !lexicon.isName(root)
    const named = name || odd || (capital && !known)
    return typed && named && !common.test(word) && !/^\d+$/.test(word)
      ? [{ typed, root, at: text.indexOf(typed) }]
      : []
  })
}

/** The name as it was typed, with a word or two that stand in the midst of it; empty where none is asked about. */
function nameOf({ about, text }: AskedNews): string {
  const inOrder = about.toSorted((a, b) => a.at - b.at)
  const [first, last] = [inOrder[0], inOrder.at(-1)]
  if (!first || !last) return ''
  const whole = text.slice(first.at, last.at + last.typed.length)
  return wordsOf(whole).length <= about.length + 2 ? whole : inOrder.map(({ typed }) => typed).join(', ')
}

/** What somebody did whom the wiki does not know, wished for as news; null for any other question. */
export function deedsOf(question: Question, shelf: Shelf, now: number): AskedNews | null {
  if (!deeds.test(question.text)) return null
  const about = namedIn(question, shelf)
  if (about.length === 0 || about.some(({ root }) => shelf.lexicon.has(root))) return null
  const words = about.map(({ root }) => root)
  return { idea: null, direction: null, since: now - 31 * day, words, limit: 5, about, text: question.text }
}

const newsWord =
  /^(?:lately|recent(?:ly)?|latest|news|headlines?|week|month|year|day|days|today|yesterday|past|last|new|happened|happening|going|update[sd]?|updates|stories|items|anything|currently)$/

function daysOf(text: string): number {
  if (/\btoday\b|\bthis morning\b/i.test(text)) return 1
  if (/\byesterday\b/i.test(text)) return 2
  if (/\b(?:this|past) week\b|\bfew days\b|\bpast days\b/i.test(text)) return 7
  if (/\blast week\b/i.test(text)) return 14
  if (/\bthis year\b/i.test(text)) return 366
  return 31
}

function directionOf(text: string): Direction | null {
  const opens =
    /\b(?:cuts?|cheaper|drops?|falls?|fell|falling|releas\w+|open(?:s|ed)?(?=\s+(?:up|stories|weights))|lower\w*|loosen\w*|price wars?|undercut\w*|grants?)\b/i.test(
      text,
    )
  const closes =
    /\b(?:hikes?|increases?|rais(?:e|es|ed|ing)|ris(?:e|es|ing)|rose|shortages?|withdraw\w*|withdrew|tighten\w*|closes?|closing|deprecat\w+|more expensive|bans?|cancel\w*)\b/i.test(
      text,
    )
  return opens === closes ? null : opens ? 'opens' : 'closes'
}

/** The idea whose names or signals the question says, else the nearest in meaning; null when none is near. */
function ideaOf(text: string, topic: string[], ideas: readonly Idea[], shelf: Shelf): string | null {
  const roots = rootsOf(text)
  const asked = shelf.lexicon.meaning(topic)
  let best: { id: string; score: number } | null = null
  for (const idea of ideas) {
    const { about, opens, closes, mixed } = idea.signals
    const page = shelf.pages.find(({ id }) => id === idea.id)
    const phrases = [
      idea.name,
      idea.title,
      ...(page ? [page.title] : []),
      ...about,
      ...opens,
      ...closes,
      ...mixed,
    ]
    const said = phrases.filter((phrase) => {
      const wanted = rootsOf(phrase)
      return wanted.length > 0 && wanted.every((root) => roots.includes(root))
    })
    const names = (page?.names ?? []).filter(
      (name) => name.length > 0 && name.every((root) => roots.includes(root)),
    )
    const nearness = cosine(
      asked,
      shelf.lexicon.meaning(plainWords(`${idea.name} ${idea.definition} ${about.join(' ')}`)),
    )
    const score = Math.min(2, said.length) + 1.5 * Math.min(1, names.length) + nearness
    if (!best || score > best.score) best = { id: idea.id, score }
  }
  return best && topic.length > 0 && best.score >= 0.62 ? best.id : null
}

/** An item as an answer shows it; null for one without a link or without a label (of that idea, where one is given). */
export function shown(
  item: LabelledItem,
  idea: string | null,
  direction: Direction | null,
): AnswerItem | null {
  const label = item.labels
    .filter(
      (one) => (idea === null || one.idea === idea) && (direction === null || one.direction === direction),
    )
    .sort((a, b) => b.score - a.score)[0]
  if (!label || !item.url || !/^https?:\/\//i.test(item.url)) return null
  const { publishedAt } = item
  return {
    title: item.title.replace(/\s+/g, ' ').trim(),
    url: item.url,
    idea: label.idea,
    direction: label.direction,
    publishedAt: publishedAt === null ? null : new Date(publishedAt).toISOString(),
  }
}

/** Items are asked for in this number where only those that name somebody are kept; and the newest of them before. */
const namedLimit = 100
const namedFirst = 10

/** The best of the stored items for a wish, as `bestItems` of all that `news` has would be. */
export async function findItems(wish: AskedNews, news: NewsSource): Promise<AnswerItem[]> {
  const { about, text: _, ...plain } = wish
  const saying = sureLetters(about.map(({ root }) => root))
  if (saying.length === 0) {
    return bestItems(await news(about.length > 0 ? { ...plain, limit: namedLimit } : plain), wish)
  }
  // Who is often told of is told of lately, and what is older comes before that only if it holds more of the words.
  const newest = await news({ ...plain, limit: namedFirst, saying })
  const last = ranked(newest, wish)[wish.limit - 1]
  if (last && last.held === wish.words.length) return bestItems(newest, wish)
  const letters = sureLetters(wish.words)
  const least = last ? last.held + 1 - (wish.words.length - letters.length) : 0
  const others = await news({
    ...plain,
    limit: namedLimit,
    saying,
    ...(least > 0 ? { holding: { letters, least } } : {}),
  })
  return bestItems([...newest, ...others], wish)
}

/** The letters of these roots that a database can look for; it lowers those of English alone, whichever it is. */
function sureLetters(roots: string[]): string[] {
  return roots.map(lettersOf).filter((letters) => /^[a-z0-9]+$/.test(letters))
}

/**
 * Stored items for a wish, only those that say the name it is about: newest first, those that hold more of its words before
 * the others, none twice.
 */
export function bestItems(items: LabelledItem[], wish: AskedNews): AnswerItem[] {
  return ranked(items, wish)
    .slice(0, wish.limit)
    .map(({ shown }) => shown)
}

function ranked(items: LabelledItem[], wish: AskedNews): { shown: AnswerItem; held: number }[] {
  const seen = new Set<string>()
  return items
    .filter((item) => effectiveDate(item) >= wish.since && says(item, wish.about))
    .map((item) => {
      const has = reading(`${item.title} ${item.summary}`)
      return { item, held: wish.words.filter(has).length }
    })
    .sort((a, b) => b.held - a.held || effectiveDate(b.item) - effectiveDate(a.item))
    .flatMap(({ item, held }) => {
      const one = shown(item, wish.idea, wish.direction)
      const key = item.canonicalUrl ?? item.url ?? item.id
      if (!one || seen.has(key)) return []
      seen.add(key)
      return [{ shown: one, held }]
    })
}

function says({ title, summary, content }: LabelledItem, about: AskedNews['about']): boolean {
  if (about.length === 0) return true
  const has = reading(`${title} ${summary} ${content}`)
  return about.every(({ root }) => has(root))
}

/** Tells of a root whether a word of the text has it, as `rootsOf` would: reading all its words takes many times as long. */
function reading(text: string): (root: string) => boolean {
  const lower = text.toLowerCase()
  let all: Set<string> | undefined
  return (root) => {
    const letters = lettersOf(root)
    // A few capitals become two letters, and then what is found in the one is elsewhere in the other.
    if (letters === '' || lower.length !== text.length) {
      all ??= new Set(rootsOf(text))
      return all.has(root)
    }
    return lower.includes(letters) && rootsOf(aroundEach(letters, text, lower)).includes(root)
  }
}

/** What of a text stands between two spaces and holds these letters; `lower` is the text in lower case. */
function aroundEach(letters: string, text: string, lower: string): string {
  const parts: string[] = []
  for (let at = lower.indexOf(letters); at >= 0; ) {
    const next = text.indexOf(' ', at + letters.length)
    const end = next < 0 ? text.length : next
    parts.push(text.slice(text.lastIndexOf(' ', at) + 1, end))
    at = lower.indexOf(letters, end)
  }
  return parts.join(' ')
}

/** What an answer to a question for news says: a line for each item, or that there is none. */
export function newsText(items: AnswerItem[], wish: AskedNews, ideas: readonly Idea[], now: number): string {
  const days = Math.round((now - wish.since) / day)
  const period = days === 1 ? 'the last day' : `the last ${days} days`
  const idea = ideas.find(({ id }) => id === wish.idea)
  const name = nameOf(wish)
  const about = `${name ? ` about ${name}` : ''}${idea ? ` on ${idea.name}` : ''}`
  const way = wish.direction ? ` that ${wish.direction === 'mixed' ? 'is mixed' : wish.direction}` : ''
  if (items.length === 0) {
    return `Freehold has stored nothing${about}${way} in ${period}.`
  }
  const lines = items.map(
    ({ title, url, publishedAt }) =>
      `- ${title}${publishedAt ? ` (${publishedAt.slice(0, 10)})` : ''} ${url}`,
  )
  return [`Stored in ${period}${about}:`, ...lines].join('\n')
}
