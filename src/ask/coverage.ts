import { type Alignment, dot } from './alignment.ts'
import { most, type PassageInput, passageInputs, type Ranked, type RankedSentences } from './evidence.ts'
import type { Ground, PastQuestion, Reading } from './ground.ts'
import { limitOf } from './limits.ts'
import { holdsValue, wantsValue } from './needs.ts'
import type { Asked } from './question.ts'
import type { ShelfPassage, ShelfSentence } from './shelf.ts'
import { isFaint } from './words.ts'

const kinds: Asked[] = ['definition', 'who', 'when', 'where', 'number', 'price', 'list', 'why', 'compare']
/** Passages and sentences that an answer is likely to be made of. */
const likely = { passages: 3, sentences: 5 }
/** Questions of the past that are asked whether the wiki answers a new one, and how steeply their likeness counts. */
const voters = { count: 12, steepness: 8 }
/** How steeply likeness counts where that to all questions of the past is added up. */
const steepness = 16

/** What tells whether the wiki holds an answer at all, by name; `passageValues` are from `passageEvidence`. */
export function coverageEvidence(
  ground: Ground,
  reading: Reading,
  passageValues: Float32Array,
  ranked: Ranked,
  told: RankedSentences,
): Record<string, number> {
  const { question, alignment, outside } = reading
  const { words } = question
  const [best] = ranked.passages
  const input = (name: PassageInput, { index }: ShelfPassage) =>
    passageValues[index * passageInputs.length + passageInputs.indexOf(name)]!
  const top = ranked.passages.slice(0, likely.passages)
  const bestInput = (name: PassageInput) => Math.max(...top.map((one) => input(name, one)))
  const sentences = likeliest(told)
  return {
    one: 1,
    ...margins(ground, ranked),
    sentence: Math.log(Math.max(...told.odds)),
    outside: outside / 3,
    ...pastEvidence(ground, reading, input('near', best!)),
    sentenceForward: most(sentences, ({ ids }) => alignment.forward(ids)),
    sentenceMeaning: most(sentences, (one) => dot(reading.meaning, one.meaning)),
    forward: bestInput('forward'),
    meaning: bestInput('meaning'),
    bestForward: bestInput('sentenceForward'),
    named: bestInput('named'),
    called: bestInput('called'),
    onPage: bestInput('page'),
    near: bestInput('near'),
    pageNear: bestInput('pageNear'),
    pageOdds: input('pageOdds', best!),
    passageOdds: input('passageOdds', best!),
    context: bestInput('context'),
    limit: limitOf(question, ranked.passages, alignment, ground.shelf) === null ? 0 : 1,
    bare: words.every(({ root, word }) => best!.page.called.has(root) || isFaint(word))
      ? bestInput('named')
      : 0,
    faint: words.every(({ word }) => isFaint(word)) ? 1 : 0,
    ...valueEvidence(ground, reading, sentences),
    ...wordEvidence(ground, reading, top, sentences),
    ...Object.fromEntries(kinds.map((kind) => [kind, question.asked === kind ? 1 : 0])),
  }
}

function likeliest({ sentences, odds }: RankedSentences): ShelfSentence[] {
  return [...sentences.keys()]
    .sort((a, b) => odds[b]! - odds[a]!)
    .slice(0, likely.sentences)
    .map((i) => sentences[i]!)
}

/** How sure it is which passage and which page it would be. */
function margins(
  { shelf }: Ground,
  { passages: [best, second], odds, scores }: Ranked,
): Record<string, number> {
  const pages = new Float64Array(shelf.pages.length)
  for (const { index, page } of shelf.passages) pages[page.index]! += odds[index]!
  const [page = 0, other = 0] = pages.toSorted((a, b) => b - a)
  return {
    score: scores[best!.index]! / 5,
    likely: Math.log(odds[best!.index]!),
    margin: odds[best!.index]! - (second ? odds[second.index]! : 0),
    page,
    pageMargin: page - other,
  }
}

/** How the questions of the past speak that the wiki answers, and those that it does not; `near` is the likest one's of the best passage. */
function pastEvidence({ past }: Ground, { likeness }: Reading, near: number): Record<string, number> {
  const inside = sumUp(likeness, (i) => past[i]!.passages.length > 0)
  const beyond = sumUp(likeness, (i) => past[i]!.passages.length === 0)
  return {
    outsideNear: beyond.most,
    insideNear: inside.most,
    nearDifference: inside.most - beyond.most,
    outsideSecond: beyond.second,
    insideSecond: inside.second,
    nearOdds: Math.log((inside.sum + 1e-9) / (beyond.sum + 1e-9)) / 3,
    nearSum: Math.log(inside.sum + 1) / 6,
    lead: near - beyond.most,
    voters: answeredAmong(likeness, past),
  }
}

/** For a question that asks for a value: whether a likely sentence holds one, and how much of the question beside it. */
function valueEvidence(
  { shelf }: Ground,
  { question, alignment }: Reading,
  sentences: ShelfSentence[],
): Record<string, number> {
  if (!wantsValue(question)) return { value: 0, valueForward: 0, valueHeld: 0 }
  const holding = sentences
    .filter(({ text }) => holdsValue(question, text, shelf.lexicon.isName))
    .map(({ ids, passage }) => Int32Array.from([...ids, ...passage.page.calledIds]))
  return {
    value: holding.length > 0 ? 1 : -1,
    valueForward: most(holding, (ids) => alignment.forward(ids, 'core')),
    valueHeld: most(holding, (ids) => Math.min(1, ...alignment.nearest(ids))),
  }
}

/** How many words there are, and what is lost of them where nothing told is like them. */
function wordEvidence(
  { shelf, past }: Ground,
  { question: { words, context }, alignment }: Reading,
  top: ShelfPassage[],
  sentences: ShelfSentence[],
): Record<string, number> {
  const missing = words.filter(({ root }) => !shelf.lexicon.has(root))
  const weight = (some: typeof words) => some.reduce((sum, one) => sum + one.weight, 0)
  const bestPast = past.filter(({ passages }) => passages.includes(top[0]!.index))
  const gaps = gapsIn(alignment, union([...top, ...bestPast])).sort((a, b) => b - a)
  return {
    unknownNames: Math.min(3, words.filter(({ name, root }) => name && !shelf.lexicon.has(root)).length),
    oddWords: Math.min(3, words.filter(({ odd }) => odd).length) / 2,
    words: Math.min(12, words.length) / 8,
    contextWords: Math.min(12, context.length) / 8,
    missing: weight(missing) / (weight(words) || 1),
    worstMissing: Math.max(0, ...missing.map((one) => one.weight)),
    toldForward: alignment.forward(union(sentences), 'core'),
    topForward: alignment.forward(union(top), 'core'),
    worstHeld: gaps[0] ?? 0,
    secondHeld: gaps[1] ?? 0,
    meanHeld: gaps.reduce((sum, gap) => sum + gap, 0) / (gaps.length || 1),
    worstTop: Math.max(0, ...gapsIn(alignment, union(top))),
  }
}

function union(texts: readonly { ids: Int32Array }[]): Int32Array {
  return Int32Array.from(new Set(texts.flatMap(({ ids }) => [...ids])))
}

/** How much is lost of each of the question's words where a text holds nothing like it. */
function gapsIn(alignment: Alignment, ids: Int32Array): number[] {
  return [...alignment.nearest(ids)].map((nearness, i) => alignment.words[i]!.weight * (1 - nearness))
}

/** Among the likest questions of the past the share that the wiki answers, the likest counting most. */
function answeredAmong(likeness: Float32Array, past: readonly PastQuestion[]): number {
  const likest = [...likeness.keys()].sort((a, b) => likeness[b]! - likeness[a]!).slice(0, voters.count)
  let [answered, all] = [0, 1e-9]
  for (const i of likest) {
    const share = Math.exp(voters.steepness * likeness[i]!)
    all += share
    if (past[i]!.passages.length > 0) answered += share
  }
  return answered / all
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
