import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith'
import { describe, expect, test } from 'vitest'
import type { LabelledItem } from '../../src/model/index.ts'
import { hostileDigest, ideas, quietDigest, richDigest } from '../fixtures/digests.ts'
import { harms, renderer, site, titles, unseen } from './reading.ts'

const now = Date.UTC(2026, 10, 30, 9)
const digests = [hostileDigest, quietDigest, richDigest]
const links = digests.map(({ number }) => `${site}/digests/${number}`)

describe('the feeds of the digest', () => {
  const rss = renderer.digestFeed('rss', digests, now)
  const atom = renderer.digestFeed('atom', digests, now)
  const json = renderer.digestFeed('json', digests, now)

  test('can be read as RSS', () => {
    const feed = parseRssFeed(rss)
    expect(feed.title).toBe('Freehold')
    expect(feed.items!.map(({ link }) => link)).toEqual(links)
    expect(feed.items!.map(({ guid }) => guid!.value)).toEqual(links)
    expect(feed.items![2]!.title).toBe('Freehold 12: OLMo 4 is out, with every document it was trained on')
    expect(feed.items![2]!.pubDate).toBe('Mon, 23 Nov 2026 00:00:00 GMT')
  })

  test('can be read as Atom', () => {
    const feed = parseAtomFeed(atom)
    expect(feed.id).toBe(`${site}/feeds/digests.atom`)
    expect(feed.entries!.map(({ id }) => id)).toEqual(links)
    expect(feed.entries![1]!.summary).toMatchObject({
      value: '23–29 November 2026: a quiet week.',
    })
    expect(feed.updated).toBe(new Date(hostileDigest.until).toISOString())
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
