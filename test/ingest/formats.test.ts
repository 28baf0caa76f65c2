import { expect, test } from 'vitest'
import { assemble, outline } from '../../src/ingest/outline.ts'
import { withFeedsmith } from '../../src/ingest/with-feedsmith.ts'
import { withRssParser } from '../../src/ingest/with-rss-parser.ts'
import { feedOf, rss, rssItem } from './documents.ts'

const february = Date.UTC(2026, 1, 3, 10)
const long = 'A longer text of the article. '.repeat(10).trim()

const rss2 = `<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
  <title>News &amp; more</title><link>https://example.org/</link><description>d</description><language>en-GB</language>
  <item><title>First &amp; best</title><link>https://example.org/1</link><guid isPermaLink="false">tag:1</guid>
    <pubDate>Tue, 03 Feb 2026 10:00:00 GMT</pubDate><description>&lt;p&gt;Short &amp;amp; sweet&lt;/p&gt;</description>
    <content:encoded><![CDATA[<p>${long}</p>]]></content:encoded></item>
</channel></rss>`

const atom1 = `<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB"><title>News &amp; more</title><id>f</id>
  <link rel="self" href="https://example.org/feed.xml"/><updated>2026-02-03T10:00:00Z</updated>
  <entry><title type="html">First &amp;amp; best</title><id>tag:1</id>
    <link rel="enclosure" href="https://example.org/1.mp3"/><link rel="replies" href="https://example.org/1/replies"/>
    <link href="https://example.org/1"/>
    <published>2026-02-03T11:00:00+01:00</published><updated>2026-03-01T00:00:00Z</updated>
    <summary>Short &amp; sweet</summary><content type="html">&lt;p&gt;${long}&lt;/p&gt;</content></entry>
</feed>`

const atom03 = `<feed version="0.3" xmlns="http://purl.org/atom/ns#" xml:lang="en-GB"><title>News &amp; more</title>
  <entry><title>First &amp; best</title><link rel="alternate" type="text/html" href="https://example.org/1"/><id>tag:1</id>
    <issued>2026-02-03T10:00:00Z</issued><modified>2026-03-01T00:00:00Z</modified>
    <summary>Short &amp; sweet</summary><content type="text/html" mode="escaped">&lt;p&gt;${long}&lt;/p&gt;</content></entry></feed>`

const rdf = `<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
  <channel rdf:about="https://example.org/"><title>News &amp; more</title><link>https://example.org/</link>
    <dc:language>en-GB</dc:language>
    <items><rdf:Seq><rdf:li rdf:resource="tag:1"/></rdf:Seq></items></channel>
  <item rdf:about="tag:1"><title>First &amp; best</title><link>https://example.org/1</link>
    <dc:date>2026-02-03T10:00:00Z</dc:date><description>Short &amp; sweet</description>
    <content:encoded><![CDATA[<p>${long}</p>]]></content:encoded></item>
</rdf:RDF>`

const rss091 = rss2.replace('version="2.0"', 'version="0.91"')

const json = JSON.stringify({
  version: 'https://jsonfeed.org/version/1.1',
  title: 'News & more',
  language: 'en-GB',
  items: [
    {
      id: 'tag:1',
      url: 'https://example.org/1',
      title: 'First & best',
      summary: 'Short & sweet',
      content_html: `<p>${long}</p>`,
      date_published: '2026-02-03T10:00:00Z',
    },
  ],
})

test.each([
  ['RSS 2.0', rss2],
  ['RSS 0.91', rss091],
  ['RDF (RSS 1.0)', rdf],
  ['Atom 1.0', atom1],
  ['Atom 0.3', atom03],
  ['JSON Feed', json],
])('reads %s', async (_format, text) => {
  expect(await feedOf(text)).toEqual({
    kind: 'feed',
    title: 'News & more',
    language: 'en-GB',
    total: 1,
    ttlMs: null,
    items: [
      {
        guid: 'tag:1',
        url: 'https://example.org/1',
        title: 'First & best',
        summary: 'Short & sweet',
        content: long,
        publishedAt: february,
      },
    ],
  })
})

test.each([
  ['RSS', rss2],
  ['RDF', rdf],
  ['Atom', atom1],
  ['Atom 0.3', atom03],
])('both parsers say the same of %s once it is taken apart', async (_format, xml) => {
  const parts = outline(xml, 'https://example.org/feed.xml')!
  const document = assemble(parts.head, parts.items)
  expect(await withRssParser(document)).toEqual(withFeedsmith(document))
})

test('both parsers say the same of text that looks like markup', async () => {
  const texts = [
    'a ]]> b',
    '<![CDATA[x]]>',
    '&lt;&amp;&#8217;&foo;',
    '<b>x</b> & y',
    '  spaced  out ',
    '"quoted"',
    "it's",
  ]
  const items = texts.map((text) =>
    rssItem(1, { title: `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>` }),
  )
  const parts = outline(rss(items.join('')), 'https://example.org/feed.xml')!
  const [one, other] = [
    await withRssParser(assemble('', parts.items)),
    withFeedsmith(assemble('', parts.items)),
  ]
  const titles = ({ items }: typeof one) => items.map(({ title }) => title.trim())
  expect(titles(one)).toEqual(titles(other))
  expect(titles(one)).toEqual(texts.map((text) => text.trim()))
})

test('reads plain text of a JSON Feed as text, not as HTML', async () => {
  const items = [{ id: 1, content_text: 'if a < b then <b>\nend', external_url: 'https://example.org/x' }]
  const feed = await feedOf(JSON.stringify({ version: 'https://jsonfeed.org/version/1', title: 't', items }))
  expect(feed.items).toMatchObject([
    { guid: '1', url: 'https://example.org/x', summary: 'if a < b then <b>\nend' },
  ])
})

test('takes a feed without items for a feed', async () => {
  expect(await feedOf('<rss version="2.0"><channel><title>Weekend</title></channel></rss>')).toEqual({
    kind: 'feed',
    title: 'Weekend',
    language: null,
    items: [],
    total: 0,
    ttlMs: null,
  })
})

test('has no title for a feed without one, whatever its items are called', async () => {
  const image = '<image><title>no</title></image><category>no</category>'
  const feed = await feedOf(`<rss version="2.0"><channel>${image}${rssItem(1)}</channel></rss>`)
  expect(feed.title).toBe('')
})
