import { describe, expect, test } from 'vitest'
import { composeDigest, verify } from '../../src/digest/index.ts'
import type { BackedText, Digest, LabelledItem } from '../../src/model/index.ts'
import { composeWeeks } from '../fixtures/weeks.ts'
import { type Saying, sayingsOf, withAnotherName, withAnotherNumber } from './alter.ts'
import { at, input, item } from './items.ts'

const evidenceOf = (items: LabelledItem[]) => {
  const byId = new Map(items.map((one) => [one.id, one]))
  return { item: (id: string) => byId.get(id) }
}

const page = at('https://harbour-lab.example/heron')
const items = [
  item(
    'a',
    'Heron 2 weights are open to everybody',
    { renewal: ['opens', 0.9] },
    { ...page, summary: 'Both sizes of 7B and 34B.' },
  ),
  item('b', 'Heron 2 is free', { renewal: 'opens' }, { ...page, feed: 'tideline' }),
  item('c', 'Heron 2', { renewal: 'opens' }, { ...page, feed: 'harbour-lab' }),
  item('d', 'Rents for cards climb by 12 percent', { 'compute-cost': ['closes', 0.7] }, { feed: 'ministry' }),
]
const { digest } = composeDigest(input(items))
const faults = (altered: Digest, known: LabelledItem[] = items) => verify(altered, evidenceOf(known))
const withLead = (...lead: BackedText[]): Digest => ({ ...digest, lead })
const first = digest.lead[0]!

/** What `verify` says of the first sentence of the lead with other words. */
const faultOfLead = (text: string, backing = first.backing) =>
  faults(withLead({ text, backing })).map(({ fault }) => fault)

describe('a digest as it was composed', () => {
  test('has no fault', () => {
    expect(digest.lead).toHaveLength(2)
    expect(first.text).toBe(
      'Opens under Renewal: “Heron 2 weights are open to everybody” (Ledgerline and 2 other publishers).',
    )
    expect(faults(digest)).toEqual([])
  })

  test('is at fault once an item that it rests on is no longer stored', () => {
    const found = faults(digest, items.slice(1))
    expect(found.map(({ where }) => where)).toEqual(['lead', 'Heron 2 weights are open to everybody'])
    expect(found[0]?.fault).toBe('The item a that backs it is not stored.')
  })

  test('is at fault once an item says something else', () => {
    const changed = items.map((one) => (one.id === 'd' ? { ...one, title: 'Rents for cards fall' } : one))
    expect(faults(digest, changed).map(({ where }) => where)).toEqual([
      'lead',
      'Rents for cards climb by 12 percent',
      'Rents for cards climb by 12 percent',
    ])
  })

  test('is at fault once a count no longer comes out', () => {
    const sections = digest.sections.map((section) => ({
      ...section,
      stories: section.stories.map((story) => ({ ...story, also: story.also.slice(0, 1) })),
    }))
    expect(faults({ ...digest, sections })).toEqual([
      expect.objectContaining({
        where: 'lead',
        fault: 'It says 2 for “other publishers: a”; counted again it is 1.',
      }),
    ])
  })
})

describe('a sentence is found at fault', () => {
  test.each([
    ['a number that nothing backs', first.text.replace('and 2 other', 'and 3 other')],
    ['a name that nothing backs', first.text.replace('Ledgerline', 'Corvane')],
    ['another title than that of its item', first.text.replace('Heron 2', 'Heron 3')],
    ['a quotation more than its item gives', `${first.text} “It is the best model so far.”`],
    ['a name in the midst of our words', first.text.replace('other publishers', 'other Corvane publishers')],
    ['its quotation without the marks', first.text.replace(/[“”]/g, '')],
  ])('that has %s', (_, text) => {
    expect(text).not.toBe(first.text)
    expect(faultOfLead(text)).toHaveLength(1)
  })

  test('that does not say the count that backs it', () => {
    const text = first.text.replace('and 2 other publishers', 'and other publishers')
    expect(faultOfLead(text)).toEqual(['It does not say the number 2 that backs it.'])
  })

  test('that is backed by a count of something unknown', () => {
    expect(faultOfLead('7 things.', [{ kind: 'count', of: 'things', value: 7 }])).toEqual([
      'It says 7 for “things”; counted again it is nothing.',
    ])
  })

  test('that names another idea than the story’s or the count’s', () => {
    const change: BackedText = {
      text: 'Renewal: 1 story opens in the last seven days, against 0 a week in the four weeks before.',
      backing: [
        { kind: 'count', of: 'last week: renewal opens', value: 1 },
        { kind: 'count', of: 'weeks before: renewal opens', value: 0 },
      ],
    }
    expect(faults(withLead(first, change))).toEqual([])
    const elsewhere = { ...change, text: change.text.replace('Renewal', 'Compute cost') }
    expect(faults(withLead(first, elsewhere))).toHaveLength(1)
    expect(faultOfLead(first.text.replace('Renewal', 'Compute cost'))).toHaveLength(1)
  })

  test('that says one of its numbers where another belongs', () => {
    const change = (now: number, publishers: number): BackedText => ({
      text: `${now} story opens in the last seven days, against 0 a week in the four weeks before; “Heron 2 weights are open to everybody” (Ledgerline and ${publishers} other publishers) weighs most.`,
      backing: [
        first.backing[0]!,
        { kind: 'count', of: 'last week: renewal opens', value: 1 },
        { kind: 'count', of: 'weeks before: renewal opens', value: 0 },
        ...first.backing.slice(1),
      ],
    })
    expect(faults(withLead(change(1, 2)))).toEqual([])
    expect(faults(withLead(change(2, 1)))).toHaveLength(1)
  })
})

describe('a story is found at fault', () => {
  const altered = (part: Partial<Digest['sections'][number]['stories'][number]>) => {
    const [section, ...rest] = digest.sections
    const stories = section!.stories.map((story) => ({ ...story, ...part }))
    return faults({ ...digest, lead: [], sections: [{ ...section!, stories }, ...rest] })
  }

  test.each([
    ['a title that its item does not have', { title: 'Heron 3 weights are out' }],
    ['a quotation that does not stand in its item', { evidence: 'Both sizes of 7B and 43B.' }],
    ['a quotation from another item', { evidence: 'Heron 2 is free' }],
    ['an update that none of its items says', { update: 'Heron 2 is withdrawn', updates: 3 }],
    ['no words at all', { title: '' }],
  ])('that has %s', (_, part) => {
    expect(altered(part)).toHaveLength(1)
  })

  test('but not for words of its item’s text, or an update from any of its items', () => {
    expect(altered({ evidence: 'Both sizes of 7B and 34B.' })).toEqual([])
    expect(altered({ update: 'Heron 2 is free', updates: 3 })).toEqual([])
  })
})

describe('of a hundred texts of the twelve weeks', async () => {
  const issues = await composeWeeks()
  const texts = issues
    .flatMap(({ digest, items }) =>
      sayingsOf(digest).map((saying) => ({ ...saying, evidence: evidenceOf(items) })),
    )
    .flatMap((one, i) => {
      const ways = i % 2 === 0 ? [withAnotherNumber, withAnotherName] : [withAnotherName, withAnotherNumber]
      const other = ways.map((way) => way(one.text, i)).find((text) => text !== null)
      return other === undefined ? [] : [{ ...one, other }]
    })
  /** So many of a kind, spread over the twelve weeks. */
  const some = (where: Saying['where'], count: number) => {
    const those = texts.filter((one) => one.where === where)
    return Array.from({ length: count }, (_, i) => those[Math.floor((i * those.length) / count)]!)
  }
  const hundred = [
    ...some('lead', 36),
    ...some('moved', 30),
    ...some('title', 15),
    ...some('evidence', 16),
    ...some('update', 3),
  ]

  test('all hold as they are, and they are a hundred', () => {
    expect(new Set(hundred).size).toBe(100)
    for (const { text, replaced, evidence } of hundred)
      expect(verify(replaced(text), evidence), text).toEqual([])
  })

  test('at least 98 are found at fault once a number or a name is changed', () => {
    for (const { text, other } of hundred) expect(other).not.toBe(text)
    const missed = hundred.filter(
      ({ other, replaced, evidence }) => verify(replaced(other), evidence).length === 0,
    )
    expect(missed.map(({ other }) => other).slice(2)).toEqual([])
  })
})
