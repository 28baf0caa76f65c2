import type { Classifier } from '../classify/index.ts'
import { type Candidate, candidatesOf, formatOf, knownFeeds, usual } from '../feeds/index.ts'
import { createReader, type ParsePool, type ReadOutcome } from '../ingest/index.ts'
import { registrableDomain } from '../lib/domain/index.ts'
import type { Http, HttpResponse } from '../lib/http/index.ts'
import { detectLanguage } from '../lib/text/index.ts'
import { cleanUrl, type FeedItem, type FeedKind, type Label, week } from '../model/index.ts'
import type { Progress } from './way.ts'

/** An item of a feed that is looked at, with the labels that the classifier gives it. */
export interface PreviewItem {
  title: string
  url: string | null
  publishedAt: number | null
  labels: Omit<Label, 'by'>[]
}

/** A feed that was looked at and not stored. */
export interface FeedPreview {
  kind: 'found'
  /** Its address, where permanent redirects lead. */
  url: string
  /** The page that people read, as far as can be told. */
  site: string
  title: string
  format: ReturnType<typeof formatOf>
  /** BCP 47, as the feed or else its items tell; null when neither does. */
  language: string | null
  items: number
  /** Items a week, by their dates; null when fewer than two have one. */
  perWeek: number | null
  newestAt: number | null
  /** The newest ones, at most ten. */
  latest: PreviewItem[]
  /** Other feeds that the page names. */
  others: string[]
}

export type FeedFinding = FeedPreview | { kind: 'none'; message: string }

export interface Finder {
  http: Pick<Http, 'get'>
  parser: Pick<ParsePool, 'parse'>
  now: () => number
  classifier: () => Promise<Classifier>
}

const shown = 10
const feedsAtOnce = 8
type Answered = Extract<ReadOutcome, { kind: 'items' }>

/** A feed that was found behind an address, as it was read. */
export interface LocatedFeed {
  kind: 'located'
  url: string
  outcome: Answered
  /** The page that people read; null where the address was the feed's own. */
  page: string | null
  body: Buffer
  /** Other feeds that the page names. */
  others: string[]
}

/**
 * Looks for the feed behind an address: the address itself, what its host is known to offer, what its page names or
 * links, the usual paths. Stores nothing.
 */
export async function locateFeed(
  finder: Pick<Finder, 'http' | 'parser' | 'now'>,
  address: string,
): Promise<LocatedFeed | { kind: 'none'; message: string }> {
  const pages = new Map<string, HttpResponse>()
  const remembering: Pick<Http, 'get'> = {
    async get(url, options) {
      const answer = await finder.http.get(url, options)
      if (answer.kind === 'response') pages.set(url, answer)
      return answer
    },
  }
  const reader = createReader({ http: remembering, parser: finder.parser, now: finder.now })
  const read = (url: string) => reader.read({ url, etag: null, lastModified: null, bodyHash: null })
  const located = (url: string, outcome: Answered, page: string | null, others: string[]): LocatedFeed => ({
    kind: 'located',
    ...{ url, outcome, page, others },
    body: pages.get(url)!.body,
  })

  const known = knownFeeds(address)
  for (const { url } of known) {
    const outcome = await read(url)
    if (outcome.kind === 'items') return located(url, outcome, address, [])
  }
  const first = await read(address)
  if (first.kind === 'items') return located(address, first, null, [])
  const page = pages.get(address)
  // Without an answer from the host there is nothing to look through; a wall stands before its other pages too.
  if (first.kind !== 'failed' || !page || first.reason === 'challenge') {
    return { kind: 'none', message: first.kind === 'failed' ? first.message : `${address} gave no answer.` }
  }
  const isPage = page.status < 400
  const all = isPage ? candidatesOf(page.body.toString('utf8'), page.url) : usual(page.url)
  const candidates = all.filter(({ url }) => url !== address && !known.some((one) => one.url === url))
  let empty: { candidate: Candidate; outcome: Answered } | undefined
  const othersOf = (url: string) =>
    candidates.filter((one) => one.from === 'named' && one.url !== url).map((one) => one.url)
  const foundAt = (url: string, outcome: Answered) =>
    located(url, outcome, isPage ? page.url : null, othersOf(url))
  for (const candidate of candidates) {
    const outcome = await read(candidate.url)
    if (outcome.kind !== 'items') continue
    if (outcome.items.length > 0) return foundAt(candidate.url, outcome)
    empty ??= { candidate, outcome }
  }
  if (empty) return foundAt(empty.candidate.url, empty.outcome)
  return {
    kind: 'none',
    message: `No feed was found behind ${address}: ${isPage ? 'the page names none' : first.message.replace(/\.$/, '')}, and ${candidates.length} other addresses were tried. Look on the site for a link called RSS or feed, and give that address.`,
  }
}

/** The same, with what the feed looks like. `kind` is told to the classifier when it is known. */
export async function findFeed(finder: Finder, address: string, kind?: FeedKind): Promise<FeedFinding> {
  const found = await locateFeed(finder, address)
  return found.kind === 'none' ? found : preview(finder, { ...found, ...(kind ? { feedKind: kind } : {}) })
}

/** Looks at each address once; gives what is wrong with those that are no feed, by address, as a predicate. */
export async function notFeeds(
  finder: Pick<Finder, 'http' | 'parser' | 'now'>,
  urls: string[],
  progress?: Progress,
): Promise<Map<string, string>> {
  const reader = createReader(finder)
  const wrong = new Map<string, string>()
  const queue = [...urls]
  let done = 0
  const worker = async () => {
    for (let url = queue.shift(); url !== undefined; url = queue.shift()) {
      const outcome = await reader.read({ url, etag: null, lastModified: null, bodyHash: null })
      if (outcome.kind === 'failed') wrong.set(url, `is left out: ${outcome.message}`)
      done += 1
      progress?.(done, urls.length, url)
    }
  }
  await Promise.all(Array.from({ length: feedsAtOnce }, worker))
  return wrong
}

async function preview(finder: Finder, found: LocatedFeed & { feedKind?: FeedKind }): Promise<FeedPreview> {
  const { outcome } = found
  const items = outcome.items.toSorted((a, b) => (b.publishedAt ?? 0) - (a.publishedAt ?? 0))
  const url = outcome.permanentUrl ?? found.url
  const declared = outcome.language?.split('-')[0]?.toLowerCase() ?? null
  const text = items
    .slice(0, shown)
    .map(({ title, summary }) => `${title}\n${summary}`)
    .join('\n')
  const detected = text.trim() ? detectLanguage(text.slice(0, 3000), declared) : 'unsupported'
  const language = declared ?? (detected === 'unsupported' ? null : detected)
  const classifier = await finder.classifier()
  const dates = items.flatMap(({ publishedAt }) => publishedAt ?? []).map((at) => Math.min(at, finder.now()))
  return {
    kind: 'found',
    url: cleanUrl(url) ?? url,
    site: found.page ? (cleanUrl(found.page) ?? found.page) : siteOf(url, items),
    title: outcome.title,
    format: formatOf(found.body),
    language,
    items: outcome.total,
    perWeek: rhythmOf(dates),
    newestAt: dates.length ? Math.max(...dates) : null,
    latest: items.slice(0, shown).map((item, i) => ({
      title: item.title,
      url: item.url,
      publishedAt: item.publishedAt,
      labels: classifier.classify(
        {
          id: String(i),
          title: item.title,
          summary: item.summary,
          content: item.content,
          publishedAt: item.publishedAt === null ? null : new Date(item.publishedAt).toISOString(),
          ...(found.feedKind ? { kind: found.feedKind } : {}),
        },
        {
          language: item.language,
        },
      ).labels,
    })),
    others: found.others,
  }
}

function rhythmOf(dates: number[]): number | null {
  if (dates.length < 2) return null
  const span = Math.max(...dates) - Math.min(...dates)
  return span > 0 ? Math.round(((dates.length - 1) / (span / week)) * 10) / 10 : null
}

/** The host that most items lead to, where it is the feed's own house or the feed lies elsewhere by trade. */
function siteOf(url: string, items: FeedItem[]): string {
  const own = new URL(url)
  if (own.hostname.replace(/^www\./, '') === 'github.com')
    return url.replace(/\/(releases|tags|commits).*\.atom.*$/, '')
  const origins = items.flatMap((item) => (item.url ? URL.parse(item.url)?.origin : undefined) ?? [])
  const counts = Map.groupBy(origins, (origin) => origin)
  const [most] = [...counts].sort((a, b) => b[1].length - a[1].length)
  const isOwn = most && registrableDomain(most[0]) === registrableDomain(url)
  return `${most && (isOwn || most[1].length * 2 > items.length) ? most[0] : own.origin}/`
}
