/** Two titles are near-equal from this share of common words on (Jaccard). */
const nearEqual = 0.75
/** Titles with fewer words than this say too little to tell events apart. */
const leastWords = 4

const fillers = new Set('a an and as at by for from in into is its of on or that the to with'.split(' '))

/** What of a title is compared: its words, each once, and those of them that hold a number. */
export interface Title {
  words: string[]
  numbers: string
}

export function readTitle(title: string): Title {
  // Many feeds add their own name at the end: `Headline | Paper`, `Headline - Paper`. `Weights released - 7B` is not one.
  const bare = title.replace(/\s+[|–—-]\s+[^|–—\-\p{N}]{2,30}$/u, '')
  const tokens = (
    bare
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+(?:\.\p{N}+)*/gu) ?? []
  ).map((word) => word.replace(/(?<=\p{L}{3})s$/u, ''))
  const words = [...new Set(tokens.filter((word) => !fillers.has(word)))]
  const numbers = words
    .filter((word) => /\p{N}/u.test(word))
    .sort()
    .join(' ')
  return { words, numbers }
}

export function sameTitle(a: Title, b: Title): boolean {
  if (a.numbers !== b.numbers || Math.min(a.words.length, b.words.length) < leastWords) return false
  const other = new Set(b.words)
  const common = a.words.filter((word) => other.has(word)).length
  return common / (a.words.length + b.words.length - common) >= nearEqual
}

/** Groups of titles, found again by what their titles have in common. */
export interface TitleIndex {
  /** The groups a title may belong to, in order: all that hold a near-equal one, and few others. */
  near(title: Title): number[]
  add(title: Title, group: number): void
}

/**
 * An index over these titles by their rarest words, so that not every title with “AI” is compared with every other.
 * Near-equal titles share one of the `few` rarest words of the shorter and of the `more` rarest of the longer (prefix
 * filtering: Chaudhuri, Ganti, Kaushik 2006; Xiao and others 2008).
 */
export function indexTitles(titles: Title[]): TitleIndex {
  const counts = new Map<string, number>()
  for (const { words } of titles) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  const byFew = new Map<string, Set<number>>()
  const byMore = new Map<string, Set<number>>()

  function clues({ words, numbers }: Title): { few: string[]; more: string[] } {
    if (words.length < leastWords) return { few: [], more: [] }
    const rarestFirst = [...words].sort((a, b) => counts.get(a)! - counts.get(b)! || (a < b ? -1 : 1))
    const take = (share: number) =>
      rarestFirst.slice(0, words.length - Math.ceil(share) + 1).map((word) => `${word} ${numbers}`)
    return {
      few: take((2 * nearEqual * words.length) / (1 + nearEqual)),
      more: take(nearEqual * words.length),
    }
  }

  return {
    near(title) {
      const { few, more } = clues(title)
      const groups = new Set([
        ...few.flatMap((clue) => [...(byMore.get(clue) ?? [])]),
        ...more.flatMap((clue) => [...(byFew.get(clue) ?? [])]),
      ])
      return [...groups].sort((a, b) => a - b)
    },
    add(title, group) {
      const { few, more } = clues(title)
      for (const clue of few) byFew.set(clue, (byFew.get(clue) ?? new Set()).add(group))
      for (const clue of more) byMore.set(clue, (byMore.get(clue) ?? new Set()).add(group))
    },
  }
}
