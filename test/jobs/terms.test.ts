import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keepToTerms } from '../../src/jobs/terms.ts'
import type { TextUse } from '../../src/model/index.ts'
import { type Replay, startReplay } from './replay.ts'

let replay: Replay
beforeEach(async () => {
  replay = await startReplay()
})
afterEach(() => replay.close())

const text = `Heron is out. ${'The weights can be had by everybody. '.repeat(40)}`
const entry = () => ({
  title: 'Harbour Lab releases Heron',
  url: 'https://harbour.example/heron',
  date: replay.now(),
  text,
})
const stored = async () => (await replay.way.store.items.list())[0]!

describe('of a text is stored', () => {
  test.each<[TextUse, number]>([
    ['link', 0],
    ['excerpt', 600],
    ['full', text.trim().length],
  ])('as much as its feed’s terms allow: %s', async (textUse, most) => {
    replay.follow('lab', { textUse })
    await replay.version('lab', [entry()])
    const { title, summary, content } = await stored()
    expect(title).toBe('Harbour Lab releases Heron')
    expect(summary.length + content.length).toBeLessThanOrEqual(most)
    expect(summary.length).toBeGreaterThanOrEqual(most * 0.9)
    expect(content).toBe('')
  })

  test('no half character, where there are no blanks', async () => {
    replay.follow('lab', { textUse: 'excerpt' })
    await replay.version('lab', [{ ...entry(), text: `a${'😀'.repeat(700)}` }])
    const { summary } = await stored()
    expect(summary.isWellFormed()).toBe(true)
    expect(summary.length).toBeLessThanOrEqual(600)
  })
})

test('when a list is made stricter, what is stored follows, and the next poll changes nothing', async () => {
  const feed = replay.follow('lab')
  await replay.version('lab', [entry()])
  const item = await stored()
  const label = {
    idea: 'renewal',
    direction: 'opens',
    score: 0.9,
    evidence: 'The weights can be had by everybody.',
  } as const
  await replay.way.store.items.label(
    [{ item: item.id, labels: [{ ...label, by: 'model:one' }] }],
    'model:one',
  )
  expect(await keepToTerms(replay.way)).toBe(0)
  feed.textUse = 'excerpt'
  expect(await keepToTerms(replay.way)).toBe(1)
  expect((await stored()).summary).toMatch(/^Heron is out\. .{560,}…$/)
  expect((await stored()).labels[0]!.evidence).toBe(label.evidence)
  feed.textUse = 'link'
  expect(await keepToTerms(replay.way)).toBe(1)
  expect(await keepToTerms(replay.way)).toBe(0)
  expect(await stored()).toMatchObject({ summary: '', content: '', labels: [{ evidence: item.title }] })
  await replay.version('lab', [entry()])
  expect(await replay.way.store.items.toClassify('model:one', 0, 5)).toEqual([])
  expect(await stored()).toMatchObject({ summary: '', content: '' })
})
