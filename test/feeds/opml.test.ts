import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type FeedEntry,
  type FeedFile,
  feedListSchema,
  fromOpml,
  type ImportLine,
  type ImportPlan,
  planImport,
  readFeedLists,
  toOpml,
} from '../../src/feeds/index.ts'
import { readYaml } from '../../src/lib/text/index.ts'
import { feedKinds, textUses } from '../../src/model/index.ts'
import { curatingCheckout, labFeed } from './curating.ts'

const { files: committed } = await readFeedLists(join(import.meta.dirname, '..', '..', 'feeds'), 'feeds')
const here = { dir: '/lists', shown: 'feeds' }

function imported(text: string, files: FeedFile[] = [], wish = {}): ImportPlan {
  const outlines = fromOpml(text, 'a.opml')
  if (outlines.kind === 'refused') throw new Error(outlines.message)
  const plan = planImport(files, outlines.feeds, { ...here, ...wish })
  if (plan.kind === 'refused') throw new Error(plan.message)
  return plan
}

/** What the files of a plan hold, by their names. */
function held(plan: ImportPlan): Record<string, { group: string; feeds: FeedEntry[] }> {
  return Object.fromEntries(
    plan.files.map(({ file, text }) => {
      const checked = readYaml(text, { file, schema: feedListSchema })
      if ('problems' in checked) throw new Error(checked.problems[0]!.message)
      return [file, checked.value]
    }),
  )
}

const saying = ({ line, outcome, message }: ImportLine) => `${line} ${outcome}: ${message}`

describe('our own export', () => {
  test('comes back with every field, in the same files', () => {
    const back = held(imported(toOpml(committed)))
    expect(back).toEqual(
      Object.fromEntries(committed.map(({ file, group, entries }) => [file, { group, feeds: entries }])),
    )
  })

  test('has the same bytes in whatever order the files are read, and after a round', () => {
    const opml = toOpml(committed)
    expect(toOpml(committed.toReversed())).toBe(opml)
    const back = Object.entries(held(imported(opml))).map(([file, { group, feeds }]) => ({
      ...{ file, group, entries: feeds },
      ...{ path: file, text: '', lineOf: () => 1 },
    }))
    expect(toOpml(back)).toBe(opml)
  })

  test('brings nothing when it is imported where it came from', () => {
    const plan = imported(toOpml(committed), committed)
    expect(plan.files).toEqual([])
    expect(plan.lines).toHaveLength(committed.flatMap(({ entries }) => entries).length)
    expect(
      plan.lines.every(({ message }) => /^is followed already, at feeds\/[a-z-]+\.yaml:\d+$/.test(message)),
    ).toBe(true)
  })

  test('loses nothing of any entry, whatever its words', () => {
    const words = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
    const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
    const entry = fc.record({
      id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,9}$/),
      title: fc.oneof(
        words,
        fc.constantFrom(
          ' a ',
          'a  b',
          'so\u00adft',
          'a\nb',
          '&amp;',
          '<!-- a -->',
          '"q"',
          '[1]',
          '&copy',
          'AT&T; x',
          "'",
        ),
      ),
      url: fc.webUrl({ withQueryParameters: true, withFragments: true }),
      site: fc.webUrl(),
      publisher: some(words),
      kind: fc.constantFrom(...feedKinds),
      language: some(fc.constantFrom('en', 'pt-BR', 'zh-Hant')),
      official: fc.boolean(),
      textUse: fc.constantFrom(...textUses),
      every: some(fc.constantFrom('30m', '6h')),
      keep: fc.array(
        words.filter((text) => text.trim() !== '' && !text.trim().startsWith('/')),
        { maxLength: 3 },
      ),
      block: fc.constantFrom([], ['/a "b" & <c>/i', 'd, e']),
      maxAgeDays: some(fc.integer({ min: 1, max: 400 })),
      reason: fc.oneof(words, fc.constantFrom('true', '[', '"')),
      enabled: fc.boolean(),
    })
    fc.assert(
      fc.property(
        entry,
        words.filter((text) => text.trim() !== ''),
        (raw, group) => {
          const checked = feedListSchema.parse({ group: 'A', feeds: [JSON.parse(JSON.stringify(raw))] })
          const file = {
            path: '',
            file: 'feeds/a.yaml',
            text: '',
            group,
            entries: checked.feeds,
            lineOf: () => 1,
          }
          expect(held(imported(toOpml([file])))['feeds/a.yaml']?.feeds).toEqual(checked.feeds)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

const others = `<?xml version="1.0" encoding="UTF-8"?>
<!-- <outline xmlUrl="https://never.example/feed"/> -->
<OPML version="1.0"><head><title>Mine</title></head><body>
  <outline text="Reading">
    <outline text="Research">
      <outline type="rss" text="Salt Marsh &amp; Co" xmlUrl="https://salt.example/feed"
        htmlUrl="https://salt.example/blog" language="en-GB"/>
      <outline type="rss" title="Salt again" text="x" xmlUrl="http://www.salt.example/feed/?utm_source=opml"/>
    </outline>
    <outline text="Gardening"><outline text="Tulips" XMLURL="https://tulips.example/rss"/></outline>
  </outline>
  <outline text="A link" type="link" url="https://salt.example/"/>
  <outline text="A file" xmlUrl="file:///etc/passwd"/>
  <outline text="Simon" xmlUrl="https://simonwillison.net/atom/everything/"/>
  <outline text="Loose" xmlUrl="https://loose.example/feed"/>
  <outline text="海辺" xmlUrl="https://www.umibe.example/feed"/>
</body></OPML>`

describe('another reader’s export', () => {
  test('is told line by line; folders that are groups are found', () => {
    const plan = imported(others, committed)
    const simon = committed[0]!.text.split('\n').indexOf('  - id: simon-willison') + 1
    expect(plan.lines.map(saying)).toEqual([
      expect.stringMatching(/^6 refused: has no kind\. Say with --kind what sort/),
      expect.stringMatching(/^8 refused: has no kind/),
      expect.stringMatching(/^10 refused: has no kind/),
      '12 noFeed: is no feed: it has no xmlUrl',
      '13 noFeed: is no feed: its xmlUrl is not an http(s) address',
      `14 known: is followed already, at feeds/community.yaml:${simon}`,
      expect.stringMatching(/^15 refused: stands in no folder\. Say with --group where it belongs/),
      expect.stringMatching(/^16 refused: stands in no folder/),
    ])
    expect(plan.files).toEqual([])
  })

  test('goes into groups that are there and new ones, once a kind is said', () => {
    const plan = imported(others, committed, { kind: 'research' })
    expect(plan.lines.filter(({ outcome }) => outcome === 'added').map(saying)).toEqual([
      '6 added: goes to feeds/research.yaml as salt-marsh-co',
      '10 added: goes to feeds/gardening.yaml as tulips',
      '15 added: goes to feeds/research.yaml as loose',
      '16 added: goes to feeds/research.yaml as umibe-example',
    ])
    expect(plan.lines[1]!.message).toBe('stands on line 6 already')
    const files = held(plan)
    expect(files['feeds/research.yaml']!.feeds.find(({ id }) => id === 'salt-marsh-co')).toMatchObject({
      title: 'Salt Marsh & Co',
      site: 'https://salt.example/blog',
      language: 'en',
      textUse: 'excerpt',
    })
    expect(files['feeds/gardening.yaml']).toMatchObject({
      group: 'Gardening',
      feeds: [{ id: 'tulips', site: 'https://tulips.example/' }],
    })
    expect(plan.files.find(({ isNew }) => isNew)!.text).toBe(
      '# yaml-language-server: $schema=./feeds.schema.json\ngroup: Gardening\nfeeds:\n' +
        '  - id: tulips\n    title: Tulips\n    url: https://tulips.example/rss\n    site: https://tulips.example/\n    kind: research\n    textUse: excerpt\n',
    )
  })

  test('keeps the lines of the files it goes into', () => {
    const plan = imported(others, committed, { kind: 'research', group: 'research' })
    const research = committed.find(({ file }) => file.endsWith('research.yaml'))!
    const [after] = plan.files
    const left = after!.text.split('\n')
    for (const line of research.text.split('\n')) {
      const at = left.indexOf(line)
      expect(at, line).toBeGreaterThanOrEqual(0)
      left.splice(0, at + 1)
    }
    const order = [...after!.text.matchAll(/^ {2}- id: (.*)$/gm)].map((match) => match[1]!)
    expect(order).toEqual([...order].sort())
  })

  test('gives ids that are free', () => {
    const two =
      '<opml><body><outline text="Same" xmlUrl="https://a.example/1"/><outline text="Same" xmlUrl="https://a.example/2"/></body></opml>'
    expect(imported(two, committed, { kind: 'research' }).lines.map(({ id }) => id)).toEqual([
      'same',
      'same-2',
    ])
  })

  test.each(['', 'no OPML', '<rss version="2.0"><channel/></rss>', '<opml><body'])(
    'that is none (%s) is refused',
    (text) => {
      const outlines = fromOpml(text, 'a.opml')
      expect(outlines.kind === 'refused' ? outlines.message : outlines.feeds).toSatisfy((said) =>
        typeof said === 'string' ? said.startsWith('a.opml is no OPML') : said.length === 0,
      )
    },
  )
})

describe('freehold feeds', () => {
  let at: Awaited<ReturnType<typeof curatingCheckout>>
  beforeAll(async () => {
    at = await curatingCheckout()
  })
  afterAll(() => at.remove())

  test('export and import carry the lists to an empty folder', async () => {
    const exported = await at.feeds(['export', '--opml'])
    expect(exported).toMatchObject({ code: 0, stderr: '' })
    writeFileSync(join(at.dir, 'ours.opml'), exported.stdout)
    const empty = join(at.dir, 'empty')
    mkdirSync(empty)
    const done = await at.feeds(['import', join(at.dir, 'ours.opml')], { FEEDS_DIR: empty })
    expect(done).toMatchObject({ code: 0, stderr: '' })
    const own = JSON.parse((await at.feeds(['list', '--json'])).stdout)
    const carried = JSON.parse((await at.feeds(['list', '--json'], { FEEDS_DIR: empty })).stdout)
    expect(carried).toEqual(own)
    expect(readdirSync(empty).sort()).toEqual(
      readdirSync(join(at.dir, 'feeds'))
        .filter((name) => name.endsWith('.yaml'))
        .sort(),
    )
  })

  test('import fetches nothing, unless it is to check', async () => {
    at.server.set('/feed.xml', labFeed('Harbour Lab', 'https://harbour-lab.example/'))
    at.server.set('/page', {
      headers: { 'content-type': 'text/html' },
      body: '<html><body>Hello</body></html>',
    })
    const { origin } = at.server
    const opml = join(at.dir, 'two.opml')
    writeFileSync(
      opml,
      `<opml version="2.0"><body>\n<outline text="One" xmlUrl="${origin}/feed.xml"/>\n<outline text="Two" xmlUrl="${origin}/page"/>\n</body></opml>`,
    )
    const before = at.list('research.yaml')
    const dry = await at.feeds(['import', opml, '--kind', 'research', '--dry-run', '--json'])
    expect(JSON.parse(dry.stdout)).toMatchObject({
      added: 2,
      written: false,
      files: [{ file: 'feeds/research.yaml', isNew: false }],
    })
    expect(at.server.requests).toEqual([])
    expect(at.list('research.yaml')).toBe(before)
    const checked = await at.feeds(['import', opml, '--kind', 'research', '--check'])
    expect(checked.code).toBe(0)
    expect(checked.stdout).toContain(`${opml}:2: ${origin}/feed.xml goes to feeds/research.yaml as one.\n`)
    expect(checked.stdout).toMatch(/two\.opml:3: http\S+\/page is left out: .*a web page, not a feed/)
    expect(checked.stdout).toMatch(/\n1 of 2 was added; 1 no feeds\.\n$/)
    expect(readFileSync(join(at.dir, 'feeds', 'research.yaml'), 'utf8')).toContain(
      `url: ${origin}/feed.xml\n`,
    )
    expect(readFileSync(join(at.dir, 'feeds', 'research.yaml'), 'utf8')).toMatch(
      /\/feed\.xml\n(?: {4}.*\n)* {4}language: en\n/,
    )
    expect((await at.feeds(['check'])).code).toBe(0)
  })

  test('import --check says of a feed that is gone no more than that', async () => {
    at.server.set('/gone.xml', { status: 410, body: 'Gone.' })
    const opml = join(at.dir, 'gone.opml')
    writeFileSync(opml, `<opml><body><outline text="G" xmlUrl="${at.server.origin}/gone.xml"/></body></opml>`)
    const { stdout } = await at.feeds(['import', opml, '--kind', 'research', '--check', '--dry-run'])
    expect(stdout).toContain('/gone.xml is left out: 127.0.0.1 says it is gone for good (410).\n')
  })

  test('import says what is missing, and of a file that is not there', async () => {
    writeFileSync(
      join(at.dir, 'loose.opml'),
      '<opml><body><outline text="A" xmlUrl="https://a.example/"/></body></opml>',
    )
    const loose = await at.feeds(['import', join(at.dir, 'loose.opml')])
    expect(loose.code).toBe(1)
    expect(loose.stdout).toMatch(
      /loose\.opml:1: https:\/\/a\.example\/ stands in no folder\. Say with --group/,
    )
    const none = await at.feeds(['import', 'nowhere.opml'])
    expect(none).toMatchObject({ code: 1, stderr: "freehold: nowhere.opml can't be read (ENOENT).\n" })
  })
})
