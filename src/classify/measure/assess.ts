import type { Example, Idea } from '../../model/index.ts'
import type { Classifier } from '../classifier.ts'
import { bootstrap, type Interval, interval95, type Sampling } from './bootstrap.ts'
import { type Evaluation, type Figures, figuresOf, isNone, type Score } from './evaluate.ts'
import { type Judgement, judge } from './judgements.ts'
import { type Reliability, reliabilityOf } from './reliability.ts'

/** Where 95 of 100 samples of the items put each figure; null where none could be measured. */
export interface Intervals {
  ideas: Record<string, Record<keyof Omit<Score, 'support'>, Interval | null>>
  macroF1: Interval | null
  directionAccuracy: Interval | null
  falseAlarmRate: Interval | null
}

/** How a classifier does on labelled items, and how sure one can be of that. */
export interface Assessment extends Evaluation {
  /** Items that carry no idea. */
  none: number
  /** Labels whose idea is right: those over which directions are judged. */
  rightIdeas: number
  intervals: Intervals
  reliability: Reliability | null
}

/** Scores a classifier on labelled items, with intervals from `sampling` and the reliability of its scores. */
export function assess(
  classifier: Classifier,
  examples: Example[],
  ideas: Idea[],
  sampling: Sampling,
): Assessment {
  const judgements = judge(classifier, examples)
  const samples = bootstrap(judgements, (sample) => figuresOf(sample, ideas), sampling)
  return {
    items: examples.length,
    by: classifier.by,
    ...figuresOf(judgements, ideas),
    none: judgements.filter(({ truth }) => isNone(truth)).length,
    rightIdeas: judgements.reduce((sum, one) => sum + rightIdeas(one), 0),
    intervals: intervalsOf(samples, ideas),
    reliability: reliabilityOf(judgements, ideas),
  }
}

function rightIdeas({ truth, given }: Judgement): number {
  return Object.keys(truth).filter((idea) => given.has(idea)).length
}

function intervalsOf(samples: Figures[], ideas: Idea[]): Intervals {
  const of = (figure: (one: Figures) => number | null) => interval95(samples.map(figure))
  return {
    ideas: Object.fromEntries(
      ideas.map(({ id }) => [
        id,
        {
          precision: of((one) => one.ideas[id]!.precision),
          recall: of((one) => one.ideas[id]!.recall),
          f1: of((one) => one.ideas[id]!.f1),
        },
      ]),
    ),
    macroF1: of((one) => one.macroF1),
    directionAccuracy: of((one) => one.directionAccuracy),
    falseAlarmRate: of((one) => one.falseAlarmRate),
  }
}
