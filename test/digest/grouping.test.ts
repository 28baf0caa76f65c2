import { describe, expect, test } from 'vitest'
import { Grouping } from '../../src/digest/grouping.ts'
import { shuffled } from './items.ts'

type Pair = [i: number, j: number, worth: number]

/** The groups by their members, after joining what is above `least`. */
function groups(count: number, pairs: Pair[], least: number, forced: [number, number][] = []): number[][] {
  const grouping = new Grouping(count)
  for (const [i, j] of forced) grouping.join(i, j)
  for (const [i, j, worth] of pairs) grouping.add(i, j, worth)
  grouping.joinAbove(least)
  return byHome(Array.from({ length: count }, (_, i) => grouping.homeOf(i)))
}

function byHome(homes: number[]): number[][] {
  return [...new Set(homes)].map((home) => homes.flatMap((one, i) => (one === home ? [i] : [])))
}

/** Average linkage as it is defined: of all pairs of groups, join the two of the highest mean, until none is above. */
function plainly(count: number, pairs: Pair[], least: number): number[][] {
  const worth = new Map(pairs.map(([i, j, value]) => [`${i} ${j}`, value]))
  let all = Array.from({ length: count }, (_, i) => [i])
  for (;;) {
    const best = all
      .flatMap((a, n) => all.slice(n + 1).map((b) => ({ a, b, mean: meanOf(a, b, worth) })))
      .sort((x, y) => y.mean - x.mean)[0]
    if (!best || best.mean <= least) return all.map((group) => group.sort((x, y) => x - y))
    const { a, b } = best
    all = [[...a, ...b], ...all.filter((group) => group !== a && group !== b)].sort(
      (x, y) => Math.min(...x) - Math.min(...y),
    )
  }
}

function meanOf(a: number[], b: number[], worth: Map<string, number>): number {
  const sum = a.flatMap((i) => b.map((j) => worth.get(`${Math.min(i, j)} ${Math.max(i, j)}`) ?? 0))
  return sum.reduce((x, y) => x + y, 0) / sum.length
}

/** Worths of most pairs of `count` things, no two alike, always the same for a seed. */
function somePairs(count: number, seed: number): Pair[] {
  const all = Array.from({ length: count }, (_, i) =>
    Array.from({ length: count - i - 1 }, (_, n): [number, number] => [i, i + 1 + n]),
  ).flat()
  return shuffled(all, seed).flatMap(([i, j], n): Pair[] =>
    n % 3 === 2 ? [] : [[i, j, (n * n + 1) / (all.length * all.length)]],
  )
}

describe('things are one group', () => {
  test('when they are worth more together than the least', () => {
    expect(groups(3, [[0, 1, 0.5]], 0.4)).toEqual([[0, 1], [2]])
    expect(groups(2, [[0, 1, 0.4]], 0.4)).toEqual([[0], [1]])
  })

  test('when the mean of the pairs across is high enough, not when one pair is', () => {
    const chain: Pair[] = [
      [0, 1, 0.9],
      [1, 2, 0.8],
    ]
    // 2 is worth 0.8 to 1 and nothing to 0.
    expect(groups(3, chain, 0.3)).toEqual([[0, 1, 2]])
    expect(groups(3, chain, 0.5)).toEqual([[0, 1], [2]])
  })

  test('when they were put together, whatever they are worth', () => {
    expect(groups(3, [[1, 2, 0.5]], 0.6, [[0, 2]])).toEqual([[0, 2], [1]])
  })

  test('with all members when one was put together with another, whose strangeness counts', () => {
    const pairs: Pair[] = [
      [0, 2, 0.9],
      [1, 2, 0.1],
    ]
    expect(groups(3, pairs, 0.4, [[0, 1]])).toEqual([[0, 1, 2]])
    expect(groups(3, pairs, 0.6, [[0, 1]])).toEqual([[0, 1], [2]])
  })

  test('the strongest first, so that a weaker bond does not come before', () => {
    const pairs: Pair[] = [
      [0, 1, 0.6],
      [1, 2, 0.9],
    ]
    expect(groups(3, pairs, 0.5)).toEqual([[0], [1, 2]])
  })
})

describe('grouping', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('gives what average linkage gives by its definition (%i)', (seed) => {
    const pairs = somePairs(24, seed)
    for (const least of [0.1, 0.25, 0.5]) {
      const found = groups(24, pairs, least)
      expect(found).toEqual(plainly(24, pairs, least))
      expect(found.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i))
    }
  })

  test('makes groups of several and leaves some alone on the pairs it is tried with', () => {
    const sizes = groups(24, somePairs(24, 1), 0.25).map((group) => group.length)
    expect(Math.max(...sizes)).toBeGreaterThan(2)
    expect(sizes.length).toBeGreaterThan(2)
  })

  test('does not depend on the order in which pairs are added', () => {
    // Of eighths many means are the same, and of tenths they would be but for how sums are rounded.
    for (const part of [8, 10]) {
      const pairs = somePairs(20, 3).map(([i, j, worth]): Pair => [i, j, Math.round(worth * part) / part])
      const once = groups(20, pairs, 0.25)
      for (const seed of [1, 2, 3, 4, 5]) expect(groups(20, shuffled(pairs, seed), 0.25)).toEqual(once)
    }
  })

  test('joins the first of two bonds that are worth the same', () => {
    const pairs: Pair[] = [
      [1, 2, 0.5],
      [0, 1, 0.5],
    ]
    expect(groups(3, pairs, 0.3)).toEqual([[0, 1], [2]])
    expect(groups(3, pairs.toReversed(), 0.3)).toEqual([[0, 1], [2]])
  })

  test('is the same whether things are put together before or after pairs are added', () => {
    const pairs = somePairs(20, 5)
    const forced: [number, number][] = [
      [3, 11],
      [11, 17],
      [2, 5],
    ]
    const after = new Grouping(20)
    for (const [i, j, worth] of pairs) after.add(i, j, worth)
    for (const [i, j] of forced) after.join(i, j)
    after.joinAbove(0.25)
    expect(byHome(Array.from({ length: 20 }, (_, i) => after.homeOf(i)))).toEqual(
      groups(20, pairs, 0.25, forced),
    )
  })

  test('names a group by its first member', () => {
    const grouping = new Grouping(4)
    grouping.join(3, 2)
    grouping.join(3, 1)
    expect([0, 1, 2, 3].map((i) => grouping.homeOf(i))).toEqual([0, 1, 1, 1])
  })
})
