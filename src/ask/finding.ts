import { coverageEvidence } from './coverage.ts'
import { passageEvidence, type Ranked, type RankedSentences, rankedBy, sentenceEvidence } from './evidence.ts'
import type { Ground, Reading } from './ground.ts'
import { type Net, scoresOf } from './net.ts'
import { logSumExp } from './softmax.ts'
import learned from './weights.json' with { type: 'json' }

/** What was learned of judging evidence; `test/ask/derive-weights.ts` makes `weights.json`. */
export interface Judgement {
  passages: Net
  sentences: Net
  /** Above zero where the wiki holds an answer. */
  coverage: Net
}

/** Passages and sentences for a question, and how sure it is that the wiki holds the answer: log-odds less the bar. */
export interface Finding extends Ranked {
  told: RankedSentences
  covered: number
}

/** Looks for the answer to a question; null where nothing is asked. */
export function find(ground: Ground, reading: Reading, judgement: Judgement = learned): Finding | null {
  if (reading.question.words.length === 0 || ground.shelf.passages.length === 0) return null
  const evidence = passageEvidence(ground, reading)
  const ranked = rankedBy(ground, scoresOf(judgement.passages, evidence))
  const told = toldBy(ground, reading, ranked, judgement.sentences)
  const coverage = coverageEvidence(ground, reading, evidence, ranked, told)
  const [covered] = scoresOf(
    judgement.coverage,
    Float32Array.from(judgement.coverage.inputs, (name) => coverage[name]!),
  )
  return { ...ranked, told, covered: covered! }
}

/** The sentences of the likeliest passages with the probability of each. */
export function toldBy(ground: Ground, reading: Reading, ranked: Ranked, net: Net): RankedSentences {
  const { sentences, values } = sentenceEvidence(ground, reading, ranked)
  const scores = scoresOf(net, values)
  const all = logSumExp(scores)
  return { sentences, odds: scores.map((score) => Math.exp(score - all)) }
}
