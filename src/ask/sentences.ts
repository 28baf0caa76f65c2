import type { ShelfSentence } from './shelf.ts'

/** Only points elsewhere. */
export const pointer =
  /^(?:See\b|The page on\b|This page\b|It helps to ask|One thing\.$|The wiki's source does not spell)/

/** A sentence that leans on what stands before it. */
const leaning =
  /^(?:It|They|This|That|These|Those|She|He|Her|His|Him|Their|Its|Them|Such|But|Yet|So|And|Nor|Or|Besides|Therefore|Others?|Both|Neither|The (?:two|second|first|other|last|same)|Here|There the|Conversely|For (?:that|the same|one)|In that|Another|Then|Also|None of|Some of|What (?:counts|matters)|Against (?:that|it)|To call|Nobody has to|That is|If (?:so|not)|Taken together|In short|Many such|Once)\b/
/** Says nothing by itself: what it points at stands in the sentence before. */
const pointing = /^(?:This(?! (?:page|wiki)\b)|That|These|Those(?! who\b))\b/
/** Tells nothing but where something else is told. */
const elsewhere = /^(?:See\b|The page on\b)|;\s+the page on\b/
/** A sentence of fewer words is a fragment. */
const fewest = 4

/** True for a sentence that tells something: neither a fragment nor a mere pointer, and not without what it points back at. */
export function isTelling({ text, at, passage: { passage } }: ShelfSentence): boolean {
  if (elsewhere.test(text) || text.endsWith(':')) return false
  if (text.split(/\s+/).length < fewest) return false
  return passage.kind === 'list' || at > 0 || !pointing.test(text)
}

/** A sentence of a paragraph, after those that it leans on; none where it points back at more than can be told. */
export function withAntecedent({ passage: { passage, sentences }, at }: ShelfSentence): ShelfSentence[] {
  let from = at
  if (passage.kind === 'paragraph') {
    while (from > 0 && at - from < 2 && leaning.test(sentences[from]!.text)) from -= 1
    while (from > 0 && at - from < 3 && pointing.test(sentences[from]!.text)) from -= 1
    if (pointing.test(sentences[from]!.text)) return []
  }
  return sentences.slice(from, at + 1)
}

/** True where a sentence points at the one before it. */
export function pointsBack({ text, passage: { passage } }: ShelfSentence): boolean {
  return passage.kind === 'paragraph' && pointing.test(text)
}
