import { describe, expect, test } from 'vitest'
import { composeDigest } from '../../src/digest/index.ts'
import { type LabelledItem, storyCount, unsupportedLanguage } from '../../src/model/index.ts'
import { ideas } from '../fixtures/digests.ts'
import { at, feeds, input, item, shuffled, since, until } from './items.ts'

const compose = (items: LabelledItem[]) => composeDigest(input(items)).digest
const stories = (items: LabelledItem[]) => compose(items).sections.flatMap((section) => section.stories)
/** The ideas under which stories stand, in their order. */
const headings = (items: LabelledItem[]) =>
  compose(items).sections.flatMap(({ idea, stories }) => (stories.length > 0 ? idea : []))

describe('sections', () => {
  test('stand in the order of the ideas, those without stories too', () => {
    const items = [
      item('a', 'Court hears the case on hosting', { 'institutional-support': 'mixed' }),
      item('b', 'Heron weights are out', { renewal: 'opens' }),
      item('c', 'Rents for cards climb', { 'compute-cost': 'closes' }),
    ]
    expect(headings(items)).toEqual(['renewal', 'compute-cost', 'institutional-support'])
    const { sections } = compose(items)
    expect(sections.map(({ idea }) => idea)).toEqual(ideas.map(({ id }) => id))
    expect(sections[0]).toMatchObject({ name: 'Renewal', title: 'Renewal is not automatic' })
    for (const { balance } of sections) expect(balance).toHaveLength(12)
  })

  test('follow the ideas as they are given, a sixth one too', () => {
    const sixth = { ...ideas[0]!, id: 'model-hubs', name: 'Hubs', title: 'Hubs keep the keys', order: 0 }
    const items = [
      item('a', 'Heron weights are out', { renewal: 'opens' }),
      item('b', 'A mirror of the hub opens', { 'model-hubs': 'opens' }),
    ]
    const { digest } = composeDigest(input(items, { ideas: [sixth, ...ideas] }))
    expect(digest.sections[0]).toMatchObject({ idea: 'model-hubs', stories: [{ item: 'b' }] })
    expect(storyCount(digest)).toBe(2)
  })

  test('leave out a label of an idea that the wiki no longer has', () => {
    const items = [item('a', 'An old idea returns', { gone: 'opens' })]
    expect(headings(items)).toEqual([])
    expect(compose(items)).toMatchObject({ read: 1, leftOut: 1, left: { noIdea: 1 } })
  })
})

describe('the stories of a section', () => {
  test('stand strongest first, more publishers lending strength', () => {
    const page = at('https://harbour-lab.example/heron')
    const found = stories([
      item('a', 'Northfold adds a corpus of letters', { renewal: ['opens', 0.7] }),
      item('b', 'Volunteers keep Drumlin alive', { renewal: ['opens', 0.9] }),
      item('c', 'Harbour Lab opens the weights of Heron', { renewal: ['opens', 0.85] }, page),
      item('d', 'Heron is here', { renewal: ['opens', 0.6] }, { ...page, feed: 'tideline' }),
    ])
    expect(found.map((story) => story.item)).toEqual(['c', 'b', 'a'])
  })

  test('stand by id where they are equally strong', () => {
    const found = stories([
      item('b', 'Volunteers keep Drumlin alive', { renewal: 'opens' }),
      item('a', 'Corvane withdraws Petrel', { renewal: 'closes' }),
    ])
    expect(found.map((story) => story.item)).toEqual(['a', 'b'])
  })
})

describe('a story that several feeds carried', () => {
  const page = at('https://harbour-lab.example/heron')
  const title = 'Harbour Lab opens the weights of Heron to everybody'
  const press = item('press', title, { renewal: ['opens', 0.6] }, { ...page, publishedAt: since + 1 })
  const lab = item(
    'lab',
    `${title} today`,
    { renewal: ['opens', 0.95] },
    { ...page, feed: 'harbour-lab', kind: 'lab' },
  )
  const mirror = item(
    'a-mirror',
    title,
    { renewal: ['opens', 0.7] },
    { ...page, feed: 'harbour-mirror', kind: 'lab' },
  )
  const other = item('other', 'Heron flies', { renewal: 'opens' }, { ...page, feed: 'tideline' })

  test('is told in the words of one of them, with the best score', () => {
    expect(stories([press, lab, other])).toEqual([
      expect.objectContaining({
        item: 'press',
        title,
        evidence: title,
        score: 0.95,
        feedTitle: 'Ledgerline',
      }),
    ])
  })

  test('names the other publishers, each once and by its first feed, the earliest first', () => {
    const markets = item(
      'markets',
      title,
      { renewal: 'opens' },
      { ...page, feed: 'tideline-markets', publishedAt: since + 9 },
    )
    const ministry = item(
      'ministry',
      title,
      { renewal: 'opens' },
      { ...page, feed: 'ministry', publishedAt: since + 5 },
    )
    const again = item('again', title, { renewal: 'opens' }, { ...page, feed: 'ledgerline' })
    const [story] = stories([press, other, again, markets, ministry])
    expect(story?.also).toEqual([
      { feed: 'ministry', feedTitle: 'Ministry', url: page.url, item: 'ministry' },
      { feed: 'tideline-markets', feedTitle: 'Tideline Markets', url: page.url, item: 'markets' },
    ])
    expect([...story!.items].sort()).toEqual(['again', 'markets', 'ministry', 'other', 'press'])
  })

  test('names a publisher whose round-up came first before those that came later', () => {
    const roundUp = item(
      'round-up',
      `Weekly round-up: ${title}`,
      { renewal: 'opens' },
      { feed: 'ministry', publishedAt: since },
    )
    const [story, ...others] = stories([press, other, roundUp])
    expect(others).toEqual([])
    expect(story?.also.map(({ feed }) => feed)).toEqual(['ministry', 'tideline'])
  })

  test('is told by the publisher’s own feed before a mirror of it', () => {
    const own = { ...mirror, id: 'own', feed: 'harbour-lab' }
    expect(stories([mirror, own])[0]?.item).toBe('own')
  })

  test('is told by the first report rather than by one of days later', () => {
    const late = { ...press, id: 'a-late', feed: 'tideline', publishedAt: since + 4 * 86_400_000 }
    expect(stories([late, press])[0]?.item).toBe('press')
  })

  test('is told by one that says what happened rather than by a bare name', () => {
    const bare = item('bare', 'Heron', { renewal: ['opens', 0.9] }, { ...page, publishedAt: since })
    expect(stories([bare, press])[0]?.item).toBe('press')
  })

  test('is told by a report rather than by talk of it', () => {
    const talk = { ...press, id: 'a-talk', feed: 'forum', kind: 'community' as const }
    expect(stories([talk, press])[0]?.item).toBe('press')
  })

  test('is told by a report that carries the idea, even before one that says more', () => {
    const [story] = stories([
      item(
        'lab',
        `${title} and tells all`,
        { 'compute-cost': ['closes', 0.6] },
        { ...page, feed: 'harbour-lab' },
      ),
      item('press', 'Heron freed', { renewal: ['opens', 0.9] }, page),
    ])
    expect(story).toMatchObject({
      item: 'press',
      direction: 'opens',
      evidence: 'Heron freed',
      ideas: ['compute-cost'],
    })
  })

  test('leans to where most of its weight does, and is told by one that leans there', () => {
    const [story] = stories([
      item('a', 'Harbour Lab changes the licence of Heron for all', { renewal: ['closes', 0.9] }, page),
      item('b', 'Heron’s new licence', { renewal: ['opens', 0.6] }, { ...page, feed: 'tideline' }),
      item('c', 'Heron under licence', { renewal: ['opens', 0.5] }, { ...page, feed: 'ministry' }),
    ])
    expect(story?.direction).toBe('opens')
    expect(story?.item).not.toBe('a')
  })

  test('of a feed that is no longer listed keeps that feed’s id for a name', () => {
    const [story] = stories([item('a', title, { renewal: 'opens' }, { ...page, feed: 'gone-feed' })])
    expect(story?.feedTitle).toBe('gone-feed')
  })
})

describe('a story', () => {
  test('on two ideas stands once, under the stronger, and names the other', () => {
    const items = [
      item('a', 'Heron is out and cheaper', {
        renewal: ['opens', 0.7],
        'disciplinary-floor': ['opens', 0.9],
      }),
    ]
    expect(headings(items)).toEqual(['disciplinary-floor'])
    expect(stories(items)).toMatchObject([{ ideas: ['renewal'] }])
  })

  test('equally strong on two ideas stands under the first of them', () => {
    expect(headings([item('a', 'Heron is out', { 'compute-cost': 'opens', renewal: 'opens' })])).toEqual([
      'renewal',
    ])
  })

  test('without a date stands at when it was first seen', () => {
    const seen = { publishedAt: null, firstSeenAt: until - 5 }
    const [story] = stories([item('a', 'Heron is out', { renewal: 'opens' }, seen)])
    expect(story?.publishedAt).toBe(new Date(until - 5).toISOString())
  })

  test('that only a round-up names is told by its topic', () => {
    const roundUp = 'Lab Opens Weights, Court Hears Hosts, A Robot That Sweeps'
    const one = item('a', roundUp, { 'institutional-support': 'mixed' })
    const labels = one.labels.map((label) => ({ ...label, evidence: 'Court Hears Hosts' }))
    expect(stories([{ ...one, labels }])).toMatchObject([{ title: 'Court Hears Hosts' }])
  })
})

const names =
  'Heron Petrel Lichen Drumlin Zenith Marram Tallow Dunlin Nimbrel Orrin Wexholm Carrow Braehead Stowage'.split(
    ' ',
  )
/** A week with a bit of everything: stories on all ideas, more than are told, one in four without an idea. */
const week = Array.from({ length: 28 }, (_, i) => {
  const direction = (['opens', 'closes', 'mixed'] as const)[i % 3]!
  const score = 0.5 + (i % 5) / 10
  return item(
    `i${i}`,
    `${names[i % 14]} does number ${i * 7}`,
    i % 4 === 3 ? {} : { [ideas[i % 5]!.id]: [direction, score] },
    {
      ...at(`https://news.example/${i % 25}`),
      feed: feeds[i % feeds.length]!.id,
      publishedAt: until - i * 3_600_000,
      language: i % 8 === 3 ? unsupportedLanguage : 'en',
    },
  )
})

describe('a digest', () => {
  const { digest, told, fates } = composeDigest(input(week))

  test('knows what became of every item, and the numbers add up to what was read', () => {
    expect([...fates.keys()].sort()).toEqual(week.map(({ id }) => id).sort())
    const { unread, noIdea, repeats, weaker } = digest.left!
    expect(digest).toMatchObject({ read: week.length, leftOut: unread + noIdea + repeats + weaker })
    expect(told.length + digest.leftOut).toBe(week.length)
    expect({ unread, noIdea }).toEqual({ unread: 4, noIdea: 3 })
    expect(weaker).toBeGreaterThan(0)
    const inSections = digest.sections.flatMap(({ stories }) => stories.flatMap(({ items }) => items))
    expect(inSections.sort()).toEqual([...told].sort())
  })

  test('says of a weaker story how far it was from being told', () => {
    const weaker = [...fates.values()].flatMap((fate) => (fate.fate === 'weaker' ? [fate] : []))
    for (const { rank, of, strength, least } of weaker) {
      expect(rank).toBeGreaterThan(storyCount(digest))
      expect(rank).toBeLessThanOrEqual(of)
      expect(strength).toBeGreaterThan(0)
      expect(least).toBeGreaterThan(0)
    }
  })

  test('tells ten stories at most', () => {
    expect(storyCount(digest)).toBe(10)
  })

  test('says nothing twice', () => {
    const told = digest.sections.flatMap((section) => section.stories)
    expect(new Set(told.map(({ item }) => item)).size).toBe(told.length)
    expect(new Set(told.map(({ url }) => url)).size).toBe(told.length)
    const sentences = digest.lead.map(({ text }) => text)
    expect(new Set(sentences).size).toBe(sentences.length)
    for (const { feed, also } of told) {
      const carriers = [feed, ...also.map((one) => one.feed)]
      expect(new Set(carriers).size).toBe(carriers.length)
    }
  })

  test('of the same items in any order is the same to the byte', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const parts = { history: shuffled(week, seed + 10), feeds: shuffled(feeds, seed) }
      const again = composeDigest(input(shuffled(week, seed), parts))
      expect(JSON.stringify(again.digest)).toBe(JSON.stringify(digest))
      expect([...again.told].sort()).toEqual([...told].sort())
      for (const [id, fate] of again.fates) expect(fate).toEqual(fates.get(id))
    }
  })

  test('does not change what it was made of', () => {
    const before = JSON.stringify(week)
    composeDigest(input(week))
    expect(JSON.stringify(week)).toBe(before)
  })

  test('has its period and no number, and the coverage it was given', () => {
    const coverage = {
      feeds: 5,
      answered: 4,
      failing: [{ feed: 'tideline', title: 'Tideline', error: 'gone' }],
    }
    expect(composeDigest(input(week, { coverage })).digest).toMatchObject({
      number: null,
      since: '2026-11-16T09:00:00.000Z',
      until: '2026-11-23T09:00:00.000Z',
      coverage,
    })
    expect(digest).not.toHaveProperty('coverage')
  })
})
