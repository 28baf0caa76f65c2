import { expect, test } from 'vitest'
import { cutAtWord } from '../../src/ingest/clean.ts'
import { maxItems } from '../../src/ingest/parse.ts'
import { atom, atomEntry, feedOf, rss, rssItem } from './documents.ts'

const itemsOf = async (items: string, url?: string) => (await feedOf(rss(items), url)).items
const first = async (parts: Record<string, string>, url?: string) =>
  (await itemsOf(rssItem(1, parts), url))[0]

test.each([
  ['escaped markup', '&lt;a href="/1"&gt;Title &lt;i&gt;one&lt;/i&gt;&lt;/a&gt;', 'Title one'],
  ['markup in CDATA', '<![CDATA[<a href="/1">Title</a> &amp; more]]>', 'Title & more'],
  [
    'entities escaped twice',
    'Research &amp;amp; development &amp;#8211; 2026',
    'Research & development – 2026',
  ],
  ['what only looks like a tag', 'List&lt;String&gt; and a &lt; b', 'List<String> and a < b'],
  ['line breaks', '\n  Title\n  of two lines ', 'Title of two lines'],
])('cleans a title of %s', async (_what, title, clean) => {
  expect((await first({ title }))?.title).toBe(clean)
})

test('makes a title of the text where there is none, and of the URL where there is nothing else', async () => {
  const items = await itemsOf(
    `${rssItem(1, { title: '', description: 'A short post about something.' })}<item><link>https://example.org/x</link></item>`,
  )
  expect(items.map(({ title }) => title)).toEqual(['A short post about something.', 'https://example.org/x'])
})

test('leaves out items that say nothing', async () => {
  expect(await itemsOf('<item><guid>only-an-id</guid></item>')).toEqual([])
})

test('resolves relative links against the URL of the feed', async () => {
  const links = ['/a', 'b/c', '?page=2', '//cdn.example.net/d', '../e', 'www.example.net/f']
  const items = await itemsOf(
    links.map((link, i) => rssItem(i + 1, { link })).join(''),
    'https://example.org/blog/feed.xml',
  )
  expect(items.map(({ url }) => url)).toEqual([
    'https://example.org/a',
    'https://example.org/blog/b/c',
    'https://example.org/blog/feed.xml?page=2',
    'https://cdn.example.net/d',
    'https://example.org/e',
    'https://www.example.net/f',
  ])
})

test('resolves against xml:base where a document has it', async () => {
  const entry = atomEntry(1)
    .replace('https://example.org/1', 'one')
    .replace('<entry', '<entry xml:base="posts/"')
  const feed = await feedOf(atom(entry, ' xml:base="https://base.example/x/"'))
  expect(feed.items[0]?.url).toBe('https://base.example/x/posts/one')
})

test.each(['javascript:alert(1)', 'mailto:a@example.org', 'data:text/html,x', 'http://'])(
  'has no URL for the link %s',
  async (link) => {
    expect((await first({ link, guid: 'x' }))?.url).toBe(null)
  },
)

test('drops tracking parameters and keeps the others', async () => {
  const link = 'https://example.org/a?utm_source=rss&amp;id=7&amp;fbclid=x'
  expect((await first({ link }))?.url).toBe('https://example.org/a?id=7')
})

test('follows a guid that is a permanent link, where there is no link', async () => {
  const items = await itemsOf(
    '<item><title>a</title><guid>https://example.org/a</guid></item>' +
      '<item><title>b</title><guid isPermaLink="true">https://example.org/b</guid></item>' +
      '<item><title>c</title><guid isPermaLink="false">https://example.org/c</guid></item>' +
      '<item><title>d</title><guid>not-a-url</guid></item>',
  )
  expect(items.map(({ url }) => url)).toEqual(['https://example.org/a', 'https://example.org/b', null, null])
})

test('finds links written the Atom way in RSS', async () => {
  const items = await itemsOf(
    '<item><title>a</title><atom:link rel="alternate" href="https://example.org/a"/></item>' +
      '<item><title>b</title><link href="https://example.org/b"/></item>',
  )
  expect(items.map(({ url }) => url)).toEqual(['https://example.org/a', 'https://example.org/b'])
})

test('takes an empty guid for none', async () => {
  const items = await itemsOf(
    rssItem(1, { guid: '' }) + rssItem(2, { guid: '  ' }) + rssItem(3, { guid: '<![CDATA[ ]]>' }),
  )
  expect(items.map(({ guid }) => guid)).toEqual([null, null, null])
})

test('tells items apart that share a guid, by their links', async () => {
  const items = await itemsOf(
    rssItem(1, { guid: 'g' }) + rssItem(2, { guid: 'g' }) + rssItem(3, { guid: 'g' }),
  )
  expect(items.map(({ guid }) => guid)).toEqual(['g', 'g|https://example.org/2', 'g|https://example.org/3'])
})

test('keeps one of items that repeat themselves', async () => {
  const feed = await feedOf(rss(rssItem(1) + rssItem(1) + rssItem(2)))
  expect(feed.items.map(({ guid }) => guid)).toEqual(['id-1', 'id-2'])
  expect(feed.total).toBe(2)
})

test('has no date where there is none, or none that can be read', async () => {
  const items = await itemsOf(rssItem(1, { pubDate: '' }) + rssItem(2, { pubDate: 'soon' }))
  expect(items.map(({ publishedAt }) => publishedAt)).toEqual([null, null])
})

test('takes the first date of an item that can be read', async () => {
  const item = rssItem(1, { pubDate: 'soon', 'dc:date': '2026-02-03T10:00:00Z' })
  expect((await itemsOf(item))[0]?.publishedAt).toBe(Date.UTC(2026, 1, 3, 10))
})

test.each(['appeared first on', 'first appeared on'])('cuts the boilerplate "%s"', async (words) => {
  const description = `<![CDATA[<p>The text.</p><p>The post <a href="x">A title</a> ${words} <a href="y">A blog</a>.</p>]]>`
  expect((await first({ description }))?.summary).toBe('The text.')
})

test("cuts the head of arXiv's listings and keeps the abstract", async () => {
  const description = 'arXiv:2603.04280v1 Announce Type: new Abstract: We measure how long it takes.'
  expect((await first({ description }))?.summary).toBe('We measure how long it takes.')
  expect((await first({ description: 'See arXiv:2603.04280 for more.' }))?.summary).toBe(
    'See arXiv:2603.04280 for more.',
  )
})

test('cuts a long summary at a word and keeps the whole as content', async () => {
  const text = 'word '.repeat(1_000).trim()
  const item = await first({ description: text })
  expect(item?.summary.length).toBeLessThanOrEqual(2_000)
  expect(item?.summary).toMatch(/word…$/)
  expect(item?.content).toBe(text)
})

test('cuts content at 20,000 characters', async () => {
  const item = await first({ 'content:encoded': `<![CDATA[<p>${'word '.repeat(10_000)}</p>]]>` })
  expect(item?.content.length).toBeLessThanOrEqual(20_000)
  expect(item?.content).toMatch(/word…$/)
})

test('has no content where it would only repeat the summary', async () => {
  expect((await first({ 'content:encoded': 'Summary 1' }))?.content).toBe('')
})

test('cuts at words, or anywhere where there are none, but never through a character', () => {
  expect(cutAtWord('one two three', 13)).toBe('one two three')
  expect(cutAtWord('one two three', 12)).toBe('one two…')
  expect(cutAtWord('one two three', 8)).toBe('one two…')
  expect(cutAtWord('onetwothree', 5)).toBe('onet…')
  expect(cutAtWord('😀😀😀😀', 4)).toBe('😀…')
})

const dated = (n: number, at: number) => rssItem(n, { pubDate: new Date(at).toUTCString() })

test('keeps the newest 2,000 items by date, in document order, and counts all', async () => {
  const start = Date.UTC(2026, 0, 1)
  const oldestFirst = Array.from({ length: maxItems + 500 }, (_, i) => dated(i, start + i * 60_000))
  const feed = await feedOf(rss(oldestFirst.join('')))
  expect([feed.items.length, feed.total]).toEqual([maxItems, maxItems + 500])
  expect([feed.items[0]?.title, feed.items.at(-1)?.title]).toEqual(['Title 500', `Title ${maxItems + 499}`])
})

test('keeps the first 2,000 items where there are no dates', async () => {
  const items = Array.from({ length: maxItems + 500 }, (_, i) => rssItem(i, { pubDate: '' }))
  const feed = await feedOf(rss(items.join('')))
  expect([feed.items.length, feed.total]).toEqual([maxItems, maxItems + 500])
  expect([feed.items[0]?.title, feed.items.at(-1)?.title]).toEqual(['Title 0', `Title ${maxItems - 1}`])
})

test('keeps the newest 2,000 items of a JSON Feed', async () => {
  const items = Array.from({ length: maxItems + 1 }, (_, i) => ({
    id: String(i),
    title: `Title ${i}`,
    date_published: new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString(),
  }))
  const feed = await feedOf(
    JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 't', items }),
  )
  expect([feed.items.length, feed.total, feed.items[0]?.title]).toEqual([maxItems, maxItems + 1, 'Title 1'])
})
