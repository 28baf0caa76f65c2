import { canonicalUrl, type FeedItem } from '../model/index.ts'

/**
 * A guid that stands for different things in one document is no identity: from its second use on, what tells them
 * apart is added to it. True repetitions are dropped.
 */
export function withUniqueGuids(items: FeedItem[]): FeedItem[] {
  const firsts = new Map<string, FeedItem>()
  const seen = new Set<string>()
  return items.flatMap((item) => {
    if (!item.guid) return [item]
    const first = firsts.get(item.guid)
    if (!first) {
      firsts.set(item.guid, item)
      return [item]
    }
    const mark = markOf(item)
    if (mark === markOf(first)) return []
    const guid = `${item.guid}|${item.url ?? item.title}`
    if (seen.has(guid)) return []
    seen.add(guid)
    return [{ ...item, guid }]
  })
}

function markOf(item: FeedItem): string {
  return (item.url && canonicalUrl(item.url)) || item.title
}
