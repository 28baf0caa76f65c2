import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { composeDigest, reasonToHold, verify } from '../../src/digest/index.ts'
import { storyCount } from '../../src/model/index.ts'
import { createRenderer } from '../../src/render/index.ts'
import { composeWeeks, weekNumbers } from '../fixtures/weeks.ts'
import { shuffled } from './items.ts'

const issues = await composeWeeks()
const renderer = createRenderer({
  templatesDir: join(import.meta.dirname, '..', '..', 'templates'),
  publicUrl: 'https://freehold.example',
  ideas: issues[0]!.input.ideas,
})
const numbered = issues.map((issue) => ({ ...issue, name: `issue ${issue.number}` }))

test('there are twelve issues, each of a week, one after another', () => {
  expect(issues.map(({ number }) => number)).toEqual(weekNumbers)
  expect(issues[0]?.digest.since).toBe('2026-03-02T09:00:00.000Z')
  expect(issues.at(-1)?.digest.until).toBe('2026-05-25T09:00:00.000Z')
  for (const [i, { digest }] of issues.slice(1).entries()) expect(digest.since).toBe(issues[i]!.digest.until)
})

describe.each(numbered)('$name', ({ number, digest, items, input, fates, told }) => {
  test('reads as it was last accepted', async () => {
    const file = `golden/issue-${String(number).padStart(2, '0')}.txt`
    await expect(renderer.text(digest, { width: 80, colour: false })).toMatchFileSnapshot(file)
  })

  test('says nothing that its items and counts do not bear out', () => {
    const byId = new Map(items.map((item) => [item.id, item]))
    expect(verify(digest, { item: (id) => byId.get(id) })).toEqual([])
  })

  test('has a lead of two to four sentences', () => {
    expect(digest.lead.length).toBeGreaterThanOrEqual(2)
    expect(digest.lead.length).toBeLessThanOrEqual(4)
  })

  test('tells ten stories at most, and of every item what became of it', () => {
    expect(storyCount(digest)).toBeLessThanOrEqual(10)
    expect([...fates.keys()].sort()).toEqual(items.map(({ id }) => id).sort())
    const { unread, noIdea, repeats, weaker } = digest.left!
    expect(told.length + unread + noIdea + repeats + weaker).toBe(digest.read)
    expect(digest.leftOut).toBe(digest.read - told.length)
  })

  test('tells each story in the words of an item that leans as the story does', () => {
    const byId = new Map(items.map((item) => [item.id, item]))
    for (const { idea, stories } of digest.sections) {
      for (const { item, title, direction } of stories) {
        const given = byId.get(item)!.labels.find((label) => label.idea === idea)
        expect(given?.direction, title).toBe(direction)
      }
    }
  })

  test('is the same when it is composed again, from items in any order too', () => {
    const once = JSON.stringify(composeDigest(input).digest)
    expect(JSON.stringify(composeDigest(input).digest)).toBe(once)
    const [items, history, past] = [input.items, input.history, input.past ?? []].map((those) =>
      shuffled<unknown>(those, number),
    )
    const other = { ...input, items, history, past } as typeof input
    expect(JSON.stringify(composeDigest(other).digest)).toBe(once)
  })
})

describe('the twelve issues', () => {
  test('begin with twelve different sentences, about twelve different stories', () => {
    expect(new Set(issues.map(({ digest }) => digest.lead[0]!.text)).size).toBe(12)
    expect(new Set(issues.map(({ digest }) => digest.lead.map(({ text }) => text).join(' '))).size).toBe(12)
    const firsts = issues.flatMap(
      ({ digest }) => digest.lead[0]!.backing.find(({ kind }) => kind === 'item') ?? [],
    )
    expect(new Set(firsts.map((backing) => backing.kind === 'item' && backing.item)).size).toBe(12)
  })

  test('have no sentence of their leads twice', () => {
    const sentences = issues.flatMap(({ digest }) => digest.lead.map(({ text }) => text))
    expect(new Set(sentences).size).toBe(sentences.length)
  })

  test('have a concept each, none again within eight issues', () => {
    const concepts = issues.map(({ digest }) => digest.concept!.id)
    for (const [i, id] of concepts.entries()) expect(concepts.slice(Math.max(0, i - 8), i)).not.toContain(id)
  })

  test('tell no item twice', () => {
    const told = issues.flatMap((issue) => issue.told)
    expect(new Set(told).size).toBe(told.length)
  })

  test('are held only where most feeds failed, and then say which', () => {
    const held = issues.filter(({ digest }) => reasonToHold(digest.coverage!) !== null)
    expect(held.map(({ number }) => number)).toEqual([8])
    expect(held[0]?.digest.coverage).toMatchObject({ feeds: 30, answered: 7 })
    expect(held[0]?.digest.coverage?.failing).toHaveLength(23)
  })

  test('remember what earlier ones told: some of it comes as an update, some is left out', () => {
    const stories = issues.flatMap(({ digest }) => digest.sections.flatMap((section) => section.stories))
    expect(stories.filter(({ update }) => update !== undefined).length).toBeGreaterThan(2)
    expect(issues.filter(({ digest }) => digest.left!.repeats > 0).length).toBeGreaterThan(6)
    for (const { digest, number } of issues) {
      for (const { updates } of digest.sections.flatMap((section) => section.stories))
        expect(updates ?? 0).toBeLessThan(number)
    }
  })
})
