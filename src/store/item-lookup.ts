import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import type { Direction, LabelledItem } from '../model/index.ts'
import { urlAlias } from './known-items.ts'
import type { ItemTable, Schema } from './schema.ts'

/** Values for one statement: SQLite and PostgreSQL both limit the parameters of one. */
const chunk = 400

/** What an item holds. */
interface Held {
  /** In a text of it, in lower case … */
  letters: string
  /** … or it is of one of these feeds. */
  feeds: readonly string[]
}

/** Items that bear on something, newest first. */
export interface Bearing {
  /** Null for any. */
  idea: string | null
  direction: Direction | null
  /** By their own dates, or when they were first seen (ms). */
  since: number
  /** And before then; until now without it. */
  until?: number | null
  limit: number
  /** How many to pass over; none without it. */
  offset?: number
  /** Of those within the limit, only items with all of these in their texts. */
  saying?: readonly Held[]
  /** And of those only items with so many of these at least in title and summary. */
  holding?: { some: readonly Held[]; least: number }
}

/** Finding items by what people know of them. */
export function itemLookup(
  db: Kysely<Schema>,
  kind: 'sqlite' | 'postgres',
  withLabels: (rows: ItemTable[]) => Promise<LabelledItem[]>,
) {
  const happened = sql<number>`coalesce(published_at, first_seen_at)`
  /** For each item by itself: newest first up to a limit, few have to be looked at, however many bear on the idea. */
  const bearsOn =
    ({ idea, direction }: Pick<Bearing, 'idea' | 'direction'>) =>
    (eb: ExpressionBuilder<Schema, 'item'>) => {
      let labels = eb.selectFrom('label').select('label.item').whereRef('label.item', '=', 'item.id')
      if (idea !== null) labels = labels.where('label.idea', '=', idea)
      if (direction !== null) labels = labels.where('label.direction', '=', direction)
      return eb.exists(labels)
    }
  const holds = ({ letters, feeds }: Held, names: ('title' | 'summary' | 'content')[]) => {
    const pattern = `%${letters.replace(/[\\%_]/g, '\\$&')}%`
    const texts = names.map((name) => {
      const text = sql.ref(`item.${name}`)
      // SQLite's `like` takes the capitals of English for small letters by itself, and a copy of each text takes its time.
      return sql<boolean>`${kind === 'sqlite' ? text : sql`lower(${text})`} like ${pattern} escape '\\'`
    })
    const isTheirs = feeds.length > 0 ? [sql<boolean>`${sql.ref('item.feed')} in (${sql.join(feeds)})`] : []
    return sql<boolean>`(${sql.join([...isTheirs, ...texts], sql` or `)})`
  }
  const isSaid = ({ saying = [], holding }: Pick<Bearing, 'saying' | 'holding'>) => {
    const said = saying.map((one) => holds(one, ['title', 'summary', 'content']))
    if (!holding) return sql<boolean>`${sql.join(said, sql` and `)}`
    const held = holding.some.map((one) => holds(one, ['title', 'summary']))
    // What is shorter to read is asked first, and where all are wanted the first that is not held ends it.
    if (holding.least === held.length) return sql<boolean>`${sql.join([...held, ...said], sql` and `)}`
    const counted = [sql`0`, ...held.map((one) => sql`case when ${one} then 1 else 0 end`)]
    const enough = sql`${sql.join(counted, sql` + `)} >= ${sql.lit(holding.least)}`
    return sql<boolean>`${sql.join([enough, ...said], sql` and `)}`
  }
  return {
    /** Items that bear on an idea in a direction and happened since `since`: newest first. */
    async bearing(wish: Bearing): Promise<LabelledItem[]> {
      const newest = db
        .selectFrom('item')
        .where(happened, '>=', wish.since)
        .$if(wish.until != null, (query) => query.where(happened, '<', wish.until!))
        .where(bearsOn(wish))
        .orderBy(happened, 'desc')
        .orderBy('id')
        .limit(wish.limit)
        .offset(wish.offset ?? 0)
      if (!wish.saying?.length) return withLabels(await newest.selectAll('item').execute())
      // Most don't, and their texts need not be brought here. Each is looked at where it is counted: finding it twice
      // would take longer than reading it.
      // As a condition it ends with the first that is not held; as a value SQLite would have all of them reckoned.
      const isHit = sql<number>`case when ${isSaid(wish)} then 1 else 0 end`
      const looked = newest.select('item.id').select(isHit.as('is_hit'))
      const those = db
        .selectFrom('item')
        .selectAll()
        .where(
          'id',
          'in',
          db.selectFrom(looked.as('looked')).select('looked.id').where('looked.is_hit', '=', 1),
        )
      return withLabels(await those.orderBy(happened, 'desc').orderBy('id').execute())
    },

    /** How many `bearing` would give without its limit. */
    async countBearing(wish: Pick<Bearing, 'idea' | 'direction' | 'since'>): Promise<number> {
      const row = await db
        .selectFrom('item')
        .select(sql<number>`cast(count(*) as integer)`.as('n'))
        .where(happened, '>=', wish.since)
        .where(bearsOn(wish))
        .executeTakeFirstOrThrow()
      return row.n
    },

    /** Items with these words in their title, or all where there are none; newest first. */
    async titled(words: string, limit: number): Promise<LabelledItem[]> {
      let query = db.selectFrom('item').selectAll()
      for (const word of words.split(/\s+/).filter(Boolean).slice(0, 8)) {
        const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`
        // Both lowered by the database: SQLite knows the capitals of English only.
        query = query.where(sql<boolean>`lower(title) like lower(${pattern}) escape '\\'`)
      }
      return withLabels(await query.orderBy(happened, 'desc').orderBy('id').limit(limit).execute())
    },

    /** Items of this canonical URL, newest first. */
    async withUrl(canonicalUrl: string, limit: number): Promise<LabelledItem[]> {
      const rows = await db
        .selectFrom('item')
        .selectAll()
        .where('canonical_url', '=', canonicalUrl)
        .orderBy(happened, 'desc')
        .orderBy('id')
        .limit(limit)
        .execute()
      return withLabels(rows)
    },

    /** Ids of the items that have, or had, each of these canonical URLs, whichever feed brought them. */
    async idsByUrl(urls: string[]): Promise<Map<string, string[]>> {
      const found = new Map<string, string[]>()
      for (let i = 0; i < urls.length; i += chunk) {
        const rows = await db
          .selectFrom('item')
          .select(['id', 'canonical_url'])
          .where('canonical_url', 'in', urls.slice(i, i + chunk))
          .execute()
        for (const { id, canonical_url: url } of rows) found.set(url!, [...(found.get(url!) ?? []), id])
        const keys = new Map(urls.slice(i, i + chunk).map((url) => [urlAlias(url), url]))
        const former = await db
          .selectFrom('item_alias')
          .select(['identity', 'item'])
          .where('identity', 'in', [...keys.keys()])
          .execute()
        for (const { identity, item } of former) {
          const url = keys.get(identity)!
          found.set(url, [...(found.get(url) ?? []), item])
        }
      }
      return found
    },

    /** Items whose id begins so, the one whose whole id it is alone; at most `limit`. */
    async startingWith(prefix: string, limit: number): Promise<LabelledItem[]> {
      const rows = await db
        .selectFrom('item')
        .selectAll()
        .where(sql<string>`substr(id, 1, ${sql.lit([...prefix].length)})`, '=', prefix)
        .orderBy('id')
        .limit(limit)
        .execute()
      const whole = rows.filter((row) => row.id === prefix)
      return withLabels(whole.length ? whole : rows)
    },
  }
}
