import { cosine } from '../lib/meaning/index.ts'
import type { Citation, Passage } from '../model/index.ts'
import { holdsValue } from './needs.ts'
import type { Question } from './question.ts'
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

/** A sentence that leans on what stands before it. */
const leaning =
  /^(?:It|They|This|That|These|Those|She|He|Her|His|Him|Their|Its|Them|Such|But|Yet|So|And|Nor|Or|Besides|Therefore|Others?|Both|Neither|The (?:two|second|first|other|last|same)|Here|There the|Conversely|For (?:that|the same|one)|In that|Another|Then|Also|None of|Some of|What (?:counts|matters)|Against (?:that|it)|To call|Nobody has to|That is|If (?:so|not)|Taken together|In short|Many such|Once)\b/

/** Asks for more than one view. */
const sides =
  /\b(?:argu\w+|counter\w*|debates?|sides?|disagree\w*|critic\w*|objections?|both|repl(?:y|ies)|pros|cons|against)\b/i

/** Only points elsewhere. */
const pointer =
  /^(?:See\b|The page on\b|This page\b|It helps to ask|One thing\.$|The wiki's source does not spell)/

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
  const beside = ({ entry }: Fit) =>
    entry.page === top.entry.page && entry.passage.section === top.entry.passage.section
      ? sided * top.score
      : 0
  const near = [
    top,
    ...fits
      .filter((fit) => fit !== top && fit.score + beside(fit) >= 0.7 * top.score)
      .sort((a, b) => b.score + beside(b) - a.score - beside(a))
      .slice(0, 7),
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
  /** Sentences from the one at `at` on, with what it leans on before it; at most so many. */
  const tell = (entry: ShelfPassage, at: number, room: number, must: boolean) => {
    const wanted = runFrom(entry.passage, at, room, (one) => ranks.get(entry)![one]!)
    for (const one of [at, ...wanted]) {
      const text = entry.passage.sentences[one]!
      const over = sentences >= most.sentences || characters + text.length > most.characters
      if ((over && !(must && one <= at)) || repeats(text, choices)) continue
      take(entry, one)
    }
  }

  const ranks = new Map(
    near.map((fit) => [
      fit.entry,
      fit.entry.sentences.map((_, at) => scoreOf(question, fit, at, top, shelf)),
    ]),
  )
  const first: { entry: ShelfPassage; at: number } = value
    ? { entry: value.entry, at: value.entry.sentences.indexOf(value.sentence) }
    : bestOf(near.slice(0, 3), ranks)
  if (!ranks.has(first.entry))
    ranks.set(
      first.entry,
      first.entry.sentences.map(() => 1),
    )
  const whole = value
    ? null
    : (asksWhole(question, { entry: top.entry, at: 0 }, top) ?? asksWhole(question, first, top))
  if (whole) for (const at of whole.sentences.slice(0, most.entries).keys()) take(whole, at)
  else tell(first.entry, first.at, value ? 1 : 3, true)
  for (const fit of near) {
    if (choices.size >= most.passages || sentences >= (value ? 2 : most.sentences)) break
    if (choices.has(fit.entry) || (whole && sentences >= 4)) continue
    const scores = ranks.get(fit.entry)!
    const at = scores.indexOf(Math.max(...scores))
    if (fit.score + beside(fit) < 0.75 * top.score || pointer.test(fit.entry.passage.sentences[at]!)) continue
    if (fit.entry.passage.sentences[at]!.endsWith(':')) continue
    tell(fit.entry, at, value ? 1 : 2, false)
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

/**
 * What is told of a passage around a sentence: in a paragraph what it leans on and what follows it; in a list the entries
 * that suit best.
 */
function runFrom(passage: Passage, at: number, room: number, score: (at: number) => number): number[] {
  const all = [...passage.sentences.keys()]
  if (passage.kind === 'list') {
    return all
      .filter((one) => one === at || score(one) > 0.8 * score(at))
      .sort((a, b) => score(b) - score(a))
      .slice(0, room)
  }
  let from = at
  while (from > 0 && at - from < 2 && leaning.test(passage.sentences[from]!)) from -= 1
  const to = Math.min(all.length, at + room)
  from = Math.max(0, Math.min(from, to - room))
  return all.slice(from, to).filter((one) => one === at || !pointer.test(passage.sentences[one]!))
}

function scoreOf(question: Question, fit: Fit, at: number, top: Fit, shelf: Shelf): number {
  const { entry } = fit
  const { passage } = entry
  const sentence = entry.sentences[at]!
  const asked = shelf.lexicon.meaning(question.words.map(({ word }) => word))
  let score =
    0.72 * shelf.coverage(question.words, [sentence.roots]) +
    0.5 * Math.max(0, cosine(asked, sentence.meaning)) +
    1.15 * (fit.score / top.score)
  if (fit === top) score += 0.1
  if (question.asked === 'definition' && entry.at === 0 && at === 0 && fit.named > 0) score += 0.8
  if (question.asked === 'definition' && entry.at === 0 && at > 0 && fit.named > 0) score += 0.15
  if (
    question.asked === 'why' &&
    /\b(?:because|since|so that|therefore|reason|as long as|in order)\b/i.test(sentence.text)
  )
    score += 0.2
  if (
    question.asked === 'compare' &&
    /\b(?:but|while|whereas|not the same|differ|unlike|yet|instead|rather)\b/i.test(sentence.text)
  )
    score += 0.15
  if (!holdsValue(question, sentence.text, shelf.lexicon.isName)) score -= 0.2
  if (pointer.test(sentence.text)) score -= 0.5
  if (/\?$/.test(sentence.text)) score -= 0.25
  if (sentence.roots.size < 4) score -= 0.15
  if (leaning.test(sentence.text) && passage.kind === 'paragraph') score -= 0.05
  return score
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
