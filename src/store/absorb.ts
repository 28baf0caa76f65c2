import { CompiledQuery, type Kysely } from 'kysely'
import { isTellingTitle, titleKey } from '../model/index.ts'
import { dateOf } from './found-items.ts'
import { type KnownItem, pageAlias, titleAlias, traceOf, urlAlias } from './known-items.ts'
import type { NewItem } from './new-item.ts'
import { type Arrival, recognise } from './recognise.ts'
import type { ItemTable, Schema } from './schema.ts'

/** What became of the items of a poll: how many articles were unknown, how many had changed, and how many there are. */
export interface Absorbed {
  new: number
  updated: number
  stored: number
}

/** Rows for one statement: SQLite and PostgreSQL both limit the parameters of one. */
const chunk = 200
/** A feed that makes up new guids at each build is known by what stays; more of them than this say nothing. */
const mostAliases = 8

/** Stores the items of one feed's document; called in a transaction. */
export async function absorbItems(
  tx: Kysely<Schema>,
  items: NewItem[],
  now: number,
  admit: (arrivals: Arrival[]) => NewItem[] = (arrivals) => arrivals.map(({ item }) => item),
): Promise<Absorbed> {
  const { known, fresh, aliases, pages } = await recognise(tx, items)
  const added = await insert(tx, admit(fresh), now)
  const former = await update(tx, known, now)
  await remember(tx, items[0]!.feed, [...aliases, ...former.aliases])
  if (fresh.length > 0) await rememberPages(tx, items[0]!.feed, pages)
  return { new: added, updated: former.updated, stored: known.length + fresh.length }
}

async function insert(tx: Kysely<Schema>, items: NewItem[], now: number): Promise<number> {
  let added = 0
  for (let i = 0; i < items.length; i += chunk) {
    const rows = items.slice(i, i + chunk).map((item) => toRow(item, now))
    const result = await tx.executeQuery(insertOf(tx, rows))
    added += Number(result.numAffectedRows ?? 0n)
  }
  return added
}

/** By dialect and number of rows. */
const inserts = new WeakMap<object, Map<number, string>>()

/** Kysely takes as long to build the statement as the database to carry it out, and it is the same for so many rows. */
function insertOf(tx: Kysely<Schema>, rows: ItemTable[]): CompiledQuery {
  const { adapter } = tx.getExecutor()
  const known = inserts.get(adapter) ?? new Map<number, string>()
  inserts.set(adapter, known)
  const text = known.get(rows.length)
  if (text !== undefined) {
    return CompiledQuery.raw(
      text,
      rows.flatMap((row) => Object.values(row)),
    )
  }
  const compiled = tx
    .insertInto('item')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .compile()
  known.set(rows.length, compiled.sql)
  return compiled
}

type Alias = { identity: string; item: string }

/** Rewrites those whose text has changed; what they were found by before is to be remembered. */
async function update(
  tx: Kysely<Schema>,
  known: { row: KnownItem; found: NewItem[] }[],
  now: number,
): Promise<{ updated: number; aliases: Alias[] }> {
  const aliases: Alias[] = []
  const changed: NewItem[] = []
  // Dates that change at each build are not worth writing down.
  const redated = known.filter(({ row, found }) => isOtherDate(row, found[0]!))
  const datesTell = redated.length < 3 || redated.length < known.length / 2
  for (const { row, found } of known) {
    const item = { ...found[0]!, id: row.id }
    const isChanged = found.every(({ revision }) => revision !== row.revision)
    const isDated = row.published_at === null && item.publishedAt !== null
    const isRedated = datesTell && isOtherDate(row, item)
    if (!isChanged && !isDated && !isRedated) continue
    await tx
      .updateTable('item')
      .set({
        ...(isDated ? { published_at: item.publishedAt } : {}),
        ...(isRedated ? { stated_at: dateOf(item) } : {}),
        ...(isChanged ? textOf(item, now) : {}),
      })
      .where('id', '=', row.id)
      .execute()
    if (!isChanged) continue
    changed.push(item)
    if (row.canonical_url !== null && row.canonical_url !== item.canonicalUrl) {
      aliases.push({ identity: urlAlias(row.canonical_url), item: row.id })
    }
    if (isTellingTitle(row.title) && titleKey(row.title) !== titleKey(item.title)) {
      aliases.push({ identity: titleAlias(row.title), item: row.id })
    }
  }
  await mendEvidence(tx, changed)
  return { updated: changed.length, aliases }
}

function isOtherDate(row: KnownItem, item: NewItem): boolean {
  const date = dateOf(item)
  return date !== null && date !== traceOf(row).publishedAt
}

function textOf(item: NewItem, now: number): Partial<ItemTable> {
  return {
    revision: item.revision,
    title: item.title,
    summary: item.summary,
    content: item.content,
    url: item.url,
    canonical_url: item.canonicalUrl,
    language: item.language,
    updated_at: now,
    classified_by: null,
  }
}

/** Keeps other identities of items, as far as an item has room for more. */
async function remember(tx: Kysely<Schema>, feed: string, aliases: Alias[]): Promise<void> {
  for (let i = 0; i < aliases.length; i += chunk) {
    const batch = aliases.slice(i, i + chunk)
    const ids = batch.map(({ item }) => item)
    const rows = await tx
      .selectFrom('item_alias')
      .select(['item', (eb) => eb.fn.countAll<number>().as('n')])
      .where('item', 'in', ids)
      .groupBy('item')
      .execute()
    const counts = new Map(rows.map(({ item, n }) => [item, Number(n)]))
    const kept = batch.filter(({ item }) => {
      const n = counts.get(item) ?? 0
      counts.set(item, n + 1)
      return n < mostAliases
    })
    if (kept.length === 0) continue
    await tx
      .insertInto('item_alias')
      .values(kept.map((alias) => ({ feed, ...alias })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

/** Keeps which links are several articles', and takes them from those that had one for themselves. */
async function rememberPages(tx: Kysely<Schema>, feed: string, pages: string[]): Promise<void> {
  for (let i = 0; i < pages.length; i += chunk) {
    const some = pages.slice(i, i + chunk)
    const added = await tx
      .insertInto('item_alias')
      .values(some.map((page) => ({ feed, identity: pageAlias(page), item: '' })))
      .onConflict((conflict) => conflict.doNothing())
      .returning('identity')
      .execute()
    if (added.length === 0) continue
    await tx
      .updateTable('item')
      .set({ canonical_url: null })
      .where('feed', '=', feed)
      .where('canonical_url', 'in', some)
      .execute()
  }
}

/** A maintainer's evidence that an item's new text no longer holds gives way to the title. */
async function mendEvidence(tx: Kysely<Schema>, items: NewItem[]): Promise<void> {
  const byId = new Map(items.map((item) => [item.id, item]))
  for (let i = 0; i < items.length; i += chunk) {
    const given = await tx
      .selectFrom('label')
      .select(['item', 'idea', 'evidence'])
      .where(
        'item',
        'in',
        items.slice(i, i + chunk).map(({ id }) => id),
      )
      .where('by', '=', 'maintainer')
      .execute()
    for (const { item: id, idea, evidence } of given) {
      const { title, summary, content } = byId.get(id)!
      if ([title, summary, content].some((text) => text.includes(evidence))) continue
      await tx
        .updateTable('label')
        .set({ evidence: title })
        .where('item', '=', id)
        .where('idea', '=', idea)
        .execute()
    }
  }
}

function toRow(item: NewItem, now: number): ItemTable {
  return {
    id: item.id,
    feed: item.feed,
    identity: item.identity,
    revision: item.revision,
    title: item.title,
    summary: item.summary,
    content: item.content,
    url: item.url,
    canonical_url: item.canonicalUrl,
    kind: item.kind,
    language: item.language,
    published_at: item.publishedAt,
    stated_at: dateOf(item),
    first_seen_at: item.firstSeenAt,
    updated_at: now,
    baseline: item.baseline ? 1 : 0,
    classified_by: null,
  }
}
