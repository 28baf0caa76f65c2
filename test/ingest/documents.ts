import type { ParsedFeed } from '../../src/ingest/index.ts'
import { parse } from '../../src/ingest/parse.ts'

/** An RSS item, whole and well-formed; `parts` replace or add elements. */
export function rssItem(n: number, parts: Record<string, string> = {}): string {
  const elements = {
    title: `Title ${n}`,
    link: `https://example.org/${n}`,
    guid: `id-${n}`,
    pubDate: `Tue, ${String(n).padStart(2, '0')} Feb 2026 10:00:00 GMT`,
    description: `Summary ${n}`,
    ...parts,
  }
  const written = Object.entries(elements).map(([name, content]) => `<${name}>${content}</${name}>`)
  return `<item>${written.join('')}</item>`
}

export function rss(items: string, head = ''): string {
  const channel = `<title>A feed</title><link>https://example.org/</link>${head}${items}`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>${channel}</channel></rss>`
}

export function atomEntry(n: number, extra = '', title = `<title>Title ${n}</title>`): string {
  const link = `<link href="https://example.org/${n}"/>`
  const updated = `<updated>2026-02-${String(n).padStart(2, '0')}T10:00:00Z</updated>`
  return `<entry>${title}${link}<id>id-${n}</id>${updated}${extra}</entry>`
}

export function atom(entries: string, attributes = ''): string {
  return `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"${attributes}><title>A feed</title>${entries}</feed>`
}

/** Parses what is expected to be a feed. */
export async function feedOf(text: string, url = 'https://example.org/feed.xml'): Promise<ParsedFeed> {
  const outcome = await parse(text, url)
  if (outcome.kind === 'failed') throw new Error(`not read as a feed: ${outcome.message}`)
  return outcome
}
