import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { loadClassifier } from '../../src/classify/index.ts'
import { fromText, modelHash, toText } from '../../src/classify/model.ts'
import { train } from '../../src/classify/train.ts'
import type { Example, Idea } from '../../src/model/index.ts'
import { readWiki } from './wiki.ts'

let ideas: Idea[]
/** A part of the labels, for speed. */
let examples: Example[]
let text: string
beforeAll(async () => {
  const wiki = await readWiki()
  ideas = wiki.ideas
  examples = wiki.examples.filter((_, i) => i % 80 === 0)
  text = toText(train(examples, ideas))
})

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'freehold-models-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  return dir
}

describe('training', () => {
  test('twice on the same labels gives the same model, to the byte', () => {
    expect(toText(train(structuredClone(examples), structuredClone(ideas)))).toBe(text)
  })

  test('makes a model of every idea, with a threshold that is a probability', () => {
    const model = fromText(text)
    expect(model.ideas.map((one) => one.idea)).toEqual(ideas.map((idea) => idea.id))
    for (const { threshold, calibration } of model.ideas) {
      expect(threshold).toBeGreaterThan(0)
      expect(threshold).toBeLessThan(1)
      expect(calibration.a).toBeGreaterThan(0)
    }
  })

  test('without any label gives a classifier that gives none', async () => {
    const classifier = await loadClassifier([], ideas, await folder())
    expect(classifier.classify({ id: '1', title: 'Open weights released' })).toEqual({ id: '1', labels: [] })
  })
})

describe('a model’s hash', () => {
  /** The hash when one example, which has a label, is another. */
  const changed = (change: (one: Example) => Partial<Example>) => {
    const at = examples.findIndex((one) => one.labels.renewal)
    return modelHash(
      examples.map((one, i) => (i === at ? { ...one, ...change(one) } : one)),
      ideas,
    )
  }

  test('is another one when a label, a word or a kind is', () => {
    const hashes = [
      modelHash(examples, ideas),
      changed(({ labels }) => ({
        labels: { ...labels, renewal: labels.renewal === 'mixed' ? 'opens' : 'mixed' },
      })),
      changed(() => ({ labels: {} })),
      changed(({ title }) => ({ title: `${title}!` })),
      changed(({ summary }) => ({ summary: `${summary}!` })),
      changed(({ kind }) => ({ kind: kind === 'lab' ? 'press' : 'lab' })),
      modelHash(examples.slice(1), ideas),
      modelHash(examples, ideas.slice(1)),
      modelHash(
        examples,
        ideas.map((idea, i) => (i ? idea : { ...idea, signals: { ...idea.signals, about: ['new'] } })),
      ),
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{12}$/)
  })

  test('is the same one when labels are written in another order', () => {
    const turned = examples.map((one) => ({
      ...one,
      labels: Object.fromEntries(Object.entries(one.labels).reverse()),
    }))
    expect(modelHash(turned, ideas)).toBe(modelHash(examples, ideas))
  })

  test('names the classifier', async () => {
    expect((await loadClassifier(examples, ideas, await folder())).by).toBe(
      `model:${modelHash(examples, ideas)}`,
    )
  })
})

describe('a kept model', () => {
  test('comes back bit for bit', () => {
    const model = fromText(text)
    expect(toText(model)).toBe(text)
    expect(model.vocabulary.names.indexOf(model.vocabulary.names.at(7)!)).toBe(7)
  })

  test('is what training gave, and is used the next time', async () => {
    const dir = await folder()
    const first = await loadClassifier(examples, ideas, join(dir, 'models'))
    const file = join(dir, 'models', `${modelHash(examples, ideas)}.json`)
    expect(await readFile(file, 'utf8')).toBe(text)
    // The kept model, changed by hand so that it can be told from a trained one: it gives every idea.
    const marked = fromText(text)
    for (const one of marked.ideas) one.threshold = 0
    await writeFile(file, toText(marked))
    const second = await loadClassifier(examples, ideas, join(dir, 'models'))
    expect(second.by).toBe(first.by)
    expect(second.classify(examples[0]!).labels).toHaveLength(ideas.length)
  })

  test('is left aside when a label has changed', async () => {
    const dir = await folder()
    await writeFile(join(dir, `${modelHash(examples, ideas)}.json`), text)
    const others = examples.slice(0, 60)
    expect((await loadClassifier(others, ideas, dir)).by).toBe(`model:${modelHash(others, ideas)}`)
    expect(await readdir(dir)).toHaveLength(2)
  })

  const breaks: [string, (text: string) => string][] = [
    ['empty', () => ''],
    ['cut short', (whole) => whole.slice(0, whole.length / 2)],
    ['of nothing', () => 'null'],
    ['of another shape', (whole) => JSON.stringify({ hash: JSON.parse(whole).hash })],
    ['of another model', (whole) => whole.replace(JSON.parse(whole).hash, '000000000000')],
    ['with weights that are none', (whole) => whole.replace(/"weights":"[^"]{9}/, '"weights":"')],
  ]
  test.each(breaks)('that is %s is trained anew and kept', async (_, spoil) => {
    const dir = await folder()
    const file = join(dir, `${modelHash(examples, ideas)}.json`)
    await writeFile(file, spoil(text))
    const classifier = await loadClassifier(examples, ideas, dir)
    expect(classifier.by).toBe(`model:${modelHash(examples, ideas)}`)
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  test('is kept once by several that start together, with nothing left over', async () => {
    const dir = await folder()
    const few = examples.slice(0, 60)
    await Promise.all([1, 2, 3].map(() => loadClassifier(few, ideas, dir)))
    expect(await readdir(dir)).toEqual([`${modelHash(few, ideas)}.json`])
  })
})
