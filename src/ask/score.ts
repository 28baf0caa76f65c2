/** What speaks for a passage as the answer to a question; each between 0 and 1. */
export interface Parts {
  /** Weighted share of the question's words in the passage, its heading or its page's names. */
  cover: number
  /** In the passage alone. */
  own: number
  /** In its best sentence. */
  sentence: number
  /** Likeness of meaning: of the passage as it is; of the passage, its nearest sentence and its page, each less what all have in common. */
  meaning: number
  leaning: number
  nearest: number
  pageLeaning: number
  calledLeaning: number
  /** Share of the question's words on the page, and in its names. */
  page: number
  called: number
  /** How much of a name of the page the question says. */
  named: number
  /** Share of the words around the question. */
  context: number
  first: number
  opening: number
  /** Share of the heading that the question says. */
  section: number
  why: number
  reading: number
  filing: number
  sideline: number
}

const weights: Parts = {
  cover: 0.9,
  own: 0,
  sentence: 0.15,
  meaning: 0.45,
  leaning: 0,
  nearest: 0,
  page: 0.6,
  pageLeaning: 0,
  called: 0,
  calledLeaning: 0,
  named: 0.57,
  context: 0.28,
  first: 0.03,
  opening: 0.5,
  section: 0.47,
  why: 0.15,
  reading: 0.8,
  filing: 0.45,
  sideline: -0.15,
}

const names = Object.keys(weights) as (keyof Parts)[]

/** The weighted sum of the parts. */
export function scoreOf(parts: Parts): number {
  return names.reduce((sum, name) => sum + weights[name] * parts[name], 0)
}
