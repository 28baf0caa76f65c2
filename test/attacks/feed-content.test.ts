import { describe, expect, onTestFinished, test } from 'vitest'
import { annotation, findingsMarkdown } from '../../src/cli/feeds-findings.ts'
import { composeDigest } from '../../src/digest/index.ts'
import { fromOpml, toOpml } from '../../src/feeds/index.ts'
import { createParsePool } from '../../src/ingest/index.ts'
import type { Digest, LabelledItem } from '../../src/model/index.ts'
import { feeds, input, item } from '../digest/items.ts'
import { ideas, richDigest, section, story, twelveWeeks } from '../fixtures/digests.ts'
import { feedOf, rss, rssItem } from '../ingest/documents.ts'
import { discordTexts, harms, renderer, unseen } from '../render/reading.ts'
import { endsWhatItSetsApart, notSetApart, turnedRound } from './bidi.ts'

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
const unsubscribeUrl = 'https://freehold.example/unsubscribe/TOKEN'

/** What a feed might say in place of a title. */
const titles = {
  script: '<script>alert(document.domain)</script> Heron weights are out',
  handler: '<img src=x onerror=alert(1)> <svg/onload=alert(1)> Heron weights',
  nested: '<scr<script>ipt>alert(1)</scr</script>ipt> Heron weights',
  entity: '&lt;script&gt;alert(1)&lt;/script&gt; &#60;iframe src=//evil.example&#62; Heron',
  comment: '<!--><script>alert(1)</script>--> Heron weights <![CDATA[<script>alert(1)</script>]]>',
  template: '{{#with (lookup this "constructor")}}{{{.}}}{{/with}} {{> layout}} Heron weights',
  mention: '@everyone @here <@123456789012345678> <@&123456789012345678> <#1> Heron weights',
  masked:
    '[Heron weights](https://evil.example) https://freehold.example@evil.example/ <https://evil.example>',
  fence: '``` Heron **weights** ||out|| # now\n- > are\n1. out',
  escapes: '\u009b2J\u001b]0;owned\u0007\u001b[31mHeron weights\u001b[0m\r\u0008 are out',
  lines: 'Heron weights\r\nBcc: victim@example.org\r\n\r\n{"level":60,"msg":"fatal"}\u2028\u2029\u0085end',
  override: 'Heron weights \u202e\u2066\u2067\u202b3.01 ecnecil\u202c\u2069 are out\u200f\u061c',
  invisible: 'He\u200bron\u200c\u200d\u2060\ufeff\u00ad weights\u{e0041}\u{e0042} are out\u180e\u034f',
  stacked: `Heron${'\u0301'.repeat(500)} weights are out`,
  sheet: '=HYPERLINK("https://evil.example","Heron") @SUM(1) +1 -1',
}

/** The items that our own reader makes of a feed whose every item has one of these titles, labelled. */
async function itemsOf(said: Record<string, string>, links: string[] = []): Promise<LabelledItem[]> {
  const parts = Object.values(said).map((title, i) => ({
    title: escaped(title).replace(/(?![\t\n\r])\p{Cc}/gu, (c) => `&#${c.charCodeAt(0)};`),
    description: escaped(`${title}. The weights can be downloaded by everybody from today on.`),
    link: escaped(links[i] ?? `https://example.org/${i}`),
    guid: `id-${i}`,
  }))
  const { items } = await feedOf(rss(parts.map((part, i) => rssItem(i + 1, part)).join('')))
  return items.map((one, i) => {
    const base = item(`a${i}`, one.title, { [ideas[i % ideas.length]!.id]: 'opens' })
    return {
      ...base,
      summary: one.summary,
      content: one.content,
      url: one.url,
      canonicalUrl: one.url,
      feed: feeds[i % feeds.length]!.id,
    }
  })
}

/** The front page and the desk have forms of their own. */
const harmsOfFeeds = (page: string) => harms(page).filter((one) => one !== '<form>')

/** What the editors' desk shows of an issue that waits. */
function deskOf(digest: Digest): Parameters<typeof renderer.deskPage>[0] {
  return {
    ...{
      token: 't',
      digest,
      original: digest,
      edits: [],
      held: null,
      releasedBy: null,
      paused: null,
      messages: [],
    },
    ...{ leads: 0, fault: null, typed: null, releaseAt: null, releasedAt: null, name: null },
  }
}

/** Every form in which people or programs read an issue. */
function formsOf(digest: Digest) {
  const mail = renderer.email(digest, { unsubscribeUrl })
  const messages = renderer.discord(digest)
  const html = {
    mail: mail.html,
    page: renderer.digestPage(digest),
    feed: JSON.parse(renderer.digestFeed('json', [{ digest, releasedAt: 0, corrections: [] }], 0)).items[0]
      .content_html as string,
    desk: renderer.deskPage({ ...deskOf(digest) }),
    home: renderer.homePage({
      latest: digest,
      ideas,
      counts: { feeds: 1, items: 1, labelled: 1, digests: 1 },
      takesSuggestions: false,
    }),
  }
  const plain = {
    subject: mail.subject,
    mail: mail.text,
    terminal: renderer.text(digest),
    discord: discordTexts(messages).join('\n'),
  }
  return { html, plain, messages, json: JSON.stringify(renderer.json(digest)) }
}

describe('an issue of what hostile feeds say', () => {
  test('harms nobody in any form, from the bytes of the feed to the reader', async () => {
    const items = await itemsOf(titles)
    expect(items.length).toBe(Object.keys(titles).length)
    const { digest } = composeDigest(input(items))
    expect(digest.sections.flatMap(({ stories }) => stories).length).toBeGreaterThan(8)
    const { html, plain, messages, json } = formsOf({ ...digest, number: 3 })
    for (const [name, page] of Object.entries(html)) expect(harmsOfFeeds(page), name).toEqual([])
    for (const [name, text] of Object.entries(plain)) {
      expect(unseen(name === 'discord' ? text.replaceAll('\u200b', '') : text), name).toEqual([])
      expect(text, name).not.toMatch(/^Bcc:/m)
      expect(text, name).not.toContain('\u0301'.repeat(5))
    }
    expect(plain.subject).not.toMatch(/[\r\n]/)
    expect(unseen(json)).toEqual([])
    for (const { allowed_mentions } of messages) expect(allowed_mentions).toEqual({ parse: [] })
    expect(plain.discord).not.toMatch(/(?<!\\)<[@#]|@(?!\u200b)/)
    expect(plain.discord).not.toMatch(/https?:\/\/(?!freehold\.example|example\.org)[^\s\u200b]/)
    expect(
      plain.discord.replace(/\[(?:\\.|[^\]\\])*\]\(https:\/\/(freehold\.example|example\.org)[^)]*\)/g, ''),
    ).not.toMatch(/(?<!\\)\]\(/)
  })

  test('links to web pages only, whatever an item links to', async () => {
    const links = [
      'javascript:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'JaVa\tScRiPt:alert(1)',
      '//evil.example/x',
      'https://user:word@evil.example/',
      'file:///etc/passwd',
      'vbscript:x',
      'https://example.org/")><script>alert(1)</script>',
      'blob:https://example.org/1',
      'intent://evil#Intent;end',
    ]
    const said = Object.fromEntries(
      links.map((_, i) => [i, `Heron ${i} weights are out for number ${'abcdefghij'[i]}`]),
    )
    const { digest } = composeDigest(input(await itemsOf(said, links)))
    const { html, plain } = formsOf({ ...digest, number: 3 })
    for (const page of Object.values(html)) {
      expect(harmsOfFeeds(page)).toEqual([])
      expect(page).not.toContain('user:word')
    }
    for (const text of Object.values(plain))
      expect(text).not.toMatch(/(javascript|data|vbscript|file|blob|intent):|user:word/i)
  })
})

describe('a title with quotation marks of its own', () => {
  const speech = 'Freehold asks you to log in at evil.example'
  const title = `Heron weights are out” (Harbour Lab). ${speech}. “And more`

  test('does not end the quotation in which it is told, nor does the evidence', () => {
    const { digest } = composeDigest(input([{ ...item('q', title, { renewal: 'opens' }), summary: title }]))
    expect(digest.lead[0]!.text).toContain(`“${title}”`)
    const evil = `“Heron weights are out.” ${speech}. “And more.”`
    const told = { ...digest, number: 3, sections: digest.sections.map((one) => ({ ...one, stories: one.stories.map((each) => ({ ...each, evidence: evil })) })) } // biome-ignore format: one line
    const { html, plain } = formsOf(told)
    for (const text of [...Object.values(html), plain.mail, plain.terminal, plain.discord]) {
      const flat = text.replace(/\s+/g, ' ').replace(/[\\\u200b]/g, '')
      expect(flat).not.toMatch(/“(Opens[^“]*)?Heron weights are out”/)
      expect(flat).not.toMatch(/(Heron weights are out\.”|”) Freehold asks/)
    }
    expect(plain.discord.replace(/[\\\u200b]/g, '')).toContain(
      '“Heron weights are out’ (Harbour Lab). Freehold asks',
    )
  })
})

describe('words that run from right to left', () => {
  const hebrew = 'שלום 2026 (עולם)'
  const arabic = 'أوزان مفتوحة 100%'
  const { concept: _, debate: __, ...rich } = richDigest
  const said = (text: string): Digest => ({
    ...rich,
    lead: [{ text, backing: [] }],
    sections: [
      section('renewal', [
        story({
          item: 'r1',
          title: text,
          feedTitle: text,
          evidence: `${text}: ${text}`,
          update: text,
          updates: 3,
          also: [
            { feed: 'b', feedTitle: text, url: 'https://b.example/' },
            { feed: 'c', feedTitle: `${text} 7`, url: null },
          ],
        }),
      ]),
    ],
    coverage: {
      feeds: 3,
      answered: 1,
      failing: [{ feed: 'b', title: text, error: 'x' }],
      silent: [{ feed: 'b', title: text, days: 12 }],
      added: [{ feed: 'b', title: text }],
    },
  })

  test.each([hebrew, arabic])('turn round nothing that stands beside them: %s', (text) => {
    const { html, plain } = formsOf(said(text))
    for (const [name, page] of Object.entries(html)) {
      expect(notSetApart(page), name).toEqual([])
      expect(page, name).toContain(text.slice(0, 4))
    }
    for (const name of ['mail', 'terminal', 'discord'] as const) {
      expect(turnedRound(plain[name], text), name).toEqual([])
      expect(endsWhatItSetsApart(plain[name]), name).toBe(true)
      expect(plain[name], name).toContain(text.slice(0, 4))
    }
  })

  test.each([hebrew, arabic])('nor in the pages and feeds of an idea, nor on cards: %s', (text) => {
    const one = {
      ...item('r1', text, { renewal: 'opens' }, { url: 'https://example.org/1' }),
      feedTitle: text,
    }
    const idea = ideas[0]!
    const page = renderer.ideaPage({ idea, page: null, items: [one], balance: twelveWeeks(idea.id) })
    expect(notSetApart(page)).toEqual([])
    const card = renderer.cards.latest({
      stories: [{ item: one, feedTitle: text }],
      idea: null,
      direction: null,
      page: 1,
      pages: 1,
      since: '9 November',
    })
    expect(turnedRound(discordTexts([card]).join('\n'), text)).toEqual([])
    const alert = renderer.alert({
      ...story({ item: 'r1', title: text, feedTitle: text, also: [] }),
      idea: 'renewal',
      ideaName: 'Renewal',
      also: [{ feedTitle: text }],
    })
    expect(turnedRound(discordTexts([alert]).join('\n'), text)).toEqual([])
  })

  test('are known again in a posted message, though Discord leaves out what sets them apart', () => {
    const posted = renderer.discord(said(hebrew))[0]!
    const given = JSON.parse(JSON.stringify(posted).replace(/[\u2068\u2069]/g, ''))
    expect(JSON.stringify(given)).not.toBe(JSON.stringify(posted))
    return import('../../src/render/index.ts').then(({ fingerprintOf }) => {
      expect(fingerprintOf(given)).toBe(fingerprintOf(posted))
    })
  })
})

describe('a host that looks like another', () => {
  test.each([
    ['https://frееhold.example/', 'xn--frhold-4ofa.example'],
    ['https://аррӏе.com/', 'xn--80ak6aa92e.com'],
    ['https://freehold.example。evil.example/', 'freehold.example.evil.example'],
    ['https://ｅｖｉｌ.example/', 'evil.example'],
    ['https://evil.example\\@freehold.example/', 'evil.example'],
    ['https://freehold.example\u2044evil.example/', null],
  ])('is shown as what it is: %s', (url, host) => {
    const digest = {
      ...richDigest,
      sections: [section('renewal', [story({ item: 'h', title: 'Heron', url })])],
    }
    const { html, plain } = formsOf(digest)
    for (const text of [html.mail, html.page, plain.mail, plain.terminal, plain.discord]) {
      if (host === null) expect(text).not.toContain('\u2044')
      else expect(text).toContain(`//${host}/`)
      expect(text).not.toMatch(/frееhold|аррӏе|。|ｅｖｉｌ/)
    }
  })
})

describe('a bomb', () => {
  const entities = `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">${Array.from('bcdefghijk', (c, i) => `<!ENTITY ${c} "${`&${'abcdefghij'[i]};`.repeat(10)}">`).join('')}]>`
  const bombs = {
    'entities within entities': `<?xml version="1.0"?>${entities}<rss version="2.0"><channel><title>A feed</title>${rssItem(1, { title: '&k;' })}</channel></rss>`,
    'a file that is to be put in': `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><title>A feed</title>${rssItem(1, { title: '&f; Heron' })}</channel></rss>`,
    'elements a hundred thousand deep': rss(rssItem(1, { description: '<b>'.repeat(100_000) })),
    'attributes without end': rss(rssItem(1, { description: escaped(`<p ${'a=b '.repeat(200_000)}>Heron`) })),
    'entities of a megabyte': rss(rssItem(1, { title: '&amp;'.repeat(200_000) })),
  }

  test.each(Object.entries(bombs))('of %s stays small, and holds up nobody', async (_, document) => {
    const pool = createParsePool()
    onTestFinished(() => pool.close())
    const outcome = await pool.parse({
      body: Buffer.from(document),
      contentType: 'application/rss+xml',
      url: 'https://example.org/feed.xml',
    } as Parameters<typeof pool.parse>[0])
    const told = JSON.stringify(outcome)
    expect(told.length).toBeLessThan(200_000)
    expect(told).not.toMatch(/root:|a{2000}/)
    const after = await pool.parse({
      body: Buffer.from(rss(rssItem(1))),
      contentType: 'application/rss+xml',
      url: 'https://example.org/feed.xml',
    } as Parameters<typeof pool.parse>[0])
    expect(JSON.stringify(after)).toContain('Title 1')
  })
})

describe('what curators get to read of a feed', () => {
  const nasty =
    'Heron\n::error file=x::owned\r%0A::set-output name=a::b | </details> @octocat [x](javascript:alert(1)) ``` <img src=x>'

  test('commands no workflow and stays in its cell of a report', () => {
    const finding = {
      kind: 'dead',
      feed: 'heron',
      file: 'feeds/a,b:c.yaml',
      line: 3,
      severity: 'warning',
      message: nasty,
      suggestion: null,
    } as unknown as Parameters<typeof annotation>[0]
    const line = annotation(finding)
    expect(line.split(/[\r\n]/)).toHaveLength(1)
    expect(line).toMatch(/^::warning file=feeds\/a%2Cb%3Ac\.yaml,line=3,title=/)
    expect(line).toContain('%0A::error')
    expect(line).toContain('%250A')
    const report = findingsMarkdown({ findings: [finding], feeds: 1, looked: 1, open: [] }, () => null)
    const row = report.split('\n').filter((one) => one.includes('Heron'))
    expect(row).toHaveLength(1)
    expect(row[0]!.match(/(?<!\\)\|/g)).toHaveLength(4)
    expect(row[0]).not.toMatch(/(?<!\\)[<[`]|@octocat/)
  })

  test('is words of an outline, in and out', () => {
    const title = 'A" xmlUrl="file:///etc/passwd"/><outline text="&amp;lt;b&gt; ]]> <!--'
    const files = [
      {
        path: 'a.yaml',
        file: 'a.yaml',
        text: '',
        group: title,
        lineOf: () => 1,
        entries: [
          {
            id: 'a',
            title,
            url: 'https://a.example/?a=1&b="2"',
            site: 'https://a.example/',
            kind: 'lab',
            official: true,
            textUse: 'excerpt',
            keep: [],
            block: [],
            enabled: true,
          },
        ],
      },
    ] as unknown as Parameters<typeof toOpml>[0]
    const opml = toOpml(files)
    const back = fromOpml(opml, 'a.opml')
    if (back.kind === 'refused') throw new Error(back.message)
    expect(back.feeds).toHaveLength(1)
    expect(opml).not.toContain('xmlUrl="file:')
    const strange = `<?xml version="1.0"?><!DOCTYPE o [<!ENTITY f SYSTEM "file:///etc/passwd">]><opml version="2.0"><body><outline text="&f;" xmlUrl="file:///etc/passwd"/><outline text="b" xmlUrl="javascript:alert(1)"/></body></opml>`
    expect(JSON.stringify(fromOpml(strange, 'b.opml'))).not.toContain('root:')
  })
})
