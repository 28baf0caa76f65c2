import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { conceptFor, debateFor } from '../../src/digest/reference.ts'
import type { Candidate } from '../../src/digest/strength.ts'
import type { Page, Story } from '../../src/model/index.ts'
import { ideasOf, readPages } from '../../src/wiki/index.ts'
import { story } from '../fixtures/digests.ts'

const { pages: wiki } = await readPages(join(import.meta.dirname, '..', '..', 'wiki'))
const ideas = ideasOf(wiki)

const told = (idea: string, title: string, part: Partial<Story> = {}): Candidate => ({
  idea,
  strength: 1,
  story: story({ item: title, title, evidence: title, ...part }),
})
const weights = told('renewal', 'Harbour Lab releases the open weights of its model under a free licence')

const page = (id: string, markdown: string, part: Partial<Page> = {}): Page => ({
  id,
  title: `Page ${id}`,
  aliases: [],
  related: [],
  idea: null,
  markdown,
  file: `${id}.md`,
  ...part,
})
const conceptOf = (pages: Page[], used: string[] = []) => conceptFor([weights], pages, ideas, used)

describe('the concept of an issue', () => {
  test('is a page of the wiki near to the strongest story, in the words it begins with', () => {
    const concept = conceptFor([weights, told('compute-cost', 'Cards get dearer')], wiki, ideas, [])
    const chosen = wiki.find(({ id }) => id === concept?.id)
    expect(chosen).toBeDefined()
    expect(concept).toMatchObject({ title: chosen!.title, story: weights.story.item })
    expect(concept!.text.length).toBeGreaterThan(40)
    expect(concept!.text).not.toMatch(/[[\]*`#]|\]\(/)
  })

  test('is not the page of a key idea: those are linked anyway', () => {
    const used: string[] = []
    for (const _ of wiki) used.push(...[conceptOf(wiki, used)?.id ?? []].flat())
    const others = wiki.filter(({ idea }) => idea === null).map(({ id }) => id)
    expect(used.sort()).toEqual(others.sort())
  })

  test('is none of those used lately', () => {
    const first = conceptOf(wiki)!
    const second = conceptOf(wiki, [first.id])!
    expect(second.id).not.toBe(first.id)
    expect(conceptOf(wiki, [first.id, second.id])?.id).not.toBe(second.id)
  })

  test('is rather one related to the story’s idea, whichever of the two names the other', () => {
    const text = 'A licence says what may be done with the weights of a model.'
    const renewal = wiki.find(({ id }) => id === 'renewal')!
    const related = page('zz', text, { related: ['renewal'] })
    expect(conceptOf([page('aa', text), related, renewal])?.id).toBe('zz')
    const named = { ...renewal, related: ['zz'] }
    expect(conceptOf([page('aa', text), page('zz', text), named])?.id).toBe('zz')
    expect(conceptOf([page('aa', text), page('zz', text), { ...renewal, related: [] }])?.id).toBe('aa')
  })

  test('is rather one near in meaning than one far from it', () => {
    const near = page('zz', 'The weights of an open model may be released under a free licence.')
    const far = page('aa', 'Soup is cooked slowly with carrots, leeks and a little salt.')
    expect(conceptOf([far, near])?.id).toBe('zz')
  })

  test('is told in whole sentences, without links and marks', () => {
    const long = `## Heading\n\nA [licence](licence.md) *binds*. ${'It says what may be done. '.repeat(40)}\n\nMore.`
    const text = conceptOf([page('a', long)])!.text
    expect(text).toMatch(/^A licence binds\. It says/)
    expect(text).toMatch(/done\.$/)
    expect(text.length).toBeLessThanOrEqual(420)
  })

  test('is none without a page left, or without a story', () => {
    expect(conceptOf([])).toBeNull()
    expect(conceptOf([page('a', 'A licence.')], ['a'])).toBeNull()
    expect(conceptFor([], wiki, ideas, [])).toBeNull()
  })
})

describe('the debate of an issue', () => {
  const mixed = (idea: string, title: string) => told(idea, title, { direction: 'mixed' })
  const contested = mixed(
    'renewal',
    'Lab delays open weights over safety concerns; researchers say outside scrutiny makes models safer',
  )

  test('is the axis that a contested story is near to, with its two sides in the wiki’s words', () => {
    const debate = debateFor([weights, contested], wiki, ideas)
    expect(debate).toMatchObject({ page: 'debates', axis: 'Safety', story: contested.story.item })
    const markdown = wiki.find(({ id }) => id === 'debates')!.markdown.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    expect(debate!.sides).toHaveLength(2)
    for (const { claim, text } of debate!.sides) {
      expect(markdown).toContain(`**${claim}**`)
      expect(markdown).toContain(text)
    }
  })

  test.each([
    [
      'Investment',
      'renewal',
      'Who pays for frontier training? Firm says open release cannot recover its costs',
    ],
    [
      'Dependence',
      'economic-function',
      'Ministry signs with one provider; critics warn of dependence on few suppliers',
    ],
  ])('is of %s where its story is', (axis, idea, title) => {
    expect(debateFor([weights, mixed(idea, title)], wiki, ideas)?.axis).toBe(axis)
  })

  test('is that of the nearest of several contested stories', () => {
    const court = mixed('institutional-support', 'Court hears copyright case against hosting company')
    expect(debateFor([court, contested], wiki, ideas)?.story).toBe(contested.story.item)
  })

  test('is none where no story is contested', () => {
    const settled = { ...contested, story: { ...contested.story, direction: 'opens' as const } }
    expect(debateFor([weights, settled], wiki, ideas)).toBeNull()
  })

  test('is none where no axis is near', () => {
    const far = mixed('institutional-support', 'Court hears copyright case against hosting company')
    expect(debateFor([far], wiki, ideas)).toBeNull()
  })

  test('is none where the wiki has no such page, or no axis with two sides', () => {
    expect(
      debateFor(
        [contested],
        wiki.filter(({ id }) => id !== 'debates'),
        ideas,
      ),
    ).toBeNull()
    const halved = page(
      'debates',
      '## Axes\n\n### Safety\n\n**Wide access makes risk larger.** A model can be fetched.',
    )
    expect(debateFor([contested], [halved], ideas)).toBeNull()
  })
})
