import { dot } from './alignment.ts'
import type { Ground, Reading } from './ground.ts'
import { holdsValue, wantsValue } from './needs.ts'
import { pointer } from './sentences.ts'
import type { ShelfPassage, ShelfSentence } from './shelf.ts'
import { logSumExp } from './softmax.ts'

/** What speaks for a passage as the answer; `passageEvidence` gives them in this order. */
export const passageInputs = [
  ...['forward', 'meaning', 'sentenceForward', 'sentenceBackward', 'sentenceMeaning'],
  ...['pageOdds', 'passageOdds', 'near', 'nearSum', 'pageNear', 'pageNearSum'],
  ...['page', 'called', 'named', 'context', 'first', 'opening', 'why', 'reading', 'filing'],
] as const

/** What speaks for a sentence of a likely passage. */
export const sentenceInputs = [
  ...['passage', 'best', 'forward', 'backward', 'meaning', 'odds', 'near', 'nearSum', 'share', 'first'],
  ...['opening', 'defines', 'why', 'contrast', 'value', 'length', 'list', 'entries', 'reading', 'watch'],
  ...['pointer', 'asks', 'lead', 'last', 'alone'],
] as const

/** Passages by how well they suit. */
export interface Ranked {
  passages: ShelfPassage[]
  /** By the passages' places on the shelf: score, and probability that it is the one. */
  scores: Float64Array
  odds: Float64Array
}

/** The inputs of one passage by their names. */
export type PassageInput = (typeof passageInputs)[number]

/** Sentences of the likeliest passages with the probability that each holds the answer. */
export interface RankedSentences {
  sentences: ShelfSentence[]
  odds: Float64Array
}

/** How steeply likeness to a question of the past counts where many are added up. */
const steepness = 16
/** Passages whose sentences are looked at. */
const looked = 8

const reasons = /\b(?:because|reasons?|since|so that|therefore|that is why|as long as|in order)\b/i
const contrast = /\b(?:but|while|whereas|not the same|differ|unlike|yet|instead|rather)\b/i
/** Asks how news is judged. */
const filing = /\b(?:counts?|filed?|evidence|stor(?:y|ies)|news|items?)\b/i
/** Asks for something to read. */
const readingWish =
  /\b(?:what|which|anything|something|books?|papers?)\b.*\b(?:to|should|could|can|must) (?:i |we |one )?read\b|\bfurther reading\b|\breading list\b|\bpublishers?\b|\b(?:which|what) (?:books?|papers?|essays?|readings?)\b|\bread (?:more|further)\b|\bshld i read\b/i

/** The inputs of each passage, one after the other. */
export function passageEvidence({ shelf, past }: Ground, reading: Reading): Float32Array {
  const { question, alignment, meaning, odds, likeness } = reading
  const size = shelf.passages.length
  const near = { most: new Float64Array(size), sum: new Float64Array(size) }
  const pageNear = {
    most: new Float64Array(shelf.pages.length),
    sum: new Float64Array(shelf.pages.length),
  }
  for (const [i, { passages }] of past.entries()) {
    if (passages.length === 0) continue
    vote(near, passages, likeness[i]!)
    vote(pageNear, [shelf.passages[passages[0]!]!.page.index], likeness[i]!)
  }
  const wishes = { reading: readingWish.test(question.text), filing: filing.test(question.text) }
  const ofPage = shelf.pages.map((page) => ({
    page: alignment.forward(page.ids, 'core'),
    called: alignment.forward(page.calledIds, 'core'),
    named: shelf.named(question, page),
  }))
  const values = new Float32Array(size * passageInputs.length)
  for (const { index, page, passage, ids, meaning: own, sentences, at } of shelf.passages) {
    const { named, called, page: onPage } = ofPage[page.index]!
    values.set(
      [
        alignment.forward(ids),
        dot(meaning, own),
        most(sentences, (one) => alignment.forward(one.ids)),
        most(sentences, (one) => alignment.backward(one.ids, one.weights)),
        most(sentences, (one) => dot(meaning, one.meaning)),
        odds.pages[page.index]! / 5,
        odds.passages[index]! / 3,
        near.most[index]!,
        Math.log(1 + near.sum[index]!) / 5,
        pageNear.most[page.index]!,
        Math.log(1 + pageNear.sum[page.index]!) / 5,
        onPage,
        called,
        named,
        question.context.length > 0 ? alignment.forward(ids, 'context') : 0,
        at === 0 ? 1 : 0,
        at === 0 && question.asked === 'definition' ? named : 0,
        question.asked === 'why' && reasons.test(passage.text) ? 1 : 0,
        wishes.reading && passage.section === 'Further reading' ? 1 : 0,
        wishes.filing && passage.section === 'What to look for' ? named : 0,
      ],
      index * passageInputs.length,
    )
  }
  return values
}

/** The passages in the order of their scores, with what these say. */
export function rankedBy({ shelf }: Ground, scores: Float64Array): Ranked {
  const all = logSumExp(scores)
  return {
    passages: [...shelf.passages].sort((a, b) => scores[b.index]! - scores[a.index]!),
    scores,
    odds: scores.map((score) => Math.exp(score - all)),
  }
}

/** The sentences of the likeliest passages, and the inputs of each. */
export function sentenceEvidence(
  { shelf, past }: Ground,
  reading: Reading,
  { passages, odds: likely }: Ranked,
): { sentences: ShelfSentence[]; values: Float32Array } {
  const { question, alignment, meaning, odds, likeness } = reading
  const sentences = passages.slice(0, looked).flatMap((one) => one.sentences)
  const size = shelf.sentences.length
  const near = { most: new Float64Array(size), sum: new Float64Array(size) }
  const times = new Float64Array(size)
  for (const [i, { sentences: held }] of past.entries()) {
    vote(near, held, likeness[i]!)
    for (const index of held) times[index]! += 1
  }
  const { isName } = shelf.lexicon
  const values = sentences.flatMap(({ text, index, passage: entry, at, ids, weights, meaning: own }) => {
    const { passage, page, sentences: all } = entry
    const opening = entry.at === 0 && at === 0
    const timesAll = all.reduce((sum, one) => sum + times[one.index]!, 0)
    return [
      Math.log(likely[entry.index]!) / 4,
      entry === passages[0],
      alignment.forward(ids),
      alignment.backward(ids, weights),
      dot(meaning, own),
      odds.sentences[index]! / 3,
      near.most[index]!,
      Math.log(1 + near.sum[index]!) / 5,
      (times[index]! + 0.5) / (timesAll + 1),
      at === 0,
      opening,
      opening && question.asked === 'definition' ? shelf.named(question, page) : 0,
      question.asked === 'why' && reasons.test(text),
      question.asked === 'compare' && contrast.test(text),
      wantsValue(question) && holdsValue(question, text, isName),
      Math.min(1, text.length / 300),
      passage.kind === 'list',
      passage.kind === 'list' ? Math.min(1, all.length / 8) : 0,
      passage.section === 'Further reading',
      passage.section === 'What to watch',
      pointer.test(text),
      text.endsWith('?'),
      text.endsWith(':'),
      at === all.length - 1,
      1 / all.length,
    ].map(Number)
  })
  return { sentences, values: Float32Array.from(values) }
}

interface Votes {
  most: Float64Array
  sum: Float64Array
}

function vote({ most, sum }: Votes, places: number[], likeness: number): void {
  const share = Math.exp(steepness * likeness)
  for (const place of places) {
    most[place] = Math.max(most[place]!, likeness)
    sum[place]! += share
  }
}

/** The greatest value of some things, none below zero. */
export function most<T>(all: readonly T[], value: (one: T) => number): number {
  let best = 0
  for (const one of all) best = Math.max(best, value(one))
  return best
}
