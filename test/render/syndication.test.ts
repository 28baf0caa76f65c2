import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith'
import { describe, expect, test } from 'vitest'
import type { Correction, LabelledItem } from '../../src/model/index.ts'
import { hostile, hostileDigest, ideas, quietDigest, richDigest } from '../fixtures/digests.ts'
import { harms, renderer, site, titles, unseen } from './reading.ts'

const now = Date.UTC(2026, 10, 30, 9)
const digests = [hostileDigest, quietDigest, richDigest]
/** Each given free nine hours after the end of its period. */
const issues = digests.map((digest) => ({
  digest,
  releasedAt: Date.parse(digest.until) + 9 * 3_600_000,
  corrections: [] as Correction[],
}))
const links = digests.map(({ number }) => `${site}/digests/${number}`)

describe('the feeds of the digest', () => {
  const rss = renderer.digestFeed('rss', issues, now)
  const atom = renderer.digestFeed('atom', issues, now)
  const json = renderer.digestFeed('json', issues, now)

  test('can be read as RSS', () => {
    const feed = parseRssFeed(rss)
    expect(feed.title).toBe('Freehold')
    expect(feed.items!.map(({ link }) => link)).toEqual(links)
    expect(feed.items!.map(({ guid }) => guid!.value)).toEqual(links)
    expect(feed.items![2]!.title).toBe('Freehold 12: OLMo 4 is out, with every document it was trained on')
    expect(feed.items![2]!.pubDate).toBe('Mon, 23 Nov 2026 09:00:00 GMT')
  })

  test('can be read as Atom', () => {
    const feed = parseAtomFeed(atom)
    expect(feed.id).toBe(`${site}/feeds/digests.atom`)
    expect(feed.entries!.map(({ id }) => id)).toEqual(links)
    expect(feed.entries![1]!.summary).toMatchObject({
      value: '23–29 November 2026: a quiet week.',
    })
    expect(feed.updated).toBe(new Date(Math.max(...issues.map(({ releasedAt }) => releasedAt))).toISOString())
    expect(feed.entries!.map(({ published, updated }) => [published, updated])).toEqual(
      issues.map(({ releasedAt }) => Array(2).fill(new Date(releasedAt).toISOString())),
    )
  })

  test('can be read as JSON Feed', () => {
    const feed = parseJsonFeed(JSON.parse(json))
    expect(feed.items!.map(({ id }) => id)).toEqual(links)
    expect(JSON.parse(json).version).toBe('https://jsonfeed.org/version/1.1')
  })

  test('hold the whole issue, and no harm', () => {
    const [bad, , rich] = JSON.parse(json).items as { content_html: string }[]
    expect(rich!.content_html).toContain('OLMo 4 32B comes with all of its training data')
    expect(rich!.content_html).toContain('▼ closes')
    expect(harms(bad!.content_html)).toEqual([])
    expect(unseen(rss + atom)).toEqual([])
    expect(titles.html(rich!.content_html)).toEqual([])
  })

  test('bring what was put right since: the dated note, and the time of the last one', () => {
    const corrections = [
      { at: '2026-12-01T10:00:00.000Z', note: 'It has 34 billion.' },
      { at: '2026-12-03T09:30:00.000Z', note: `${hostile.script} It has 35 billion.` },
    ]
    const corrected = issues.map((issue) => (issue.digest === richDigest ? { ...issue, corrections } : issue))
    const [, , item] = JSON.parse(renderer.digestFeed('json', corrected, now)).items
    expect(item).toMatchObject({
      id: links[2],
      date_published: '2026-11-23T09:00:00.000Z',
      date_modified: '2026-12-03T09:30:00.000Z',
    })
    expect(item.content_html).toMatch(
      /^<p><strong>Corrected on 1 December 2026:<\/strong> <span dir="auto">It has 34 billion\.<\/span><\/p>\n<p><strong>Corrected on 3 December 2026:/,
    )
    expect(harms(item.content_html)).toEqual([])
    const feed = parseAtomFeed(renderer.digestFeed('atom', corrected, now))
    expect(feed.updated).toBe('2026-12-03T09:30:00.000Z')
    expect(feed.entries![2]).toMatchObject({
      id: links[2],
      published: '2026-11-23T09:00:00.000Z',
      updated: '2026-12-03T09:30:00.000Z',
      content: { value: item.content_html.trim() },
    })
    const asRss = parseRssFeed(renderer.digestFeed('rss', corrected, now))
    expect(asRss.lastBuildDate).toBe('Thu, 03 Dec 2026 09:30:00 GMT')
    expect(asRss.items![2]).toMatchObject({
      guid: { value: links[2] },
      pubDate: 'Mon, 23 Nov 2026 09:00:00 GMT',
      content: { encoded: item.content_html.trim() },
    })
    for (const untouched of JSON.parse(json).items) expect(untouched).not.toHaveProperty('date_modified')
  })

  test('are valid before the first issue', () => {
    expect(renderer.digestFeed('rss', [], now)).toContain(
      '<lastBuildDate>Mon, 30 Nov 2026 09:00:00 GMT</lastBuildDate>',
    )
    expect(renderer.digestFeed('atom', [], now)).toContain('<updated>2026-11-30T09:00:00.000Z</updated>')
    expect(JSON.parse(renderer.digestFeed('json', [], now)).items).toEqual([])
  })
})

test('the feed of an idea has its items, with the direction in words', () => {
  const item: LabelledItem & { feedTitle: string } = {
    id: 'abc',
    feed: 'ai2',
    feedTitle: 'Ai2 Blog',
    title: 'OLMo 4 is out',
    summary: '',
    content: '',
    url: 'https://allenai.example/olmo-4',
    canonicalUrl: null,
    kind: 'lab',
    language: 'en',
    publishedAt: Date.UTC(2026, 10, 18),
    firstSeenAt: Date.UTC(2026, 10, 19),
    baseline: false,
    labels: [
      { idea: 'renewal', direction: 'opens', score: 0.9, evidence: 'under Apache 2.0', by: 'model:1' },
    ],
  }
  const feed = parseRssFeed(renderer.ideaFeed('rss', ideas[0]!, [item], now))
  expect(feed.items).toHaveLength(1)
  expect(feed.items![0]).toMatchObject({
    title: 'OLMo 4 is out',
    link: 'https://allenai.example/olmo-4',
    description: '▲ opens · Ai2 Blog · “under Apache 2.0”',
    pubDate: 'Wed, 18 Nov 2026 00:00:00 GMT',
  })
})
