import { describe, expect, test } from 'vitest'
import type { GivenLabel, Item } from '../../src/model/index.ts'
import { examplesSince, parseExamples, publicExampleFrom, teaches } from '../../src/wiki/index.ts'

const ideas = [{ id: 'renewal' }, { id: 'compute-cost' }]
const labels: GivenLabel[] = [
  { idea: 'renewal', direction: 'opens', evidence: 'weights' },
  { idea: 'compute-cost', direction: 'mixed', evidence: 'weights' },
]

function item(changes: Partial<Item> = {}): Item {
  return {
    id: '3f9a',
    feed: 'lab',
    title: 'The weights are out',
    summary: 'Both sizes can be downloaded.',
    content: 'The whole story.',
    url: 'https://lab.example/out',
    canonicalUrl: 'https://lab.example/out',
    kind: 'lab',
    language: 'en',
    publishedAt: Date.UTC(2026, 2, 9, 23, 30),
    firstSeenAt: Date.UTC(2026, 2, 10),
    baseline: false,
    ...changes,
  }
}

describe('a judged item as an example to train on', () => {
  test('has all of its text, its kind, its day and its labels', () => {
    expect(examplesSince([], [{ item: item(), labels }], ideas)).toEqual([
      {
        id: 'item-3f9a',
        kind: 'lab',
        title: 'The weights are out',
        summary: 'Both sizes can be downloaded.',
        content: 'The whole story.',
        publishedAt: '2026-03-09',
        labels: { renewal: 'opens', 'compute-cost': 'mixed' },
      },
    ])
  })

  test('is left out when the label files hold it already', () => {
    const judged = [
      { item: item(), labels },
      { item: item({ id: '77' }), labels: [] },
    ]
    const files = [{ id: 'item-3f9a', title: 'Its line in a file', labels: {} }]
    expect(examplesSince(files, judged, ideas).map((one) => [one.id, one.labels])).toEqual([['item-77', {}]])
  })

  test.each([
    [
      'teaches nothing when it is of an idea that the wiki no longer has',
      { item: item(), labels },
      [{ id: 'renewal' }],
      false,
    ],
    [
      'teaches nothing in a language that cannot be read',
      { item: item({ language: 'unsupported' }), labels },
      ideas,
      false,
    ],
    ['teaches, bearing on no idea', { item: item(), labels: [] }, [], true],
    ['teaches when the wiki has its ideas', { item: item(), labels }, ideas, true],
  ])('%s', (_, judged, known, expected) => {
    expect(teaches(judged, known)).toBe(expected)
    expect(examplesSince([], [judged], known)).toHaveLength(expected ? 1 : 0)
  })
})

describe('a judged item for a file that others can read', () => {
  const long = `${'The quick brown fox jumps over the lazy dog. '.repeat(20)}End.`

  test('is its title alone where the feed lets us keep only that', () => {
    expect(publicExampleFrom(item(), labels, 'link')).toEqual({
      id: 'item-3f9a',
      kind: 'lab',
      title: 'The weights are out',
      publishedAt: '2026-03-09',
      labels: { renewal: 'opens', 'compute-cost': 'mixed' },
    })
  })

  test('has the whole summary, and never the content, where the feed allows it', () => {
    const example = publicExampleFrom(item({ summary: long }), labels, 'full')
    expect(example.summary).toBe(long)
    expect(example).not.toHaveProperty('content')
  })

  test.each([
    ['of words', long],
    ['without a blank', 'x'.repeat(900)],
    ['of emoji', '🦉'.repeat(400)],
    ['that ends a word just there', `${'a'.repeat(299)} b`],
    ['a word too long', `${'word '.repeat(59)}${'y'.repeat(9)}`],
  ])('has at most 300 characters of a text %s where the feed allows an excerpt', (_, summary) => {
    const { summary: cut = '' } = publicExampleFrom(item({ summary }), [], 'excerpt')
    expect(cut.length).toBeLessThanOrEqual(300)
    expect(cut.length).toBeGreaterThan(250)
    expect(cut.isWellFormed()).toBe(true)
    expect(cut.endsWith('…')).toBe(true)
    expect(summary.startsWith(cut.slice(0, -1))).toBe(true)
  })

  test('keeps a short summary whole', () => {
    expect(publicExampleFrom(item({ summary: 'y'.repeat(300) }), [], 'excerpt').summary).toBe('y'.repeat(300))
  })

  test('has no date where the item has none, and is a line that the label files accept', () => {
    const example = publicExampleFrom(item({ publishedAt: null }), [], 'excerpt')
    expect(example).not.toHaveProperty('publishedAt')
    expect(parseExamples(JSON.stringify(example), 'a.jsonl', ideas)).toEqual({
      examples: [example],
      problems: [],
    })
  })
})
