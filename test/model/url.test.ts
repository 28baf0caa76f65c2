import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalUrl, cleanUrl, isHomePage } from '../../src/model/index.ts'

describe('the canonical URL', () => {
  test.each([
    ['http://example.org/a', 'https://example.org/a'],
    ['HTTPS://WWW.Example.ORG/Path', 'https://example.org/Path'],
    ['https://example.org:443/a', 'https://example.org/a'],
    ['http://example.org:80/a', 'https://example.org/a'],
    ['http://example.org:8080/a', 'https://example.org:8080/a'],
    ['https://example.org./a', 'https://example.org/a'],
    ['https://example.org', 'https://example.org'],
    ['https://example.org/', 'https://example.org'],
    ['https://example.org/a/', 'https://example.org/a'],
    ['https://example.org//a///b', 'https://example.org/a/b'],
    ['https://example.org/index.html', 'https://example.org'],
    ['https://example.org/news/index.php', 'https://example.org/news'],
    ['https://example.org/news/my-index.html', 'https://example.org/news/my-index.html'],
    ['https://example.org/a#comments', 'https://example.org/a'],
    ['https://example.org/a?utm_source=rss&utm_medium=feed', 'https://example.org/a'],
    ['https://example.org/a?UTM_Source=rss&fbclid=x&gclid=y&mc_cid=z', 'https://example.org/a'],
    ['https://example.org/a?id=7&utm_campaign=x', 'https://example.org/a?id=7'],
    ['https://example.org/a?b=2&a=1', 'https://example.org/a?a=1&b=2'],
    ['https://example.org/a?a=2&a=1', 'https://example.org/a?a=1&a=2'],
    ['https://example.org/?p=12', 'https://example.org?p=12'],
    ['https://example.org/a?source=rss----b1c2---4', 'https://example.org/a'],
    ['https://example.org/a?ref=blog.example.net', 'https://example.org/a'],
    ['https://example.org/a?ref=v2&source=report.pdf', 'https://example.org/a?ref=v2&source=report.pdf'],
    ['https://example.org/#/posts/1', 'https://example.org#/posts/1'],
    ['https://example.org/app#!posts/1', 'https://example.org/app#!posts/1'],
    ['https://example.org/a#/', 'https://example.org/a'],
    ['https://user:word@example.org/a', 'https://example.org/a'],
    ['  https://example.org/a\n', 'https://example.org/a'],
    ['https://bücher.example/ä', 'https://xn--bcher-kva.example/%C3%A4'],
  ])('of %s is %s', (raw, canonical) => {
    expect(canonicalUrl(raw)).toBe(canonical)
  })

  test.each([
    '',
    'example.org/a',
    '/a',
    'mailto:a@example.org',
    'javascript:alert(1)',
    'ftp://example.org/a',
    'https://',
  ])('of %j is none', (raw) => {
    expect(canonicalUrl(raw)).toBeNull()
    expect(cleanUrl(raw)).toBeNull()
  })

  test('keeps apart what differs by a parameter that carries meaning', () => {
    expect(canonicalUrl('https://example.org/watch?v=1')).not.toBe(
      canonicalUrl('https://example.org/watch?v=2'),
    )
  })

  test('of a canonical URL is itself', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        const once = canonicalUrl(url)!
        expect(canonicalUrl(once)).toBe(once)
      }),
      { seed: 23 },
    )
  })

  test('is the same for a URL and the one that is shown for it', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        expect(canonicalUrl(cleanUrl(url)!)).toBe(canonicalUrl(url))
      }),
      { seed: 23 },
    )
  })
})

test.each([
  ['https://example.org/', true],
  ['https://www.example.org/index.html', true],
  ['https://example.org/de/', true],
  ['https://example.org/en-GB', true],
  ['https://example.org/?p=1', false],
  ['https://example.org/news', false],
  ['https://example.org/#/posts/1', false],
])('%s is the first page of a site: %s', (url, expected) => {
  expect(isHomePage(canonicalUrl(url)!)).toBe(expected)
})

describe('the URL that is shown', () => {
  test.each([
    ['https://www.example.org/a/?utm_source=rss#part', 'https://www.example.org/a/#part'],
    ['http://example.org/a?b=2&utm_source=x&a=1', 'http://example.org/a?b=2&a=1'],
    ['https://example.org/a?q=a%20b', 'https://example.org/a?q=a%20b'],
    ['https://example.org/index.html', 'https://example.org/index.html'],
    [' https://example.org ', 'https://example.org/'],
  ])('of %s is %s', (raw, clean) => {
    expect(cleanUrl(raw)).toBe(clean)
  })
})
