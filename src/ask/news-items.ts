import type { AnswerItem, Direction, LabelledItem, NewsWish } from '../model/index.ts'
import { effectiveDate } from '../model/index.ts'
import type { NamedWord } from './named.ts'
import type { Period } from './period.ts'
import { lettersOf, rootsOf } from './words.ts'

/** A stored item with all names of its publisher, one a line: of the feed, of the house, of its site. */
export type NewsItem = LabelledItem & { publisher: string }

/** Gives stored items; never throws for want of any. */
export type NewsSource = (wish: NewsWish) => Promise<NewsItem[]>

/** What of the stored items is asked for. */
export interface AskedNews extends NewsWish {
  /** The words of a name that items have to say, or their publishers to bear; empty where none is asked about. */
  about: NamedWord[]
  /** What items have to tell of somebody, in any of their texts: of at least half of these a root; any item will do without it. */
  telling?: readonly (readonly string[])[]
  /** What of the wiki's topics the question says beside a name. */
  beside: { typed: string; root: string }[]
  /** The question. */
  text: string
  /** `since` and `until` in words. */
  period: Pick<Period, 'words' | 'isDated'>
}

/** By what items are chosen. */
type Choice = Omit<AskedNews, 'beside' | 'text' | 'period'>

/** What is stored for a wish, and what of the words beside the name no text of it says. */
export interface FoundNews {
  items: AnswerItem[]
  unsaid: string[]
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
export async function findItems(wish: AskedNews, news: NewsSource): Promise<FoundNews> {
  const found = ranked(await itemsFor(wish, news), wish)
  const texts = found.map(({ item }) => reading(`${item.title} ${item.summary} ${item.content}`))
  const unsaid = wish.beside.filter(({ root }) => !texts.some((has) => has(root)))
  return { items: found.map(({ shown }) => shown), unsaid: unsaid.map(({ typed }) => typed) }
}

async function itemsFor(wish: AskedNews, news: NewsSource): Promise<NewsItem[]> {
  const { about, telling: _told, beside: _, text: _text, period: _words, ...plain } = wish
  const saying = sureLetters(about.map(({ root }) => root))
  if (saying.length === 0) {
    return news(about.length > 0 ? { ...plain, limit: namedLimit } : plain)
  }
  // Who is often told of is told of lately, and what is older comes before that only if it holds more of the words.
  const newest = await news({ ...plain, limit: namedFirst, saying })
  const last = ranked(newest, wish)[wish.limit - 1]
  if (last && last.held === wish.words.length) return newest
  const letters = sureLetters(wish.words)
  const least = last ? last.held + 1 - (wish.words.length - letters.length) : 0
  const others = await news({
    ...plain,
    limit: namedLimit,
    saying,
    ...(least > 0 ? { holding: { letters, least } } : {}),
  })
  return [...newest, ...others]
}

/** The letters of these roots that a database can look for; it lowers those of English alone, whichever it is. */
function sureLetters(roots: string[]): string[] {
  return roots.map(lettersOf).filter((letters) => /^[a-z0-9]+$/.test(letters))
}

/**
 * Stored items for a wish, only those that say the name it is about: newest first, those that hold more of its words before
 * the others, no story twice.
 */
export function bestItems(items: NewsItem[], wish: Choice): AnswerItem[] {
  return ranked(items, wish).map(({ shown }) => shown)
}

/** As many as are wanted. */
function ranked(items: NewsItem[], wish: Choice): { item: NewsItem; shown: AnswerItem; held: number }[] {
  const inOrder = items
    .filter((item) => isWithin(effectiveDate(item), wish) && says(item, wish))
    .map((item) => {
      const has = reading(`${item.title} ${item.summary}`)
      const bears = wish.about.length > 0 ? reading(item.publisher) : null
      const isHeld = (root: string) =>
        has(root) || (bears?.(root) && wish.about.some((one) => one.root === root))
      return { item, held: wish.words.filter(isHeld).length }
    })
    .sort((a, b) => b.held - a.held || effectiveDate(b.item) - effectiveDate(a.item))
  const kept: { item: NewsItem; shown: AnswerItem; held: number }[] = []
  for (const { item, held } of inOrder) {
    if (kept.length === wish.limit) break
    const one = shown(item, wish.idea, wish.direction)
    if (one && !kept.some((other) => isOneStory(item, other.item))) kept.push({ item, shown: one, held })
  }
  return kept
}

/** Titles of so few words may stand over many a story. */
const fewWords = 4

/** The same article, or told elsewhere under a title of the same words; a column keeps its own title from week to week. */
function isOneStory(a: NewsItem, b: NewsItem): boolean {
  const key = ({ canonicalUrl, url, id }: NewsItem) => canonicalUrl ?? url ?? id
  if (key(a) === key(b)) return true
  const [words, others] = [new Set(rootsOf(a.title)), new Set(rootsOf(b.title))]
  return a.feed !== b.feed && words.size >= fewWords && words.symmetricDifference(others).size === 0
}

const isWithin = (at: number, { since, until }: Choice) => at >= since && (until == null || at < until)

/** True for an item whose text or publisher bears the name, and which tells what is asked of it. */
function says({ title, summary, content, publisher }: NewsItem, { about, telling = [] }: Choice): boolean {
  if (about.length === 0 && telling.length === 0) return true
  const has = reading(`${title} ${summary} ${content}`)
  const bears = reading(publisher)
  return (
    about.every(({ root }) => bears(root) || has(root)) &&
    telling.filter((roots) => roots.some(has)).length >= telling.length / 2
  )
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
