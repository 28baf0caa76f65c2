import type { Citation, Passage } from '../model/index.ts'
import type { Finding } from './finding.ts'
import type { Lead } from './outright.ts'
import type { Question } from './question.ts'
import { isTelling, pointsBack, withAntecedent } from './sentences.ts'
import type { ShelfPassage, ShelfSentence } from './shelf.ts'

/** Chosen sentences of one passage, by their places in it, in order. */
interface Choice {
  entry: ShelfPassage
  at: number[]
  /** The likeliest of them. */
  best: number
}

const most = { sentences: 5, passages: 3, characters: 1_200, entries: 9 }

/** What a sentence gains from being on a page that is not told of yet: this share of all that speaks for the page. */
const elsewhere = 0.2
/** Once two sentences are told, others less likely than this are left out. */
const unlikely = 0.006

/** An answer made of the wiki's own sentences, with what it cites. */
export interface Composed {
  text: string
  citations: Citation[]
  /** Ids of the pages it is from, the first first. */
  pages: string[]
}

/**
 * Two to five sentences of the best passages, the best first, each followed by the number of its citation; those asked for
 * outright before all others.
 */
export function compose(
  question: Question,
  finding: Finding | null,
  site: string,
  lead: Lead | null = null,
): Composed {
  const choices = choose(question, finding, lead)
  const citations: Citation[] = []
  const parts: string[] = []
  let afterList = false
  for (const [i, choice] of choices.entries()) {
    const { passage } = choice.entry
    citations.push(citationOf(passage, quoteOf(choice), site))
    const isList = passage.kind === 'list'
    const asList = isList && choice.at.length > 2
    for (const [j, at] of choice.at.entries()) {
      const entry = asList && !passage.sentences[at]!.endsWith(':')
      const before =
        parts.length === 0
          ? ''
          : entry || (isList && j > 0)
            ? '\n'
            : afterList || (lead?.whole && j === 0)
              ? '\n\n'
              : ' '
      parts.push(`${before}${entry ? '- ' : ''}${passage.sentences[at]} [${i + 1}]`)
      afterList = false
    }
    if (asList && choice.at.length < passage.sentences.length) parts.push(' …')
    afterList = isList && choice.at.length > 1
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

function choose(question: Question, found: Finding | null, lead: Lead | null): Choice[] {
  const choices = new Map<ShelfPassage, Choice>()
  const told = found?.told ?? { sentences: [], odds: new Float64Array() }
  const likely = told.sentences.map((sentence, i) => [sentence, told.odds[i]!] as const)
  const telling = likely.filter(([sentence]) => isTelling(sentence) && withAntecedent(sentence).length > 0)
  const left = new Map(telling.length > 0 || lead ? telling : likely)
  const pageOdds = new Map<string, number>()
  for (const [{ passage }, odds] of left) {
    pageOdds.set(passage.page.id, (pageOdds.get(passage.page.id) ?? 0) + odds)
  }
  let [sentences, characters] = [0, 0]

  const take = ({ passage: entry, at, text }: ShelfSentence) => {
    const choice = choices.get(entry) ?? { entry, at: [], best: at }
    choice.at = [...choice.at, at].sort((a, b) => a - b)
    choices.set(entry, choice)
    sentences += 1
    characters += text.length
  }
  /** The likeliest sentence left, one on a page not told of a little before others. */
  const next = (): { sentence: ShelfSentence; odds: number } | null => {
    const told = new Set([...choices.keys()].map(({ page }) => page.id))
    let best: { sentence: ShelfSentence; odds: number; score: number } | null = null
    for (const [sentence, odds] of left) {
      const { passage } = sentence
      if (!choices.has(passage) && choices.size >= most.passages) continue
      const score = odds + (told.has(passage.page.id) ? 0 : elsewhere * pageOdds.get(passage.page.id)!)
      if (!best || score > best.score) best = { sentence, odds, score }
    }
    return best
  }

  for (const sentence of lead?.sentences ?? []) {
    left.delete(sentence)
    take(sentence)
  }
  if (!found || lead?.whole) return [...choices.values()]
  const whole = lead ? null : wholeList(question, found.passages[0]!, told.sentences[likeliest(told.odds)]!)
  if (whole) for (const sentence of whole.sentences.slice(0, most.entries)) take(sentence)
  const limit = whole ? Math.max(4, sentences) : most.sentences
  for (let one = next(); one && sentences < limit; one = next()) {
    left.delete(one.sentence)
    if (sentences >= 2 && one.odds < unlikely) break
    const chosen = choices.get(one.sentence.passage)?.at ?? []
    const run = withAntecedent(one.sentence).filter(({ at }) => !chosen.includes(at))
    const length = run.reduce((sum, { text }) => sum + text.length, 0)
    const over = sentences + run.length > limit || characters + length > most.characters
    if (over && sentences > 0) continue
    for (const sentence of run) {
      left.delete(sentence)
      const before = choices.get(sentence.passage)?.at.includes(sentence.at - 1)
      if (!repeats(sentence.text, choices) && (before || !pointsBack(sentence))) take(sentence)
    }
  }
  for (const choice of choices.values()) {
    const { passage } = choice.entry
    // Entries without what leads in to them read like a heap.
    if (choice.at.length > 2 && choice.at[0] !== 0 && passage.sentences[0]!.endsWith(':'))
      choice.at.unshift(0)
  }
  return [...choices.values()]
}

function likeliest(odds: Float64Array): number {
  return odds.indexOf(Math.max(...odds))
}

/** A list whose lead-in is likeliest, or that is asked for, is told as a whole. */
function wholeList(question: Question, top: ShelfPassage, best: ShelfSentence): ShelfPassage | null {
  const { passage: entry, at, text } = best
  const { kind, section } = entry.passage
  if (kind !== 'list' || section === 'Further reading') return null
  if (at > 0 && text.endsWith(':')) return entry
  const asked = question.asked === 'list' || /\b(?:what|which) are\b|\bhow many\b/i.test(question.text)
  return asked && entry === top ? entry : null
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
