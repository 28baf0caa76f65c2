import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import {
  addEntry,
  dropEntry,
  type FeedEntry,
  type FeedFile,
  feedListSchema,
  placeFor,
  readFeedLists,
  standing,
} from '../../src/feeds/index.ts'
import { applyEdit, insertEntry, readYaml, removeEntry } from '../../src/lib/text/index.ts'

const { files: committed } = await readFeedLists(join(import.meta.dirname, '..', '..', 'feeds'), 'feeds')

const sound = {
  title: 'Quayside: news of the port',
  url: 'https://quayside.example/feed.xml',
  site: 'https://quayside.example/',
  kind: 'press',
  language: 'en',
  textUse: 'excerpt',
  every: '6h',
  keep: ['/\\bAI\\b/', 'open weights', "editor's"],
}

function entry(changes: Partial<FeedEntry> & { id: string }): FeedEntry {
  return feedListSchema.parse({ group: 'A', feeds: [{ ...sound, ...changes }] }).feeds[0]!
}

/** The file as it stands on disk after a text has taken its place. */
async function reread(file: FeedFile, text: string): Promise<FeedFile> {
  const dir = await mkdtemp(join(tmpdir(), 'freehold-edit-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'list.yaml'), text)
  const { files, problems } = await readFeedLists(dir, 'feeds')
  expect(problems).toEqual([])
  return { ...files[0]!, file: file.file }
}

/** The lines of a hunk that begin so. */
function lines(hunk: string, mark: '+' | '-' | ' '): string[] {
  return hunk
    .split('\n')
    .slice(3)
    .filter((line) => line.startsWith(mark))
    .map((line) => line.slice(1))
}

describe('a committed list', () => {
  test.each(committed.map((file) => [file.file, file] as const))(
    '%s: an entry added and removed again leaves the same bytes, at every position',
    async (_, file) => {
      for (const before of [...file.entries.map(({ id }) => `${id}-0`), '0-first', 'zzz-last']) {
        const added = addEntry(file, entry({ id: before }))
        if (added.kind !== 'edit') throw new Error(added.message)
        expect(lines(added.hunk, '-')).toEqual([])
        expect(lines(added.hunk, '+').join('\n')).toContain(
          `- id: ${before}\n    title: 'Quayside: news of the port'\n`,
        )
        const removed = dropEntry([await reread(file, added.text)], before)
        if (removed.kind !== 'edit') throw new Error(removed.message)
        expect(removed.text).toBe(file.text)
      }
    },
  )

  test.each(committed.map((file) => [file.file, file] as const))(
    '%s: each entry goes with its comments, and comes back in its place and as it was written',
    (_, file) => {
      for (const [i, one] of file.entries.entries()) {
        const removed = dropEntry(committed, one.id)
        if (removed.kind !== 'edit') throw new Error(removed.message)
        expect(lines(removed.hunk, '+')).toEqual([])
        const gone = lines(removed.hunk, '-')
        const comments = gone.filter((line) => line.trimStart().startsWith('#'))
        expect(gone.findIndex((line) => line.startsWith('  - id:'))).toBe(comments.length)
        const rest = { ...file, text: removed.text, entries: file.entries.toSpliced(i, 1) }
        const back = addEntry(rest, one)
        if (back.kind !== 'edit') throw new Error(back.message)
        // A comment is the one thing that an entry doesn't know of itself.
        const unquoted = (all: string[]) => all.map((line) => line.replace(/^( +reason: )'(.*)'$/, '$1$2'))
        expect(unquoted(lines(back.hunk, '+'))).toEqual(unquoted(gone.slice(comments.length)))
        expect(back.line - 1).toBe(removed.line - 1)
      }
    },
  )

  test('keeps the comments that belong to no entry', () => {
    const policy = committed.find(({ file }) => file.endsWith('policy.yaml'))!
    const removed = dropEntry(committed, policy.entries[0]!.id)
    if (removed.kind !== 'edit') throw new Error(removed.message)
    expect(removed.text).toContain('# Full text only where the licence allows it')
    expect(removed.text).not.toContain('aisi.gov.uk has no feed')
    expect(removed.text).toMatch(/feeds:\n {2}- id: cnil/)
  })
})

/** Lists in every style: indents, blank lines, comments in all places, line ends, block texts, no end of the last line. */
const styled = fc
  .record({
    ids: fc.uniqueArray(fc.stringMatching(/^[a-y][a-y0-9]{0,5}$/), { minLength: 1, maxLength: 6 }),
    dash: fc.constantFrom(0, 2, 4),
    gap: fc.constantFrom(1, 3),
    blanks: fc.array(fc.nat(2), { minLength: 8, maxLength: 8 }),
    comments: fc.array(fc.constantFrom('', 'own', 'column0', 'deep', 'inner', 'apart', 'after'), {
      minLength: 8,
      maxLength: 8,
    }),
    reasons: fc.array(fc.constantFrom('', 'plain', 'folded', 'quoted', 'null'), {
      minLength: 8,
      maxLength: 8,
    }),
    newline: fc.constantFrom('\n', '\r\n'),
    atEnd: fc.constantFrom('', '\n', '\n\n', '\n# The end.\n', '\nlater: true\n'),
    mark: fc.boolean(),
  })
  .map(({ ids, dash, gap, blanks, comments, reasons, newline, atEnd, mark }) => {
    const [at, field] = [' '.repeat(dash), ' '.repeat(dash + 1 + gap)]
    const out = ['# Head.', 'group: A', '', 'feeds: # the list']
    for (const [i, id] of ids.entries()) {
      const comment = comments[i]
      out.push(...Array<string>(blanks[i]!).fill(''))
      if (comment === 'own') out.push(`${at}# Of ${id}.`, `${at}# And more.`)
      if (comment === 'column0') out.push('# Heading')
      if (comment === 'apart') out.push(`${at}# Of nobody.`, '')
      out.push(`${at}-${' '.repeat(gap)}id: ${id} # said`)
      if (comment === 'inner') out.push(`${field}# Within.`)
      out.push(`${field}keep: [a, 'b: c']`)
      if (reasons[i] === 'plain') out.push(`${field}reason: because # of that`)
      if (reasons[i] === 'folded')
        out.push(`${field}reason: |`, `${field}  one`, '', `${field}  # no comment`)
      if (reasons[i] === 'quoted') out.push(`${field}reason: "one`, `${field}  two"`)
      if (reasons[i] === 'null') out.push(`${field}reason:`)
      if (comment === 'deep') out.push(`${field}# Still of ${id}.`)
      if (comment === 'after') out.push('', `${field}# Of nobody, deep.`)
    }
    return { text: (mark ? '\ufeff' : '') + out.join(newline) + atEnd.replaceAll('\n', newline), ids }
  })

function idsIn(text: string): string[] {
  return [...text.matchAll(/^ *- +id: (\S+)/gm)].map((match) => match[1]!)
}

describe('a list in any style', () => {
  test('has the same bytes after an entry was put in and taken out, at every position', () => {
    fc.assert(
      fc.property(styled, ({ text, ids }) => {
        for (let at = 0; at <= ids.length; at++) {
          const put = insertEntry(text, 'feeds', at, { id: 'z', ...sound })
          if (typeof put === 'string') throw new Error(put)
          expect(put.remove).toBe(0)
          const longer = applyEdit(text, put)
          expect(idsIn(longer)).toEqual(ids.toSpliced(at, 0, 'z'))
          const taken = removeEntry(longer, 'feeds', at)
          if (typeof taken === 'string') throw new Error(taken)
          expect(applyEdit(longer, taken)).toBe(text)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('loses just the entry that is taken out, and is YAML before and after', () => {
    fc.assert(
      fc.property(styled, fc.nat(), ({ text, ids }, n) => {
        const at = n % ids.length
        const taken = removeEntry(text, 'feeds', at)
        if (typeof taken === 'string') throw new Error(taken)
        const shorter = applyEdit(text, taken)
        expect(idsIn(shorter)).toEqual(ids.toSpliced(at, 1))
        const checked = readYaml(shorter, {
          file: 'a',
          schema: z.looseObject({ feeds: z.array(z.unknown()) }),
        })
        if ('problems' in checked) throw new Error(checked.problems[0]?.message)
        expect(checked.value.feeds).toHaveLength(ids.length - 1)
        // Where entries begin in the first column, so do their own comments.
        const headings = /^- /m.test(text) ? [] : ['# Heading']
        for (const kept of ['# Head.', ...headings, '# Of nobody.', '# Of nobody, deep.']) {
          expect(shorter.split(kept).length, kept).toBe(text.split(kept).length)
        }
        expect(shorter).not.toContain(`# Of ${ids[at]}.`)
        expect(shorter).not.toContain(`# Still of ${ids[at]}.`)
      }),
      { numRuns: 500 },
    )
  })

  test('that is emptied can be filled again', () => {
    const text = 'group: A\nfeeds: # the list\n  # Of a.\n  - id: a\n# The end.\n'
    const emptied = applyEdit(text, removeEntry(text, 'feeds', 0) as never)
    expect(emptied).toBe('group: A\nfeeds: [] # the list\n# The end.\n')
    expect(applyEdit(emptied, insertEntry(emptied, 'feeds', 0, { id: 'b' }) as never)).toBe(
      'group: A\nfeeds: # the list\n  - id: b\n# The end.\n',
    )
  })

  test.each([
    ['within brackets', 'feeds: [{ id: a }]\n'],
    ['with the dash on a line of its own', 'feeds:\n  -\n    id: a\n'],
    ['with entries that are no maps', 'feeds:\n  - a\n'],
  ])('%s is left to a person', (_, text) => {
    expect(insertEntry(text, 'feeds', 0, { id: 'b' })).toContain('change it by hand')
    expect(removeEntry(text, 'feeds', 0)).toContain('change it by hand')
  })

  test('without the list says so', () => {
    expect(insertEntry('group: A\n', 'feeds', 0, { id: 'b' })).toBe('There is no list `feeds` in it.')
  })
})

describe('an entry', () => {
  test('that the reader would refuse is not written', () => {
    const refused = addEntry(committed[0]!, { ...entry({ id: 'a' }), every: 'often' })
    expect(refused).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/community\.yaml was not changed: feeds\.0\.every must be a time/),
    })
  })

  test('is written so that the reader gives it back, whatever its words', () => {
    const words = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 })
    const file = committed[0]!
    fc.assert(
      fc.property(words, words, fc.array(words, { maxLength: 3 }), (title, reason, keep) => {
        // A rule of blanks is refused, and one in slashes is a pattern.
        const rules = keep.filter((rule) => rule.trim() && !rule.startsWith('/'))
        const one = { ...entry({ id: 'quayside' }), title, reason, keep: rules }
        const added = addEntry(file, one)
        if (added.kind !== 'edit') throw new Error(added.message)
        const checked = readYaml(added.text, { file: 'a', schema: feedListSchema })
        if ('problems' in checked) throw new Error(checked.problems[0]?.message)
        expect(checked.value.feeds.find(({ id }) => id === 'quayside')).toEqual(one)
      }),
    )
  })

  test('is refused by id, URL or site of one that is there, with file and line', () => {
    const at = (text: string | null) => text?.match(/feeds\/[a-z-]+\.yaml:\d+/)?.[0]
    const simon = committed[0]!.text.split('\n').indexOf('  - id: simon-willison') + 1
    const place = `feeds/community.yaml:${simon}`
    expect(standing(committed, entry({ id: 'simon-willison' }))).toBe(
      `The id simon-willison is taken, at ${place}; choose another with --id.`,
    )
    const url = 'http://www.simonwillison.net/atom/everything?utm_source=x'
    expect(at(standing(committed, entry({ id: 'other', url })))).toBe(place)
    expect(at(standing(committed, entry({ id: 'other', site: 'https://simonwillison.net' })))).toBe(place)
    expect(standing(committed, entry({ id: 'quayside' }))).toBeNull()
  })

  test('that is not there is named, with those that are like it', () => {
    expect(dropEntry(committed, 'simon')).toEqual({
      kind: 'refused',
      message: 'No feed has the id simon; npx freehold feeds list shows them. Did you mean simon-willison?',
    })
  })
})

describe('the place of a feed', () => {
  const place = (wish: Parameters<typeof placeFor>[1]) => {
    const placed = placeFor(committed, wish)
    return placed.kind === 'placed' ? placed.file.file : placed.message
  }

  test('is its group, by name or file', () => {
    expect(place({ group: 'model labs' })).toBe('feeds/labs.yaml')
    expect(place({ group: 'think-tanks' })).toBe('feeds/think-tanks.yaml')
    expect(place({ group: 'releases.yaml', kind: 'press' })).toBe('feeds/releases.yaml')
  })

  test('is else the one group of its kind', () => {
    expect(place({ kind: 'research' })).toBe('feeds/research.yaml')
  })

  test.each([
    ['nothing is said', {}],
    ['several groups are of its kind', { kind: 'lab' as const }],
    ['the group is unknown', { group: 'gardening' }],
  ])('is asked for when %s', (_, wish) => {
    const placed = placeFor(committed, wish)
    expect(placed).toMatchObject({ kind: 'refused', ask: true })
    for (const { group } of committed) expect(place(wish)).toContain(group)
  })
})
