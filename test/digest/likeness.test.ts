import { describe, expect, test } from 'vitest'
import { readAccount } from '../../src/digest/account.ts'
import { inCommon, negligible, rarityAmong, roughlySameEvent, sameEvent } from '../../src/digest/likeness.ts'
import { compareAmong } from '../../src/digest/stories.ts'
import type { Told } from '../../src/digest/tally.ts'
import { stemOf } from '../../src/lib/text/index.ts'
import type { Direction } from '../../src/model/index.ts'
import { loadWeek } from '../fixtures/weeks.ts'

const accountOf = (title: string, summary = '') => readAccount({ title, summary })
const among = (...titles: string[]) => rarityAmong(titles.map((title) => accountOf(title)))
const alone = rarityAmong([])

function told(title: string, labels: Told['labels'] = [{ idea: 'renewal', direction: 'opens' }]): Told {
  return { ...accountOf(title), labels }
}

const likelihood = (one: string, other: string, days = 0) => sameEvent(told(one), told(other), days, alone)

describe('a word is rarer', () => {
  test('the fewer texts use it', () => {
    const rarity = among(...Array.from({ length: 50 }, () => 'Brontide announces'), 'Corvane announces')
    expect(rarity('corvane')).toBeGreaterThan(rarity('brontide'))
    expect(rarity(stemOf('kestrel'))).toBeGreaterThan(rarity('corvane'))
  })

  test('than one common in English, though a handful of texts say nothing of either', () => {
    const rarity = among('A model of Skerry')
    expect(rarity('skerry')).toBeGreaterThan(rarity('model') + 0.5)
  })
})

describe('what two accounts have in common', () => {
  const week = loadWeek(1).slice(0, 60)
  const { told: read, rarity } = compareAmong(week)

  test('is from 0 to 1 and the same from both sides', () => {
    for (const [i, one] of week.entries()) {
      const other = week[(i * 7 + 1) % week.length]!
      const common = inCommon(read(one), read(other), rarity)
      const back = inCommon(read(other), read(one), rarity)
      for (const [name, value] of Object.entries(common)) {
        expect(value, `${name}: ${one.title} / ${other.title}`).toBeGreaterThanOrEqual(
          name === 'meaning' ? -1 : 0,
        )
        expect(value, name).toBeLessThanOrEqual(1 + 1e-9)
        expect(back[name as keyof typeof back], name).toBeCloseTo(value, 9)
      }
    }
  })

  test('is nothing where one says nothing', () => {
    expect(inCommon(told(''), told('Skerry is out'), alone)).toEqual({
      contained: 0,
      meaning: 0,
      rare: 0,
      name: 0,
      numbers: 0,
      strangers: 0,
    })
  })

  test('is a title that stands within the other', () => {
    const short = told('Skerry weights released')
    const long = told('Skerry weights released with data, recipe and three sizes')
    expect(inCommon(short, long, alone).contained).toBe(1)
    expect(inCommon(long, told('Petrel is retired'), alone).contained).toBe(0)
  })

  test('is not a stranger whom both titles name', () => {
    expect(inCommon(told('Prices rise at Brontide'), told('Prices rise at Kestrel'), alone).strangers).toBe(1)
    expect(inCommon(told('Prices rise at Brontide'), told('Brontide is dearer'), alone).strangers).toBe(0)
  })
})

describe('two accounts are likelier of one event', () => {
  const one = 'Harbour Lab opens the weights of Skerry'
  const near = 'Skerry weights opened by Harbour Lab'

  test('the nearer their dates', () => {
    const [today, tomorrow, later] = [0, 1, 5].map((days) => likelihood(one, near, days))
    expect(today).toBeGreaterThan(tomorrow!)
    expect(tomorrow).toBeGreaterThan(later!)
  })

  test('when they were given the same idea, and all the more with the same direction', () => {
    const given = (idea: string, direction: Direction) =>
      sameEvent(told(one), told(near, [{ idea, direction }]), 0, alone)
    expect(given('renewal', 'opens')).toBeGreaterThan(given('renewal', 'closes'))
    expect(given('renewal', 'closes')).toBeGreaterThan(given('compute-cost', 'opens'))
  })

  test('when it may have turned round between them', () => {
    const turned = told(near, [{ idea: 'renewal', direction: 'closes' }])
    expect(sameEvent(told(one), turned, 0, alone, { mayTurn: true })).toBeGreaterThan(
      sameEvent(told(one), turned, 0, alone),
    )
  })

  test('when they name the same house rather than two', () => {
    const price = 'Prices of accelerators rise by 8 percent at Brontide'
    expect(likelihood(price, 'Brontide asks 8 percent more')).toBeGreaterThan(
      likelihood(price, 'Kestrel asks 8 percent more'),
    )
  })

  test('the more figures they share', () => {
    const figures = '2,400 cards, 19 towns and 61 percent'
    expect(likelihood(`A cluster of ${figures}`, `Towns share ${figures}`)).toBeGreaterThan(
      likelihood(`A cluster of ${figures}`, 'Towns share 3,100 cards, 22 houses and 47 percent'),
    )
  })

  test('but never when they name two versions of one thing', () => {
    expect(likelihood('Harbour Lab opens Skerry 3.1', 'Harbour Lab opens Skerry 3.2')).toBe(0)
    expect(likelihood('Harbour Lab opens Skerry 3.1', 'Harbour Lab opens Skerry 3.1 now')).toBeGreaterThan(
      0.5,
    )
    expect(likelihood('From Skerry 3.1 to Skerry 3.2', 'Harbour Lab opens Skerry 3.2')).toBeGreaterThan(0)
  })
})

describe('a rough comparison', () => {
  const week = loadWeek(2)
  const { told: read, rarity } = compareAmong(week)
  const pairs = week.flatMap((one, i) =>
    week.slice(i + 1, i + 40).map((other) => [read(one), read(other)] as const),
  )

  test('says the same wherever it is not negligible', () => {
    const found = pairs.map(([one, other]) => {
      const exact = sameEvent(one, other, 0.5, rarity)
      const rough = roughlySameEvent(rarity.tallies.of(one), rarity.tallies.of(other), 0.5, rarity.tallies)
      if (exact > negligible) expect(rough).toBe(exact)
      else expect(rough).toBeLessThanOrEqual(negligible)
      return exact
    })
    expect(found.filter((likely) => likely > negligible).length).toBeGreaterThan(100)
    expect(found.filter((likely) => likely <= negligible).length).toBeGreaterThan(100)
  })

  test('ends where the days between two outweigh all that they may have in common', () => {
    const labels: Told['labels'] = [
      { idea: 'renewal', direction: 'opens' },
      { idea: 'compute-cost', direction: 'opens' },
    ]
    const turned = labels.map(({ idea }): Told['labels'][number] => ({ idea, direction: 'closes' }))
    const title = 'Brontide, Corvane and Kestrel give Skerry 2,400 cards, 19 towns and 61 percent'
    const one = told(title, [...labels, ...turned])
    const { tallies } = alone
    const account = tallies.of(one)
    const apart = (days: number) => roughlySameEvent(account, account, days, tallies)
    expect(apart(17)).toBe(sameEvent(one, one, 17, alone))
    expect(apart(17)).toBeGreaterThan(negligible)
    expect(apart(19)).toBe(0)
    expect(sameEvent(one, one, 19, alone)).toBeLessThan(negligible)
  })
})
