import { describe, expect, test } from 'vitest'
import { composeDigest } from '../../src/digest/index.ts'
import { type LabelledItem, storyCount } from '../../src/model/index.ts'
import { ideas } from '../fixtures/digests.ts'
import { at, feeds, input, item, shuffled, since, until } from './items.ts'

const compose = (items: LabelledItem[]) => composeDigest(input(items)).digest
const stories = (items: LabelledItem[]) => compose(items).sections.flatMap((section) => section.stories)

describe('sections', () => {
  test('stand in the order of the ideas, and only those that have stories', () => {
    const digest = compose([
      item('a', 'Court hears the case on hosting', { 'institutional-support': 'mixed' }),
      item('b', 'Heron weights are out', { renewal: 'opens' }),
      item('c', 'Rents for GPUs climb', { 'compute-cost': 'closes' }),
    ])
    expect(digest.sections.map((section) => section.idea)).toEqual([
      'renewal',
      'compute-cost',
      'institutional-support',
    ])
    expect(digest.sections[0]).toMatchObject({ name: 'Renewal', title: 'Renewal is not automatic' })
  })

  test('follow the ideas as they are given, a sixth one too', () => {
    const sixth = { ...ideas[0]!, id: 'model-hubs', name: 'Hubs', title: 'Hubs keep the keys', order: 0 }
    const items = [
      item('a', 'Heron weights are out', { renewal: 'opens' }),
      item('b', 'A mirror of the hub opens', { 'model-hubs': 'opens' }),
    ]
    const { digest } = composeDigest(input(items, { ideas: [sixth, ...ideas] }))
    expect(digest.sections.map((section) => section.idea)).toEqual(['model-hubs', 'renewal'])
  })

  test('leave out a label of an idea that the wiki no longer has', () => {
    const digest = compose([item('a', 'An old idea returns', { gone: 'opens' })])
    expect(digest).toMatchObject({ sections: [], read: 1, leftOut: 1 })
  })
})

describe('the stories of a section', () => {
  test('stand strongest first, more feeds lending strength', () => {
    const page = at('https://harbour-lab.example/heron')
    const found = stories([
      item('a', 'A small addition', { renewal: ['opens', 0.7] }),
      item('b', 'A clear addition', { renewal: ['opens', 0.9] }),
      item('c', 'Heron is out', { renewal: ['opens', 0.85] }, page),
      item('d', 'Heron is here', { renewal: ['opens', 0.6] }, { ...page, feed: 'tideline' }),
    ])
    expect(found.map((story) => story.item)).toEqual(['c', 'b', 'a'])
  })

  test('stand by id where they are equally strong', () => {
    const found = stories([
      item('b', 'One addition', { renewal: 'opens' }),
      item('a', 'Other withdrawal', { renewal: 'closes' }),
    ])
    expect(found.map((story) => story.item)).toEqual(['a', 'b'])
  })
})

describe('a story that several feeds carried', () => {
  const page = at('https://harbour-lab.example/heron')
  const press = item(
    'press',
    'Harbour Lab gives Heron away',
    { renewal: ['opens', 0.95] },
    { ...page, publishedAt: since + 1 },
  )
  const lab = item('lab', 'Heron weights', { renewal: ['opens', 0.6] }, { ...page, feed: 'harbour-lab' })
  const mirror = item(
    'a-mirror',
    'Heron weights',
    { renewal: ['opens', 0.7] },
    { ...page, feed: 'harbour-mirror' },
  )
  const other = item('other', 'Heron flies', { renewal: 'opens' }, { ...page, feed: 'tideline' })

  test('is told by its source, with the source’s words as evidence and the best score', () => {
    expect(stories([press, mirror, lab, other])).toEqual([
      expect.objectContaining({
        item: 'lab',
        title: 'Heron weights',
        feedTitle: 'Harbour Lab',
        evidence: 'Heron weights',
        score: 0.95,
      }),
    ])
  })

  test('names the other feeds, each once', () => {
    const again = item('again', 'Heron once more', { renewal: 'opens' }, { ...page, feed: 'tideline' })
    const same = item(
      'same',
      'Heron weights, corrected',
      { renewal: 'opens' },
      { ...page, feed: 'harbour-lab' },
    )
    const [story] = stories([press, lab, mirror, other, again, same])
    expect(story?.also.map((one) => one.feed).sort()).toEqual(['harbour-mirror', 'ledgerline', 'tideline'])
    expect(story?.also.find((one) => one.feed === 'tideline')).toEqual({
      feed: 'tideline',
      feedTitle: 'Tideline',
      url: page.url,
    })
  })

  test('is told by the publisher’s own feed before a mirror of it', () => {
    expect(stories([mirror, lab])[0]?.item).toBe('lab')
  })

  test('is told by the first report where there is no source', () => {
    expect(stories([other, press])[0]?.item).toBe('press')
  })

  test('is told by a report that carries the idea, even before a source that does not', () => {
    const [story] = stories([
      item('lab', 'A post', { 'compute-cost': ['closes', 0.6] }, { ...page, feed: 'harbour-lab' }),
      item('press', 'Heron freed', { renewal: ['opens', 0.9] }, page),
    ])
    expect(story).toMatchObject({
      item: 'press',
      direction: 'opens',
      evidence: 'Heron freed',
      ideas: ['compute-cost'],
    })
  })

  test('leans to where most of its weight does', () => {
    const [story] = stories([
      item('a', 'Heron’s licence', { renewal: ['closes', 0.9] }, page),
      item('b', 'Heron’s new licence', { renewal: ['opens', 0.6] }, { ...page, feed: 'tideline' }),
      item('c', 'Heron under licence', { renewal: ['opens', 0.5] }, { ...page, feed: 'ministry' }),
    ])
    expect(story?.direction).toBe('opens')
  })

  test('of a feed that is no longer listed keeps that feed’s id for a name', () => {
    const [story] = stories([item('a', 'Heron is out', { renewal: 'opens' }, { ...page, feed: 'gone-feed' })])
    expect(story?.feedTitle).toBe('gone-feed')
  })
})

test('a story on two ideas stands once, under the stronger, and names the other', () => {
  const digest = compose([
    item('a', 'Heron is out and cheaper', { renewal: ['opens', 0.7], 'disciplinary-floor': ['opens', 0.9] }),
  ])
  expect(digest.sections).toHaveLength(1)
  expect(digest.sections[0]).toMatchObject({ idea: 'disciplinary-floor', stories: [{ ideas: ['renewal'] }] })
  expect(storyCount(digest)).toBe(1)
})

test('a story equally strong on two ideas stands under the first of them', () => {
  const digest = compose([item('a', 'Heron is out', { 'compute-cost': 'opens', renewal: 'opens' })])
  expect(digest.sections.map((section) => section.idea)).toEqual(['renewal'])
})

test('an item without a title is shown by its first words', () => {
  const [story] = stories([item('a', '', { renewal: 'opens' }, { summary: 'Both sizes may be downloaded.' })])
  expect(story?.title).toBe('Both sizes may be downloaded.')
})

test('an item without a date stands at when it was first seen', () => {
  const [story] = stories([
    item('a', 'Heron is out', { renewal: 'opens' }, { publishedAt: null, firstSeenAt: until - 5 }),
  ])
  expect(story?.publishedAt).toBe(new Date(until - 5).toISOString())
})

/** A week with a bit of everything. */
const week: LabelledItem[] = [
  ...Array.from({ length: 24 }, (_, i) => {
    const idea = ideas[i % 5]!.id
    const direction = (['opens', 'closes', 'mixed'] as const)[i % 3]!
    const labels = i % 4 === 3 ? {} : { [idea]: [direction, 0.5 + (i % 5) / 10] as ['opens', number] }
    return item(`i${i}`, `Report number ${i} on topic ${i * 3} of the week`, labels, {
      ...at(`https://news.example/${i % 20}`),
      feed: feeds[i % feeds.length]!.id,
      publishedAt: until - i * 3_600_000,
    })
  }),
]

describe('a digest', () => {
  test('adds up: what was read stands in a story or was left out', () => {
    const { digest, told } = composeDigest(input(week))
    expect(digest.read).toBe(week.length)
    expect(new Set(told).size).toBe(told.length)
    expect(digest.leftOut + told.length).toBe(digest.read)
    const labelled = week.filter((one) => one.labels.length > 0).map((one) => one.id)
    expect([...told].sort()).toEqual(labelled.sort())
  })

  test('says nothing twice', () => {
    const { digest } = composeDigest(input(week))
    const ids = digest.sections.flatMap((section) => section.stories.map((story) => story.item))
    expect(new Set(ids).size).toBe(ids.length)
    const urls = digest.sections.flatMap((section) => section.stories.map((story) => story.url))
    expect(new Set(urls).size).toBe(urls.length)
    const sentences = digest.lead.map((sentence) => sentence.text)
    expect(new Set(sentences).size).toBe(sentences.length)
    for (const story of digest.sections.flatMap((section) => section.stories)) {
      const carriers = [story.feed, ...story.also.map((one) => one.feed)]
      expect(new Set(carriers).size).toBe(carriers.length)
    }
  })

  test('of the same items in any order is the same to the byte', () => {
    const once = JSON.stringify(composeDigest(input(week)))
    for (const seed of [1, 2, 3, 4, 5]) {
      const again = input(shuffled(week, seed), {
        history: shuffled(week, seed + 10),
        feeds: shuffled(feeds, seed),
      })
      expect(JSON.stringify(composeDigest(again))).toBe(once)
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
    const { digest } = composeDigest(input(week, { coverage }))
    expect(digest).toMatchObject({
      number: null,
      since: '2026-11-16T09:00:00.000Z',
      until: '2026-11-23T09:00:00.000Z',
      coverage,
    })
    expect(compose(week)).not.toHaveProperty('coverage')
  })
})
