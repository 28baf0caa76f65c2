import { type Kysely, sql } from 'kysely'
import type { Direction, FeedKind, FeedState, Item, Label, LabelledItem, Period } from '../model/index.ts'
import { type Absorbed, absorbItems } from './absorb.ts'
import { saveFeedState } from './feed-states.ts'
import { itemLookup } from './item-lookup.ts'
import { itemTerms } from './item-terms.ts'
import type { NewItem } from './new-item.ts'
import type { Arrival } from './recognise.ts'
import type { ItemTable, LabelTable, Schema } from './schema.ts'

export interface ItemFilter {
  /** Seen first at or after this time (ms). */
  since?: number
  until?: number
  idea?: string
  /** Leaves out the silent baseline. */
  newsOnly?: boolean
  /** Newest first, at most so many. */
  limit?: number
}

/** What a poll brought: the items of a feed, none if it is unchanged, and its state after it (at `now`, ms). */
export interface Brought {
  found: NewItem[]
  state: FeedState | ((stored: Absorbed) => FeedState)
  now: number
  admit?: (arrivals: Arrival[]) => NewItem[]
}

/** Rows for one statement: SQLite and PostgreSQL both limit the parameters of one. */
const chunk = 200

/** Stored items and their labels. */
export function items(db: Kysely<Schema>, kind: 'sqlite' | 'postgres') {
  return {
    ...itemLookup(db, kind, withLabels),
    ...itemTerms(db),

    /**
     * Stores what a poll brought, together with the feed's new state, in one transaction: unknown articles are added,
     * known ones whose text changed are rewritten in place (first seen, own date and baseline stay) and judged again.
     * What is an article that is known under another guid, link or title, `recognise.ts` tells. `admit` decides which of
     * the new ones are news; without it they are as they come.
     */
    async absorb(
      found: NewItem[],
      state: Brought['state'],
      now: number,
      admit?: Brought['admit'],
    ): Promise<Absorbed> {
      const [absorbed] = await absorbAll([{ found, state, now, ...(admit ? { admit } : {}) }])
      return absorbed!
    },

    absorbAll,

    /** Items with their labels, newest first. */
    async list(filter: ItemFilter = {}): Promise<LabelledItem[]> {
      let query = db.selectFrom('item').selectAll('item')
      if (filter.since !== undefined) query = query.where('first_seen_at', '>=', filter.since)
      if (filter.until !== undefined) query = query.where('first_seen_at', '<', filter.until)
      if (filter.newsOnly) query = query.where('baseline', '=', 0)
      if (filter.idea !== undefined) {
        const idea = filter.idea
        query = query.where((eb) =>
          eb.exists(
            eb
              .selectFrom('label')
              .select('label.item')
              .whereRef('label.item', '=', 'item.id')
              .where('label.idea', '=', idea),
          ),
        )
      }
      query = query
        .orderBy('first_seen_at', 'desc')
        .orderBy('published_at', (order) => order.desc().nullsLast())
        .orderBy('id')
      if (filter.limit !== undefined) query = query.limit(filter.limit)
      return withLabels(await query.execute())
    },

    /** Every labelled item that happened (by its own date, else when first seen) in the period; baseline too. */
    async labelledBetween(period: Period): Promise<LabelledItem[]> {
      const happened = sql<number>`coalesce(published_at, first_seen_at)`
      const rows = await db
        .selectFrom('item')
        .selectAll('item')
        .where(happened, '>=', period.since)
        .where(happened, '<', period.until)
        .where((eb) =>
          eb.exists(eb.selectFrom('label').select('label.item').whereRef('label.item', '=', 'item.id')),
        )
        .orderBy('id')
        .execute()
      return withLabels(rows)
    },

    /**
     * Items that `model` has still to judge: those never judged, and those first seen since `openSince` (the open
     * period) that another model judged. Oldest first, each with the revision of its text and whether a maintainer has
     * judged it, so that whatever the model says its labels stay.
     */
    async toClassify(
      model: string,
      openSince: number,
      limit: number,
    ): Promise<(Item & { revision: string; byMaintainer: boolean })[]> {
      const rows = await db
        .selectFrom('item')
        .selectAll()
        .select((eb) =>
          eb
            .exists(eb.selectFrom('verdict').select('verdict.item').whereRef('verdict.item', '=', 'item.id'))
            .as('by_maintainer'),
        )
        .where((eb) =>
          eb.or([
            eb('classified_by', 'is', null),
            eb.and([eb('classified_by', '<>', model), eb('first_seen_at', '>=', openSince)]),
          ]),
        )
        .orderBy('first_seen_at')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        ...itemFromRow(row),
        revision: row.revision,
        byMaintainer: Boolean(row.by_maintainer),
      }))
    },

    /** The items with these ids that are stored, in no particular order. */
    async byIds(ids: string[]): Promise<LabelledItem[]> {
      const rows: ItemTable[] = []
      for (let i = 0; i < ids.length; i += chunk) {
        const some = ids.slice(i, i + chunk)
        rows.push(...(await db.selectFrom('item').selectAll().where('id', 'in', some).execute()))
      }
      return withLabels(rows)
    },

    /** When each feed's items happened, since `since` (ms): their own dates, or when they were first seen. Newest first. */
    async datesByFeed(since: number): Promise<Map<string, number[]>> {
      const happened = sql<number>`coalesce(published_at, first_seen_at)`
      const rows = await db
        .selectFrom('item')
        .select(['feed', happened.as('at')])
        .where(happened, '>=', since)
        .orderBy(happened, 'desc')
        .execute()
      const dates = new Map<string, number[]>()
      for (const { feed, at } of rows) {
        const known = dates.get(feed)
        if (known) known.push(Number(at))
        else dates.set(feed, [Number(at)])
      }
      return dates
    },

    /**
     * Replaces the labels of these items by a model's, in one transaction; those a maintainer has judged keep theirs, and
     * one whose text has changed since the given revision is left to be judged anew.
     */
    async label(
      verdicts: { item: string; revision?: string; labels: Label[] }[],
      model: string,
    ): Promise<void> {
      await db.transaction().execute(async (tx) => {
        for (let i = 0; i < verdicts.length; i += chunk) {
          const batch = verdicts.slice(i, i + chunk)
          // Before the question which are judged: it takes the rows, so that the answer stays true.
          const stale = new Set<string>()
          for (const { item, revision } of batch) {
            let update = tx.updateTable('item').set({ classified_by: model }).where('id', '=', item)
            if (revision !== undefined) update = update.where('revision', '=', revision)
            const { numUpdatedRows } = await update.executeTakeFirst()
            if (revision !== undefined && numUpdatedRows === 0n) stale.add(item)
          }
          const judged = await judgedAmong(
            tx,
            batch.map(({ item }) => item),
          )
          for (const { item, labels } of batch) {
            if (judged.has(item) || stale.has(item)) continue
            await tx.deleteFrom('label').where('item', '=', item).execute()
            if (labels.length === 0) continue
            await tx
              .insertInto('label')
              .values(labels.map((label) => ({ item, ...label })))
              .execute()
          }
        }
      })
    },

    /** Items that bear on at least one idea. */
    async countLabelled(): Promise<number> {
      const row = await db
        .selectFrom('label')
        .select(sql<number>`cast(count(distinct item) as integer)`.as('n'))
        .executeTakeFirstOrThrow()
      return row.n
    },

    /** Items that nobody has judged yet. */
    async countUnclassified(): Promise<number> {
      const row = await db
        .selectFrom('item')
        .select(sql<number>`cast(count(*) as integer)`.as('n'))
        .where('classified_by', 'is', null)
        .executeTakeFirstOrThrow()
      return row.n
    },

    async count(): Promise<number> {
      const row = await db
        .selectFrom('item')
        .select(sql<number>`cast(count(*) as integer)`.as('n'))
        .executeTakeFirstOrThrow()
      return row.n
    },
  }

  /** `absorb` for several polls in one transaction, which costs little more than one. */
  async function absorbAll(polls: Brought[]): Promise<Absorbed[]> {
    return db.transaction().execute(async (tx) => {
      const all: Absorbed[] = []
      for (const { found, state, now, admit } of polls) {
        const absorbed: Absorbed = { new: 0, updated: 0, stored: 0 }
        for (const items of Map.groupBy(found, ({ feed }) => feed).values()) {
          const one = await absorbItems(tx, items, now, admit)
          absorbed.new += one.new
          absorbed.updated += one.updated
          absorbed.stored += one.stored
        }
        await saveFeedState(tx, typeof state === 'function' ? state(absorbed) : state)
        all.push(absorbed)
      }
      return all
    })
  }

  async function withLabels(rows: ItemTable[]): Promise<LabelledItem[]> {
    const labels = new Map<string, Label[]>()
    for (let i = 0; i < rows.length; i += chunk) {
      const ids = rows.slice(i, i + chunk).map((row) => row.id)
      const found = await db
        .selectFrom('label')
        .selectAll()
        .where('item', 'in', ids)
        .orderBy('score', 'desc')
        .orderBy('idea')
        .execute()
      for (const row of found) labels.set(row.item, [...(labels.get(row.item) ?? []), labelFromRow(row)])
    }
    return rows.map((row) => ({ ...itemFromRow(row), labels: labels.get(row.id) ?? [] }))
  }
}

/** Items on which a maintainer has given a verdict. */
async function judgedAmong(tx: Kysely<Schema>, ids: string[]): Promise<Set<string>> {
  const rows = await tx.selectFrom('verdict').select('item').where('item', 'in', ids).execute()
  return new Set(rows.map((row) => row.item))
}

function labelFromRow(row: LabelTable): Label {
  return {
    idea: row.idea,
    direction: row.direction as Direction,
    score: row.score,
    evidence: row.evidence,
    by: row.by,
  }
}

/** An item as its row holds it. */
export function itemFromRow(row: ItemTable): Item {
  return {
    id: row.id,
    feed: row.feed,
    title: row.title,
    summary: row.summary,
    content: row.content,
    url: row.url,
    canonicalUrl: row.canonical_url,
    kind: row.kind as FeedKind,
    language: row.language,
    publishedAt: row.published_at,
    firstSeenAt: row.first_seen_at,
    baseline: row.baseline === 1,
  }
}
