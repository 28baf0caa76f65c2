import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readFeedLists } from '../../src/feeds/index.ts'
import { problemLine } from '../../src/lib/text/index.ts'

/** Reads lists made of these files. */
async function read(files: Record<string, string>) {
  const dir = await mkdtemp(join(tmpdir(), 'freehold-feeds-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    if (name.includes('/')) await mkdir(join(dir, name, '..'), { recursive: true })
    await writeFile(join(dir, name), text)
  }
  const { feeds, problems } = await readFeedLists(dir, 'feeds')
  return { feeds, faults: problems.map(problemLine) }
}

const sound = {
  id: 'harbour-lab',
  title: 'Harbour Lab',
  url: 'https://harbour-lab.example/feed.xml',
  site: 'https://harbour-lab.example/',
  kind: 'lab',
}

/** A list of one feed, `sound` with the changes given; undefined leaves a field out. Fields begin on line 3, `id` first. */
function list(changes: Record<string, unknown> = {}): string {
  const entries = Object.entries({ ...sound, ...changes }).filter(([, value]) => value !== undefined)
  const fields = entries.map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `group: Labs\nfeeds:\n  - ${fields.join('\n    ')}\n`
}

describe('a feed', () => {
  test('has defaults for what its entry leaves out', async () => {
    const { feeds, faults } = await read({ 'a.yaml': list() })
    expect(faults).toEqual([])
    expect(feeds).toEqual([
      {
        ...sound,
        publisher: 'harbour-lab.example',
        group: 'Labs',
        language: null,
        official: true,
        textUse: 'excerpt',
        everyMs: null,
        keep: [],
        block: [],
        maxAgeDays: null,
        enabled: true,
        reason: null,
      },
    ])
  })

  test('is as its entry says', async () => {
    const said = {
      publisher: 'Port Ellery University',
      language: 'pt-BR',
      official: false,
      textUse: 'link',
      keep: ['open weights', '/pric(e|ing)/'],
      block: ['/hiring/i'],
      maxAgeDays: 30,
      enabled: false,
      reason: 'moved',
    }
    const { feeds, faults } = await read({ 'a.yaml': list({ ...said, every: '6h' }) })
    expect(faults).toEqual([])
    expect(feeds).toEqual([{ ...sound, group: 'Labs', ...said, everyMs: 6 * 3_600_000 }])
  })

  test.each([
    ['30m', 1_800_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('with every: %s is polled each %i ms', async (every, ms) => {
    const { feeds } = await read({ 'a.yaml': list({ every }) })
    expect(feeds[0]?.everyMs).toBe(ms)
  })

  test('stands in any file of the folder, not below it, in the order of the files', async () => {
    const other = (id: string) => list({ id, url: `https://harbour-lab.example/${id}` })
    const { feeds, faults } = await read({
      'b.yaml': other('two'),
      'a.yml': other('one'),
      'sample/c.yaml': other('three'),
      'notes.txt': 'no list',
    })
    expect(faults).toEqual([])
    expect(feeds.map((feed) => feed.id)).toEqual(['one', 'two'])
  })
})

describe('a wrong field is named with file and line', () => {
  test.each([
    ['a missing URL', { url: undefined }, '3: harbour-lab: url: is missing'],
    ['an empty URL', { url: '' }, '5: harbour-lab: url: is missing'],
    [
      'a URL that is none',
      { url: 'harbour-lab.example/feed' },
      '5: harbour-lab: url: must be an http(s) URL, not “harbour-lab.example/feed”',
    ],
    [
      'a URL of another kind',
      { site: 'ftp://harbour-lab.example' },
      '6: harbour-lab: site: must be an http(s) URL, not “ftp://harbour-lab.example”',
    ],
    [
      'an id with capitals',
      { id: 'Harbour Lab' },
      '3: Harbour Lab: id: must be lower-case words joined by hyphens, not “Harbour Lab”',
    ],
    [
      'a title that YAML takes for a number',
      { title: 2026 },
      '4: harbour-lab: title: must be text, not “2026”; put it in quotes',
    ],
    ['an unknown field', { tags: [] }, '8: harbour-lab: tags: is no field of this file; check its spelling'],
    [
      'a misspelt field',
      { textuse: 'link' },
      '8: harbour-lab: textuse: is no field of this file; did you mean textUse?',
    ],
    [
      'a misspelt one',
      { langauge: 'en' },
      '8: harbour-lab: langauge: is no field of this file; did you mean language?',
    ],
    ['a missing id', { id: undefined }, '3: entry 1: id: is missing'],
    [
      'a wrong kind',
      { kind: 'blog' },
      '7: harbour-lab: kind: “blog” is none of lab, policy, press, research, community, vendor',
    ],
    [
      'a wrong use of text',
      { textUse: 'all' },
      '8: harbour-lab: textUse: “all” is none of link, excerpt, full',
    ],
    [
      'a wrong language',
      { language: 'english' },
      '8: harbour-lab: language: must be a language tag such as en or pt-BR, not “english”',
    ],
    [
      'a time without a unit',
      { every: 30 },
      '8: harbour-lab: every: must be a time such as 30m, 6h or 1d, not “30”',
    ],
    [
      'a time of nothing',
      { every: '0m' },
      '8: harbour-lab: every: must be a time such as 30m, 6h or 1d, not “0m”',
    ],
    [
      'a time in seconds',
      { every: '30s' },
      '8: harbour-lab: every: must be a time such as 30m, 6h or 1d, not “30s”',
    ],
    [
      'a word instead of a list',
      { keep: 'open' },
      '8: harbour-lab: keep: must be a list of words or /patterns/, not “open”',
    ],
    [
      'half a day',
      { maxAgeDays: 0.5 },
      '8: harbour-lab: maxAgeDays: must be a whole number of days, not “0.5”',
    ],
    ['no day', { maxAgeDays: 0 }, '8: harbour-lab: maxAgeDays: must be at least 1, not “0”'],
    ['a word for a switch', { official: 'no' }, '8: harbour-lab: official: must be true or false, not “no”'],
    [
      'a feed switched off without a reason',
      { enabled: false },
      '8: harbour-lab: enabled: is false without a reason; say in `reason` why the feed is switched off',
    ],
  ])('%s', async (_, changes, fault) => {
    expect(await read({ 'a.yaml': list(changes) })).toEqual({ feeds: [], faults: [`feeds/a.yaml:${fault}`] })
  })

  test.each([
    ['/(open/', "can't be used"],
    ['/open/nonsense', "can't be used"],
    ['/open', 'has no closing /'],
    ['//', 'is empty'],
    ['/(a+)+b/', 'repeats a group that itself repeats'],
    ['', 'An empty word'],
  ])('the bad pattern %s', async (rule, what) => {
    const { faults } = await read({ 'a.yaml': list({ block: ['fine', rule] }) })
    expect(faults).toEqual([expect.stringMatching(/^feeds\/a\.yaml:8: harbour-lab: block: /)])
    expect(faults[0]).toContain(what)
  })

  test('every fault of a file at once', async () => {
    const { faults } = await read({ 'a.yaml': list({ kind: 'blog', url: undefined, tags: [] }) })
    expect(faults).toHaveLength(3)
  })
})

describe('an entry that stands twice', () => {
  test('by its id, across files', async () => {
    const { faults } = await read({
      'a.yaml': list(),
      'b.yaml': list({ url: 'https://harbour-lab.example/other.xml' }),
    })
    expect(faults).toEqual([
      'feeds/b.yaml:3: harbour-lab: id: harbour-lab is already in the list, at feeds/a.yaml:3',
    ])
  })

  test('by its URL, whatever its tracking parameters', async () => {
    const url = 'http://www.harbour-lab.example/feed.xml?utm_source=x'
    const { faults } = await read({ 'a.yaml': list(), 'b.yaml': list({ id: 'other', url }) })
    expect(faults).toEqual([`feeds/b.yaml:5: other: url: ${url} is already in the list, at feeds/a.yaml:5`])
  })
})

describe('a file that is no list', () => {
  test.each([
    ['not YAML at all', 'group: "Labs\nfeeds: [', /^feeds\/a\.yaml:\d: not valid YAML: /],
    [
      'a key twice',
      'group: Labs\ngroup: More\nfeeds: []\n',
      /^feeds\/a\.yaml:2: not valid YAML: .*“group” stands twice/,
    ],
    ['two documents', `${list()}---\n${list()}`, /^feeds\/a\.yaml:\d: not valid YAML: /],
    ['empty', '# later\n', /^feeds\/a\.yaml:1: is no feed list; it needs `group` and `feeds`$/],
    ['a bare list', '- one\n', /^feeds\/a\.yaml:1: is no feed list; it needs `group` and `feeds`$/],
    ['without a group', 'feeds: []\n', /^feeds\/a\.yaml:1: group: is missing$/],
    ['without feeds', 'group: Labs\n', /^feeds\/a\.yaml:1: feeds: is missing; it is the list of feeds$/],
  ])('%s', async (_, text, fault) => {
    const { feeds, faults } = await read({ 'a.yaml': text })
    expect(feeds).toEqual([])
    expect(faults[0]).toMatch(fault)
  })

  test('a link that leads out of the folder, or a file larger than any list', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'freehold-feeds-'))
    const outside = await mkdtemp(join(tmpdir(), 'freehold-outside-'))
    onTestFinished(async () => {
      for (const one of [dir, outside]) await rm(one, { recursive: true })
    })
    await writeFile(join(outside, 'secret.yaml'), list())
    await symlink(join(outside, 'secret.yaml'), join(dir, 'a.yaml'))
    await writeFile(join(dir, 'b.yaml'), '')
    await truncate(join(dir, 'b.yaml'), 21 * 1024 * 1024)
    await writeFile(join(dir, 'c.yaml'), list())
    const { feeds, problems, leftOut } = await readFeedLists(dir, 'feeds')
    expect(feeds).toHaveLength(1)
    expect(problems.map(problemLine)).toEqual([
      'feeds/a.yaml:1: is a link that leads out of its folder; put the file itself there',
      'feeds/b.yaml:1: is larger than 20 MB, which no curated file is; split it',
    ])
    expect(leftOut).toEqual([
      { file: 'feeds/a.yaml', entries: null },
      { file: 'feeds/b.yaml', entries: null },
    ])
  })

  test('a bomb of aliases is refused, not unfolded', async () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(9)}*l${i}]`,
    )
    const bomb = ['group: Labs', `l0: &l0 [${'x, '.repeat(9)}x]`, ...levels, 'feeds: *l9'].join('\n')
    const { feeds, faults } = await read({ 'a.yaml': bomb })
    expect(feeds).toEqual([])
    expect(faults).toEqual([expect.stringMatching(/^feeds\/a\.yaml:1: not usable YAML: .*alias/i)])
  })

  test('does not keep the other files from being read', async () => {
    const { feeds, faults } = await read({ 'a.yaml': 'group: [', 'b.yaml': list() })
    expect(feeds.map((feed) => feed.id)).toEqual(['harbour-lab'])
    expect(faults.every((fault) => fault.startsWith('feeds/a.yaml:'))).toBe(true)
  })

  test('a folder that is not there names the setting', async () => {
    const { problems } = await readFeedLists('/no/such/folder', 'lists')
    expect(problems.map(problemLine)).toEqual([expect.stringMatching(/^lists:1: .*ENOENT.*FEEDS_DIR/)])
  })
})
