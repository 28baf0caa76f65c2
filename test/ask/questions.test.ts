import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Answer, Passage } from '../../src/model/index.ts'
import { ask, readWiki, site } from './wiki.ts'

type Question = { question: string; page: string; key: string } | { question: string; answerable: false }

/** `page` and `key` give what is accepted, parted by `|`. */
const questions: Question[] = readFileSync(join(import.meta.dirname, 'own-questions.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

let passages: Passage[]
let answers: { question: Question; answer: Answer }[]
beforeAll(async () => {
  const wiki = await readWiki()
  passages = wiki.passages
  answers = []
  for (const question of questions) {
    answers.push({ question, answer: await ask(wiki.asker, question.question) })
  }
})

const share = <T>(all: T[], good: (one: T) => boolean) => all.filter(good).length / all.length

describe('questions the wiki answers', () => {
  const known = () =>
    answers.flatMap(({ question, answer }) => ('page' in question ? [{ ...question, answer }] : []))

  test('get an answer', () => {
    expect(share(known(), ({ answer }) => !answer.answered)).toBeLessThanOrEqual(0.08)
  })

  test('from the right page', () => {
    const right = share(known(), ({ page, answer }) =>
      answer.citations.some((one) => page.split('|').includes(one.page)),
    )
    expect(right).toBeGreaterThanOrEqual(0.9)
  })

  test('that holds the fact asked for', () => {
    const held = share(known(), ({ key, answer }) =>
      key.split('|').some((words) => answer.answer.toLowerCase().includes(words.toLowerCase())),
    )
    expect(held).toBeGreaterThanOrEqual(0.85)
  })
})

describe('questions the wiki does not answer', () => {
  test('are declined, with the nearest concepts', () => {
    const unknown = answers.filter(({ question }) => 'answerable' in question)
    expect(unknown.length).toBeGreaterThan(60)
    expect(share(unknown, ({ answer }) => !answer.answered)).toBeGreaterThanOrEqual(0.85)
    for (const { answer } of unknown.filter((one) => one.answer.kind === 'declined')) {
      expect(answer).toMatchObject({ answered: false, citations: [], items: [] })
      expect(answer.answer).toMatch(/The wiki does not cover this\./)
      expect(answer.concepts).toHaveLength(3)
    }
  })
})

describe('every answer', () => {
  const told = () => answers.map(({ answer }) => answer).filter(({ answered }) => answered)

  test('quotes verbatim', () => {
    for (const { page, section, quote } of told().flatMap(({ citations }) => citations)) {
      const held = passages.some(
        (one) => one.page === page && one.section === section && one.text.includes(quote),
      )
      expect(held, quote).toBe(true)
    }
  })

  test('consists of sentences of the wiki, each with a number that leads to its passage', () => {
    for (const { answer, citations } of told()) {
      const parts = [
        ...answer.replace(/^Answers are in English only\. /, '').matchAll(/(.+?) \[(\d+)\]\s*/gs),
      ]
      expect(parts.map(([whole]) => whole).join('').length).toBe(
        answer.replace(/^Answers are in English only\. /, '').length,
      )
      expect(parts.length).toBeGreaterThan(0)
      for (const [, sentence, number] of parts) {
        const cited = citations[Number(number) - 1]!
        const from = passages.filter(({ page, section }) => page === cited.page && section === cited.section)
        const plain = sentence!.replace(/^- /, '')
        expect(
          from.some(({ sentences }) => sentences.includes(plain)),
          plain,
        ).toBe(true)
      }
    }
  })

  test('is short and says nothing twice', () => {
    for (const { answer } of told()) {
      const sentences = answer.split(/\s\[\d+\]\s*/).filter(Boolean)
      expect(new Set(sentences).size).toBe(sentences.length)
      expect(sentences.length).toBeLessThanOrEqual(9)
    }
  })

  test('links to the wiki only', () => {
    for (const { citations, concepts } of told()) {
      for (const { url } of [...citations, ...concepts]) {
        expect(url).toMatch(new RegExp(`^${site}/wiki/[a-z-]+(#[\\w%-]+)?$`))
      }
    }
  })
})
