import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isOneMoment } from '../../src/model/index.ts'
import { type Entry, type Replay, startReplay } from './replay.ts'
import { day, hour, minute } from './way.ts'

/*
 * Articles of a made-up site, and versions of its feed in which guids, links, titles, dates, texts and the order change,
 * items leave, come back and are imported. Whatever the history: each article is news at most once, an old one never,
 * and each new one that has a date exactly once.
 */

/** How a site writes its feed. */
type Guids = 'own' | 'none' | 'oneForAll'
type Links = 'own' | 'page' | 'parts' | 'home' | 'none'

interface Site {
  guids: Guids
  links: Links
  /** Whole sentences, one or two words, or the same words with another number each time. */
  titles: 'telling' | 'short' | 'numbered'
  hasText: boolean
  /** Times to the second, days, or for all items the time at which the document was made. */
  dates: 'exact' | 'days' | 'build'
  size: number
  steps: Step[]
}

interface Step {
  /** Hours since the version before. */
  after: number
  /** Days before this version at which articles that are new in it were published; null for one without a date. */
  published: (number | null)[]
  changes: { which: number; how: Change }[]
  order: 'newest' | 'oldest' | 'shuffled'
  /** A version with nothing in it. */
  empty: boolean
  /** Articles that were in the feed once and are in this version again. */
  back: number[]
  repeatFirst: boolean
}

const changes = ['guid', 'url', 'move', 'decorate', 'title', 'date', 'text'] as const
type Change = (typeof changes)[number]

const steps = fc.array(
  fc.record({
    after: fc.integer({ min: 1, max: 24 * 9 }),
    published: fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.double({ min: 0, max: 60, noNaN: true }) },
        { weight: 6, arbitrary: fc.double({ min: 0, max: 2, noNaN: true }) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
      { maxLength: 6 },
    ),
    changes: fc.array(fc.record({ which: fc.nat(30), how: fc.constantFrom(...changes) }), { maxLength: 8 }),
    order: fc.constantFrom('newest' as const, 'oldest' as const, 'shuffled' as const),
    empty: fc.integer({ min: 0, max: 11 }).map((n) => n === 0),
    back: fc.array(fc.nat(30), { maxLength: 3 }),
    repeatFirst: fc.boolean(),
  }),
  { minLength: 2, maxLength: 9 },
)

const sites = fc.record<Site>({
  guids: fc.constantFrom<Guids>('own', 'none', 'oneForAll'),
  links: fc.constantFrom<Links>('own', 'own', 'page', 'parts', 'home', 'none'),
  titles: fc.constantFrom('telling', 'short', 'numbered'),
  hasText: fc.boolean(),
  dates: fc.constantFrom('exact', 'exact', 'days', 'build'),
  size: fc.integer({ min: 3, max: 20 }),
  steps,
})

let replay: Replay
beforeAll(async () => {
  replay = await startReplay()
})
afterAll(() => replay.close())

const runs = Number(process.env.FEED_HISTORIES ?? 60)

test('each article is news once at most, an old one never, a new one exactly once', {
  timeout: 600_000,
}, async () => {
  let n = 0
  await fc.assert(
    fc.asyncProperty(sites, async (site) => {
      n += 1
      await live(site, `site-${n}`)
    }),
    { numRuns: runs },
  )
})

interface Article {
  n: number
  guid: number
  path: number
  decoration: string
  edits: number
  textEdits: number
  date: number | undefined
  isServed: boolean
}

async function live(site: Site, id: string): Promise<void> {
  const { size, steps, dates } = site
  replay.follow(id)
  const articles: Article[] = []
  const expected = new Map<number, 'once' | 'never' | 'atMostOnce'>()
  const told = new Map<number, number>()
  let isFirst = true
  for (const step of steps) {
    replay.pass(step.after * hour)
    const at = replay.now() + hour
    for (const ago of step.published) {
      // To the second, and no two of one second.
      const exact = at - Math.round(((ago ?? 0) * day) / 1000) * 1000 - articles.length * 1000
      const date = ago === null ? undefined : dates === 'days' ? exact - (exact % day) : exact
      articles.push({
        n: articles.length,
        guid: 0,
        path: 0,
        decoration: '',
        edits: 0,
        textEdits: 0,
        date,
        isServed: false,
      })
    }
    const newest = articles.toSorted((a, b) => (b.date ?? at) - (a.date ?? at) || b.n - a.n)
    const chosen = new Set(newest.slice(0, size))
    for (const which of step.back) if (articles[which]?.isServed) chosen.add(articles[which])
    const window = [...chosen]
    const changed = new Set<Article>()
    // What changes while nobody can see it is more than one change at once.
    for (const { which, how } of step.empty ? [] : step.changes) {
      const article = window[which % Math.max(1, window.length)]
      if (!article || changed.has(article)) continue
      changed.add(article)
      change(article, how, site, step.after)
    }
    if (step.order === 'oldest') window.reverse()
    if (step.order === 'shuffled') window.sort((a, b) => ((a.n * 7919) % 31) - ((b.n * 7919) % 31))
    const entries = window.map((article) => write(article, site, id, at))
    if (step.repeatFirst && entries[0]) entries.push({ ...entries[0] })
    if (step.empty) entries.length = 0
    else {
      // Ten dates of one moment in a feed nobody knows may be those of its build.
      const dated = window.flatMap(({ date }) => date ?? [])
      const mayBeBuild = isFirst && isOneMoment(dated, 10)
      for (const article of window) {
        if (article.isServed) continue
        article.isServed = true
        const limit = at - (isFirst ? 7 : 30) * day
        const isDated = article.date !== undefined && dates !== 'build' && !mayBeBuild
        expected.set(article.n, !isDated ? 'atMostOnce' : article.date! >= limit ? 'once' : 'never')
      }
    }
    await replay.version(id, entries)
    const news = await replay.way.store.items.list({ since: replay.now(), newsOnly: true })
    for (const item of news.filter(({ feed }) => feed === id)) {
      const article = Number(/\d+/.exec(item.title)?.[0])
      told.set(article, (told.get(article) ?? 0) + 1)
    }
    if (entries.length > 0) isFirst = false
  }
  const wrong = [...expected].flatMap(([n, when]) => {
    const times = told.get(n) ?? 0
    const isRight = { once: times === 1, never: times === 0, atMostOnce: times <= 1 }[when]
    return isRight ? [] : [`article ${n} was news ${times} times and should have been ${when}`]
  })
  expect(wrong).toEqual([])
}

/** A change that leaves something by which a person would know the article again. */
function change(article: Article, how: Change, { guids, links, titles, dates }: Site, n: number): void {
  const hasUrl = links === 'own' || links === 'parts'
  const hasGuid = guids === 'own'
  // By a word or two alone nobody could tell that it is the article from before, nor by a title with another date.
  const hasName =
    dates !== 'build' && (titles !== 'short' || (dates === 'exact' && article.date !== undefined))
  if (how === 'guid' && (hasUrl || hasName)) article.guid += 1
  if (how === 'url' && (hasGuid || hasName)) article.path += 1
  if (how === 'move' && hasName) {
    article.guid += 1
    article.path += 1
  }
  if (how === 'decorate') article.decoration = decorations[n % decorations.length]!
  if (how === 'title' && (hasGuid || hasUrl)) article.edits += 1
  if (how === 'date' && (hasGuid || hasUrl) && article.date !== undefined) {
    article.date += n * hour + minute
  }
  if (how === 'text') article.textEdits += 1
}

const decorations = [
  '',
  '?utm_source=rss',
  '?utm_source=x&fbclid=y',
  '#comments',
  '/',
  '?utm_medium=feed#top',
]

/** Words by which articles differ as real ones do. */
const words = (
  'harbour lantern copper willow meadow granite orchid falcon velvet marble timber coral saffron juniper pebble ' +
  'thistle ember glacier prairie lagoon cobalt maple heron quartz birch canyon tundra fjord dune reef'
).split(' ')

function write(article: Article, { guids, links, ...how }: Site, site: string, at: number): Entry {
  const { n, guid, path, decoration, edits, textEdits, date } = article
  const word = (i: number) => words[(n * 7 + i * 11 + Math.floor(n / 30) * i) % words.length]!
  const name = `${word(1)} ${word(2)} ${word(3)}`
  const first = {
    telling: `${word(0)} ${name} opens for number ${n}`,
    short: `${word(1)} ${n}`,
    numbered: `Notes on release ${n} of the harbour`,
  }[how.titles]
  const title = `${first}${edits ? `, updated ${'again '.repeat(edits - 1)}` : ''}`
  const page = `https://${site}.example`
  const own = `${page}/${path ? `v${path}/` : ''}${name.replaceAll(' ', '-')}-${n}`
  const url = {
    own: own + decoration,
    page: `${page}/changelog`,
    parts: `${page}/changelog#part-${n}-${path}`,
    home: `${page}/`,
    none: undefined,
  }[links]
  const identity = { own: `tag:${site},${n},${guid}`, none: undefined, oneForAll: `${page}/feed` }[guids]
  const text = `Number ${n} tells of ${name}, ${word(4)}, ${word(5)} and ${word(6)}; ${word(7)} ${word(8)} ${word(9)}. ${'More. '.repeat(textEdits)}`
  return {
    title,
    ...(how.hasText ? { text } : {}),
    ...(identity === undefined ? {} : { guid: identity }),
    ...(url === undefined ? {} : { url }),
    ...(date === undefined ? {} : { date: how.dates === 'build' ? at : date }),
  }
}
