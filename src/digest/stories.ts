import { day, effectiveDate, type LabelledItem } from '../model/index.ts'
import { type Account, readAccount, stemsOfAccount } from './account.ts'
import { commonest, forCandidates } from './candidates.ts'
import { Grouping } from './grouping.ts'
import { negligible, type Rarity, rarityAmong, roughlySameEvent, sameEvent } from './likeness.ts'
import { topicOf } from './round-up.ts'
import { inText, placeBits, type Tallies, type Told } from './tally.ts'

/** Items that tell of one event, in the order of their dates. */
export type Cluster = LabelledItem[]

/** Groups whose items are on average at least so likely of one event are one story. */
const likely = 0.4

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
  const accounts = new Map<string, Account>()
  const rarity = rarityAmong(readInTurn(all, accounts))
  const known = new Map<string, Told>()
  return {
    rarity,
    read: (item) => ({ ...readAccount(item), labels: item.labels }),
    told(item) {
      const before = known.get(item.id)
      if (before) return before
      const told = { ...(accounts.get(item.id) ?? readAccount(item)), labels: item.labels }
      known.set(item.id, told)
      return told
    },
  }
}

/** Reads one after the other, and keeps those that will be compared: most items bear on nothing, and all have many words. */
function* readInTurn(items: LabelledItem[], kept: Map<string, Account>): Generator<Pick<Account, 'text'>> {
  for (const item of items) {
    if (item.labels.length === 0) {
      yield { text: stemsOfAccount(item) }
      continue
    }
    const account = readAccount(item)
    kept.set(item.id, account)
    yield account
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
  const { tallies } = comparison.rarity
  const accounts = sorted.map((item) => tallies.of(comparison.told(item)))
  const dates = sorted.map(effectiveDate)
  forCandidates(accounts, tallies, (i, j) => {
    const days = Math.abs(dates[i]! - dates[j]!) / day
    const p = roughlySameEvent(accounts[i]!, accounts[j]!, days, tallies)
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
  const { tallies } = comparison.rarity
  const joined = stories.map((story) => [...story])
  const alone: Cluster[] = []
  const told = stories.map((story) => story.map((item) => comparison.told(item)))
  // What it names is read by itself: the rest of a round-up tells of other things.
  const named = [...roundUps].sort(byDate).map((item) => {
    const evidence = item.labels[0]?.evidence ?? ''
    const topic = comparison.read({ ...item, title: topicOf(item.title, evidence), summary: evidence })
    return { item, topic, stems: stemsOf(tallies.of(topic), tallies) }
  })
  const users = usersAmong(told, new Set(named.flatMap(({ stems }) => stems)), tallies)
  for (const { item, topic, stems } of named) {
    let [best, home] = [likely, -1]
    for (const i of nearby(stems, users)) {
      const story = told[i]!
      const sum = story.reduce((total, other) => total + sameEvent(topic, other, 0, comparison.rarity), 0)
      if (sum / story.length >= best) [best, home] = [sum / story.length, i]
    }
    if (home >= 0) joined[home]!.push(item)
    else alone.push([item])
  }
  return [...joined.map((story) => story.sort(byDate)), ...alone]
}

/** The numbers of the words that an account uses. */
function stemsOf(account: number, tallies: Tallies): number[] {
  return Array.from(
    tallies.entriesOf(account).filter((entry) => entry & inText),
    (entry) => entry >> placeBits,
  )
}

/** For each of these words the stories that use it, or as many of them as are too many. */
function usersAmong(stories: Told[][], stems: Set<number>, tallies: Tallies): (Set<number> | undefined)[] {
  const users: (Set<number> | undefined)[] = Array.from({ length: tallies.stems.length })
  for (const stem of stems) users[stem] = new Set()
  for (const [i, story] of stories.entries()) {
    for (const told of story) {
      for (const entry of tallies.entriesOf(tallies.of(told))) {
        const those = users[entry >> placeBits]
        if (those && entry & inText && those.size <= commonest) those.add(i)
      }
    }
  }
  return users
}

/** The stories that use a word of these that few use, in order. */
function nearby(stems: number[], users: (Set<number> | undefined)[]): number[] {
  const found = new Set<number>()
  for (const stem of stems) {
    const those = users[stem]!
    if (those.size <= commonest) for (const i of those) found.add(i)
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
