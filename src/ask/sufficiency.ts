import { gradeOf } from './grade.ts'
import { limitOf } from './limits.ts'
import { holdsValue, wantsValue } from './needs.ts'
import type { Question, QuestionWord } from './question.ts'
import type { Fit, Shelf, ShelfPassage, ShelfSentence } from './shelf.ts'
import { isFaint } from './words.ts'

/** Whether the wiki holds what a question asks for, and where. */
export type Sufficiency =
  | { holds: true; fits: Fit[] /** The sentence with the value asked for. */; value: Place | null }
  | { holds: false; why: string }

export interface Place {
  entry: ShelfPassage
  sentence: ShelfSentence
}

/** What must be covered, as weighted shares of the question's words. Measured on `test/ask/*.jsonl`. */
const bars = {
  /** By the best passage, when it gives no name although somebody is asked for. */
  whole: 0.7,
  /** Of the words besides an unknown name. */
  besidesName: 0.83,
  /** A page is called by its name from here on. */
  titled: 0.55,
  /** The least grade of a question that asks for no value. */
  grade: -0.75,
  /** By the sentence that holds a value, its page's names included. */
  value: 0.54,
  /** Of its words besides names, by that sentence alone. */
  rest: 0.47,
  /** By the passage that speaks of something named, besides the name. */
  attribute: 0.35,
}

/** From here on a word of like meaning stands for one that is asked about a name: a husband is no woman. */
const strict = 0.7

/** Asks whether something falls under a concept, or what would follow. */
const membership = /^\W*(?:(?:so|and|but|hey|yo|ok)\W+)*(?:would|could|can|should|if|what if)\b/i

/** Judges the passages found for a question: likeness is not enough, its telling words have to be there. */
export function sufficiencyOf(question: Question, fits: Fit[], shelf: Shelf): Sufficiency {
  const { words } = question
  if (words.length === 0 || fits.length === 0) return { holds: false, why: 'nothing is asked' }
  const best = fits[0]!
  if (best.named === 0 && words.every(({ word }) => isFaint(word))) {
    return { holds: false, why: 'too little is asked' }
  }
  const unknown = words.filter((word) => word.name && !shelf.lexicon.has(word.root))
  const others = words.filter((word) => !unknown.includes(word))
  if (unknown.length > 0) {
    // `Can Heron be a platform landlord?` is answered by what a platform landlord is; little else is.
    const isOne = unknown.length === 1 && membership.test(question.text) && best.named > 0
    if (!isOne || coverOf(others, best.entry, shelf) < bars.besidesName) {
      return { holds: false, why: `the wiki never mentions ${unknown[0]!.word}` }
    }
  }
  if (wantsValue(question)) {
    const value = valuePlace(question, fits.slice(0, 60), shelf)
    if (value)
      return {
        holds: true,
        fits: [value.fit, ...fits.filter((fit) => fit !== value.fit)],
        value: value.place,
      }
    // `Who are the landlords?` asks for a meaning and not for a name.
    const told = best.named > 0 || best.cover >= bars.whole
    if (question.asked !== 'who' || !told || words.some(({ name }) => name)) {
      return { holds: false, why: `no passage gives the ${question.asked} asked for` }
    }
  }
  const limit = limitOf(question, fits, shelf)
  if (limit) return { holds: false, why: limit }
  const names = others.filter(({ name }) => name)
  const able = fits
    .slice(0, 25)
    .filter(({ entry }) =>
      names.every(
        ({ root }) => entry.roots.has(root) || entry.page.called.has(root) || entry.section.has(root),
      ),
    )
  if (able.length === 0) return { holds: false, why: 'no passage holds the names' }
  const lead = able[0]!
  const { called } = lead.entry.page
  // A name of a page, and nothing asked about it in particular: what it is.
  const bare = words.every(({ root, word }) => called.has(root) || isFaint(word))
  const titled = lead.named >= bars.titled && bare
  const grade = gradeOf(question, able, shelf)
  if (!titled && grade < bars.grade) return { holds: false, why: `graded ${grade.toFixed(2)}` }
  const rest = others.filter(({ name, word }) => !name && !isFaint(word))
  if (names.length > 0 && rest.length > 0) {
    const attribute = shelf.coverage(
      rest,
      fits
        .filter(
          ({ entry }) => entry.page === lead.entry.page && names.every(({ root }) => entry.roots.has(root)),
        )
        .concat(lead)
        .flatMap(({ entry }) => [entry.roots, entry.section]),
      strict,
    )
    const subject = names.every(({ root }) => lead.entry.page.called.has(root))
    if (attribute < (subject ? bars.attribute : bars.value)) {
      return { holds: false, why: 'what is asked about that name is not told' }
    }
  }
  return { holds: true, fits: [...able, ...fits.filter((fit) => !able.includes(fit))], value: null }
}

function coverOf(words: QuestionWord[], entry: ShelfPassage, shelf: Shelf): number {
  return shelf.coverage(words, [entry.roots, entry.section, entry.page.called])
}

/** Words that ask for a value and that the value itself stands for. */
const asking =
  /^(?:year|date|born|birth|die|death|author|price|cost|number|publish|month|day|releas|writ|coin|person|liv|base)/

/** The sentence that holds the value and covers the question best. */
function valuePlace(question: Question, fits: Fit[], shelf: Shelf): { fit: Fit; place: Place } | null {
  const lifespan = /\b(?:born|die[ds]?|death|birth)\b/i.test(question.text)
  let best: { fit: Fit; place: Place; score: number } | null = null
  for (const fit of fits) {
    const { entry } = fit
    for (const sentence of entry.sentences) {
      if (!holdsValue(question, sentence.text, shelf.lexicon.isName)) continue
      const spans = lifespan && lifespanOf(question.text, sentence.text)
      const words = question.words.filter(
        ({ root }) =>
          !(
            asking.test(root) &&
            (spans ||
              /^(?:year|date|number|person)/.test(root) ||
              isReading(entry) ||
              (question.asked === 'where' && /^(?:liv|base)/.test(root)) ||
              (/^(?:publish|releas|writ)/.test(root) && /\(\d{4}\)/.test(sentence.text)))
          ),
      )
      const near = shelf.coverage(words, [sentence.roots, entry.page.called])
      const alone = shelf.coverage(words, [sentence.roots])
      const names = words.every(
        (word) => !word.name || sentence.roots.has(word.root) || entry.page.called.has(word.root),
      )
      const rest = words.filter(
        ({ root, name, word }) => !name && !isFaint(word) && !entry.page.called.has(root),
      )
      if (!names || near < bars.value || alone < 0.3) continue
      if (rest.length > 0 && shelf.coverage(rest, [sentence.roots], strict) < bars.rest) continue
      if (lifespan && !spans && (question.asked === 'when' || question.asked === 'where')) continue
      if (question.asked === 'where' && isReading(entry)) continue
      const person = question.asked === 'who' && !sentence.roots.isDisjointFrom(shelf.persons) ? 0.4 : 0
      const opening = question.asked === 'who' && entry.at === 0 && sentence === entry.sentences[0]
      const score = near + alone + person + 0.3 * fit.score + (opening ? fit.named : 0)
      if (!best || score > best.score) best = { fit, place: { entry, sentence }, score }
    }
  }
  return best
}

/** `(1916–2006)` behind a name says when someone was born and died, `born in 1984` only the first. */
function lifespanOf(question: string, sentence: string): boolean {
  if (/\(\d{4}[–-]\d{4}\)/.test(sentence)) return true
  return /\b(?:born|birth)\b/i.test(question) && /\bborn\b/.test(sentence)
}

/** Works and their years stand in the lists of further reading. */
function isReading({ passage }: ShelfPassage): boolean {
  return passage.section === 'Further reading'
}
