import { plainText, renderMarkdown } from '../lib/text/index.ts'
import type { Page, Passage } from '../model/index.ts'

/** What the renderer makes of a page on its outermost level: headings, paragraphs, lists, quotations, code. */
const blocks =
  /<h\d id="([^"]*)">([\s\S]*?)<\/h\d>|<p>([\s\S]*?)<\/p>|<(ul|ol)>\n([\s\S]*?)<\/\4>(?=\n(?:<(?:h\d|p|ul|ol|blockquote|pre|hr)\b|$))|<pre>[\s\S]*?<\/pre>/g

/** Abbreviations and initials whose full stop does not end a sentence. */
const noEnd = /(?:\b(?:e\.g|i\.e|vs|cf|etc|Mr|Mrs|Dr|St|No|pp|vol)|\b[A-Z])\.$/

/**
 * The passages of pages, in the order in which they stand: one for each paragraph and each list, a list together with
 * the paragraph that leads in to it by a colon. Code blocks are left out. The text is what a reader sees: no marks of
 * Markdown, no targets of links.
 */
export function passagesOf(pages: readonly Page[]): Passage[] {
  return pages.flatMap(passagesOfPage)
}

function passagesOfPage({ id, title, aliases, markdown }: Page): Passage[] {
  const passages: Passage[] = []
  let [section, anchor] = ['', '']
  for (const match of renderMarkdown(markdown).html.matchAll(blocks)) {
    const [, headingId, heading, paragraph, list, entries] = match
    if (heading !== undefined) {
      const text = seen(heading)
      // The title may stand above the text once more.
      if (text === title && passages.length === 0) continue
      section = text
      anchor = decoded(headingId ?? '')
    } else if (paragraph !== undefined) {
      const text = seen(paragraph)
      if (text) {
        passages.push({
          page: id,
          title,
          aliases,
          section,
          anchor,
          kind: 'paragraph',
          text,
          sentences: sentencesOf(text),
        })
      }
    } else if (list !== undefined) {
      const items = entriesOf(entries ?? '')
      const before = passages.at(-1)
      const leads =
        before?.section === section && before.kind === 'paragraph' && /:$/.test(before.sentences.at(-1) ?? '')
      const sentences = leads ? [...before.sentences, ...items] : items
      const text = [...(leads ? [before.text] : []), ...items].join('\n')
      if (leads) passages.pop()
      if (items.length > 0) {
        passages.push({ page: id, title, aliases, section, anchor, kind: 'list', text, sentences })
      }
    }
  }
  return passages
}

/** The entries of a list; those of a list inside it stand for themselves. */
function entriesOf(html: string): string[] {
  return html
    .split(/<li>/)
    .map((entry) => seen(entry.replace(/<\/?(?:ul|ol|li)>/g, ' ')))
    .filter((entry) => entry !== '')
}

/** Sentences of a paragraph, none of them cut at an abbreviation, an initial or inside quotation marks. */
function sentencesOf(text: string): string[] {
  const sentences: string[] = []
  let from = 0
  for (const end of text.matchAll(/[.!?:]["”’)]*\s+(?=["“(]?[\p{Lu}\p{N}])/gu)) {
    const sentence = text.slice(from, end.index + end[0].length).trimEnd()
    // A colon only ends what leads in to a list, which is at the end of its paragraph.
    if (end[0].startsWith(':') || noEnd.test(sentence) || openQuotation(sentence)) continue
    sentences.push(sentence)
    from = end.index + end[0].length
  }
  const rest = text.slice(from).trim()
  return rest ? [...sentences, rest] : sentences
}

function openQuotation(sentence: string): boolean {
  return (sentence.match(/"/g)?.length ?? 0) % 2 === 1
}

function seen(html: string): string {
  return plainText(html).replace(/\s+/g, ' ').trim()
}

function decoded(anchor: string): string {
  return plainText(anchor)
}
