import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadWiki, openClassifier, openWorkshop, type Workshop } from '../../src/cli/wiring.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { classify, ingest, type Log } from '../../src/jobs/index.ts'
import type { Idea, LabelledItem } from '../../src/model/index.ts'
import { entries, labellingCheckout } from './checkout.ts'

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

let checkout: Awaited<ReturnType<typeof labellingCheckout>>
let settings: Config
let ideas: Idea[]
let workshop: Workshop
let garden: LabelledItem

beforeAll(async () => {
  checkout = await labellingCheckout()
  settings = readConfig({ root: checkout.dir, env: checkout.env })
  ideas = (await loadWiki(settings)).ideas
  workshop = await openWorkshop(settings, { log: quiet, hostGapMs: 0 })
  await ingest(workshop.way, { all: true })
  const items = await workshop.way.store.items.list()
  garden = items.find((item) => item.title === entries.excerpt[1]!.title)!
}, 120_000)
afterAll(async () => {
  await workshop.close()
  await checkout.remove()
})

/** How sure a classifier is that the item bears on an idea. */
const scoreOf = async (idea: string) =>
  (await workshop.way.classifier())
    .classify({ ...garden, publishedAt: null }, { explain: true })
    .why!.find((one) => one.idea === idea)!.score

describe('a verdict teaches', () => {
  test('the classifier of a process that runs on, from its next job on', async () => {
    const { classifier, store } = workshop.way
    const before = await classifier()
    expect(await classifier()).toBe(before)
    const score = await scoreOf('renewal')
    await store.verdicts.give(
      garden.id,
      [{ idea: 'renewal', direction: 'opens', evidence: garden.title }],
      Date.now(),
    )
    const after = await classifier()
    expect(after.by).not.toBe(before.by)
    expect(await classifier()).toBe(after)
    expect(await scoreOf('renewal')).toBeGreaterThan(score + 0.1)
    const { judged } = await classify(workshop.way)
    expect(judged).toBe(await store.items.count())
    expect((await classify(workshop.way)).judged).toBe(0)
  })

  test('every classifier that is opened with the store, and none that is opened without', async () => {
    const { store, classifier } = workshop.way
    const taught = await openClassifier(settings, ideas, store)
    const files = await openClassifier(settings, ideas)
    expect(taught.by).toBe((await classifier()).by)
    expect(files.by).not.toBe(taught.by)
  })

  test('once: a line of the label files takes its place', async () => {
    const { store } = workshop.way
    const file = join(checkout.dir, 'wiki', 'labels', 'maintainers.jsonl')
    const line = { id: `item-${garden.id}`, title: garden.title, labels: { renewal: 'opens' } }
    writeFileSync(file, `${JSON.stringify(line)}\n`)
    const files = await openClassifier(settings, ideas)
    expect((await openClassifier(settings, ideas, store)).by).toBe(files.by)
  })
})
