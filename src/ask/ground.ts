import type { AskedQuestion, Page, Passage } from '../model/index.ts'
import { type Alignment, alignmentOf, centring, meaningOf, weighedWords } from './alignment.ts'
import { createFeatureSpace, topicFeatures, wordingFeatures } from './features.ts'
import { createNeighbours } from './neighbours.ts'
import { learnPlaces, type Placed, type PlaceOdds } from './places.ts'
import { cleaned, type Question, readQuestion, unquoted } from './question.ts'
import { createShelf, type Shelf, type ShelfPassage } from './shelf.ts'
import { createSoftmax, shuffled } from './softmax.ts'

/** A question of the past with its places on the shelf; no places for one that the wiki does not answer. */
export interface PastQuestion {
  /** Places of its words in the vocabulary. */
  ids: Int32Array
  passages: number[]
  sentences: number[]
}

/** Everything that can be said of a question before a passage is chosen. */
export interface Reading {
  question: Question
  alignment: Alignment
  /** With what all questions have in common taken from it. */
  meaning: Float32Array
  odds: PlaceOdds
  /** How alike each question of the past is. */
  likeness: Float32Array
  /** How much it is worded like questions that the wiki does not answer, as log-odds. */
  outside: number
}

/** What answers are found by: the pages, and what was learned from the questions of the past. */
export interface Ground {
  shelf: Shelf
  past: PastQuestion[]
  read(raw: string, question?: Question): Reading
}

/** What a sentence or heading of the wiki counts for beside a question of the past, when places are learned. */
const ownWeight = 0.3
/** Times that the wording of questions is learned from. */
const rounds = 4

/** Lays the ground for answering; takes some hundred milliseconds, most of them for learning from the questions asked. */
export function createGround(
  passages: readonly Passage[],
  pages: readonly Page[],
  asked: readonly AskedQuestion[],
): Ground {
  const texts = asked.map(({ question }) => cleaned(question))
  const shelf = createShelf(passages, pages, texts)
  const past = asked.map((one) => placesOf(one, shelf))
  const own = shelf.passages.flatMap(ownTexts)
  const topics = createFeatureSpace([...texts, ...own.map(({ text }) => text)], topicFeatures)
  const words = texts.map((text) => weighedWords(text, shelf.vocabulary))
  const meanings = words.map(meaningOf)
  const centred = centring(meanings)
  const neighbours = createNeighbours(
    words.map((one, i) => ({ pieces: topics.vectors[i]!, words: one, meaning: centred(meanings[i]!) })),
  )
  const places = learnPlaces(shelf, topics, [
    ...past.flatMap(({ passages: [passage], sentences: [sentence = null] }, i): Placed[] =>
      passage === undefined ? [] : [{ vector: topics.vectors[i]!, passage, sentence, weight: 1 }],
    ),
    ...own.map(
      ({ passage, sentence }, i): Placed => ({
        vector: topics.vectors[texts.length + i]!,
        passage,
        sentence,
        weight: ownWeight,
      }),
    ),
  ])
  const outside = learnWording(
    asked.map(({ question }) => cleaned(unquoted(question))),
    asked.map(({ page }) => page === null),
  )
  return {
    shelf,
    past,
    read(raw, read) {
      const question = read ?? readQuestion(raw, shelf.lexicon)
      const text = cleaned(raw)
      const alignment = alignmentOf(question, shelf.vocabulary)
      const meaning = centred(meaningOf(alignment.words))
      const topic = topics.vector(text)
      return {
        question,
        alignment,
        meaning,
        odds: places(topic),
        likeness: neighbours.likeness(topic, alignment, meaning),
        outside: outside(cleaned(unquoted(raw))),
      }
    },
  }
}

/** The passages that hold the key of a question, and in the first of them the sentences that do. */
function placesOf({ question, page, section, key }: AskedQuestion, shelf: Shelf): PastQuestion {
  const holds = (text: string) => key.some((words) => text.includes(words))
  const passages = shelf.passages.filter(
    (one) => one.page.id === page && one.passage.section === section && holds(one.passage.text),
  )
  const sentences = passages.flatMap((one) => one.sentences.filter(({ text }) => holds(text)))
  return {
    ids: shelf.vocabulary.idsOf(question),
    passages: passages.map(({ index }) => index),
    sentences: sentences.map(({ index }) => index),
  }
}

/** A passage's own sentences and its heading belong where they stand. */
function ownTexts({
  passage,
  at,
  index,
  sentences,
}: ShelfPassage): { text: string; passage: number; sentence: number | null }[] {
  const names = at === 0 ? passage.aliases.join(' ') : ''
  const heading = `${passage.section} ${passage.title} ${names}`
  return [
    { text: heading, passage: index, sentence: null },
    ...sentences.map((one) => ({ text: one.text, passage: index, sentence: one.index })),
  ]
}

/** Learns how questions are worded that the wiki does not answer; gives log-odds. */
function learnWording(texts: string[], outside: boolean[]): (text: string) => number {
  const space = createFeatureSpace(texts, wordingFeatures)
  const table = createSoftmax(space.size, 2)
  for (let round = 0; round < rounds; round++) {
    for (const i of shuffled(texts.length, round)) table.learn(space.vectors[i]!, outside[i] ? 1 : 0, 0, 2, 1)
  }
  table.settle()
  return (text) => {
    const [inside, out] = table.logits(space.vector(text))
    return out! - inside!
  }
}
