import type { Example, Idea } from '../../model/index.ts'
import type { Classifier } from '../classifier.ts'
import { type Judgement, judge } from './judgements.ts'

export interface Score {
  precision: number
  recall: number
  f1: number
  /** Items that carry the idea. */
  support: number
}

/** How right judgements are. Shares are 0 to 1; null where there is nothing to measure. */
export interface Figures {
  ideas: Record<string, Score>
  macroF1: number
  /** Over labels whose idea is right. */
  directionAccuracy: number | null
  /** Items without an idea that were given one. */
  falseAlarmRate: number | null
}

/** How a classifier does on labelled items. */
export interface Evaluation extends Figures {
  items: number
  by: string
}

/** Scores a classifier on labelled items. */
export function evaluate(classifier: Classifier, examples: Example[], ideas: Idea[]): Evaluation {
  return { items: examples.length, by: classifier.by, ...figuresOf(judge(classifier, examples), ideas) }
}

/** Counts what is right in judgements. */
export function figuresOf(judgements: Judgement[], ideas: { id: string }[]): Figures {
  const tallies = ideas.map(({ id }) => ({ id, hit: 0, false: 0, missed: 0 }))
  let [rightDirections, judgedDirections, none, alarms] = [0, 0, 0, 0]
  for (const { truth, given } of judgements) {
    for (const tally of tallies) {
      const [said, is] = [given.get(tally.id), truth[tally.id]]
      if (said && is) {
        tally.hit += 1
        judgedDirections += 1
        if (said === is) rightDirections += 1
      } else if (said) tally.false += 1
      else if (is) tally.missed += 1
    }
    if (isNone(truth)) {
      none += 1
      if (given.size > 0) alarms += 1
    }
  }
  const scores = tallies.map((t) => [t.id, score(t.hit, t.false, t.missed)] as const)
  return {
    ideas: Object.fromEntries(scores),
    macroF1: scores.reduce((sum, [, one]) => sum + one.f1, 0) / Math.max(1, scores.length),
    directionAccuracy: judgedDirections ? rightDirections / judgedDirections : null,
    falseAlarmRate: none ? alarms / none : null,
  }
}

/** True of an item that bears on no idea. */
export function isNone(truth: Judgement['truth']): boolean {
  return Object.keys(truth).length === 0
}

function score(hit: number, falsely: number, missed: number): Score {
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
  return {
    precision: share(hit, hit + falsely),
    recall: share(hit, hit + missed),
    f1: share(2 * hit, 2 * hit + falsely + missed),
    support: hit + missed,
  }
}
