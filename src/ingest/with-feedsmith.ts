import { parseJsonFeed, parseRssFeed, type RssFeed } from 'feedsmith'
import type { RawFeed, RawItem } from './raw-feed.ts'
import { escapeXml } from './repair.ts'

/** Parses RSS 2.0 as `assemble` writes it; throws on what feedsmith can't read. */
export function withFeedsmith(xml: string): RawFeed {
  const feed = parseRssFeed(xml)
  return { title: feed.title ?? '', language: feed.language ?? '', items: (feed.items ?? []).map(fromRss) }
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

function fromRss(item: RssFeed.Item<string>): RawItem {
  const description = item.description ?? ''
  return {
    guid: item.guid?.value ?? '',
    guidIsLink: item.guid?.isPermaLink !== false,
    link: item.link ?? '',
    title: item.title ?? '',
    summary: description,
    content: item.content?.encoded ?? description,
    dates: [item.pubDate ?? ''],
  }
}

/** Plain text as HTML. */
function fromText(text: string | undefined): string {
  return escapeXml(text ?? '').replace(/\r?\n/g, '<br>')
}
