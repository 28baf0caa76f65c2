import { describe, expect, test } from 'vitest'
import { ideasOf } from '../../src/wiki/index.ts'
import { copyOfWiki, pageFile } from './copy.ts'

const head = ['id: model-hubs', 'title: Model hubs']

/** What the check says of a new page `model-hubs.md` in an otherwise sound wiki. */
async function faultsOf(file: string): Promise<string[]> {
  const wiki = await copyOfWiki()
  await wiki.write('model-hubs.md', file)
  return wiki.faults()
}

describe('the check finds', () => {
  test('a dead link, on its line', async () => {
    const body =
      'First words,\nand [a link](nowhere.md) in them.\n\n- [one](renewal.md)\n- [two](gone/renewal.md)\n'
    expect(await faultsOf(pageFile(head, body))).toEqual([
      'wiki/model-hubs.md:6: the link nowhere.md leads to no page of the wiki',
      'wiki/model-hubs.md:9: the link gone/renewal.md leads to no page of the wiki',
    ])
  })

  test('a link that went dead because its page is gone', async () => {
    const wiki = await copyOfWiki()
    await wiki.remove('renewal.md')
    const faults = await wiki.faults()
    expect(faults).toContainEqual(
      expect.stringMatching(/^wiki\/[\w-]+\.md:\d+: the link renewal\.md leads to no page of the wiki$/),
    )
    expect(faults).toContainEqual(
      expect.stringMatching(/^wiki\/[\w-]+\.md:\d+: related: there is no page "renewal"$/),
    )
  })

  test('a dead anchor, on another page and on its own', async () => {
    const body =
      '## Two words\n\n[here](#two-words) [gone](#three-words) [there](renewal.md#no-such-heading)\n'
    expect(await faultsOf(pageFile(head, body))).toEqual([
      'wiki/model-hubs.md:7: the link #three-words leads to no heading of model-hubs.md',
      'wiki/model-hubs.md:7: the link renewal.md#no-such-heading leads to no heading of renewal.md',
    ])
  })

  test('an anchor that GitHub would not give', async () => {
    const body =
      '## Who pays?\n\n## Who pays?\n\n## Öl & Gas\n\n[1](#who-pays) [2](#who-pays-1) [3](#öl--gas) [4](#who-pays-2)\n'
    expect(await faultsOf(pageFile(head, body))).toEqual([
      'wiki/model-hubs.md:11: the link #who-pays-2 leads to no heading of model-hubs.md',
    ])
  })

  test.each(['javascript:alert(1)', 'file:///etc/passwd', 'ftp://example.org/a'])(
    'the scheme of %s',
    async (href) => {
      expect(await faultsOf(pageFile(head, `[x](${href})\n`))).toEqual([
        `wiki/model-hubs.md:5: the link ${href} is neither a page nor http(s) nor mailto`,
      ])
    },
  )

  test('a web link that is no URL', async () => {
    expect(await faultsOf(pageFile(head, '[x](https://exa<mple)\n'))).toEqual([
      'wiki/model-hubs.md:5: the link https://exa%3Cmple is no URL',
    ])
  })

  test('a link with a stray escape, without falling over', async () => {
    expect(await faultsOf(pageFile(head, '[x](%FF.md) [y](renewal.md#%FF)\n'))).toEqual([
      'wiki/model-hubs.md:5: the link %FF.md leads to no page of the wiki',
      'wiki/model-hubs.md:5: the link renewal.md#%FF leads to no heading of renewal.md',
    ])
  })

  test('a missing title', async () => {
    expect(await faultsOf(pageFile(['id: model-hubs']))).toEqual(['wiki/model-hubs.md:2: title: is missing'])
  })

  test('a missing name of an idea', async () => {
    const wiki = await copyOfWiki()
    const line = await wiki.replace('renewal.md', '  name: Renewal\n', '')
    expect(line).toBeGreaterThan(2)
    expect(await wiki.faults()).toContainEqual(
      expect.stringMatching(/^wiki\/renewal\.md:\d+: idea\.name: is missing$/),
    )
  })

  test('a misspelt field, at the top and inside an idea', async () => {
    expect(await faultsOf(pageFile([...head, 'alias: [hubs]']))).toEqual([
      'wiki/model-hubs.md:4: alias: is no field of this file; did you mean aliases?',
    ])
    const wiki = await copyOfWiki()
    const line = await wiki.replace('renewal.md', '  notWhen:\n', '  notwhen:\n')
    expect(await wiki.faults()).toContain(
      `wiki/renewal.md:${line}: idea.notwhen: is no field of this file; did you mean notWhen?`,
    )
  })

  test('a duplicate id, and an id unlike the file’s name', async () => {
    const wiki = await copyOfWiki()
    await wiki.write('second.md', pageFile(['title: The second', 'id: renewal']))
    expect(await wiki.faults()).toEqual([
      'wiki/second.md:3: id: "renewal" is already the id of wiki/renewal.md',
      'wiki/second.md:3: id: is "renewal"; the file\'s name asks for "second"',
    ])
  })

  test('an id that could not stand in an address', async () => {
    expect(await faultsOf(pageFile(['id: Model Hubs', 'title: Model hubs']))).toEqual([
      'wiki/model-hubs.md:2: id: must be lower-case words joined by hyphens',
    ])
  })

  test('an unknown related page, on its line', async () => {
    expect(await faultsOf(pageFile([...head, 'related:', '  - renewal', '  - renewals']))).toEqual([
      'wiki/model-hubs.md:6: related: there is no page "renewals"',
    ])
  })

  test('a name that two pages use, whatever its case', async () => {
    expect(await faultsOf(pageFile(['id: model-hubs', 'title: Disciplinary EFFECT']))).toEqual([
      expect.stringMatching(
        /^wiki\/model-hubs\.md:3: title: "Disciplinary EFFECT" is already a name of wiki\/disciplinary-floor\.md/,
      ),
    ])
    expect(await faultsOf(pageFile([...head, 'aliases:', '  - Cheap Space']))).toEqual([
      'wiki/model-hubs.md:5: aliases: "Cheap Space" is already a name of wiki/cheap-space.md; a reader could not tell which is meant',
    ])
  })

  test('a page without words', async () => {
    expect(await faultsOf(pageFile(head, '\n'))).toEqual(['wiki/model-hubs.md:5: the page has no text'])
  })

  test('front matter that is no YAML', async () => {
    expect(await faultsOf(pageFile(['id: model-hubs', 'title: "Model hubs']))).toEqual([
      expect.stringMatching(/^wiki\/model-hubs\.md:\d+: not valid YAML: /),
    ])
  })

  test('front matter that is never closed', async () => {
    expect(await faultsOf('---\nid: model-hubs\ntitle: Model hubs\n\nWords.\n')).toEqual([
      'wiki/model-hubs.md:1: the front matter has no closing --- line',
    ])
  })

  test('a folder that is not there', async () => {
    const wiki = await copyOfWiki()
    await wiki.remove('')
    expect(await wiki.faults()).toEqual([expect.stringMatching(/^wiki:1: .*ENOENT.*set WIKI_DIR/)])
  })
})

describe('the check lets pass', () => {
  test('links to pages, headings, the web and mail', async () => {
    const body =
      '## A heading with `code`\n\n[1](renewal.md) [2](./renewal.md) [3](#a-heading-with-code) [4](https://example.org/a?b#c) ' +
      '[5](mailto:a@example.org) `[6](nowhere.md)`\n'
    expect(await faultsOf(pageFile(head, body))).toEqual([])
  })
})

test('ideas without an order of their own stand by id', async () => {
  const wiki = await copyOfWiki()
  for (const id of ['b-idea', 'a-idea']) {
    await wiki.write(
      `${id}.md`,
      pageFile([`id: ${id}`, `title: The ${id}`, 'idea: {order: 9, name: X, definition: Y}']),
    )
  }
  const { pages } = await wiki.pages()
  expect(
    ideasOf(pages)
      .slice(-2)
      .map((idea) => idea.id),
  ).toEqual(['a-idea', 'b-idea'])
})
