import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkLists, type Finding, isPrivateHost, planEdits, readFeedLists } from '../../src/feeds/index.ts'
import { applyEdit, changeFields } from '../../src/lib/text/index.ts'

/** Lists made of these files. */
async function lists(files: Record<string, string>) {
  const dir = await mkdtemp(join(tmpdir(), 'freehold-check-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text)
  return readFeedLists(dir, 'feeds')
}

const entry = (id: string, changes: Record<string, string> = {}) =>
  Object.entries({
    id,
    title: `The ${id}`,
    url: `https://${id}.example/feed`,
    site: `https://${id}.example/`,
    kind: 'lab',
    ...changes,
  })
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n    ')
const list = (...entries: string[]) => `group: Labs\nfeeds:\n${entries.map((one) => `  - ${one}\n`).join('')}`
const short = ({ severity, kind, feed, file, line }: Finding) => `${severity} ${kind} ${feed} ${file}:${line}`

test('the committed lists are in order', async () => {
  const committed = await readFeedLists(join(import.meta.dirname, '..', '..', 'feeds'), 'feeds')
  expect(checkLists(committed, { allowPrivate: false }).map(short)).toEqual([])
})

describe('the lists', () => {
  const told = async (files: Record<string, string>, allowPrivate = false) =>
    checkLists(await lists(files), { allowPrivate }).map(short)

  test('are in order', async () => {
    expect(await told({ 'a.yaml': list(entry('a'), entry('b')) })).toEqual([])
  })

  test('should have https', async () => {
    const http = entry('b', { url: 'http://b.example/feed' })
    expect(await told({ 'a.yaml': list(entry('a'), http) })).toEqual(['warning http b feeds/a.yaml:10'])
    expect(await told({ 'a.yaml': list(entry('a', { site: 'http://a.example/' })) })).toEqual([])
  })

  test('must not lead into private networks, unless they may', async () => {
    const files = {
      'a.yaml': list(
        entry('a', { url: 'https://10.0.0.7/feed' }),
        entry('b', { site: 'https://wiki.internal/' }),
      ),
    }
    expect(await told(files)).toEqual(['error private a feeds/a.yaml:5', 'error private b feeds/a.yaml:11'])
    expect(await told(files, true)).toEqual([])
  })

  test('should tell apart what has one title and one site, in any file', async () => {
    const twin = entry('b', { title: 'the A', site: 'https://www.a.example' })
    expect(await told({ 'a.yaml': list(entry('a')), 'b.yaml': list(entry('c'), twin) })).toEqual([
      'warning twin b feeds/b.yaml:9',
    ])
    expect(await told({ 'a.yaml': list(entry('a'), entry('b', { site: 'https://a.example/' })) })).toEqual([])
  })

  test('have their problems among the errors', async () => {
    const files = { 'a.yaml': list(entry('a')), 'b.yaml': list(entry('a'), entry('c', { kind: 'zoo' })) }
    expect(await told(files)).toEqual(['error list null feeds/b.yaml:12'])
    expect(await told({ ...files, 'b.yaml': list(entry('a', { url: 'https://a.example/feed/' })) })).toEqual([
      'error list null feeds/b.yaml:3',
      'error list null feeds/b.yaml:5',
      'warning twin a feeds/b.yaml:4',
    ])
  })
})

test.each([
  ['localhost', true],
  ['LOCALHOST.', true],
  ['feeds.localhost', true],
  ['printer.local', true],
  ['wiki.internal', true],
  ['wiki', true],
  ['127.0.0.1', true],
  ['[::1]', true],
  ['192.168.1.1', true],
  ['169.254.169.254', true],
  ['[fd00::1]', true],
  ['local.example.org', false],
  ['internal.example', false],
  ['example.org', false],
  ['93.184.216.34', false],
  ['[2606:2800:220:1::1]', false],
])('%s is private: %s', (host, expected) => {
  expect(isPrivateHost(new URL(`http://${host}/`).hostname)).toBe(expected)
})

describe('suggestions', () => {
  const finding = (feed: string, changes: Partial<Finding>): Finding => ({
    kind: 'x',
    feed,
    file: 'feeds/a.yaml',
    line: 1,
    field: 'url',
    severity: 'warning',
    message: 'It is so.',
    suggestion: null,
    ...changes,
  })
  const off = { change: { enabled: false, reason: 'It is no more.' } }
  const url = { change: { url: 'https://new.example/feed' } }
  const every = { change: { every: '1h' } }
  const files = { 'a.yaml': list(entry('a'), entry('b'), entry('c')) }

  async function planned(...found: Finding[]) {
    const { files: before } = await lists(files)
    const { files: after, edits, refused } = planEdits(before, found)
    return { text: after[0]!.text, edits: edits.map(({ feed }) => feed), refused }
  }

  test('of notes are left alone, and of one feed become one change', async () => {
    const { text, edits } = await planned(
      finding('a', { suggestion: url }),
      finding('a', { suggestion: every }),
      finding('b', { severity: 'note', suggestion: off }),
      finding('c', { severity: 'error', suggestion: { remove: true } }),
      finding('c', { suggestion: url }),
    )
    expect(edits).toEqual(['a', 'c'])
    expect(text).toBe(list(`${entry('a', { url: 'https://new.example/feed' })}\n    every: 1h`, entry('b')))
  })

  test('to switch a feed off outweigh others', async () => {
    const { text } = await planned(finding('b', { suggestion: url }), finding('b', { suggestion: off }))
    expect(text).toBe(
      list(entry('a'), `${entry('b')}\n    enabled: false\n    reason: It is no more.`, entry('c')),
    )
  })

  test('that would make two feeds one are refused, the others are made', async () => {
    const same = { change: { url: 'http://www.b.example/feed/' } }
    const { text, edits, refused } = await planned(
      finding('a', { suggestion: same }),
      finding('c', { suggestion: every }),
    )
    expect(edits).toEqual(['c'])
    expect(refused).toEqual(['http://www.b.example/feed/ is followed already, at feeds/a.yaml:8.'])
    expect(text).toContain(entry('a'))
  })
})

describe('a field of an entry', () => {
  const order = ['id', 'title', 'url', 'every', 'keep', 'enabled', 'reason']
  const change = (text: string, fields: Record<string, unknown>, index = 0) => {
    const edit = changeFields(text, 'feeds', index, fields, order)
    return typeof edit === 'string' ? edit : applyEdit(text, edit)
  }
  const text = [
    '# A list.',
    'feeds:',
    '  # The first.',
    '  - url: https://a.example  # moved in 2025',
    '    id: a',
    '    keep:',
    '      - one',
    '      - two',
    '    # what follows is rare',
    '    every: 6h',
    '',
    '  - {id: b, url: https://b.example}',
    '',
  ].join('\n')

  test('changes where it stands, and its comment stays', () => {
    expect(change(text, { url: 'https://z.example' })).toBe(
      text.replace('https://a.example  # moved', 'https://z.example  # moved'),
    )
    expect(change(text, { keep: ['three: 3'] })).toBe(
      text.replace('keep:\n      - one\n      - two', "keep: ['three: 3']"),
    )
    expect(change(text, { every: '1d', url: 'x' })).toBe(
      text.replace('6h', '1d').replace('https://a.example', 'x'),
    )
  })

  test('comes in where it belongs', () => {
    expect(change(text, { title: 'A: B' })).toBe(
      text.replace('    id: a\n', "    id: a\n    title: 'A: B'\n"),
    )
    expect(change(text, { enabled: false, reason: 'Gone.' })).toBe(
      text.replace('    every: 6h\n', '    every: 6h\n    enabled: false\n    reason: Gone.\n'),
    )
  })

  test('is taken out, but for the one beside the dash', () => {
    expect(change(text, { every: undefined, reason: undefined })).toBe(text.replace('    every: 6h\n', ''))
    expect(change(text, { keep: undefined })).toBe(text.replace('    keep:\n      - one\n      - two\n', ''))
    expect(change(text, { url: undefined })).toMatch(/`url` can't be taken out by lines/)
  })

  test('of an entry in braces is left to a person', () => {
    expect(change(text, { url: 'x' }, 1)).toMatch(/by hand/)
    expect(change(text, { url: 'x' }, 2)).toBe('The list has no entry 3.')
  })

  test('keeps ends of lines as they are', () => {
    const windows = text.replaceAll('\n', '\r\n')
    expect(change(windows, { every: '1d', reason: 'x' })).toBe(windows.replace('6h', '1d\r\n    reason: x'))
  })

  test('changed and changed back gives the same bytes, whatever the words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 99 }), (words, hours) => {
        const start = change(text, { title: 'A', every: '6h' })
        const there = change(start, { title: words, every: `${hours}h` })
        return change(there, { title: 'A', every: '6h' }) === start
      }),
    )
  })
})
