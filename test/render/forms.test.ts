import { describe, expect, test } from 'vitest'
import type { Digest } from '../../src/model/index.ts'
import { accountOf } from '../../src/render/account.ts'
import { balanceSummary } from '../../src/render/balance.ts'
import { balanceLine } from '../../src/render/digest-view.ts'
import type { DiscordMessage } from '../../src/render/index.ts'
import {
  hostile,
  hostileDigest,
  hugeDigest,
  quietDigest,
  richDigest,
  section,
  story,
} from '../fixtures/digests.ts'
import { discordTexts, elements, harms, renderer, titles, unseen, unsubscribeUrl } from './reading.ts'

const inOrder = (digest: Digest) =>
  digest.sections.flatMap(({ stories }) => stories.map(({ title }) => title))

describe('every form tells the same stories in the same order', () => {
  const expected = inOrder(richDigest)
  const { html, text } = renderer.email(richDigest, { unsubscribeUrl })

  test.each([
    ['mail', titles.html(html)],
    ['mail as text', titles.text(text)],
    ['terminal', titles.text(renderer.text(richDigest))],
    ['Discord', titles.discord(renderer.discord(richDigest))],
    ['web page', titles.html(renderer.digestPage(richDigest))],
    ['JSON', renderer.json(richDigest).sections.flatMap(({ stories }) => stories.map(({ title }) => title))],
  ])('%s', (_, told) => {
    expect(told).toEqual(expected)
  })

  test('and where a form is cut, each idea keeps its first stories', () => {
    const told = titles.discord(renderer.discord(hugeDigest))
    for (const { stories } of hugeDigest.sections) {
      const all = stories.map(({ title }) => title)
      const here = told.filter((title) => all.includes(title))
      expect(here.length).toBeGreaterThan(0)
      expect(here).toEqual(all.slice(0, here.length))
    }
    expect(told).toEqual(inOrder(hugeDigest).filter((title) => told.includes(title)))
  })

  test('and the web page and JSON are never cut', () => {
    expect(titles.html(renderer.digestPage(hugeDigest))).toEqual(inOrder(hugeDigest))
    expect(renderer.json(hugeDigest).sections.flatMap(({ stories }) => stories)).toHaveLength(200)
  })
})

/** What a reader of a form reads, in one line. */
const readers = {
  html: (html: string) => elements(html).find(({ name }) => name === 'body')!.text,
  text: (text: string) => text.replace(/\s+/g, ' '),
  discord: (messages: DiscordMessage[]) =>
    discordTexts(messages)
      .join('\n')
      .replaceAll(/^(?:-# |#{2,3} |> |- )/gm, '')
      .replaceAll(/(?<!\\)\[((?:\\.|[^[\]\\])*)\]\([^()]*\)/g, '$1')
      .replaceAll('**', '')
      .replaceAll(/\\(.)/g, '$1')
      .replaceAll('\u200b', '')
      .replace(/\s+/g, ' '),
}

describe('every form says the same beside the stories', () => {
  const { html, text } = renderer.email(richDigest, { unsubscribeUrl })
  const forms = [
    ['mail', readers.html(html)],
    ['mail as text', readers.text(text)],
    ['terminal', readers.text(renderer.text(richDigest))],
    ['web page', readers.html(renderer.digestPage(richDigest))],
    ['Discord', readers.discord(renderer.discord(richDigest))],
  ] as const
  const { lead, sections, concept, debate } = richDigest
  const stories = sections.flatMap((section) => section.stories)
  const missing = (said: string, parts: readonly string[]) => parts.filter((part) => !said.includes(part))

  test.each(forms)('%s: the lead, in its order', (_, said) => {
    const places = lead.map((sentence) => said.indexOf(sentence.text))
    expect(places.every((place) => place >= 0)).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  test.each(forms)('%s: who published each story, and who else', (_, said) => {
    const sources = stories.flatMap((one) => [one.feedTitle, ...one.also.map(({ feedTitle }) => feedTitle)])
    expect(missing(said, sources)).toEqual([])
  })

  test.each(forms)('%s: what is new of an earlier story, once', (_, said) => {
    expect(said).toContain(
      'Update to issue 9: Ten days ago the company had still called the release “planned”.',
    )
    // The quotation under this one says it already.
    expect(said).toMatch(/Update to issue 11(?!:)/)
    expect(said.split('Existing customers have until January').length - 1).toBe(1)
  })

  test.each(forms)('%s: how each idea stands and what moved it', (_, said) => {
    expect(missing(said, sections.map(balanceLine))).toEqual([])
    expect(
      missing(
        said,
        sections.map(({ balance }) => balanceSummary(balance)),
      ),
    ).toEqual([])
    const moved = sections.flatMap((section) => (section.moved ? [section.moved.text] : []))
    expect(moved).toHaveLength(3)
    expect(missing(said, moved)).toEqual([])
  })

  test.each(forms)('%s: the concept and the debate, after the stories', (_, said) => {
    const at = said.indexOf('Concept of the week: Zoning codes')
    expect(at).toBeGreaterThan(said.lastIndexOf('Nvidia and two cloud providers'))
    expect(said.indexOf('A debate: Investment')).toBeGreaterThan(at)
    expect(missing(said, [concept!.text, ...debate!.sides.map(({ claim }) => claim)])).toEqual([])
    expect(said).toContain('Chosen for “Stability AI seeks a buyer who would keep its image models open”.')
  })

  test.each(forms)('%s: both sides of the debate in full, or where they are', (form, said) => {
    if (form === 'Discord') expect(said).toContain('From the wiki')
    else
      expect(
        missing(
          said,
          debate!.sides.map(({ text }) => text),
        ),
      ).toEqual([])
  })

  test.each(forms)('%s: what was read, what was left out and why, which feeds were not heard', (_, said) => {
    expect(said).toContain(
      'Freehold read 1,204 items from 58 feeds and left out 1,190: 1,122 bore on no idea, ' +
        '38 were in languages it doesn’t read, 9 had been told before, 21 told of weaker stories.',
    )
    expect(said).toContain('62 of 64 feeds answered. No answer from CMA cases, arXiv cs.CY.')
    expect(said).toContain(
      'Longer silent than usual: Eleuther (31 days), Allmende (30 days), Open Futures (29 days), ' +
        'Kernel Panic (28 days), Sharp Edges (27 days), Old Town (26 days) and 2 more. New: Tideline.',
    )
  })

  test.each(forms)('%s: what the marks mean, before the first is used', (_, said) => {
    expect(said.search(/[▲▼◆]/)).toBe(said.indexOf('▲ opens: more cheap space'))
    expect(said.indexOf('◆ contested: both, or not settled yet')).toBeGreaterThan(0)
  })

  test.each(forms)('%s: “contested”, never the name the programs use', (_, said) => {
    expect(said).not.toMatch(/\bmixed\b/i)
  })

  test('JSON: all of it as it was composed', () => {
    const json = renderer.json(richDigest)
    const { lead, concept, debate, coverage, feedsRead, read, leftOut, left } = richDigest
    expect(json).toMatchObject({ lead, concept, debate, coverage, feedsRead, read, leftOut, left })
    expect(json.sections.map(({ moved }) => moved)).toEqual(sections.map(({ moved }) => moved))
    const updates = (of: { update?: string; updates?: number }[]) =>
      of.map(({ update, updates }) => [update, updates])
    expect(updates(json.sections.flatMap((section) => section.stories))).toEqual(updates(stories))
  })

  test('links lead to the earlier issue and to the wiki', () => {
    for (const [page, site] of [
      [html, 'https://freehold.example'],
      [renderer.digestPage(richDigest), ''],
    ] as const) {
      const links = elements(page).flatMap(({ attribs }) => attribs.href ?? [])
      expect(links).toEqual(
        expect.arrayContaining([
          `${site}/digests/9`,
          `${site}/wiki/zoning-codes`,
          `${site}/wiki/debates#investment`,
        ]),
      )
    }
    for (const part of [text, renderer.text(richDigest)]) {
      expect(part).toMatch(/^ {2}https:\/\/freehold\.example\/digests\/9$/m)
      expect(part).toMatch(/^https:\/\/freehold\.example\/wiki\/debates#investment$/m)
    }
  })

  test('a digest from before these parts is told without them', () => {
    const old: Digest = {
      ...quietDigest,
      sections: [section('renewal', [story({ item: 'o', title: 'Old', update: 'Something new.' })])],
    }
    const { html, text } = renderer.email(old, { unsubscribeUrl })
    for (const said of [
      readers.html(html),
      readers.text(text),
      readers.html(renderer.digestPage(old)),
      readers.discord(renderer.discord(old)),
    ]) {
      expect(said).toContain('Update: Something new.')
      expect(said).toContain('Freehold read 412 items and left out 412.')
      expect(said).not.toMatch(/Concept of the week|A debate|Longer silent|New:|undefined|null/)
    }
  })
})

/** Each form of an issue as a reader reads it. */
function formsOf(digest: Digest): [string, string][] {
  const { html, text } = renderer.email(digest, { unsubscribeUrl })
  const contents = elements(
    renderer.digestFeed('atom', [{ digest, releasedAt: 0, corrections: [] }], 0),
  ).find(({ name }) => name === 'content')!
  return [
    ['mail', readers.html(html)],
    ['mail as text', readers.text(text)],
    ['terminal', readers.text(renderer.text(digest))],
    ['web page', readers.html(renderer.digestPage(digest))],
    ['Discord', readers.discord(renderer.discord(digest))],
    ['feed', readers.html(`<body>${contents.text}</body>`)],
  ]
}

describe('corrections of earlier issues', () => {
  const corrected = [
    { issue: 9, at: '2025-12-30T10:00:00.000Z', note: 'The price is per million tokens.' },
    { issue: 1011, at: '2026-11-16T23:59:00.000Z', note: 'It has 34 billion parameters, not 32.' },
  ]
  const issue: Digest = { ...richDigest, corrected }

  test.each(formsOf(issue))(
    '%s: each with its issue and date, after the stories, before the account',
    (_, said) => {
      expect(said).toContain(
        'Corrections Freehold 9, 30 December 2025: The price is per million tokens. ' +
          'Freehold 1011, 16 November: It has 34 billion parameters, not 32.',
      )
      expect(said.indexOf('Corrections')).toBeGreaterThan(said.lastIndexOf('A debate: Investment'))
      // The web page tells how it was read at its top.
      const account = said.lastIndexOf('Freehold read 1,204 items')
      expect(account > said.indexOf('Corrections')).toBe(account > said.indexOf('OLMo 4 is out'))
    },
  )

  test('JSON: as they were made', () => {
    expect(renderer.json(issue).corrected).toEqual(corrected)
  })

  test('lead to the issue that was wrong', () => {
    const { html } = renderer.email(issue, { unsubscribeUrl })
    const hrefs = (page: string) => elements(page).flatMap(({ attribs }) => attribs.href ?? [])
    expect(hrefs(html)).toContain('https://freehold.example/digests/1011')
    expect(hrefs(renderer.digestPage(issue))).toContain('/digests/1011')
    expect(discordTexts(renderer.discord(issue)).join()).toContain(
      '[Freehold 1011](https://freehold.example/digests/1011)',
    )
  })

  test('stand in no form of an issue that has none', () => {
    for (const none of [richDigest, { ...richDigest, corrected: [] }]) {
      for (const [form, said] of formsOf(none)) expect(said, form).not.toContain('Corrections')
      expect(renderer.json(none)).not.toHaveProperty('corrected')
    }
  })

  test('come to readers and channels that chose other stories, and where there are none for them', () => {
    const opens = (ideas: string[]) => ({ ideas, directions: ['mixed' as const] })
    for (const choice of [opens(['disciplinary-floor']), opens(['economic-function'])]) {
      const { html, text } = renderer.email(issue, { unsubscribeUrl, choice })
      const post = renderer.discord(issue, { ...choice, role: null })
      for (const said of [readers.html(html), readers.text(text), readers.discord(post)]) {
        expect(said).toContain('Freehold 9, 30 December 2025: The price is per million tokens.')
      }
    }
  })

  test('of any kind and number harm nothing', () => {
    const notes = [...Object.values(hostile), 'x'.repeat(5000), '', '**'.repeat(900)]
    const many: Digest = {
      ...hostileDigest,
      corrected: notes.map((note, at) => ({ issue: at + 1, at: at % 2 ? 'no date' : '2026-11-20', note })),
    }
    const { html, text } = renderer.email(many, { unsubscribeUrl })
    expect([...harms(html), ...unseen(text), ...harms(renderer.digestPage(many))]).toEqual([])
    expect(unseen(renderer.text(many))).toEqual([])
    expect(JSON.stringify(renderer.json(many).corrected)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
    for (const message of renderer.discord(many)) {
      const texts = discordTexts([message])
      expect(texts.join('').length).toBeLessThanOrEqual(4000)
      expect(texts.join('\n')).not.toMatch(/(?<!\\)@everyone|<@&?\d|\(https:\/\/evil/)
    }
    expect(readers.discord(renderer.discord(many))).toContain('The rest is on the web.')
  })
})

describe('an editor’s lead', () => {
  const words = `${'It took a laboratory of twelve people to do what none had done. '.repeat(9)}Nine times.`
  const lead = (by: string) => [words, 'And a second paragraph.'].map((text) => ({ text, backing: [], by }))
  const by = (name: string): Digest => ({ ...richDigest, lead: lead(name) })

  test.each(formsOf(by('Ada Lovelace')))(
    '%s: whole, in its paragraphs, with the name under it',
    (_, said) => {
      expect(said).toContain(`${words} `)
      expect(said).toContain('And a second paragraph. — Ada Lovelace')
      expect(said).not.toContain(richDigest.lead[0]!.text)
    },
  )

  test.each([
    ['ada@example.org', ''],
    ['Ada <ada@example.org>', ''],
    ['Ada, in the channel', 'Ada'],
    ['Somebody, in the channel', ''],
    ['Somebody', 'Somebody'],
  ])('of “%s” is signed “%s”, and no address is shown', (name, signed) => {
    for (const [form, said] of formsOf(by(name))) {
      const under = said.split('And a second paragraph.')[1]!.trimStart()
      if (signed) expect(under.startsWith(`— ${signed} `), form).toBe(true)
      else expect(under, form).not.toMatch(/^—/)
      expect(said, form).not.toContain('ada@')
      expect(said, form).not.toContain('in the channel')
    }
    const json = renderer.json(by(name))
    expect(json.lead.map((one) => one.by ?? '')).toEqual([signed, signed])
    expect(JSON.stringify(json)).not.toContain('ada@')
  })

  test('harms nothing, whatever it and the name say', () => {
    for (const text of Object.values(hostile)) {
      const own: Digest = { ...richDigest, lead: [{ text, backing: [], by: text.replaceAll('@', '') }] }
      const { html } = renderer.email(own, { unsubscribeUrl })
      expect([...harms(html), ...harms(renderer.digestPage(own)), ...unseen(renderer.text(own))]).toEqual([])
      expect(discordTexts(renderer.discord(own)).join('\n')).not.toMatch(/(?<!\\)@everyone|\(https:\/\/evil/)
    }
  })
})

describe('how an issue was read', () => {
  const reading = (part: Partial<Digest>) => accountOf({ ...quietDigest, ...part }).reading

  test('leaves out reasons that there were none of', () => {
    const left = { noIdea: 0, unread: 1, repeats: 0, weaker: 1 }
    expect(reading({ read: 3, leftOut: 2, feedsRead: 1, left })).toBe(
      'Freehold read 3 items from 1 feed and left out 2: ' +
        '1 was in a language it doesn’t read, 1 told of a weaker story.',
    )
    const none = { noIdea: 0, unread: 0, repeats: 0, weaker: 0 }
    expect(reading({ read: 1, leftOut: 0, feedsRead: 1, left: none })).toBe(
      'Freehold read 1 item from 1 feed and left out 0.',
    )
    expect(reading({ read: 0, leftOut: 0, feedsRead: 0, left: none })).toBe(
      'Freehold read 0 items and left out 0.',
    )
  })

  test('names feeds only where there are some', () => {
    const { feedNotes } = accountOf({
      ...quietDigest,
      coverage: { feeds: 3, answered: 3, failing: [], silent: [], added: [] },
    })
    expect(feedNotes).toEqual([])
  })
})

test('a quiet issue says once that nothing happened', () => {
  const lead = [{ text: 'Nothing in this period bore on the wiki’s key ideas.', backing: [] }]
  const silent = { ...quietDigest, lead }
  const deaf = { ...silent, coverage: { feeds: 9, answered: 0, failing: [] } }
  for (const tell of [
    (digest: Digest) => readers.html(renderer.email(digest, { unsubscribeUrl }).html),
    (digest: Digest) => readers.text(renderer.text(digest)),
    (digest: Digest) => readers.html(renderer.digestPage(digest)),
    (digest: Digest) => readers.discord(renderer.discord(digest)),
  ]) {
    expect(tell(silent)).toContain('A quiet week. Nothing in this period bore on the wiki’s key ideas.')
    expect(tell(silent)).not.toContain('None of the 412 items')
    expect(tell(deaf)).toContain('No feed answered, so this silence says nothing about the world.')
  }
})

describe('JSON', () => {
  test('has the shape of the contract', () => {
    const json = renderer.json(richDigest)
    expect(Object.keys(json)).toEqual([
      'number',
      'since',
      'until',
      'lead',
      'sections',
      'concept',
      'debate',
      'coverage',
      'feedsRead',
      'read',
      'leftOut',
      'left',
    ])
    expect(json.sections[0]).toMatchObject({ idea: 'renewal', balance: expect.arrayContaining([]) })
    expect(json.sections[0]!.balance[0]).toEqual({
      week: '2026-08-31',
      opens: expect.any(Number),
      closes: expect.any(Number),
      mixed: expect.any(Number),
    })
    expect(json.sections[0]!.stories[1]).toMatchObject({
      title: 'Meta says its next large model will not be released as open weights',
      url: 'https://news.example/a2',
      feed: 'example-news',
      publishedAt: '2026-11-19T15:20:00.000Z',
      direction: 'closes',
      evidence:
        'The company confirmed that the successor will be “available only through its API” at launch.',
      update: 'Ten days ago the company had still called the release “planned”.',
      updates: 9,
      items: ['a2'],
      also: [{ feed: 'the-verge', url: 'https://verge.example/meta' }],
    })
  })

  test('has the corrections of an issue where there are some', () => {
    const corrections = [{ at: '2026-12-01T10:00:00.000Z', note: 'It was\u202E Apache 2.0.' }]
    expect(renderer.json(richDigest, corrections).corrections).toEqual([
      { at: '2026-12-01T10:00:00.000Z', note: 'It was Apache 2.0.' },
    ])
    expect(renderer.json(richDigest, [])).not.toHaveProperty('corrections')
  })

  test('holds nothing that steers a terminal or turns the reading direction, in the new parts either', () => {
    const { sections, concept, debate, coverage } = renderer.json(hostileDigest)
    const texts = [JSON.stringify({ concept, debate, coverage }), ...sections.map(({ moved }) => moved!.text)]
    expect(texts.join('')).not.toMatch(/(?![\t\n])\p{Cc}|\\u00[01]|[\u202a-\u202e\u2066-\u2069]/u)
  })

  test('has null as the number of a preview', () => {
    expect(renderer.json({ ...quietDigest, number: null }).number).toBeNull()
  })
})
