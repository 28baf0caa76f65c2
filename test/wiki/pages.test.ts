import { describe, expect, test } from 'vitest'
import { checkPages, ideasOf, readPages } from '../../src/wiki/index.ts'
import { committed, copyOfWiki, pageFile } from './copy.ts'

const fiveIdeas = [
  'renewal',
  'disciplinary-floor',
  'compute-cost',
  'institutional-support',
  'economic-function',
]

describe('the committed wiki', () => {
  test('is in order', async () => {
    expect(checkPages(await readPages(committed))).toEqual([])
  })

  test('has the five key ideas, in the order of a digest', async () => {
    const { pages } = await readPages(committed)
    const ideas = ideasOf(pages)
    expect(ideas.map((idea) => idea.id)).toEqual(fiveIdeas)
    for (const idea of ideas) {
      expect(idea.title).toBe(pages.find((page) => page.id === idea.id)?.title)
      expect(idea.definition).not.toBe('')
      expect(idea.notWhen.length).toBeGreaterThan(0)
      for (const sense of ['about', 'opens', 'closes'] as const)
        expect(idea.signals[sense].length).toBeGreaterThan(0)
    }
  })

  test('has a page on the frame that is no idea', async () => {
    const { pages } = await readPages(committed)
    expect(pages.find((page) => page.id === 'open-source-ai')).toMatchObject({
      title: 'Open-Source AI',
      idea: null,
    })
  })

  test('does not count the codebook as a page', async () => {
    const { pages } = await readPages(committed)
    expect(pages.length).toBeGreaterThan(20)
    expect(pages.map((page) => page.id)).not.toContain('codebook')
  })
})

describe('a page', () => {
  test('is read with its names, its relations and its words', async () => {
    const wiki = await copyOfWiki()
    await wiki.write(
      'model-hubs.md',
      pageFile(
        ['id: model-hubs', 'title: Model hubs', 'aliases: [hubs]', 'related: [renewal]'],
        '\n## What they do\n',
      ),
    )
    const { pages } = await wiki.pages()
    expect(pages.find((page) => page.id === 'model-hubs')).toEqual({
      id: 'model-hubs',
      title: 'Model hubs',
      aliases: ['hubs'],
      related: ['renewal'],
      idea: null,
      markdown: '\n## What they do\n',
      file: 'wiki/model-hubs.md',
    })
    expect(await wiki.faults()).toEqual([])
  })

  test('is a sixth idea when its front matter says so, with no code', async () => {
    const wiki = await copyOfWiki()
    await wiki.write(
      'model-hubs.md',
      pageFile([
        'id: model-hubs',
        'title: Hubs keep the keys',
        'idea:',
        '  order: 6',
        '  name: Hubs',
        '  definition: Given when a hub changes who may fetch a model.',
        '  signals:',
        '    opens: [mirror goes live]',
      ]),
    )
    const { pages } = await wiki.pages()
    expect(await wiki.faults()).toEqual([])
    expect(ideasOf(pages).at(-1)).toEqual({
      id: 'model-hubs',
      title: 'Hubs keep the keys',
      order: 6,
      name: 'Hubs',
      definition: 'Given when a hub changes who may fetch a model.',
      notWhen: [],
      signals: { about: [], opens: ['mirror goes live'], closes: [], mixed: [] },
    })
  })

  test('written on Windows reads the same', async () => {
    const wiki = await copyOfWiki()
    const text = pageFile(['id: model-hubs', 'title: Model hubs'], '## One\n\nTwo\n')
    await wiki.write('model-hubs.md', `\uFEFF${text.replaceAll('\n', '\r\n')}`)
    const { pages } = await wiki.pages()
    expect(pages.find((page) => page.id === 'model-hubs')?.markdown).toBe('## One\n\nTwo\n')
    expect(await wiki.faults()).toEqual([])
  })
})
