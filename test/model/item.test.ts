import { describe, expect, test } from 'vitest'
import { effectiveDate, type FeedItem, identityOf, itemId, revisionOf } from '../../src/model/index.ts'

const item: FeedItem = {
  guid: 'tag:example.org,2026:1',
  url: 'https://example.org/a',
  title: 'Weights released',
  summary: 'Both sizes.',
  content: '',
  publishedAt: 1_780_000_000_000,
}

describe('the identity of an item', () => {
  test('is its guid, whatever else changes', () => {
    expect(identityOf(item)).toBe('guid:tag:example.org,2026:1')
    expect(identityOf({ ...item, guid: ' tag:example.org,2026:1\n', url: null, title: 'Other' })).toBe(
      identityOf(item),
    )
  })

  test.each([null, '', '  '])('is its canonical URL where the guid is %j', (guid) => {
    expect(identityOf({ ...item, guid })).toBe('url:https://example.org/a')
    expect(identityOf({ ...item, guid, url: 'http://www.example.org/a/?utm_source=rss' })).toBe(
      identityOf({ ...item, guid }),
    )
  })

  test.each([null, 'mailto:a@example.org'])(
    'is a hash of its words where it has neither guid nor web URL (%j)',
    (url) => {
      const bare = { ...item, guid: null, url }
      expect(identityOf(bare)).toMatch(/^hash:[0-9a-f]{64}$/)
      expect(identityOf({ ...bare, publishedAt: null })).toBe(identityOf(bare))
      for (const changed of [{ title: 'x' }, { summary: 'x' }, { content: 'x' }]) {
        expect(identityOf({ ...bare, ...changed })).not.toBe(identityOf(bare))
      }
    },
  )

  test('is a hash where it would not fit into an index', () => {
    const long = (end: string) => ({ ...item, guid: `${'é'.repeat(1500)}${end}` })
    expect(identityOf(long('a'))).toMatch(/^long:[0-9a-f]{64}$/)
    expect(identityOf(long('a'))).not.toBe(identityOf(long('b')))
  })

  test('never makes a guid equal to another item’s URL', () => {
    const byUrl = { ...item, guid: null }
    expect(identityOf({ ...item, guid: 'https://example.org/a' })).not.toBe(identityOf(byUrl))
  })
})

describe('the id of a stored item', () => {
  test('is the same for ever', () => {
    // Written down once: another value here would orphan every stored item.
    expect(itemId('harbour-lab', 'guid:tag:example.org,2026:1')).toBe('fc84dc4948a7bfba')
  })

  test('differs by feed and by identity', () => {
    expect(itemId('a', 'guid:1')).not.toBe(itemId('b', 'guid:1'))
    expect(itemId('a', 'guid:1')).not.toBe(itemId('a', 'guid:2'))
  })
})

describe('a revision', () => {
  test.each([
    { title: 'x' },
    { summary: 'x' },
    { content: 'x' },
    { url: 'https://example.org/b' },
    { url: null },
  ])('is a new one when readers see %j', (changed) => {
    expect(revisionOf({ ...item, ...changed })).not.toBe(revisionOf(item))
  })

  test('is the same one when only guid or date change', () => {
    expect(revisionOf({ ...item, guid: null, publishedAt: null })).toBe(revisionOf(item))
  })

  test('tells apart words that moved from one field to the next', () => {
    expect(revisionOf({ ...item, title: 'a', summary: 'b' })).not.toBe(
      revisionOf({ ...item, title: 'ab', summary: '' }),
    )
  })
})

test.each([
  [{ publishedAt: 50, firstSeenAt: 100 }, 50],
  [{ publishedAt: 150, firstSeenAt: 100 }, 100],
  [{ publishedAt: null, firstSeenAt: 100 }, 100],
])('an item counts as having happened at its own date, never after it was seen: %j → %i', (dates, at) => {
  expect(effectiveDate(dates)).toBe(at)
})
