/**
 * Megabytes made to keep a parser busy or to fill its memory, read as the service does it: in a worker with its limits. Time it
 * has more of, as the machine may be busy: what takes it in vain takes hours.
 */
import { afterAll, expect, test } from 'vitest'
import { createParsePool } from '../../src/ingest/index.ts'
import { outline } from '../../src/ingest/outline.ts'
import { jsonFeed, rss, rssItem } from './documents.ts'

const megabytes = 2
const size = megabytes * 1024 * 1024
const pool = createParsePool({ timeLimitMs: 50_000 })
afterAll(() => pool.close())

const parse = (text: string) =>
  pool.parse({ body: Buffer.from(text), contentType: null, url: 'https://example.org/feed.xml' })
/** As many of `piece` as make up the megabytes; `n` tells them apart. */
const many = (piece: (n: number) => string) =>
  Array.from({ length: size / (piece(100_000).length + 1) }, (_, n) => piece(n)).join('\n')

const tokens = [
  ...['<', '>', '&', '"', '<!', '<?x', '<!--', '<![CDATA[', ']]>', '<a =', '<a x="', '<a>', '</a>', '<title>', '</title '],
  ...['<item>', '</item>', '<item/>', '<item a="b" ', '<item><title>x', '<item><description>', '<description><b>'],
  ...['<title>x<item>', '<title>x<guid>', '<title><![CDATA[x</title></item>', '<media:group>', '<media:content>', '<a xmlns:b="c">'],
  ...['&lt;', '&a1;', '&#x41;', '<!-- <rss> -->', '<script>', '<rss', '<entry>', ' ', '\n<br>', '\u200b', '😀'],
] // biome-ignore format: a table

test.each(tokens)(`reads ${megabytes} MB of %j in time, as a feed and as a text in it`, async (token) => {
  const text = token.repeat(size / token.length)
  for (const document of [rss(text), rss(rssItem(1, { description: text })), text]) {
    const outcome = await parse(document)
    expect(outcome).not.toMatchObject({ reason: expect.stringMatching(/^parse/) })
  }
})

const made: [string, string][] = [
  ['elements that are each named differently', many((n) => `<n${n}>x</n${n}>`)],
  ['elements that are each named differently and never closed', many((n) => `<n${n}>x`)],
  ['elements that are closed by another name', many((n) => `<n${n}></b>`)],
  ['prefixes that are each declared', many((n) => `<p${n}:a xmlns:p${n}="urn:${n}"/>`)],
  ['titles with prefixes that are never closed', many((n) => `<p${n}:title>x`)],
  ['entities nobody declared', `<description>${many((n) => `&e${n};`)}</description>`],
  ['one attribute', `<link href="${'a'.repeat(size)}"/>`],
  ['attributes', `<link ${many((n) => `a${n}="b"`)}/>`],
  ['steps upwards in a link', `<link>https://example.org/${'../'.repeat(size / 3)}</link>`],
  ['steps upwards in bases', many(() => `<link xml:base="../../../">x</link>`)],
  ['blanks in a tag', `<title${' '.repeat(size)}>x</title>`],
  ['blanks in a closing tag', `<title>x</title${' '.repeat(size)}>`],
  ['blanks in a title', `<title>x${' '.repeat(size)}y</title>`],
  ['CDATA sections that are never closed in a title', `<title>${'<![CDATA['.repeat(size / 9)}</title>`],
  ['CDATA sections that are never closed in texts', many(() => `<description>${'<![CDATA['.repeat(20_000)}</description>`).slice(0, size)],
  ['CDATA sections in a title', `<title>${'<![CDATA[x]]>'.repeat(size / 13)}</title>`],
  ['dates that are none', many(() => `<pubDate>${'Mon, '.repeat(19)}</pubDate>`)],
  ['base64', `<title mode="base64">${'QUJD'.repeat(size / 4)}</title>`],
  ['markup that was not escaped', `<description>${'<p>a<b>c</b></p>'.repeat(size / 16)}</description>`],
  ['what WordPress adds', `<description>${'The post '.repeat(size / 9)}</description>`],
] // biome-ignore format: a table

test.each(made)(`reads an item of ${megabytes} MB of %s in time`, async (_what, fields) => {
  const outcome = await parse(rss(`<item><guid>id-1</guid>${fields}</item>`))
  expect(outcome).toMatchObject({ kind: 'feed', items: [{ guid: 'id-1' }] })
})

test('reads entities that are declared without end in time', async () => {
  const declarations = many((n) => `<!ENTITY e${n} "${'x'.repeat(190)}">`)
  const use = '&e1;'.repeat(size / 4)
  const text = rss(rssItem(1, { description: use })).replace('<rss', `<!DOCTYPE rss [${declarations}]><rss`)
  expect(await parse(text)).toMatchObject({ kind: 'feed', items: [{ guid: 'id-1' }] })
})

test('reads a feed of more items than are ever kept in time', async () => {
  const outcome = await parse(rss(many((n) => `<item><title>Title ${n}</title></item>`)))
  expect(outcome).toMatchObject({ kind: 'feed', items: { length: 2_000 } })
})

test('reads a JSON Feed of megabytes of "<" in time', async () => {
  const items = Array.from({ length: 2_000 }, (_, id) => ({ id, content_html: '< '.repeat(size / 4_000) }))
  expect(await parse(jsonFeed(items))).toMatchObject({ kind: 'feed', items: { length: 2_000 } })
})

test('does not build a million objects of JSON', async () => {
  expect(await parse('['.repeat(2_000_000))).toMatchObject({ kind: 'failed', reason: 'malformed' })
})

test.each([
  ['raw', '<'.repeat(128 * 1024)],
  ['escaped', '&lt;'.repeat(128 * 1024)],
  ['in CDATA', `<![CDATA[${'<'.repeat(128 * 1024)}]]>`],
])('keeps the items around a description of 128 KB of "<", %s', async (_how, description) => {
  expect(await parse(rss(rssItem(1, { description }) + rssItem(2)))).toMatchObject({
    items: [{ title: 'Title 1' }, { title: 'Title 2' }],
  })
})

test('does not let a document grow on its way', () => {
  const xml = rss(rssItem(1, { description: '&'.repeat(250_000) }).repeat(60))
  const parts = outline(xml, 'https://example.org/feed.xml')
  expect(parts?.items.join('').length).toBeLessThan(2 * xml.length)
})
