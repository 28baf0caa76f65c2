import { describe, expect, test } from 'vitest'
import { groupStories } from '../../src/digest/index.ts'
import { sameEvent } from '../../src/digest/likeness.ts'
import { compareAmong, joinRoundUps } from '../../src/digest/stories.ts'
import { day, effectiveDate, type LabelledItem } from '../../src/model/index.ts'
import { loadWeek, weekNumbers } from '../fixtures/weeks.ts'
import { at, item, shuffled, until } from './items.ts'

const opens = { renewal: 'opens' } as const
const idsOf = (stories: LabelledItem[][]) => stories.map((story) => story.map((one) => one.id))
/** The ids of each story. */
const grouped = (items: LabelledItem[]) => idsOf(groupStories(items))
/** Whether two titles are taken for one event; texts may follow. */
const same = (one: string, other: string, [oneText = '', otherText = ''] = ['', '']) =>
  grouped([item('a', one, opens, { summary: oneText }), item('b', other, opens, { summary: otherText })])
    .length === 1

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
    ['Harbour Lab opens Heron 2 weights to all', 'Harbour Lab opens Heron 2 weights to everybody at all'],
    ['Ministry funds shared compute for universities', 'Ministry funds shared compute for the universities'],
    ['Ｍinistry funds shared compute again', 'Ministry funds shared compute again'],
  ])('when their titles are near-equal: %s / %s', (one, other) => {
    expect(same(one, other)).toBe(true)
  })

  test.each([
    [
      'Brontide raises accelerator prices by a quarter',
      'Accelerators get dearer: Brontide asks a quarter more',
    ],
    [
      'Fourteen libraries run Wrackline on a server of their own',
      'Libraries: 14 towns, one Wrackline server',
    ],
    ['Port Ellery savings bank offers Harbour Lab a loan', 'Harbour Lab gets loan from Port Ellery bank'],
  ])('when they say the same in other words: %s / %s', (one, other) => {
    expect(same(one, other)).toBe(true)
  })

  test('when a third joins them by its page', () => {
    const items = [
      item('a', 'Harbour Lab releases Heron weights', opens, at('https://a.example/1')),
      item('b', 'Harbour Lab releases Heron weights today', opens, at('https://b.example/1')),
      item('c', 'Heron: a model for everybody', opens, at('https://b.example/1')),
    ]
    expect(grouped(items)).toEqual([['a', 'b', 'c']])
  })

  test.each([
    [
      'Ardmoor said on May 4 that users pay 30 percent more.',
      'Users pay 30 percent more from May 18, it said.',
    ],
    [
      'From 1 June users pay 30 percent more.',
      'Users pay 30 percent more. From 15 May they see the new list.',
    ],
    ['All 14 plans cost 30 percent more.', 'All 3 sizes and 14 plans cost 30 percent more.'],
  ])('though one names a day or a count that the other does not: %s / %s', (one, other) => {
    const title = 'Ardmoor raises the prices of Zenith for batch users'
    expect(same(title, title, [one, other])).toBe(true)
  })

  test.each([20, 60, 80, 200])('however many tell of it: %i', (count) => {
    const items = Array.from({ length: count }, (_, i) =>
      item(
        `i${i}`,
        'Ardmoor raises the batch prices of Zenith by 30 per cent',
        opens,
        at(`https://${i}.example/`),
      ),
    )
    expect(groupStories(items)).toHaveLength(1)
  })
})

describe('items are two stories', () => {
  test.each([
    ['Meta releases Llama 3.1 weights', 'Meta releases Llama 3.2 weights'],
    ['Meta releases Llama 3 weights on its hub', 'Meta releases Llama 3.2 weights on its hub'],
    ['Harbour Lab releases GPT-oss weights v2', 'Harbour Lab releases GPT-oss weights v3'],
    ['Committee passes bill SB 53 on open models', 'Committee passes bill SB 243 on open models'],
    ['Wrackline b6940 runs Skerry', 'Wrackline b6945 runs Skerry'],
  ])('when a version differs: %s / %s', (one, other) => {
    expect(same(one, other)).toBe(false)
  })

  test.each([
    ['Nimbrel halves the price of its assistant', 'Braehead halves the price of its assistant'],
    ['Harbour Lab releases Heron weights', 'Ardmoor Systems withdraws Petrel weights'],
    ['Ministry funds shared compute for universities', 'Ministry of health decides against chatbots'],
  ])('when they name others or tell of other things: %s / %s', (one, other) => {
    expect(same(one, other)).toBe(false)
  })

  test('when many days lie between them', () => {
    const title = 'Ministry funds shared compute for universities'
    const apart = (days: number) =>
      groupStories([
        item('a', title, opens, { publishedAt: until - days * day }),
        item('b', title, opens, { publishedAt: until }),
      ]).length
    expect(apart(2)).toBe(1)
    expect(apart(21)).toBe(2)
  })

  test('when they have neither page nor words', () => {
    expect(grouped([item('a', '', opens), item('b', '', opens)])).toEqual([['a'], ['b']])
  })
})

describe('grouping', () => {
  const week = loadWeek(6).filter((one) => one.labels.length > 0)

  test('does not depend on the order of the items', () => {
    const expected = grouped(week)
    expect(Math.max(...expected.map((story) => story.length))).toBeGreaterThan(3)
    for (const seed of [1, 2, 3, 4, 5]) expect(grouped(shuffled(week, seed))).toEqual(expected)
  })

  test('keeps every item once', () => {
    expect(grouped(week).flat().sort()).toEqual(week.map((one) => one.id).sort())
  })

  test('gives the items of a story in the order of their dates', () => {
    for (const story of groupStories(shuffled(week, 1))) {
      const dates = story.map(effectiveDate)
      expect(dates).toEqual(dates.toSorted((a, b) => a - b))
    }
  })

  test('overlooks no pair that is clearly of one event, for want of a rare word that both use', () => {
    const clear = weekNumbers.flatMap((number) => {
      const items = loadWeek(number).filter((one) => one.labels.length > 0)
      const comparison = compareAmong(items)
      return items.flatMap((one, i) =>
        items.slice(i + 1).flatMap((other) => {
          const days = Math.abs(effectiveDate(one) - effectiveDate(other)) / day
          const likely = sameEvent(comparison.told(one), comparison.told(other), days, comparison.rarity)
          return likely < 0.6 ? [] : [{ number, pair: [one, other], comparison }]
        }),
      )
    })
    const overlooked = clear.filter(({ pair, comparison }) => groupStories(pair, comparison).length > 1)
    expect(clear.length).toBeGreaterThan(400)
    expect(overlooked.map(({ number, pair }) => `${number}: ${pair[0]?.title} / ${pair[1]?.title}`)).toEqual(
      [],
    )
  })

  test('compares an item with few others, though all titles share words', () => {
    /** How often a date is looked at: a few times to sort, and once for each item that one is compared with. */
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

describe('a round-up', () => {
  const story = item('story', 'Harbour Lab opens the weights of Heron', opens)
  const other = item('other', 'Brontide raises accelerator prices by a quarter', { 'compute-cost': 'closes' })
  const names = (id: string, title: string, evidence: string) => ({
    ...item(id, title, opens),
    labels: [{ idea: 'renewal', direction: 'opens' as const, score: 0.8, evidence, by: 'model:test' }],
  })
  const join = (stories: LabelledItem[][], roundUps: LabelledItem[]) =>
    idsOf(joinRoundUps(stories, roundUps, compareAmong([...stories.flat(), ...roundUps])))
  const title = 'Harbour Lab Opens Heron Weights, A Robot Sweeps, Libraries Merge'

  test('joins the story that its evidence names', () => {
    const roundUp = names('roundUp', title, 'Harbour Lab Opens Heron Weights')
    expect(join([[other], [story]], [roundUp])).toEqual([
      ['other'],
      expect.arrayContaining(['story', 'roundUp']),
    ])
  })

  test('is a story of its own where nobody else tells of what it names', () => {
    const roundUp = names('roundUp', 'Weekly round-up', 'Volunteers fork the Drumlin family.')
    expect(join([[other], [story]], [roundUp])).toEqual([['other'], ['story'], ['roundUp']])
  })

  test('never brings two round-ups together', () => {
    const two = ['a', 'b'].map((id) => names(id, 'Weekly round-up', 'Volunteers fork the Drumlin family.'))
    expect(join([[story]], two)).toEqual([['story'], ['a'], ['b']])
  })

  test('does not change the stories it is given', () => {
    const stories = [[story]]
    join(stories, [names('roundUp', title, 'Harbour Lab Opens Heron Weights')])
    expect(stories).toEqual([[story]])
  })
})
