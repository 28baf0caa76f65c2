import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Classifier } from '../../src/classify/index.ts'
import { composePeriod } from '../../src/jobs/index.ts'
import { week } from '../../src/model/index.ts'
import type { Store } from '../../src/store/index.ts'
import { ideasOf, readPages } from '../../src/wiki/index.ts'
import { groupingFigures, memoryFigures, pairFigures, readStoryPairs } from '../digest/figures.ts'
import { composeWeeks } from '../fixtures/weeks.ts'
import { type Bench, type Figure, median, spoken, timed, written } from './bench.ts'
import { eventFeeds, eventItems } from './events.ts'
import { filledStore, model } from './filled.ts'

const until = Date.parse('2026-05-25T09:00:00Z')
const period = { since: until - week, until }
/** How often an issue of so many items is composed. */
const sizes = [
  { size: 1000, times: 10 },
  { size: 10_000, times: 5 },
  { size: 100_000, times: 2 },
]

/** Composing an issue of few and of many items, and how well. */
export const digest: Bench = {
  name: 'digest',
  measures:
    'an issue is composed from a database whose week holds so many labelled items, from the first query on: read, grouped into stories, chosen, checked. The items are those of the fixture weeks told again about other names, things and numbers, with more names the more they are. Below it how well items of one event are found among those weeks, by what people said of them.',
  async run(say) {
    return [...(await growth(say)), ...(await quality(say))]
  },
}

async function growth(say: (doing: string) => void): Promise<Figure[]> {
  const { pages } = await readPages(join(import.meta.dirname, '..', '..', 'wiki'))
  const ideas = ideasOf(pages)
  const classifier = async (): Promise<Classifier> => ({
    by: model,
    classify: () => ({ id: '', labels: [] }),
  })
  const compose = async (store: Store, size: number) => {
    const way = { store, ideas, pages, feeds: eventFeeds(size), classifier, now: () => until }
    const { result, ms } = await timed(() => composePeriod(way, period, true))
    if (result.digest.read !== size)
      throw new Error(`The digest read ${result.digest.read} items of ${size}.`)
    return ms
  }
  const dir = mkdtempSync(join(tmpdir(), 'freehold-digest-'))
  const stores = new Map<number, Store>()
  try {
    for (const { size } of sizes) {
      say(`storing ${written(size)} items`)
      stores.set(size, await filledStore(join(dir, `${size}.db`), eventItems(size, until, week), until))
    }
    for (const { size } of sizes.slice(0, 2)) await compose(stores.get(size)!, size)
    const took = new Map(sizes.map(({ size }) => [size, [] as number[]]))
    const rounds = Math.max(...sizes.map(({ times }) => times))
    for (let round = 0; round < rounds; round++) {
      for (const { size, times } of sizes) {
        if (round >= times) continue
        say(`composing ${written(size)} items, ${round + 1} of ${times}`)
        took.get(size)!.push(await compose(stores.get(size)!, size))
      }
    }
    const of = (size: number) => median(took.get(size)!)
    return sizes.slice(1).map(({ size }) => ({
      what: `digest of ${written(size)} items against ${written(size / 10)}`,
      value: of(size) / of(size / 10),
      unit: 'times as long',
      from: `${spoken(of(size))} against ${spoken(of(size / 10))}`,
      goal: { atMost: 12 },
    }))
  } finally {
    for (const store of stores.values()) await store.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function quality(say: (doing: string) => void): Promise<Figure[]> {
  say('how well')
  const pairs = readStoryPairs()
  const half = (name: string) => pairFigures(pairs.filter((pair) => pair.half === name))
  const f1 = (what: string, { precision, recall, f1: value }: ReturnType<typeof half>, goal?: number) => ({
    what: `pairs of one event, ${what}`,
    value,
    unit: 'F1',
    from: `precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`,
    ...(goal === undefined ? {} : { goal: { atLeast: goal } }),
  })
  const memory = memoryFigures(await composeWeeks())
  return [
    f1('weeks 1 to 6', groupingFigures([1, 2, 3, 4, 5, 6]), 0.9),
    f1('weeks 7 to 12, not tuned on', groupingFigures([7, 8, 9, 10, 11, 12]), 0.88),
    f1('look-alikes, first half', half('tune')),
    f1('look-alikes, second half', half('test')),
    {
      what: 'stories that move an earlier one on, told as updates',
      value: memory.updates / memory.moved,
      unit: 'of them',
      from: `${memory.updates} of ${memory.moved}`,
    },
    {
      what: 'items left out as told before that bring news',
      value: memory.news / memory.repeats,
      unit: 'of them',
      from: `${memory.news} of ${memory.repeats}`,
    },
  ]
}
