import { describe, expect, test } from 'vitest'
import { balanceSummary, elevation, sparks } from '../../src/render/balance.ts'
import { periodName, shortDate } from '../../src/render/dates.ts'
import { plural } from '../../src/render/numbers.ts'
import { twelveWeeks } from '../fixtures/digests.ts'

const week = (day: number, opens: number, closes: number, mixed: number) => ({
  week: `2026-11-${String(day).padStart(2, '0')}`,
  opens,
  closes,
  mixed,
})

describe('the street of a balance', () => {
  test('has a storey for every item: open ones above the ground, closed ones below, contested ones on top', () => {
    const { blocks, ground } = elevation([week(2, 2, 0, 1), week(9, 0, 3, 0)], 240, 72)
    const of = (kind: string) => blocks.filter((block) => block.kind === kind)
    expect(of('opens')).toHaveLength(2)
    expect(of('mixed')).toHaveLength(1)
    expect(of('closes')).toHaveLength(3)
    expect(of('opens').every(({ y, height }) => y + height <= ground)).toBe(true)
    expect(of('closes').every(({ y }) => y >= ground)).toBe(true)
    expect(of('mixed')[0]!.y).toBeLessThan(Math.min(...of('opens').map(({ y }) => y)))
  })

  test.each([0, 1, 3, 40, 900])('stays inside its drawing with %i items a week', (count) => {
    const { blocks, width, height } = elevation([week(2, count, count, count), week(9, count, 0, 0)], 240, 72)
    for (const block of blocks) {
      expect(block.x).toBeGreaterThanOrEqual(0)
      expect(block.x + block.width).toBeLessThanOrEqual(width)
      expect(block.y).toBeGreaterThanOrEqual(0)
      expect(block.y + block.height).toBeLessThanOrEqual(height)
      expect(block.height).toBeGreaterThan(0)
    }
    expect(blocks.length > 0).toBe(count > 0)
    expect(height).toBeLessThanOrEqual(74)
  })

  test('shows the last twelve weeks, the newest at the right, whatever their order', () => {
    const many = [...twelveWeeks('renewal'), { week: '2026-01-05', opens: 9, closes: 9, mixed: 9 }]
    expect(elevation(many.toReversed(), 240, 72)).toEqual(elevation(twelveWeeks('renewal'), 240, 72))
    const { blocks } = elevation([week(16, 1, 0, 0)], 240, 72)
    expect(blocks[0]!.x).toBeGreaterThan(220)
  })
})

test('block characters share one scale and show nothing as a dot; the numbers stand beside them', () => {
  const { opens, closes, mixed } = sparks([week(2, 0, 8, 4), week(9, 1, 2, 0)])
  expect([opens.bars, closes.bars, mixed.bars]).toEqual(['·▁', '█▂', '▄·'])
  expect([opens.counts, closes.counts, mixed.counts]).toEqual(['0, 1', '8, 2', '4, 0'])
})

test('a balance in words leaves out what there is none of', () => {
  expect(balanceSummary([week(2, 3, 1, 0), week(9, 1, 0, 0)])).toBe('2 weeks: 4 open, 1 closes')
  expect(balanceSummary([week(2, 0, 0, 0)])).toBe('1 week: none')
})

test('counts have their plural', () => {
  expect(['item', 'story', 'day'].map((word) => plural(1204, word))).toEqual([
    '1,204 items',
    '1,204 stories',
    '1,204 days',
  ])
  expect(plural(1, 'story')).toBe('1 story')
})

describe('dates', () => {
  test('name a period by the days that belong to it', () => {
    expect(periodName('2026-11-16T00:00:00Z', '2026-11-23T00:00:00Z')).toBe('16–22 November 2026')
    expect(periodName('2026-10-28T00:00:00Z', '2026-11-04T00:00:00Z')).toBe('28 October – 3 November 2026')
    expect(periodName('2026-12-28T00:00:00Z', '2027-01-04T00:00:00Z')).toBe(
      '28 December 2026 – 3 January 2027',
    )
    expect(periodName('2026-11-16T00:00:00Z', '2026-11-16T05:00:00Z')).toBe('16 November 2026')
  })

  test('have a year only where it is another one', () => {
    expect(shortDate('2026-11-18T23:59:00Z', '2026-12-01')).toBe('18 Nov')
    expect(shortDate('2025-12-30T00:00:00Z', '2026-01-05')).toBe('30 Dec 2025')
  })
})
