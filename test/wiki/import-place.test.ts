import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unifiedDiff } from '../../src/wiki/import-diff.ts'
import { checkPages, readPages } from '../../src/wiki/index.ts'
import { freehold } from '../service/freehold.ts'
import { copyOfWiki, pageFile } from './copy.ts'

const root = join(import.meta.dirname, '..', '..')
const txt = join(import.meta.dirname, 'fixtures', 'shared-kilns.txt')
const html = join(import.meta.dirname, 'fixtures', 'shared-kilns.html')
const page = 'shared-kilns.md'

/** `freehold wiki import …` for a copy of the wiki. */
async function importer() {
  const wiki = await copyOfWiki()
  return {
    ...wiki,
    run: (...args: string[]) => freehold(root, ['wiki', 'import', ...args], { env: { WIKI_DIR: wiki.dir } }),
    read: (name = page) => readFile(join(wiki.dir, name), 'utf8'),
    names: () => readdir(wiki.dir),
  }
}

describe('wiki import', () => {
  test('writes a page that the wiki has no fault with, and tells what it dropped', async () => {
    const wiki = await importer()
    const { code, stdout, stderr } = await wiki.run(txt)
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(wiki.dir, page)} is new.\n` })
    expect(stderr.trim().split('\n')).toHaveLength(6)
    expect(stderr).toContain(`${txt}:2: dropped "CONCEPT": the kind of page\n`)
    expect(await wiki.read()).toMatch(
      /^---\n# Imported from the Orange Pill Wiki\.\nid: shared-kilns\ntitle: Shared Kilns\naliases: \[\]\nrelated: \[\]\n---\nThe kilns/,
    )
    const set = await readPages(wiki.dir)
    expect(checkPages(set)).toEqual([])
    expect(set.pages.find(({ id }) => id === 'shared-kilns')).toMatchObject({
      title: 'Shared Kilns',
      idea: null,
    })
  })

  test.each([txt, html])('changes nothing the second time: %s', async (file) => {
    const wiki = await importer()
    await wiki.run(file)
    const [names, text] = [await wiki.names(), await wiki.read()]
    const { code, stdout } = await wiki.run(file, '--replace')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${join(wiki.dir, page)} says the same already; nothing changed.\n`,
    })
    expect([await wiki.names(), await wiki.read()]).toEqual([names, text])
  })

  test('changes nothing after maintainers have given the page aliases and relations', async () => {
    const wiki = await importer()
    await wiki.run(txt)
    await wiki.replace(page, 'aliases: []', 'aliases: [common oven]')
    await wiki.replace(page, 'related: []', 'related: [cheap-space]')
    const text = await wiki.read()
    expect((await wiki.run(txt)).stdout).toContain('says the same already')
    expect(await wiki.read()).toBe(text)
  })

  test('refuses to write over other text and shows the difference', async () => {
    const wiki = await importer()
    await wiki.run(txt)
    await wiki.replace(page, '## Origin', '## Where it began')
    const text = await wiki.read()
    const { code, stdout, stderr } = await wiki.run(txt)
    const file = join(wiki.dir, page)
    expect(code).toBe(1)
    expect(stderr).toContain(`freehold: ${file} exists with other text; --replace takes the imported one.\n`)
    expect(stdout.split('\n').slice(0, 2)).toEqual([`--- ${file}`, `+++ ${file} as imported`])
    expect(stdout.split('\n').filter((line) => /^[+-](?![+-])/.test(line))).toEqual([
      '-## Where it began',
      '+## Origin',
    ])
    expect(await wiki.read()).toBe(text)
  })

  test('--replace takes the text and leaves the aliases, relations and idea', async () => {
    const wiki = await importer()
    const mine = [
      'id: shared-kilns',
      'title: "Shared kilns"',
      'aliases: [common oven]',
      'related: [cheap-space]',
    ]
    await wiki.write(page, pageFile(mine, 'Words of ours.\n'))
    const { code, stdout } = await wiki.run(txt, '--replace')
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(wiki.dir, page)} is replaced.\n` })
    expect(await wiki.read()).toMatch(
      /^---\nid: shared-kilns\ntitle: Shared Kilns\naliases: \[common oven\]\nrelated: \[cheap-space\]\n---\nThe kilns/,
    )
    expect(await wiki.names()).toContain(page)
    expect((await wiki.names()).filter((name) => name.endsWith('.draft'))).toEqual([])
    expect((await wiki.run(txt)).stdout).toContain('says the same already')
  })

  test('--replace takes the place of a file that is no page', async () => {
    const wiki = await importer()
    await wiki.write(page, 'Some notes.\n')
    const refused = await wiki.run(txt)
    expect(refused.code).toBe(1)
    expect(refused.stdout).toContain('\n-Some notes.\n')
    expect((await wiki.run(txt, '--replace')).code).toBe(0)
    expect(await wiki.read()).toMatch(/^---\n# Imported/)
  })

  test('--replace tells which links it broke', async () => {
    const wiki = await importer()
    await wiki.write(page, pageFile(['id: shared-kilns', 'title: Shared Kilns'], '## Ash\n'))
    await wiki.write('ash.md', pageFile(['id: ash', 'title: Ash'], '[rules](shared-kilns.md#ash)\n'))
    const { code, stderr } = await wiki.run(txt, '--replace')
    expect(code).toBe(0)
    expect(stderr).toContain(
      'ash.md:5: the link shared-kilns.md#ash leads to no heading of shared-kilns.md; mend it',
    )
  })

  test('refuses a title that is a name of another page', async () => {
    const wiki = await importer()
    await wiki.write('ovens.md', pageFile(['id: ovens', 'title: Ovens', 'aliases: [shared kilns]']))
    const { code, stderr } = await wiki.run(txt, '--replace')
    expect(code).toBe(1)
    expect(stderr).toMatch(/"Shared Kilns" is already a name of .*ovens\.md; change it there first\.\n$/)
    expect(await wiki.names()).not.toContain(page)
  })

  test('--dry-run prints the page and writes nothing', async () => {
    const wiki = await importer()
    const { code, stdout, stderr } = await wiki.run(html, '--dry-run')
    expect(code).toBe(0)
    expect(stderr).toContain(`${join(wiki.dir, page)} would be new; nothing was written.`)
    expect(await wiki.names()).not.toContain(page)
    await wiki.run(html)
    expect(await wiki.read()).toBe(stdout)
  })

  test.each([
    [['no-such-file.txt'], "no-such-file.txt can't be read (ENOENT)."],
    [['README.md'], 'README.md is no exported concept page: its first line does not end in'],
  ])('ends with 1 and the reason: %s', async (args, reason) => {
    const wiki = await importer()
    const names = await wiki.names()
    const { code, stdout, stderr } = await wiki.run(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(reason)
    expect(await wiki.names()).toEqual(names)
  })
})

describe('the difference of two texts', () => {
  const names = { before: 'a', after: 'b' }

  test('is shown with three lines around it, in hunks', () => {
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`)
    const after = lines.with(4, 'five').toSpliced(17, 1).concat('more')
    expect(unifiedDiff(lines.join('\n'), after.join('\n'), names)).toBe(
      [
        ...[
          '--- a',
          '+++ b',
          '@@ -2,7 +2,7 @@',
          ' line 2',
          ' line 3',
          ' line 4',
          '-line 5',
          '+five',
          ' line 6',
        ],
        ...[
          ' line 7',
          ' line 8',
          '@@ -15,6 +15,6 @@',
          ' line 15',
          ' line 16',
          ' line 17',
          '-line 18',
          ' line 19',
        ],
        ...[' line 20', '+more'],
      ].join('\n'),
    )
  })

  test('is nothing between a text and itself, and all of it from an empty one', () => {
    expect(unifiedDiff('a\nb\n', 'a\r\nb', names)).toBe('')
    expect(unifiedDiff('', 'a\nb\n', names)).toBe('--- a\n+++ b\n@@ -0,0 +1,2 @@\n+a\n+b')
  })

  test('makes the second text of the first', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 })
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = unifiedDiff(before.join('\n'), after.join('\n'), names)
        expect(patched(before, diff)).toEqual(after)
      }),
    )
  })
})

/** The lines that a unified diff makes of others; each hunk must fit where it says it stands. */
function patched(before: string[], diff: string): string[] {
  const after: string[] = []
  let at = 0
  for (const line of diff.split('\n').slice(2)) {
    const hunk = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/.exec(line)?.slice(1).map(Number)
    if (hunk) {
      const [start, count, newStart, newCount] = hunk as [number, number, number, number]
      const to = count === 0 ? start : start - 1
      after.push(...before.slice(at, to))
      at = to
      expect(newCount === 0 ? newStart : newStart - 1).toBe(after.length)
    } else {
      if (line[0] !== '+') expect(before[at++]).toBe(line.slice(1))
      if (line[0] !== '-') after.push(line.slice(1))
    }
  }
  return [...after, ...before.slice(at)]
}
