import { oneLine, plainText } from '../lib/text/index.ts'
import { cleanUrl, type FeedItem } from '../model/index.ts'
import { withoutBoilerplate } from './boilerplate.ts'
import { parseDate } from './dates.ts'
import { type RawItem, untitled } from './raw-feed.ts'
import { unwrapCdata } from './repair.ts'
import { withUniqueGuids } from './unique-guids.ts'

const maxTitle = 500
const maxSummary = 2_000
const maxContent = 20_000
/** A title made of the text, where an item has none. */
const maxMadeTitle = 120
const maxGuid = 1_000
const maxUrl = 4_000
/** The first half of a character at the end of a text that was cut. */
const half = /[\ud800-\udbff]$/

/**
 * Cleans the items of one document: plain text, absolute links, one item per identity, none without any
 * content. `base` is what relative links are resolved against.
 */
export function cleanItems(raw: RawItem[], base: string): FeedItem[] {
  const items = raw.map((item) => cleanItem(item, base))
  return withUniqueGuids(items.filter((item) => item.url || item.title))
}

/** Text of at most `max` characters, cut at a word and marked with an ellipsis. */
export function cutAtWord(text: string, max: number): string {
  if (text.length <= max) return text
  const head = text.slice(0, max - 1)
  const word = /\s/.test(text[max - 1]!)
    ? head.length
    : Math.max(head.lastIndexOf(' '), head.lastIndexOf('\n'))
  // Without a space nearby it is no language that has them, or no text.
  const cut = word > max / 2 ? head.slice(0, word) : head.replace(half, '')
  return `${cut.trimEnd()}…`
}

/** A title that may hold HTML, as plain text. What only looks like a tag (`List<String>`) stays. */
export function cleanTitle(html: string): string {
  const text = plainText(unwrap(html).replace(notInTitles, '&lt;'))
  return cutAtWord(oneLine(text), maxTitle)
}

const notInTitles =
  /<(?!\/?(?:a|abbr|acronym|b|bdi|bdo|big|br|center|cite|code|del|dfn|div|em|font|h[1-6]|i|img|ins|kbd|li|mark|ol|p|pre|q|s|samp|script|small|span|strike|strong|style|sub|sup|svg|table|tbody|td|time|tr|tt|u|ul|var|wbr|xhtml:\w+)(?=[\s/>])|!--)/gi

function cleanItem(raw: RawItem, base: string): FeedItem {
  const guid = raw.guid.toWellFormed().trim().slice(0, maxGuid).replace(half, '') || null
  const url =
    resolve(raw.link, base) ?? (raw.guidIsLink && guid && /^https?:/i.test(guid) ? resolve(guid, base) : null)
  const short = cleanText(raw.summary)
  const long = raw.content === raw.summary ? short : cleanText(raw.content)
  const summary = cutAtWord(short || long, maxSummary)
  const full = long.length > short.length ? long : short
  return {
    guid,
    url,
    title: cleanTitle(raw.title) || madeTitle(summary, url ?? guid) || silent(raw),
    summary,
    content: full.length > summary.length ? cutAtWord(full, maxContent) : '',
    publishedAt: raw.dates.map(parseDate).find((date) => date !== null) ?? null,
  }
}

/** What an item without a title is called: how its text begins, else where it is. */
function madeTitle(summary: string, place: string | null): string {
  return cutAtWord(oneLine(summary), maxMadeTitle) || cutAtWord(oneLine(place ?? ''), maxTitle)
}

/** An item may hold a picture and nothing that can be read. */
function silent({ title, summary, content, link }: RawItem): string {
  return `${title}${summary}${content}${link}`.trim() ? untitled : ''
}

function cleanText(html: string): string {
  return withoutBoilerplate(plainText(unwrap(html)).replace(listingHead, ''))
}

/** What arXiv's feeds put before each abstract: `arXiv:2603.04280v1 Announce Type: new Abstract: …`. */
const listingHead =
  /^\s*[\w-]{1,20}:\d{4}\.\d{4,5}(?:v\d+)?\s+Announce Type:\s*[\w-]{1,30}\s*(?:Abstract:\s*)?/

/** CDATA inside CDATA arrives as text. */
function unwrap(html: string): string {
  return html.includes('<![CDATA[') ? unwrapCdata(html) : html
}

function resolve(link: string, base: string): string | null {
  const text = link.trim().replaceAll('&amp;', '&')
  if (!text || text.length > maxUrl) return null
  const absolute = /^www\.[^/\s]+\.[a-z]/i.test(text) ? `https://${text}` : text
  const url = URL.parse(absolute, base)?.href
  return url && url.length <= maxUrl ? cleanUrl(url) : null
}
