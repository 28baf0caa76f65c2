import { describe, expect, test } from 'vitest'
import type { Page } from '../../src/model/index.ts'
import { passagesOf } from '../../src/wiki/index.ts'
import { readWiki } from './wiki.ts'

function page(markdown: string): Page {
  return {
    id: 'reeds',
    title: 'Reeds',
    aliases: ['rushes'],
    related: [],
    idea: null,
    markdown,
    file: 'reeds.md',
  }
}

describe('passages', () => {
  test('are paragraphs as a reader sees them, under their heading', () => {
    const [first, second, ...rest] = passagesOf([
      page(
        '# Reeds\n\nA [reed](reed.md) is *tall* &\n`green`. It bends.\n\n## Where it grows\n\nBy the "slow water. Mostly" there.\n',
      ),
    ])
    expect(rest).toEqual([])
    expect(first).toEqual({
      page: 'reeds',
      title: 'Reeds',
      aliases: ['rushes'],
      section: '',
      anchor: '',
      kind: 'paragraph',
      text: 'A reed is tall & green. It bends.',
      sentences: ['A reed is tall & green.', 'It bends.'],
    })
    expect(second).toMatchObject({
      section: 'Where it grows',
      anchor: 'where-it-grows',
      sentences: ['By the "slow water. Mostly" there.'],
    })
  })

  test('hold a list with the words that lead in to it', () => {
    const [list, other, nested] = passagesOf([
      page('Three kinds:\n\n- **one**;\n- two\n\nNo lead.\n\n1. x\n   - y\n2. z\n'),
    ])
    expect(list).toMatchObject({
      kind: 'list',
      sentences: ['Three kinds:', 'one;', 'two'],
      text: 'Three kinds:\none;\ntwo',
    })
    expect(other).toMatchObject({ kind: 'paragraph', text: 'No lead.' })
    expect(nested).toMatchObject({ kind: 'list', sentences: ['x', 'y', 'z'] })
  })

  test('end a sentence neither at an initial nor at an abbreviation, nor at 3.1', () => {
    const [passage] = passagesOf([page('Llama 3.1 by J. Doe, e.g. That one, is new. So it goes.')])
    expect(passage!.sentences).toEqual(['Llama 3.1 by J. Doe, e.g. That one, is new.', 'So it goes.'])
  })

  test('of the committed pages hold no marks of Markdown, and their sentences verbatim', async () => {
    const { passages, pages } = await readWiki()
    expect(new Set(passages.map((one) => one.page)).size).toBe(pages.length)
    for (const { text, sentences } of passages) {
      expect(text).not.toMatch(/\]\(|\*\*|`|&amp;|<\w/)
      expect(sentences.join(text.includes('\n') ? '\n' : ' ').replace(/\s+/g, ' ')).toBe(
        text.replace(/\s+/g, ' '),
      )
      for (const sentence of sentences) expect(text).toContain(sentence)
    }
  })
})
