import fc from 'fast-check'
import { expect, test } from 'vitest'
import { outline } from '../../src/ingest/outline.ts'
import { parse } from '../../src/ingest/parse.ts'
import { atom, atomEntry, feedOf, rss, rssItem } from './documents.ts'

const two = rssItem(1) + rssItem(2)
const deep = '<a>'.repeat(20_000)
const deepClosed = deep + '</a>'.repeat(20_000)

/** One defect each. Every document holds items 1 and 2 with their titles, links and dates. */
const defects: [string, string][] = [
  ['a byte order mark and blank lines before the prolog', `\ufeff\n \n${rss(two)}`],
  ['warnings of PHP before the prolog', `<br />\n<b>Warning</b>: foo() in <b>/x.php</b> on line <b>3</b><br />\n${rss(two)}`],
  ['a comment before the root that names it', rss(two).replace('<rss', '<!-- made by <rss> maker -->\n<rss')],
  ['text after the root', `${rss(two)}\n<!-- 0.2 s --> bye & <bye`],
  ['no prolog', rss(two).slice(rss(two).indexOf('<rss'))],
  ['XML 1.1', rss(two).replace('1.0', '1.1')],
  ['no version of RSS', rss(two).replace(' version="2.0"', '')],
  ['a version without quotes', rss(two).replace('"2.0"', '2.0')],
  ['upper-case tags', rss(two).replace(/<\/?[a-zA-Z]+(?=[ >])/g, (tag) => tag.toUpperCase())],
  ['a bare & in text', rss(rssItem(1, { description: 'AT&T & R&D &' }) + rssItem(2))],
  ['a bare & in a link', rss(rssItem(1, { comments: 'https://example.org/?a=1&b=2' }) + rssItem(2))],
  ['a bare & in an attribute', rss(rssItem(1).replace('</item>', '<enclosure url="https://e.org/?a=1&b=2" /></item>') + rssItem(2))],
  ['an unknown entity', rss(rssItem(1, { description: 'a &foo; b &nbsp; &rsquor;' }) + rssItem(2))],
  ['numbers of forbidden characters', rss(rssItem(1, { description: 'a&#0;&#xD800;&#x1F;b&#9999999;' }) + rssItem(2))],
  ['control characters', rss(rssItem(1, { description: 'a\u0000\u0008\u001bb\ufffe' }) + rssItem(2))],
  ['half a surrogate pair', rss(rssItem(1, { description: 'a\ud83db' }) + rssItem(2))],
  ['a raw < in text', rss(rssItem(1, { description: 'if a < b <= c <' }) + rssItem(2))],
  ['HTML that was not escaped', rss(rssItem(1, { description: '<p>One<br>two <img src=x> <a href=y>three</p>' }) + rssItem(2))],
  ['a CDATA section that is never closed', rss(rssItem(1, { description: '<![CDATA[<p>x</p>' }) + rssItem(2))],
  ['a CDATA section closed by the next item', rss(rssItem(1, { description: '<![CDATA[x' }) + rssItem(2, { description: '<![CDATA[y]]>' }))],
  ['CDATA inside CDATA', rss(rssItem(1, { title: '<![CDATA[<![CDATA[Title 1]]>]]>' }) + rssItem(2))],
  ['a closing tag too many', rss(rssItem(1).replace('</item>', '</b></foo></item>') + rssItem(2))],
  ['tags closed in the wrong order', rss(rssItem(1).replace('</item>', '<x><y>z</x></y></item>') + rssItem(2))],
  ['a field that is not closed', rss(rssItem(1).replace('</description>', '') + rssItem(2))],
  ['an item that is not closed', rss(rssItem(1).replace('</item>', '') + rssItem(2))],
  ['items outside the channel', `<rss version="2.0"><channel><title>A feed</title></channel>${two}</rss>`],
  ['channel fields after the items', `<rss version="2.0"><channel>${two}<title>A feed</title></channel></rss>`],
  ['an end that breaks off in a third item', rss(two + rssItem(3)).slice(0, -70)],
  ['an end that breaks off after an item', rss(two).replace('</channel></rss>', '')],
  ['tags 20,000 deep', rss(rssItem(1, { x: deep }) + rssItem(2))],
  ['HTML 20,000 deep', rss(rssItem(1, { description: deepClosed }) + rssItem(2))],
  ['names of JavaScript', rss(rssItem(1, { __proto__x: '', constructor: 'x', toString: 'y' } as never) + rssItem(2))],
  ['an empty item', rss(`<item></item><item/>${two}<item>\n</item>`)],
  ['a prefix on every tag', atom(atomEntry(1) + atomEntry(2)).replace(/<(\/?)([a-z]+)/g, '<$1atom:$2').replace('xmlns=', 'xmlns:atom=')],
  ['a date in Atom that is none', atom(atomEntry(1, '<published>last Tuesday</published>') + atomEntry(2))],
  ['an empty date in Atom', atom(atomEntry(1, '<published/><updated></updated>') + atomEntry(2))],
  ['a link in Atom without attributes', atom(atomEntry(1, '<link/>') + atomEntry(2, '<link></link>'))],
  ['a link in Atom that holds its URL', atom(atomEntry(1).replace(/<link href="(.*?)"\/>/, '<link>$1</link>') + atomEntry(2))],
  ['xhtml in an Atom title', atom(atomEntry(1, '', '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Title <b>1</b></div></title>') + atomEntry(2))],
  ['a DOCTYPE with entities', rss(two).replace('<rss', '<!DOCTYPE rss [<!ENTITY a "b"><!ENTITY x SYSTEM "file:///etc/passwd">]>\n<rss')],
] // biome-ignore format: a table

test.each(defects)('reads both items despite %s', async (_defect, text) => {
  const feed = await feedOf(text)
  expect(feed.title.toLowerCase()).toBe('a feed')
  expect(feed.total).toBe(2)
  expect(feed.items).toMatchObject(
    [1, 2].map((n) => ({
      guid: `id-${n}`,
      url: `https://example.org/${n}`,
      title: `Title ${n}`,
      publishedAt: Date.UTC(2026, 1, n, 10),
    })),
  )
})

test('keeps what the text around a defect says', async () => {
  const feed = await feedOf(
    rss(rssItem(1, { title: 'AT&T &mdash; a < b &foo; caf&eacute;', description: 'x<br>y &amp; z' })),
  )
  expect(feed.items).toMatchObject([{ title: 'AT&T — a < b &foo; café', summary: 'x\ny & z' }])
})

test('does not expand entities a document defines', async () => {
  const bombs = Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i + 1} "&e${i};&e${i};">`).join('')
  const doctype = `<!DOCTYPE rss [<!ENTITY e0 "ha"><!ENTITY file SYSTEM "file:///etc/passwd">${bombs}]>`
  const feed = await feedOf(rss(rssItem(1, { title: '&e20; &file;' })).replace('<rss', `${doctype}<rss`))
  expect(feed.items[0]?.title).toBe('&e20; &file;')
})

test('does not take items that are quoted in a text for items', async () => {
  const quoted = '<![CDATA[<pre>&lt;item&gt;</pre> <item><title>quoted</title></item>]]>'
  const feed = await feedOf(rss(`<!-- ${rssItem(9)} -->${rssItem(1, { 'content:encoded': quoted })}`))
  expect(feed.items.map(({ title }) => title)).toEqual(['Title 1'])
})

const hostile = ['<', '<title>', '<item>', '<item><title>x', '<![CDATA[', '<title><![CDATA[x</title></item>', '<a x="', '&', '&a1;', '<!--', '</a>', '<a>', '<description><b>', '<?x', '&lt;'] // biome-ignore format: a table

test.each(hostile)(
  'reads a megabyte of %s without hanging',
  async (piece) => {
    const outcome = await parse(rss(piece.repeat((1024 * 1024) / piece.length)), 'https://example.org/')
    expect(['feed', 'failed']).toContain(outcome.kind)
  },
  10_000,
)

test.each([
  ['raw', '<'.repeat(128 * 1024)],
  ['escaped', '&lt;'.repeat(128 * 1024)],
  ['in CDATA', `<![CDATA[${'<'.repeat(128 * 1024)}]]>`],
])(
  'reads a description of 128 KB of "<", %s',
  async (_how, description) => {
    const feed = await feedOf(rss(rssItem(1, { description }) + rssItem(2)))
    expect(feed.items.map(({ title }) => title)).toEqual(['Title 1', 'Title 2'])
  },
  10_000,
)

test('does not let a document grow on its way: fields of nothing but "&"', async () => {
  const xml = rss(rssItem(1, { description: '&'.repeat(250_000) }).repeat(60))
  const parts = outline(xml)
  expect(parts?.items.join('').length).toBeLessThan(60 * 1024 * 1024)
})

test('does not build a million objects of JSON', async () => {
  expect(await parse('['.repeat(2_000_000), 'https://example.org/')).toMatchObject({
    kind: 'failed',
    reason: 'malformed',
  })
})

test('gives clean items or a failure for any damage to a document', async () => {
  const documents = [
    rss(rssItem(1, { description: '<![CDATA[<p>x</p>]]>' }) + rssItem(2)),
    atom(atomEntry(1) + atomEntry(2)),
  ]
  const piece = fc.constantFrom('<', '>', '"', '&', '</', '/>', '<![CDATA[', ']]>', '<!--', '<b>', '</item>', '<item>', '<title>', '<link', '=', '\u0000', '<__proto__>', '{') // biome-ignore format: a table
  const damage = fc.array(fc.tuple(fc.nat(600), fc.nat(12), fc.oneof(piece, fc.string())), {
    minLength: 1,
    maxLength: 5,
  })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...documents), damage, async (document, edits) => {
      let text = document
      for (const [at, gone, put] of edits) text = text.slice(0, at) + put + text.slice(at + gone)
      const outcome = await parse(text, 'https://example.org/feed.xml')
      if (outcome.kind === 'failed') expect(outcome.message).toMatch(/^answered /)
      for (const item of outcome.kind === 'feed' ? outcome.items : []) {
        expect(typeof item.title).toBe('string')
        expect(item.title || item.url).toBeTruthy()
        expect(item.guid === null || item.guid !== '').toBe(true)
        expect(item.url === null || /^https?:\/\//.test(item.url)).toBe(true)
        expect(item.publishedAt === null || Number.isSafeInteger(item.publishedAt)).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})
