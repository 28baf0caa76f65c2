import { describe, expect, test } from 'vitest'
import { parseCustomId } from '../../../src/render/index.ts'
import { hostile } from '../../fixtures/digests.ts'
import { anAnswer, buttons, cards, faults, said } from './checking.ts'

const told = (part = {}, mayShare = true) => cards.answer({ id: 'a1', answer: anAnswer(part), mayShare })

describe('the card of an answer', () => {
  test('has the question, the answer with its list, the sources and the news, in this order', () => {
    expect(said(told()).split('\n')).toEqual([
      '> What is cheap space?',
      'Cheap space is room that somebody with an untried idea can afford. \\[1\\] It does two kinds of work: \\[2\\]',
      '- It helps newcomers. \\[2\\]',
      '- It holds rents down. \\[2\\]',
      '-# Sources',
      '-# \\[1\\] [Cheap space](https://freehold.example/wiki/cheap-space)',
      '-# \\[2\\] [Cheap space › In the frame](https://freehold.example/wiki/cheap-space#in-the-frame)',
      '**In the news**',
      '▲ [OLMo 4 is out](https://news.example/olmo)',
      `-# Renewal · <t:${Date.UTC(2026, 10, 18, 10) / 1000}:D>`,
      '-# Related',
    ])
  })

  test('offers the related concepts, ideas by their short names, and the reader’s say', () => {
    expect(buttons(told())).toEqual([
      ['Old buildings', 'concept:old-buildings'],
      ['Compute cost', 'concept:compute-cost'],
      ['Helpful', 'helpful:a1'],
      ['Not helpful', 'unhelpful:a1'],
      ['Show passages', 'passages:a1'],
      ['Share', 'share:a1'],
    ])
    expect(buttons(told({}, false)).map(([label]) => label)).not.toContain('Share')
  })

  test('names a source once where several passages stand under one heading', () => {
    const [first, second] = anAnswer().citations
    const text = said(told({ citations: [first!, second!, { ...first!, quote: 'Another sentence.' }] }))
    expect(text).toContain('-# \\[1\\] \\[3\\] [Cheap space](https://freehold.example/wiki/cheap-space)\n')
    expect(text.match(/wiki\/cheap-space\)/g)).toHaveLength(1)
  })

  test('says when a model has worded it', () => {
    expect(said(told())).not.toContain('model')
    expect(said(told({ by: 'llm:gpt-oss_20b' }))).toContain(
      '-# Worded by a language model (gpt-oss\\_20b); its sources were checked against the wiki.',
    )
  })

  test('shows three items, each once, with no bare address', () => {
    const [item] = anAnswer().items
    const items = [1, 2, 3, 4].map((n) => ({ ...item!, title: `Item ${n}`, publishedAt: null }))
    const text = said(told({ items }))
    expect(text.match(/Item \d/g)).toEqual(['Item 1', 'Item 2', 'Item 3'])
    expect(text).toContain('▲ [Item 3](https://news.example/olmo)\n-# Renewal\n')
  })

  test('about news is a list of stories', () => {
    const news = told({
      kind: 'news',
      answer:
        'Stored in the last 31 days on Renewal:\n- OLMo 4 is out (2026-11-18) https://news.example/olmo',
      citations: [],
      concepts: [],
    })
    const lines = said(news).split('\n')
    expect(lines.slice(0, 3)).toEqual([
      '> What is cheap space?',
      'Stored in the last 31 days on Renewal:',
      '▲ [OLMo 4 is out](https://news.example/olmo)',
    ])
    expect(lines).toHaveLength(4)
    expect(buttons(news).map(([label]) => label)).toEqual(['Helpful', 'Not helpful', 'Share'])
  })

  test('lets nothing of the question, the answer or an item act', () => {
    const all = Object.values(hostile).join('\n- ')
    const [item] = anAnswer().items
    const message = told({
      question: all,
      answer: `# ${all}`,
      items: [{ ...item!, title: all, url: 'javascript:alert(1)' }],
      concepts: [{ id: 'x', title: hostile.markdown, url: '' }],
    })
    expect(faults(message)).toEqual([])
    const bare = said(message)
      .replaceAll(/\\./g, '')
      .replaceAll(/^(?:> |- |-# )/gm, '')
      .replaceAll('**In the news**', '')
      .replaceAll(/\[[^[\]]*\]\(https:\/\/freehold\.example[^)]*\)/g, '')
      .replaceAll(/<t:\d+:D>/g, '')
    expect(bare).not.toMatch(/[*_~`|[\]<>#]/)
    expect(bare).not.toMatch(/@(?!\u200b)|:\/\//)
  })
})

describe('the card of a question without an answer', () => {
  const declined = {
    answered: false,
    kind: 'declined' as const,
    answer:
      'The wiki does not cover this. The nearest concepts: Old buildings, The capability gap is narrowing.',
    citations: [],
    items: [],
  }

  test('says so, offers what is near, and lets the reader say that it is missed', () => {
    const message = told(declined)
    expect(said(message).split('\n')).toEqual([
      '> What is cheap space?',
      '**The wiki does not cover this.**',
      'The question has been noted for those who write it, without your name. These concepts come nearest:',
    ])
    expect(buttons(message)).toEqual([
      ['Old buildings', 'concept:old-buildings'],
      ['Compute cost', 'concept:compute-cost'],
      ['Tell the maintainers it is missing', 'gap:a1'],
    ])
  })

  test('keeps what else the answer says', () => {
    const answer = `Answers are in English only. ${declined.answer}`
    const text = said(told({ ...declined, answer, concepts: [] }))
    expect(text).toContain('**Answers are in English only. The wiki does not cover this.**\n')
    expect(text).not.toContain('nearest')
  })

  test('does not call a quiet spell a gap', () => {
    const message = told({
      ...declined,
      kind: 'news',
      answer: 'Freehold has stored nothing on Renewal in the last 7 days.',
    })
    expect(said(message)).toContain('Freehold has stored nothing on Renewal in the last 7 days.\n')
    expect(buttons(message).map(([, id]) => parseCustomId(id)?.action)).toEqual(['concept', 'concept'])
  })
})

describe('the passages of an answer', () => {
  test('are quoted under their links', () => {
    expect(said(cards.passages(anAnswer())).split('\n')).toEqual([
      '**What the answer rests on, as it stands in the wiki**',
      '\\[1\\] [Cheap space](https://freehold.example/wiki/cheap-space)',
      '> Cheap space is room that somebody with an untried idea can afford.',
      '\\[2\\] [Cheap space › In the frame](https://freehold.example/wiki/cheap-space#in-the-frame)',
      '> It does two kinds of work:',
    ])
  })

  test('that are none are not promised', () => {
    expect(said(cards.passages(anAnswer({ citations: [] })))).toBe(
      'This answer rests on no passage of the wiki.',
    )
  })

  test('that are too many are counted', () => {
    const [citation] = anAnswer().citations
    const text = said(cards.passages(anAnswer({ citations: Array(30).fill(citation) })))
    expect(text).toContain('\\[9\\]')
    expect(text).toContain('-# and 21 passages more')
  })
})
