import { describe, expect, test } from 'vitest'
import { balanceOf } from '../../src/digest/index.ts'
import { day, type LabelledItem } from '../../src/model/index.ts'
import { at, item, shuffled, until } from './items.ts'

const ms = (iso: string) => Date.parse(iso)
const on = (
  id: string,
  publishedAt: number | null,
  direction: 'opens' | 'closes' | 'mixed' = 'opens',
  part: Partial<LabelledItem> = {},
) => item(id, `Report ${id}`, { renewal: direction }, { publishedAt, ...part })
/** The weeks that have anything, as `week opens/closes/mixed`. */
const counted = (items: LabelledItem[], at = until) =>
  balanceOf('renewal', items, at)
    .filter((row) => row.opens + row.closes + row.mixed > 0)
    .map((row) => `${row.week} ${row.opens}/${row.closes}/${row.mixed}`)

describe('the balance of an idea', () => {
  test('has twelve Mondays in a row, the last that of the week the period ends in', () => {
    const rows = balanceOf('renewal', [], until)
    expect(rows).toHaveLength(12)
    expect(rows.at(-1)?.week).toBe('2026-11-23')
    expect(rows[0]?.week).toBe('2026-09-07')
    for (const row of rows) expect(new Date(row.week).getUTCDay()).toBe(1)
    expect(new Set(rows.map((row) => row.week)).size).toBe(12)
  })

  test('ends with the week before when the period ends as Monday begins', () => {
    expect(balanceOf('renewal', [], ms('2026-11-23T00:00:00Z')).at(-1)?.week).toBe('2026-11-16')
  })

  test('counts each item in the week of its own date, by direction', () => {
    const items = [
      on('a', ms('2026-11-23T08:59:59Z')),
      on('b', ms('2026-11-22T23:59:59Z'), 'closes'),
      on('c', ms('2026-11-16T00:00:00Z'), 'mixed'),
      on('d', ms('2026-09-07T00:00:00Z')),
    ]
    expect(counted(items)).toEqual(['2026-09-07 1/0/0', '2026-11-16 0/1/1', '2026-11-23 1/0/0'])
  })

  test('leaves out what is older, later, or of another idea', () => {
    const items = [
      on('a', ms('2026-09-06T23:59:59Z')),
      on('b', until, 'opens', { firstSeenAt: until }),
      item('c', 'Report c', { 'compute-cost': 'opens' }),
      item('d', 'Report d'),
    ]
    expect(counted(items)).toEqual([])
  })

  test('takes an item without a date when it was first seen, and a date ahead of that likewise', () => {
    const seen = { firstSeenAt: until - 8 * day }
    expect(counted([on('a', null, 'opens', seen), on('b', until + day, 'closes', seen)])).toEqual([
      '2026-11-09 1/1/0',
    ])
  })

  test('counts an article once, however many feeds carried it', () => {
    const page = at('https://news.example/1')
    const copies = [
      on('a', until - 9 * day, 'opens', page),
      on('b', until - 8 * day, 'opens', { ...page, feed: 'tideline' }),
      on('c', until - day, 'opens', { ...page, feed: 'ministry' }),
    ]
    expect(counted(copies)).toEqual(['2026-11-09 1/0/0'])
  })

  test('counts items without a page each for itself', () => {
    expect(counted([on('a', until - day), on('b', until - day)])).toEqual(['2026-11-16 2/0/0'])
  })

  test('lets the earliest copy of an article speak, in whatever order they come', () => {
    const page = at('https://news.example/1')
    const copies = [
      on('b', until - 2 * day, 'closes', page),
      on('a', until - 2 * day, 'mixed', page),
      on('c', until - 9 * day, 'opens', page),
    ]
    for (const seed of [1, 2, 3, 4, 5, 6])
      expect(counted(shuffled(copies, seed))).toEqual(['2026-11-09 1/0/0'])
    expect(counted(copies.slice(0, 2))).toEqual(['2026-11-16 0/0/1'])
  })
})
