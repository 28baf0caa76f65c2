import { canonicalUrl } from '../model/index.ts'

/** Where the feed of a page may be. */
export interface Candidate {
  url: string
  /** How it was come by: named by the page, linked like a feed, known of its host, or a usual path. */
  from: 'named' | 'linked' | 'host' | 'usual'
}

const feedTypes =
  /^application\/(rss|atom|rdf|feed)\+(xml|json)$|^application\/json$|^text\/xml$|^application\/xml$/i
/** Addresses that look like a feed's. */
const feedLike = /(^|[/._=?-])(rss|atom|feeds?)([/._?-]|$)|\.(rss|atom|rdf)$|\/index\.xml$/i
/** Feeds of what readers say, which nobody means. */
const ofComments = /comment/i
const usualPaths = [
  'feed',
  'rss',
  'atom.xml',
  'index.xml',
  'feed.xml',
  'rss.xml',
  'feed.json',
  'blog/feed',
  'blog/rss.xml',
  'news/feed',
]
const fewEnough = 25

/**
 * The address of a page as people type it, with https:// where they left that out; null for what is none, as are addresses
 * of e-mail.
 */
export function addressTyped(text: string): URL | null {
  const typed = text.trim()
  const hasScheme = /^[a-z][a-z\d+.-]*:/i.test(typed) && !/^[\w.-]+:\d/.test(typed)
  if (!hasScheme && /^[^/?#]*@/.test(typed)) return null
  const url = URL.parse(hasScheme ? typed : `https://${typed}`)
  return url && /^https?:$/.test(url.protocol) ? url : null
}

/** What a host is known to offer for an address, before anything is fetched. */
export function knownFeeds(address: string): Candidate[] {
  const url = URL.parse(address)
  if (!url) return []
  const host = url.hostname.replace(/^(www|m)\./, '')
  const parts = url.pathname.split('/').filter(Boolean)
  const known = (path: string): Candidate[] => [{ url: new URL(path, url.origin).href, from: 'host' }]
  if (host === 'github.com' && parts.length >= 2 && !/\.atom$/.test(url.pathname)) {
    return known(`/${parts[0]}/${parts[1]!.replace(/\.git$/, '')}/releases.atom`)
  }
  if (host === 'youtube.com' && parts[0] === 'channel' && parts[1]) {
    return known(`/feeds/videos.xml?channel_id=${encodeURIComponent(parts[1])}`)
  }
  const list = url.searchParams.get('list')
  if (host === 'youtube.com' && parts[0] === 'playlist' && list) {
    return known(`/feeds/videos.xml?playlist_id=${encodeURIComponent(list)}`)
  }
  if (host === 'gitlab.com' && parts.length >= 2 && !/\.atom$/.test(url.pathname)) {
    return known(`/${parts[0]}/${parts[1]}/-/releases.atom`)
  }
  return []
}

/**
 * Where the feed of a web page may be, likeliest first: what its head names, what its links call a feed, the channel of a
 * YouTube page, then the usual paths below the page and at the root. `address` is where the page came from in the end.
 */
export function candidatesOf(html: string, address: string): Candidate[] {
  const page = html.replace(/<!--[\s\S]*?-->/g, '')
  const base = baseOf(page, address)
  const named: Candidate[] = []
  const linked: Candidate[] = []
  const take = (list: Candidate[], href: string | undefined, from: Candidate['from']) => {
    const url = href
      ? URL.parse(
          href
            .trim()
            .replace(
              /^feed:(\/\/)?(https?:)?/i,
              (_, slashes, scheme) => scheme ?? (slashes ? 'https://' : ''),
            ),
          base,
        )
      : null
    if (url && /^https?:$/.test(url.protocol)) list.push({ url: url.href.replace(/#.*$/, ''), from })
  }
  for (const tag of page.matchAll(/<link\b[^>]{0,2000}>/gi)) {
    const { rel = '', type = '', href } = attributesOf(tag[0])
    if (
      /\balternate\b/i.test(rel) &&
      feedTypes.test(type.split(';')[0]!.trim()) &&
      !/oembed|wp-json/i.test(href ?? '')
    )
      take(named, href, 'named')
  }
  for (const tag of page.matchAll(/<a\b[^>]{0,2000}>/gi)) {
    const { href, type = '' } = attributesOf(tag[0])
    if (href && (feedLike.test(href) || feedTypes.test(type) || /^feed:/i.test(href)))
      take(linked, href, 'linked')
  }
  const channel =
    /(?:"(?:externalId|channelId)"\s*:\s*"|<meta itemprop="(?:identifier|channelId)" content=")(UC[\w-]{10,40})"/.exec(
      page,
    )?.[1]
  const host =
    channel && /(^|\.)youtube\.com$/.test(new URL(address).hostname)
      ? knownFeeds(`https://www.youtube.com/channel/${channel}`)
      : []
  const readers = (one: Candidate) => Number(ofComments.test(one.url))
  const sorted = [...named, ...host, ...linked].sort((a, b) => readers(a) - readers(b))
  return once([...sorted, ...usual(address)]).slice(0, fewEnough)
}

/** The usual paths of feeds, below a page's address and at the root of its host. */
export function usual(address: string): Candidate[] {
  const url = new URL(address)
  const folder = url.pathname.replace(/\/[^/]*\.[^/]*$/, '').replace(/\/*$/, '/')
  const folders = folder === '/' ? ['/'] : [folder, '/']
  const paths = folders.flatMap((at) => usualPaths.map((path) => new URL(`${at}${path}`, url.origin).href))
  return once(paths.map((path) => ({ url: path, from: 'usual' as const })))
}

/** The kind of a feed, by the beginning of its document. */
export function formatOf(body: Buffer): 'RSS' | 'Atom' | 'RDF' | 'JSON Feed' {
  // UTF-16 is ASCII with zeros, as far as tags go.
  const head = body
    .toString('latin1', 0, 20_000)
    .replaceAll('\0', '')
    .replace(/<!--[\s\S]*?-->/g, '')
  if (/^[^<]*[{[]/.test(head)) return 'JSON Feed'
  const root = /<(?:[\w-]+:)?(rss|feed|rdf)\b/i.exec(head)?.[1]?.toLowerCase()
  return root === 'feed' ? 'Atom' : root === 'rdf' ? 'RDF' : 'RSS'
}

/** Each address where it first stands. */
function once(all: Candidate[]): Candidate[] {
  const seen = new Set<string>()
  return all.filter(({ url }) => {
    const key = canonicalUrl(url) ?? url
    return !seen.has(key) && seen.add(key)
  })
}

function baseOf(page: string, address: string): string {
  const tag = /<base\b[^>]{0,2000}>/i.exec(page)?.[0]
  const href = tag ? attributesOf(tag).href : undefined
  return (href && URL.parse(href, address)?.href) || address
}

/** The attributes of a tag, names in lower case; of entities only `&amp;` is met in addresses. */
function attributesOf(tag: string): Record<string, string | undefined> {
  const found = tag.matchAll(/([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g)
  return Object.fromEntries(
    [...found].map(([, name, a, b, c]) => [
      name!.toLowerCase(),
      (a ?? b ?? c ?? '').replace(/&(amp|#38|#x26);/gi, '&'),
    ]),
  )
}
