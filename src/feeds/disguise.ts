import { canonicalUrl, type Feed } from '../model/index.ts'
import type { UnplacedFinding } from './check.ts'
import { fewItems, type Look, type LookedItem } from './look.ts'

/** So much of the items of two feeds is the same when they are one. */
const sameFrom = 0.8

/** Feeds that are others of the list in disguise: they end at the same address or hold the same items. */
export function disguises(
  looks: Look[],
  followed: Feed[],
): { feed: string; like: string; finding: UnplacedFinding }[] {
  const found: { feed: string; like: string; finding: UnplacedFinding }[] = []
  const order = new Map(followed.map(({ id }, i) => [id, i]))
  const ends = looks.map(({ feed, answer }) => ({
    feed,
    end: answer.kind === 'items' ? canonicalUrl(answer.finalUrl) : null,
    keys: answer.kind === 'items' ? keysOf(answer.items) : new Set<string>(),
  }))
  const say = (feed: Feed, like: Feed, how: string) => {
    const message = `It ${how} as ${like.id}.`
    const finding: UnplacedFinding = {
      kind: 'disguise',
      field: 'url',
      severity: 'warning',
      message,
      suggestion: { remove: true },
    }
    if (!found.some((one) => one.feed === feed.id)) found.push({ feed: feed.id, like: like.id, finding })
  }
  for (const one of ends) {
    const listed = followed.find(
      ({ id, url }) => id !== one.feed.id && one.end !== null && canonicalUrl(url) === one.end,
    )
    // Two that lead to each other must not both go.
    const isMutual = found.some(({ feed, like }) => feed === listed?.id && like === one.feed.id)
    if (listed && !isMutual && canonicalUrl(one.feed.url) !== one.end)
      say(one.feed, listed, 'leads to the same address')
  }
  for (const [i, one] of ends.entries()) {
    for (const other of ends.slice(i + 1)) {
      if (one.end === null || other.end === null) continue
      const how = one.end === other.end ? 'leads to the same address' : 'holds the same items'
      if (one.end !== other.end && !areTwins(one.keys, other.keys)) continue
      if (found.some(({ feed, like }) => [one, other].every((each) => [feed, like].includes(each.feed.id))))
        continue
      // The publisher's own goes before a mirror, else what stands first in the list.
      const sorted = [one.feed, other.feed].sort(
        (a, b) => Number(b.official) - Number(a.official) || order.get(a.id)! - order.get(b.id)!,
      )
      say(sorted[1]!, sorted[0]!, how)
    }
  }
  return found
}

function areTwins(a: Set<string>, b: Set<string>): boolean {
  return Math.min(a.size, b.size) >= fewItems && !a.isDisjointFrom(b) && likeness(a, b) >= sameFrom
}

/** Whether two feeds hold the same items, but for one in five. */
export function isSameFeed(a: LookedItem[], b: LookedItem[]): boolean {
  return likeness(keysOf(a), keysOf(b)) >= sameFrom
}

/** The part of all items that is in both (Jaccard). */
function likeness(a: Set<string>, b: Set<string>): number {
  const all = a.union(b).size
  return all === 0 ? 0 : a.intersection(b).size / all
}

/** What tells the items of a feed apart: their addresses, or their titles where many share one. */
function keysOf(items: LookedItem[]): Set<string> {
  const urls = items.map(({ url }) => (url === null ? null : canonicalUrl(url)))
  const own = new Set(urls.filter((url, i) => url !== null && urls.indexOf(url) === i))
  const areOwn = own.size * 2 > items.length
  return new Set(items.map(({ title }, i) => (areOwn && urls[i]) || title.toLowerCase()))
}
