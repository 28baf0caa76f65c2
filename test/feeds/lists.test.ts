import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
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
    ['a missing URL', { url: undefined }, '3: feeds.0.url: is missing'],
    ['an empty URL', { url: '' }, '5: feeds.0.url: is missing'],
    ['a URL that is none', { url: 'harbour-lab.example/feed' }, '5: feeds.0.url: must be an http(s) URL'],
    [
      'a URL of another kind',
      { site: 'ftp://harbour-lab.example' },
      '6: feeds.0.site: must be an http(s) URL',
    ],
    [
      'an id with capitals',
      { id: 'Harbour Lab' },
      '3: feeds.0.id: must be lower-case words joined by hyphens',
    ],
    [
      'a title that YAML takes for a number',
      { title: 2026 },
      '4: feeds.0.title: must be text; put it in quotes',
    ],
    ['an unknown field', { tags: [] }, '8: feeds.0.tags: is no field of this file; check its spelling'],
    [
      'a misspelt field',
      { textuse: 'link' },
      '8: feeds.0.textuse: is no field of this file; check its spelling',
    ],
    [
      'a wrong kind',
      { kind: 'blog' },
      '7: feeds.0.kind: must be one of lab, policy, press, research, community, vendor',
    ],
    ['a wrong use of text', { textUse: 'all' }, '8: feeds.0.textUse: must be one of link, excerpt, full'],
    [
      'a wrong language',
      { language: 'english' },
      '8: feeds.0.language: must be a language tag such as en or pt-BR',
    ],
    ['a time without a unit', { every: 30 }, '8: feeds.0.every: must be a time such as 30m, 6h or 1d'],
    ['a time of nothing', { every: '0m' }, '8: feeds.0.every: must be a time such as 30m, 6h or 1d'],
    ['a time in seconds', { every: '30s' }, '8: feeds.0.every: must be a time such as 30m, 6h or 1d'],
    ['a word instead of a list', { keep: 'open' }, '8: feeds.0.keep: must be a list of words or /patterns/'],
    ['half a day', { maxAgeDays: 0.5 }, '8: feeds.0.maxAgeDays: must be a whole number of days'],
    ['no day', { maxAgeDays: 0 }, '8: feeds.0.maxAgeDays: must be at least 1'],
    ['a word for a switch', { official: 'no' }, '8: feeds.0.official: must be true or false'],
    [
      'a feed switched off without a reason',
      { enabled: false },
      '8: feeds.0.enabled: is false without a reason; say in `reason` why the feed is switched off',
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
    expect(faults).toEqual([expect.stringMatching(/^feeds\/a\.yaml:8: feeds\.0\.block\.1: /)])
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
      'feeds/b.yaml:3: feeds.0.id: harbour-lab is already in the list, at feeds/a.yaml:3',
    ])
  })

  test('by its URL, whatever its tracking parameters', async () => {
    const url = 'http://www.harbour-lab.example/feed.xml?utm_source=x'
    const { faults } = await read({ 'a.yaml': list(), 'b.yaml': list({ id: 'other', url }) })
    expect(faults).toEqual([`feeds/b.yaml:5: feeds.0.url: ${url} is already in the list, at feeds/a.yaml:5`])
  })
})

describe('a file that is no list', () => {
  test.each([
    ['not YAML at all', 'group: "Labs\nfeeds: [', /^feeds\/a\.yaml:\d: not valid YAML: /],
    ['a key twice', 'group: Labs\ngroup: More\nfeeds: []\n', /^feeds\/a\.yaml:2: not valid YAML: .*unique/],
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
