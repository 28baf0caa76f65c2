import { type FeedItem, markOf, titleKey } from '../model/index.ts'

/**
 * A guid that stands for different things in one document is no identity: what tells them apart is added to it, for
 * every item that has it, so that a newer item on top does not shift what is below. True repetitions are dropped.
 */
export function withUniqueGuids(items: FeedItem[]): FeedItem[] {
  const users = Map.groupBy(
    items.filter(({ guid }) => guid),
    ({ guid }) => guid,
  )
  const seen = new Set<string>()
  return items.flatMap((item) => {
    const sharing = users.get(item.guid) ?? []
    if (sharing.length < 2) return [item]
    const guid = sharing.every((one) => isRepetition(one, item)) ? item.guid! : apart(item, sharing)
    if (seen.has(guid)) return []
    seen.add(guid)
    return [{ ...item, guid }]
  })
}

/** Its guid and as much else as it takes to tell it from the others that have it: its mark, its title, its date. */
function apart(item: FeedItem, sharing: FeedItem[]): string {
  const others = sharing.filter((one) => !isRepetition(one, item))
  const parts = [item.guid, markOf(item)]
  if (others.some((one) => markOf(one) === markOf(item))) {
    parts.push(titleKey(item.title))
    if (others.some((one) => titleKey(one.title) === titleKey(item.title))) parts.push(dateOf(item))
  }
  return parts.join('|')
}

function isRepetition(a: FeedItem, b: FeedItem): boolean {
  return markOf(a) === markOf(b) && titleKey(a.title) === titleKey(b.title) && sameDay(a, b)
}

function sameDay(a: FeedItem, b: FeedItem): boolean {
  return a.publishedAt === null || b.publishedAt === null || dateOf(a) === dateOf(b)
}

function dateOf({ publishedAt }: FeedItem): string {
  return publishedAt === null ? '' : new Date(publishedAt).toISOString().slice(0, 10)
}
