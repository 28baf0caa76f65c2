import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Direction, LabelledItem, Page } from '../../src/model/index.ts'
import { createRenderer } from '../../src/render/index.ts'
import { hostile, hostileDigest, ideas, quietDigest, richDigest, twelveWeeks } from '../fixtures/digests.ts'
import { elements, harms, renderer, site, templatesDir, titles } from './reading.ts'

const concept: Page = {
  id: 'open-source-ai',
  title: 'Open-Source AI',
  aliases: [],
  related: ['renewal'],
  idea: null,
  markdown: [
    '# Open-Source AI',
    '',
    'Open models are *cheap space*, see [renewal](renewal.md#what-it-claims) and [below](#key-ideas).',
    '',
    '## Key ideas',
    '',
    '### Renewal is not automatic!',
    '',
    '## Key ideas',
    '',
    '<script>alert(1)</script> [bad](javascript:alert(1)) ![pixel](https://evil.example/p.gif) [out](https://ok.example/)',
  ].join('\n'),
  file: 'wiki/open-source-ai.md',
}
const renewal: Page = {
  ...concept,
  id: 'renewal',
  title: 'Renewal is not automatic',
  related: ['open-source-ai'],
  idea: ideas[0]!,
  markdown: '## What it claims\n\nA city makes its old buildings without trying.',
  file: 'wiki/renewal.md',
}
const wiki = [concept, renewal]

const items: (LabelledItem & { feedTitle: string })[] = Object.values(hostile).map((text, index) => ({
  id: `i${index}`,
  feed: 'evil',
  feedTitle: text,
  title: text,
  summary: text,
  content: text,
  url: index % 2 ? 'javascript:alert(1)' : 'https://evil.example/"onclick="x',
  canonicalUrl: null,
  kind: 'press',
  language: 'en',
  publishedAt: null,
  firstSeenAt: Date.UTC(2026, 10, 18),
  baseline: false,
  labels: [{ idea: 'renewal', direction: 'closes', score: 0.8, evidence: text, by: 'maintainer' }],
}))

const summary = {
  number: 12,
  since: richDigest.since,
  until: richDigest.until,
  stories: 13,
  opens: 6,
  closes: 4,
  mixed: 3,
  headline: hostile.script,
}
const counts = { feeds: 64, items: 18_342, labelled: 1, digests: 1 }

const pages: [string, string][] = [
  ['home', renderer.homePage({ latest: richDigest, ideas, counts })],
  ['home before the first issue', renderer.homePage({ latest: null, ideas, counts })],
  ['home in a quiet week', renderer.homePage({ latest: quietDigest, ideas, counts })],
  ['home with hostile text', renderer.homePage({ latest: hostileDigest, ideas, counts })],
  ['digests', renderer.digestsPage([summary, { ...summary, number: 11, stories: 0 }])],
  ['no digests', renderer.digestsPage([])],
  ['digest', renderer.digestPage(richDigest)],
  ['quiet digest', renderer.digestPage(quietDigest)],
  ['hostile digest', renderer.digestPage(hostileDigest)],
  ['preview', renderer.digestPage({ ...richDigest, number: null })],
  ['ideas', renderer.ideasPage(Object.fromEntries(ideas.map(({ id }) => [id, twelveWeeks(id)])))],
  ['ideas without a past', renderer.ideasPage({})],
  ['idea', renderer.ideaPage({ idea: ideas[0]!, page: renewal, items, balance: twelveWeeks('renewal') })],
  ['idea without news', renderer.ideaPage({ idea: ideas[2]!, page: null, items: [], balance: [] })],
  ['wiki', renderer.wikiIndexPage(wiki)],
  ['wiki page', renderer.wikiPage(concept, wiki)],
  ['not found', renderer.notFoundPage()],
  ['error', renderer.errorPage()],
]
const page = Object.fromEntries(pages)

describe.each(pages)('the page “%s”', (name, html) => {
  const all = elements(html)

  test('can be read by everyone', () => {
    expect(html).toMatch(/^<!DOCTYPE html>\n<html lang="en"/)
    expect(all.filter(({ name }) => name === 'title')[0]!.text).toMatch(/Freehold/)
    expect(all.filter(({ name }) => name === 'h1')).toHaveLength(1)
    expect(all.filter(({ name }) => name === 'main').map(({ attribs }) => attribs.id)).toEqual(['content'])
    expect(all.find(({ name }) => name === 'a')!.attribs.href).toBe('#content')
    const levels = all.filter(({ name }) => /^h\d$/.test(name)).map(({ name }) => Number(name[1]))
    expect(levels.filter((level, index) => index > 0 && level - levels[index - 1]! > 1)).toEqual([])
  })

  test('has every id once, and no link to an id that is not there', () => {
    const ids = all.flatMap(({ attribs }) => attribs.id ?? [])
    expect(ids).toEqual([...new Set(ids)])
    const within = all.flatMap(({ attribs }) => /^#(.+)/.exec(attribs.href ?? '')?.[1] ?? [])
    expect(within.filter((id) => !ids.includes(id))).toEqual([])
    const labels = all.flatMap(({ attribs }) => attribs['aria-labelledby'] ?? [])
    expect(labels.filter((id) => !ids.includes(id))).toEqual([])
  })

  test('holds no harm, no script and no style of its own', () => {
    // The front page has a form of its own.
    expect(harms(html).filter((harm) => harm !== '<form>')).toEqual([])
    const forms = all.filter(({ name }) => name === 'form').map(({ attribs }) => attribs.action)
    expect(forms).toEqual(name.startsWith('home') ? ['/subscribe'] : [])
    expect(all.filter(({ name, attribs }) => name === 'style' || attribs.style !== undefined)).toEqual([])
  })

  test('shows no direction by colour alone', () => {
    const words = { opens: /▲ opens?$/, closes: /▼ closes?$/, mixed: /◆ contested$/ }
    const told = all.filter(({ attribs }) => attribs.class?.startsWith('direction '))
    for (const { attribs, text } of told) {
      expect(text).toMatch(words[attribs.class!.slice('direction '.length) as keyof typeof words])
    }
    for (const { attribs } of all.filter(({ name }) => name === 'svg')) {
      if (attribs.role === 'img')
        expect(attribs['aria-label']).toMatch(/weeks: \d+ opens?, \d+ closes?, \d+ contested/)
    }
  })
})

describe('an issue on the web', () => {
  test('tells when each story was published, and where', () => {
    const times = elements(page.digest!).filter(({ name }) => name === 'time')
    expect(times.map(({ attribs }) => attribs.datetime)).toContain('2026-11-19T15:20:00.000Z')
    expect(page.digest).toContain('Ars Technica')
  })

  test('links each lead sentence to the story it rests on', () => {
    const links = elements(page.digest!).filter(({ attribs }) => attribs.class === 'to')
    expect(links.map(({ attribs }) => attribs.href)).toEqual(['/digests/12#story-a1'])
    expect(page.digest).toContain('id="story-a1"')
  })

  test('says that a preview is one', () => {
    expect(page.preview).toContain('A preview. Nothing of it has been sent.')
    expect(page.digest).not.toContain('A preview.')
  })

  test('says that a week was quiet', () => {
    expect(page['quiet digest']).toContain('A quiet week.')
    expect(page['quiet digest']).toContain('None of the 412 items read bore on the five key ideas.')
    expect(page['quiet digest']).not.toContain('class="story"')
  })
})

describe('the corrections of an issue', () => {
  const html = renderer.digestPage(richDigest, [
    { at: '2026-12-03T09:30:00.000Z', note: 'OLMo 4 has 34 billion parameters, not 32.' },
    { at: '2026-12-10T09:30:00.000Z', note: `${hostile.script} ${hostile.bidi}` },
  ])

  test('stand under its heading, each with its date, the first first', () => {
    const notes = elements(html).filter(({ attribs }) => attribs.class === 'correction')
    expect(notes.map(({ text }) => text.slice(0, 62))).toEqual([
      'Corrected on 3 December 2026: OLMo 4 has 34 billion parameters',
      'Corrected on 10 December 2026: <script>alert(1)</script> userg',
    ])
    expect(html.indexOf('Corrected on')).toBeGreaterThan(html.indexOf('</h1>'))
    expect(html.indexOf('Corrected on')).toBeLessThan(html.indexOf('The Allen Institute released'))
  })

  test('hold no harm', () => {
    expect(harms(html)).toEqual([])
  })

  test('are not spoken of where there are none', () => {
    expect(page.digest).not.toContain('Corrected')
  })
})

describe('the issues before and after one', () => {
  const links = (html: string) =>
    elements(html)
      .filter(({ attribs }) => /\/digests(\/\d+)?$/.test(attribs.href ?? '') && attribs.rel !== 'canonical')
      .map(({ attribs, text }) => [attribs.href, text])
      .slice(-3)

  test('are linked to at its foot', () => {
    expect(links(renderer.digestPage(richDigest, [], { previous: 11, next: 13 }))).toEqual([
      ['/digests/11', '← Freehold 11'],
      ['/digests', 'All issues'],
      ['/digests/13', 'Freehold 13 →'],
    ])
  })

  test('are left out where there are none', () => {
    const last = links(renderer.digestPage(richDigest, [], { previous: 11, next: null }))
    expect(last.slice(-2)).toEqual([
      ['/digests/11', '← Freehold 11'],
      ['/digests', 'All issues'],
    ])
    expect(page.digest).not.toContain('rel="prev"')
  })
})

describe('the wiki beside an issue', () => {
  test('is linked to the heading of the debate', () => {
    const debates: Page = {
      ...concept,
      id: 'debates',
      markdown: `### ${richDigest.debate!.axis}\n\n**One.** A.\n\n**Two.** B.`,
    }
    const link = elements(page.digest!).find(({ text }) => text === 'From the wiki')!.attribs.href!
    const [path, anchor] = link.split('#')
    expect(path).toBe('/wiki/debates')
    const ids = elements(renderer.wikiPage(debates, [debates])).map(({ attribs }) => attribs.id)
    expect(ids).toContain(anchor)
  })

  test('is told even when the story it was chosen for is not in the issue', () => {
    const gone = { ...richDigest, concept: { ...richDigest.concept!, story: 'gone' } }
    const html = renderer.digestPage(gone)
    expect(html).toContain('Concept of the week: Zoning codes')
    expect(html).not.toContain('Chosen for “OLMo')
  })
})

describe('what the marks mean', () => {
  test.each(['home', 'digests', 'digest', 'ideas', 'idea'])('stands before the first of them: %s', (name) => {
    const { text } = elements(page[name]!).find(({ name }) => name === 'main')!
    expect(text.search(/[▲▼◆]/)).toBe(text.indexOf('▲ opens: more cheap space'))
    expect(text).toContain('contested: both, or not settled yet')
  })
})

describe('the front page', () => {
  test('has the first story of each idea, none twice', () => {
    const main = page.home!.slice(0, page.home!.indexOf('id="ideas"'))
    const told = titles.html(main)
    expect(told).toHaveLength(5)
    expect(new Set(told).size).toBe(5)
  })
})

describe('an idea’s page', () => {
  test('has one row for each week, newest first', () => {
    const rows = elements(page.idea!).filter(({ name, attribs }) => name === 'th' && attribs.scope === 'row')
    expect(rows).toHaveLength(12)
    expect(rows[0]!.text).toBe('16 November 2026')
  })

  test('says in each row how many stories opened, closed and were contested', () => {
    const all = elements(page.idea!)
    const heads = all.filter(({ name, attribs }) => name === 'th' && attribs.scope === 'col')
    expect(heads.map(({ text }) => text)).toEqual(['From', '▲ opens', '▼ closes', '◆ contested'])
    const { opens, closes, mixed } = twelveWeeks('renewal').at(0)!
    const cells = all.filter(({ name }) => name === 'td').map(({ text }) => Number(text))
    expect(cells).toHaveLength(36)
    expect(cells.slice(-3)).toEqual([opens, closes, mixed])
  })

  test('has its news by months, each with its balance, in the order it comes in', () => {
    const dated = (day: string, direction: Direction): (typeof items)[number] => ({
      ...items[0]!,
      id: day,
      title: day,
      publishedAt: Date.parse(`${day}T12:00:00.000Z`),
      labels: [{ idea: 'renewal', direction, score: 0.8, evidence: '', by: 'model:a' }],
    })
    const news = [
      dated('2026-11-18', 'opens'),
      dated('2026-11-01', 'closes'),
      dated('2026-10-31', 'opens'),
      dated('2025-11-30', 'mixed'),
    ]
    const html = renderer.ideaPage({ idea: ideas[0]!, page: null, items: news, balance: [] })
    const heads = elements(html).filter(({ name }) => name === 'h3' || name === 'h4')
    expect(heads.map(({ text }) => text)).toEqual(
      ['November 2026', '2026-11-18', '2026-11-01', 'October 2026', '2026-10-31', 'November 2025', '2025-11-30'], // biome-ignore format: short
    )
    const tallies = elements(html).filter(({ attribs }) => attribs.class === 'heading')
    expect(tallies.map(({ text }) => text.replace(/^\w+ \d+ /, ''))).toEqual([
      '1 opens, 1 closes',
      '1 opens',
      '1 contested',
    ])
  })

  test('stays below 50 KB with its styles, however much there is, and keeps the latest', () => {
    const much = Array.from({ length: 50 }, (_, index) => ({
      ...items[0]!,
      id: `much-${index}`,
      title: `${index} ${'word '.repeat(80)}`,
      url: `https://news.example/${'a'.repeat(500)}`,
      labels: [{ ...items[0]!.labels[0]!, evidence: `“${'b '.repeat(400)}”` }],
    }))
    const idea = { idea: ideas[0]!, page: null, balance: twelveWeeks('renewal') }
    const html = renderer.ideaPage({ ...idea, items: much })
    expect(Buffer.byteLength(html) + statSync(join(templatesDir, 'freehold.css')).size).toBeLessThan(50_000)
    const kept = elements(html)
      .filter(({ name }) => name === 'h4')
      .map(({ text }) => Number.parseInt(text, 10))
    expect(kept.length).toBeGreaterThan(9)
    expect(kept).toEqual(kept.map((_, index) => index))
    const more = renderer.ideaPage({ ...idea, items: much.slice(0, kept.length + 1) })
    expect(more).toBe(html)
  })

  test('leaves out items that do not bear on it', () => {
    const html = renderer.ideaPage({ idea: ideas[1]!, page: null, items, balance: [] })
    expect(html).toContain('Nothing has been filed here yet.')
  })

  test('says which labels a person gave', () => {
    expect(page.idea).toContain('judged by a person')
  })
})

describe('a wiki page', () => {
  const all = elements(page['wiki page']!)

  test('has its title once, as its first heading', () => {
    expect(all.filter(({ text, name }) => /^h\d$/.test(name) && text === 'Open-Source AI')).toHaveLength(1)
  })

  test('gives headings the ids GitHub gives them', () => {
    const ids = all.filter(({ name }) => name === 'h2' || name === 'h3').map(({ attribs }) => attribs.id)
    expect(ids).toEqual(expect.arrayContaining(['key-ideas', 'renewal-is-not-automatic', 'key-ideas-1']))
  })

  test('links to other pages of the wiki where they stand on the web', () => {
    const hrefs = all.flatMap(({ attribs }) => attribs.href ?? [])
    expect(hrefs).toEqual(
      expect.arrayContaining(['/wiki/renewal#what-it-claims', '#key-ideas', 'https://ok.example/']),
    )
  })

  test('shows raw HTML as text, no images, and no bad links', () => {
    expect(page['wiki page']).toContain('&lt;script&gt;')
    expect(all.some(({ name, text }) => name === 'a' && text === 'bad')).toBe(false)
    expect(all.some(({ name }) => name === 'img')).toBe(false)
  })
})

describe.each(pages)('around the page “%s”', (_, html) => {
  test('stand the ways to subscribe, to what is kept and to the feed', () => {
    const foot = html.slice(html.indexOf('<footer'))
    const links = elements(foot)
      .filter(({ name }) => name === 'a')
      .map(({ attribs, text }) => [text, attribs.href])
    expect(links.slice(0, 3)).toEqual([
      ['Subscribe', '/subscribe'],
      ['Privacy', '/privacy'],
      ['RSS', '/feeds/digests.rss'],
    ])
    expect(elements(html).filter(({ attribs, text }) => attribs.href === '/subscribe' && text === 'Subscribe')).toHaveLength(2) // biome-ignore format: short
  })
})

test.each(['home', 'digests', 'digest', 'ideas', 'idea', 'wiki', 'wiki page', 'not found'])(
  'the page “%s” stays below 50 KB with its styles',
  (name) => {
    const styles = statSync(join(templatesDir, 'freehold.css')).size
    expect(Buffer.byteLength(page[name]!) + styles).toBeLessThan(50_000)
  },
)

test('links stay under the path the pages are published at', () => {
  const below = createRenderer({ templatesDir, publicUrl: `${site}/freehold/`, ideas })
  for (const html of [below.digestPage(richDigest), below.homePage({ latest: richDigest, ideas, counts })]) {
    const own = elements(html).flatMap(({ attribs }) => /^\/.*/.exec(attribs.href ?? '')?.[0] ?? [])
    expect(own.length).toBeGreaterThan(10)
    expect(own.filter((href) => !href.startsWith('/freehold/'))).toEqual([])
  }
})
