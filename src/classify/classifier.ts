import { isTelling, stemOf } from '../lib/text/index.ts'
import {
  type ClassifiableItem,
  type Direction,
  directions,
  type Idea,
  type Label,
  unsupportedLanguage,
} from '../model/index.ts'
import { readingOf } from './classifiable.ts'
import { directionFeatures, type Features, featuresOf, signalFinder } from './features.ts'
import { decide, type LinearModel, sigmoid } from './logistic.ts'
import { meaningByWord } from './meaning.ts'
import type { ClassifierModel } from './model.ts'
import { decideParts, type Parts, partsOf } from './parts.ts'
import { dot } from './sparse.ts'
import { vectorOf } from './vector.ts'

/** What a classifier says of one item: the contract's shape. */
export interface Verdict {
  id: string
  language?: string
  labels: Omit<Label, 'by'>[]
  /** Only when asked for: what weighed most, per idea given. */
  why?: Reason[]
}

/** Why an idea was given or not. */
export interface Reason {
  idea: string
  score: number
  /** The score from which on the idea is given. */
  threshold: number
  /** Words, pairs of words and signals that weighed most for it, and against. */
  for: string[]
  against: string[]
  /** How much speaks for each direction, in shares of 1; absent where directions are not weighed. */
  directions?: Record<Direction, number>
}

/** Judges items against the key ideas. Another kind of classifier takes this one's place by having the same two members. */
export interface Classifier {
  /** `model:<hash>`: who gives its labels; with an LLM's help, the names of both. */
  by: string
  classify(item: ClassifiableItem, options?: { language?: string; explain?: boolean }): Verdict
  /** The same with an LLM's help; absent where none is configured. */
  refined?: Refinement
}

/** A classifier that may ask somebody slower. */
export interface Refinement {
  /** Begins a run, from which limits on asking count. */
  startRun(): void
  /** Never fails: where there is no better verdict, the built-in one stands. */
  classify(
    item: ClassifiableItem,
    options?: { language?: string; explain?: boolean; signal?: AbortSignal | undefined },
  ): Promise<RefinedVerdict>
}

export interface RefinedVerdict extends Verdict {
  /** Who gave the labels: `llm:<name>` or `model:<hash>`. */
  by: string
  /** Why the LLM's verdict was wanted and is not this one; else null. */
  refusal: Refusal | null
}

/** Why there is no verdict of the LLM's. */
export interface Refusal {
  /** `cap`: enough for this run. `failed`: the LLM gave no answer. `invalid`: its answer breaks the rules. */
  refused: 'cap' | 'failed' | 'invalid'
  /** A sentence. */
  message: string
  /** Nothing is settled about this item: another run may ask. */
  later: boolean
}

/** Readers see the title anyway, so as evidence it counts for less than a sentence they have not read yet. */
const titleWorth = 0.8

/** A classifier over a trained model. It holds no state between items. */
export function createClassifier(model: ClassifierModel, ideas: Idea[]): Classifier {
  const find = signalFinder(ideas)

  function classify(item: ClassifiableItem, options: { language?: string; explain?: boolean } = {}): Verdict {
    if (options.language === unsupportedLanguage)
      return { id: item.id, language: unsupportedLanguage, labels: [] }
    const features = featuresOf(item, find)
    const parts = partsOf(item, find, model.vocabulary, vectorOf(features, model.vocabulary))
    const scored = model.ideas.map((one) => ({
      ...one,
      score: sigmoid(one.calibration.a * decideParts(one.model, parts) + one.calibration.b),
    }))
    // What kind of publisher it is says nothing by itself, nor do words like "a": without one that tells there is nothing
    // to judge.
    const legible = features.words.some(
      (word) => isTelling(word) && model.vocabulary.names.indexOf(stemOf(word)) !== undefined,
    )
    const given = scored.filter((one) => legible && one.score >= one.threshold)
    const verdict: Verdict = {
      id: item.id,
      ...(options.language ? { language: options.language } : {}),
      labels: given
        .sort((a, b) => b.score - a.score)
        .map((one) => ({
          idea: one.idea,
          direction: likeliest(directionsOf(item, features, one.idea)),
          score: Math.round(one.score * 1000) / 1000,
          evidence: evidenceFor(item, parts, one.model),
        })),
    }
    if (options.explain) {
      verdict.why = scored.map((one) => ({
        idea: one.idea,
        score: Math.round(one.score * 1000) / 1000,
        threshold: Math.round(one.threshold * 1000) / 1000,
        ...reasons(one.model, parts.whole, features),
        directions: directionsOf(item, features, one.idea),
      }))
    }
    return verdict
  }

  /** Each direction has a model of its own; their probabilities are brought to the sum of 1. */
  function directionsOf(item: ClassifiableItem, features: Features, idea: string): Record<Direction, number> {
    const x = vectorOf(directionFeatures(features, find, item, idea), model.directionVocabulary)
    const chances = model.directions.map((one) => [one.direction, sigmoid(decide(one.model, x))] as const)
    const sum = chances.reduce((total, [, chance]) => total + chance, 0)
    return Object.fromEntries(
      chances.map(([direction, chance]) => [direction, Math.round((chance / sum) * 1000) / 1000]),
    ) as Record<Direction, number>
  }

  /** The piece of the item that speaks most for the idea on its own; a sentence of the body before the title, if it can. */
  function evidenceFor(item: ClassifiableItem, { spans }: Parts, idea: LinearModel): string {
    const reading = readingOf(item)
    let best = { span: reading.title.trim() || reading.body.trim(), value: Number.NEGATIVE_INFINITY }
    for (const { text, vector } of spans) {
      const value = dot(vector, idea.weights)
      const repeats = reading.title.includes(text.replace(/[.…]+$/, ''))
      const worth = value > 0 && repeats ? value * titleWorth : value
      if (worth > best.value) best = { span: text, value: worth }
    }
    return best.span
  }

  /** What weighed most either way: words and pairs of the text, signals of the pages, and words by their meaning. */
  function reasons(
    one: LinearModel,
    x: ReturnType<typeof vectorOf>,
    features: Features,
  ): { for: string[]; against: string[] } {
    const { names } = model.vocabulary
    const named = [...x.indices].flatMap((index, i) => {
      const name = names.at(index)
      return name === undefined || name.startsWith('~')
        ? []
        : [{ name, value: x.values[i]! * one.weights[index]! }]
    })
    const meant = meaningByWord(features.words, model.vocabulary, one.weights.subarray(names.length))
    const weighed = [
      ...named,
      ...meant.map(({ word, value }) => ({ name: `meaning of ${word}`, value })),
    ].sort((a, b) => b.value - a.value)
    const telling = (part: typeof weighed) => part.map(({ name }) => name)
    return {
      for: telling(weighed.slice(0, 6).filter(({ value }) => value > 0)),
      against: telling(
        weighed
          .slice(-4)
          .reverse()
          .filter(({ value }) => value < 0),
      ),
    }
  }

  return { by: `model:${model.hash}`, classify }
}

function likeliest(shares: Record<Direction, number>): Direction {
  return directions.reduce((best, direction) => (shares[direction] > shares[best] ? direction : best))
}
