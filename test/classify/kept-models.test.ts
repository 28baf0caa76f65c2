import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadClassifier } from '../../src/classify/index.ts'
import type { Example, Idea } from '../../src/model/index.ts'

const signals = { about: ['open weights'], opens: [], closes: [], mixed: [] }
const idea: Idea = { id: 'a', title: 'A', name: 'A', order: 1, definition: 'a', notWhen: [], signals }
const examples = Array.from({ length: 20 }, (_, i): Example => {
  const about = i % 2 === 0
  return {
    id: String(i),
    title: about ? `Open weights ${i}` : `Garden club ${i}`,
    labels: about ? { a: 'opens' } : {},
  }
})

test('of many models only the last few stay', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'freehold-models-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  for (let age = 1; age <= 12; age++) {
    const file = join(dir, `${age}-hours-old.json`)
    await writeFile(file, '{}')
    const then = new Date(Date.now() - age * 3_600_000)
    await utimes(file, then, then)
  }
  await writeFile(join(dir, 'note.txt'), 'not a model')
  const { by } = await loadClassifier(examples, [idea], dir)
  const left = [1, 2, 3, 4, 5, 6, 7].map((age) => `${age}-hours-old.json`)
  expect((await readdir(dir)).sort()).toEqual(
    [...left, `${by.replace('model:', '')}.json`, 'note.txt'].sort(),
  )
})
