import { describe, expect, test } from 'vitest'
import { byStrength, type Candidate, choose, strengthOf } from '../../src/digest/strength.ts'
import { story } from '../fixtures/digests.ts'
import { shuffled } from './items.ts'

const candidate = (item: string, strength: number, idea = 'renewal'): Candidate => ({
  idea,
  strength,
  story: story({ item, title: item }),
})
const chosen = (candidates: Candidate[], limit: number) =>
  choose(candidates, limit).told.map(({ story }) => story.item)
const carriers = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ feed: `feed-${i}`, feedTitle: `Feed ${i}`, url: null }))

describe('a story is stronger', () => {
  test('the surer its idea is', () => {
    expect(strengthOf({ score: 0.9, also: [] })).toBeGreaterThan(strengthOf({ score: 0.6, also: [] }))
  })

  test('the more publishers carried it', () => {
    const [none, one, five] = [0, 1, 5].map((count) => strengthOf({ score: 0.7, also: carriers(count) }))
    expect(one).toBeGreaterThan(none!)
    expect(five).toBeGreaterThan(one!)
    expect(five).toBeGreaterThan(strengthOf({ score: 0.95, also: [] }))
  })

  test('than one that only a round-up names or only a forum talks of', () => {
    const told = strengthOf({ score: 0.8, also: [] })
    const talk = strengthOf({ score: 0.8, also: [] }, { talk: true })
    const named = strengthOf({ score: 0.8, also: [] }, { roundUp: true })
    expect(talk).toBeLessThan(told)
    expect(named).toBeLessThan(talk)
  })
})

describe('of the stories that may be told', () => {
  test('no more are told than the limit, the strongest; the others are left in their order', () => {
    const all = Array.from({ length: 14 }, (_, i) => candidate(`s${i}`, 2 - i / 100, `idea-${i % 7}`))
    const { told, weaker } = choose(shuffled(all, 1), 10)
    expect(told.map(({ story }) => story.item)).toEqual(all.slice(0, 10).map(({ story }) => story.item))
    expect(weaker.map(({ story }) => story.item)).toEqual(['s10', 's11', 's12', 's13'])
  })

  test('all are told where there are fewer', () => {
    expect(chosen([candidate('a', 0.5), candidate('b', 0.7)], 10)).toEqual(['b', 'a'])
    expect(choose([], 10)).toEqual({ told: [], weaker: [] })
  })

  test('one of another idea comes before a somewhat stronger one of an idea that has several', () => {
    const crowd = [1, 0.99, 0.98, 0.97].map((strength, i) => candidate(`crowd-${i}`, strength))
    const other = candidate('other', 0.8, 'compute-cost')
    expect(chosen([...crowd, other], 3)).toEqual(['crowd-0', 'crowd-1', 'other'])
  })

  test('one of another idea does not come before a much stronger one', () => {
    const crowd = [3, 2.9, 2.8].map((strength, i) => candidate(`crowd-${i}`, strength))
    const other = candidate('other', 0.8, 'compute-cost')
    expect(chosen([...crowd, other], 3)).toEqual(['crowd-0', 'crowd-1', 'crowd-2'])
  })

  test('equally strong ones stand by their item, in whatever order they come', () => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((id) => candidate(id, 0.8))
    for (const seed of [1, 2, 3, 4]) expect(chosen(shuffled(all, seed), 3)).toEqual(['a', 'b', 'c'])
    expect(shuffled(all, 2).sort(byStrength)).toEqual(all)
  })

  test('none is lost and none given twice', () => {
    const all = Array.from({ length: 30 }, (_, i) => candidate(`s${i}`, ((i * 7) % 11) / 10, `idea-${i % 3}`))
    const { told, weaker } = choose(all, 10)
    const ids = [...told, ...weaker].map(({ story }) => story.item)
    expect(ids.sort()).toEqual(all.map(({ story }) => story.item).sort())
  })
})
