import { describe, expect, test } from 'vitest'
import { usual } from '../../src/digest/balance.ts'
import { balances, composeDigest } from '../../src/digest/index.ts'
import { day, type LabelledItem, type WeekBalance, week } from '../../src/model/index.ts'
import { at, type Given, input, item, shuffled, until } from './items.ts'

const ms = (iso: string) => Date.parse(iso)

/** Titles of events that have nothing in common. */
const events = [
  'Harbour Lab opens the weights of Heron',
  'Fourteen libraries share one server',
  'Brontide lifts accelerator prices',
  'Court dismisses an appeal by Halgard',
  'Volunteers fork the Drumlin family',
]
const on = (
  event: number,
  publishedAt: number | null,
  given: Given = { renewal: 'opens' },
  part: Partial<LabelledItem> = {},
) => item(part.id ?? `${event}-${publishedAt}`, events[event]!, given, { publishedAt, ...part })

const rows = (items: LabelledItem[], idea = 'renewal', end = until) => balances([idea], items, end).get(idea)!
/** The weeks that have anything, as `week opens/closes/mixed`. */
const counted = (items: LabelledItem[], idea = 'renewal') =>
  rows(items, idea)
    .filter((row) => row.opens + row.closes + row.mixed > 0)
    .map((row) => `${row.week} ${row.opens}/${row.closes}/${row.mixed}`)

describe('the balance of an idea', () => {
  test('has twelve times seven days, the last of which end with the issue', () => {
    const weeks = rows([]).map((row) => row.week)
    expect(weeks).toHaveLength(12)
    expect(weeks.at(-1)).toBe('2026-11-16')
    expect(weeks[0]).toBe('2026-08-31')
    const steps = weeks.slice(1).map((one, i) => ms(one) - ms(weeks[i]!))
    expect(new Set(steps)).toEqual(new Set([week]))
  })

  test('ends with the issue whatever the day of the week it closes on', () => {
    const wednesday = ms('2026-11-25T18:00:00Z')
    expect(rows([], 'renewal', wednesday).at(-1)?.week).toBe('2026-11-18')
    const [last, before] = [wednesday - 1, wednesday - week - 1].map((time, i) => on(i, time))
    const balance = rows([last!, before!], 'renewal', wednesday)
    expect(balance.slice(-2).map((row) => row.opens)).toEqual([1, 1])
  })

  test('counts each story in the seven days of its date, by direction', () => {
    const items = [
      on(0, until - 1),
      on(1, until - week, { renewal: 'closes' }),
      on(2, until - week - 1, { renewal: 'mixed' }),
      on(3, until - 12 * week),
    ]
    expect(counted(items)).toEqual(['2026-08-31 1/0/0', '2026-11-09 0/0/1', '2026-11-16 1/1/0'])
  })

  test('leaves out what is older, later, or of another idea', () => {
    const items = [
      on(0, until - 12 * week - 1),
      on(1, until, { renewal: 'opens' }, { firstSeenAt: until }),
      on(2, until - day, { 'compute-cost': 'opens' }),
      on(3, until - day, {}),
    ]
    expect(counted(items)).toEqual([])
  })

  test('takes an item without a date when it was first seen, and a date ahead of that likewise', () => {
    const seen = { firstSeenAt: until - 8 * day }
    const items = [on(0, null, { renewal: 'opens' }, seen), on(1, until + day, { renewal: 'closes' }, seen)]
    expect(counted(items)).toEqual(['2026-11-09 1/1/0'])
  })

  test('counts what stood in a feed before it was known, though that is never told as news', () => {
    const known = on(0, until - 3 * week, { renewal: 'opens' }, { baseline: true })
    expect(counted([known])).toEqual(['2026-11-02 1/0/0'])
  })

  test('leaves out round-ups: what they name is counted where it is told', () => {
    expect(counted([item('a', 'Weekly round-up', { renewal: 'opens' })])).toEqual([])
  })
})

describe('a story counts once', () => {
  test('however many feeds carried its page, in the seven days of the earliest', () => {
    const page = at('https://news.example/1')
    const copies = [9, 8, 1].map((days, i) =>
      on(i, until - days * day, { renewal: 'opens' }, { ...page, id: `copy-${i}`, feed: `feed-${i}` }),
    )
    for (const seed of [1, 2, 3]) expect(counted(shuffled(copies, seed))).toEqual(['2026-11-09 1/0/0'])
  })

  test('however many tell of it in other words', () => {
    const told = [
      item('a', 'Harbour Lab opens the weights of Heron', { renewal: 'opens' }),
      item('b', 'Heron: Harbour Lab opens its weights', { renewal: 'opens' }),
      item('c', 'Weights of Heron open, says Harbour Lab', { renewal: 'opens' }),
    ]
    expect(counted(told)).toEqual(['2026-11-16 1/0/0'])
  })

  test('for each idea that it bears on', () => {
    const both = [on(0, until - day, { renewal: 'opens', 'compute-cost': 'closes' })]
    expect(counted(both)).toEqual(['2026-11-16 1/0/0'])
    expect(counted(both, 'compute-cost')).toEqual(['2026-11-16 0/1/0'])
  })

  test('with the direction that most of its items give it', () => {
    const page = at('https://news.example/1')
    const items = (['closes', 'opens', 'closes', 'mixed'] as const).map((direction, i) =>
      on(0, until - day + i, { renewal: direction }, { ...page, id: `item-${i}` }),
    )
    for (const seed of [1, 2, 3]) expect(counted(shuffled(items, seed))).toEqual(['2026-11-16 0/1/0'])
  })

  test.each([
    ['as many items lean one way as the other', 0.8, 0.8],
    ['the surer items are fewer', 0.95, 0.45],
  ])('with the direction that it is told with, though %s', (_, closes, opens) => {
    const page = at('https://news.example/1')
    const items = [
      on(0, until - day, { renewal: ['closes', closes] }, { ...page, id: 'a' }),
      on(0, until - day, { renewal: ['opens', opens] }, { ...page, id: 'b' }),
      ...(closes === opens ? [] : [on(0, until - day, { renewal: ['opens', opens] }, { ...page, id: 'c' })]),
    ]
    const [section] = composeDigest(input(items)).digest.sections
    const direction = section!.stories[0]!.direction
    expect(section!.balance.at(-1)?.[direction]).toBe(1)
  })
})

describe('what is usual', () => {
  const rowsOf = (...opens: number[]): WeekBalance[] =>
    opens.map((count, i) => ({ week: `2026-01-${i + 10}`, opens: count, closes: 1, mixed: 0 }))

  test('is the mean of the four weeks before the last, to a tenth', () => {
    expect(usual(rowsOf(9, 1, 2, 3, 4, 50), 'opens')).toBe(2.5)
    expect(usual(rowsOf(9, 1, 2, 2, 4, 50), 'opens')).toBe(2.3)
    expect(usual(rowsOf(9, 1, 2, 2, 4, 50), 'closes')).toBe(1)
  })

  test('is the mean of those there are, and nothing without any', () => {
    expect(usual(rowsOf(3, 5, 50), 'opens')).toBe(4)
    expect(usual(rowsOf(50), 'opens')).toBe(0)
  })
})
