import { type LabelledItem, unpolled } from '../../src/model/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'

/** Items in one transaction. */
const batch = 5000
/** The model that labelled what is stored. */
export const model = 'model:bench'

/** A database with these items and their labels, as polls at `now` (ms) would have stored them. `path` is a file or `:memory:`. */
export async function filledStore(path: string, items: LabelledItem[], now: number): Promise<Store> {
  const store = await openStore(`sqlite:${path}`)
  for (let i = 0; i < items.length; i += batch) {
    const some = items.slice(i, i + batch)
    await store.items.absorbAll(
      [...Map.groupBy(some, ({ feed }) => feed)].map(([feed, of]) => ({
        found: of.map(asFound),
        state: {
          ...unpolled(feed, `https://${feed}.example/feed.xml`),
          firstPolledAt: of[0]!.firstSeenAt,
          lastPolledAt: now,
          lastSuccessAt: now,
          itemsSeen: of.length,
        },
        now,
      })),
    )
    const labels = some.map((item) => ({ item: item.id, labels: item.labels }))
    await store.items.label(labels, model)
  }
  const stored = await store.items.count()
  if (stored !== items.length) throw new Error(`${stored} items of ${items.length} were stored.`)
  return store
}

function asFound({ labels: _, ...item }: LabelledItem) {
  return { ...item, identity: `url:${item.url}`, revision: '1' }
}
