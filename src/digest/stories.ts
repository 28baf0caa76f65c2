import { effectiveDate, type LabelledItem, week } from '../model/index.ts'

/** Items that tell of one event, in the order of their dates. */
export type Cluster = LabelledItem[]

/** Two titles are near-equal from this share of common words on (Jaccard). */
const nearEqual = 0.75
/** Titles with fewer words than this say too little to tell events apart. */
const leastWords = 4

const fillers = new Set('a an and as at by for from in into is its of on or that the to with'.split(' '))

/**
 * Groups items into stories: the same canonical URL, or near-equal titles within a week of each other whose numbers and
 * versions do not differ. The order of the items given does not matter.
 */
export function groupStories(items: LabelledItem[]): Cluster[] {
  const sorted = [...items].sort((a, b) => effectiveDate(a) - effectiveDate(b) || (a.id < b.id ? -1 : 1))
  const clusters: { items: Cluster; titles: Title[] }[] = []
  const byUrl = new Map<string, number>()
  const byWord = new Map<string, Set<number>>()

  for (const item of sorted) {
    const title = readTitle(item.title)
    let home = item.canonicalUrl === null ? undefined : byUrl.get(item.canonicalUrl)
    if (home === undefined) {
      const near = new Set(title.words.flatMap((word) => [...(byWord.get(word) ?? [])]))
      home = [...near].sort((a, b) => a - b).find((i) => {
        const { items: members, titles } = clusters[i]!
        const recent = effectiveDate(item) - effectiveDate(members.at(-1)!) <= week
        return recent && titles.some((other) => sameTitle(title, other))
      })
    }
    if (home === undefined) home = clusters.push({ items: [], titles: [] }) - 1
    clusters[home]!.items.push(item)
    clusters[home]!.titles.push(title)
    if (item.canonicalUrl !== null) byUrl.set(item.canonicalUrl, home)
    for (const word of title.words) byWord.set(word, (byWord.get(word) ?? new Set()).add(home))
  }
  return clusters.map((cluster) => cluster.items)
}

interface Title {
  words: string[]
  numbers: string
}

function readTitle(title: string): Title {
  // Many feeds add their own name at the end: `Headline | Paper`, `Headline - Paper`.
  const bare = title.replace(/\s+[|–—-]\s+[^|–—-]{2,30}$/, '')
  const tokens = (bare.normalize('NFKC').toLowerCase().match(/[\p{L}\p{N}]+(?:\.\p{N}+)*/gu) ?? []).map((word) =>
    word.replace(/(?<=\p{L}{3})s$/u, ''),
  )
  const words = [...new Set(tokens.filter((word) => !fillers.has(word)))]
  return { words, numbers: words.filter((word) => /\p{N}/u.test(word)).sort().join(' ') }
}

function sameTitle(a: Title, b: Title): boolean {
  if (a.numbers !== b.numbers || Math.min(a.words.length, b.words.length) < leastWords) return false
  const other = new Set(b.words)
  const common = a.words.filter((word) => other.has(word)).length
  return common / (a.words.length + b.words.length - common) >= nearEqual
}
