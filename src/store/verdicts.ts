import { type Kysely, sql } from 'kysely'
import type { GivenLabel, Item } from '../model/index.ts'
import { itemFromRow } from './items.ts'
import type { ItemTable, Schema } from './schema.ts'

/** A maintainer's word on an item: the labels it deserves, all of them. None is a word too. */
export interface StoredVerdict {
  item: Item
  labels: GivenLabel[]
  /** ms since the epoch. */
  givenAt: number
}

/** What maintainers said of items. It outranks every model and teaches the next one. */
export function verdicts(db: Kysely<Schema>) {
  return {
    /**
     * Keeps a maintainer's word on an item and makes its labels just these, each with score 1; an earlier word is
     * replaced. False when there is no such item.
     */
    async give(item: string, labels: GivenLabel[], now: number): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        // Changes nothing, but takes the row as `items.label` does: a model's labels can't come in between.
        const row = await tx
          .updateTable('item')
          .set((eb) => ({ classified_by: eb.ref('classified_by') }))
          .where('id', '=', item)
          .returning('id')
          .executeTakeFirst()
        if (!row) return false
        const verdict = { labels: JSON.stringify(labels), given_at: now }
        await tx
          .insertInto('verdict')
          .values({ item, ...verdict })
          .onConflict((conflict) => conflict.column('item').doUpdateSet(verdict))
          .execute()
        await tx.deleteFrom('label').where('item', '=', item).execute()
        if (labels.length) {
          await tx
            .insertInto('label')
            .values(
              labels.map(({ idea, direction, evidence }) => ({
                item,
                idea,
                direction,
                score: 1,
                evidence,
                by: 'maintainer',
              })),
            )
            .execute()
        }
        return true
      })
    },

    /** Every word given, in the order of the items' ids. */
    async list(): Promise<StoredVerdict[]> {
      return (await withItems().orderBy('verdict.item').execute()).map(fromRow)
    },

    /** Null when no maintainer has said anything of this item. */
    async get(item: string): Promise<StoredVerdict | null> {
      const row = await withItems().where('verdict.item', '=', item).executeTakeFirst()
      return row ? fromRow(row) : null
    },

    /** Changes whenever a word is given; for those who have learned from them. */
    async stamp(): Promise<string> {
      const row = await db
        .selectFrom('verdict')
        .select([
          sql<number>`cast(count(*) as integer)`.as('n'),
          sql<number | null>`max(given_at)`.as('last'),
        ])
        .executeTakeFirstOrThrow()
      return `${row.n} ${row.last ?? ''}`
    },
  }

  function withItems() {
    return db
      .selectFrom('verdict')
      .innerJoin('item', 'item.id', 'verdict.item')
      .selectAll('item')
      .select(['verdict.labels', 'verdict.given_at'])
  }
}

function fromRow(row: ItemTable & { labels: string; given_at: number }): StoredVerdict {
  return { item: itemFromRow(row), labels: JSON.parse(row.labels) as GivenLabel[], givenAt: row.given_at }
}
