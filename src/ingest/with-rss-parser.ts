import { createRequire } from 'node:module'
import Parser from 'rss-parser'
import type { RawFeed, RawItem } from './raw-feed.ts'

// For every description rss-parser makes a plain-text snippet, with a regular expression that takes 14 s for 128 KB of
// "<". We make our own, so it makes none.
const internals: { getSnippet: (html: string) => string } = createRequire(import.meta.url)(
  'rss-parser/lib/utils.js',
)
internals.getSnippet = () => ''

type Node = string | { _?: string; $?: Record<string, string> }

interface Extras {
  guidNodes?: Node[]
  linkNodes?: Node[]
  atomLinks?: Node[]
  [field: string]: unknown
}

const dateFields = [
  'pubDate',
  'dc:date',
  'published',
  'atom:published',
  'updated',
  'atom:updated',
  'a10:updated',
  'date',
]
const textFields = ['description', 'media:description', 'itunes:summary', 'feedburner:origLink']

const parser = new Parser<{ language?: unknown; 'dc:language'?: unknown }, Extras>({
  defaultRSS: 2,
  customFields: {
    feed: ['dc:language'],
    item: [
      ['guid', 'guidNodes', { keepArray: true }],
      ['link', 'linkNodes', { keepArray: true }],
      ['atom:link', 'atomLinks', { keepArray: true }],
      ...[...dateFields, ...textFields].map((field) => [field, field]),
    ],
  },
})

/** Parses RSS, RDF or Atom; rejects on what rss-parser can't read. */
export async function withRssParser(xml: string): Promise<RawFeed> {
  const feed = await parser.parseString(xml)
  return {
    title: text(feed.title),
    language: text(feed.language) || text(feed['dc:language']),
    items: feed.items.map(toRaw),
  }
}

function toRaw(item: Extras & Parser.Item): RawItem {
  const guid = item.guidNodes?.[0]
  const about = text(item['rdf:about'])
  const encoded = text(item['content:encoded'])
  return {
    guid: text(guid) || text(item.id) || about,
    guidIsLink: guid === undefined ? about !== '' : attribute(guid, 'isPermaLink')?.toLowerCase() !== 'false',
    link: text(item['feedburner:origLink']) || linkOf(item),
    title: text(item.title),
    summary:
      text(item.summary) ||
      text(item.description) ||
      (encoded && text(item.content)) ||
      text(item['media:description']) ||
      text(item['itunes:summary']),
    content: encoded || text(item.content),
    dates: dateFields.map((field) => text(item[field])),
  }
}

function linkOf(item: Extras & Parser.Item): string {
  const plain = [item.link, ...(item.linkNodes ?? [])].map(text).find((link) => link.trim())
  if (plain) return plain
  const links = [...(item.linkNodes ?? []), ...(item.atomLinks ?? [])]
  const leading = links.find((link) => (attribute(link, 'rel') ?? 'alternate') === 'alternate')
  return (leading && attribute(leading, 'href')) ?? ''
}

function attribute(node: Node, name: string): string | undefined {
  return typeof node === 'object' ? node.$?.[name] : undefined
}

/** The text of a node; empty for anything else, since objects without prototype can't even be printed. */
function text(node: unknown): string {
  if (typeof node === 'string') return node
  const inner = (node as { _?: unknown } | null | undefined)?._
  return typeof inner === 'string' ? inner : ''
}
