/**
 * Measures answering: `node test/bench/ask.ts`. Questions of the wiki and questions for news through the real job, with a SQLite
 * file of 100 and of 10,000 stored labelled items, in turns. Prints a table with the machine named; times are this machine's.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { type Asker, createAsker } from '../../src/ask/index.ts'
import { ask } from '../../src/jobs/index.ts'
import { day, type Example, type Label, unpolled } from '../../src/model/index.ts'
import { type NewItem, openStore, type Store } from '../../src/store/index.ts'
import { ideasOf, passagesOf, readExamples, readPages, readQuestions } from '../../src/wiki/index.ts'

const sizes = [100, 10_000]
const now = Date.UTC(2026, 10, 23, 9)
/** Stored items are spread over so many days. */
const days = 60
/** How much of an article feeds bring along, in characters. */
const articleLength = 1_500
const every = 6

const wiki = join(import.meta.dirname, '..', '..', 'wiki')
const { pages } = await readPages(wiki)
const ideas = ideasOf(pages)
const passages = passagesOf(pages)
const { examples } = await readExamples(wiki, ideas)
const { questions: asked } = await readQuestions(wiki, passages)
const topics = ['', ...ideas.map(({ name }) => ` on ${name}`), ' about chips', ' about open model releases']
const wishes = ['anything lately', 'latest news', 'what happened this week', 'news of the last month']

const begun = performance.now()
const asker = createAsker({ passages, pages, ideas, asked, site: 'https://wiki.example.org' })
const laid = performance.now() - begun

const questions = {
  concepts: asked.filter((_, i) => i % every === 0).map(({ question }) => question),
  news: wishes.flatMap((wish) => topics.map((topic) => `${wish}${topic}?`)),
}
type Kind = keyof typeof questions
const kinds = Object.keys(questions) as Kind[]

const dir = mkdtempSync(join(tmpdir(), 'freehold-ask-'))
try {
  const stores = new Map<number, Store>()
  for (const size of sizes) stores.set(size, await filled(size))
  const times = new Map(kinds.map((kind) => [kind, new Map(sizes.map((size) => [size, [] as number[]]))]))
  for (const store of stores.values()) await askAll(store, asker, questions.news, [])
  for (const kind of kinds) {
    // In small turns, so that what else the machine does meanwhile falls on both alike.
    for (let from = 0; from < questions[kind].length; from += 20) {
      for (const size of sizes) {
        const some = questions[kind].slice(from, from + 20)
        await askAll(stores.get(size)!, asker, some, times.get(kind)!.get(size)!)
      }
    }
  }
  for (const store of stores.values()) await store.close()

  process.stdout.write(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n\n`,
  )
  const [few, many] = sizes as [number, number]
  const rows = kinds.flatMap((kind) => {
    const of = (size: number, share: number) => quantile(times.get(kind)!.get(size)!, share)
    return [
      ...sizes.map((size) => [
        `${questions[kind].length} questions for ${kind}, ${size.toLocaleString('en-GB')} items stored`,
        of(size, 0.5).toFixed(1),
        of(size, 0.95).toFixed(1),
        size === many ? 'p95 ≤ 50' : '',
      ]),
      [
        `the same, ${many.toLocaleString('en-GB')} against ${few}`,
        `${(of(many, 0.5) / of(few, 0.5)).toFixed(2)} times`,
        `${(of(many, 0.95) / of(few, 0.95)).toFixed(2)} times`,
        '',
      ],
    ]
  })
  table([
    ['answering through the job', 'p50 ms', 'p95 ms', 'goal'],
    ...rows,
    [`learning from ${asked.length.toLocaleString('en-GB')} questions, once`, laid.toFixed(0), '', '≤ 500'],
  ])
} finally {
  rmSync(dir, { recursive: true, force: true })
}

async function askAll(store: Store, asker: Asker, some: string[], times: number[]): Promise<void> {
  for (const question of some) {
    const start = performance.now()
    await ask({ store, now: () => now }, asker, question)
    times.push(performance.now() - start)
  }
}

/** A store with so many items: the labelled examples again and again, spread over the days before now. */
async function filled(size: number): Promise<Store> {
  const store = await openStore(`sqlite:${join(dir, `${size}.db`)}`)
  const labelled = examples.filter(({ labels }) => Object.keys(labels).length > 0)
  const items = Array.from({ length: size }, (_, i) => itemOf(labelled[i % labelled.length]!, i, size))
  const state = {
    ...unpolled('press', 'https://news.example.org/feed.xml'),
    firstPolledAt: now - days * day,
    lastPolledAt: now,
    lastSuccessAt: now,
    nextPollAt: now + day,
    failures: 0,
    lastError: null,
    itemsSeen: size,
  }
  for (let from = 0; from < size; from += 500) {
    const some = items.slice(from, from + 500)
    await store.items.absorb(
      some.map(({ item }) => item),
      state,
      now,
    )
    await store.items.label(
      some.map(({ item, labels }) => ({ item: item.id, labels })),
      'model:bench',
    )
  }
  return store
}

function itemOf(example: Example, i: number, size: number): { item: NewItem; labels: Label[] } {
  const { title, summary = '', labels } = example
  const url = `https://news.example.org/${i}`
  const when = now - Math.floor((i / size) * days * day)
  const sentence = `${title}. ${summary} `
  return {
    item: {
      id: `item${String(i).padStart(12, '0')}`,
      feed: 'press',
      identity: `url:${url}`,
      revision: String(i),
      title,
      summary,
      content: sentence.repeat(Math.ceil(articleLength / sentence.length)).slice(0, articleLength),
      url,
      canonicalUrl: url,
      kind: 'press',
      language: 'en',
      publishedAt: when,
      firstSeenAt: when,
      baseline: false,
    },
    labels: Object.entries(labels).map(([idea, direction]) => ({
      idea,
      direction,
      score: 0.9,
      evidence: title,
      by: 'model:bench',
    })),
  }
}

function quantile(values: number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))]!
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
