import { type Alignment, dot } from './alignment.ts'
import type { Ground, PastQuestion, Reading } from './ground.ts'
import { limitOf } from './limits.ts'
import { holdsValue, wantsValue } from './needs.ts'
import type { Asked } from './question.ts'
import type { ShelfPassage, ShelfSentence } from './shelf.ts'
import { logSumExp } from './softmax.ts'
import { isFaint } from './words.ts'

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

const kinds: Asked[] = ['definition', 'who', 'when', 'where', 'number', 'price', 'list', 'why', 'compare']

/** What tells whether the wiki holds an answer at all. */
export const coverageInputs = [
  ...['one', 'score', 'likely', 'margin', 'page', 'pageMargin', 'sentence'],
  ...['outsideNear', 'insideNear', 'nearDifference', 'outsideSecond', 'insideSecond', 'nearOdds', 'nearSum'],
  ...[
    'outside',
    'sentenceForward',
    'sentenceMeaning',
    'forward',
    'meaning',
    'bestForward',
    'named',
    'called',
  ],
  ...['pageForward', 'passageNear', 'pageNear', 'pageOdds', 'passageOdds', 'context'],
  ...['limit', 'unknownNames', 'oddWords', 'value', 'words', 'contextWords', 'missing', 'worstMissing'],
  ...[
    'toldForward',
    'topForward',
    'worstHeld',
    'meanHeld',
    'secondHeld',
    'worstTop',
    'bestNear',
    'bestLead',
    'voters',
  ],
  ...kinds,
]

/** A passage with how well it suits, as log-odds against the others. */
export interface Ranked {
  passages: ShelfPassage[]
  /** By the passages' places on the shelf: score, and probability that it is the one. */
  scores: Float64Array
  odds: Float64Array
}

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
/** Only points elsewhere. */
const pointer =
  /^(?:See\b|The page on\b|This page\b|It helps to ask|One thing\.$|The wiki's source does not spell)/
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

/** The inputs of the judgement whether the wiki holds an answer. */
export function coverageEvidence(
  ground: Ground,
  reading: Reading,
  passageValues: Float32Array,
  ranked: Ranked,
  { sentences, odds: sentenceOdds }: RankedSentences,
): Float32Array {
  const { shelf, past } = ground
  const { question, alignment, meaning, likeness, outside } = reading
  const { words, context } = question
  const [best, second] = ranked.passages
  const pageOdds = new Float64Array(shelf.pages.length)
  for (const { index, page } of shelf.passages) pageOdds[page.index]! += ranked.odds[index]!
  const byOdds = pageOdds.toSorted((a, b) => b - a)
  const inside = sumUp(likeness, (i) => past[i]!.passages.length > 0)
  const beyond = sumUp(likeness, (i) => past[i]!.passages.length === 0)
  const input = (name: (typeof passageInputs)[number], { index }: ShelfPassage) =>
    passageValues[index * passageInputs.length + passageInputs.indexOf(name)]!
  const top = ranked.passages.slice(0, 3)
  const bestInput = (name: (typeof passageInputs)[number]) => Math.max(...top.map((one) => input(name, one)))
  const told = [...sentences.keys()]
    .sort((a, b) => sentenceOdds[b]! - sentenceOdds[a]!)
    .slice(0, 5)
    .map((i) => sentences[i]!)
  const holding = told.filter(({ text }) => holdsValue(question, text, shelf.lexicon.isName))
  const bestPast = past.filter(({ passages }) => passages.includes(best!.index))
  const heldGaps = gaps(alignment, union([...top, ...bestPast])).sort((a, b) => b - a)
  const held = [
    heldGaps[0] ?? 0,
    heldGaps.reduce((a, b) => a + b, 0) / (heldGaps.length || 1),
    heldGaps[1] ?? 0,
  ]
  const missing = words.filter(({ root }) => !shelf.lexicon.has(root))
  const weight = (some: typeof words) => some.reduce((sum, one) => sum + one.weight, 0)
  return Float32Array.from([
    1,
    ranked.scores[best!.index]! / 5,
    Math.log(ranked.odds[best!.index]!),
    ranked.odds[best!.index]! - (second ? ranked.odds[second.index]! : 0),
    byOdds[0]!,
    byOdds[0]! - (byOdds[1] ?? 0),
    Math.log(Math.max(...sentenceOdds)),
    beyond.most,
    inside.most,
    inside.most - beyond.most,
    beyond.second,
    inside.second,
    Math.log((inside.sum + 1e-9) / (beyond.sum + 1e-9)) / 3,
    Math.log(inside.sum + 1) / 6,
    outside / 3,
    most(told, ({ ids }) => alignment.forward(ids)),
    most(told, (one) => dot(meaning, one.meaning)),
    bestInput('forward'),
    bestInput('meaning'),
    bestInput('sentenceForward'),
    bestInput('named'),
    bestInput('called'),
    bestInput('page'),
    bestInput('near'),
    bestInput('pageNear'),
    input('pageOdds', best!),
    input('passageOdds', best!),
    bestInput('context'),
    limitOf(question, ranked.passages, reading.alignment, shelf) === null ? 0 : 1,
    Math.min(3, words.filter(({ name, root }) => name && !shelf.lexicon.has(root)).length),
    Math.min(3, words.filter(({ odd }) => odd).length) / 2,
    wantsValue(question) ? (holding.length > 0 ? 1 : -1) : 0,
    Math.min(12, words.length) / 8,
    Math.min(12, context.length) / 8,
    weight(missing) / (weight(words) || 1),
    Math.max(0, ...missing.map((one) => one.weight)),
    alignment.forward(union(told), 'core'),
    alignment.forward(union(top), 'core'),
    ...held,
    Math.max(0, ...gaps(alignment, union(top))),
    bestInput('near'),
    input('near', best!) - beyond.most,
    voters(likeness, past),
    words.every(({ root, word }) => best!.page.called.has(root) || isFaint(word)) ? bestInput('named') : 0,
    words.every(({ word }) => isFaint(word)) ? 1 : 0,
    wantsValue(question)
      ? most(holding, ({ passage, ids }) => alignment.forward(withNames(ids, passage), 'core'))
      : 0,
    wantsValue(question)
      ? most(holding, ({ passage, ids }) => Math.min(1, ...alignment.nearest(withNames(ids, passage))))
      : 0,
    ...kinds.map((kind) => (question.asked === kind ? 1 : 0)),
  ])
}

function union(texts: readonly { ids: Int32Array }[]): Int32Array {
  return Int32Array.from(new Set(texts.flatMap(({ ids }) => [...ids])))
}

/** The words of a sentence and of the names of its page. */
function withNames(ids: Int32Array, { page }: ShelfPassage): Int32Array {
  return Int32Array.from([...ids, ...page.calledIds])
}

/** How much is lost of each of the question's words where a text holds nothing like it. */
function gaps(alignment: Alignment, ids: Int32Array): number[] {
  return [...alignment.nearest(ids)].map((nearness, i) => alignment.words[i]!.weight * (1 - nearness))
}

/** Among the dozen likest questions of the past the share that the wiki answers, the likest counting most. */
function voters(likeness: Float32Array, past: readonly PastQuestion[]): number {
  const likest = [...likeness.keys()].sort((a, b) => likeness[b]! - likeness[a]!).slice(0, 12)
  let [yes, all] = [0, 1e-9]
  for (const i of likest) {
    const share = Math.exp(8 * likeness[i]!)
    all += share
    if (past[i]!.passages.length > 0) yes += share
  }
  return yes / all
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

/** The greatest and the second likeness of some questions of the past, and all of them added up. */
function sumUp(
  likeness: Float32Array,
  among: (i: number) => boolean,
): { most: number; second: number; sum: number } {
  const found = { most: 0, second: 0, sum: 0 }
  for (const [i, value] of likeness.entries()) {
    if (!among(i)) continue
    found.sum += Math.exp(steepness * value)
    if (value > found.most) [found.most, found.second] = [value, found.most]
    else if (value > found.second) found.second = value
  }
  return found
}

function most<T>(all: readonly T[], value: (one: T) => number): number {
  let best = 0
  for (const one of all) best = Math.max(best, value(one))
  return best
}
