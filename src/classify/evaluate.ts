import type { Example, Idea } from '../model/index.ts'
import type { Classifier } from './classifier.ts'

export interface Score {
  precision: number
  recall: number
  f1: number
  /** Items that carry the idea. */
  support: number
}

/** How a classifier does on labelled items. Shares are 0 to 1; null where there is nothing to measure. */
export interface Evaluation {
  items: number
  by: string
  ideas: Record<string, Score>
  macroF1: number
  /** Over labels whose idea is right. */
  directionAccuracy: number | null
  /** Items without an idea that were given one. */
  falseAlarmRate: number | null
}

/** Scores a classifier on labelled items. */
export function evaluate(classifier: Classifier, examples: Example[], ideas: Idea[]): Evaluation {
  const tallies = new Map(ideas.map((idea) => [idea.id, { hit: 0, false: 0, missed: 0 }]))
  let [rightDirections, judgedDirections, none, alarms] = [0, 0, 0, 0]
  for (const example of examples) {
    const verdict = classifier.classify(example)
    const given = new Map(verdict.labels.map((label) => [label.idea, label.direction]))
    for (const [idea, tally] of tallies) {
      const truth = example.labels[idea]
      if (given.has(idea) && truth) {
        tally.hit += 1
        judgedDirections += 1
        if (given.get(idea) === truth) rightDirections += 1
      } else if (given.has(idea)) tally.false += 1
      else if (truth) tally.missed += 1
    }
    if (Object.keys(example.labels).length === 0) {
      none += 1
      if (given.size > 0) alarms += 1
    }
  }
  const scores = [...tallies].map(([idea, t]) => [idea, score(t.hit, t.false, t.missed)] as const)
  return {
    items: examples.length,
    by: classifier.by,
    ideas: Object.fromEntries(scores),
    macroF1: scores.reduce((sum, [, one]) => sum + one.f1, 0) / Math.max(1, scores.length),
    directionAccuracy: judgedDirections ? rightDirections / judgedDirections : null,
    falseAlarmRate: none ? alarms / none : null,
  }
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
