import { type Direction, directions, type Example, type Idea } from '../model/index.ts'
import { directionFeatures, type Features, featuresOf, type SignalFinder, signalFinder } from './features.ts'
import {
  decide,
  fitCalibration,
  fitLogistic,
  type LinearModel,
  sigmoid,
  type TrainingOptions,
} from './logistic.ts'
import { type ClassifierModel, type IdeaModel, modelHash } from './model.ts'
import type { SparseVector } from './sparse.ts'
import { vectorOf, vectorSize } from './vector.ts'
import { buildVocabulary } from './vocabulary.ts'

const folds = 5
/** Examples that stand next to each other in a file were written together and share themes; a fold takes them together. */
const themeSize = 10
const ideaOptions: TrainingOptions = { l2: 2e-3, epochs: 10, positiveWeight: 2 }
const directionOptions: TrainingOptions = { l2: 1e-3, epochs: 10, positiveWeight: 1 }

/**
 * Trains the classifier on labelled examples: one logistic regression per idea and one per direction. Calibration and
 * threshold of an idea come from five-fold cross-validation inside the examples, neighbours kept together. The same
 * examples and ideas always give the same model. About two seconds per thousand examples.
 */
export function train(examples: Example[], ideas: Idea[]): ClassifierModel {
  const find = signalFinder(ideas)
  const documents = examples.map((example) => featuresOf(example, find))
  const vocabulary = buildVocabulary(documents)
  const xs = documents.map((groups) => vectorOf(groups, vocabulary))
  return {
    hash: modelHash(examples, ideas),
    vocabulary,
    ideas: ideas.map((idea) => trainIdea(idea.id, examples, xs, vectorSize(vocabulary))),
    ...trainDirections(examples, documents, find),
  }
}

function trainIdea(idea: string, examples: Example[], xs: SparseVector[], size: number): IdeaModel {
  const ys = examples.map((example) => idea in example.labels)
  const model = fitLogistic(xs, ys, size, ideaOptions)
  const unseen = outOfFold(xs, ys, size, ideaOptions)
  const calibration = fitCalibration(unseen, ys)
  const probabilities = unseen.map((value) => sigmoid(calibration.a * value + calibration.b))
  // What is said of a text that says nothing must not be enough.
  const silence = sigmoid(calibration.a * model.bias + calibration.b)
  return { idea, model, calibration, threshold: Math.max(bestThreshold(probabilities, ys), silence) }
}

/** What a model says of each example when it was fitted on the other folds. */
function outOfFold(xs: SparseVector[], ys: boolean[], size: number, options: TrainingOptions): number[] {
  const values = new Array<number>(xs.length).fill(0)
  const foldOf = foldsOf(ys)
  for (let fold = 0; fold < folds; fold++) {
    const inside = xs.flatMap((_, i) => (foldOf(i) === fold ? [] : i))
    const model = fitLogistic(
      inside.map((i) => xs[i]!),
      inside.map((i) => ys[i]!),
      size,
      options,
    )
    for (const [i, x] of xs.entries()) if (foldOf(i) === fold) values[i] = decide(model, x)
  }
  return values
}

/** The probability from which on giving the idea makes the best F1; a half when there is nothing to learn from. */
function bestThreshold(probabilities: number[], ys: boolean[]): number {
  const ranked = probabilities.map((p, i) => ({ p, y: ys[i]! })).sort((a, b) => b.p - a.p)
  const positives = ys.filter(Boolean).length
  let [best, threshold, hits] = [0, 0.5, 0]
  for (const [i, { p, y }] of ranked.entries()) {
    if (y) hits += 1
    const f1 = (2 * hits) / (i + 1 + positives)
    const below = ranked[i + 1]?.p ?? 0
    if (f1 > best && below < p) [best, threshold] = [f1, between(p, below)]
  }
  return threshold
}

function trainDirections(examples: Example[], documents: Features[], find: SignalFinder) {
  const cases = examples.flatMap((example, i) =>
    Object.entries(example.labels).map(([idea, direction]) => ({
      direction,
      features: directionFeatures(documents[i]!, find, example, idea),
    })),
  )
  const directionVocabulary = buildVocabulary(cases.map(({ features }) => features))
  const xs = cases.map(({ features }) => vectorOf(features, directionVocabulary))
  const models: { direction: Direction; model: LinearModel }[] = directions.map((direction) => ({
    direction,
    model: fitLogistic(
      xs,
      cases.map((one) => one.direction === direction),
      vectorSize(directionVocabulary),
      directionOptions,
    ),
  }))
  return { directions: models, directionVocabulary }
}

/** Few positives are dealt out one by one: all in one theme, they would leave nothing to learn from. */
function foldsOf(ys: boolean[]): (i: number) => number {
  const themeFold = (i: number) => Math.floor(i / themeSize) % folds
  const positives = ys.flatMap((y, i) => (y ? i : []))
  if (positives.length >= folds * themeSize) return themeFold
  const dealt = new Map(positives.map((i, rank) => [i, rank % folds]))
  return (i) => dealt.get(i) ?? themeFold(i)
}

/** Half-way in log-odds: between 0.8 and 0.01 a half-way probability would be near the higher of them. */
function between(p: number, q: number): number {
  const logit = (x: number) => Math.log(Math.max(x, 1e-6) / Math.max(1 - x, 1e-6))
  return sigmoid((logit(p) + logit(q)) / 2)
}
