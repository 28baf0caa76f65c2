import { describe, expect, test } from 'vitest'
import { composeDigest } from '../../src/digest/index.ts'
import type { Digest, LabelledItem } from '../../src/model/index.ts'
import { at, input, item } from './items.ts'

const compose = (items: LabelledItem[]) => composeDigest(input(items)).digest
const texts = (items: LabelledItem[]) => compose(items).lead.map((sentence) => sentence.text)

const week = [
  item('a', 'Heron weights are out.', { renewal: ['opens', 0.9] }, at('https://a.example/1')),
  item('b', 'Heron flies', { renewal: 'opens' }, { ...at('https://a.example/1'), feed: 'tideline' }),
  item('c', 'A dataset is freed', { renewal: ['opens', 0.6] }),
  item('d', 'Rents for GPUs climb', { 'compute-cost': ['closes', 0.7] }),
  item('e', 'Prices are doubled', { 'disciplinary-floor': ['closes', 0.95] }),
  item('f', 'Ministry asks for views', { 'institutional-support': ['mixed', 0.99] }),
  item('g', 'A recipe for soup'),
]

/** Counts again, from the digest alone, what a sentence of the lead says. */
function countAgain(digest: Digest, of: string): number {
  const stories = digest.sections.flatMap((section) => section.stories)
  if (of === 'items read') return digest.read
  if (of === 'stories') return stories.length
  const direction = /^stories: (\w+)$/.exec(of)?.[1]
  if (direction) return stories.filter((story) => story.direction === direction).length
  throw new Error(`nobody can count ${of} again from a digest`)
}

describe('the lead', () => {
  test('says how the stories lean, and the strongest each way', () => {
    expect(texts(week)).toEqual([
      "5 stories bear on the wiki's key ideas: 2 open cheap space, 2 close it and 1 is contested.",
      'The strongest opening is under renewal: “Heron weights are out” (Ledgerline and 1 other feed).',
      'The strongest closing is under disciplinary floor: “Prices are doubled” (Ledgerline).',
    ])
  })

  test('of one story is in the singular', () => {
    expect(texts([item('a', 'Heron weights are out', { renewal: 'opens' })])[0]).toBe(
      "1 story bears on the wiki's key ideas: 1 opens cheap space.",
    )
  })

  test('names a contest when there is nothing else', () => {
    expect(texts([item('f', 'Ministry asks for views', { 'institutional-support': 'mixed' })])).toEqual([
      "1 story bears on the wiki's key ideas: 1 is contested.",
      'The strongest contest is under institutional support: “Ministry asks for views” (Ledgerline).',
    ])
  })

  test('has counts that can be counted again, and they are the numbers it says', () => {
    const digest = compose(week)
    const counts = digest.lead.flatMap((sentence) =>
      sentence.backing.flatMap((backing) =>
        backing.kind === 'count' ? [{ ...backing, text: sentence.text }] : [],
      ),
    )
    expect(counts.length).toBeGreaterThanOrEqual(4)
    for (const { of, value, text } of counts) {
      expect(countAgain(digest, of), of).toBe(value)
      expect(text).toMatch(new RegExp(`\\b${value}\\b`))
    }
  })

  test('quotes titles that stand in the digest and in the items', () => {
    const digest = compose(week)
    const quotes = digest.lead.flatMap((sentence) =>
      sentence.backing.flatMap((backing) =>
        backing.kind === 'item' ? [{ ...backing, text: sentence.text }] : [],
      ),
    )
    expect(quotes).toHaveLength(2)
    for (const { item: id, quote, text } of quotes) {
      const told = digest.sections.flatMap((section) => section.stories).find((story) => story.item === id)
      expect(told?.title).toBe(quote)
      expect(week.find((one) => one.id === id)?.title).toBe(quote)
      expect(quote).toContain(/“(.*)”/.exec(text)?.[1])
    }
  })

  test('backs every sentence of a digest that has stories', () => {
    for (const sentence of compose(week).lead) expect(sentence.backing.length).toBeGreaterThan(0)
  })
})

describe('a quiet period', () => {
  test('gives two sentences: that nothing came, and how much was read', () => {
    const items = [item('a', 'A recipe for soup'), item('b', 'A recipe for bread', {}, { feed: 'tideline' })]
    const digest = compose(items)
    expect(digest).toMatchObject({ sections: [], read: 2, leftOut: 2 })
    expect(digest.lead.map((sentence) => sentence.text)).toEqual([
      "Nothing in this period bore on the wiki's key ideas.",
      '2 new items from 2 feeds were read.',
    ])
    expect(digest.lead[1]?.backing).toEqual([
      { kind: 'count', of: 'items read', value: digest.read },
      { kind: 'count', of: 'feeds with items', value: new Set(items.map((one) => one.feed)).size },
    ])
  })

  test('without any item says so too', () => {
    expect(texts([])[1]).toBe('0 new items from 0 feeds were read.')
    expect(texts([item('a', 'A recipe')])[1]).toBe('1 new item from 1 feed was read.')
  })
})
