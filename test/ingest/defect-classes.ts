import type { FeedItem } from '../../src/model/index.ts'
import { byteDefects } from './defects-in-bytes.ts'
import { jsonDefects } from './defects-in-json.ts'
import { atom, atomEntry, rdf, rdfItem, rss, rssItem } from './documents.ts'

/** A document with one defect. Without `items` or `failed` it must give items 1 and 2 whole: titles, links, ids, dates. */
export interface DefectClass {
  name: string
  document: string | Uint8Array
  contentType?: string
  /** What must come out of it; more items than these must not. */
  items?: Partial<FeedItem>[]
  /** Why it must be refused. */
  failed?: 'empty' | 'notAFeed' | 'malformed'
}

const two = rssItem(1) + rssItem(2)
const entries = atomEntry(1) + atomEntry(2)
const deep = '<a>'.repeat(20_000)
const deepClosed = deep + '</a>'.repeat(20_000)
const whole = [1, 2].map((n) => ({ guid: `id-${n}`, title: `Title ${n}` }))

/** Makes the first of two items with these parts. */
const withFirst = (parts: Record<string, string>) => rss(rssItem(1, parts) + rssItem(2))
const cut = (text: string, from: string) => text.slice(0, text.indexOf(from))

const around: [string, string][] = [
  ['a byte order mark and blank lines before the prolog', `\ufeff\n \n${rss(two)}`],
  ['warnings of PHP before the prolog', `<br />\n<b>Warning</b>: foo() in <b>/x.php</b> on line <b>3</b><br />\n${rss(two)}`],
  ['a comment before the root that names it', rss(two).replace('<rss', '<!-- made by <rss> maker -->\n<rss')],
  ['a comment before the root that is never closed', rss(two).replace('<rss', '<!-- oh\n<rss')],
  ['a comment with dashes in it', rss(two).replace('<item>', '<!-- a -- b ---><item>')],
  ['a comment in an item that is never closed', rss(two).replace('</item>', '<!-- oh </item>')],
  ['text after the root', `${rss(two)}\n<!-- 0.2 s --> bye & <bye`],
  ['a script after the root', `${rss(two)}<script>document.write("&lt;" + x)</script>`],
  ['no prolog', rss(two).slice(rss(two).indexOf('<rss'))],
  ['two prologs', `<?xml version="1.0"?>${rss(two)}`],
  ['XML 1.1', rss(two).replace('1.0', '1.1')],
  ['no version of RSS', rss(two).replace(' version="2.0"', '')],
  ['a version of RSS that never was', rss(two).replace('2.0', '3.7')],
  ['a version without quotes', rss(two).replace('"2.0"', '2.0')],
  ['a root that is never closed by a bracket', rss(two).replace('version="2.0">', 'version="2.0" ')],
  ['a feed inside of another document', `<soap:Envelope xmlns:soap="urn:s"><soap:Body>${rss(two)}</soap:Body></soap:Envelope>`],
  ['a channel without a root', cut(rss(two), '</rss>').replace(/^[\s\S]*<rss[^>]*>/, '')],
  ['upper-case tags', rss(two).replace(/<\/?[a-zA-Z]+(?=[ >])/g, (tag) => tag.toUpperCase())],
  ['lower-case tags', rss(two).toLowerCase().replaceAll('title ', 'Title ')],
  ['closing tags in another case', rss(two).replaceAll('</link>', '</LINK>').replaceAll('</title>', '</Title >')],
  ['a DOCTYPE with entities', rss(two).replace('<rss', '<!DOCTYPE rss [<!ENTITY a "b"><!ENTITY x SYSTEM "file:///etc/passwd">]>\n<rss')],
  ['an end that breaks off after an item', rss(two).replace('</channel></rss>', '')],
  ['an end that breaks off in a third item', rss(two + rssItem(3)).slice(0, -70)],
  ['an end that breaks off in a tag', `${cut(rss(two), '</channel>')}<ite`],
  ['an end that breaks off in a CDATA section', `${cut(rss(two), '</channel>')}<item><title><![CDATA[Thi`],
] // biome-ignore format: a table

const items: [string, string][] = [
  ['items outside the channel', `<rss version="2.0"><channel><title>A feed</title></channel>${two}</rss>`],
  ['items before the channel', `<rss version="2.0">${two}<channel><title>A feed</title></channel></rss>`],
  ['items in an element of their own', rss(`<items>${two}</items>`)],
  ['channel fields after the items', `<rss version="2.0"><channel>${two}<title>A feed</title></channel></rss>`],
  ['channel fields that are not closed', rss(two).replace('A feed</title>', 'A feed')],
  ['two channels', rss(rssItem(1)).replace('</rss>', `<channel>${rssItem(2)}</channel></rss>`)],
  ['entries in RSS', rss(two).replaceAll('item>', 'entry>')],
  ['an item that is not closed', rss(rssItem(1).replace('</item>', '') + rssItem(2))],
  ['an item closed twice', rss(`${rssItem(1)}</item>${rssItem(2)}`)],
  ['an empty item', rss(`<item></item><item/>${two}<item>\n</item>`)],
  ['an item of nothing but empty fields', rss(`<item><title/><link></link><guid> </guid></item>${two}`)],
  ['an image with a title, a link and a description', rss(`<image><title>no</title><link>https://no.example/</link><description>no</description></image>${two}`)],
  ['a text input with a title in an item', rss(rssItem(1).replace('<item>', '<item><textInput><title>no</title></textInput>') + rssItem(2))],
  ['names of JavaScript', withFirst({ __proto__x: '', constructor: 'x', toString: 'y' } as never)],
  ['tags 20,000 deep', withFirst({ x: deep })],
  ['HTML 20,000 deep', withFirst({ description: deepClosed })],
] // biome-ignore format: a table

const inFields: [string, string][] = [
  ['a field that is not closed', rss(rssItem(1).replace('</description>', '') + rssItem(2))],
  ['a title that is not closed', rss(rssItem(1).replace('</title>', '') + rssItem(2))],
  ['a guid that is not closed', rss(rssItem(1).replace('</guid>', '') + rssItem(2))],
  ['a closing tag too many', rss(rssItem(1).replace('</item>', '</b></foo></item>') + rssItem(2))],
  ['tags closed in the wrong order', rss(rssItem(1).replace('</item>', '<x><y>z</x></y></item>') + rssItem(2))],
  ['blanks in tags', rss(two).replaceAll('<title>', '<title\n >').replaceAll('</title>', '</title\t>')],
  ['a first title that is empty', rss(rssItem(1).replace('<title>', '<title/><title> </title><title>') + rssItem(2))],
  ['comments in a date, a link and an id', rss(rssItem(1).replace(/<(pubDate|link|guid)( [^>]*)?>/g, '$&<!-- now --> <!-- <b> -->') + rssItem(2))],
  ['a date with references', rss(rssItem(1).replace(/<pubDate>.*?,/, '<pubDate>Sun&#44;&#32;') + rssItem(2))],
  ['a bare & in text', withFirst({ description: 'AT&T & R&D &' })],
  ['a bare & in a link', withFirst({ comments: 'https://example.org/?a=1&b=2' })],
  ['a bare & in an attribute', rss(rssItem(1).replace('</item>', '<enclosure url="https://e.org/?a=1&b=2" /></item>') + rssItem(2))],
  ['an unknown entity', withFirst({ description: 'a &foo; b &nbsp; &rsquor;' })],
  ['numbers of forbidden characters', withFirst({ description: 'a&#0;&#xD800;&#x1F;b&#9999999;' })],
  ['control characters', withFirst({ description: 'a\u0000\u0008\u001bb\ufffe' })],
  ['half a surrogate pair', withFirst({ description: 'a\ud83db' })],
  ['a raw < in text', withFirst({ description: 'if a < b <= c <' })],
  ['an end of CDATA in text', withFirst({ description: 'a ]]> b' })],
  ['an end of CDATA in CDATA', withFirst({ description: '<![CDATA[a]]]]><![CDATA[> b]]>' })],
  ['HTML that was not escaped', withFirst({ description: '<p>One<br>two <img src=x> <a href=y>three</p>' })],
  ['items quoted in HTML that was not escaped', withFirst({ 'content:encoded': '<pre><item><title>no</title></item></pre>' })],
  ['a CDATA section that is never closed', withFirst({ description: '<![CDATA[<p>x</p>' })],
  ['a CDATA section closed by the next item', rss(rssItem(1, { description: '<![CDATA[x' }) + rssItem(2, { description: '<![CDATA[y]]>' }))],
  ['CDATA inside CDATA', withFirst({ title: '<![CDATA[<![CDATA[Title 1]]>]]>' })],
  ['CDATA that was escaped', withFirst({ title: '&lt;![CDATA[Title 1]]&gt;' })],
  ['CDATA beside text', withFirst({ title: 'Title <![CDATA[1]]>', link: '<![CDATA[https://example.org/]]>1' })],
  ['attributes without quotes, values and blanks', withFirst({ 'guid isPermaLink=false x="a"y=b z': 'x' }).replace(/<guid isPermaLink.*?<\/guid .*?>/, '')],
  ['an attribute whose quote is never closed', rss(rssItem(1).replace('</item>', '<enclosure url="https://e.org/></item>') + rssItem(2))],
  ['a title entirely of markup', withFirst({ title: '<a href="https://example.org/1"><b>Title</b> 1</a>' })],
] // biome-ignore format: a table

const inAtom: [string, string][] = [
  ['a prefix on every tag', atom(entries).replace(/<(\/?)([a-z]+)/g, '<$1atom:$2').replace('xmlns=', 'xmlns:atom=')],
  ['a prefix nobody declared', atom(entries).replace(/<(\/?)([a-z]+)/g, '<$1ns0:$2')],
  ['a prefix on every tag, of a namespace nobody knows', atom(entries).replace(/<(\/?)([a-z]+)/g, '<$1a:$2').replace(/xmlns="[^"]*"/, 'xmlns:a="urn:mine"')],
  ['entries by a prefix for a draft of Atom', atom(entries.replace(/<(\/?)([a-z]+)/g, '<$1p:$2')).replace('xmlns=', 'xmlns:p="http://purl.org/echo/" xmlns=')],
  ['a namespace that is misspelt', atom(entries).replace('2005/Atom', '2005/atom/')],
  ['no namespace', atom(entries).replace(/ xmlns="[^"]*"/, '')],
  ['an entry alone', atomEntry(1).replace('<entry>', '<entry xmlns="http://www.w3.org/2005/Atom">')],
  ['a date in Atom that is none', atom(atomEntry(1, '<published>last Tuesday</published>') + atomEntry(2))],
  ['an empty date in Atom', atom(atomEntry(1, '<published/><updated></updated>') + atomEntry(2))],
  ['a link in Atom without attributes', atom(atomEntry(1, '<link/>') + atomEntry(2, '<link></link>'))],
  ['a link in Atom that holds its URL', atom(atomEntry(1).replace(/<link href="(.*?)"\/>/, '<link>$1</link>') + atomEntry(2))],
  ['links that lead elsewhere before the one that counts', atom((atomEntry(1) + atomEntry(2)).replaceAll('<link', '<link rel="self" href="https://no.example/"/><link rel="enclosure" href="https://no.example/a.mp3"/><link rel="related" href="https://no.example/r"/><link'))],
  ['xhtml in an Atom title', atom(atomEntry(1, '', '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Title <b>1</b></div></title>') + atomEntry(2))],
  ['a title in base64', atom(atomEntry(1, '', `<title mode="base64">${btoa('Title 1')}</title>`) + atomEntry(2))],
  ['an entry quoted in the content of another', atom(atomEntry(1).replace('<entry>', '<entry><content type="application/atom+xml"><entry><title>no</title></entry></content>') + atomEntry(2))],
  ['the source of an entry with a title of its own', atom(atomEntry(1).replace('<entry>', '<entry><source><title>no</title><id>no</id><link href="https://no.example/"/></source>') + atomEntry(2))],
  ['RDF whose prefix is not the usual one', rdf(rdfItem(1) + rdfItem(2), ' xmlns:dc="http://purl.org/dc/elements/1.1/"').replaceAll('rdf:', 'r:').replace('xmlns:rdf', 'xmlns:r')],
  ['Dublin Core that nobody declared', rdf(rdfItem(1) + rdfItem(2))],
  ['Dublin Core by another prefix', rdf(rdfItem(1) + rdfItem(2), ' xmlns:d="http://purl.org/dc/elements/1.1/"').replaceAll('dc:', 'd:')],
  ['fields of a module that are named like ours', rss((rssItem(1) + rssItem(2)).replaceAll('<item>', '<item><m:title xmlns:m="urn:m">no</m:title><m:link>https://no.example/</m:link><m:pubDate>Thu, 01 Jan 2004 10:00:00 GMT</m:pubDate>'))],
] // biome-ignore format: a table

const others: DefectClass[] = [
  { name: 'titles only', document: rss('<item><title>a</title></item><item><title>b</title></item>'), items: [{ title: 'a' }, { title: 'b' }] },
  { name: 'a description only', document: rss('<item><description>Some words.</description></item>'), items: [{ title: 'Some words.', summary: 'Some words.', url: null }] },
  { name: 'fields quoted in a title of CDATA', document: withFirst({ title: '<![CDATA[The <link rel="x"> in <item></title>]]>' }), items: [{ title: 'The <link rel="x"> in <item></title>', url: 'https://example.org/1' }, { title: 'Title 2' }] },
  { name: 'an id only', document: rss('<item><guid>tag:1</guid></item>'), items: [{ title: 'tag:1', guid: 'tag:1', url: null }] },
  { name: 'text without any element', document: rss('<item>Some <!-- few --> words &amp; more.</item><item> <!-- none --> </item>'), items: [{ title: 'Some words & more.', url: null }] },
  { name: 'an author only', document: rss('<item><author>jo@example.org (Jo)</author></item>'), items: [{ title: 'jo@example.org (Jo)', url: null }] },
  { name: 'a date only', document: rss('<item><pubDate>Tue, 03 Feb 2026 10:00:00 GMT</pubDate></item>'), items: [{ title: 'Untitled', publishedAt: Date.UTC(2026, 1, 3, 10) }] },
  { name: 'an enclosure only', document: rss('<item><enclosure url="https://example.org/a.mp3"/></item>'), items: [{ title: 'https://example.org/a.mp3', url: 'https://example.org/a.mp3' }] },
  { name: 'a picture only', document: rss('<item><description>&lt;img src="x.png"&gt;</description></item>'), items: [{ title: 'Untitled', summary: '' }] },
  { name: 'an id that is a link beside an enclosure', document: rss('<item><enclosure url="https://example.org/a.mp3"/><guid>https://example.org/a</guid></item>'), items: [{ url: 'https://example.org/a' }] },
  { name: 'a title by a module only', document: rss('<item><media:group><media:title>By a module</media:title></media:group></item>'), items: [{ title: 'By a module' }] },
  { name: 'an entity the document declares', document: rss(rssItem(1, { title: '&who; says' })).replace('<rss', '<!DOCTYPE rss [<!ENTITY who "The R&#38;D lab">]><rss'), items: [{ title: 'The R&D lab says' }] },
  { name: 'fields of Channel Definition Format', document: '<CHANNEL HREF="https://example.org/"><TITLE>A feed</TITLE><ITEM HREF="/1" LASTMOD="2026-02-01T10:00"><TITLE>Title 1</TITLE><ABSTRACT>Words</ABSTRACT></ITEM></CHANNEL>', items: [{ title: 'Title 1', url: 'https://example.org/1', summary: 'Words', publishedAt: Date.UTC(2026, 1, 1, 10) }] },
  { name: 'RSS 1.1', document: `<Channel xmlns="http://purl.org/net/rss1.1#" rdf:about="x"><title>A feed</title><items rdf:parseType="Collection">${two}</items></Channel>`, items: whole },
  { name: 'a title of 300,000 characters', document: rss(rssItem(1, { title: 'word '.repeat(60_000) })), items: [{ guid: 'id-1' }] },
  { name: 'nothing', document: '', failed: 'empty' },
  { name: 'nothing but blanks', document: ' \n\t\ufeff ', failed: 'empty' },
  { name: 'a web page', document: '<!doctype html><html><body><item>no</item></body></html>', failed: 'notAFeed' },
  { name: 'a web page about feeds', document: '<!DOCTYPE html><html><body><code><rss version="2.0"><channel><item><title>no</title></item></channel></rss></code></body></html>', failed: 'notAFeed' },
  { name: 'plain text', document: 'Not found.', failed: 'notAFeed' },
  { name: 'a list of feeds', document: '<opml version="2.0"><body><outline xmlUrl="https://example.org/"/></body></opml>', failed: 'notAFeed' },
  { name: 'a map of a site', document: '<urlset><url><loc>https://example.org/</loc></url></urlset>', failed: 'notAFeed' },
] // biome-ignore format: a table

/** Every class of defect there is a test for. */
export const defectClasses: DefectClass[] = [
  ...[...around, ...items, ...inFields, ...inAtom].map(([name, document]) => ({ name, document })),
  ...others,
  ...byteDefects,
  ...jsonDefects,
]
