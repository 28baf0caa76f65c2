import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { candidatesOf, formatOf, knownFeeds } from '../../src/feeds/index.ts'
import { createParsePool, type ParsePool } from '../../src/ingest/index.ts'
import { type FeedPreview, findFeed } from '../../src/jobs/index.ts'
import { createHttp, type Http } from '../../src/lib/http/index.ts'
import { type FeedServer, misbehaviours, startFeedServer } from '../servers/feed-server.ts'
import { curatingCheckout, labFeed } from './curating.ts'

const urlsOf = (html: string, at = 'https://lab.example/news/today.html') =>
  candidatesOf(html, at).map(({ url }) => url)

describe('the candidates of a page', () => {
  test('are what its head names, before what its links call a feed, before the usual paths', () => {
    const html = `<html><head><base href="/en/">
      <link rel="alternate" type="application/rss+xml" href="comments/feed/" title="Comments">
      <LINK TYPE='application/atom+xml; charset=utf-8' REL='alternate home' HREF='posts.atom?a=1&amp;b=2'>
      <link rel=alternate type=application/feed+json href=//cdn.example/feed.json>
      <link rel="stylesheet" type="text/css" href="feed.css">
      <link rel="alternate" hreflang="de" href="/de/">
      <link rel="alternate" type="application/json" href="https://lab.example/wp-json/wp/v2/pages/7">
      <link rel="alternate" type="application/json+oembed" href="/oembed/feed">
      <!-- <link rel="alternate" type="application/rss+xml" href="old.xml"> -->
      </head><body><a href="/about">About</a> <a href="/subscribe/rss">RSS</a> <a href="feed://lab.example/other">Feed</a>
      <a href="javascript:feed()">Feed</a> <a href="mailto:feed@lab.example">Mail</a></body></html>`
    const all = candidatesOf(html, 'https://lab.example/news/today.html')
    const at = (from: string) => all.filter((one) => one.from === from).map(({ url }) => url)
    expect(at('named')).toEqual([
      'https://lab.example/en/posts.atom?a=1&b=2',
      'https://cdn.example/feed.json',
      'https://lab.example/en/comments/feed/',
    ])
    expect(at('linked')).toEqual(['https://lab.example/subscribe/rss', 'https://lab.example/other'])
    expect(at('usual').slice(0, 3)).toEqual([
      'https://lab.example/news/feed',
      'https://lab.example/news/rss',
      'https://lab.example/news/atom.xml',
    ])
    expect(all.at(-1)!.from).toBe('usual')
    // A feed of comments comes after all that are of articles, wherever it was named.
    expect(all.findIndex(({ url }) => url.includes('comments'))).toBe(4)
  })

  test('hold the usual paths, each once, however bare the page', () => {
    const urls = urlsOf('', 'https://lab.example/')
    for (const path of ['feed', 'rss', 'atom.xml', 'index.xml', 'feed.xml', 'feed.json', 'blog/feed']) {
      expect(urls).toContain(`https://lab.example/${path}`)
    }
    expect(new Set(urls).size).toBe(urls.length)
  })

  test('of a YouTube page are its channel’s', () => {
    const html = '<script>{"externalId":"UCabcdefghijklmnopqrstuv"}</script>'
    expect(urlsOf(html, 'https://www.youtube.com/@harbourlab')[0]).toBe(
      'https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv',
    )
    expect(urlsOf(html, 'https://lab.example/')[0]).toBe('https://lab.example/feed')
  })

  test.each([
    ['https://github.com/harbour/heron', 'https://github.com/harbour/heron/releases.atom'],
    ['https://github.com/harbour/heron.git', 'https://github.com/harbour/heron/releases.atom'],
    ['https://github.com/harbour/heron/tree/main/docs', 'https://github.com/harbour/heron/releases.atom'],
    ['https://gitlab.com/harbour/heron', 'https://gitlab.com/harbour/heron/-/releases.atom'],
    [
      'https://www.youtube.com/channel/UCabc/videos',
      'https://www.youtube.com/feeds/videos.xml?channel_id=UCabc',
    ],
    ['https://www.youtube.com/playlist?list=PLx', 'https://www.youtube.com/feeds/videos.xml?playlist_id=PLx'],
  ])('of %s are known without a look', (address, feed) => {
    expect(knownFeeds(address).map(({ url }) => url)).toEqual([feed])
  })

  test.each([
    'https://github.com/harbour',
    'https://github.com/harbour/heron/commits.atom',
    'https://lab.example/a/b',
    'x',
  ])('of %s are not known without a look', (address) => {
    expect(knownFeeds(address)).toEqual([])
  })
})

test.each([
  ['<?xml version="1.0"?><!-- <feed> --><rss version="2.0">', 'RSS'],
  ['<a:feed xmlns:a="http://www.w3.org/2005/Atom">', 'Atom'],
  ['<rdf:RDF xmlns="http://purl.org/rss/1.0/">', 'RDF'],
  ['\ufeff {"version": "https://jsonfeed.org/version/1.1"}', 'JSON Feed'],
] as const)('the kind of %s is told', (text, format) => {
  expect(formatOf(Buffer.from(text))).toBe(format)
  expect(formatOf(Buffer.from(`\ufeff${text}`, 'utf16le'))).toBe(format)
})

describe('looking for a feed', () => {
  let server: FeedServer
  let http: Http
  let parser: ParsePool
  beforeAll(async () => {
    parser = createParsePool()
    http = createHttp({ userAgent: 'test', allowPrivateNetwork: true, hostGapMs: 0 })
  })
  beforeEach(async () => {
    server = await startFeedServer()
    return () => server.close()
  })
  afterAll(async () => {
    await http.close()
    await parser.close()
  })

  /** Finds with a classifier that says nothing: what labels an item gets is the commands' test. */
  const silent = { by: 'model:none', classify: ({ id }: { id: string }) => ({ id, labels: [] }) }
  const find = (path: string, by: Http = http) =>
    findFeed({ http: by, parser, now: Date.now, classifier: async () => silent }, `${server.origin}${path}`)
  const found = async (path: string): Promise<FeedPreview> => {
    const finding = await find(path)
    if (finding.kind === 'none') throw new Error(finding.message)
    return finding
  }
  const feed = labFeed('Harbour Lab', 'https://harbour-lab.example/')
  const page = (head: string) => ({
    headers: { 'content-type': 'text/html' },
    body: `<!doctype html><html><head>${head}</head></html>`,
  })
  const link = (href: string) => `<link rel="alternate" type="application/rss+xml" href="${href}">`

  test('takes a feed as it is, asking once', async () => {
    server.set('/feed', feed)
    expect(await found('/feed')).toMatchObject({
      url: `${server.origin}/feed`,
      site: 'https://harbour-lab.example/',
      title: 'Harbour Lab',
      format: 'RSS',
      language: 'en',
      items: 12,
      perWeek: 2,
      others: [],
    })
    expect(server.requests).toHaveLength(1)
  })

  test('takes the first that a page names and that answers with items, and names the others', async () => {
    server.set('/', page(link('/gone.xml') + link('/empty.xml') + link('/feed.xml') + link('/de.xml')))
    server.set('/empty.xml', labFeed('Nothing', 'https://harbour-lab.example/', 0))
    server.set('/feed.xml', feed)
    const preview = await found('/')
    expect(preview).toMatchObject({ url: `${server.origin}/feed.xml`, site: `${server.origin}/` })
    expect(preview.others).toContain(`${server.origin}/de.xml`)
    expect(server.requests.filter(({ path }) => path === '/')).toHaveLength(1)
  })

  test('takes an empty feed rather than none', async () => {
    server.set('/', page(link('/empty.xml')))
    server.set('/empty.xml', labFeed('Nothing', 'https://harbour-lab.example/', 0))
    expect(await found('/')).toMatchObject({
      url: `${server.origin}/empty.xml`,
      items: 0,
      latest: [],
      perWeek: null,
    })
  })

  test.each(['/feed', '/rss', '/atom.xml', '/index.xml', '/feed.xml', '/feed.json', '/blog/feed'])(
    'finds %s behind a page that names none',
    async (path) => {
      server.set('/', page(''))
      server.set(path, feed)
      expect((await found('/')).url).toBe(`${server.origin}${path}`)
    },
  )

  test('looks at the usual paths when the address itself is gone', async () => {
    server.set('/feed', feed)
    expect((await found('/blog/old-feed')).url).toBe(`${server.origin}/feed`)
  })

  test('follows redirects, and gives the address where permanent ones lead', async () => {
    server.set('/feed', feed)
    server.set('/moved', misbehaviours.redirectTo('/feed', 301))
    server.set('/away', misbehaviours.redirectTo('/feed', 302))
    expect((await found('/moved')).url).toBe(`${server.origin}/feed`)
    expect((await found('/away')).url).toBe(`${server.origin}/away`)
  })

  test('resolves what a page names against where the page was in the end', async () => {
    server.set('/old', misbehaviours.redirectTo('/new/index.html', 302))
    server.set('/new/index.html', page(link('posts.xml')))
    server.set('/new/posts.xml', feed)
    expect(await found('/old')).toMatchObject({
      url: `${server.origin}/new/posts.xml`,
      site: `${server.origin}/new/index.html`,
    })
  })

  test('shows ten items, newest first, and the rhythm', async () => {
    server.set('/feed', feed)
    const { latest } = await found('/feed')
    expect(latest).toHaveLength(10)
    expect(latest.map(({ publishedAt }) => publishedAt!)).toEqual(
      latest.map(({ publishedAt }) => publishedAt!).toSorted((a, b) => b - a),
    )
  })

  test('says what was tried when there is none, and stops soon', async () => {
    server.set('/', page(''))
    const finding = await find('/')
    expect(finding).toEqual({
      kind: 'none',
      message: expect.stringMatching(
        /^No feed was found behind http.*: the page names none, and 10 other addresses were tried\./,
      ),
    })
    expect(server.requests.length).toBeLessThan(30)
  })

  test.each([
    [
      410,
      /^127\.0\.0\.1 says this page is gone for good \(410\)\. (\d+) usual addresses on the site hold no feed either\. Look /,
    ],
    [
      404,
      /^127\.0\.0\.1 has no such page \(404\)\. (\d+) usual addresses on the site hold no feed either\. Look /,
    ],
  ])(
    'says of a page that answers %i what that means, and how many addresses were tried',
    async (status, said) => {
      server.set('/blog', { status, body: 'No.' })
      const finding = await find('/blog')
      if (finding.kind !== 'none') throw new Error('A feed was found.')
      const tried = said.exec(finding.message)?.[1]
      expect(tried).toBe(String(server.requests.length - 1))
      expect(finding.message).not.toContain('the list')
    },
  )

  test.each([429, 500, 503])('asks a host no further that answers %i', async (status) => {
    server.set('/', { status, body: 'No.' })
    expect(await find('/')).toMatchObject({ kind: 'none', message: expect.stringContaining(`(${status})`) })
    expect(server.requests).toHaveLength(1)
    server.set('/page', page(link('/first.xml') + link('/second.xml')))
    server.set('/first.xml', { status, body: 'No.' })
    server.set('/second.xml', feed)
    expect(await find('/page')).toMatchObject({
      kind: 'none',
      message: expect.stringContaining('it was asked no further'),
    })
    expect(server.requests.map(({ path }) => path)).toEqual(['/', '/page', '/first.xml'])
  })

  test('leaves a host alone that asks for a proof of being human', async () => {
    server.set('/', {
      status: 403,
      headers: { 'cf-mitigated': 'challenge' },
      body: '<html>Just a moment...</html>',
    })
    expect(await find('/')).toMatchObject({ kind: 'none', message: expect.stringContaining('Cloudflare') })
    expect(server.requests).toHaveLength(1)
  })

  test('refuses private addresses, of the page and of what it names', async () => {
    const strict = createHttp({ userAgent: 'test', hostGapMs: 0 })
    expect(await find('/', strict)).toMatchObject({
      kind: 'none',
      message: expect.stringContaining('ALLOW_PRIVATE_NETWORK'),
    })
    await strict.close()
    const half = createHttp({
      userAgent: 'test',
      hostGapMs: 0,
      isPrivate: (address) => address !== '127.0.0.1',
      ports: 'any',
    })
    const inner = await startFeedServer('127.0.0.2')
    inner.set('/feed', feed)
    server.set('/', page(link(`${inner.origin}/feed`)))
    expect(await find('/')).toMatchObject({ kind: 'found', url: `${inner.origin}/feed` })
    expect(inner.requests).toHaveLength(1)
    expect(await find('/', half)).toMatchObject({ kind: 'none' })
    expect(inner.requests).toHaveLength(1)
    await inner.close()
    await half.close()
  })
})

describe('freehold feeds preview', () => {
  let at: Awaited<ReturnType<typeof curatingCheckout>>
  beforeAll(async () => {
    at = await curatingCheckout()
    at.server.set('/feed.xml', labFeed('Harbour Lab', 'https://harbour-lab.example/'))
  })
  afterAll(() => at.remove())

  test('shows the feed with labels, and whether it is followed', async () => {
    const url = `${at.server.origin}/feed.xml`
    const shown = await at.feeds(['preview', url])
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toMatch(
      /^Harbour Lab\n.*\nRSS, en, about 2 a week, the newest of \d{4}-\d\d-\d\d, 12 items\.\n/,
    )
    expect(shown.stdout).toMatch(/under Apache 2\.0\n {12}\S renewal\n/)
    expect(shown.stdout).toContain(`It is not followed yet; npx freehold feeds add ${url} does that.`)
    const json = JSON.parse((await at.feeds(['preview', url, '--json'])).stdout)
    expect(json).toMatchObject({ url, title: 'Harbour Lab', format: 'RSS', followedAt: null })
    expect(json.latest[0].labels[0]).toMatchObject({ idea: 'renewal', direction: 'opens' })
    expect(json.latest[1].labels).toEqual([])
    await at.feeds(['add', url, '--kind', 'research'])
    const followed = await at.feeds(['preview', url])
    expect(followed.stdout).toMatch(
      /It is followed already, as Harbour Lab, at feeds\/research\.yaml:\d+\.\n$/,
    )
    expect(shown.stdout).toContain('Judged without a kind of publisher; --kind may change the labels.')
    expect(followed.stdout).toContain('of the kind research.')
    expect((await at.feeds(['preview', url, '--kind', 'vendor'])).stdout).toContain('of the kind vendor.')
    for (const mark of ['▲', '▼', '◆'])
      expect(shown.stdout.split('\n').filter((line) => line.startsWith(mark))).toHaveLength(1)
  })

  test('says of a feed in another language that its items are hardly understood', async () => {
    const item = (title: string) =>
      `<item><title>${title}</title><link>https://f.example/${title.length}</link></item>`
    const titles = [
      'Le gouvernement présente une nouvelle loi sur les logements vides dans les grandes villes',
      'Pourquoi les prix ne baissent plus depuis le début de cette année, selon les chercheurs',
      'Une association demande que les ateliers soient ouverts à tous ceux qui le souhaitent',
    ]
    const feed = (language: string) =>
      `<rss version="2.0"><channel><title>Le Port</title>${language}${titles.map(item).join('')}</channel></rss>`
    at.server.set('/fr.xml', feed('<language>fr-FR</language>'))
    at.server.set('/unsaid.xml', feed(''))
    const french = await at.feeds(['preview', `${at.server.origin}/fr.xml`])
    expect(french.stdout).toContain(
      'The built-in classifier reads English; of French items it says little.\n',
    )
    const unsaid = await at.feeds(['preview', `${at.server.origin}/unsaid.xml`])
    expect(unsaid.stdout).toContain('of items in another language it says little.\n')
    const english = await at.feeds(['preview', `${at.server.origin}/feed.xml`])
    expect(english.stdout).not.toContain('reads English')
  })

  test.each([
    ['mailto:a@b.example', /is not the address of a web page/],
    ['not an address', /is not the address of a web page/],
  ])('refuses %s', async (address, said) => {
    const { code, stderr } = await at.feeds(['preview', address])
    expect(code).toBe(1)
    expect(stderr).toMatch(said)
  })
})
