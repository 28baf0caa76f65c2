import { revisionOf } from '../model/index.ts'
import { excerptLength, obeyTextUse } from './stored-item.ts'
import type { Way } from './way.ts'

/**
 * Cuts what is stored of each feed's texts to what its terms allow now: a list may have been made stricter since they
 * came. Gives how many items were cut. What issues and alerts have quoted stands in them as it was sent.
 */
export async function keepToTerms({ store, feeds }: Pick<Way, 'store' | 'feeds'>): Promise<number> {
  let cut = 0
  for (const feed of feeds) {
    if (feed.textUse === 'full') continue
    cut += await store.items.cutTexts(feed.id, feed.textUse === 'link' ? 0 : excerptLength, (item) => {
      const kept = obeyTextUse(feed, item)
      const { url } = item
      return { ...kept, revision: revisionOf({ ...kept, url, guid: null, publishedAt: null }) }
    })
  }
  return cut
}
