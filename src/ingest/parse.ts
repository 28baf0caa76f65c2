import { oneLine, plainText } from '../lib/text/index.ts'
import { notAFeed } from './challenge.ts'
import { cleanItems, cutAtWord } from './clean.ts'
import { parseDate } from './dates.ts'
import type { ParsedFeed, ParseOutcome } from './outcome.ts'
import { assemble, dateOf, findRoot, outline } from './outline.ts'
import type { RawFeed } from './raw-feed.ts'
import { expandEntities, repairCharacters } from './repair.ts'
import { updateHint } from './update-hint.ts'
import { withFeedsmith, withFeedsmithJson } from './with-feedsmith.ts'
import { withRssParser } from './with-rss-parser.ts'

/** Items of one document that are kept, the newest ones. */
export const maxItems = 2_000
/** Of a feed's own title. Characters. */
const maxTitle = 300
/** Each costs some hundred bytes, and a worker that runs out of memory can take the whole process with it. */
const maxNestings = 1_000_000

/**
 * Reads RSS, RDF, Atom or JSON Feed, well-formed or not. `url` is where it came from; relative links are resolved
 * against it. Synchronous work on the whole text, so for anything from outside use a parse pool.
 */
export async function parse(text: string, url: string): Promise<ParseOutcome> {
  const clean = repairCharacters(text).trim()
  if (!clean) return { kind: 'failed', reason: 'empty', message: 'answered with an empty body' }
  if (clean[0] === '{' || clean[0] === '[') return parseJson(clean, url)
  const root = findRoot(clean)
  if (!root || /<html[\s>]|<!doctype\s+html/i.test(clean.slice(0, root.index))) return notAFeed(clean)
  return parseXml(expandEntities(clean, clean.slice(0, root.index)), url)
}

async function parseXml(text: string, url: string): Promise<ParseOutcome> {
  const parts = outline(text, url)
  if (!parts) return notAFeed(text)
  const items = newest(parts.items, (item) => parseDate(dateOf(item)))
  const xml = assemble(parts.head, items)
  const first = await attempt(() => withRssParser(xml))
  const complete = first && first.items.length >= items.length
  const second = complete ? null : await attempt(() => withFeedsmith(xml))
  const feed = second && second.items.length > (first?.items.length ?? -1) ? second : first
  if (!feed) {
    const message =
      'answered with a feed too broken to be read; tell its publisher, or look for another feed of the site'
    return { kind: 'failed', reason: 'malformed', message }
  }
  return finish(
    { ...feed, language: feed.language || (parts.language ?? '') },
    {
      base: baseOf(parts.link, url),
      left: parts.items.length - items.length,
      ttlMs: updateHint(text),
    },
  )
}

async function parseJson(text: string, url: string): Promise<ParseOutcome> {
  if (nestings(text) > maxNestings) {
    const message = 'answered with JSON of more than a million objects, which is no feed for people'
    return { kind: 'failed', reason: 'malformed', message }
  }
  let json: { items?: unknown; home_page_url?: unknown }
  try {
    json = JSON.parse(text)
  } catch {
    const message = 'answered with JSON that breaks off or is not well-formed; tell its publisher'
    return { kind: 'failed', reason: 'malformed', message }
  }
  const items = Array.isArray(json.items) ? json.items : []
  const chosen = newest(items, (item) => parseDate(stringOf(item?.date_published ?? item?.date_modified)))
  const known = { ...only(json, feedFields), items: chosen.map((item) => only(item, itemFields)) }
  const feed = await attempt(() => withFeedsmithJson(Array.isArray(json) ? null : known))
  if (!feed) return notAFeed(text)
  const base = baseOf(stringOf(json.home_page_url), url)
  return finish(feed, { base, left: items.length - chosen.length, ttlMs: null })
}

const feedFields = ['version', 'title', 'language', 'home_page_url', 'feed_url']
const itemFields = [
  ...['id', 'url', 'external_url', 'title', 'summary', 'content_html', 'content_text'],
  ...['date_published', 'date_modified'],
]

/** The named fields of an object; without those of hostile names, over which feedsmith drops a whole item. */
function only(json: unknown, names: string[]): Record<string, unknown> {
  const from = new Map(Object.entries(json ?? {}))
  return Object.fromEntries(names.flatMap((name) => (from.has(name) ? [[name, from.get(name)]] : [])))
}

function finish(
  feed: RawFeed,
  { base, left, ttlMs }: { base: string; left: number; ttlMs: number | null },
): ParsedFeed {
  const items = cleanItems(feed.items, base)
  const language = feed.language.trim().replace('_', '-')
  return {
    kind: 'feed',
    title: cutAtWord(oneLine(plainText(feed.title)), maxTitle),
    language: /^[a-z]{2,3}(-[a-z\d]{1,8}){0,3}$/i.test(language) ? language : null,
    items,
    total: items.length + left,
    // A hint of 1e999 minutes is none.
    ttlMs: Number.isSafeInteger(ttlMs) ? ttlMs : null,
  }
}

/** What relative links of items are resolved against: the page of the feed, else where the feed is. */
function baseOf(link: string | null, url: string): string {
  const base = link && URL.parse(link.trim(), url)
  return base && /^https?:$/.test(base.protocol) ? base.href : url
}

/** The newest of a document's items, in document order: by date where there is one, else the first ones. */
function newest<T>(items: T[], date: (item: T) => number | null): T[] {
  if (items.length <= maxItems) return items
  const ranked = items.map((item, place) => ({ item, place, date: date(item) }))
  // An item without a date is as new as the dated one above it: feeds are sorted more often than not.
  let last = Number.POSITIVE_INFINITY
  for (const entry of ranked) last = entry.date ??= last
  ranked.sort((a, b) => (a.date === b.date ? a.place - b.place : b.date! - a.date!))
  return ranked
    .slice(0, maxItems)
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

/** Null instead of an exception: what one parser can't read, the next one may. */
async function attempt(parser: () => RawFeed | Promise<RawFeed>): Promise<RawFeed | null> {
  try {
    return await parser()
  } catch {
    return null
  }
}

/** Opening brackets, roughly the objects JSON.parse would make. */
function nestings(text: string): number {
  let count = 0
  for (let i = 0; i < text.length; i++) if (text[i] === '[' || text[i] === '{') count++
  return count
}

function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
