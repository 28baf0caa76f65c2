import type { Citation, Passage } from '../model/index.ts'
import type { Question } from './question.ts'
import { rankSentences } from './sentences.ts'
import type { Fit, Shelf, ShelfPassage } from './shelf.ts'
import type { Place } from './sufficiency.ts'

/** Chosen sentences of one passage, by their places in it, in order. */
interface Choice {
  entry: ShelfPassage
  at: number[]
  /** The one that answers best. */
  best: number
}

const most = { sentences: 5, passages: 3, characters: 1_200, entries: 9 }

/** What a sentence gains from standing beside one that is told, or on a page not told of yet; and how far below the first the last may lie. */
const beside = 0.3
const elsewhere = 0.5
const farthest = 5

/** A sentence that leans on what stands before it. */
const leaning =
  /^(?:It|They|This|That|These|Those|She|He|Her|His|Him|Their|Its|Them|Such|But|Yet|So|And|Nor|Or|Besides|Therefore|Others?|Both|Neither|The (?:two|second|first|other|last|same)|Here|There the|Conversely|For (?:that|the same|one)|In that|Another|Then|Also|None of|Some of|What (?:counts|matters)|Against (?:that|it)|To call|Nobody has to|That is|If (?:so|not)|Taken together|In short|Many such|Once)\b/

/** Asks for more than one view. */
const sides =
  /\b(?:argu\w+|counter\w*|debates?|sides?|disagree\w*|critic\w*|objections?|both|repl(?:y|ies)|pros|cons|against)\b/i

/** An answer made of the wiki's own sentences, with what it cites. */
export interface Composed {
  text: string
  citations: Citation[]
  /** Ids of the pages it is from, the first first. */
  pages: string[]
}

/** Two to five sentences of the best passages, the best first, each followed by the number of its citation. */
export function compose(
  question: Question,
  fits: Fit[],
  value: Place | null,
  shelf: Shelf,
  site: string,
): Composed {
  const choices = choose(question, fits, value, shelf)
  const citations: Citation[] = []
  const parts: string[] = []
  for (const [i, choice] of choices.entries()) {
    const { passage } = choice.entry
    citations.push(citationOf(passage, quoteOf(choice), site))
    for (const [j, at] of choice.at.entries()) {
      const entry = passage.kind === 'list' && !passage.sentences[at]!.endsWith(':') && choice.at.length > 2
      const lead = parts.length === 0 ? '' : entry ? '\n- ' : j > 0 && passage.kind === 'list' ? '\n' : ' '
      parts.push(`${lead || (entry ? '- ' : '')}${passage.sentences[at]} [${i + 1}]`)
    }
  }
  const text = parts.join('')
  return { text, citations, pages: [...new Set(choices.map(({ entry }) => entry.page.id))] }
}

/** What is cited, with its address. */
export function citationOf(passage: Passage, quote: string, site: string): Citation {
  const { page, title, section, anchor } = passage
  const fragment = anchor ? `#${encodeURIComponent(anchor)}` : ''
  return { page, title, section, quote, url: `${site}/wiki/${encodeURIComponent(page)}${fragment}` }
}

/** The chosen sentences of a paragraph with what stands between them; of a list the entry that answers best. */
function quoteOf({ entry: { passage }, at, best }: Choice): string {
  if (passage.kind === 'list') return passage.sentences[best]!
  const [first, last] = [passage.sentences[at[0]!]!, passage.sentences[at.at(-1)!]!]
  const from = passage.text.indexOf(first)
  return passage.text.slice(from, passage.text.indexOf(last, from) + last.length)
}

function choose(question: Question, fits: Fit[], value: Place | null, shelf: Shelf): Choice[] {
  const top = fits[0]!
  // The other paragraphs under the same heading carry on the thought, or give the other side.
  const sided = sides.test(question.text) ? 0.4 : 0.1
  const besideTop = ({ entry }: Fit) =>
    entry.page === top.entry.page && entry.passage.section === top.entry.passage.section
      ? sided * top.score
      : 0
  const near = [
    top,
    ...fits
      .slice(1, 20)
      .map((fit) => ({ ...fit, score: fit.score + besideTop(fit) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, 10),
  ]
  const choices = new Map<ShelfPassage, Choice>()
  let [sentences, characters] = [0, 0]

  const take = (entry: ShelfPassage, at: number) => {
    const choice = choices.get(entry) ?? { entry, at: [], best: at }
    if (choice.at.includes(at)) return
    choice.at = [...choice.at, at].sort((a, b) => a - b)
    choices.set(entry, choice)
    sentences += 1
    characters += entry.passage.sentences[at]!.length
  }
  /** The sentence at `at`, with what it leans on before it. */
  const tell = (entry: ShelfPassage, at: number, must: boolean) => {
    const run = withAntecedent(entry.passage, at).filter((one) => !choices.get(entry)?.at.includes(one))
    const length = run.reduce((sum, one) => sum + entry.passage.sentences[one]!.length, 0)
    const over = sentences + run.length > most.sentences || characters + length > most.characters
    if (over && !must) return
    for (const one of run) if (!repeats(entry.passage.sentences[one]!, choices)) take(entry, one)
  }

  const ranks = new Map(near.map((fit) => [fit.entry, rankSentences(question, fit, top, shelf)]))
  const first: { entry: ShelfPassage; at: number } = value
    ? { entry: value.entry, at: value.entry.sentences.indexOf(value.sentence) }
    : bestOf(near, ranks)
  const whole = value
    ? null
    : (asksWhole(question, { entry: top.entry, at: 0 }, top) ?? asksWhole(question, first, top))
  if (whole) for (const at of whole.sentences.slice(0, most.entries).keys()) take(whole, at)
  else tell(first.entry, first.at, true)
  const limit = value ? 2 : most.sentences
  while (sentences < limit && !(whole && sentences >= 4)) {
    const next = bestNext(near, ranks, choices, first)
    if (!next) break
    const before = sentences
    tell(next.entry, next.at, false)
    if (sentences === before) ranks.get(next.entry)![next.at] = Number.NEGATIVE_INFINITY
  }
  return [...choices.values()]
}

/** The best sentence of the best passages. */
function bestOf(near: Fit[], ranks: Map<ShelfPassage, number[]>): { entry: ShelfPassage; at: number } {
  let best = { entry: near[0]!.entry, at: 0, score: Number.NEGATIVE_INFINITY }
  for (const { entry } of near) {
    for (const [at, score] of ranks.get(entry)!.entries()) if (score > best.score) best = { entry, at, score }
  }
  return best
}

/** A list whose lead-in is chosen, or that is asked for, is told as a whole. */
function asksWhole(
  question: Question,
  first: { entry: ShelfPassage; at: number },
  top: Fit,
): ShelfPassage | null {
  const { entry } = first
  const { passage } = entry
  if (passage.kind !== 'list') return null
  if (passage.section === 'Further reading') return null
  if (first.at > 0 && passage.sentences[first.at]!.endsWith(':')) return entry
  const told = question.asked === 'list' || /\b(?:what|which) are\b|\bhow many\b/i.test(question.text)
  return told && entry === top.entry ? entry : null
}

/** The place of a sentence of a paragraph, after those of the one or two that it leans on. */
function withAntecedent(passage: Passage, at: number): number[] {
  if (passage.kind === 'list') return [at]
  let from = at
  while (from > 0 && at - from < 2 && leaning.test(passage.sentences[from]!)) from -= 1
  return [...Array(at - from + 1).keys()].map((one) => from + one)
}

/** The best sentence not yet told, those beside a told one a little before others; null when none is near the first. */
function bestNext(
  near: Fit[],
  ranks: Map<ShelfPassage, number[]>,
  choices: Map<ShelfPassage, Choice>,
  first: { entry: ShelfPassage; at: number },
): { entry: ShelfPassage; at: number } | null {
  const least = (ranks.get(first.entry)?.[first.at] ?? 0) - farthest
  let best: { entry: ShelfPassage; at: number; score: number } | null = null
  for (const { entry } of near) {
    const told = choices.get(entry)
    if (!told && choices.size >= most.passages) continue
    for (const [at, rank] of ranks.get(entry)!.entries()) {
      if (told?.at.includes(at) || entry.passage.sentences[at]!.endsWith(':')) continue
      const neighbour =
        told && entry.passage.kind === 'paragraph' && told.at.some((one) => Math.abs(one - at) === 1)
      const other = ![...choices.keys()].some(({ page }) => page === entry.page)
      const score = rank + (neighbour ? beside : 0) + (other ? elsewhere : 0)
      if (score > least && (!best || score > best.score)) best = { entry, at, score }
    }
  }
  return best
}

/** Pages say some things twice; an answer does not. */
function repeats(text: string, choices: Map<ShelfPassage, Choice>): boolean {
  const words = new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
  for (const { entry, at } of choices.values()) {
    for (const one of at) {
      const other = entry.passage.sentences[one]!
      if (other === text) return true
      const others = new Set(other.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
      if (words.intersection(others).size > 0.8 * Math.min(words.size, others.size)) return true
    }
  }
  return false
}
