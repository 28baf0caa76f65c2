/**
 * Documents damaged at random, parsed as the service does it: in a worker with its limits. `FEED_MUTATIONS` is how many
 * (500 without it; CI sets 20,000). A failure prints the seed and the smallest damage that still fails.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { createParsePool, type PoolOutcome } from '../../src/ingest/index.ts'
import { atom, atomEntry, jsonFeed, jsonItem, rdf, rdfItem, rss, rssItem } from './documents.ts'

const runs = Number(process.env.FEED_MUTATIONS ?? 500)
/** Documents under way at the same time. */
const atOnce = 4
const pool = createParsePool({ size: 2 })
afterAll(() => pool.close())

const html = '<p>One &amp; <b>two</b><br>&eacute;&#8217; <a href="/x?a=1&b=2">three</a></p>'
const xhtml = '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">One <i>two</i></div></content>'
const modules = {
  'content:encoded': `<![CDATA[${html}]]>`,
  'dc:date': '2026-02-03T10:00:00Z',
  'media:group': '<media:title>m</media:title><media:content url="https://example.org/m.jpg"/>',
}

/** Well-formed documents of every format. */
const documents = [
  rss(
    rssItem(1) + rssItem(2, { description: `<![CDATA[${html}]]>` }),
    '<language>en</language><ttl>60</ttl>',
  ),
  rss(rssItem(1, modules) + rssItem(2, { guid: 'https://example.org/2', link: '' }) + rssItem(3)),
  rss(
    rssItem(1, { title: '日本 😀 Größe', description: html.replaceAll('<', '&lt;') }),
    '<link>/home</link>',
  ),
  rss(rssItem(1, { title: '&x;' })).replace('<rss', '<!DOCTYPE rss [<!ENTITY x "y">]><!-- <rss> --><rss'),
  rdf(rdfItem(1) + rdfItem(2) + rdfItem(3), ' xmlns:dc="http://purl.org/dc/elements/1.1/"'),
  atom(
    atomEntry(1, xhtml) + atomEntry(2, `<summary type="html"><![CDATA[${html}]]></summary>`),
    ' xml:lang="de"',
  ),
  atom(
    atomEntry(1, '<published>2026-02-01T10:00:00+01:00</published><source><title>no</title></source>') +
      atomEntry(2, '', `<title mode="base64">${btoa('Title 2')}</title>`),
    ' xml:base="https://base.example/x/"',
  ),
  '<CHANNEL HREF="/"><ITEM HREF="1" LASTMOD="2026-02-01"><TITLE>Title 1</TITLE></ITEM><ITEM HREF="2"/></CHANNEL>',
  jsonFeed([jsonItem(1), jsonItem(2), { ...jsonItem(3), content_html: html }], { language: 'en' }),
]

const hostile = [
  ...['<', '>', '"', "'", '&', '=', '/', '</', '/>', '<!', '<?', ']]>', '<![CDATA[', '<!--', '-->', '{', '[', '}', '\\'],
  ...['<item>', '</item>', '<entry>', '</entry>', '<channel>', '</channel>', '<rss>', '<feed ', '<title>', '</title>'],
  ...['<link>', '<link/>', '<guid>', '<b>', '<x:title>', '<media:group>', '<media:content>', '<description>', '<html>'],
  ...['&#0;', '&#xD800;', '&#x110000;', '&x;', '&amp;amp;', '\0', '\x1b', '\ufeff', '\ufffe', '\u202e', '\ud83d', '\udc00'],
  ...['<a b="', ' xml:base="../../"', ' xmlns:dc="urn:x"', ' isPermaLink="false"', ' mode="base64"', ' href="javascript:x"'],
  ...['__proto__', '"__proto__":{}', 'null', '1e999', '\\ud83d', '\\u0000', '<__proto__>', '<constructor>', 'javascript:alert(1)', 'http://['],
  ...['9999-99-99T99:99:99Z', '275760-09-13T00:00:00Z', 'Thu, 01 Jan 1970 00:00:00 GMT', '<!DOCTYPE x [', '<!ENTITY a "&a;">'],
] // biome-ignore format: a table

const at = fc.nat(400)
const edit = fc.oneof(
  fc.record({ kind: fc.constant('delete' as const), at, length: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('repeat' as const), at, length: fc.integer({ min: 1, max: 12 }), times: fc.integer({ min: 2, max: 40 }) }),
  fc.record({ kind: fc.constant('swap' as const), at, to: at }),
  fc.record({ kind: fc.constant('insert' as const), at, text: fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 8 })) }),
  fc.record({ kind: fc.constant('within' as const), at, place: fc.nat(30), text: fc.constantFrom(...hostile) }),
  fc.record({ kind: fc.constant('case' as const), at, upper: fc.boolean() }),
  fc.record({ kind: fc.constant('nest' as const), at, length: fc.integer({ min: 1, max: 20 }), depth: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ kind: fc.constant('truncate' as const), at }),
) // biome-ignore format: a table
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never

const byteEdit = fc.record({ at: fc.nat(4_000), value: fc.option(fc.nat(255)) })
const encoding = fc.constantFrom('utf8', 'utf8', 'utf8', 'utf16le', 'latin1', 'utf16be', 'marked') // most are UTF-8
const contentType = fc.constantFrom(
  null,
  'text/xml; charset=iso-8859-1',
  'application/rss+xml; charset=utf-16',
  'text/html; charset="koi8-r"',
  'text/xml; charset=iso-2022-jp',
)

/** Tags, texts between them, and the signs of JSON. */
const tokensOf = (text: string) => text.match(/<[^>]*>|[{}[\],:]|[^<{}[\],:]+|</g) ?? []

function applied(tokens: string[], change: Edit): string[] {
  const place = change.at % (tokens.length + 1)
  const before = tokens.slice(0, place)
  const after = tokens.slice(place)
  const token = after[0] ?? ''
  switch (change.kind) {
    case 'delete':
      return [...before, ...after.slice(change.length)]
    case 'repeat':
      return [...before, ...Array.from({ length: change.times }, () => after.slice(0, change.length)).flat(), ...after]
    case 'swap': {
      const other = tokens[change.to % tokens.length] ?? ''
      return tokens.map((one, i) => (i === place ? other : i === change.to % tokens.length ? token : one))
    }
    case 'insert':
      return [...before, change.text, ...after]
    case 'within':
      return [...before, token.slice(0, change.place) + change.text + token.slice(change.place), ...after.slice(1)]
    case 'case':
      return [...before, change.upper ? token.toUpperCase() : token.toLowerCase(), ...after.slice(1)]
    case 'nest':
      return [...before, ...Array.from({ length: change.depth }, () => token), ...after.slice(0, change.length), ...after]
    case 'truncate':
      return before
  }
} // biome-ignore format: one line each

function encoded(text: string, how: string): Buffer {
  if (how === 'utf16be') return Buffer.from(text, 'utf16le').swap16()
  if (how === 'marked') return Buffer.from(`\ufeff${text}`, 'utf16le')
  return Buffer.from(text, how as BufferEncoding)
}

const damaged = fc
  .record({
    document: fc.constantFrom(...documents),
    edits: fc.array(edit, { minLength: 1, maxLength: 8 }),
    encoding,
    bytes: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(byteEdit, { maxLength: 4 }) },
    ),
    contentType,
  })
  .map(({ document, edits, encoding, bytes, contentType }) => {
    const tokens = edits.reduce(applied, tokensOf(document))
    const body = encoded(tokens.join('').slice(0, 200_000), encoding)
    const kept = [...bytes].sort((a, b) => b.at - a.at)
    const changed = kept.reduce(
      (all, { at, value }) =>
        value === null || value === undefined
          ? Buffer.concat([all.subarray(0, at), all.subarray(at + 1)])
          : Buffer.concat([all.subarray(0, at), Buffer.of(value), all.subarray(at + 1)]),
      body,
    )
    return { body: changed, contentType }
  })

function expectShape(outcome: PoolOutcome): void {
  if (outcome.kind === 'failed') {
    expect(outcome.message).toMatch(/^answered /)
    expect(['empty', 'notAFeed', 'challenge', 'malformed']).toContain(outcome.reason)
    return
  }
  const { title, language, items, total, ttlMs } = outcome
  expectText(title, 300)
  expect(language === null || /^[\w-]{2,40}$/.test(language)).toBe(true)
  expect(Number.isSafeInteger(total) && total >= items.length && items.length <= 2_000).toBe(true)
  expect(ttlMs === null || (Number.isFinite(ttlMs) && ttlMs > 0)).toBe(true)
  for (const item of items) {
    expectText(item.title, 500)
    expectText(item.summary, 2_000)
    expectText(item.content, 20_000)
    expect(item.title || item.url).toBeTruthy()
    if (item.guid !== null) expectText(item.guid, 6_000)
    if (item.url !== null) {
      expectText(item.url, 4_000)
      expect(item.url).toMatch(/^https?:\/\/[^/]/)
    }
    expect(item.publishedAt === null || Number.isSafeInteger(item.publishedAt)).toBe(true)
  }
  const guids = items.flatMap(({ guid }) => guid ?? [])
  expect(new Set(guids).size).toBe(guids.length)
}

function expectText(text: unknown, longest: number): void {
  if (typeof text !== 'string') throw new Error(`${String(typeof text)} in place of a text`)
  expect(text.isWellFormed()).toBe(true)
  expect(text.length).toBeLessThanOrEqual(longest)
}

/** Bytes of the heap of this thread that are in use after a full collection. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

test(
  `gives clean items or a failure for ${runs} damaged documents, in bounded memory`,
  async () => {
    let read = 0
    const check = async ({ body, contentType }: { body: Buffer; contentType: string | null }) => {
      const outcome = await pool.parse({ body, contentType, url: 'https://example.org/blog/feed.xml' })
      expectShape(outcome)
      if (outcome.kind === 'feed' && outcome.items.length > 0) read++
    }
    const property = fc.asyncProperty(
      fc.array(damaged, { minLength: atOnce, maxLength: atOnce }),
      (documents) => Promise.all(documents.map(check)).then(() => undefined),
    )
    await fc.assert(property, { numRuns: 25 })
    const before = heapInUse()
    read = 0
    await fc.assert(property, { numRuns: Math.ceil(runs / atOnce) })
    // Damage that leaves nothing to read would show nothing.
    expect(read).toBeGreaterThan(runs / 2)
    // A body is 2 kB and its outcome as much: 20,000 of them would take 80 MB if anything kept them.
    expect(heapInUse() - before).toBeLessThan(24 * 1024 * 1024)
  },
  60_000 + runs * 10,
)
