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
  const titles = sorted.map((item) => readTitle(item.title))
  const clueIn = clueFinder(titles)
  const clusters: { items: Cluster; titles: Title[] }[] = []
  const byUrl = new Map<string, number>()
  const byClue = new Map<string, Set<number>>()

  for (const [n, item] of sorted.entries()) {
    const title = titles[n]!
    const clues = clueIn(title)
    let home = item.canonicalUrl === null ? undefined : byUrl.get(item.canonicalUrl)
    if (home === undefined) {
      const near = new Set(clues.flatMap((clue) => [...(byClue.get(clue) ?? [])]))
      home = [...near]
        .sort((a, b) => a - b)
        .find((i) => {
          const { items: members, titles: told } = clusters[i]!
          const recent = effectiveDate(item) - effectiveDate(members.at(-1)!) <= week
          return recent && told.some((other) => sameTitle(title, other))
        })
    }
    if (home === undefined) home = clusters.push({ items: [], titles: [] }) - 1
    clusters[home]!.items.push(item)
    clusters[home]!.titles.push(title)
    if (item.canonicalUrl !== null) byUrl.set(item.canonicalUrl, home)
    for (const clue of clues) byClue.set(clue, (byClue.get(clue) ?? new Set()).add(home))
  }
  return clusters.map((cluster) => cluster.items)
}

interface Title {
  words: string[]
  numbers: string
}

function readTitle(title: string): Title {
  // Many feeds add their own name at the end: `Headline | Paper`, `Headline - Paper`. `Weights released - 7B` is not one.
  const bare = title.replace(/\s+[|–—-]\s+[^|–—\-\p{N}]{2,30}$/u, '')
  const tokens = (
    bare
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+(?:\.\p{N}+)*/gu) ?? []
  ).map((word) => word.replace(/(?<=\p{L}{3})s$/u, ''))
  const words = [...new Set(tokens.filter((word) => !fillers.has(word)))]
  return {
    words,
    numbers: words
      .filter((word) => /\p{N}/u.test(word))
      .sort()
      .join(' '),
  }
}

/**
 * Gives the clues of a title: its numbers with each of its rarest words, just so many that near-equal titles always
 * share one (prefix filtering, Chaudhuri, Ganti, Kaushik 2006). Without it every title with “AI” meets every other.
 */
function clueFinder(titles: Title[]): (title: Title) => string[] {
  const counts = new Map<string, number>()
  for (const { words } of titles) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return ({ words, numbers }) => {
    if (words.length < leastWords) return []
    const rarestFirst = [...words].sort((a, b) => counts.get(a)! - counts.get(b)! || (a < b ? -1 : 1))
    const enough = words.length - Math.ceil(nearEqual * words.length) + 1
    return rarestFirst.slice(0, enough).map((word) => `${word} ${numbers}`)
  }
}

function sameTitle(a: Title, b: Title): boolean {
  if (a.numbers !== b.numbers || Math.min(a.words.length, b.words.length) < leastWords) return false
  const other = new Set(b.words)
  const common = a.words.filter((word) => other.has(word)).length
  return common / (a.words.length + b.words.length - common) >= nearEqual
}
