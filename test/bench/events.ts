import type { Feed, LabelledItem } from '../../src/model/index.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import { loadWeek, weekNumbers } from '../fixtures/weeks.ts'

const fixture = weekNumbers.flatMap((number) => loadWeek(number).map((item) => ({ ...item, number })))
/** Words so frequent that every story uses them. */
const frequent = 150
/** Words that stand in for one another are so near in frequency. */
const block = 60
const standIns = standInsOf(fixture.map(({ title, summary }) => `${title} ${summary}`))

/** Feeds bring their items of one fixture week, and other feeds those of the next: columns keep their titles each week. */
const feedOf = (feed: string, turn: number, number: number) => `${feed}-${turn * weekNumbers.length + number}`

/** The feeds of so many items. */
export function eventFeeds(count: number): Feed[] {
  const turns = Array.from({ length: Math.ceil(count / fixture.length) }, (_, turn) => turn)
  return turns.flatMap((turn) =>
    weekNumbers.flatMap((number) =>
      weekFeeds.map((feed) => ({
        ...feed,
        id: feedOf(feed.id, turn, number),
        publisher: `${feed.publisher} ${turn}`,
      })),
    ),
  )
}

/**
 * So many items, first seen in the time before `until` (`span`, ms): those of the fixture weeks again and again, each
 * time about other names, things and numbers. The more items, the more names turn up that nobody has used before.
 */
export function eventItems(count: number, until: number, span: number): LabelledItem[] {
  return Array.from({ length: count }, (_, i) => {
    const item = fixture[i % fixture.length]!
    const turn = Math.floor(i / fixture.length)
    const shift = until - 1 - ((until - 1 - item.firstSeenAt) % span) - item.firstSeenAt
    const url = `${item.url}/${turn}`
    // By its title a round-up is known; what it names stands in its text.
    const title = item.roundUp ? item.title : retold(item.title, turn)
    const { event: _event, stage: _stage, roundUp: _roundUp, number, ...kept } = item
    return {
      ...kept,
      id: `${item.id}-${turn}`,
      feed: feedOf(item.feed, turn, number),
      url,
      canonicalUrl: url,
      title,
      summary: retold(item.summary, turn),
      publishedAt: item.publishedAt === null ? null : item.publishedAt + shift,
      firstSeenAt: item.firstSeenAt + shift,
      labels: item.labels.map((label) => ({
        ...label,
        evidence: title.includes(label.evidence) ? label.evidence : retold(label.evidence, turn),
      })),
    }
  })
}

/** A text of another event: names and all but the most frequent words become others as frequent, numbers become others. */
function retold(text: string, turn: number): string {
  if (turn === 0) return text
  return text
    .replace(/\p{L}+/gu, (word) => {
      const other = standIn(word.toLowerCase(), turn)
      return /^\p{Lu}/u.test(word) ? `${other.charAt(0).toUpperCase()}${other.slice(1)}` : other
    })
    .replace(/\d+/g, (number) => String(Number(number) + 7 * turn))
}

function standIn(word: string, turn: number): string {
  const { others, at, name } = standIns.get(word) ?? { others: [word], at: 0, name: false }
  // Once all have had their turn, words are combined anew, and of names some are new ones.
  const again = Math.floor(turn / block)
  const other = others[(at + 7 * turn + (name ? 0 : 11 * again)) % others.length]!
  return name && again > 0 ? `${other}${syllables[again % syllables.length]}` : other
}

const syllables = ['an', 'el', 'is', 'or', 'um']

/** For each word those that may stand in for it, itself among them; names for names. */
function standInsOf(texts: string[]): Map<string, { others: string[]; at: number; name: boolean }> {
  const counts = new Map<string, { all: number; capitals: number }>()
  for (const word of texts.flatMap((text) => text.match(/\p{L}+/gu) ?? [])) {
    const { all, capitals } = counts.get(word.toLowerCase()) ?? { all: 0, capitals: 0 }
    const capital = /^\p{Lu}/u.test(word) ? 1 : 0
    counts.set(word.toLowerCase(), { all: all + 1, capitals: capitals + capital })
  }
  const ranked = [...counts].sort(([a, x], [b, y]) => y.all - x.all || (a < b ? -1 : 1))
  const names = ranked.flatMap(([word, { all, capitals }]) => (2 * capitals > all ? word : []))
  const others = ranked.flatMap(([word, { all, capitals }]) => (2 * capitals > all ? [] : word))
  return new Map([...blocksOf(names, true), ...blocksOf(others.slice(frequent), false)])
}

function blocksOf(words: string[], name: boolean) {
  const blocks = Array.from({ length: Math.ceil(words.length / block) }, (_, i) =>
    words.slice(i * block, (i + 1) * block),
  )
  return blocks.flatMap((others) => others.map((word, at) => [word, { others, at, name }] as const))
}
