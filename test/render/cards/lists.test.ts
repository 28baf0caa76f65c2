import { describe, expect, test } from 'vitest'
import type { Direction, Feed } from '../../../src/model/index.ts'
import { latestPerPage, sourcesPerPage } from '../../../src/render/index.ts'
import { anItem, buttons, cards, faults, menu, said } from './checking.ts'

const at = Date.UTC(2026, 10, 18, 10) / 1000
const latest = (part = {}) =>
  cards.latest({
    stories: [{ item: anItem(), feedTitle: 'Ai2 Blog' }],
    idea: null,
    direction: null,
    page: 1,
    pages: 1,
    since: '9 November',
    ...part,
  })

describe('the latest stories', () => {
  test('have mark, link, facts and quotation, by their surest label', () => {
    expect(said(latest()).split('\n')).toEqual([
      '### Latest stories',
      '-# since 9 November',
      '▲ **[OLMo 4 is out, with every document it was trained on](https://news.example/olmo)**',
      `-# Renewal · opens · Ai2 Blog · <t:${at}:D>`,
      '> “all of its training data”',
    ])
  })

  test('show the label that was asked for, and do not say the idea again', () => {
    const text = said(latest({ idea: 'compute-cost', direction: 'mixed', pages: 3 }))
    expect(text.split('\n')).toEqual([
      '### Latest stories on Compute cost',
      '-# only what is contested · since 9 November · page 1 of 3',
      '◆ **[OLMo 4 is out, with every document it was trained on](https://news.example/olmo)**',
      `-# contested · Ai2 Blog · <t:${at}:D>`,
      '> “trained on 900 GPUs”',
    ])
  })

  test('are turned over by buttons that know what was asked for', () => {
    expect(buttons(latest())).toEqual([])
    const middle = latest({ idea: 'renewal', direction: 'opens', page: 2, pages: 3 })
    expect(buttons(middle)).toEqual([
      ['Newer', 'page:1:renewal:opens'],
      ['Older', 'page:3:renewal:opens'],
    ])
    const [newer, older] = [1, 3].map((page) => JSON.stringify(latest({ page, pages: 3 })))
    expect(newer).toMatch(/"Newer","custom_id":"page:0::","disabled":true/)
    expect(newer).toMatch(/"Older","custom_id":"page:2::","disabled":false/)
    expect(older).toMatch(/"Older","custom_id":"page:4::","disabled":true/)
  })

  test('can be told of by a menu: each once, by its title', () => {
    const stories = [
      anItem(),
      anItem(),
      anItem({ id: 'b', title: '', labels: [] }),
      anItem({ id: 'x'.repeat(101) }),
    ]
    const message = latest({ stories: stories.map((item) => ({ item, feedTitle: '' })) })
    expect(menu(message)).toMatchObject({
      custom_id: 'label',
      options: [
        {
          label: 'OLMo 4 is out, with every document it was trained on',
          value: '3f9a3f9a3f9a3f9a',
          description: 'Renewal · opens',
        },
        { label: 'Untitled', value: 'b' },
      ],
    })
    expect(faults(message)).toEqual([])
  })

  test('are five to a page', () => {
    const stories = Array.from({ length: 9 }, (_, n) => ({ item: anItem({ id: `${n}` }), feedTitle: '' }))
    expect(menu(latest({ stories })).options).toHaveLength(latestPerPage)
  })

  test.each<[string | null, Direction | null, string]>([
    [null, null, 'Freehold has stored no story since 9 November.'],
    ['renewal', null, 'Freehold has stored no story on Renewal since 9 November.'],
    ['renewal', 'closes', 'Freehold has stored no story on Renewal that closes space since 9 November.'],
    [null, 'mixed', 'Freehold has stored no story that is contested since 9 November.'],
  ])('that are none are said to be none: %s, %s', (idea, direction, sentence) => {
    const message = latest({ stories: [], idea, direction })
    expect(said(message).split('\n')[0]).toBe(sentence)
    expect(menu(message)).toBeUndefined()
  })
})

const feed = (part: Partial<Feed> = {}): Feed => ({
  id: 'ai2',
  title: 'Ai2',
  url: 'https://allenai.example/rss.xml',
  site: 'https://allenai.example/',
  publisher: 'Ai2',
  kind: 'lab',
  group: 'Model labs',
  language: 'en',
  official: true,
  textUse: 'excerpt',
  everyMs: null,
  keep: [],
  block: [],
  maxAgeDays: null,
  enabled: true,
  reason: null,
  ...part,
})

describe('the sources', () => {
  test('stand in their groups, and say plainly which do not answer', () => {
    const feeds = [
      { feed: feed(), lastSuccessAt: at * 1000, error: null },
      { feed: feed({ title: 'B', group: 'Policy', kind: 'policy' }), lastSuccessAt: null, error: null },
      { feed: feed({ title: 'C' }), lastSuccessAt: at * 1000, error: 'The server answered 404.' },
      { feed: feed({ title: 'D' }), lastSuccessAt: null, error: '' },
      { feed: feed({ title: 'E', enabled: false, reason: 'It moved.' }), lastSuccessAt: null, error: null },
    ]
    expect(said(cards.sources({ feeds, page: 1, pages: 1 })).split('\n')).toEqual([
      '### What Freehold reads',
      '-# 5 feeds',
      '**Model labs**',
      `- [Ai2](https://allenai.example/) · lab · read <t:${at}:R>`,
      `- [C](https://allenai.example/) · lab · **does not answer**: The server answered 404 · last read <t:${at}:R>`,
      '- [D](https://allenai.example/) · lab · **does not answer**: no reason given',
      '- [E](https://allenai.example/) · lab · switched off: It moved.',
      '**Policy**',
      '- [B](https://allenai.example/) · policy · not read yet',
      '-# `/suggest-feed` proposes another, and so does [the form on the web](https://freehold.example/suggest).',
    ])
  })

  test('are turned over, and counted over all pages', () => {
    const feeds = Array.from({ length: 40 }, () => ({ feed: feed(), lastSuccessAt: null, error: null }))
    const message = cards.sources({ feeds, page: 2, pages: 5, total: 93 })
    expect(said(message)).toContain(`-# 93 feeds · page 2 of 5 · ${sourcesPerPage} of 40 shown\n`)
    expect(buttons(message)).toEqual([
      ['Back', 'page:1:sources'],
      ['Next', 'page:3:sources'],
    ])
    expect(said(cards.sources({ feeds: feeds.slice(0, 1), page: 2, pages: 2 }))).toContain(
      '\n-# page 2 of 2\n',
    )
  })

  test('that are none are not counted', () => {
    expect(said(cards.sources({ feeds: [], page: 1, pages: 1 }))).toMatch(/^No feeds are read yet\./)
  })
})

describe('why an item stands where it stands', () => {
  test('is told first, then its labels, the surest first', () => {
    const labels = [
      ...anItem().labels,
      { idea: 'economic-function', direction: 'closes' as const, score: 1, evidence: '', by: 'maintainer' },
    ]
    const message = cards.why({
      item: anItem({ labels }),
      feedTitle: 'Ai2 Blog',
      reason: 'It stands in issue 12.',
    })
    expect(said(message).split('\n')).toEqual([
      '**[OLMo 4 is out, with every document it was trained on](https://news.example/olmo)**',
      `-# Ai2 Blog · <t:${at}:D>`,
      'It stands in issue 12.',
      '▼ **Economic function** · closes · given by a maintainer',
      '▲ **Renewal** · opens · 97 % sure',
      '> “all of its training data”',
      '◆ **Compute cost** · contested · 61 % sure',
      '> “trained on 900 GPUs”',
    ])
    expect(buttons(message)).toEqual([['Wrong label?', 'label:3f9a3f9a3f9a3f9a']])
  })

  test('is told of an item without labels too', () => {
    const message = cards.why({
      item: anItem({ labels: [], url: null }),
      feedTitle: '',
      reason: 'It bears on no idea.',
    })
    expect(said(message)).toContain('It bears on no idea.\n-# No key idea is given to it.')
    expect(buttons(message)).toHaveLength(1)
  })
})
