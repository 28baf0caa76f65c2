import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createRenderer } from '../../src/render/index.ts'
import { suggesting } from '../browser/pages.ts'
import { ideas } from '../fixtures/digests.ts'
import { hour, publicUrl, startPost, templatesDir } from '../mail/post-office.ts'
import { elements, harms } from '../render/reading.ts'
import { startFeedServer } from '../servers/feed-server.ts'
import { startSuggesting } from './suggesting.ts'

const named = (html: string, name: string) => elements(html).filter((element) => element.name === name)
const main = (html: string) => named(html, 'main')[0]!.text
const alert = (html: string) => elements(html).find(({ attribs }) => attribs.role === 'alert')?.text ?? null
const field = (html: string) => named(html, 'input').find(({ attribs }) => attribs.name === 'url')!.attribs

let at: Awaited<ReturnType<typeof startSuggesting>>
beforeEach(async () => {
  at = await startSuggesting()
})

describe('a suggestion', () => {
  const url = 'https://lab.example/blog'

  test('is kept with what was said of it, and what happens next is told', async () => {
    const answer = await at.suggest({ url: ` ${url} `, note: ' They train\r\nin the open.\u202e\u0007 ' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-robots-tag')).toBe('noindex')
    expect(answer.headers.get('set-cookie')).toBeNull()
    const said = main(await answer.text())
    expect(said).toContain('Those who keep the feed lists will look at it.')
    expect(said).toContain('If it fits, it goes into the lists')
    expect(said).not.toContain('times')
    expect(await at.list()).toEqual([
      {
        url,
        times: 1,
        from: { discord: 0, web: 1 },
        notes: ['They train in the open.'],
        firstAt: at.way.now(),
        lastAt: at.way.now(),
      },
    ])
  })

  test('that was made before counts up, however its address is written', async () => {
    await at.suggest({ url })
    const answer = await at.suggest({ url: 'http://www.lab.example/blog/?utm_source=x', note: 'Good.' })
    expect(main(await answer.text())).toContain('It has been suggested 2 times.')
    expect(await at.list()).toMatchObject([{ url, times: 2, notes: ['Good.'] }])
  })

  test('asks nobody for anything', async () => {
    const feeds = await startFeedServer()
    onTestFinished(feeds.close)
    await at.suggest({ url: `${feeds.origin}/feed.xml` })
    expect(await at.list()).toHaveLength(1)
    expect(feeds.requests).toEqual([])
  })

  test('keeps neither a name and password in the address nor the network as it is', async () => {
    await at.suggest({ url: 'https://ada:secret@lab.example/feed' }, { 'x-forwarded-for': '203.0.113.77' })
    expect(await at.list()).toMatchObject([{ url: 'https://lab.example/feed' }])
    const kept = at.dump().join('\n')
    expect(kept).toContain('lab.example')
    for (const theirs of ['ada', 'secret', '203.0.113']) expect(kept).not.toContain(theirs)
  })

  test.each([
    ['lab.example/blog', 'https://lab.example/blog'],
    ['lab.example:8080', 'https://lab.example:8080/'],
    ['lab.example/@ada/feed', 'https://lab.example/@ada/feed'],
  ])('takes %s as a browser does', async (typed, url) => {
    await at.suggest({ url: typed })
    expect((await at.list()).map((one) => one.url)).toEqual([url])
  })

  test('of what is followed is answered with the feed’s title', async () => {
    const before = at.dump()
    for (const url of ['https://harbour.example/feed.xml', 'http://www.harbour.example']) {
      const html = await (await at.suggest({ url })).text()
      expect(named(html, 'h1')[0]!.text).toBe('That one is followed already')
      expect(main(html)).toContain('It is in the lists as Harbour <Lab>.')
    }
    expect(at.dump()).toEqual(before)
  })

  test('of what is switched off is answered with the reason', async () => {
    const html = await (await at.suggest({ url: 'https://off.example/' })).text()
    expect(alert(html)).toBe('That is Off, which is listed but switched off: It asks not to be read.')
  })

  test('with a long note keeps its beginning', async () => {
    await at.suggest({ url, note: 'word '.repeat(1000) })
    expect((await at.list())[0]!.notes[0]).toMatch(/^(?:word ){99}word/)
    expect((await at.list())[0]!.notes[0]!.length).toBeLessThanOrEqual(500)
  })
})

describe('what is refused', () => {
  test.each([
    ['javascript:alert(1)', 'That is not the address of a web page; it should begin with https://.'],
    ['just words', 'That is not the address of a web page; it should begin with https://.'],
    ['mailto:ada@lab.example', 'That is not the address of a web page; it should begin with https://.'],
    ['ada@lab.example', 'That is not the address of a web page; it should begin with https://.'],
    ['http://localhost./feed', 'That is not the address of a web page; it should begin with https://.'],
    ['', 'That is not the address of a web page; it should begin with https://.'],
    [`https://lab.example/${'a'.repeat(600)}`, 'That address is too long.'],
    [`https://lab.example/${'ä'.repeat(200)}`, 'That address is too long.'],
  ])('is told at the field, with all that was typed: %.40j', async (url, reason) => {
    const before = at.dump()
    const answer = await at.suggest({ url, note: 'Because.' })
    const html = await answer.text()
    expect(answer.status).toBe(200)
    expect(alert(html)).toBe(reason)
    expect(field(html)).toMatchObject({ 'aria-invalid': 'true', 'aria-describedby': 'url-hint url-error' })
    expect(field(html).value).toBe(url.slice(0, 600))
    expect(named(html, 'textarea')[0]!.text).toBe('Because.')
    expect(at.dump()).toEqual(before)
  })

  test('a form from another site keeps nothing', async () => {
    const before = at.dump()
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const html = await (await at.suggest({ url: 'https://lab.example/' }, headers as never)).text()
      expect(alert(html)).toBe('This form was sent from another site. Please fill it in here.')
    }
    expect(at.dump()).toEqual(before)
    const own = await at.suggest({ url: 'https://lab.example/' }, { origin: publicUrl })
    expect(alert(await own.text())).toBeNull()
    expect(await at.list()).toHaveLength(1)
  })

  test('a program that fills in every field learns nothing and leaves nothing', async () => {
    const before = at.dump()
    const trapped = await at.suggest({ url: 'https://lab.example/', website: 'https://spam.example' })
    expect(at.dump()).toEqual(before)
    const noted = await at.suggest({ url: 'https://lab.example/' })
    expect(await trapped.text()).toBe(await noted.text())
  })

  test('what is no form, or larger than one, is turned away', async () => {
    const before = at.dump()
    const post = (body: string, type: string) =>
      fetch(`${at.url}/suggest`, { method: 'POST', body, headers: { 'content-type': type } })
    expect((await post('x', 'multipart/form-data')).status).toBe(400)
    expect((await post('{"url":"https://lab.example/"}', 'application/json')).status).toBe(400)
    expect((await at.suggest({ url: 'https://lab.example/', note: 'a'.repeat(17_000) })).status).toBe(413)
    expect(at.dump()).toEqual(before)
  })

  test('the eleventh of a network within an hour; other networks and the next hour are free', async () => {
    const from = { 'x-forwarded-for': '192.0.2.7' }
    const suggest = (n: number, headers = from) => at.suggest({ url: `https://lab${n}.example/` }, headers)
    for (let n = 1; n <= 10; n++) expect((await suggest(n)).status).toBe(200)
    await at.suggest({ url: 'https://harbour.example/' }, from)
    const refused = await suggest(11, { 'x-forwarded-for': '192.0.2.250' })
    expect(refused.status).toBe(429)
    expect(alert(await refused.text())).toBe(
      'Too many feeds were suggested from your network. Please try again in an hour.',
    )
    expect((await suggest(12, { 'x-forwarded-for': '192.0.3.7' })).status).toBe(200)
    expect(await at.list()).toHaveLength(11)
    at.pass(hour)
    expect((await suggest(11)).status).toBe(200)
    const subscribed = await at.post('/subscribe', { email: 'ada@example.org' }, from)
    expect(subscribed.status).toBe(200)
  })
})

describe('the page', () => {
  test('has a form that names its fields, and a field that only programs fill in', async () => {
    const answer = await fetch(`${at.url}/suggest`)
    expect(answer.headers.get('content-security-policy')).toContain("form-action 'self'")
    const html = await answer.text()
    expect(html).toBe(suggesting.suggest!)
    expect(named(html, 'form').map(({ attribs }) => [attribs.method, attribs.action])).toEqual([
      ['post', '/suggest'],
    ])
    expect(field(html)).toMatchObject({ required: '', value: '', maxlength: '500' })
    expect(html).toMatch(/<p class="decoy" aria-hidden="true">[^\n]*name="website"/)
    expect(html).toContain('<link rel="canonical" href="https://freehold.example/suggest">')
    expect(html).not.toMatch(/role="alert"|aria-invalid|autofocus/)
  })

  test.each(Object.entries(suggesting))('“%s” holds no harm and no reference to nowhere', (_, html) => {
    expect(harms(html).filter((harm) => harm !== '<form>')).toEqual([])
    const ids = elements(html).flatMap(({ attribs }) => attribs.id ?? [])
    expect(ids).toEqual([...new Set(ids)])
    const references = elements(html).flatMap(({ attribs }) =>
      [attribs['aria-describedby'], attribs.for].flatMap((value) => value?.split(' ') ?? []),
    )
    expect(references.filter((id) => !ids.includes(id))).toEqual([])
    expect(named(html, 'h1')).toHaveLength(1)
  })

  test('is linked from the front page, where there is one', async () => {
    const link = '<a href="/suggest">Suggest a feed</a>'
    expect(await (await fetch(at.url)).text()).toContain(link)
    const without = await startPost()
    expect(await (await fetch(without.url)).text()).not.toContain('/suggest')
    expect((await fetch(`${without.url}/suggest`)).status).toBe(404)
  })

  test('stays under the path the pages are published at', () => {
    const below = createRenderer({ templatesDir, publicUrl: `${publicUrl}/freehold/`, ideas })
    const pages = [
      below.suggestPage({ values: { url: '', note: '' }, error: null }),
      below.suggestedPage({ times: 1 }),
      below.alreadyFollowedPage({ feed: 'A' }),
    ]
    const own = pages.flatMap((html) =>
      elements(html).flatMap(({ attribs }) => /^\/.*/.exec(attribs.href ?? attribs.action ?? '')?.[0] ?? []),
    )
    expect(own).toContain('/freehold/suggest')
    expect(own.filter((path) => !path.startsWith('/freehold/'))).toEqual([])
  })

  test('on privacy says what is kept of it', () => {
    const { renderer } = at.way
    const entries = renderer.privacyPage({ contact: null, postalAddress: null }).split('<dt>')
    const of = (words: string) => entries.find((entry) => entry.includes(words))
    expect(of('what you wrote about it')).toContain('added the feed or turned it down')
    expect(of('the network it was suggested from')).toContain('30 days')
  })
})
