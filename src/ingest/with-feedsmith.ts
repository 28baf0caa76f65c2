import { type AtomFeed, parseFeed, parseJsonFeed, type RdfFeed, type RssFeed } from 'feedsmith'
import type { RawFeed, RawItem } from './raw-feed.ts'
import { escapeXml } from './repair.ts'

/** Parses RSS, RDF or Atom; throws on what feedsmith can't read. */
export function withFeedsmith(xml: string): RawFeed {
  const parsed = parseFeed(xml)
  if (parsed.format === 'json') return withFeedsmithJson(parsed.feed)
  if (parsed.format === 'atom') {
    const { feed } = parsed
    return {
      title: feed.title?.value ?? '',
      language: feed.xml?.lang ?? '',
      items: (feed.entries ?? []).map(fromAtom),
    }
  }
  const { feed } = parsed
  const language = ('language' in feed ? feed.language : undefined) ?? feed.dc?.languages?.[0] ?? ''
  return { title: feed.title ?? '', language, items: (feed.items ?? []).map(fromRss) }
}

/** Reads a JSON Feed that JSON.parse has read; throws when it is none. */
export function withFeedsmithJson(json: unknown): RawFeed {
  const feed = parseJsonFeed(json)
  return {
    title: feed.title ?? '',
    language: feed.language ?? '',
    items: (feed.items ?? []).map((item) => ({
      guid: item.id ?? '',
      guidIsLink: true,
      link: item.url ?? item.external_url ?? '',
      title: item.title ?? '',
      summary: fromText(item.summary),
      content: item.content_html ?? fromText(item.content_text),
      dates: [item.date_published ?? '', item.date_modified ?? ''],
    })),
  }
}

function fromAtom(entry: AtomFeed.Entry<string>): RawItem {
  const links = entry.links ?? []
  const link = links.find(({ rel }) => (rel ?? 'alternate') === 'alternate') ?? links[0]
  return {
    guid: entry.id ?? '',
    guidIsLink: false,
    link: link?.href ?? '',
    title: entry.title?.value ?? '',
    summary: entry.summary?.value ?? '',
    content: entry.content?.value ?? '',
    dates: [entry.published ?? '', entry.updated ?? ''],
  }
}

function fromRss(item: RssFeed.Item<string> | RdfFeed.Item<string>): RawItem {
  const guid = 'guid' in item ? item.guid : undefined
  const description = item.description ?? ''
  return {
    guid: guid?.value || ('rdf' in item && item.rdf?.about) || '',
    guidIsLink: guid?.isPermaLink !== false,
    link: item.link ?? item.atom?.links?.[0]?.href ?? '',
    title: item.title ?? '',
    summary: description,
    content: item.content?.encoded ?? description,
    dates: [('pubDate' in item && item.pubDate) || '', item.dc?.dates?.[0] ?? '', item.atom?.updated ?? ''],
  }
}

/** Plain text as HTML. */
function fromText(text: string | undefined): string {
  return escapeXml(text ?? '').replace(/\r?\n/g, '<br>')
}
