import { expect, test } from 'vitest'
import { compileFilter, isWanted } from '../../src/ingest/index.ts'

const item = (title: string, summary = '') => ({ title, summary })
const wanted = (rules: { keep?: string[]; block?: string[] }, title: string, summary = '') =>
  isWanted({ keep: [], block: [], ...rules }, item(title, summary))

test('wants everything without rules', () => {
  expect(wanted({}, 'Anything')).toBe(true)
  expect(wanted({}, '')).toBe(true)
})

test.each([
  ['AI', 'An AI law', true],
  ['AI', 'ai law', true],
  ['AI', 'Rain in Spain', false],
  ['AI', 'AIs and OpenAI', false],
  ['AI', '(AI)', true],
  ['AI', 'AI_act', false],
  ['open source', 'Open   Source wins', true],
  ['open source', 'open-source', false],
  ['C++', 'New C++ standard', true],
  ['C++', 'C+ grade', false],
  ['Größe', 'Die GRÖSSE', false],
  ['Größe', 'Die größe', true],
  ['über', 'überall', false],
  ['GPT-5', 'GPT-5 is here', true],
  ['GPT-5', 'GPT-51', false],
  ['/gpt-?\\d/', 'GPT4 is here', true],
  ['/^sponsored/', 'Sponsored: buy', true],
  ['/^sponsored/', 'Not sponsored', false],
  ['/a.c/s', 'a\nc', true],
  ['/x/gy', 'axa', true],
])('the rule %s on "%s": %s', (rule, title, occurs) => {
  expect(wanted({ keep: [rule] }, title)).toBe(occurs)
  expect(wanted({ block: [rule] }, title)).toBe(!occurs)
})

test('looks at the summary, too', () => {
  expect(wanted({ keep: ['licence'] }, 'News', 'A new licence')).toBe(true)
})

test('needs one of keep and none of block', () => {
  const rules = { keep: ['model', 'licence'], block: ['webinar'] }
  expect(wanted(rules, 'A model')).toBe(true)
  expect(wanted(rules, 'A webinar on a model')).toBe(false)
  expect(wanted(rules, 'A dog')).toBe(false)
})

test('judges each item on its own, whatever flags a pattern has', () => {
  const rules = { keep: ['/model/g'], block: [] }
  expect([1, 2, 3].map(() => isWanted(rules, item('A model')))).toEqual([true, true, true])
})

test.each([
  ['/(/', 'Unterminated group'],
  ['/a/q', 'flag'],
  ['/(a+)+$/', 'for ever'],
  ['/(\\w*\\s?)*x/', 'for ever'],
  ['', 'empty'],
])('says what is wrong with the rule %j', (rule, said) => {
  const filter = compileFilter(['fine', rule])
  expect(filter.kind).toBe('failed')
  expect(filter.kind === 'failed' && filter.message.toLowerCase()).toContain(said.toLowerCase())
})

test('takes a list that can not be used for absent', () => {
  expect(wanted({ keep: ['/(/'] }, 'Anything')).toBe(true)
  expect(wanted({ block: ['/(/'] }, 'Anything')).toBe(true)
})

test('looks at the beginning of a text only', () => {
  expect(wanted({ keep: ['needle'] }, 'x', `${'hay '.repeat(2_000)} needle`)).toBe(false)
})

test('compiles a filter that can be asked again', () => {
  const filter = compileFilter(['one', '/t.o/'])
  expect(
    filter.kind === 'filter' && ['one', 'two', 'three'].map((title) => filter.matches(item(title))),
  ).toEqual([true, true, false])
})
