import { effectiveDate, type LabelledItem, week } from '../model/index.ts'
import { indexTitles, readTitle, sameTitle, type Title } from './titles.ts'

/** Items that tell of one event, in the order of their dates. */
export type Cluster = LabelledItem[]

/**
 * Groups items into stories: the same canonical URL, or near-equal titles within a week of each other whose numbers and
 * versions do not differ. The order of the items given does not matter.
 */
export function groupStories(items: LabelledItem[]): Cluster[] {
  const sorted = [...items].sort((a, b) => effectiveDate(a) - effectiveDate(b) || (a.id < b.id ? -1 : 1))
  const titles = sorted.map((item) => readTitle(item.title))
  const index = indexTitles(titles)
  const clusters: { items: Cluster; titles: Title[] }[] = []
  const byUrl = new Map<string, number>()

  for (const [n, item] of sorted.entries()) {
    const title = titles[n]!
    let home = item.canonicalUrl === null ? undefined : byUrl.get(item.canonicalUrl)
    home ??= index.near(title).find((i) => {
      const { items: members, titles: told } = clusters[i]!
      const recent = effectiveDate(item) - effectiveDate(members.at(-1)!) <= week
      return recent && told.some((other) => sameTitle(title, other))
    })
    home ??= clusters.push({ items: [], titles: [] }) - 1
    clusters[home]!.items.push(item)
    clusters[home]!.titles.push(title)
    if (item.canonicalUrl !== null) byUrl.set(item.canonicalUrl, home)
    index.add(title, home)
  }
  return clusters.map((cluster) => cluster.items)
}
