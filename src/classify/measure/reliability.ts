import type { Judgement } from './judgements.ts'

/** The scores between two bounds: what they say on average, and how often they were right. */
export interface Bin {
  from: number
  to: number
  scores: number
  mean: number | null
  share: number | null
}

/** Whether scores are probabilities: of those near 0.7, seven in ten should be right. */
export interface Reliability {
  /** Expected calibration error: |mean − share| averaged over all scores. */
  error: number
  scores: number
  bins: Bin[]
}

const binCount = 10

/** Sorts the scores of all items for all ideas into ten bins. Null where the classifier gives no scores. */
export function reliabilityOf(judgements: Judgement[], ideas: { id: string }[]): Reliability | null {
  const bins = Array.from({ length: binCount }, () => ({ scores: 0, sum: 0, right: 0 }))
  for (const { truth, scores } of judgements) {
    for (const { id } of ideas) {
      const score = scores.get(id)
      if (score === undefined) continue
      const bin = bins[Math.min(binCount - 1, Math.floor(score * binCount))]!
      bin.scores += 1
      bin.sum += score
      if (truth[id]) bin.right += 1
    }
  }
  const all = bins.reduce((sum, bin) => sum + bin.scores, 0)
  if (all === 0) return null
  return {
    error: bins.reduce((sum, bin) => sum + Math.abs(bin.sum - bin.right), 0) / all,
    scores: all,
    bins: bins.map(({ scores, sum, right }, i) => ({
      from: i / binCount,
      to: (i + 1) / binCount,
      scores,
      mean: scores ? sum / scores : null,
      share: scores ? right / scores : null,
    })),
  }
}
