import { type Kysely, sql } from 'kysely'
import { type Contribution, noContribution } from '../model/index.ts'
import type { Schema } from './schema.ts'

const batch = 500
const count = sql<number>`cast(count(distinct item.id) as integer)`

/** What feeds have brought. */
export function contributions(db: Kysely<Schema>) {
  /** Which feeds these items came from; what is no longer stored is left out. */
  async function feedsOf(items: string[]): Promise<Map<string, string>> {
    const feeds = new Map<string, string>()
    for (let i = 0; i < items.length; i += batch) {
      const rows = await db
        .selectFrom('item')
        .select(['id', 'feed'])
        .where('id', 'in', items.slice(i, i + batch))
        .execute()
      for (const { id, feed } of rows) feeds.set(id, feed)
    }
    return feeds
  }

  return {
    /**
     * What came of each feed since `since` (ms): items by when they were first seen, digests by when they were released,
     * alerts by when they were made. Feeds that brought nothing are not in it.
     */
    async since(since: number): Promise<Map<string, Contribution>> {
      const found = new Map<string, Contribution>()
      const of = (feed: string) => {
        const one = found.get(feed) ?? { ...noContribution }
        found.set(feed, one)
        return one
      }
      const read = await db
        .selectFrom('item')
        .select(['feed', count.as('n')])
        .where('first_seen_at', '>=', since)
        .groupBy('feed')
        .execute()
      for (const { feed, n } of read) of(feed).read = n
      const labelled = await db
        .selectFrom('item')
        .innerJoin('label', 'label.item', 'item.id')
        .select(['item.feed', count.as('n')])
        .where('item.first_seen_at', '>=', since)
        .groupBy('item.feed')
        .execute()
      for (const { feed, n } of labelled) of(feed).labelled = n
      const published = await db
        .selectFrom('digest_item')
        .innerJoin('digest', 'digest.number', 'digest_item.digest')
        .innerJoin('item', 'item.id', 'digest_item.item')
        .select(['item.feed', count.as('n')])
        .where('digest.released_at', '>=', since)
        .groupBy('item.feed')
        .execute()
      for (const { feed, n } of published) of(feed).published = n
      const alerts = await db.selectFrom('alert').select('items').where('made_at', '>=', since).execute()
      const stories = alerts.map(({ items }) => JSON.parse(items) as string[])
      const feeds = await feedsOf([...new Set(stories.flat())])
      for (const items of stories) {
        const tellers = new Set(items.flatMap((id) => feeds.get(id) ?? []))
        for (const feed of tellers) of(feed).alerts += 1
      }
      return found
    },
  }
}
