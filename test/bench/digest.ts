/** Measures composing: `node test/bench/digest.ts`. Prints tables with the machine named; times are this machine's. */
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { composeDigest } from '../../src/digest/index.ts'
import { type LabelledItem, week } from '../../src/model/index.ts'
import { ideasOf, readPages } from '../../src/wiki/index.ts'
import {
  type Figures,
  groupingFigures,
  memoryFigures,
  pairFigures,
  readStoryPairs,
} from '../digest/figures.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import { composeWeeks, loadWeek, weekNumbers } from '../fixtures/weeks.ts'

const { pages } = await readPages(join(import.meta.dirname, '..', '..', 'wiki'))
const ideas = ideasOf(pages)
const until = Date.parse('2026-05-25T09:00:00Z')
const since = until - week
const rounds = 3
const sizes = [2_500, 5_000, 10_000]

const fixture = weekNumbers.flatMap(loadWeek)
/** Words so frequent that every story uses them. */
const frequent = 150
/** Words that stand in for one another are so near in frequency. */
const block = 60
const standIns = standInsOf(fixture.map(({ title, summary }) => `${title} ${summary}`))

/** So many items in one week: the fixture's again and again, each time about other names, things and numbers. */
function items(count: number): LabelledItem[] {
  return Array.from({ length: count }, (_, i) => {
    const item = fixture[i % fixture.length]!
    const turn = Math.floor(i / fixture.length)
    const shift = until - 1 - ((until - 1 - item.firstSeenAt) % week) - item.firstSeenAt
    const url = `${item.url}/${turn}`
    // By its title a round-up is known; what it names stands in its text.
    const title = item.roundUp ? item.title : retold(item.title, turn)
    return {
      ...item,
      id: `${item.id}-${turn}`,
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
  const { others, at } = standIns.get(word) ?? { others: [word], at: 0 }
  return others[(at + 7 * turn) % others.length]!
}

/** For each word those that may stand in for it, itself among them; names for names. */
function standInsOf(texts: string[]): Map<string, { others: string[]; at: number }> {
  const counts = new Map<string, { all: number; capitals: number }>()
  for (const word of texts.flatMap((text) => text.match(/\p{L}+/gu) ?? [])) {
    const { all, capitals } = counts.get(word.toLowerCase()) ?? { all: 0, capitals: 0 }
    const capital = /^\p{Lu}/u.test(word) ? 1 : 0
    counts.set(word.toLowerCase(), { all: all + 1, capitals: capitals + capital })
  }
  const ranked = [...counts].sort(([a, x], [b, y]) => y.all - x.all || (a < b ? -1 : 1))
  const names = ranked.flatMap(([word, { all, capitals }]) => (2 * capitals > all ? word : []))
  const others = ranked.flatMap(([word, { all, capitals }]) => (2 * capitals > all ? [] : word))
  const blocks = [names, others.slice(frequent)].flatMap((words) =>
    Array.from({ length: Math.ceil(words.length / block) }, (_, i) =>
      words.slice(i * block, (i + 1) * block),
    ),
  )
  return new Map(blocks.flatMap((words) => words.map((word, at) => [word, { others: words, at }] as const)))
}

const inputs = sizes.map((size) => {
  const these = items(size)
  return { period: { since, until }, ideas, pages, feeds: weekFeeds, items: these, history: these }
})
const times = sizes.map((size) => ({ size, ms: Number.POSITIVE_INFINITY }))
// In turns, and the best of each: what else the machine does meanwhile is not measured.
for (let round = 0; round < rounds; round++) {
  for (const [i, input] of inputs.entries()) {
    const start = performance.now()
    const { digest } = composeDigest(input)
    times[i]!.ms = Math.min(times[i]!.ms, performance.now() - start)
    if (digest.read !== sizes[i]) throw new Error(`The digest read ${digest.read} items of ${sizes[i]}.`)
  }
}
const ratio = times.at(-1)!.ms / times[0]!.ms

const pairs = readStoryPairs()
const half = (name: string) => pairFigures(pairs.filter((pair) => pair.half === name))

process.stdout.write(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n\n`,
)
table([
  [`composing, one core, best of ${rounds} rounds`, 'ms', 'ms an item', 'goal'],
  ...times.map(({ size, ms }) => [
    `${size.toLocaleString('en-GB')} items in one period`,
    ms.toFixed(0),
    (ms / size).toFixed(3),
    '',
  ]),
  ['10,000 items against 2,500', '', ratio.toFixed(1), 'grows no faster than the items (≤ 4.4)'],
])
process.stdout.write('\n')
table([
  ['pairs of one event', 'precision', 'recall', 'F1', 'goal'],
  row('weeks 1 to 6', groupingFigures([1, 2, 3, 4, 5, 6]), '0.90'),
  row('weeks 7 to 12, not tuned on', groupingFigures([7, 8, 9, 10, 11, 12]), '0.88'),
  row('look-alikes, first half', half('tune')),
  row('look-alikes, second half', half('test')),
])

process.stdout.write('\n')
const memory = memoryFigures(await composeWeeks())
table([
  ['memory over the twelve weeks', 'count', 'of'],
  ['stories that move an earlier one on, told as updates', String(memory.updates), String(memory.moved)],
  ['items left out as told before that bring news', String(memory.news), String(memory.repeats)],
])

function row(name: string, { precision, recall, f1 }: Figures, goal = ''): string[] {
  return [name, ...[precision, recall, f1].map((figure) => figure.toFixed(3)), goal]
}

function table(rows: string[][]): void {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)))
  for (const cells of rows) {
    process.stdout.write(
      `${cells
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd()}\n`,
    )
  }
}
