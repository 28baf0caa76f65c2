import { directions, type Example, type Idea } from '../model/index.ts'
import { directionFeatures, featuresOf, signalFinder, wordFeaturesOf } from './features.ts'
import { fitCalibration, fitLogistic, type LinearModel, sigmoid, type TrainingOptions } from './logistic.ts'
import {
  type CalibratedIdea,
  type ClassifierModel,
  type DirectionsPart,
  type IdeasPart,
  modelHash,
} from './model.ts'
import { decideParts, type Parts, partsOf } from './parts.ts'
import type { SparseVector } from './sparse.ts'
import { vectorOf, vectorSize } from './vector.ts'
import { buildVocabulary } from './vocabulary.ts'

const folds = 5
/** Examples that stand next to each other in a file were written together and share themes; a fold takes them together. */
const themeSize = 10
const ideaOptions: TrainingOptions = { l2: 2e-3, epochs: 6, positiveWeight: 2 }
const directionOptions: TrainingOptions = { l2: 1e-3, epochs: 6, positiveWeight: 1 }

/** The calibration of another model, and that model's hash. */
export interface GivenCalibration {
  by: string
  ideas: CalibratedIdea[]
}

/**
 * Trains the classifier on labelled examples: one logistic regression per idea and one per direction. Calibration and
 * threshold of an idea come from five-fold cross-validation inside the examples, neighbours kept together, unless they are
 * given: those of a model of nearly the same examples, which spares most of the time. The same input always gives the
 * same model. About two seconds per thousand examples, less than one with the calibration given.
 */
export function train(examples: Example[], ideas: Idea[], given?: GivenCalibration): ClassifierModel {
  return { ...learnIdeas(examples, ideas, given), ...learnDirections(examples, ideas) }
}

/** The part of a model that says which ideas an item bears on. */
export function learnIdeas(examples: Example[], ideas: Idea[], given?: GivenCalibration): IdeasPart {
  const find = signalFinder(ideas)
  // Features are read off twice: kept, those of ten thousand examples would take a gigabyte.
  const vocabulary = buildVocabulary(examples.values().map((example) => featuresOf(example, find)))
  const xs = examples.map((example) => vectorOf(featuresOf(example, find), vocabulary))
  const size = vectorSize(vocabulary)
  const answers = ideas.map((idea) => examples.map((example) => idea.id in example.labels))
  const models = fitLogistic(xs, answers, size, ideaOptions)
  const partsAt = (i: number) => partsOf(examples[i]!, find, vocabulary, xs[i]!)
  const calibrated =
    given?.ideas ??
    calibrate(ideas, models, outOfFold(xs, partsAt, answers, size, themeFolds(examples)), answers)
  return {
    hash: modelHash(examples, ideas, given?.by),
    vocabulary,
    ideas: calibrated.map((one, q) => ({ ...one, model: models[q]! })),
  }
}

/** Turns decisions over examples that the models had not seen into probabilities, and finds where to begin giving an idea. */
function calibrate(
  ideas: Idea[],
  models: LinearModel[],
  unseen: number[][],
  answers: boolean[][],
): CalibratedIdea[] {
  return ideas.map(({ id }, q) => {
    const { values, ys } = asCommonAsOthers(unseen[q]!, answers[q]!)
    const calibration = fitCalibration(values, ys)
    const probabilities = values.map((value) => sigmoid(calibration.a * value + calibration.b))
    // What is said of a text that says nothing must not be enough.
    const silence = sigmoid(calibration.a * models[q]!.bias + calibration.b)
    return { idea: id, calibration, threshold: Math.max(bestThreshold(probabilities, ys), silence) }
  })
}

/** What models say of each example, per question, when they were fitted on the other folds. */
function outOfFold(
  xs: SparseVector[],
  partsAt: (i: number) => Parts,
  answers: boolean[][],
  size: number,
  themes: number[],
): number[][] {
  const values = answers.map(() => new Array<number>(xs.length).fill(0))
  // Rare questions have folds of their own, the others share theirs and are fitted in one go.
  const common = answers.flatMap((ys, q) => (isRare(ys) ? [] : q))
  const rare = answers.flatMap((ys, q) => (isRare(ys) ? [[q]] : []))
  for (const questions of [common, ...rare]) {
    if (questions.length === 0) continue
    const foldOf = foldsOf(answers[questions[0]!]!, themes)
    for (let fold = 0; fold < folds; fold++) {
      const inside = xs.flatMap((_, i) => (foldOf(i) === fold ? [] : i))
      const models = fitLogistic(
        inside.map((i) => xs[i]!),
        questions.map((q) => inside.map((i) => answers[q]![i]!)),
        size,
        ideaOptions,
      )
      for (const i of xs.keys()) {
        if (foldOf(i) !== fold) continue
        const parts = partsAt(i)
        for (const [n, q] of questions.entries()) values[q]![i] = decideParts(models[n]!, parts)
      }
    }
  }
  return values
}

/**
 * An idea with a dozen examples among ten thousand is not rare in the feeds, it is new: of the examples without it so many
 * are left that those with it are a twentieth.
 */
function asCommonAsOthers(values: number[], ys: boolean[]): { values: number[]; ys: boolean[] } {
  const positives = ys.filter(Boolean).length
  const step = Math.floor((ys.length - positives) / (19 * positives))
  if (!isRare(ys) || !Number.isFinite(step) || step < 2) return { values, ys }
  let negatives = 0
  const kept = ys.map((y) => y || negatives++ % step === 0)
  return { values: values.filter((_, i) => kept[i]), ys: ys.filter((_, i) => kept[i]) }
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

/** The part of a model that says which way an idea that is given points. */
export function learnDirections(examples: Example[], ideas: Idea[]): DirectionsPart {
  const find = signalFinder(ideas)
  const cases = examples.flatMap((example) =>
    Object.entries(example.labels).map(([idea, direction]) => ({ example, idea, direction })),
  )
  const read = ({ example, idea }: (typeof cases)[number]) =>
    directionFeatures(wordFeaturesOf(example, find), find, example, idea)
  const directionVocabulary = buildVocabulary(cases.values().map(read))
  const xs = cases.map((one) => vectorOf(read(one), directionVocabulary))
  const models = fitLogistic(
    xs,
    directions.map((direction) => cases.map((one) => one.direction === direction)),
    vectorSize(directionVocabulary),
    directionOptions,
  )
  return {
    directions: directions.map((direction, i) => ({ direction, model: models[i]! })),
    directionVocabulary,
  }
}

/**
 * The fold of each example. Examples of one file were written by one hand and sound alike: what a model says of them when
 * it has learned from their neighbours tells little of what it will say of other feeds. So a file is kept together, and
 * the files are dealt out so that the folds are about equally large. With too few files, runs of neighbours are.
 */
function themeFolds(examples: Example[]): number[] {
  const files = Map.groupBy(examples.keys(), (i) => examples[i]!.id.replace(/-?\d+$/, ''))
  const bySize = [...files.values()].sort((a, b) => b.length - a.length || a[0]! - b[0]!)
  const sizes = new Array<number>(folds).fill(0)
  const fold = new Array<number>(examples.length).fill(0)
  for (const file of bySize) {
    const smallest = sizes.indexOf(Math.min(...sizes))
    sizes[smallest]! += file.length
    for (const i of file) fold[i] = smallest
  }
  const uneven = Math.max(...sizes) > 2 * Math.min(...sizes)
  return uneven ? examples.map((_, i) => Math.floor(i / themeSize) % folds) : fold
}

/** Few positives are dealt out one by one: all in one theme, they would leave nothing to learn from. */
function foldsOf(ys: boolean[], themes: number[]): (i: number) => number {
  if (!isRare(ys)) return (i) => themes[i]!
  const positives = ys.flatMap((y, i) => (y ? i : []))
  const dealt = new Map(positives.map((i, rank) => [i, rank % folds]))
  return (i) => dealt.get(i) ?? themes[i]!
}

function isRare(ys: boolean[]): boolean {
  return ys.filter(Boolean).length < folds * themeSize
}

/** Half-way in log-odds: between 0.8 and 0.01 a half-way probability would be near the higher of them. */
function between(p: number, q: number): number {
  const logit = (x: number) => Math.log(Math.max(x, 1e-6) / Math.max(1 - x, 1e-6))
  return sigmoid((logit(p) + logit(q)) / 2)
}
