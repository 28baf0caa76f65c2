import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Classifier, evaluate, loadClassifier } from '../../src/classify/index.ts'
import type { Example, Idea } from '../../src/model/index.ts'
import { checkLabels, checkPages, ideasOf, readPages } from '../../src/wiki/index.ts'
import { repairPage, repairTaught, repairUnseen } from './repair-culture.ts'

const committed = join(import.meta.dirname, '..', '..', 'wiki')
const sixth = 'repair-culture'
/** Of so many labels of the five one is used; all of them, which takes half a minute, in .ci/run. */
const step = process.env.LABELS === 'all' ? 1 : 5

describe('a sixth idea, added as a page and a dozen labels', () => {
  let dir: string
  let ideas: Idea[]
  /** Labelled items on which nothing was trained and none of which is about repair. */
  let others: Example[]
  let classifier: Classifier

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'freehold-sixth-'))
    await cp(committed, dir, { recursive: true })
    await writeFile(join(dir, `${sixth}.md`), repairPage)
    const lines = repairTaught.map((example) => `${JSON.stringify(example)}\n`)
    await writeFile(join(dir, 'labels', 'repair.jsonl'), lines.join(''))
    const pages = await readPages(dir)
    expect(checkPages(pages)).toEqual([])
    ideas = ideasOf(pages.pages)
    const labels = await checkLabels(dir, ideas)
    expect(labels.problems).toEqual([])
    others = labels.heldOut
    const taught = new Set(repairTaught.map(({ id }) => id))
    const examples = labels.examples.filter(({ id }, i) => taught.has(id) || i % step === 0)
    classifier = await loadClassifier(examples, ideas, join(dir, 'models'))
  }, 300_000)
  afterAll(() => rm(dir, { recursive: true, force: true }))

  const given = (items: Example[]) =>
    items.filter((item) => classifier.classify(item).labels.some((label) => label.idea === sixth))

  test('is found in at least half of the items about it that it has not seen', () => {
    expect(repairUnseen).toHaveLength(20)
    expect(given(repairUnseen).length).toBeGreaterThanOrEqual(10)
  })

  test('is given to at most one in twenty of the others', () => {
    expect(others.length).toBeGreaterThanOrEqual(100)
    expect(given(others).length / others.length).toBeLessThanOrEqual(0.05)
  })

  test('leaves the five where they were', () => {
    const five = ideas.filter((idea) => idea.id !== sixth)
    expect(five).toHaveLength(5)
    expect(evaluate(classifier, others, five).macroF1).toBeGreaterThan(0.6)
  })
})
