import { describe, expect, test } from 'vitest'
import { evidenceSpans, readingOf, sentencesOf } from '../../src/classify/classifiable.ts'
import { signalFinder } from '../../src/classify/features.ts'
import { wordsOf } from '../../src/classify/words.ts'
import { ideas } from '../fixtures/digests.ts'

describe('what is read of an item', () => {
  const long = 'A sentence of the summary. '.repeat(10)

  test.each([
    ['the summary', { summary: long, content: 'x'.repeat(5000) }, long],
    [
      'the content where the summary is short',
      { summary: 'Short.', content: 'The content says more.' },
      'The content says more.',
    ],
    [
      'the summary where the content is shorter',
      { summary: 'Quite short.', content: 'Less.' },
      'Quite short.',
    ],
    ['nothing where there is nothing', {}, ''],
  ])('is its title and %s', (_, parts, body) => {
    expect(readingOf({ id: '1', title: 'Title', ...parts })).toEqual({ title: 'Title', body })
  })

  test('is its beginning, with whole characters', () => {
    const { title, body } = readingOf({
      id: '1',
      title: `a${'😀'.repeat(9000)}`,
      summary: `b${'😀'.repeat(900_000)}`,
    })
    for (const text of [title, body]) {
      expect(text.length).toBeLessThan(5000)
      expect(text.isWellFormed()).toBe(true)
    }
    expect(body.length).toBeGreaterThan(title.length)
  })
})

test.each([
  ['One. Two! Three? Four', ['One.', 'Two!', 'Three?', 'Four']],
  [
    'The U.S. agency paid $1.5 billion to Acme Inc. Today it said why.',
    ['The U.S. agency paid $1.5 billion to Acme Inc. Today it said why.'],
  ],
  ['Llama 3.1 is out. It has 405B.', ['Llama 3.1 is out.', 'It has 405B.']],
  ['“It is free.” She smiled.', ['“It is free.”', 'She smiled.']],
  ['A line\nanother line\n\n', ['A line', 'another line']],
  ['It goes on … and on. then stops', ['It goes on … and on. then stops']],
  ['', []],
  [' \n ', []],
])('the sentences of %j', (text, sentences) => {
  expect(sentencesOf(text)).toEqual(sentences)
})

describe('the spans that can be evidence', () => {
  test('are the title and the sentences, those with letters', () => {
    expect(evidenceSpans({ title: ' Heron is out ', body: 'Both sizes. Free.\n***\n– – –' })).toEqual([
      'Heron is out',
      'Both sizes.',
      'Free.',
    ])
  })

  test('are the topics of a round-up’s title too', () => {
    expect(evidenceSpans({ title: 'Heron is out, GPUs get dear; a court sits', body: '' })).toEqual([
      'Heron is out, GPUs get dear; a court sits',
      'Heron is out',
      'GPUs get dear',
      'a court sits',
    ])
  })
})

test.each([
  ['Llama 3.1’s weights cost $5', ['llama', '0.0', 'weights', 'cost', '$', '0']],
  ['re-licensed GPT-4o', ['re-licensed', 'gpt-0o']],
  ['ＦＵＬＬ width', ['full', 'width']],
  ['😀 …', []],
])('the words of %j', (text, words) => {
  expect(wordsOf(text)).toEqual(words.map((word) => word.replace('’s', '')))
})

describe('signal phrases', () => {
  const find = signalFinder([
    {
      ...ideas[0]!,
      signals: { about: ['open weights'], opens: ['now open'], closes: ['no longer'], mixed: [] },
    },
    { ...ideas[2]!, signals: { about: ['GPU-hours'], opens: [], closes: ['open weights'], mixed: [] } },
  ])

  test('are found whole, in any case, across punctuation, for every idea that has them', () => {
    expect(find('Now: OPEN weights!')).toEqual(
      expect.arrayContaining([
        { idea: 'renewal', sense: 'opens', phrase: 'now open' },
        { idea: 'renewal', sense: 'about', phrase: 'open weights' },
        { idea: 'compute-cost', sense: 'closes', phrase: 'open weights' },
      ]),
    )
    expect(find('gpu hours')).toEqual([{ idea: 'compute-cost', sense: 'about', phrase: 'GPU-hours' }])
  })

  test('are not found in parts of words or apart', () => {
    expect(find('reopen weightsy, open the weights')).toEqual([])
  })
})
