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
  description?: Node
  'content:encoded'?: Node
}

const parser = new Parser<{ language?: unknown }, Extras>({
  customFields: { item: [['guid', 'guidNodes', { keepArray: true }], 'description'] },
})

/** Parses RSS 2.0 as `assemble` writes it; rejects on what rss-parser can't read. */
export async function withRssParser(xml: string): Promise<RawFeed> {
  const feed = await parser.parseString(xml)
  return { title: text(feed.title), language: text(feed.language), items: feed.items.map(toRaw) }
}

function toRaw(item: Extras & Parser.Item): RawItem {
  const guid = item.guidNodes?.[0]
  const summary = text(item.description)
  return {
    guid: text(guid),
    guidIsLink: typeof guid !== 'object' || guid.$?.isPermaLink !== 'false',
    link: text(item.link),
    title: text(item.title),
    summary,
    content: text(item['content:encoded']) || summary,
    dates: [text(item.pubDate)],
  }
}

/** The text of a node; empty for anything else, since objects without prototype can't even be printed. */
function text(node: unknown): string {
  if (typeof node === 'string') return node
  const inner = (node as { _?: unknown } | null | undefined)?._
  return typeof inner === 'string' ? inner : ''
}
