import { beforeAll, describe, expect, test } from 'vitest'
import { type Classifier, createClassifier } from '../../src/classify/classifier.ts'
import { train } from '../../src/classify/train.ts'
import {
  type ClassifiableItem,
  directions,
  type Example,
  feedKinds,
  type Idea,
} from '../../src/model/index.ts'
import { readWiki } from './wiki.ts'

let ideas: Idea[]
let examples: Example[]
let classifier: Classifier
beforeAll(async () => {
  const wiki = await readWiki()
  ideas = wiki.ideas
  // A tenth is plenty for what does not depend on how good the classifier is.
  examples = wiki.examples.filter((_, i) => i % 10 === 0)
  classifier = createClassifier(train(examples, ideas), ideas)
})

const clear: ClassifiableItem = {
  id: 'heron',
  title: 'Harbour Lab releases the weights of Heron 2 under Apache 2.0',
  summary: 'The open weights of both sizes can be downloaded today, with training code and data.',
  kind: 'lab',
}

/** What holds of every verdict, whatever the item. */
function expectSound(item: ClassifiableItem) {
  const verdict = classifier.classify(item)
  expect(verdict.id).toBe(item.id)
  const given = verdict.labels.map((label) => label.idea)
  expect(new Set(given).size).toBe(given.length)
  for (const { idea, direction, score, evidence } of verdict.labels) {
    expect(ideas.map((one) => one.id)).toContain(idea)
    expect(directions).toContain(direction)
    expect(score).toBeGreaterThan(0)
    expect(score).toBeLessThanOrEqual(1)
    expect(evidence.trim()).not.toBe('')
    expect(evidence.isWellFormed()).toBe(true)
    const texts = [item.title, item.summary ?? '', item.content ?? '']
    expect(
      texts.some((text) => text.includes(evidence)),
      `${item.id}: ${evidence}`,
    ).toBe(true)
  }
  return verdict
}

describe('a verdict', () => {
  test('of a clear case gives idea, direction, probability and evidence', () => {
    const given = classifier.classify(clear).labels.find((label) => label.idea === 'renewal')
    expect(given).toMatchObject({ direction: 'opens', evidence: expect.stringMatching(/weights/) })
    expect(given?.score).toBeGreaterThan(0.6)
  })

  test('rests on words of the item, for every item of the wiki', () => {
    const verdicts = examples.map(expectSound)
    expect(verdicts.filter((verdict) => verdict.labels.length > 0).length).toBeGreaterThan(100)
  })

  test('rests on the content where the summary is short', () => {
    const item: ClassifiableItem = { id: 'c', title: 'Heron 2', summary: 'Today.', kind: 'lab' }
    const verdict = expectSound({ ...item, content: `${clear.title}. ${clear.summary}` })
    expect(verdict.labels).toContainEqual(
      expect.objectContaining({ idea: 'renewal', evidence: expect.stringMatching(/weights/) }),
    )
  })

  test('names the strongest idea first', () => {
    for (const example of examples.slice(0, 100)) {
      const scores = classifier.classify(example).labels.map((label) => label.score)
      expect(scores).toEqual([...scores].sort((a, b) => b - a))
    }
  })

  test('does not depend on what was judged before: items keep their order and their labels', () => {
    const some = examples.slice(0, 80)
    const forward = some.map((item) => classifier.classify(item))
    const backward = [...some].reverse().map((item) => classifier.classify(item))
    expect(forward.map((verdict) => verdict.id)).toEqual(some.map((item) => item.id))
    expect(backward.reverse()).toEqual(forward)
  })

  test('says the language it was told', () => {
    expect(classifier.classify(clear, { language: 'en' })).toMatchObject({ id: 'heron', language: 'en' })
    expect(classifier.classify(clear)).not.toHaveProperty('language')
  })

  test('guesses at nothing in a language that cannot be read', () => {
    expect(classifier.classify(clear, { language: 'unsupported' })).toEqual({
      id: 'heron',
      language: 'unsupported',
      labels: [],
    })
  })

  test('explains itself when asked, idea by idea, and judges the same', () => {
    const { why, ...verdict } = classifier.classify(clear, { explain: true })
    expect(verdict).toEqual(classifier.classify(clear))
    expect(why?.map((one) => one.idea)).toEqual(ideas.map((idea) => idea.id))
    for (const one of why ?? []) {
      expect(verdict.labels.some((label) => label.idea === one.idea)).toBe(one.score >= one.threshold)
    }
    expect(why?.[0]?.for.length).toBeGreaterThan(0)
  })
})

describe('an odd item is judged without falling over:', () => {
  const words = 'Harbour Lab releases open weights and cuts the price of training on GPUs. '
  test.each([
    ['a text of 1 MB', { title: 'Open weights', summary: words.repeat(14_000) }],
    ['a title of 1 MB', { title: words.repeat(14_000) }],
    ['1 MB without a blank', { title: 'Open weights', content: 'open'.repeat(260_000) }],
    ['1 MB of full stops', { title: 'Open weights', content: `Open weights${'.'.repeat(1_000_000)}` }],
    [
      '1 MB of quotes and brackets',
      { title: 'Open weights', content: `Open weights.${'")'.repeat(500_000)}` },
    ],
    ['emoji', { title: '🚀🔓 Open weights 🦙', summary: `🎉 ${words}🎉` }],
    [
      'emoji cut in half at the limits',
      { title: `Open weights ${'😀'.repeat(400)}`, summary: `Open weights ${'😀'.repeat(4000)}` },
    ],
    ['halves of characters', { title: 'Open\ud83d weights\udc00', summary: '\ud83d' }],
    [
      'HTML left-overs',
      {
        title: '<b>Open</b>&nbsp;weights &lt;3',
        summary: `<p class="x">${words}</p><script>alert(1)</script>`,
      },
    ],
    ['control characters', { title: 'Open\0 weights\u001b[31m', summary: `\u0007${words}\u202e\r\n\t` }],
    [
      'names of what every object has',
      { title: 'constructor __proto__ toString open weights', summary: 'hasOwnProperty' },
    ],
  ] as [string, Partial<ClassifiableItem>][])('%s', (name, parts) => {
    const item = { id: name, title: '', ...parts }
    // A half of a character that is in the item may be in its evidence; nothing else is taken on trust.
    if (name === 'halves of characters') expect(classifier.classify(item).id).toBe(name)
    else expectSound(item)
  })

  test.each(['', '   ', '\n', '???', '😀😀', 'zxqv brmpf'])(
    'with the title %j and no text it is given nothing, whatever its kind',
    (title) => {
      for (const kind of [...feedKinds, undefined])
        expect(classifier.classify({ id: '1', title, kind }).labels).toEqual([])
    },
  )
})
