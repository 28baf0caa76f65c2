import type { Classifier } from '../classify/index.ts'
import { type Candidate, candidatesOf, formatOf, knownFeeds, usual } from '../feeds/index.ts'
import { createReader, type ParsePool, type ReadOutcome, rhythmOf, staleAfter } from '../ingest/index.ts'
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
  /** The address from which such redirects lead there; null without any. */
  movedFrom: string | null
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
  /** Nothing has come for longer than its own rhythm explains. */
  stale: boolean
  /** Its items are in English, as far as can be told. */
  english: boolean
  /** The kind of publisher that the labels were judged with; null without one. */
  judgedAs: FeedKind | null
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
const lookThere = 'Look on the site for a link called RSS or feed, and give that address.'
type Answered = Extract<ReadOutcome, { kind: 'items' }>
type Failed = Extract<ReadOutcome, { kind: 'failed' }>

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
  const none = (message: string) => ({ kind: 'none' as const, message })
  const located = (url: string, outcome: Answered, page: string | null, others: string[]): LocatedFeed => ({
    kind: 'located',
    ...{ url, outcome, page, others },
    body: pages.get(url)!.body,
  })

  const known = knownFeeds(address)
  for (const { url } of known) {
    const outcome = await read(url)
    if (outcome.kind === 'items') return located(url, outcome, address, [])
    const away = sentAway(outcome, url)
    if (away) return none(away)
  }
  const first = await read(address)
  if (first.kind === 'items') return located(address, first, null, [])
  const page = pages.get(address)
  // Without an answer from the host there is nothing to look through; a wall stands before its other pages too.
  if (first.kind !== 'failed' || !page || first.reason === 'challenge') {
    return none(first.kind === 'failed' ? first.message : `${address} gave no answer.`)
  }
  const away = sentAway(first, page.url)
  if (away) return none(away)
  const isPage = page.status < 400
  const all = isPage ? candidatesOf(page.body.toString('utf8'), page.url) : usual(page.url)
  const candidates = all.filter(({ url }) => url !== address && !known.some((one) => one.url === url))
  let empty: { candidate: Candidate; outcome: Answered } | undefined
  const othersOf = (url: string) =>
    candidates.filter((one) => one.from === 'named' && one.url !== url).map((one) => one.url)
  const foundAt = (url: string, outcome: Answered) =>
    located(url, outcome, isPage ? page.url : null, othersOf(url))
  const closed = new Map<string, string>()
  let tried = 0
  for (const candidate of candidates) {
    const { host } = new URL(candidate.url)
    if (closed.has(host)) continue
    const outcome = await read(candidate.url)
    tried += 1
    const refusal = sentAway(outcome, candidate.url)
    if (refusal) closed.set(host, refusal)
    if (outcome.kind !== 'items') continue
    if (outcome.items.length > 0) return foundAt(candidate.url, outcome)
    empty ??= { candidate, outcome }
  }
  if (empty) return foundAt(empty.candidate.url, empty.outcome)
  const refusal = closed.get(new URL(page.url).host)
  if (refusal) return none(`No feed was found behind ${address} so far. ${refusal}`)
  return none(
    isPage
      ? `No feed was found behind ${address}: the page names none, and ${tried} other ${tried === 1 ? 'address was' : 'addresses were'} tried. ${lookThere}`
      : `${new URL(page.url).hostname} ${pageFault(first.status)}. ${tried} usual ${tried === 1 ? 'address' : 'addresses'} on the site ${tried === 1 ? 'holds' : 'hold'} no feed either. ${lookThere}`,
  )
}

/** The sentence for a host that asks to be left alone or can't answer, and is asked no more; null for any other outcome. */
function sentAway(outcome: ReadOutcome, url: string): string | null {
  const status = outcome.kind === 'failed' ? (outcome.status ?? 0) : 0
  const { hostname } = new URL(url)
  if (status === 429)
    return `${hostname} asks us to come less often (429), so it was asked no further. Try again in an hour.`
  return status >= 500 && status < 600
    ? `${hostname} has a fault of its own (${status}), so it was asked no further. Try again later.`
    : null
}

/** What an answer that is no page says of the address, as a predicate without a full stop. */
function pageFault(status: number | null): string {
  if (status === 410) return 'says this page is gone for good (410)'
  if (status === 404) return 'has no such page (404)'
  if (status === 401 || status === 403) return `does not let us read this page (${status})`
  return `answered ${status} instead of a page`
}

/**
 * The same, with what the feed looks like. The classifier is told the kind of publisher, which `kindOf` gives for the
 * address of the feed that was found.
 */
export async function findFeed(
  finder: Finder,
  address: string,
  kindOf: (url: string) => FeedKind | undefined = () => undefined,
): Promise<FeedFinding> {
  const found = await locateFeed(finder, address)
  return found.kind === 'none' ? found : preview(finder, found, kindOf)
}

/** What looking at a feed once has told: what is wrong with it, as a predicate, or the language it is in (ISO 639). */
export type LookedAt = { wrong: string } | { wrong: null; language: string | null }

/** Looks at each address once; gives by address what came of it. */
export async function lookAtFeeds(
  finder: Pick<Finder, 'http' | 'parser' | 'now'>,
  urls: string[],
  progress?: Progress,
): Promise<Map<string, LookedAt>> {
  const reader = createReader(finder)
  const looked = new Map<string, LookedAt>()
  const queue = [...urls]
  let done = 0
  const worker = async () => {
    for (let url = queue.shift(); url !== undefined; url = queue.shift()) {
      const outcome = await reader.read({ url, etag: null, lastModified: null, bodyHash: null })
      if (outcome.kind === 'failed') looked.set(url, { wrong: `is left out: ${faultOf(outcome, url)}` })
      else if (outcome.kind === 'items') looked.set(url, { wrong: null, ...languageOf(outcome) })
      done += 1
      progress?.(done, urls.length, url)
    }
  }
  await Promise.all(Array.from({ length: feedsAtOnce }, worker))
  return looked
}

/** A failure in words for a feed that is in no list yet. */
function faultOf({ status, message }: Failed, url: string): string {
  const { hostname } = new URL(url)
  if (status === 410) return `${hostname} says it is gone for good (410).`
  if (status === 429) return `${hostname} asks us to come less often (429); import it again later.`
  return message
}

async function preview(
  finder: Finder,
  found: LocatedFeed,
  kindOf: (url: string) => FeedKind | undefined,
): Promise<FeedPreview> {
  const { outcome } = found
  const items = newestFirst(outcome.items)
  const moved = outcome.permanentUrl ?? found.url
  const url = cleanUrl(moved) ?? moved
  const feedKind = kindOf(url)
  const classifier = await finder.classifier()
  const dates = items.flatMap(({ publishedAt }) => publishedAt ?? []).map((at) => Math.min(at, finder.now()))
  const newestAt = dates.length ? Math.max(...dates) : null
  return {
    kind: 'found',
    url,
    movedFrom: outcome.permanentUrl === null || moved === found.url ? null : found.url,
    site: found.page ? (cleanUrl(found.page) ?? found.page) : siteOf(url, items),
    title: outcome.title,
    format: formatOf(found.body),
    ...languageOf(outcome),
    items: outcome.total,
    perWeek: perWeekOf(dates),
    newestAt,
    stale: newestAt !== null && finder.now() - newestAt > staleAfter(rhythmOf(dates)),
    judgedAs: feedKind ?? null,
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
          ...(feedKind ? { kind: feedKind } : {}),
        },
        {
          language: item.language,
        },
      ).labels,
    })),
    others: found.others,
  }
}

/** The language of a feed, as it or else its items tell (ISO 639), and whether the items are in English. */
function languageOf(outcome: Answered): { language: string | null; english: boolean } {
  const declared = outcome.language?.split('-')[0]?.toLowerCase() || null
  const text = newestFirst(outcome.items)
    .slice(0, shown)
    .map(({ title, summary }) => `${title}\n${summary}`)
    .join('\n')
  if (!text.trim()) return { language: declared, english: (declared ?? 'en') === 'en' }
  const detected = detectLanguage(text.slice(0, 3000), declared)
  const english = detected === 'en'
  return { language: declared ?? (english ? detected : null), english }
}

function newestFirst<Item extends FeedItem>(items: Item[]): Item[] {
  return items.toSorted((a, b) => (b.publishedAt ?? 0) - (a.publishedAt ?? 0))
}

function perWeekOf(dates: number[]): number | null {
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
