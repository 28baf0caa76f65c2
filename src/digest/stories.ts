import { day, effectiveDate, type LabelledItem } from '../model/index.ts'
import { type Account, readAccount } from './account.ts'
import { Grouping } from './grouping.ts'
import { meaningOf, type Rarity, rarityAmong, sameEvent, type Told } from './likeness.ts'
import { topicOf } from './round-up.ts'

/** Items that tell of one event, in the order of their dates. */
export type Cluster = LabelledItem[]

/** Groups whose items are on average at least so likely of one event are one story. */
const likely = 0.4
/** Words of an item, the rarest, by which others are found that may tell of the same. */
const clues = 20
/** A word that more items use than this says too little to be a clue. */
const commonest = 60
/** Pairs less likely than this are not remembered. */
const negligible = 0.02

/** What items are compared by; made once for all items of a period. */
export interface Comparison {
  rarity: Rarity
  /** An item as it is compared; read once. */
  told: (item: LabelledItem) => Told
  /** The same for an item that is not as it was stored. */
  read: (item: LabelledItem) => Told
}

/**
 * Reads items for comparison. `all` are the items from which it is learned which words are rare: the period's, whether
 * they bear on an idea or not.
 */
export function compareAmong(all: LabelledItem[]): Comparison {
  const accounts = new Map(all.map((item) => [item.id, readAccount(item)]))
  const rarity = rarityAmong([...accounts.values()])
  const known = new Map<string, Told>()
  const complete = (item: LabelledItem, account: Account): Told => ({
    ...account,
    meaning: meaningOf(account, rarity),
    tally: rarity.tallies.of(account),
    labels: item.labels,
  })
  return {
    rarity,
    read: (item) => complete(item, readAccount(item)),
    told(item) {
      const told = known.get(item.id) ?? complete(item, accounts.get(item.id) ?? readAccount(item))
      known.set(item.id, told)
      return told
    },
  }
}

/**
 * Groups items into stories: items of the same canonical URL, and items that likely tell of the same event. Groups are
 * joined as long as their items are on average alike enough, the likeliest first (average linkage: Sokal, Michener 1958),
 * among pairs that share a rare word, so that the work grows with the items and not with their pairs. The order of the
 * items given does not matter.
 */
export function groupStories(items: LabelledItem[], comparison = compareAmong(items)): Cluster[] {
  const sorted = [...items].sort(byDate)
  const groups = new Grouping(sorted.length)
  for (const [i, j] of [...sameUrls(sorted), ...sameTitles(sorted)]) groups.join(i, j)
  const told = sorted.map((item) => comparison.told(item))
  const dates = sorted.map(effectiveDate)
  forCandidates(told, comparison.rarity, (i, j) => {
    const days = Math.abs(dates[i]! - dates[j]!) / day
    const p = sameEvent(told[i]!, told[j]!, days, comparison.rarity, { least: negligible })
    if (p > negligible) groups.add(i, j, p)
  })
  groups.joinAbove(likely)
  const clusters = new Map<number, Cluster>()
  for (const [i, item] of sorted.entries()) {
    const home = groups.homeOf(i)
    clusters.set(home, [...(clusters.get(home) ?? []), item])
  }
  return [...clusters.values()]
}

/**
 * Adds round-ups to the stories that they name; one that names an event nobody else told of is a story of its own. Gives
 * the stories in the order they came.
 */
export function joinRoundUps(
  stories: Cluster[],
  roundUps: LabelledItem[],
  comparison: Comparison,
): Cluster[] {
  const joined = stories.map((story) => [...story])
  const alone: Cluster[] = []
  const users = new Map<string, Set<number>>()
  for (const [i, story] of stories.entries()) {
    for (const item of story) {
      for (const stem of comparison.told(item).text) users.set(stem, (users.get(stem) ?? new Set()).add(i))
    }
  }
  for (const item of [...roundUps].sort(byDate)) {
    // What it names is read by itself: the rest of a round-up tells of other things.
    const title = topicOf(item.title, item.labels[0]?.evidence ?? '')
    const named = comparison.read({ ...item, title, summary: item.labels[0]?.evidence ?? '' })
    let [best, home] = [likely, -1]
    for (const i of nearby(named.text, users)) {
      const story = stories[i]!
      const sum = story.reduce(
        (total, one) => total + sameEvent(named, comparison.told(one), 0, comparison.rarity),
        0,
      )
      if (sum / story.length >= best) [best, home] = [sum / story.length, i]
    }
    if (home >= 0) joined[home]!.push(item)
    else alone.push([item])
  }
  return [...joined.map((story) => story.sort(byDate)), ...alone]
}

/** The stories that use a word of these that few use, in order. */
function nearby(stems: Set<string>, users: Map<string, Set<number>>): number[] {
  const found = new Set<number>()
  for (const stem of stems) {
    const those = users.get(stem)
    if (those && those.size <= commonest) for (const i of those) found.add(i)
  }
  return [...found].sort((a, b) => b - a)
}

function byDate(a: LabelledItem, b: LabelledItem): number {
  return effectiveDate(a) - effectiveDate(b) || (a.id < b.id ? -1 : 1)
}

function sameUrls(items: LabelledItem[]): [number, number][] {
  const first = new Map<string, number>()
  return items.flatMap(({ canonicalUrl }, i): [number, number][] => {
    if (canonicalUrl === null) return []
    const other = first.get(canonicalUrl)
    if (other !== undefined) return [[other, i]]
    first.set(canonicalUrl, i)
    return []
  })
}

/** Titles of at least so many words that are the same tell the same, however many there are. */
const tellingTitle = 4

function sameTitles(items: LabelledItem[]): [number, number][] {
  const last = new Map<string, { i: number; at: number }>()
  return items.flatMap((item, i): [number, number][] => {
    const words = item.title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
    if (words.length < tellingTitle) return []
    const key = words.join(' ')
    const earlier = last.get(key)
    const at = effectiveDate(item)
    last.set(key, { i, at })
    return earlier && at - earlier.at <= 2 * day ? [[earlier.i, i]] : []
  })
}

/** Calls `visit` with each pair of these that shares one of their rarest words. */
function forCandidates(all: Told[], rarity: Rarity, visit: (i: number, j: number) => void): void {
  const users = new Map<string, number[]>()
  const cluesOf = all.map(({ text, title, names }, i) => {
    const ranked = [...text].map((stem) => ({ stem, rarity: rarity(stem) }))
    ranked.sort((a, b) => b.rarity - a.rarity || (a.stem < b.stem ? -1 : 1))
    const rarest = ranked.slice(0, clues).map(({ stem }) => stem)
    const numbers = [...text].filter((stem) => /\p{N}/u.test(stem))
    const those = new Set([...rarest, ...title, ...names, ...numbers])
    for (const stem of those) {
      const known = users.get(stem)
      if (known) known.push(i)
      else users.set(stem, [i])
    }
    return those
  })
  // With which each was paired last: there are many times more pairs than items, and they need not be held at once.
  const pairedWith = new Int32Array(all.length).fill(-1)
  for (const [i, stems] of cluesOf.entries()) {
    for (const stem of stems) {
      const those = users.get(stem)!
      if (those.length > commonest) continue
      for (const j of those) {
        if (j <= i || pairedWith[j] === i) continue
        pairedWith[j] = i
        visit(i, j)
      }
    }
  }
}
