import { cosine } from '../lib/meaning/index.ts'
import { holdsValue } from './needs.ts'
import type { Question } from './question.ts'
import type { Fit, Shelf } from './shelf.ts'

const reason = /\b(?:because|since|so that|therefore|reason|as long as|in order)\b/i
const contrast = /\b(?:but|while|whereas|not the same|differ|unlike|yet|instead|rather)\b/i
/** Only points elsewhere. */
export const pointer =
  /^(?:See\b|The page on\b|This page\b|It helps to ask|One thing\.$|The wiki's source does not spell)/

/** Fitted as a softmax over the sentences of the passages found for the questions in `test/ask/*.jsonl`. */
const weights = {
  fit: 5.2,
  top: 0.4,
  cover: 2.8,
  meaning: 0.9,
  titled: 0.5,
  opening: -0.5,
  definition: 1.9,
  why: 0.9,
  contrast: 0.2,
  length: 1.1,
  list: 0.2,
  reading: -1.4,
  watch: -0.3,
  context: 0.3,
  pointer: -1.5,
  asks: -0.3,
  valueless: -1,
}

/** How well each sentence of a passage answers, as log-odds against the others; `top` is the best passage. */
export function rankSentences(question: Question, fit: Fit, top: Fit, shelf: Shelf): number[] {
  const { entry } = fit
  const { passage } = entry
  const asked = shelf.lexicon.meaning(question.words.map(({ word }) => word))
  return entry.sentences.map((sentence, at) => {
    const opening = entry.at === 0 && at === 0 ? 1 : 0
    const parts: Record<keyof typeof weights, number | boolean> = {
      fit: fit.score - top.score,
      top: fit === top,
      cover: shelf.coverage(question.words, [sentence.roots]),
      meaning: Math.max(0, cosine(asked, sentence.meaning)),
      titled: opening * fit.named,
      opening,
      definition: question.asked === 'definition' ? opening * fit.named : 0,
      why: question.asked === 'why' && reason.test(sentence.text),
      contrast: question.asked === 'compare' && contrast.test(sentence.text),
      length: Math.min(1, sentence.text.length / 300),
      list: passage.kind === 'list',
      reading: passage.section === 'Further reading' && question.asked !== 'list',
      watch: passage.section === 'What to watch',
      context: question.context.length > 0 ? shelf.coverage(question.context, [sentence.roots]) : 0,
      pointer: pointer.test(sentence.text),
      asks: sentence.text.endsWith('?'),
      valueless: !holdsValue(question, sentence.text, shelf.lexicon.isName),
    }
    return (Object.keys(weights) as (keyof typeof weights)[]).reduce(
      (sum, name) => sum + weights[name] * Number(parts[name]),
      0,
    )
  })
}
