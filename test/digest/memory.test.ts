import { describe, expect, test } from 'vitest'
import { composeDigest, type PastStory } from '../../src/digest/index.ts'
import { recall } from '../../src/digest/memory.ts'
import { compareAmong } from '../../src/digest/stories.ts'
import { day, isQuiet, type LabelledItem, week } from '../../src/model/index.ts'
import { type Given, input, item, shuffled, until } from './items.ts'

const closes = { 'compute-cost': 'closes' } as const

/** An item of an earlier week. */
const earlier = (id: string, title: string, summary = '', labels: Given = closes) =>
  item(id, title, labels, { summary, publishedAt: until - 3 * week, firstSeenAt: until - 3 * week })
const now = (id: string, title: string, summary = '', labels: Given = closes) =>
  item(id, title, labels, { summary })

const rise: PastStory = {
  issue: 3,
  items: [
    earlier(
      'rise-1',
      'Brontide raises accelerator prices by a quarter',
      'List prices of its training accelerators go up by 25 percent in April, and 2027 is sold out.',
    ),
    earlier('rise-2', 'Brontide lifts accelerator prices by 25 percent', 'Everything made in 2027 is sold.'),
  ],
}
const grid: PastStory = {
  issue: 2,
  items: [
    earlier('grid', 'Grid operator delays data centres in the north', 'The connection will come in 2029.'),
  ],
}

const remember = (cluster: LabelledItem[], past: PastStory[] = [rise, grid]) =>
  recall(cluster, past, compareAmong([...cluster, ...past.flatMap((story) => story.items)]))
const compose = (items: LabelledItem[], past: PastStory[] = [rise, grid]) =>
  composeDigest(input(items, { past }))

describe('a story that an earlier issue told', () => {
  const again = now(
    'again',
    'Brontide: accelerator prices a quarter higher',
    'Training accelerators of Brontide cost 25 percent more in list prices, and 2027 is sold out.',
  )

  test('is a repeat when it says nothing new', () => {
    expect(remember([again])).toEqual({ repeats: rise })
    expect(remember(rise.items)).toEqual({ repeats: rise })
  })

  test('stands in no section of the digest, and the issue that told it is known', () => {
    const { digest, fates, told } = compose([again])
    expect(isQuiet(digest)).toBe(true)
    expect(digest).toMatchObject({ left: { repeats: 1, noIdea: 0, weaker: 0, unread: 0 } })
    expect(told).toEqual([])
    expect(fates.get('again')).toEqual({ fate: 'repeat', story: again.title, issue: 3 })
  })

  test('is a repeat in whatever order the earlier stories come', () => {
    for (const seed of [1, 2, 3])
      expect(remember([again], shuffled([rise, grid], seed))).toEqual({ repeats: rise })
  })

  test('is a repeat under the same title in another feed, whatever that puts under it', () => {
    const title = 'Fourteen libraries run Wrackline on servers of their own'
    const past = { issue: 4, items: [{ ...earlier('first', title), feed: 'one' }] }
    const summary = 'A reader sent us this; talk about it below.'
    for (const text of ['', summary])
      expect(remember([{ ...now('again', title, text), feed: 'two' }], [past])).toEqual({ repeats: past })
  })

  test('is told where nothing is remembered', () => {
    expect(remember([again], [])).toBeNull()
    expect(compose([again], []).told).toEqual(['again'])
  })
})

describe('a story that moved on', () => {
  const withdrawn = now(
    'withdrawn',
    'Brontide withdraws its rise of accelerator prices by a quarter',
    'List prices of its training accelerators will not go up by 25 percent after all.',
    { 'compute-cost': 'opens' },
  )
  const known = now(
    'known',
    'Brontide raises accelerator prices by a quarter',
    'List prices of its training accelerators go up by 25 percent in April.',
  )

  test('is an update of the issue that told it, by the item that brings the news', () => {
    expect(remember([known, withdrawn])).toEqual({ updates: rise, by: withdrawn })
  })

  test('is told as an update in the words of that item', () => {
    const { digest, told } = compose([known, withdrawn])
    const [story] = digest.sections.flatMap((section) => section.stories)
    expect(story).toMatchObject({
      item: 'withdrawn',
      title: withdrawn.title,
      update: withdrawn.title,
      updates: 3,
      items: ['withdrawn', 'known'],
    })
    expect([...told].sort()).toEqual(['known', 'withdrawn'])
  })

  test('stands in the lead with the number of the issue', () => {
    const strongest = now('first', 'Harbour Lab opens the weights of Heron', '', { renewal: ['opens', 0.99] })
    const second = now('second', 'Corvane retires Petrel', '', { renewal: ['closes', 0.95] })
    const { digest } = compose([withdrawn, strongest, second])
    expect(digest.lead.map(({ text }) => text)).toContain(
      `Moved on since issue 3: “${withdrawn.title}” (Ledgerline).`,
    )
  })

  test('has moved on when it leans another way, brings several new figures or says that something was done', () => {
    const leans = now('leans', known.title, known.summary, { 'compute-cost': 'opens' })
    const figures = now('figures', known.title, `${known.summary} Orders: 1,900 cards, 47 firms, 61 towns.`)
    const done = now('done', 'Brontide confirms: accelerator prices rise by a quarter', known.summary)
    for (const one of [leans, figures, done])
      expect(remember([one]), one.id).toEqual({ updates: rise, by: one })
  })

  test('is measured against all that was told of it, not only against the first story', () => {
    const second: PastStory = {
      issue: 5,
      items: [earlier('second', withdrawn.title, withdrawn.summary, { 'compute-cost': 'opens' })],
    }
    expect(remember([withdrawn], [rise, second])).toHaveProperty('repeats')
  })
})

describe('a story is new', () => {
  test('when no earlier one is like it', () => {
    expect(remember([now('other', 'Libraries share a server for Wrackline')])).toBeNull()
  })

  test('when it tells the same of another firm', () => {
    const kestrel = now(
      'kestrel',
      'Kestrel raises accelerator prices by a quarter',
      'List prices of its training accelerators go up by 25 percent in May.',
    )
    expect(remember([kestrel])).toBeNull()
    expect(compose([kestrel]).told).toEqual(['kestrel'])
  })

  test('when it tells of another version', () => {
    const weights = { renewal: 'opens' } as const
    const past = {
      issue: 4,
      items: [earlier('old', 'Harbour Lab releases Skerry 3.1 with open weights', '', weights)],
    }
    const next = now('next', 'Harbour Lab releases Skerry 3.2 with open weights', '', weights)
    expect(remember([next], [past])).toBeNull()
  })

  test('when it only shares its topic with one of the past', () => {
    const other = now('other', 'Accelerator rents fall by a tenth', 'Hosts ask less in April.', {
      'compute-cost': 'opens',
    })
    expect(remember([other])).toBeNull()
  })
})

test('what is remembered does not become part of the digest', () => {
  const { digest, told } = compose([
    item('new', 'Libraries share a server', { renewal: 'opens' }, { publishedAt: until - day }),
  ])
  expect(told).toEqual(['new'])
  expect(JSON.stringify(digest)).not.toMatch(/rise-|grid/)
})
