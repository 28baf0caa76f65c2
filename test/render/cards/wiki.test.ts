import { describe, expect, test } from 'vitest'
import { ideas, twelveWeeks } from '../../fixtures/digests.ts'
import { aPage, buttons, cards, cardsWith, faults, said } from './checking.ts'

describe('the card of a concept', () => {
  test('has its beginning as plain text, and goes on where that is short', () => {
    expect(said(cards.concept({ page: aPage(), related: [] })).split('\n')).toEqual([
      '### [Cheap space](https://freehold.example/wiki/cheap-space)',
      'Cheap space is room, as in old buildings.',
      '',
      'Jacobs noticed it.',
      '',
      'The end.',
    ])
  })

  test('ends with a whole paragraph, and does not begin a section that it cannot tell', () => {
    const opening = `${'A word and another. '.repeat(17).trim()}`
    const markdown = `${opening}\n\n## Next\n\nNot told.`
    const text = said(cards.concept({ page: aPage({ markdown }), related: [] }))
    expect(text.split('\n').slice(1)).toEqual([opening])
  })

  test('ends a long paragraph with a sentence, and not inside a quotation', () => {
    const sentence = 'He said no more than that, and left it there for all to see. '
    const markdown = `${sentence.repeat(13)}“Old ideas. ${sentence.repeat(9)}”`
    const lines = said(cards.concept({ page: aPage({ markdown }), related: [] })).split('\n')
    expect(lines[1]).toBe(sentence.repeat(13).trim())
  })

  test('leaves out lists, code, and words that lead in to them', () => {
    const markdown = 'These are:\n\n- one\n\n  two\n- three\n\n```\ncode\n```\n\n> said\n\nAnd this is told.'
    const lines = said(cards.concept({ page: aPage({ markdown }), related: [] })).split('\n')
    expect(lines.slice(1)).toEqual(['And this is told.'])
  })

  test('leads to the wiki and to four other concepts', () => {
    const related = ['cheap-space', 'a', 'b', 'compute-cost', 'c', 'd'].map((id) => ({
      id,
      title: `Page ${id}`,
    }))
    expect(buttons(cards.concept({ page: aPage(), related }))).toEqual([
      ['Read in the wiki', 'https://freehold.example/wiki/cheap-space'],
      ['Page a', 'concept:a'],
      ['Page b', 'concept:b'],
      ['Compute cost', 'concept:compute-cost'],
      ['Page c', 'concept:c'],
    ])
  })

  test('has no button to an address that Discord would refuse', () => {
    const { cards: local } = cardsWith(1)
    const message = local.concept({ page: aPage(), related: [] })
    expect(buttons(message)).toEqual([])
    expect(said(message)).toContain('### [Cheap space](http://localhost:8080/wiki/cheap-space)')
  })

  test('that is a key idea says what is filed under it', () => {
    const message = cards.concept({ page: aPage({ id: 'renewal', idea: ideas[0]! }), related: [] })
    expect(said(message)).toContain('\n-# Key idea · Renewal\n')
    expect(said(message)).toContain(`-# **How news is filed here**\n-# ${ideas[0]!.definition}`)
  })

  test('says so when there is nothing to read', () => {
    const message = cards.concept({ page: aPage({ markdown: '' }), related: [] })
    expect(said(message)).toContain('The page has no text that could be shown here.')
    expect(faults(message)).toEqual([])
  })
})

describe('the concepts behind a message', () => {
  const concept = (text: string) => ({
    id: 'x',
    title: 'X [y]',
    url: 'https://freehold.example/wiki/x',
    text,
  })

  test('are links, each with its first sentence', () => {
    const found = [concept('It is what, e.g. J. Jacobs saw. More of it.'), concept('No end')]
    expect(said(cards.concepts({ found })).split('\n')).toEqual([
      '**Concepts behind this message**',
      '**[X \\[y\\]](https://freehold.example/wiki/x)**',
      'It is what, e.g. J. Jacobs saw.',
      '**[X \\[y\\]](https://freehold.example/wiki/x)**',
      'No end',
    ])
  })

  test('that are none are not made up', () => {
    const text = said(cards.concepts({ found: [] }))
    expect(text).toMatch(/^None of the wiki’s concepts is near/)
    expect(text).toContain('`/ask`')
  })
})

describe('the card of the ideas', () => {
  test('has a box for each, in its colour, with its weeks', () => {
    const message = cards.ideas({ ideas: ideas.map((idea) => ({ idea, balance: twelveWeeks(idea.id) })) })
    const boxes = message.components.filter(({ type }) => type === 17)
    expect(new Set(boxes.map((box) => 'accent_color' in box && box.accent_color)).size).toBe(5)
    expect(said(message)).toContain(
      '**[Renewal](https://freehold.example/ideas/renewal)**\nRenewal is not automatic\n',
    )
    expect(said(message)).toMatch(
      /\n-# ▲\u00A0`[·▁▂▃▄▅▆▇█]{12}` ▼\u00A0`.{12}` ◆\u00A0`.{12}`\n-# 12 weeks: \d+ open/,
    )
  })

  test('counts those for which there is no room', () => {
    const { ideas: many, cards: big } = cardsWith(30)
    const message = big.ideas({ ideas: many.map((idea) => ({ idea, balance: twelveWeeks(idea.id) })) })
    expect(faults(message)).toEqual([])
    expect(said(message)).toContain('-# and 18 ideas more on the web')
  })

  test('is honest about none', () => {
    expect(said(cards.ideas({ ideas: [] }))).toContain('no key ideas yet')
  })
})
