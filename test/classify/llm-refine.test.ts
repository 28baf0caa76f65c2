import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createClassifier } from '../../src/classify/classifier.ts'
import { type Classifier, createLlmJudge, fileCache, refine } from '../../src/classify/index.ts'
import { train } from '../../src/classify/train.ts'
import { classify } from '../../src/jobs/index.ts'
import { createLlm } from '../../src/lib/llm/index.ts'
import type { ClassifiableItem, Example, Idea } from '../../src/model/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { itemOf, type Reply, startLlmServer, type TestLlmServer } from '../servers/llm-server.ts'
import { ownDatabase } from '../store/own-database.ts'
import { feedState, newItem, now } from '../store/samples.ts'
import { readWiki } from './wiki.ts'

let ideas: Idea[]
let codebook: string
let heldOut: string
let builtIn: Classifier
beforeAll(async () => {
  const wiki = await readWiki()
  ideas = wiki.ideas
  builtIn = createClassifier(
    train(
      // One file only, so that labels added elsewhere don't move what is asked about here.
      wiki.examples.filter(({ id }) => id.startsWith('makers-')),
      ideas,
    ),
    ideas,
  )
  const text = (name: string) => readFile(join(import.meta.dirname, '..', '..', 'wiki', name), 'utf8')
  codebook = await text('codebook.md')
  heldOut = await text('held-out.jsonl')
})

const clear: ClassifiableItem = {
  id: 'clear',
  title: 'Harbour Lab releases the weights of Heron 2 under Apache 2.0',
  summary: 'The open weights of both sizes can be downloaded today, with training code and data.',
  kind: 'lab',
}
const unrelated: ClassifiableItem = {
  id: 'unrelated',
  title: 'Minutes of the gardening club',
  summary: 'The members spoke about roses and about the weather in spring.',
  kind: 'community',
}
/** Says the same of every item, with its title as evidence. */
const sayingMixed: Reply = (chat) => ({
  labels: [{ idea: 'economic-function', direction: 'mixed', evidence: itemOf(chat).title, confidence: 0.8 }],
})
const nonsense: Reply = () => ({
  labels: [{ idea: 'renewal', direction: 'opens', evidence: 'words that stand nowhere', confidence: 1 }],
})

let dir: string
let server: TestLlmServer
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'freehold-llm-'))
  server = await startLlmServer()
  server.answer(sayingMixed)
  return async () => {
    await server.close()
    await rm(dir, { recursive: true })
  }
})

/** The classifier with the server's help. */
function helped(options: { model?: string; callsPerRun?: number; classifier?: Classifier } = {}): Classifier {
  const { model = server.model, callsPerRun = 200, classifier = builtIn } = options
  const llm = createLlm({ baseUrl: server.baseUrl, model, apiKey: null, wait: async () => undefined })
  const cache = fileCache(join(dir, 'llm'))
  return refine(classifier, createLlmJudge({ llm, ideas, codebook, callsPerRun, cache }))
}

describe('a refined classifier', () => {
  test('uses the verdict of the LLM where it is valid, and says whose it is', async () => {
    const verdict = await helped().refined!.classify(clear, { language: 'en' })
    expect(verdict).toEqual({
      id: 'clear',
      language: 'en',
      labels: [{ idea: 'economic-function', direction: 'mixed', evidence: clear.title, score: 0.8 }],
      by: 'llm:heron:7b',
      refusal: null,
    })
  })

  test('also where the LLM takes every idea away', async () => {
    server.answer(() => ({ labels: [] }))
    expect(await helped().refined!.classify(clear)).toMatchObject({ labels: [], by: 'llm:heron:7b' })
  })

  test.each([
    ['breaks the rules', 'invalid', (): unknown => server.answer(nonsense)],
    ['fails', 'failed', (): unknown => server.fault('server error')],
  ])('keeps the built-in verdict where the LLM %s', async (_, refused, arrange) => {
    arrange()
    expect(await helped().refined!.classify(clear)).toEqual({
      ...builtIn.classify(clear),
      by: builtIn.by,
      refusal: expect.objectContaining({ refused }),
    })
  })

  test('asks nothing about an item that is far from every idea, or that cannot be read', async () => {
    for (const [item, language] of [
      [unrelated, 'en'],
      [clear, 'unsupported'],
    ] as const) {
      expect(await helped().refined!.classify(item, { language })).toEqual({
        ...builtIn.classify(item, { language }),
        by: builtIn.by,
        refusal: null,
      })
    }
    expect(server.chats).toEqual([])
  })

  test('asks about an item that the built-in classifier only just gave nothing', async () => {
    const unseen: Example[] = heldOut
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    const near = unseen.find((example) => {
      const { labels, why } = builtIn.classify(example, { explain: true })
      return labels.length === 0 && why!.some(({ score, threshold }) => score > threshold * 0.7)
    })
    expect(await helped().refined!.classify(near!)).toMatchObject({
      labels: [{ idea: 'economic-function' }],
      by: 'llm:heron:7b',
    })
  })

  test('explains the built-in verdict when asked', async () => {
    const { why } = await helped().refined!.classify(clear, { explain: true })
    expect(why).toEqual(builtIn.classify(clear, { explain: true }).why)
  })

  test('names both judges, and judges alone where nobody can wait', () => {
    const classifier = helped()
    expect(classifier.by).toBe(`${builtIn.by}+llm:heron:7b`)
    expect(classifier.classify(clear)).toEqual(builtIn.classify(clear))
  })
})

describe('the classify job with an LLM', () => {
  /** Numbers of items of which the built-in classifier gives labels. */
  const numbers = [1, 2, 3, 4, 5]
  const stored = (n: number) =>
    newItem(n, { title: `${clear.title} (${n})`, summary: clear.summary!, firstSeenAt: now + n })

  async function storeOf(count = 5): Promise<Store> {
    const database = await ownDatabase(dir)
    const store = await openStore(database.url)
    onTestFinished(async () => {
      await store.close()
      await database.remove()
    })
    const far = newItem(9, { title: unrelated.title, summary: unrelated.summary! })
    await store.items.absorb([...numbers.slice(0, count).map(stored), far], feedState(), now)
    return store
  }

  /** Runs the job as in a new process; gives the items that were asked about in it. */
  async function run(store: Store, classifier: Classifier, signal?: AbortSignal) {
    const before = server.chats.length
    const warnings: string[] = []
    const log = {
      info: () => undefined,
      error: () => undefined,
      warn: (_: object, said: string) => warnings.push(said),
    }
    const report = await classify(
      { store, classifier: async () => classifier, now: () => now + 1000, log },
      signal ? { signal } : {},
    )
    return { report, warnings, asked: server.chats.length - before }
  }

  /** Who gave the labels of each item, oldest first; null for none. */
  async function judges(store: Store) {
    const items = await store.items.list()
    return items.reverse().map((item) => item.labels[0]?.by ?? null)
  }

  test('stores the labels of the LLM under its name, and asks once', async () => {
    const store = await storeOf()
    expect(await run(store, helped())).toEqual({
      report: { judged: 6, labelled: 5, unsupported: 0 },
      warnings: [],
      asked: 5,
    })
    expect(await judges(store)).toEqual([null, ...Array(5).fill('llm:heron:7b')])
    expect(await run(store, helped())).toMatchObject({ report: { judged: 0 }, asked: 0 })
  })

  test('asks nothing about an item that a maintainer has judged', async () => {
    const store = await storeOf(3)
    await store.verdicts.give(stored(1).id, [], now)
    expect(await run(store, helped())).toMatchObject({ report: { judged: 4 }, asked: 2 })
    expect(await judges(store)).toEqual([null, null, 'llm:heron:7b', 'llm:heron:7b'])
    expect(await run(store, helped())).toMatchObject({ report: { judged: 0 }, asked: 0 })
  })

  test('judges again when the LLM or the model is another one, or the LLM is gone', async () => {
    const store = await storeOf(2)
    await run(store, helped())
    const owl = await startLlmServer({ model: 'owl:1b' })
    onTestFinished(() => owl.close())
    owl.answer(sayingMixed)
    const llm = createLlm({ baseUrl: owl.baseUrl, model: 'owl:1b', apiKey: null })
    const cache = fileCache(join(dir, 'llm'))
    await run(store, refine(builtIn, createLlmJudge({ llm, ideas, codebook, cache })))
    expect(await judges(store)).toEqual([null, 'llm:owl:1b', 'llm:owl:1b'])
    // The answers are kept, so that a new model of ours costs no calls.
    const trainedAnew = { ...builtIn, by: 'model:another' }
    expect(await run(store, helped({ classifier: trainedAnew }))).toMatchObject({
      report: { judged: 3 },
      asked: 0,
    })
    expect(await judges(store)).toEqual([null, 'llm:heron:7b', 'llm:heron:7b'])
    await run(store, builtIn)
    expect(await judges(store)).toEqual([null, builtIn.by, builtIn.by])
  })

  test('settles an item whose verdict is refused: it keeps the built-in label and is not asked about again', async () => {
    server.answer(nonsense)
    const store = await storeOf(2)
    const first = await run(store, helped())
    expect(first).toMatchObject({
      report: { judged: 3, labelled: 2 },
      warnings: [
        expect.stringMatching(/^the built-in classifier decided alone: .*does not stand in the item/),
      ],
      asked: 2,
    })
    expect(await judges(store)).toEqual([null, builtIn.by, builtIn.by])
    expect(await run(store, helped())).toMatchObject({ report: { judged: 0 }, asked: 0 })
  })

  test('leaves what is above the cap to the built-in classifier, and to the next run', async () => {
    const store = await storeOf()
    const classifier = helped({ callsPerRun: 2 })
    expect(await run(store, classifier)).toMatchObject({ report: { judged: 6, labelled: 5 }, asked: 2 })
    const [llm, own] = ['llm:heron:7b', builtIn.by]
    expect(await judges(store)).toEqual([null, llm, llm, own, own, own])
    expect(await run(store, classifier)).toMatchObject({ report: { judged: 3 }, asked: 2 })
    expect(await judges(store)).toEqual([null, llm, llm, llm, llm, own])
    expect(await run(store, classifier)).toMatchObject({ report: { judged: 1 }, asked: 1, warnings: [] })
    expect(await run(store, classifier)).toMatchObject({ report: { judged: 0 }, asked: 0 })
  })

  test('goes on without a server that is away, and asks when it is back', async () => {
    const store = await storeOf()
    server.fault('not ready')
    expect(await run(store, helped())).toMatchObject({
      report: { judged: 6, labelled: 5 },
      warnings: [expect.stringMatching(/not ready/), expect.stringMatching(/left alone until the next run/)],
      asked: 9,
    })
    expect(await judges(store)).toEqual([null, ...Array(5).fill(builtIn.by)])
    server.fault('not ready', 0)
    expect(await run(store, helped())).toMatchObject({ report: { judged: 5 }, asked: 5, warnings: [] })
    expect(await judges(store)).toEqual([null, ...Array(5).fill('llm:heron:7b')])
  })

  test('gets through more items than it takes at once while the server is away', async () => {
    const store = await storeOf(0)
    const many = Array.from({ length: 450 }, (_, n) => stored(n + 10))
    await store.items.absorb(many, feedState(), now)
    server.fault('drop')
    expect(await run(store, helped())).toMatchObject({ report: { judged: 451, labelled: 450 }, asked: 9 })
    expect(new Set((await judges(store)).slice(1))).toEqual(new Set([builtIn.by]))
  })

  test('stops soon when it is called off, with every item it has begun labelled', async () => {
    const store = await storeOf()
    const stopping = new AbortController()
    server.answer((chat) => {
      stopping.abort()
      return sayingMixed(chat)
    })
    const { report, asked } = await run(store, helped(), stopping.signal)
    expect(report).toMatchObject({ judged: 6 })
    expect(asked).toBe(1)
    server.answer(sayingMixed)
    await run(store, helped())
    expect(await judges(store)).toEqual([null, ...Array(5).fill('llm:heron:7b')])
  })
})
