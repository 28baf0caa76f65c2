import type { Kysely } from 'kysely'
import {
  byDate,
  byTitle,
  differ,
  fragmentOf,
  isHomePage,
  isOneMoment,
  isOther,
  isSameByGuid,
  titleKey,
} from '../model/index.ts'
import { counted, type Found, markedIdentity, markedItem, readDocument, takeFromPage } from './found-items.ts'
import { type KnownItem, knownItems, pageAlias, titleAlias, traceOf, urlAlias } from './known-items.ts'
import type { NewItem } from './new-item.ts'
import type { Schema } from './schema.ts'

/** An article of a poll that is not stored yet. */
export interface Arrival {
  item: NewItem
  /** When other feeds' items of its URL happened, the earliest (ms); null where no other feed has brought it. */
  knownSince: number | null
}

/** What the items of a poll are: stored ones, with what was found of each, and new ones. */
export interface Recognised {
  known: { row: KnownItem; found: NewItem[] }[]
  fresh: Arrival[]
  /** Other identities under which these were met, to be remembered. */
  aliases: { identity: string; item: string }[]
  /** Links that several articles of the document share. */
  pages: string[]
}

/** From so many items on, and this share of them, what was found of them is no chance. */
const [several, most] = [3, 0.5]

/**
 * Tells which stored article each item of one feed's document is, if any: by its guid; else by its URL, where that is
 * one article's alone; else by its title and date or text; else by the moment of its date. What speaks most clearly
 * comes first, and no two items become the same article but true repetitions. Takes a few lookups for all items
 * together, and one where all have kept their guids.
 */
export async function recognise(tx: Kysely<Schema>, items: NewItem[]): Promise<Recognised> {
  const { feed } = items[0]!
  const known = knownItems(tx, feed)
  const document = readDocument(items)
  const rows = new Map((await known.byIds(document.map(({ item }) => item.id))).map((row) => [row.id, row]))
  const claims = new Claims()
  let open = document.filter((one) => !claims.take(one, rows.get(one.item.id), isPlainly(one)))
  const isKnownFeed = open.length > 0 && (rows.size > 0 || (await known.any()))
  if (isKnownFeed) {
    const aliases = await known.aliases(open.flatMap(keysOf))
    claims.aliases = aliases
    for (const one of open) if (one.page !== null && aliases.has(pageAlias(one.page))) takeFromPage(one)
    const remembered = open.flatMap((one) =>
      [...keysOf(one), markedIdentity(one)].map((key) => aliases.get(key)),
    )
    const own = open.flatMap((one) => [one.item.id, markedItem(one).id])
    for (const row of await known.byIds([...remembered, ...own])) rows.set(row.id, row)
    open = byGuid(open, rows, claims)
  }
  const urls = open.flatMap(({ item, page }) => (item.canonicalUrl === null ? [] : [item.canonicalUrl, page]))
  const alike = await known.byUrls(urls)
  if (isKnownFeed && open.length > 0) {
    for (const { row } of alike) if (row.feed === feed) rows.set(row.id, row)
    open = byUrl(open, rows, claims)
    for (const row of await known.byTitles(open.map(({ item }) => item.title))) rows.set(row.id, row)
    open = byTitles(open, document, rows, claims)
    const dates = open.flatMap(({ trace, hasOwnDate }) => (hasOwnDate ? trace.publishedAt : null))
    for (const row of await known.byDates(dates)) rows.set(row.id, row)
    open = byDates(open, rows, claims)
  }
  const elsewhere = otherFeeds(alike, feed)
  const fresh = newArticles(open, claims)
  const shared = document.filter(({ page, isShared }) => isShared && page !== null && !isHomePage(page))
  return {
    known: claims.all().map(({ row, by }) => ({ row, found: [by.item, ...by.twins] })),
    fresh: fresh.map((item) => ({ item, knownSince: elsewhere.get(item.canonicalUrl ?? '') ?? null })),
    aliases: claims.remembered,
    pages: [...new Set(shared.map(({ page }) => page!))],
  }
}

/** Which stored article is whose. */
class Claims {
  readonly #claims = new Map<string, { row: KnownItem; by: Found }>()
  readonly remembered: { identity: string; item: string }[] = []
  /** The identities that are remembered already. */
  aliases = new Map<string, string>()

  /** Gives the row to the item if it is the same article and nobody else's. True when it is the item's now. */
  take(one: Found, row: KnownItem | undefined, isSame: (row: KnownItem) => boolean): boolean {
    if (!row || this.#claims.has(row.id) || !isSame(row)) return false
    this.#claims.set(row.id, { row, by: one })
    const item = one.isContested ? markedItem(one) : one.item
    for (const { identity } of [item, ...one.twins]) {
      if (identity !== row.identity) this.remember(identity, row.id)
    }
    return true
  }

  isFree(row: KnownItem): boolean {
    return !this.#claims.has(row.id)
  }

  remember(identity: string, item: string): void {
    if (this.aliases.get(identity) !== item) this.remembered.push({ identity, item })
  }

  all(): { row: KnownItem; by: Found }[] {
    return [...this.#claims.values()]
  }

  /**
   * Whether dates mean anything in this feed: where most of the items that are known have other dates than they had,
   * they are those of the build.
   */
  tellTime(): boolean {
    const dated = this.all().flatMap(({ row, by }) => {
      const [now, before] = [by.trace.publishedAt, traceOf(row).publishedAt]
      return now === null || before === null ? [] : [Math.abs(now - before)]
    })
    const moved = dated.filter((ms) => ms > 60_000).length
    return moved === 0 || moved < (dated.length < several ? 1 : 0.8) * dated.length
  }
}

/** The identities under which an item may be remembered. */
function keysOf({ item, page }: Found): string[] {
  return [item.identity, ...(page === null ? [] : [pageAlias(page), urlAlias(page)]), titleAlias(item.title)]
}

/** Title or date agree with the item that has this guid: nothing else has to be asked. */
function isPlainly({ trace, hasOwnDate }: Found): (row: KnownItem) => boolean {
  return (row) => row.title === trace.title || (hasOwnDate && traceOf(row).publishedAt === trace.publishedAt)
}

function byGuid(open: Found[], rows: Map<string, KnownItem>, claims: Claims): Found[] {
  const dates = claims.tellTime()
  return open.filter((one) => {
    const { item, isShared } = one
    const marked = rows.get(markedItem(one).id) ?? rows.get(claims.aliases.get(markedIdentity(one)) ?? '')
    for (const row of [rows.get(item.id), rows.get(claims.aliases.get(item.identity) ?? '')]) {
      if (!row) continue
      const isSame = isSameByGuid(one.trace, traceOf(row), { dates, link: !isShared })
      if (claims.take(one, row, () => isSame)) return false
      one.isContested = true
    }
    return !claims.take(one, marked, () => true)
  })
}

function byUrl(open: Found[], rows: Map<string, KnownItem>, claims: Claims): Found[] {
  const dates = claims.tellTime()
  const byKey = Map.groupBy(
    [...rows.values()].filter((row) => row.canonical_url !== null),
    (row) => row.canonical_url!,
  )
  return open.filter((one) => {
    const { item, page } = one
    if (item.canonicalUrl === null) return true
    const former = rows.get(claims.aliases.get(urlAlias(item.canonicalUrl)) ?? '')
    const there = byKey.get(item.canonicalUrl) ?? []
    // Stored when it stood on its page alone.
    const part = (byKey.get(page ?? '') ?? []).filter(
      (row) => page !== item.canonicalUrl && `${page}${fragmentOf(row.url ?? '')}` === item.canonicalUrl,
    )
    // Stored before it was known that this is a page of several.
    const isPage =
      there.some((row) => differ(traceOf(row), traceOf(there[0]!))) ||
      (dates &&
        there.length > 0 &&
        there.every((row) => hasOwnName(item, row) && isOther(one.trace, traceOf(row))))
    const likeliest = isPage
      ? there.filter((row) => titleKey(row.title) === titleKey(item.title))
      : [...there, ...part, ...(former ? [former] : [])]
    if (isPage && page !== null && item.canonicalUrl === page) takeFromPage(one)
    return !likeliest.some((row) => claims.take(one, row, () => true))
  })
}

/** True when guids or parts of the page say that these are two. */
function hasOwnName({ identity, url }: NewItem, row: KnownItem): boolean {
  const [part, other] = [url, row.url].map((one) => fragmentOf(one ?? ''))
  if (part && other && part !== other) return true
  return [identity, row.identity].every((one) => one.startsWith('guid:')) && !isOfOneGuid({ identity }, row)
}

function byTitles(open: Found[], document: Found[], rows: Map<string, KnownItem>, claims: Claims): Found[] {
  const byKey = Map.groupBy(rows.values(), (row) => titleKey(row.title))
  const titles = counted(open.length > 0 ? document.map(({ trace }) => titleKey(trace.title)) : [])
  const dates =
    claims.tellTime() &&
    !isOneMoment(
      open.flatMap(({ trace }) => trace.publishedAt ?? []),
      several,
    )
  const moved: [Found, KnownItem][] = []
  const left = open.filter((one) => {
    const former = rows.get(claims.aliases.get(titleAlias(one.item.title)) ?? '')
    const there = [...(byKey.get(titleKey(one.item.title)) ?? []), ...(former ? [former] : [])]
    const alone = titles.get(titleKey(one.trace.title)) === 1 && there.length === 1
    for (const row of there) {
      const verdict = byTitle(one.trace, { ...traceOf(row), title: one.trace.title }, { dates, alone })
      if ((verdict === 'same' || (alone && isOfOneGuid(one.item, row))) && claims.take(one, row, () => true))
        return false
      if (verdict === 'ifMoved' && claims.isFree(row) && alone) moved.push([one, row])
    }
    return true
  })
  // A site that moves as a whole changes guids and links of all it has, and often their dates.
  if (moved.length < several || moved.length < most * left.length) return left
  const taken = new Set(moved.filter(([one, row]) => claims.take(one, row, () => true)).map(([one]) => one))
  return left.filter((one) => !taken.has(one))
}

/** True when one of the two had its guid for itself and for the other something was added to it. */
function isOfOneGuid({ identity }: Pick<NewItem, 'identity'>, row: KnownItem): boolean {
  return identity.startsWith(`${row.identity}|`) || row.identity.startsWith(`${identity}|`)
}

function byDates(open: Found[], rows: Map<string, KnownItem>, claims: Claims): Found[] {
  const byMoment = Map.groupBy(rows.values(), (row) => traceOf(row).publishedAt)
  return open.filter((one) => {
    if (!one.hasOwnDate) return true
    const there = byMoment.get(one.trace.publishedAt) ?? []
    if (there.length !== 1) return true
    return !claims.take(one, there[0], (row) => claims.isFree(row) && byDate(one.trace, traceOf(row)))
  })
}

/** The items nobody knows. */
function newArticles(open: Found[], claims: Claims): NewItem[] {
  const fresh = new Map<string, NewItem>()
  for (const one of open) {
    const item = one.isContested ? markedItem(one) : one.item
    for (const { identity } of one.twins) if (identity !== item.identity) claims.remember(identity, item.id)
    fresh.set(item.id, item)
  }
  return [...fresh.values()]
}

/** When other feeds' items of each URL happened, the earliest. */
function otherFeeds(found: { url: string; row: KnownItem }[], feed: string): Map<string, number> {
  const since = new Map<string, number>()
  for (const { url, row } of found) {
    if (row.feed === feed) continue
    const at = Math.min(row.published_at ?? row.first_seen_at, row.first_seen_at)
    since.set(url, Math.min(since.get(url) ?? at, at))
  }
  return since
}
