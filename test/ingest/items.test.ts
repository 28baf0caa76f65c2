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

test('takes no tag of a title for text where the title is declared to be HTML', async () => {
  const title = 'Use &lt;applet code=x&gt;&lt;/applet&gt; or &amp;lt;canvas&amp;gt; &amp;amp; more'
  const titleOf = async (type: string) =>
    (await feedOf(atom(atomEntry(1, '', `<title${type}>${title}</title>`)))).items[0]?.title
  expect(await titleOf(' type="html"')).toBe('Use or <canvas> & more')
  expect(await titleOf('')).toBe('Use <applet code=x></applet> or <canvas> & more')
})

test('makes a title of the text where there is none, and of the URL where there is nothing else', async () => {
  const items = await itemsOf(
    `${rssItem(1, { title: '', description: 'A short post about something.' })}<item><link>https://example.org/x</link></item>`,
  )
  expect(items.map(({ title }) => title)).toEqual(['A short post about something.', 'https://example.org/x'])
})

test('makes a title of an id, of another field, or none at all where an item has nothing else', async () => {
  const items = await itemsOf(
    '<item><guid>only-an-id</guid></item><item><category>News</category></item><item><pubDate>2026-02-03</pubDate></item>',
  )
  expect(items.map(({ title }) => title)).toEqual(['only-an-id', 'News', 'Untitled'])
})

test('leaves out items that say nothing', async () => {
  expect(await itemsOf('<item/><item> <title></title> <link/> </item>')).toEqual([])
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

test('resolves relative links against the page a feed names, wherever the feed is', async () => {
  const items = rssItem(1, { link: 'a' }) + rssItem(2, { link: '/b' })
  const page = '<link>https://page.example/blog/</link>'
  for (const document of [rss(items, page), rss(items + page)]) {
    const feed = await feedOf(document, 'https://mirror.example/feeds/1.xml')
    expect(feed.items.map(({ url }) => url)).toEqual([
      'https://page.example/blog/a',
      'https://page.example/b',
    ])
  }
  const entry = atomEntry(1).replace('https://example.org/1', 'one')
  const links = '<link rel="self" href="https://no.example/"/><link href="https://page.example/x/"/>'
  expect((await feedOf(atom(links + entry))).items[0]?.url).toBe('https://page.example/x/one')
})

test('resolves a page that is relative itself, and ignores one that is none', async () => {
  const pages: [string, string][] = [
    ['/home/', 'https://example.org/home/a'],
    ['mailto:a@example.org', 'https://example.org/blog/a'],
    ['', 'https://example.org/blog/a'],
  ]
  for (const [page, url] of pages) {
    const document = rss(rssItem(1, { link: 'a' }), `<link>${page}</link>`)
    expect((await feedOf(document, 'https://example.org/blog/feed.xml')).items[0]?.url).toBe(url)
  }
})

const bases = [
  ['the feed', 'https://base.example/x/', '', '', 'https://base.example/x/one'],
  ['the entry', '', 'https://entry.example/', '', 'https://entry.example/one'],
  ['the link', '', '', 'https://link.example/', 'https://link.example/one'],
  ['feed and entry', 'https://base.example/x/', 'posts/', '', 'https://base.example/x/posts/one'],
  ['feed and link', 'https://base.example/x/', '', '/deep/', 'https://base.example/deep/one'],
  ['all three', 'https://base.example/x/', 'posts/', '../deep/', 'https://base.example/x/deep/one'],
  ['all three, each its own', 'https://a.example/', 'https://b.example/', 'https://c.example/', 'https://c.example/one'],
  ['none that is absolute', '/a/', 'b/', 'c/', 'https://example.org/a/b/c/one'],
] as const // biome-ignore format: a table

test.each(bases)('resolves against xml:base of %s', async (_whose, ofFeed, ofEntry, ofLink, url) => {
  const base = (value: string) => (value ? ` xml:base="${value}"` : '')
  const inAtom = atomEntry(1)
    .replace('<link href="https://example.org/1"', `<link${base(ofLink)} href="one"`)
    .replace('<entry', `<entry${base(ofEntry)}`)
  const inRss = rssItem(1)
    .replace('<link>https://example.org/1', `<link${base(ofLink)}>one`)
    .replace('<item', `<item${base(ofEntry)}`)
  const documents = [
    atom(`<link href="https://page.example/"/>${inAtom}`, base(ofFeed)),
    rss(inRss, '<link>https://page.example/</link>').replace('<rss', `<rss${base(ofFeed)}`),
  ]
  for (const document of documents) expect((await feedOf(document)).items[0]?.url).toBe(url)
})

test('resolves a relative link in Atom that holds its URL, with its references', async () => {
  const entry = atomEntry(1).replace('<link href="https://example.org/1"/>', '<link>one?a=1&amp;b=2</link>')
  expect((await feedOf(atom(entry, ' xml:base="https://base.example/"'))).items[0]?.url).toBe(
    'https://base.example/one?a=1&b=2',
  )
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
  expect(items.map(({ guid }) => guid)).toEqual([
    'g|https://example.org/1',
    'g|https://example.org/2',
    'g|https://example.org/3',
  ])
})

test('keeps what they are called by when a newer one comes on top, or they change places', async () => {
  const item = (n: number) => rssItem(n, { guid: 'g' })
  const three = await itemsOf(item(1) + item(2) + item(3))
  const four = await itemsOf(item(4) + item(3) + item(2) + item(1))
  const byUrl = (items: typeof three) => new Map(items.map(({ url, guid }) => [url, guid]))
  for (const [url, guid] of byUrl(three)) expect(byUrl(four).get(url)).toBe(guid)
})

test('tells items apart that share guid and link, by title, or else by day', async () => {
  const link = 'https://example.org/changelog'
  const same = { guid: 'g', link }
  const items = await itemsOf(
    rssItem(1, { ...same, title: 'One' }) +
      rssItem(2, { ...same, title: 'Two' }) +
      rssItem(3, { ...same, title: 'Two' }) +
      rssItem(4, { ...same, link: `${link}#four` }),
  )
  expect(items.map(({ guid }) => guid)).toEqual([
    `g|${link}|one`,
    `g|${link}|two|2026-02-02`,
    `g|${link}|two|2026-02-03`,
    `g|${link}#four`,
  ])
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
