import { describe, expect, test } from 'vitest'
import { groupStories } from '../../src/digest/index.ts'
import { day, type LabelledItem } from '../../src/model/index.ts'
import { at, item, shuffled, until } from './items.ts'

/** The ids of each story. */
const grouped = (items: LabelledItem[]) => groupStories(items).map((cluster) => cluster.map((one) => one.id))
/** Whether two titles are taken for one event. */
const same = (one: string, other: string) => groupStories([item('a', one), item('b', other)]).length === 1

describe('items are one story', () => {
  test('when they lead to the same page, whatever their titles and dates', () => {
    const page = at('https://harbour-lab.example/weights')
    const items = [
      item('a', 'Heron 2 is out', {}, { ...page, publishedAt: until - 30 * day }),
      item('b', 'Harbour Lab gives its model away', {}, page),
      item('c', 'Something else altogether', {}, at('https://harbour-lab.example/other')),
    ]
    expect(grouped(items)).toEqual([['a', 'b'], ['c']])
  })

  test.each([
    ['Harbour Lab releases Heron weights', 'Harbour Lab Releases HERON Weights!'],
    ['Harbour Lab releases Heron weights', 'Harbour Lab releases the Heron weights | Ledgerline'],
    ['Harbour Lab releases Heron weights', 'Harbour Lab releases Heron weights - Tideline'],
    ['Harbour Lab releases Heron weights', 'Harbour Lab releases Heron weight'],
    ['Harbour Lab opens Heron 2 weights to all', 'Harbour Lab opens Heron 2 weights to everybody at all'],
    ['Ministry funds shared compute for universities', 'Ministry funds shared compute for the universities'],
    ['Ｍinistry funds shared compute again', 'Ministry funds shared compute again'],
  ])('when their titles are near-equal: %s / %s', (one, other) => {
    expect(same(one, other)).toBe(true)
  })

  test('when a third joins them by its page or by its title', () => {
    const items = [
      item('a', 'Harbour Lab releases Heron weights', {}, at('https://a.example/1')),
      item('b', 'Harbour Lab releases Heron weights today', {}, at('https://b.example/1')),
      item('c', 'A model for everybody', {}, at('https://b.example/1')),
    ]
    expect(grouped(items)).toEqual([['a', 'b', 'c']])
  })
})

describe('items are two stories', () => {
  test.each([
    ['Meta releases Llama 3.1 weights', 'Meta releases Llama 3.2 weights'],
    ['Meta releases Llama 3 weights on its hub', 'Meta releases Llama 3.2 weights on its hub'],
    [
      'Harbour Lab raises 100 million dollars from the state',
      'Harbour Lab raises 200 million dollars from the state',
    ],
    ['Harbour Lab cuts prices of Heron by half', 'Harbour Lab cuts prices of Heron by half in 2027'],
    ['Harbour Lab releases GPT-oss weights v2', 'Harbour Lab releases GPT-oss weights v3'],
    ['Harbour Lab puts out base weights - 7B', 'Harbour Lab puts out base weights - 72B'],
  ])('when a number differs: %s / %s', (one, other) => {
    expect(same(one, other)).toBe(false)
  })

  test.each(['Weekly notes', 'Release notes published', 'The state of it'])(
    'when their titles say too little: %s',
    (title) => {
      expect(same(title, title)).toBe(false)
    },
  )

  test.each([
    ['Harbour Lab releases Heron weights', 'Ardmoor Systems withdraws Petrel weights'],
    ['Ministry funds shared compute for universities', 'Ministry funds shared compute for start-ups abroad'],
  ])('when their words differ: %s / %s', (one, other) => {
    expect(same(one, other)).toBe(false)
  })

  test('when more than a week lies between them', () => {
    const title = 'Ministry funds shared compute for universities'
    const apart = (ms: number) =>
      groupStories([
        item('a', title, {}, { publishedAt: until - ms }),
        item('b', title, {}, { publishedAt: until }),
      ]).length
    expect(apart(7 * day)).toBe(1)
    expect(apart(7 * day + 1)).toBe(2)
  })

  test('when they have no page and other words', () => {
    expect(grouped([item('a', ''), item('b', '')])).toEqual([['a'], ['b']])
  })
})

describe('grouping', () => {
  const words = 'harbour lab heron weights model price compute state court open ministry hub'.split(' ')
  const many = Array.from({ length: 60 }, (_, i) => {
    const title = Array.from(
      { length: 4 + (i % 3) },
      (_, n) => words[(i * 7 + n * (1 + (i % 4))) % words.length],
    ).join(' ')
    return item(`i${String(i).padStart(2, '0')}`, title, {}, { publishedAt: until - (i % 9) * day })
  })

  test('does not depend on the order of the items', () => {
    const expected = grouped(many)
    for (const seed of [1, 2, 3, 4, 5]) expect(grouped(shuffled(many, seed))).toEqual(expected)
  })

  test('keeps every item once', () => {
    expect(grouped(many).flat().sort()).toEqual(many.map((one) => one.id))
  })

  test('overlooks no pair that is one story by itself', () => {
    const place = new Map(
      groupStories(many).flatMap((cluster) => cluster.map((one, n) => [one.id, n] as const)),
    )
    let pairs = 0
    for (const one of many) {
      for (const other of many) {
        const pair = groupStories([one, other])
        if (one === other || pair.length === 2) continue
        pairs += 1
        // The later of the two has joined a story; it never begins one.
        expect(place.get(pair[0]![1]!.id)).toBeGreaterThan(0)
      }
    }
    expect(pairs).toBeGreaterThan(20)
  })

  test('compares an item with few others, though all titles share words', () => {
    /** How often a date is looked at: a few times to sort, and once for each story an item is compared with. */
    const lookups = (n: number) => {
      let looks = 0
      const items = Array.from({ length: n }, (_, i) => {
        const name = [...String(i)].map((digit) => 'abcdefghij'[Number(digit)]).join('')
        const one = item(`i${i}`, `New open AI model by ${name}lab in ${name}town says press`)
        return Object.defineProperty(one, 'publishedAt', {
          get: () => {
            looks += 1
            return until - i
          },
        })
      })
      expect(groupStories(items)).toHaveLength(n)
      return looks
    }
    expect(lookups(5000) / lookups(500)).toBeLessThan(20)
  })
})
