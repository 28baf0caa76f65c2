import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { unpolled } from '../../src/model/index.ts'
import { newItem } from '../store/samples.ts'
import { checkingCheckout, type ListEntry, rss } from './checking.ts'

const day = 86_400_000
const today = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
}).format(Date.now())

interface Found {
  kind: string
  feed: string
  file: string
  line: number
  severity: string
  message: string
  edit: string | null
}

const german = (i: number) => ({
  title: `Das Labor am Hafen veröffentlicht seinen Bericht Nummer ${i} über offene Modelle`,
  text: `Der Bericht ${i} sagt in einfachen Worten, wofür die Gewichte eines Modells verwendet werden dürfen und von wem.`,
})

/** One feed of each fault, each on a host of its own, and what must be found. */
describe('freehold feeds check --online', () => {
  let at: Awaited<ReturnType<typeof checkingCheckout>>
  let entries: ListEntry[]
  let report: { looked: number; findings: Found[]; notJudged: string[]; errors: number; warnings: number }
  let before: string

  beforeAll(async () => {
    at = await checkingCheckout()
    const { server, host } = at
    const site = (name: string) => `https://${name}.example`
    let n = 0
    entries = []
    /** A feed at a path of its own; its site is its host. */
    const put = (
      id: string,
      answer?: Parameters<typeof server.set>[1],
      more: string[] = [],
      url?: string,
    ) => {
      n += 1
      if (answer !== undefined) server.set(`/${id}`, answer)
      entries.push({ id, url: url ?? `${host(n)}/${id}`, site: `${host(n)}/`, more })
    }
    put('well', rss({ title: 'Well', site: site('well') }))
    server.set('/real.xml', rss({ title: 'Page', site: site('page') }))
    put(
      'page',
      '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/real.xml"></head></html>',
    )
    put('empty', rss({ title: 'Empty', items: 0 }))
    const bare = (i: number) => ({ title: `Release ${i} of the model is out for everybody`, text: '' })
    put('titles', rss({ title: 'Titles', site: site('titles'), words: bare }), ['textUse: excerpt'])
    put('few', rss({ title: 'Few', site: site('few'), items: 2 }), ['every: 6h'])
    put('frozen', rss({ title: 'Frozen', site: site('frozen'), age: 365 * day }))
    put('undated', rss({ title: 'Undated', site: site('undated'), dated: false }))
    put('moved', { status: 301, headers: { location: '/moved-on' } })
    server.set('/moved-on', rss({ title: 'Moved', site: site('moved') }))
    put('gone', { status: 410 })
    put('missing')
    put('wall', { status: 403, body: '<html><title>Just a moment...</title></html>' })
    put('closed', { status: 403 })
    put('tls', undefined, [], `https://127.0.1.13:${at.port}/tls`)
    put('twin', rss({ title: 'Twin', site: site('well') }), ['official: false'])
    put('german', rss({ title: 'German', language: 'de', site: site('german'), words: german }), [
      'language: en',
    ])
    put('renamed', rss({ title: 'Sunny Bicycles Quarterly', site: site('renamed') }))
    put('alias', { status: 302, headers: { location: `${host(1)}/well` } })
    put('strict', rss({ title: 'Strict', site: site('strict') }), ["keep: ['no such word']"])
    put('barren', rss({ title: 'Barren', site: site('barren') }))
    put('busy', { status: 429 }, ['every: 2h'])
    put('sick', { status: 500 })
    put('refused', undefined, [], 'http://127.0.1.22:1/refused')
    put('xml', '<?xml version="1.0"?><catalogue><book/></catalogue>')
    put('resting', { status: 503, headers: { 'retry-after': '3600' } })
    put('bare', rss({ title: 'Bare', items: 0 }))
    put('vanished', { status: 410 })
    put('off', rss(), ['enabled: false', 'reason: for now'])
    at.list(entries)
    before = at.text()
    mkdirSync(join(at.dir, 'data'), { recursive: true })
    await at.inStore(async (store) => {
      const urlOf = (id: string) => entries.find((one) => one.id === id)!.url
      const known = (id: string) => ({
        ...unpolled(id, urlOf(id)),
        firstPolledAt: Date.now() - 200 * day,
        lastPolledAt: Date.now(),
        lastSuccessAt: Date.now(),
      })
      await store.feedStates.save({ ...known('moved'), movedTo: `${host(8)}/moved-on`, movedTimes: 5 })
      await store.feedStates.save({ ...known('sick'), failures: 40, failingSince: Date.now() - 20 * day })
      await store.feedStates.save({
        ...known('gone'),
        goneTimes: 2,
        failures: 2,
        failingSince: Date.now() - 2 * day,
      })
      await store.feedStates.save(known('empty'))
      const items = Array.from({ length: 12 }, (_, i) =>
        newItem(i, {
          feed: 'barren',
          firstSeenAt: Date.now() - i * day,
          title: `Tulips and lunch, part ${i}`,
        }),
      )
      await store.items.absorb(items, known('barren'), Date.now())
    })
    const { code, stdout, stderr } = await at.check(['--online', '--json'])
    expect(stderr).toBe('')
    expect(code).toBe(1)
    report = JSON.parse(stdout)
  }, 120_000)
  afterAll(() => at.remove())

  /** What was found of a feed, but for plain http, which all of these are. */
  const of = (id: string) => report.findings.filter(({ feed, kind }) => feed === id && kind !== 'http')
  const lineOf = (id: string, field: string) => {
    const lines = before.split('\n')
    const first = lines.indexOf(`  - id: ${id}`)
    return lines.findIndex((line, i) => i >= first && line.trim().startsWith(`${field}:`)) + 1
  }
  const changed = (hunk: string | null) =>
    (hunk ?? '')
      .split('\n')
      .filter((line) => /^[+-] /.test(line))
      .map((line) => line.replace(/ +/, ' '))

  test('finds nothing wrong with a feed that is well, and leaves one alone that is switched off', () => {
    expect(of('well')).toEqual([])
    expect(of('off')).toEqual([])
    expect(at.server.requests.some(({ path }) => path === '/off')).toBe(false)
    expect(report.looked).toBe(entries.length - 1)
  })

  test.each<[string, string, string, string, RegExp, string[]]>([
    [
      'page',
      'notAFeed',
      'error',
      'url',
      /web page, not a feed; its site has a feed at http:\/\/127\.0\.1\.2:\d+\/real\.xml\.$/,
      ['- url: HOST2/page', '+ url: HOST2/real.xml'],
    ],
    [
      'empty',
      'empty',
      'warning',
      'url',
      /^It answers, but holds no items, as it has since .*\.$/,
      ['+ enabled: false', `+ reason: It held no items on ${today}.`],
    ],
    ['bare', 'empty', 'note', 'url', /^It answers, but holds no items at this look\.$/, []],
    [
      'vanished',
      'gone',
      'error',
      'url',
      /answered 410/,
      ['+ enabled: false', `+ reason: It answered 410 on ${today}.`],
    ],
    [
      'titles',
      'thin',
      'warning',
      'textUse',
      /hardly any text \(8 of 8 items\)/,
      ['- textUse: excerpt', '+ textUse: link'],
    ],
    ['few', 'thin', 'note', 'every', /only 2 items/, ['- every: 6h', '+ every: 1h']],
    [
      'frozen',
      'stale',
      'warning',
      'url',
      /nothing new has come since .*, though it used to bring something every 2 days\.$/,
      ['+ enabled: false', '+ reason: Nothing new has come since'],
    ],
    ['undated', 'undated', 'note', 'url', /^None of its items has a date/, []],
    [
      'moved',
      'moved',
      'warning',
      'url',
      /^It is redirected for good to .*\/moved-on, as it was at the last 5 polls\.$/,
      ['- url: HOST8/moved', '+ url: HOST8/moved-on'],
    ],
    [
      'gone',
      'gone',
      'error',
      'url',
      /answered 410/,
      ['- - id: gone', '- title: gone', '- url: HOST9/gone', '- site: HOST9/', '- kind: lab'],
    ],
    [
      'missing',
      'notFound',
      'error',
      'url',
      /answered 404/,
      ['+ enabled: false', `+ reason: It answered 404 on ${today}.`],
    ],
    ['wall', 'challenge', 'warning', 'url', /bot challenge of Cloudflare/, []],
    ['closed', 'forbidden', 'warning', 'url', /answered 403.*it may let other machines in\.$/, []],
    ['tls', 'tls', 'warning', 'url', /127\.0\.1\.13/, []],
    [
      'twin',
      'disguise',
      'warning',
      'url',
      /^It holds the same items as well, at feeds\/a\.yaml:3\.$/,
      [
        '- - id: twin',
        '- title: twin',
        '- url: HOST14/twin',
        '- site: HOST14/',
        '- kind: lab',
        '- official: false',
      ],
    ],
    [
      'alias',
      'disguise',
      'warning',
      'url',
      /^It leads to the same address as well, at feeds\/a\.yaml:3\.$/,
      ['- - id: alias', '- title: alias', '- url: HOST17/alias', '- site: HOST17/', '- kind: lab'],
    ],
    [
      'german',
      'language',
      'warning',
      'language',
      /listed as en, but most of its items are not English, and it calls itself de/,
      ['- language: en', '+ language: de'],
    ],
    ['renamed', 'title', 'note', 'title', /calls itself “Sunny Bicycles Quarterly”/, []],
    ['strict', 'filtered', 'warning', 'keep', /`keep` let none of its 8 items through/, []],
    [
      'barren',
      'barren',
      'warning',
      'url',
      /^None of the 12 items that it brought in 90 days was given an idea\.$/,
      ['+ enabled: false', '+ reason: None of its 12 items in 90 days was given an idea.'],
    ],
    ['busy', 'rateLimited', 'note', 'url', /answered 429/, ['- every: 2h', '+ every: 4h']],
    ['resting', 'rateLimited', 'note', 'url', /answered 503/, ['+ every: 6h']],
    [
      'sick',
      'serverError',
      'error',
      'url',
      /answered 500.*it has failed since/,
      ['+ enabled: false', `+ reason: It still failed (serverError) on ${today}.`],
    ],
    ['refused', 'refused', 'warning', 'url', /refused the connection/, []],
    [
      'xml',
      'notAFeed',
      'error',
      'url',
      /XML \(<catalogue>\)/,
      ['+ enabled: false', `+ reason: It answered with something that is no feed on ${today}.`],
    ],
  ])('%s: %s, as an %s', (id, kind, severity, field, message, edit) => {
    const found = of(id)
    expect(found.map((one) => one.kind)).toEqual([kind])
    expect(found[0]).toMatchObject({ severity, file: 'feeds/a.yaml', line: lineOf(id, field) })
    expect(found[0]!.message).toMatch(message)
    const told = edit.map((line) => line.replace(/HOST(\d+)/, (_, n) => at.host(Number(n))))
    const lines = changed(found[0]!.edit)
    expect(lines).toHaveLength(told.length)
    for (const [i, line] of told.entries()) expect(lines[i]!.startsWith(line), lines[i]).toBe(true)
  })

  test('says what it could not judge', () => {
    expect(report.notJudged).toEqual([
      `${entries.length - 6} of ${entries.length - 1} feeds have not been followed for 90 days yet, so that nobody can tell whether they have brought items of any idea in 90 days.`,
    ])
  })

  test('asks each feed once, but for what may pass, which is asked once more', () => {
    const times = (id: string) => at.server.requests.filter(({ path }) => path === `/${id}`).length
    for (const id of ['titles', 'undated', 'german', 'closed', 'wall', 'busy', 'resting'])
      expect(times(id), id).toBe(1)
    expect(times('sick')).toBe(2)
  })

  test('--apply writes the edits of errors and warnings, a hunk each, and the lists stay in order', async () => {
    const { code, stdout } = await at.check(['--online', '--apply'])
    expect(code).toBe(1)
    const after = at.text()
    expect(stdout).toContain('Written: 14 entries. Look at git diff before you commit.')
    at.git('init', '-q')
    const scratch = join(at.dir, 'before.yaml')
    writeFileSync(scratch, before)
    let diff = ''
    try {
      at.git('diff', '--no-index', '-U0', scratch, join(at.feedsDir, 'a.yaml'))
    } catch (error) {
      diff = (error as { stdout: string }).stdout
    }
    expect(diff.match(/^@@ /gm)).toHaveLength(14)
    for (const id of ['gone', 'twin', 'alias']) expect(after).not.toContain(`id: ${id}\n`)
    for (const id of ['few', 'busy', 'wall', 'closed', 'well', 'bare']) {
      const block = (text: string) => text.slice(text.indexOf(`  - id: ${id}\n`)).split('\n  - ')[0]
      expect(block(after)).toBe(block(before))
    }
    const checked = await at.check(['--json'])
    expect(JSON.parse(checked.stdout)).toMatchObject({ problems: [], errors: 0 })
    expect(checked.code).toBe(0)
    const again = JSON.parse((await at.check(['--online', '--json'])).stdout) as typeof report
    const applied = [
      'page',
      'empty',
      'titles',
      'frozen',
      'moved',
      'gone',
      'vanished',
      'missing',
      'twin',
      'alias',
      'german',
      'barren',
      'sick',
      'xml',
    ]
    expect(again.findings.filter(({ feed, kind }) => applied.includes(feed) && kind !== 'http')).toEqual([])
  }, 120_000)
})
