import {
  boundedIdentity,
  differ,
  fragmentOf,
  isHomePage,
  itemId,
  markOf,
  type Trace,
  titleKey,
} from '../model/index.ts'
import type { NewItem } from './new-item.ts'

/** An item of a poll, with what its document tells of it. */
export interface Found {
  item: NewItem
  /** The same article, where the document has it again. */
  twins: NewItem[]
  /** What it is told by. */
  trace: Trace
  /** The canonical URL it leads to, its own or not. */
  page: string | null
  /** Whether other articles lead there too, as to a site's first page or to that of a changelog. */
  isShared: boolean
  /** Whether it is the only one of its document that has its date. */
  hasOwnDate: boolean
  /** Whether its guid turned out to be another article's. */
  isContested: boolean
}

/**
 * Reads the items of one feed's document together: which links are several articles', which items are one article, which
 * dates are one's alone.
 */
export function readDocument(items: NewItem[]): Found[] {
  const found = items.map(
    (item): Found => ({
      item,
      twins: [],
      trace: { title: item.title, summary: item.summary, url: item.url, publishedAt: dateOf(item) },
      page: item.canonicalUrl,
      isShared: false,
      hasOwnDate: false,
      isContested: false,
    }),
  )
  const shared = sharedKeys(found)
  for (const one of found) {
    if (one.page !== null && (isHomePage(one.page) || shared.has(one.page))) takeFromPage(one)
  }
  // A fragment that several articles have is no more their own than the page was.
  const still = sharedKeys(found.filter(({ isShared }) => isShared))
  for (const one of found) {
    if (one.isShared && one.item.canonicalUrl !== null && still.has(one.item.canonicalUrl)) {
      one.item = { ...one.item, canonicalUrl: null }
    }
  }
  const articles = withoutTwins(apartByDate(found))
  const dates = counted(articles.map(({ trace }) => trace.publishedAt))
  for (const one of articles) {
    const { publishedAt } = one.trace
    one.hasOwnDate = publishedAt !== null && dates.get(publishedAt) === 1
  }
  return articles
}

function withoutTwins(found: Found[]): Found[] {
  const byKey = new Map<string, Found[]>()
  return found.filter((one) => {
    const keys = [one.item.id, one.item.canonicalUrl ?? `${one.page}|${titleKey(one.item.title)}`]
    const twin = keys.flatMap((key) => byKey.get(key) ?? []).find((other) => isTwin(other, one))
    if (twin) twin.twins.push(one.item)
    else for (const key of keys) byKey.set(key, [...(byKey.get(key) ?? []), one])
    return !twin
  })
}

/** True when two items of a document are one article that stands in it twice. */
function isTwin(a: Found, b: Found): boolean {
  if (a.item.id === b.item.id) return true
  if (a.item.canonicalUrl !== null || b.item.canonicalUrl !== null)
    return a.item.canonicalUrl === b.item.canonicalUrl
  return titleKey(a.item.title) === titleKey(b.item.title) && !differ(a.trace, b.trace)
}

/** Takes note that the link of an item is several articles': only the part of the page, if it names one, is its own. */
export function takeFromPage(one: Found): void {
  if (one.isShared || one.page === null) return
  one.isShared = true
  const part = fragmentOf(one.item.url ?? '')
  one.item = { ...one.item, canonicalUrl: part ? `${one.page}${part}` : null }
  if (one.item.identity === boundedIdentity(`url:${one.page}`)) one.item = markedItem(one)
}

/** The identity of an item whose guid, or link, is another article's too. */
export function markedIdentity({ item, isShared }: Pick<Found, 'item' | 'isShared'>): string {
  const part = fragmentOf(item.url ?? '')
  const mark = isShared ? part || titleKey(item.title) : markOf(item)
  return boundedIdentity(`${item.identity}|${mark}`)
}

/** The same item under that identity. */
export function markedItem(one: Pick<Found, 'item' | 'isShared'>): NewItem {
  const identity = markedIdentity(one)
  return { ...one.item, identity, id: itemId(one.item.feed, identity) }
}

/** Of items that share even their title on a shared page, the dates tell them apart. */
function apartByDate(found: Found[]): Found[] {
  for (const same of Map.groupBy(found, ({ item }) => item.id).values()) {
    const first = same[0]!.trace
    if (!same.some(({ trace }) => differ(first, trace))) continue
    for (const one of same) {
      const identity = boundedIdentity(`${one.item.identity}|${dateOf(one.item)}`)
      one.item = { ...one.item, identity, id: itemId(one.item.feed, identity) }
    }
  }
  return found
}

/** Canonical URLs that items have which differ. */
function sharedKeys(found: Found[]): Set<string> {
  const firsts = new Map<string, Trace>()
  const shared = new Set<string>()
  for (const { item, trace } of found) {
    if (item.canonicalUrl === null) continue
    const first = firsts.get(item.canonicalUrl)
    if (!first) firsts.set(item.canonicalUrl, trace)
    else if (differ(first, trace)) shared.add(item.canonicalUrl)
  }
  return shared
}

/** The date of an item as its feed tells it now. */
export function dateOf({ statedAt, publishedAt }: NewItem): number | null {
  return statedAt ?? publishedAt
}

/** How often each value is there. */
export function counted<T>(values: T[]): Map<T, number> {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
