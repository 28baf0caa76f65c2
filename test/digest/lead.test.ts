import { describe, expect, test } from 'vitest'
import { composeDigest } from '../../src/digest/index.ts'
import { composeLead, movedBy } from '../../src/digest/lead.ts'
import type { Candidate } from '../../src/digest/strength.ts'
import { type DigestSection, isQuiet, type LabelledItem, type WeekBalance } from '../../src/model/index.ts'
import { ideas, story } from '../fixtures/digests.ts'
import { at, input, item, since } from './items.ts'

const texts = (items: LabelledItem[]) => composeDigest(input(items)).digest.lead.map(({ text }) => text)

const page = at('https://a.example/1')
const week = [
  item(
    'a',
    'Heron weights are open to everybody.',
    { renewal: ['opens', 0.9] },
    { ...page, publishedAt: since + 1 },
  ),
  item('b', 'Heron flies', { renewal: 'opens' }, { ...page, feed: 'tideline' }),
  item('c', 'Rents for cards climb', { 'compute-cost': ['closes', 0.7] }),
  item('d', 'Corvane doubles its prices', { 'disciplinary-floor': ['closes', 0.95] }),
  item('e', 'Ministry asks for views on licences', { 'institutional-support': ['mixed', 0.6] }),
  item('f', 'A recipe for soup'),
]

/** Weeks with so many stories each way in the last and, on average, in those before. */
function balance(now: Partial<WeekBalance>, before: Partial<WeekBalance> = {}, weeks = 12): WeekBalance[] {
  return Array.from({ length: weeks }, (_, i) => ({
    ...{
      week: new Date(since - (weeks - 1 - i) * 7 * 864e5).toISOString().slice(0, 10),
      opens: 0,
      closes: 0,
      mixed: 0,
    },
    ...(i === weeks - 1 ? now : before),
  }))
}

const candidate = (idea: string, part: Partial<Candidate['story']> & { item: string }): Candidate => ({
  idea,
  strength: 1,
  story: story({ title: `Event ${part.item}`, feedTitle: 'Ledgerline', ...part }),
})
const section = (idea: string, balance: WeekBalance[]): DigestSection => {
  const { name, title } = ideas.find(({ id }) => id === idea)!
  return { idea, name, title, balance, stories: [] }
}
const lead = (told: Candidate[], sections: DigestSection[] = []) =>
  composeLead(told, [...sections, ...ideas.map(({ id }) => section(id, []))], {
    read: 150,
    feeds: 28,
    repeats: 0,
  }).map(({ text }) => text)

describe('the lead', () => {
  test('tells the strongest story, and the strongest that leans another way', () => {
    expect(texts(week)).toEqual([
      'Opens under Renewal: “Heron weights are open to everybody” (Ledgerline and Tideline).',
      'Closes under Disciplinary floor: “Corvane doubles its prices” (Ledgerline).',
    ])
  })

  test('names the other publisher, or how many others there are', () => {
    const third = item('third', 'Heron once more', { renewal: 'opens' }, { ...page, feed: 'ministry' })
    expect(texts([...week, third])[0]).toContain('(Ledgerline and 2 other publishers)')
  })

  test('is of two to four sentences, none of them twice', () => {
    const opens = candidate('renewal', { item: 'a' })
    const closes = candidate('compute-cost', { item: 'b', direction: 'closes' })
    const update = candidate('renewal', { item: 'c', update: 'It moved.', updates: 7 })
    const changed = section('renewal', balance({ opens: 6 }, { opens: 1 }))
    const leads = [[opens], [opens, closes], [opens, closes, update], [opens, update], [update]].flatMap(
      (told) => [lead(told), lead(told, [changed])],
    )
    expect(new Set(leads.map(({ length }) => length))).toEqual(new Set([2, 3, 4]))
    for (const one of leads) expect(new Set(one).size).toBe(one.length)
  })

  test('says the largest change against the four weeks before, from two stories on', () => {
    const told = [candidate('renewal', { item: 'a' }), candidate('compute-cost', { item: 'b' })]
    const small = section('renewal', balance({ opens: 3 }, { opens: 1 }))
    const large = section('compute-cost', balance({ closes: 1 }, { closes: 5 }))
    expect(lead(told, [small, large])).toContain(
      'Compute cost: 1 story closes in the last seven days, against 5 a week in the four weeks before.',
    )
    const slight = section('renewal', balance({ opens: 2 }, { opens: 1 }))
    expect(lead(told, [slight]).join()).not.toContain('seven days')
  })

  test('says no change where there are no weeks to compare with', () => {
    const told = [candidate('renewal', { item: 'a' })]
    expect(lead(told, [section('renewal', balance({ opens: 9 }))]).join()).not.toContain('seven days')
  })

  test('says which earlier story moved on, unless it is told already', () => {
    const first = candidate('renewal', { item: 'a' })
    const closes = candidate('compute-cost', { item: 'b', direction: 'closes' })
    const update = candidate('renewal', { item: 'c', update: 'It moved.', updates: 7 })
    expect(lead([first, closes, update]).at(-1)).toBe('Moved on since issue 7: “Event c” (Ledgerline).')
    expect(lead([update, closes]).join()).not.toContain('Moved on')
  })

  test('of one story says how much was read', () => {
    expect(texts([week[2]!, week[5]!])).toEqual([
      'Closes under Compute cost: “Rents for cards climb” (Ledgerline).',
      '2 new items from 1 feed were read.',
    ])
  })

  test('of stories that all lean one way tells the second strongest', () => {
    const told = ['a', 'b', 'c'].map((id) => candidate('renewal', { item: id }))
    expect(lead(told)).toEqual([
      'Opens under Renewal: “Event a” (Ledgerline).',
      'Opens under Renewal: “Event b” (Ledgerline).',
    ])
  })

  test('prefers one of another idea where several lean another way', () => {
    const told = [
      candidate('renewal', { item: 'a' }),
      candidate('renewal', { item: 'b', direction: 'closes' }),
      candidate('compute-cost', { item: 'c', direction: 'mixed' }),
    ]
    expect(lead(told)[1]).toBe('Contested under Compute cost: “Event c” (Ledgerline).')
  })

  test('backs every sentence with the words of an item or a count that it says', () => {
    const { lead } = composeDigest(input(week)).digest
    for (const { text, backing } of lead) {
      expect(backing.length).toBeGreaterThan(0)
      for (const one of backing) {
        if (one.kind === 'count') expect(text).toMatch(new RegExp(`\\b${one.value}\\b`))
        else expect(text).toContain(`“${one.quote}”`)
      }
    }
  })
})

describe('what moved a section', () => {
  const told = [
    candidate('compute-cost', { item: 'b', direction: 'closes' }),
    candidate('renewal', { item: 'a', also: [{ feed: 'tideline', feedTitle: 'Tideline', url: null }] }),
    candidate('renewal', { item: 'c' }),
  ]
  const moved = (now: Partial<WeekBalance>, before: Partial<WeekBalance>) =>
    movedBy(section('renewal', balance(now, before)), told)?.text

  test('is the direction that changed most, and the strongest story told that leans so', () => {
    expect(moved({ opens: 3, closes: 6 }, { opens: 2, closes: 1 })).toBe(
      '6 stories close in the last seven days, against 1 a week in the four weeks before.',
    )
    expect(moved({ opens: 6, closes: 1 }, { opens: 2, closes: 1 })).toBe(
      '6 stories open in the last seven days, against 2 a week in the four weeks before; “Event a” (Ledgerline and Tideline) weighs most.',
    )
  })

  test('says none, one and many as people do', () => {
    expect(moved({}, { opens: 3 })).toMatch(/^No story opens in the last seven days, against 3 a week/)
    expect(moved({ opens: 1 }, { opens: 3 })).toMatch(/^1 story opens /)
    expect(moved({ mixed: 4 }, { opens: 1, mixed: 1 })).toMatch(/^4 stories are contested /)
  })

  test('is nothing to speak of below one story', () => {
    expect(moved({ opens: 2 }, { opens: 2 })).toBeUndefined()
  })

  test('is not said without weeks before; without a story only the change is', () => {
    expect(moved({ opens: 3 }, {})).toBeUndefined()
    expect(movedBy(section('economic-function', balance({ opens: 3 }, { opens: 1 })), told)?.text).toBe(
      '3 stories open in the last seven days, against 1 a week in the four weeks before.',
    )
    expect(movedBy(section('economic-function', balance({ opens: 1 }, { opens: 1 })), told)).toBeNull()
  })
})

describe('a quiet period', () => {
  test('gives two sentences: that nothing came, and how much was read', () => {
    const items = [item('a', 'A recipe for soup'), item('b', 'A recipe for bread', {}, { feed: 'tideline' })]
    const { digest } = composeDigest(input(items))
    expect(isQuiet(digest)).toBe(true)
    expect(digest).toMatchObject({ read: 2, leftOut: 2 })
    expect(digest.lead.map(({ text }) => text)).toEqual([
      "Nothing in this period bore on the wiki's key ideas.",
      '2 new items from 2 feeds were read.',
    ])
    expect(digest.lead[1]?.backing).toEqual([
      { kind: 'count', of: 'items read', value: 2 },
      { kind: 'count', of: 'feeds with items', value: 2 },
    ])
  })

  test('without any item says so too', () => {
    expect(texts([])[1]).toBe('0 new items from 0 feeds were read.')
    expect(texts([item('a', 'A recipe')])[1]).toBe('1 new item from 1 feed was read.')
  })

  test('in which all was told before says that nothing new came', () => {
    const again = item('again', 'Brontide raises accelerator prices', { 'compute-cost': 'closes' })
    const past = [{ issue: 3, items: [{ ...again, id: 'before' }] }]
    const { digest } = composeDigest(input([again], { past }))
    expect(digest.left).toMatchObject({ repeats: 1 })
    expect(digest.lead[0]?.text).toBe("Nothing new in this period bore on the wiki's key ideas.")
  })
})
