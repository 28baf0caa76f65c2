import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Asker, createAsker } from '../../src/ask/index.ts'
import { ask as askJob } from '../../src/jobs/index.ts'
import { day, type LabelledItem } from '../../src/model/index.ts'
import type { Store } from '../../src/store/index.ts'
import { ideasOf, passagesOf, readPages, readQuestions } from '../../src/wiki/index.ts'
import { type Bench, type Figure, quantile, spoken, timed, written } from './bench.ts'
import { eventFeeds, eventItems } from './events.ts'
import { filledStore } from './filled.ts'

const sizes = [1000, 10_000, 100_000]
const now = Date.UTC(2026, 10, 23, 9)
/** Stored items are spread over so many days. */
const days = 60
/** How much of an article feeds bring along, in characters. */
const articleLength = 1_500
/** Of the wiki's questions, each so many-th. */
const every = 32
const rounds = 2

const topics = [' about chips', ' about open model releases']
const wishes = ['anything lately', 'latest news', 'what happened this week', 'news of the last month']
/** The feeds that are followed: as many however much they have brought. */
const feeds = eventFeeds(sizes[0]!)
/** Houses of which the fixture weeks tell. */
const houses = ['Harbour Lab', 'Corvane', 'Ardmoor', 'Northfold', 'Skerry', 'Tideline']

type Kind = 'the wiki' | 'news' | 'news of somebody'

/** A database of items with the index that SQLite searches texts by, beside the store's. */
interface Stocked {
  size: number
  store: Store
  search(question: string): void
  close(): Promise<void>
}

/** Answering with few and with many items stored. */
export const ask: Bench = {
  name: 'ask',
  measures: `questions of the wiki, questions for news and questions what somebody named did go through the real job, with so many labelled items of ${written(articleLength)} characters stored over ${days} days, in turns with SQLite's own text search (FTS5) for any of the question's words over the same texts, the best 10 by bm25. An answer is more than a search: what is compared is how both grow. An answer about somebody looks through up to 3,000 items that bear on anything, so from 1,000 to 10,000 stored it has more to read.`,
  async run(say) {
    const wiki = join(import.meta.dirname, '..', '..', 'wiki')
    const { pages } = await readPages(wiki)
    const ideas = ideasOf(pages)
    const passages = passagesOf(pages)
    const { questions: asked } = await readQuestions(wiki, passages)
    const learned = await timed(() =>
      createAsker({ passages, pages, ideas, asked, site: 'https://wiki.example.org' }),
    )
    const questions: Record<Kind, string[]> = {
      'the wiki': asked.filter((_, i) => i % every === 0).map(({ question }) => question),
      news: wishes.flatMap((wish) =>
        ['', ...ideas.map(({ name }) => ` on ${name}`), ...topics].map((topic) => `${wish}${topic}?`),
      ),
      'news of somebody': houses.flatMap((house) => [
        `what did ${house} announce lately?`,
        `any recent news about ${house}?`,
      ]),
    }
    const dir = mkdtempSync(join(tmpdir(), 'freehold-ask-'))
    const stocks: Stocked[] = []
    try {
      for (const size of sizes) {
        say(`storing ${written(size)} items`)
        stocks.push(await stocked(dir, size))
      }
      const figures: Figure[] = []
      for (const kind of Object.keys(questions) as Kind[]) {
        figures.push(...(await compare(kind, questions[kind], stocks, learned.result, say)))
      }
      return [
        ...figures,
        {
          what: `learning from ${written(asked.length)} questions, once`,
          value: learned.ms,
          unit: 'ms',
          from: 'at start',
          goal: { atMost: 500 },
        },
      ]
    } finally {
      for (const stock of stocks) await stock.close()
      rmSync(dir, { recursive: true, force: true })
    }
  },
}

async function compare(
  kind: Kind,
  questions: string[],
  stocks: Stocked[],
  asker: Asker,
  say: (doing: string) => void,
): Promise<Figure[]> {
  const times = new Map(stocks.map(({ size }) => [size, { answer: [] as number[], search: [] as number[] }]))
  for (let round = 0; round <= rounds; round++) {
    say(round === 0 ? `${kind}, warming up` : `${kind}, ${round} of ${rounds}`)
    for (const question of questions) {
      for (const { size, store, search } of stocks) {
        const answer = await timed(() => askJob({ store, feeds, now: () => now }, asker, question))
        const found = await timed(() => search(question))
        if (round === 0) continue
        times.get(size)!.answer.push(answer.ms)
        times.get(size)!.search.push(found.ms)
      }
    }
  }
  const of = (size: number, what: 'answer' | 'search', share = 0.5) => quantile(times.get(size)![what], share)
  const grown = sizes.slice(1).map((size) => ({
    what: `asking for ${kind}, ${written(size)} items stored against ${written(size / 10)}`,
    value: of(size, 'answer') / of(size / 10, 'answer'),
    unit: 'times as long',
    from: `${spoken(of(size, 'answer'))} against ${spoken(of(size / 10, 'answer'))}; p95 ${spoken(of(size, 'answer', 0.95))}; the search grew ${written(of(size, 'search') / of(size / 10, 'search'), 1)} times`,
    goal: { atMost: 2 },
  }))
  const most = sizes.at(-1)!
  return [
    ...grown,
    {
      what: `asking for ${kind} against one FTS5 query, ${written(most)} items stored`,
      value: of(most, 'answer') / of(most, 'search'),
      unit: 'times as long',
      from: `${spoken(of(most, 'answer'))} against ${spoken(of(most, 'search'))}`,
    },
  ]
}

async function stocked(dir: string, size: number): Promise<Stocked> {
  const items = eventItems(size, now, days * day).map(withArticle)
  const store = await filledStore(join(dir, `${size}.db`), items, now)
  const db = new DatabaseSync(join(dir, `${size}-search.db`))
  db.exec('pragma journal_mode = wal; create virtual table text using fts5(title, summary, content); begin')
  const insert = db.prepare('insert into text (title, summary, content) values (?, ?, ?)')
  for (const { title, summary, content } of items) insert.run(title, summary, content)
  db.exec('commit')
  const query = db.prepare('select * from text where text match ? order by rank limit 10')
  return {
    size,
    store,
    search(question) {
      const words = question.match(/[\p{L}\p{N}]+/gu) ?? []
      query.all(words.map((word) => `"${word}"`).join(' OR '))
    },
    async close() {
      db.close()
      await store.close()
    },
  }
}

function withArticle(item: LabelledItem): LabelledItem {
  const sentence = `${item.title}. ${item.summary} `
  return {
    ...item,
    content: sentence.repeat(Math.ceil(articleLength / sentence.length)).slice(0, articleLength),
  }
}
