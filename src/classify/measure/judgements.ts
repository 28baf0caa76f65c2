import type { Direction, Example } from '../../model/index.ts'
import type { Classifier } from '../classifier.ts'

/** One item as it is labelled and as a classifier judged it. */
export interface Judgement {
  truth: Record<string, Direction>
  given: Map<string, Direction>
  /** The score of every idea, given or not; empty where the classifier doesn't say. */
  scores: Map<string, number>
}

/** Has a classifier judge labelled items. */
export function judge(classifier: Classifier, examples: Example[]): Judgement[] {
  return examples.map((example) => {
    const { labels, why = [] } = classifier.classify(example, { explain: true })
    return {
      truth: example.labels,
      given: new Map(labels.map(({ idea, direction }) => [idea, direction])),
      scores: new Map(why.map(({ idea, score }) => [idea, score])),
    }
  })
}
