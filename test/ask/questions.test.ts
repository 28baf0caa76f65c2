import { beforeAll, describe, expect, test } from 'vitest'
import { createAsker } from '../../src/ask/index.ts'
import type { Answer, Passage } from '../../src/model/index.ts'
import { ideasOf } from '../../src/wiki/index.ts'
import { type FiledQuestion, readFiled } from './asked.ts'
import { ask, site } from './wiki.ts'

/** Every so manieth question is asked; `test/ask/derive-weights.ts --measure` asks them all. */
const every = 4

/** Questions with the answers of one that knows the other files' questions and not those of theirs. */
let answers: { question: FiledQuestion; answer: Answer }[]
let passages: Passage[]
beforeAll(async () => {
  const wiki = await readFiled()
  passages = wiki.passages
  answers = []
  for (const file of new Set(wiki.questions.map((one) => one.file))) {
    const asked = wiki.questions.filter((one) => one.file !== file)
    const asker = createAsker({ passages, pages: wiki.pages, ideas: ideasOf(wiki.pages), asked, site })
    for (const question of wiki.questions.filter((one, i) => one.file === file && i % every === 0)) {
      answers.push({ question, answer: await ask(asker, question.question) })
    }
  }
}, 120_000)

const share = <T>(all: T[], good: (one: T) => boolean) => all.filter(good).length / all.length

/** Least shares, somewhat below what was measured. */
describe('questions the wiki answers, in words that nobody used before', () => {
  const known = () => answers.filter(({ question }) => question.page !== null)

  test('get an answer', () => {
    expect(known().length).toBeGreaterThan(300)
    expect(share(known(), ({ answer }) => !answer.answered)).toBeLessThanOrEqual(0.12)
  })

  test('from a page that holds it', () => {
    const right = share(known(), ({ question: { page, key }, answer }) => {
      const holding = passages.filter(({ text }) => key.some((words) => text.includes(words)))
      return answer.citations.some((one) => one.page === page || holding.some((own) => own.page === one.page))
    })
    expect(right).toBeGreaterThanOrEqual(0.8)
  })

  test('that holds the fact asked for', () => {
    const held = share(known(), ({ question: { key }, answer }) =>
      key.some((words) => answer.answer.toLowerCase().includes(words.toLowerCase())),
    )
    expect(held).toBeGreaterThanOrEqual(0.7)
  })
})

describe('questions the wiki does not answer', () => {
  test('are declined, with the nearest concepts', () => {
    const unknown = answers.filter(({ question }) => question.page === null)
    expect(unknown.length).toBeGreaterThan(150)
    expect(share(unknown, ({ answer }) => !answer.answered)).toBeGreaterThanOrEqual(0.82)
    for (const { answer } of unknown.filter((one) => one.answer.kind === 'declined')) {
      expect(answer).toMatchObject({ answered: false, citations: [], items: [] })
      expect(answer.answer).toMatch(/^The wiki does not cover this\.|this question was not understood\./)
      expect(answer.concepts.length).toBeLessThanOrEqual(3)
    }
  })
})

describe('every answer', () => {
  const told = () => answers.map(({ answer }) => answer).filter(({ answered }) => answered)
  const ours = ({ answer }: Answer) =>
    answer.replace(/^Answers are in English only\.\s+/, '').replaceAll(' …', '')

  test('quotes verbatim', () => {
    for (const { page, section, quote } of told().flatMap(({ citations }) => citations)) {
      const held = passages.some(
        (one) => one.page === page && one.section === section && one.text.includes(quote),
      )
      expect(held, quote).toBe(true)
    }
  })

  test('consists of sentences of the wiki, each with a number that leads to its passage', () => {
    for (const answer of told()) {
      const parts = [...ours(answer).matchAll(/(.+?) \[(\d+)\]\s*/gs)]
      expect(parts.map(([whole]) => whole).join('')).toBe(ours(answer))
      expect(parts.length).toBeGreaterThan(0)
      for (const [, sentence, number] of parts) {
        const cited = answer.citations[Number(number) - 1]!
        const from = passages.filter(({ page, section }) => page === cited.page && section === cited.section)
        const plain = sentence!.replace(/^- /, '')
        expect(
          from.some(({ sentences }) => sentences.includes(plain)),
          plain,
        ).toBe(true)
      }
    }
  })

  test('is short, from three passages at most, and says nothing twice', () => {
    for (const answer of told()) {
      const sentences = ours(answer)
        .split(/\s\[\d+\]\s*/)
        .filter(Boolean)
      expect(new Set(sentences).size).toBe(sentences.length)
      expect(sentences.length).toBeLessThanOrEqual(answer.answer.includes('\n- ') ? 9 : 5)
      expect(answer.citations.length).toBeLessThanOrEqual(3)
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
