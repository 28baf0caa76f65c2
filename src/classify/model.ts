import { createHash } from 'node:crypto'
import type { Example, Idea } from '../model/index.ts'
import type { Calibration, LinearModel } from './logistic.ts'
import type { NameTable } from './name-table.ts'
import { type Vocabulary, vocabularyOf } from './vocabulary.ts'

/** Changed whenever the same labels would give another model, so that none from an older recipe is used. */
const recipe =
  'words, pairs, pieces, signals, meaning; logistic regression over whole and spans; folds by file; 15'

/** What training makes of the labels: derived, never edited. */
export interface ClassifierModel extends IdeasPart, DirectionsPart {}

/** Which ideas an item bears on. */
export interface IdeasPart {
  /** Of the recipe, the ideas and the examples; names the model in stored labels. */
  hash: string
  vocabulary: Vocabulary
  ideas: IdeaModel[]
}

/** Which way an idea points. */
export interface DirectionsPart {
  /** One decision per direction, over the text and the signals of the idea in question. */
  directions: { direction: string; model: LinearModel }[]
  directionVocabulary: Vocabulary
}

export interface IdeaModel extends CalibratedIdea {
  model: LinearModel
}

/** What decisions over an idea mean. */
export interface CalibratedIdea {
  idea: string
  calibration: Calibration
  /** Least calibrated probability at which the idea is given. */
  threshold: number
}

/** The hash of everything a model is made of, 12 hex digits; `calibratedBy` is the model its calibration was taken from. */
export function modelHash(examples: Example[], ideas: Idea[], calibratedBy = ''): string {
  const ordered = examples.map(({ id, title, summary, content, kind, labels }) => [
    id,
    title,
    summary ?? '',
    content ?? '',
    kind ?? '',
    Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)),
  ])
  return createHash('sha256')
    .update(JSON.stringify([recipe, ideas, ordered, calibratedBy]))
    .digest('hex')
    .slice(0, 12)
}

/** A model as text for a file; `fromText` gives it back bit for bit. */
export function toText(model: ClassifierModel): string {
  return joinParts(ideasText(model), directionsText(model))
}

/** The text of a model whose parts were made apart. */
export function joinParts(ideas: string, directions: string): string {
  return `${ideas.slice(0, -1)},${directions.slice(1)}`
}

export function ideasText({ hash, vocabulary, ideas }: IdeasPart): string {
  return JSON.stringify({
    hash,
    vocabulary: words(vocabulary),
    ideas: ideas.map((idea) => ({ ...idea, model: linear(idea.model) })),
  })
}

export function directionsText({ directions, directionVocabulary }: DirectionsPart): string {
  return JSON.stringify({
    directions: directions.map(({ direction, model }) => ({ direction, model: linear(model) })),
    directionVocabulary: words(directionVocabulary),
  })
}

function linear({ weights, bias }: LinearModel) {
  return { weights: pack(weights), bias }
}

function words({ names, idf, unknownIdf }: Vocabulary) {
  return { names: names.toArray(), idf: pack(idf), unknownIdf }
}

type Packed<T> = T extends Float64Array
  ? string
  : T extends NameTable
    ? string[]
    : T extends (infer U)[]
      ? Packed<U>[]
      : T extends object
        ? { [K in keyof T]: Packed<T[K]> }
        : T

export function fromText(text: string): ClassifierModel {
  const raw = JSON.parse(text) as Packed<ClassifierModel>
  const linear = ({ weights, bias }: Packed<LinearModel>) => ({ weights: unpack(weights), bias })
  const words = ({ names, idf, unknownIdf }: Packed<Vocabulary>) =>
    vocabularyOf(names, unpack(idf), unknownIdf)
  return {
    hash: raw.hash,
    vocabulary: words(raw.vocabulary),
    ideas: raw.ideas.map((idea) => ({ ...idea, model: linear(idea.model) })),
    directions: raw.directions.map(({ direction, model }) => ({ direction, model: linear(model) })),
    directionVocabulary: words(raw.directionVocabulary),
  }
}

function pack(numbers: Float64Array): string {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64')
}

function unpack(text: string): Float64Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  return new Float64Array(bytes.buffer)
}
