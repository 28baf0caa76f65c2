import { expect, test } from 'vitest'
import { type Classifier, createClassifier } from '../../src/classify/classifier.ts'
import { signalFinder } from '../../src/classify/features.ts'
import { evaluate } from '../../src/classify/index.ts'
import { train } from '../../src/classify/train.ts'
import { directions, type Example, type Idea } from '../../src/model/index.ts'
import { readWiki } from './wiki.ts'

/** Gives an idea where one of its page's phrases occurs, in the direction that most of them speak for. */
function keywordBaseline(ideas: Idea[]): Classifier {
  const find = signalFinder(ideas)
  return {
    by: 'model:keywords',
    classify(item) {
      const hits = find(`${item.title}\n${item.summary ?? ''}`)
      const labels = ideas.flatMap(({ id }) => {
        const own = hits.filter((hit) => hit.idea === id)
        if (own.length === 0) return []
        const count = (sense: string) => own.filter((hit) => hit.sense === sense).length
        const direction = directions.reduce((best, one) => (count(one) > count(best) ? one : best))
        return [{ idea: id, direction, score: 1, evidence: own[0]!.phrase }]
      })
      return { id: item.id, labels }
    },
  }
}

test('on items it has not seen, the classifier is well above the wiki’s phrases alone', async () => {
  const { ideas, examples } = await readWiki()
  const unseen = examples.filter((_, i) => i % 5 === 0)
  const model = train(
    examples.filter((_, i) => i % 5 !== 0),
    ideas,
  )
  const trained = evaluate(createClassifier(model, ideas), unseen, ideas)
  const keywords = evaluate(keywordBaseline(ideas), unseen, ideas)
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
