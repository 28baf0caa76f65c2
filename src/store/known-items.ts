import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { boundedIdentity, type Trace, titleKey } from '../model/index.ts'
import type { ItemTable, Schema } from './schema.ts'

/** A stored item as far as it takes to recognise it. */
export type KnownItem = Pick<
  ItemTable,
  | 'id'
  | 'feed'
  | 'identity'
  | 'revision'
  | 'title'
  | 'summary'
  | 'url'
  | 'canonical_url'
  | 'published_at'
  | 'stated_at'
  | 'first_seen_at'
>

const columns = [
  'id',
  'feed',
  'identity',
  'revision',
  'title',
  'summary',
  'url',
  'canonical_url',
  'published_at',
  'stated_at',
  'first_seen_at',
] as const

/** Values for one statement: SQLite and PostgreSQL both limit the parameters of one. */
const chunk = 500

/** What a stored item is told by. */
export function traceOf({ title, summary, url, published_at, stated_at }: KnownItem): Trace {
  return { title, summary, url, publishedAt: stated_at ?? published_at }
}

/** Under which an item is found again by a title it had once. */
export function titleAlias(title: string): string {
  return `title:${createHash('sha256').update(titleKey(title)).digest('hex').slice(0, 32)}`
}

/** Under which an item is found again by a canonical URL it had once, or has where it has no guid. */
export function urlAlias(url: string): string {
  return boundedIdentity(`url:${url}`)
}

/** Under which it is remembered that a canonical URL is several articles'. */
export function pageAlias(page: string): string {
  return `page:${page}`
}

/** Finds a feed's stored items; each question is one statement for 500 values. */
export function knownItems(tx: Kysely<Schema>, feed: string) {
  const found = async <T>(
    values: (string | number | null | undefined)[],
    ask: (some: (string | number)[]) => Promise<T[]>,
  ): Promise<T[]> => {
    const unique = [...new Set(values.filter((value) => value !== null && value !== undefined))]
    const rows: T[] = []
    for (let i = 0; i < unique.length; i += chunk) rows.push(...(await ask(unique.slice(i, i + chunk))))
    return rows
  }
  const all = () => tx.selectFrom('item').select(columns)

  return {
    async any(): Promise<boolean> {
      const query = tx.selectFrom('item').select('id').where('feed', '=', feed).limit(1)
      return (await query.executeTakeFirst()) !== undefined
    },

    byIds: (ids: (string | undefined)[]): Promise<KnownItem[]> =>
      found(ids, (some) =>
        all()
          .where('id', 'in', some as string[])
          .execute(),
      ),

    /** Items that have these canonical URLs, or had them once; other feeds' too. Each with the URL by which it was found. */
    async byUrls(urls: (string | null)[]): Promise<{ url: string; row: KnownItem }[]> {
      const rows = await found(urls, (some) =>
        all()
          .where('canonical_url', 'in', some as string[])
          .execute(),
      )
      const keys = new Map(urls.flatMap((url) => (url === null ? [] : [[urlAlias(url), url] as const])))
      const former = await found([...keys.keys()], (some) =>
        tx
          .selectFrom('item_alias')
          .innerJoin('item', 'item.id', 'item_alias.item')
          .select(columns.map((column) => `item.${column}` as const))
          .select('item_alias.identity as alias')
          .where('item_alias.identity', 'in', some as string[])
          .execute(),
      )
      return [
        ...rows.map((row) => ({ url: row.canonical_url!, row })),
        ...former.map(({ alias, ...row }) => ({ url: keys.get(alias)!, row })),
      ]
    },

    byTitles: (titles: string[]): Promise<KnownItem[]> =>
      found(titles, (some) =>
        all()
          .where('feed', '=', feed)
          .where('title', 'in', some as string[])
          .execute(),
      ),

    async byDates(dates: (number | null)[]): Promise<KnownItem[]> {
      const rows = await found(dates, (some) =>
        all()
          .where(sql<number>`coalesce(published_at, first_seen_at)`, 'in', some as number[])
          .execute(),
      )
      // Not asked for in the statement, which would be answered from the wrong index.
      return rows.filter((row) => row.feed === feed)
    },

    /** The items that these identities stand for besides their own. */
    async aliases(identities: string[]): Promise<Map<string, string>> {
      const known = new Map<string, string>()
      const unique = [...new Set(identities)]
      for (let i = 0; i < unique.length; i += chunk) {
        const rows = await tx
          .selectFrom('item_alias')
          .select(['identity', 'item'])
          .where('feed', '=', feed)
          .where('identity', 'in', unique.slice(i, i + chunk))
          .execute()
        for (const { identity, item } of rows) known.set(identity, item)
      }
      return known
    },
  }
}
