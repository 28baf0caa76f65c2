import type { ClassifiableItem } from '../model/index.ts'

/** Longer texts say what they are about in their first part; the rest would only dilute it. */
const bodyLimit = 4000
const titleLimit = 500

/** The parts of an item that are read, cut to what one look takes in. Verbatim pieces of the item. */
export interface Reading {
  title: string
  body: string
}

/** What the classifier reads of an item: its title, and its summary or, where that is missing or short, its content. */
export function readingOf(item: ClassifiableItem): Reading {
  const summary = item.summary ?? ''
  const content = item.content ?? ''
  const body = summary.length >= 200 || content.length <= summary.length ? summary : content
  return { title: cut(item.title ?? '', titleLimit), body: cut(body, bodyLimit) }
}

/** The first `limit` UTF-16 units, without half a character at the end: a store would not give that back verbatim. */
function cut(text: string, limit: number): string {
  return text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')
}

/** Abbreviations after which a full stop ends no sentence. */
const abbreviation =
  /(?:\b(?:e\.g|i\.e|U\.S|U\.K|E\.U|Inc|Ltd|Corp|Co|Mr|Mrs|Ms|Dr|St|vs|etc|al|No|approx)|\b[A-Z])\.$/

/**
 * The sentences of a text, verbatim and in order, without the blanks between them. A piece without an end (a cut-off
 * summary, a headline) is a sentence too.
 */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = []
  let start = 0
  for (const match of text.matchAll(/[.!?…]+["'”’)\]]*(?=\s+["'“‘([]?[\p{Lu}\p{N}])|\n+/gu)) {
    const end = match.index + match[0].length
    const piece = text.slice(start, end)
    if (!match[0].startsWith('\n') && abbreviation.test(piece.trimEnd())) continue
    if (piece.trim()) sentences.push(piece.trim())
    start = end
  }
  const rest = text.slice(start).trim()
  if (rest) sentences.push(rest)
  return sentences
}

/**
 * The pieces of an item that can stand as evidence: the title (its parts, where a round-up lists several topics) and
 * the sentences of the body.
 */
export function evidenceSpans(reading: Reading): string[] {
  const title = reading.title.trim()
  const topics = title.split(/[,;]\s+/)
  const parts = topics.length >= 3 ? topics.map((topic) => topic.trim()) : []
  return [...new Set([title, ...parts, ...sentencesOf(reading.body)])].filter((span) =>
    /[\p{L}\p{N}]/u.test(span),
  )
}
