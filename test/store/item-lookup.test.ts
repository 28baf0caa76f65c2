import { describe, expect, test } from 'vitest'
import type { Direction } from '../../src/model/index.ts'
import { onEachDatabase } from './databases.ts'
import { feedState, label, newItem, now } from './samples.ts'

onEachDatabase((db) => {
  const items = () => db.store.items
  const absorb = (all: ReturnType<typeof newItem>[]) => items().absorb(all, feedState(), now)
  const ids = (all: { id: string }[]) => all.map((item) => item.id)
  const expected = (...numbers: number[]) => numbers.map((n) => newItem(n).id)
  const give = (labels: Record<number, [idea: string, direction: Direction][]>) =>
    items().label(
      Object.entries(labels).map(([n, given]) => ({
        item: newItem(Number(n)).id,
        labels: given.map(([idea, direction]) => label({ idea, direction })),
      })),
      'model:one',
    )

  /** What only texts can hold. */
  const held = (letters: string) => ({ letters, feeds: [] })

  describe('what bears on an idea', () => {
    test('comes newest first, by idea, direction and age', async () => {
      await absorb([1, 2, 3, 4].map((n) => newItem(n, { publishedAt: now - n * 10 })))
      await give({
        1: [['renewal', 'closes']],
        2: [
          ['renewal', 'opens'],
          ['compute-cost', 'closes'],
        ],
        3: [['renewal', 'opens']],
      })
      const found = async (idea: string | null, direction: Direction | null, since = 0) => {
        const all = ids(await items().bearing({ idea, direction, since, limit: 9 }))
        expect(await items().countBearing({ idea, direction, since })).toBe(all.length)
        return all
      }
      expect(await found(null, null)).toEqual(expected(1, 2, 3))
      expect(await found('renewal', 'opens')).toEqual(expected(2, 3))
      expect(await found('compute-cost', null)).toEqual(expected(2))
      expect(await found('compute-cost', 'opens')).toEqual([])
      expect(await found(null, 'closes')).toEqual(expected(1, 2))
      expect(await found(null, 'closes', now - 10)).toEqual(expected(1))
      expect(await found(null, 'closes', now - 9)).toEqual([])
      expect(await found('economic-function', null)).toEqual([])
    })

    test('goes by its own date, else by when it was first seen', async () => {
      await absorb([
        newItem(1, { publishedAt: now - 50, firstSeenAt: now }),
        newItem(2, { publishedAt: null, firstSeenAt: now - 20 }),
        newItem(3, { publishedAt: now - 20 }),
      ])
      await give({ 1: [['renewal', 'opens']], 2: [['renewal', 'opens']], 3: [['renewal', 'opens']] })
      const earlier = async (until: number) =>
        ids(await items().bearing({ idea: null, direction: null, since: 0, until, limit: 9 }))
      expect(await earlier(now - 19)).toEqual(expected(2, 3, 1))
      expect(await earlier(now - 20)).toEqual(expected(1))
      const wish = { idea: 'renewal', direction: null, since: now - 50 }
      expect(ids(await items().bearing({ ...wish, limit: 9 }))).toEqual(expected(2, 3, 1))
      expect(await items().countBearing({ ...wish, since: now - 49 })).toBe(2)
    })

    test('holds what it is to say, in any of its texts; the limit is of what is looked through', async () => {
      await absorb([
        newItem(1, { title: 'HARBOUR Lab moves', publishedAt: now - 1 }),
        newItem(2, { title: 'Rents', summary: 'In the harbour, and 100% sure.', publishedAt: now - 2 }),
        newItem(3, { title: 'Rents', content: 'The harbour of Skerry.', publishedAt: now - 3 }),
        newItem(4, { title: 'Rents', publishedAt: now - 4 }),
      ])
      await give(
        Object.fromEntries(
          [1, 2, 3, 4].map((n) => [n, [['renewal', 'opens']] satisfies [string, Direction][]]),
        ),
      )
      const found = async (limit: number, ...said: string[]) =>
        ids(await items().bearing({ idea: null, direction: null, since: 0, limit, saying: said.map(held) }))
      expect(await found(9, 'harb')).toEqual(expected(1, 2, 3))
      expect(await found(2, 'harb')).toEqual(expected(1, 2))
      expect(await found(9, 'harb', 'sker')).toEqual(expected(3))
      expect(await found(9, '100% s')).toEqual(expected(2))
      expect(await found(9, 'h%b')).toEqual([])
      expect(await found(9)).toEqual(expected(1, 2, 3, 4))
    })

    test('holds so many of some words in title and summary, whatever stands in the rest', async () => {
      await absorb([
        newItem(1, { title: 'Harbour Lab', summary: 'It MOVES.', content: 'Slowly.', publishedAt: now - 1 }),
        newItem(2, {
          title: 'The harbour',
          summary: 'And 5% more.',
          content: 'It moves slowly.',
          publishedAt: now - 2,
        }),
        newItem(3, {
          title: 'Rents',
          summary: 'Slowly.',
          content: 'The harbour moves.',
          publishedAt: now - 3,
        }),
      ])
      await give({ 1: [['renewal', 'opens']], 2: [['renewal', 'opens']], 3: [['renewal', 'opens']] })
      const wish = { idea: null, direction: null, since: 0, limit: 9 }
      const found = async (least: number, ...letters: string[]) =>
        ids(
          await items().bearing({
            ...wish,
            saying: [held('harb')],
            holding: { some: letters.map(held), least },
          }),
        )
      expect(await found(1, 'harb', 'move', 'slow')).toEqual(expected(1, 2, 3))
      expect(await found(2, 'harb', 'move', 'slow')).toEqual(expected(1))
      expect(await found(2, 'harb', 'move')).toEqual(expected(1))
      expect(await found(3, 'harb', 'move', 'slow')).toEqual([])
      expect(await found(1, '5% m')).toEqual(expected(2))
      expect(await found(0, 'harb')).toEqual(expected(1, 2, 3))
      expect(await found(2, 'harb')).toEqual([])
      expect(await found(0)).toEqual(expected(1, 2, 3))
      expect(await found(1)).toEqual([])
      const slow = { some: [held('slow')], least: 1 }
      expect(ids(await items().bearing({ ...wish, saying: [held('move')], holding: slow }))).toEqual(
        expected(3),
      )
    })

    test('holds what its feed stands for', async () => {
      await absorb([
        newItem(1, { feed: 'harbour', title: 'Rents', publishedAt: now - 1 }),
        newItem(2, { feed: 'press', title: 'Harbour rents', publishedAt: now - 2 }),
        newItem(3, { feed: 'skerry', title: 'Rents', publishedAt: now - 3 }),
        newItem(4, { feed: 'press', title: 'Rents', publishedAt: now - 4 }),
      ])
      await give(
        Object.fromEntries(
          [1, 2, 3, 4].map((n) => [n, [['renewal', 'opens']] satisfies [string, Direction][]]),
        ),
      )
      const wish = { idea: null, direction: null, since: 0, limit: 9 }
      const harbour = { letters: 'harb', feeds: ['harbour', 'skerry'] }
      const rents = held('rent')
      expect(ids(await items().bearing({ ...wish, saying: [harbour] }))).toEqual(expected(1, 2, 3))
      expect(ids(await items().bearing({ ...wish, saying: [harbour, rents] }))).toEqual(expected(1, 2, 3))
      expect(ids(await items().bearing({ ...wish, saying: [held('harb')] }))).toEqual(expected(2))
      const both = { some: [harbour, rents], least: 2 }
      expect(ids(await items().bearing({ ...wish, saying: [rents], holding: both }))).toEqual(
        expected(1, 2, 3),
      )
    })

    test('comes page by page, each item once, with all its labels', async () => {
      const numbers = Array.from({ length: 7 }, (_, n) => n)
      await absorb(numbers.map((n) => newItem(n, { publishedAt: now - Math.floor(n / 3) })))
      await give(
        Object.fromEntries(
          numbers.map((n) => [
            n,
            [
              ['renewal', 'opens'],
              ['compute-cost', 'opens'],
            ] satisfies [string, Direction][],
          ]),
        ),
      )
      const wish = { idea: null, direction: 'opens' as const, since: 0 }
      const page = (limit: number, offset?: number) => items().bearing({ ...wish, limit, offset })
      expect(ids(await page(3))).toEqual(expected(0, 1, 2))
      expect(ids(await page(3, 0))).toEqual(expected(0, 1, 2))
      expect(ids(await page(3, 3))).toEqual(expected(3, 4, 5))
      expect(ids(await page(3, 6))).toEqual(expected(6))
      expect(await page(3, 9)).toEqual([])
      expect(await items().countBearing(wish)).toBe(7)
      expect((await page(1, 4))[0]!.labels.map(({ idea }) => idea).sort()).toEqual([
        'compute-cost',
        'renewal',
      ])
    })
  })

  describe('by words of their titles', () => {
    const titles = [
      'Llama 4: Weights are OUT',
      'The weights of a llama',
      '100% of 4_2 weights \\o/',
      'École normale ÜBER all',
      "It's a Llama's world",
    ]
    const found = async (words: string, limit = 9) =>
      (await items().titled(words, limit)).map((item) => titles.indexOf(item.title))
    const store = () =>
      absorb(titles.map((title, n) => newItem(n, { title, publishedAt: now - n, summary: 'Mistral' })))

    test('items are found by all of them, in any order and case, newest first', async () => {
      await store()
      expect(await found('llama')).toEqual([0, 1, 4])
      expect(await found('LLAMA weights')).toEqual([0, 1])
      expect(await found('  weights   Llama ')).toEqual([0, 1])
      expect(await found('weigh lam')).toEqual([0, 1])
      expect(await found('out')).toEqual([0])
      expect(await found('llama mistral')).toEqual([])
    })

    test('the signs that SQL reads as patterns stand for themselves', async () => {
      await store()
      expect(await found('%')).toEqual([2])
      expect(await found('100% 4_2')).toEqual([2])
      expect(await found('_')).toEqual([2])
      expect(await found('\\')).toEqual([2])
      expect(await found('\\%')).toEqual([])
      expect(await found('l_ama')).toEqual([])
      expect(await found("'s")).toEqual([4])
      expect(await found("'; drop table item; --")).toEqual([])
    })

    test('capitals of other languages are found at least as they are written', async () => {
      await store()
      expect(await found('École')).toEqual([3])
      expect(await found('ÉCOLE Über')).toEqual([3])
      expect(await found('ÜBER')).toEqual([3])
    })

    test('no words find all, and never more than asked for', async () => {
      await store()
      expect(await found('')).toEqual([0, 1, 2, 3, 4])
      expect(await found('  ', 2)).toEqual([0, 1])
      expect(await found('weights', 1)).toEqual([0])
    })

    test('what follows the eighth word does not count', async () => {
      await absorb([newItem(1, { title: 'a b c d e f g h' })])
      expect(ids(await items().titled('a b c d e f g h nonsense', 9))).toEqual(expected(1))
      expect(await items().titled('a b c d e f g nonsense', 9)).toEqual([])
    })

    test('items come with their labels', async () => {
      await store()
      await give({ 3: [['renewal', 'closes']] })
      expect((await items().titled('normale', 9))[0]!.labels).toEqual([label({ direction: 'closes' })])
    })
  })

  test('by their canonical URL come all that carry it, newest first', async () => {
    const canonicalUrl = 'https://lab.example/shared'
    await absorb([
      newItem(1, { canonicalUrl, publishedAt: now - 5 }),
      newItem(2, { feed: 'press', canonicalUrl, publishedAt: null, firstSeenAt: now }),
      newItem(3),
      newItem(4, { canonicalUrl: null }),
    ])
    await give({ 1: [['renewal', 'opens']] })
    const found = await items().withUrl(canonicalUrl, 9)
    expect(found.map(({ id, labels }) => [id, labels.length])).toEqual([
      [newItem(2).id, 0],
      [newItem(1).id, 1],
    ])
    expect(ids(await items().withUrl(canonicalUrl, 1))).toEqual(expected(2))
    expect(await items().withUrl('https://lab.example/', 9)).toEqual([])
  })

  test('by the beginning of an id come those it fits, and one alone when the id is whole', async () => {
    await absorb([
      newItem(1),
      newItem(2, { id: 'a%_1' }),
      newItem(3, { id: 'a%_12' }),
      newItem(4, { id: 'ab' }),
    ])
    const starting = async (prefix: string, limit = 10) => ids(await items().startingWith(prefix, limit))
    expect(await starting('a')).toEqual(['a%_1', 'a%_12', 'ab'])
    expect(await starting('a', 2)).toHaveLength(2)
    expect(await starting('a%')).toEqual(['a%_1', 'a%_12'])
    expect(await starting('a%_1')).toEqual(['a%_1'])
    expect(await starting('item0')).toEqual([newItem(1).id])
    expect(await starting('tem0')).toEqual([])
  })
})
