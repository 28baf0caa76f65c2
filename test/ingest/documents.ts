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

/** A channel that names no page of its own, so that relative links are resolved against where it was read. */
export function rss(items: string, head = ''): string {
  const channel = `<title>A feed</title>${head}${items}`
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

export function rdf(items: string, attributes = ''): string {
  const spaces = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
  return `<?xml version="1.0"?><rdf:RDF ${spaces}${attributes}><channel><title>A feed</title></channel>${items}</rdf:RDF>`
}

export function rdfItem(n: number): string {
  const date = `<dc:date>2026-02-${String(n).padStart(2, '0')}T10:00:00Z</dc:date>`
  return `<item rdf:about="id-${n}"><title>Title ${n}</title><link>https://example.org/${n}</link>${date}</item>`
}

export function jsonItem(n: number): Record<string, unknown> {
  return {
    id: `id-${n}`,
    url: `https://example.org/${n}`,
    title: `Title ${n}`,
    date_published: `2026-02-${String(n).padStart(2, '0')}T10:00:00Z`,
    content_text: `Summary ${n}`,
  }
}

export function jsonFeed(items: unknown[], parts: Record<string, unknown> = {}): string {
  return JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 'A feed', items, ...parts })
}

/** Parses what is expected to be a feed. */
export async function feedOf(text: string, url = 'https://example.org/feed.xml'): Promise<ParsedFeed> {
  const outcome = await parse(text, url)
  if (outcome.kind === 'failed') throw new Error(`not read as a feed: ${outcome.message}`)
  return outcome
}
