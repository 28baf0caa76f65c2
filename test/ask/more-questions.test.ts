import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ask, readWiki } from './wiki.ts'

type Question = { question: string; page: string; key: string } | { question: string; answerable: false }

/**
 * Least shares, somewhat below what was measured. `more` is paraphrase, slang and rambling, written before anything was
 * tuned on it. `later` was written in two halves during the tuning; each was looked at after its first run and led to repairs,
 * so neither is untouched: on their first runs 75 % and 65 % of their unanswerable questions were declined.
 */
test.each([
  { file: 'more-questions', declined: 0.14, page: 0.75, key: 0.62, refused: 0.88 },
  { file: 'later-questions', declined: 0.08, page: 0.74, key: 0.72, refused: 0.82 },
])('questions far from the wording of the pages: $file', async ({ file, declined, page, key, refused }) => {
  const { asker } = await readWiki()
  const questions: Question[] = readFileSync(join(import.meta.dirname, `${file}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const sums = { known: 0, declined: 0, page: 0, key: 0, unknown: 0, refused: 0 }
  for (const question of questions) {
    const { answered, answer, citations } = await ask(asker, question.question)
    if (!('page' in question)) {
      sums.unknown += 1
      sums.refused += Number(!answered)
      continue
    }
    const told = answer.toLowerCase()
    sums.known += 1
    sums.declined += Number(!answered)
    sums.page += Number(citations.some((one) => question.page.split('|').includes(one.page)))
    sums.key += Number(
      answered && question.key.split('|').some((words) => told.includes(words.toLowerCase())),
    )
  }
  expect(sums.declined / sums.known).toBeLessThanOrEqual(declined)
  expect(sums.page / sums.known).toBeGreaterThanOrEqual(page)
  expect(sums.key / sums.known).toBeGreaterThanOrEqual(key)
  expect(sums.refused / sums.unknown).toBeGreaterThanOrEqual(refused)
})
