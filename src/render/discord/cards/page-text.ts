import { plainText, renderMarkdown } from '../../../lib/text/index.ts'
import { clip } from '../../feed-text.ts'

/** Headings, paragraphs and what is neither, on a page's outermost level; as the renderer writes them. */
const blocks =
  /<h\d\b[^>]*>([\s\S]*?)<\/h\d>|<p>([\s\S]*?)<\/p>|<(ul|ol|blockquote)>[\s\S]*?<\/\3>(?=\n(?:<(?:h\d|p|ul|ol|blockquote|pre|hr)\b|$))|<pre>[\s\S]*?<\/pre>/g
/** Where a sentence ends: a stop that is none of an abbreviation or an initial, before something that can begin one. */
const ends =
  /(?<!\b(?:e\.g|i\.e|vs|cf|etc|Mr|Mrs|Dr|St|No|pp|vol|\p{Lu}))[.!?]["”’)]*(?=\s+["“(]?[\p{Lu}\p{N}]|\s*$)/gu
/** A beginning shorter than this is followed by the first section. */
const enough = 320

/**
 * How a page begins: its first paragraphs as a reader sees them, without headings and lists; up to `max` characters,
 * ending with a sentence.
 */
export function beginningOf(markdown: string, max: number): string[] {
  const paragraphs: string[] = []
  let length = 0
  for (const [, heading, paragraph] of renderMarkdown(markdown, () => null).html.matchAll(blocks)) {
    if (heading !== undefined && length >= enough) break
    const text = paragraph === undefined ? '' : plainText(paragraph).replace(/\s+/g, ' ').trim()
    // Words that lead in to a list say nothing without it.
    if (text === '' || text.endsWith(':')) continue
    if (text.length > max - length) {
      if (length < enough) paragraphs.push(sentencesWithin(text, max - length))
      break
    }
    paragraphs.push(text)
    length += text.length
  }
  return paragraphs.filter(Boolean)
}

/** The first sentence of a text, all of it where no end is found. */
export function firstSentence(text: string): string {
  const end = text.matchAll(ends).next().value
  return end ? text.slice(0, end.index + end[0].length) : text
}

/** As many whole sentences of a text as go into `max` characters, no quotation left open; the words that do without any. */
function sentencesWithin(text: string, max: number): string {
  const last = [...text.matchAll(ends)]
    .map((end) => end.index + end[0].length)
    .findLast((end) => end <= max && isClosed(text.slice(0, end)))
  return last === undefined ? clip(text, max) : text.slice(0, last)
}

function isClosed(text: string): boolean {
  const count = (mark: string) => text.split(mark).length - 1
  return count('"') % 2 === 0 && count('“') === count('”')
}
