import { describe, expect, test } from 'vitest'
import {
  assess,
  type Classifier,
  type EvidenceCase,
  evidenceAgreement,
  keywordClassifier,
  learningCurve,
  leastSure,
} from '../../src/classify/index.ts'
import { bootstrap, interval95 } from '../../src/classify/measure/bootstrap.ts'
import { isAcceptable } from '../../src/classify/measure/evidence-agreement.ts'
import { partOf } from '../../src/classify/measure/learning-curve.ts'
import type { Direction, Example, Idea } from '../../src/model/index.ts'

const sampling = { resamples: 1000, seed: 1 }
const a = { id: 'a' } as Idea

/** Gives the idea `a` to an item with the probability that stands in its title, from a half on. */
const titleSays = (told: (p: number) => number = (p) => p): Classifier => ({
  by: 'toy',
  classify: ({ id, title }) => {
    const score = told(Number(title))
    const labels = [{ idea: 'a', direction: 'opens' as const, score, evidence: title }]
    return {
      id,
      labels: score >= 0.5 ? labels : [],
      why: [{ idea: 'a', score, threshold: 0.5, for: [], against: [] }],
    }
  },
})

/** 2,000 items; of those with probability p in their title, a share of p carries the idea. */
const honest: Example[] = Array.from({ length: 2000 }, (_, i) => {
  const p = ((i % 20) + 0.5) / 20
  const carries = Math.floor(i / 20) / 100 < p
  return { id: String(i), title: String(p), labels: carries ? { a: 'opens' } : {} } as Example
})

describe('a bootstrap', () => {
  const values = Array.from({ length: 100 }, (_, i) => i % 4)
  const mean = (sample: number[]) => sample.reduce((sum, value) => sum + value, 0) / sample.length

  test('gives the same samples from the same seed, and others from another', () => {
    const means = (seed: number) => bootstrap(values, mean, { resamples: 50, seed })
    expect(means(1)).toEqual(means(1))
    expect(means(2)).not.toEqual(means(1))
  })

  test('draws as many items as there are, from those there are, with replacement', () => {
    const samples = bootstrap([1, 2, 3, 4, 5], (sample) => sample, { resamples: 200, seed: 3 })
    expect(samples).toHaveLength(200)
    for (const sample of samples) {
      expect(sample).toHaveLength(5)
      for (const one of sample) expect([1, 2, 3, 4, 5]).toContain(one)
    }
    expect(samples.some((sample) => new Set(sample).size < 5)).toBe(true)
  })

  test('has an interval as wide as theory says, around the figure', () => {
    const [low, high] = interval95(bootstrap(values, mean, sampling))!
    // The standard error of the mean of a hundred values 0…3 is 0.112; 1.96 of them lie on either side of 1.5.
    expect(low).toBeCloseTo(1.5 - 1.96 * 0.112, 1)
    expect(high).toBeCloseTo(1.5 + 1.96 * 0.112, 1)
  })

  test('leaves out what could not be measured', () => {
    expect(interval95([null, 2, null])).toEqual([2, 2])
    expect(interval95([null])).toBeNull()
    expect(interval95([])).toBeNull()
    expect(interval95(Array.from({ length: 1000 }, (_, i) => i))).toEqual([25, 974])
  })
})

describe('an assessment', () => {
  test('has every figure inside its interval, narrower with more items', () => {
    const tenth = honest.filter((_, i) => Math.floor(i / 20) % 10 === 4)
    const few = assess(titleSays(), tenth, [a], sampling)
    const many = assess(titleSays(), honest, [a], sampling)
    const width = ({ intervals: { macroF1 } }: typeof few) => macroF1![1] - macroF1![0]
    for (const { macroF1, ideas, falseAlarmRate, intervals } of [few, many]) {
      const pairs = [
        [macroF1, intervals.macroF1],
        [falseAlarmRate, intervals.falseAlarmRate],
        [ideas.a!.precision, intervals.ideas.a!.precision],
        [ideas.a!.recall, intervals.ideas.a!.recall],
        [ideas.a!.f1, intervals.ideas.a!.f1],
      ] as [number, [number, number]][]
      for (const [figure, [low, high]] of pairs) {
        expect(low).toBeLessThan(figure)
        expect(high).toBeGreaterThan(figure)
      }
    }
    expect(width(many)).toBeLessThan(width(few) / 2)
  })

  test('is the same twice and another one from another seed', () => {
    const items = honest.slice(0, 300)
    expect(assess(titleSays(), items, [a], sampling)).toEqual(assess(titleSays(), items, [a], sampling))
    expect(assess(titleSays(), items, [a], { ...sampling, seed: 2 }).intervals).not.toEqual(
      assess(titleSays(), items, [a], sampling).intervals,
    )
  })

  test('judges directions only where the idea is right, and counts what it judged', () => {
    const ways: Direction[] = ['opens', 'opens', 'closes', 'mixed']
    const items = ways.map(
      (way, i): Example => ({ id: String(i), title: i === 3 ? '0.1' : '0.9', labels: { a: way } }),
    )
    const none: Example = { id: 'none', title: '0.9', labels: {} }
    expect(assess(titleSays(), [...items, none], [a], sampling)).toMatchObject({
      items: 5,
      none: 1,
      rightIdeas: 3,
      directionAccuracy: 2 / 3,
      falseAlarmRate: 1,
    })
  })

  test('of no item has figures and no intervals of what cannot be measured', () => {
    expect(assess(titleSays(), [], [a], sampling)).toMatchObject({
      items: 0,
      macroF1: 0,
      directionAccuracy: null,
      intervals: { directionAccuracy: null, falseAlarmRate: null },
      reliability: null,
    })
  })
})

describe('reliability', () => {
  test('of a classifier that says what is so has a small error', () => {
    const { reliability } = assess(titleSays(), honest, [a], sampling)
    expect(reliability!.scores).toBe(2000)
    expect(reliability!.error).toBeLessThan(0.02)
    for (const bin of reliability!.bins) {
      expect(bin.scores).toBe(200)
      expect(bin.mean).toBeCloseTo(bin.from + 0.05, 6)
      expect(bin.share).toBeCloseTo(bin.mean!, 1)
    }
  })

  test('of an overconfident one has a large error', () => {
    const sure = (p: number) => (p >= 0.5 ? 0.99 : 0.01)
    const { reliability } = assess(titleSays(sure), honest, [a], sampling)
    expect(reliability!.error).toBeGreaterThan(0.2)
    expect(reliability!.bins.map((bin) => bin.scores)).toEqual([1000, 0, 0, 0, 0, 0, 0, 0, 0, 1000])
    expect(reliability!.bins[4]).toMatchObject({ mean: null, share: null })
  })

  test('counts the surest score in the last bin', () => {
    const { reliability } = assess(
      titleSays(() => 1),
      honest.slice(0, 10),
      [a],
      sampling,
    )
    expect(reliability!.bins[9]!.scores).toBe(10)
  })
})

describe('the keyword baseline', () => {
  const idea = (id: string, signals: Partial<Idea['signals']>) =>
    ({ id, signals: { about: [], opens: [], closes: [], mixed: [], ...signals } }) as unknown as Idea
  const ideas = [
    idea('renewal', { about: ['open weights'], opens: ['are out', 'released'], closes: ['withdrawn'] }),
    idea('cost', { about: ['gpu prices'], mixed: ['forecast'] }),
  ]
  const says = (title: string, summary = '') =>
    keywordClassifier(ideas)
      .classify({ id: '1', title, summary })
      .labels.map(({ idea: id, direction }) => `${id} ${direction}`)

  test.each([
    ['gives nothing without a phrase', 'Weights are heavy', []],
    ['is not moved by directions alone', 'The prisoners were released', []],
    [
      'takes the direction that occurs most',
      'Open weights are out, released at last, none withdrawn',
      ['renewal opens'],
    ],
    ['calls a draw mixed', 'Open weights released, others withdrawn', ['renewal mixed']],
    ['calls it mixed where no direction occurs', 'About open weights', ['renewal mixed']],
    [
      'gives several ideas',
      'Open weights withdrawn; gpu prices: a forecast',
      ['renewal closes', 'cost mixed'],
    ],
  ])('%s', (_, title, expected) => {
    expect(says(title)).toEqual(expected)
  })

  test('reads the summary too', () => {
    expect(says('News', 'The open weights are out.')).toEqual(['renewal opens'])
  })

  test('scores every idea when asked why', () => {
    const { why } = keywordClassifier(ideas).classify({ id: '1', title: 'Open weights' }, { explain: true })
    expect(why!.map(({ idea: id, score }) => [id, score])).toEqual([
      ['renewal', 1],
      ['cost', 0],
    ])
  })
})

describe('a learning curve', () => {
  const examples = honest.slice(0, 80)

  test('trains on growing parts, each inside the next, and all of it in the end', async () => {
    const parts: Example[][] = []
    const points = await learningCurve({
      examples,
      test: honest.slice(100, 200),
      ideas: [a],
      // Knows as much as it has seen: below 40 examples it gives nothing.
      teach: async (part) => {
        parts.push(part)
        return titleSays((p) => (part.length < 40 ? 0 : p))
      },
      sampling,
    })
    expect(points.map(({ share, examples: n }) => [share, n])).toEqual([
      [0.125, 10],
      [0.25, 20],
      [0.5, 40],
      [1, 80],
    ])
    expect(points.map(({ macroF1 }) => macroF1 > 0)).toEqual([false, false, true, true])
    for (const [i, part] of parts.slice(0, -1).entries()) {
      for (const example of part) expect(parts[i + 1]).toContain(example)
    }
    expect(parts.at(-1)).toEqual(examples)
  })

  test('takes the same parts from the same seed, in the order of the whole', () => {
    const part = partOf(examples, 0.25, 1)
    expect(partOf(examples, 0.25, 1)).toEqual(part)
    expect(partOf(examples, 0.25, 2)).not.toEqual(part)
    expect(part).toEqual(examples.filter((example) => part.includes(example)))
  })
})

describe('evidence', () => {
  test.each([
    ['the same words', 'The weights are out.', true],
    ['the same words written otherwise', 'the weights are out', true],
    ['a longer piece around it', 'We said it. The weights are out. More follows.', true],
    ['half of it', 'The weights', true],
    ['a piece that overlaps by half', 'are out now, friends', true],
    ['a piece that overlaps by less', 'out now, dear friends of ours', false],
    ['single words in common', 'Are the out-of-date scales or weights heavy?', false],
    ['something else', 'Prices rise again.', false],
    ['nothing', '', false],
  ])('that is %s is accepted or not', (_, span, expected) => {
    expect(isAcceptable(span, ['No such thing', 'The weights are out.'])).toBe(expected)
  })

  test('is counted over all items and over those given the idea, beside the title', () => {
    const cases: EvidenceCase[] = [
      {
        id: 'body',
        title: 'Heron 2',
        summary: 'The weights are out.',
        idea: 'a',
        evidence: ['The weights are out.'],
      },
      { id: 'title', title: 'Heron 2', summary: 'By the way.', idea: 'a', evidence: ['Heron 2'] },
      {
        id: 'wrong',
        title: 'Heron 2',
        summary: 'The weights are out.',
        idea: 'a',
        evidence: ['Nobody knows'],
      },
      { id: 'missed', title: 'Heron 2', idea: 'a', evidence: ['Heron 2'] },
    ]
    const toy: Classifier = {
      by: 'toy',
      classify: ({ id, summary = '' }) => ({
        id,
        labels: id === 'missed' ? [] : [{ idea: 'a', direction: 'opens', score: 1, evidence: summary }],
      }),
    }
    expect(evidenceAgreement(toy, cases)).toEqual({
      items: 4,
      given: 3,
      agrees: 1 / 4,
      title: 2 / 4,
      agreesWhereGiven: 1 / 3,
      titleWhereGiven: 1 / 3,
    })
    expect(evidenceAgreement(toy, [])).toMatchObject({ items: 0, agreesWhereGiven: null })
  })
})

test('the least sure items come first: those nearest to a threshold, on either side', () => {
  const items = ['0.9', '0.45', '0.02', '0.6', '0.52'].map((title, i) => ({ id: String(i), title }))
  const foreign = { id: 'x', title: '0.5', language: 'unsupported' }
  const toy = titleSays()
  const deaf: Classifier = {
    ...toy,
    classify: (item, options) =>
      options?.language === 'unsupported' ? { id: item.id, labels: [] } : toy.classify(item, options),
  }
  const found = leastSure(deaf, [...items, foreign])
  expect(found.map(({ item }) => item.title)).toEqual(['0.52', '0.45', '0.6', '0.9', '0.02'])
  expect(found[0]!.margin).toBeCloseTo(0.02, 9)
})
