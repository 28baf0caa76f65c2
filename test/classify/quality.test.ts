import { expect, test } from 'vitest'
import { type Classifier, createClassifier } from '../../src/classify/classifier.ts'
import { evaluate, keywordClassifier } from '../../src/classify/index.ts'
import { train } from '../../src/classify/train.ts'
import type { Example, Idea } from '../../src/model/index.ts'
import { readWiki } from './wiki.ts'

/** Of so many labels one is used; all of them, which takes half a minute, in .ci/run. */
const step = process.env.LABELS === 'all' ? 1 : 5

test('on items it has not seen, the classifier is well above the wiki’s phrases alone', {
  timeout: 300_000,
}, async () => {
  const { ideas, examples: all } = await readWiki()
  const examples = all.filter((_, i) => i % step === 0)
  const unseen = examples.filter((_, i) => i % 5 === 0)
  const model = train(
    examples.filter((_, i) => i % 5 !== 0),
    ideas,
  )
  const trained = evaluate(createClassifier(model, ideas), unseen, ideas)
  const keywords = evaluate(keywordClassifier(ideas), unseen, ideas)
  expect(keywords.macroF1).toBeGreaterThan(0.1)
  expect(trained.macroF1).toBeGreaterThanOrEqual(keywords.macroF1 + 0.1)
  expect(trained.macroF1).toBeGreaterThan(0.5)
  expect(trained.directionAccuracy).toBeGreaterThan(0.5)
})

test('a score counts hits, false alarms and misses', () => {
  const idea = (id: string) => ({ id }) as Idea
  const given: Record<string, [string, 'opens' | 'closes'][]> = {
    hit: [['a', 'opens']],
    wrongWay: [['a', 'closes']],
    alarm: [['b', 'opens']],
    missed: [],
    rightlyNone: [],
  }
  const fixed: Classifier = {
    by: 'model:fixed',
    classify: ({ id }) => ({
      id,
      labels: given[id]!.map(([name, direction]) => ({ idea: name, direction, score: 1, evidence: 'x' })),
    }),
  }
  const examples: Example[] = [
    { id: 'hit', title: '', labels: { a: 'opens' } },
    { id: 'wrongWay', title: '', labels: { a: 'opens' } },
    { id: 'alarm', title: '', labels: {} },
    { id: 'missed', title: '', labels: { a: 'mixed', b: 'mixed' } },
    { id: 'rightlyNone', title: '', labels: {} },
  ]
  expect(evaluate(fixed, examples, [idea('a'), idea('b')])).toEqual({
    items: 5,
    by: 'model:fixed',
    ideas: {
      a: { precision: 1, recall: 2 / 3, f1: 0.8, support: 3 },
      b: { precision: 0, recall: 0, f1: 0, support: 1 },
    },
    macroF1: 0.4,
    directionAccuracy: 0.5,
    falseAlarmRate: 0.5,
  })
  expect(evaluate(fixed, [], [idea('a')])).toMatchObject({
    macroF1: 0,
    directionAccuracy: null,
    falseAlarmRate: null,
  })
})
