import type { Classifier, Refinement, Verdict } from '../classifier.ts'
import type { Judge } from './judge.ts'

/**
 * The share of an idea's threshold from which on a score is near enough to ask. At 0.4, of the labelled items that are
 * held out, all but one in a hundred of those that carry an idea are asked about, and a third of all are not.
 */
const reach = 0.4

/**
 * A classifier with an LLM's help. `by` names both, so that items are judged again when either changes; the built-in
 * verdict stands wherever the LLM isn't asked or gives no valid one.
 */
export function refine(classifier: Classifier, judge: Judge): Classifier {
  const refined: Refinement = {
    startRun: judge.startRun,
    async classify(item, { signal, explain, language } = {}) {
      const { why, ...verdict } = classifier.classify(item, { language, explain: true })
      const builtIn = { ...verdict, ...(explain ? { why } : {}), by: classifier.by, refusal: null }
      if (!isClose({ ...verdict, why })) return builtIn
      const judgement = await judge.judge(item, { signal })
      if ('refused' in judgement) return { ...builtIn, refusal: judgement }
      return { ...builtIn, labels: judgement.labels, by: judge.by }
    },
  }
  return { by: `${classifier.by}+${judge.by}`, classify: classifier.classify, refined }
}

/** Whether another opinion could matter: an idea was given, or came near. */
function isClose({ labels, why = [] }: Verdict): boolean {
  return labels.length > 0 || why.some(({ score, threshold }) => score >= threshold * reach)
}
