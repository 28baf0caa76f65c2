import { describe, expect, test } from 'vitest'
import { storyCount } from '../../src/model/index.ts'
import { composeWeeks, loadWeek, weekNumbers } from '../fixtures/weeks.ts'
import {
  groupingFigures,
  joinedPairs,
  newsLeftOut,
  pairFigures,
  readStoryPairs,
  repeatedStories,
  roundUpFigures,
  updatesOfNothing,
} from './figures.ts'

/** Grouping and memory were fitted on the first six weeks; the last six are new to them. */
describe('of the items of a week, grouping finds those of one event', () => {
  test('in weeks 1 to 6 with an F1 of 0.90 at least', () => {
    expect(groupingFigures([1, 2, 3, 4, 5, 6]).f1).toBeGreaterThanOrEqual(0.9)
  })

  test('in weeks 7 to 12 with an F1 of 0.88 at least', () => {
    expect(groupingFigures([7, 8, 9, 10, 11, 12]).f1).toBeGreaterThanOrEqual(0.88)
  })
})

describe('of pairs written to look alike', () => {
  const pairs = readStoryPairs()

  test('are as many of one event as of two, in both halves', () => {
    for (const half of ['tune', 'test']) {
      const those = pairs.filter((pair) => pair.half === half)
      expect(those).toHaveLength(160)
      expect(those.filter(({ same }) => same)).toHaveLength(80)
    }
  })

  test('those whose titles give one name two numbers are never joined', () => {
    const numbered = pairs.filter(({ same, a, b }) => !same && givesTwoNumbers(a.title, b.title))
    const joined = joinedPairs(pairs)
    const wrong = pairs.filter((pair, i) => joined[i] && numbered.includes(pair))
    expect(numbered.length).toBeGreaterThanOrEqual(10)
    expect(wrong.map(({ a, b }) => `${a.title} / ${b.title}`)).toEqual([])
  })

  test('at least as many are joined rightly as wrongly, and a third of those that should be', () => {
    const { precision, recall } = pairFigures(pairs)
    expect(precision).toBeGreaterThan(0.5)
    expect(recall).toBeGreaterThan(0.33)
  })
})

describe('of round-ups', () => {
  const figures = roundUpFigures(weekNumbers.flatMap(loadWeek))

  test('at least eight in ten are known by their titles', () => {
    expect(figures.found).toBeGreaterThanOrEqual(0.8)
  })

  test('at most two in a hundred other items are taken for one', () => {
    expect(figures.mistaken).toBeLessThanOrEqual(0.02)
  })
})

describe('over twelve weeks', async () => {
  const issues = await composeWeeks()

  test('at most two in a hundred stories tell again what an earlier issue told', () => {
    const told = issues.reduce((sum, { digest }) => sum + storyCount(digest), 0)
    expect(told).toBeGreaterThan(80)
    expect(repeatedStories(issues).slice(Math.floor(told / 50))).toEqual([])
  })

  test('no event that four publishers tell anew is left out as told before', () => {
    expect(newsLeftOut(issues, 4)).toEqual([])
  })

  test('at most two stories are told as updates of one that they have nothing to do with', () => {
    expect(updatesOfNothing(issues).slice(2)).toEqual([])
  })
})

/** Whether both titles have a number behind the same word, and no such number in common: `b6940`, `v0.7.1`, `SB 53`. */
function givesTwoNumbers(one: string, other: string): boolean {
  const [a, b] = [one, other].map((title) => {
    const numbers = new Map<string, string[]>()
    for (const [, word, number] of title.matchAll(/([\p{L}.]{2,})[ -]?[vb]?(\d+(?:\.\d+)*)/giu)) {
      const key = word!.toLowerCase()
      numbers.set(key, [...(numbers.get(key) ?? []), number!])
    }
    return numbers
  })
  return [...a!].some(
    ([word, numbers]) => b!.get(word)?.every((number) => !numbers.includes(number)) ?? false,
  )
}
