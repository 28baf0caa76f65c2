import { describe, expect, test } from 'vitest'
import { digestJson } from '../../src/render/json.ts'
import {
  hostile,
  hostileDigest,
  hugeDigest,
  quietDigest,
  richDigest,
  section,
  story,
} from '../fixtures/digests.ts'
import { elements, harms, renderer, site, titles, unseen, unsubscribeUrl } from './reading.ts'

const mail = (digest = richDigest) => renderer.email(digest, { unsubscribeUrl })

describe('the mail of an issue', () => {
  test('names the issue and the story its lead rests on in the subject', () => {
    expect(mail().subject).toBe('Freehold 12: OLMo 4 is out, with every document it was trained on')
  })

  test('names the story of the highest score when the lead rests on none', () => {
    expect(mail({ ...richDigest, lead: [] }).subject).toContain('OLMo 4 is out')
    const stories = [
      story({ item: 'p', title: 'Low', score: 0.2 }),
      story({ item: 'q', title: 'High', score: 0.9 }),
    ]
    expect(mail({ ...richDigest, lead: [], sections: [section('renewal', stories)] }).subject).toBe(
      'Freehold 12: High',
    )
  })

  test('keeps the subject in one line of at most 78 characters', () => {
    for (const title of ['word '.repeat(60), hostile.header, hostile.escape, '😀'.repeat(60)]) {
      const digest = {
        ...richDigest,
        lead: [],
        sections: [section('renewal', [story({ item: 'z', title })])],
      }
      const { subject } = mail(digest)
      expect(subject.length).toBeLessThanOrEqual(78)
      expect(subject).toMatch(/^Freehold 12: \S/)
      expect(unseen(subject)).toEqual([])
      expect(subject).not.toContain('\n')
      expect(subject.isWellFormed()).toBe(true)
    }
  })

  test('offers to read on the web and to leave, before and after the stories', () => {
    const { html, text } = mail()
    const middle = (part: string) => part.indexOf('OLMo 4 is out, with every')
    for (const [part, link] of [
      [html, `href="${site}/digests/12"`],
      [html, `href="${unsubscribeUrl}"`],
      [text, `${site}/digests/12`],
      [text, unsubscribeUrl],
    ] as const) {
      expect(part.indexOf(link)).toBeGreaterThan(-1)
      expect(part.indexOf(link)).toBeLessThan(part.lastIndexOf('OLMo 4'))
      expect(part.lastIndexOf(link)).toBeGreaterThan(middle(part))
    }
  })

  test('takes a mailto address for leaving and refuses what is no link', () => {
    const { html } = renderer.email(richDigest, {
      unsubscribeUrl: 'mailto:leave@freehold.example?subject=leave',
    })
    expect(elements(html).filter(({ attribs }) => attribs.href?.startsWith('mailto:leave@'))).toHaveLength(2)
    expect(() => renderer.email(richDigest, { unsubscribeUrl: 'javascript:alert(1)' })).toThrow(
      /unsubscribe link/,
    )
  })

  test('gives the postal address only when there is one', () => {
    const address = 'Freehold, 1 Hudson Street'
    const { html, text } = renderer.email(richDigest, { unsubscribeUrl, postalAddress: address })
    expect(html).toContain(address)
    expect(text).toContain(address)
    expect(mail().html).not.toContain('Hudson')
  })

  test('tells each direction by a word and a mark', () => {
    const { html } = mail()
    const told = elements(html).filter(({ attribs }) =>
      ['opens', 'closes', 'mixed'].includes(attribs.class ?? ''),
    )
    const expected = richDigest.sections.flatMap(({ stories }) => stories.map(({ direction }) => direction))
    const said = { '▲\u00a0opens': 'opens', '▼\u00a0closes': 'closes', '◆\u00a0contested': 'mixed' } as const
    const words = told.map(
      ({ text }) => said[text.replace('&nbsp;', '\u00a0').replace(' ', '\u00a0') as keyof typeof said],
    )
    expect(words).toEqual(expected)
  })

  test('carries its styles inline and both colours of the dark mode in its head', () => {
    const { html } = mail()
    const unstyled = elements(html).filter(
      ({ name, attribs }) => ['p', 'h1', 'h2', 'h3', 'a', 'blockquote'].includes(name) && !attribs.style,
    )
    expect(unstyled).toEqual([])
    const dark = /@media \(prefers-color-scheme: dark\) \{[\s\S]*?\n\s*\}\s*<\/style>/.exec(html)?.[0] ?? ''
    expect(dark).toMatch(
      /background: #171613 !important; color: #ebe6db !important|background: #171613 !important;\s+color: #ebe6db !important/,
    )
    expect(html).toContain('<meta name="color-scheme" content="light dark">')
  })

  test('loads nothing from anywhere', () => {
    const { html } = mail()
    expect(
      elements(html).filter(({ name, attribs }) => name === 'link' || name === 'img' || attribs.src),
    ).toEqual([])
    expect(html).not.toMatch(/url\(|@import/)
  })

  test('uses tables for layout only and has one h1, then h2, then h3', () => {
    const all = elements(mail().html)
    expect(all.filter(({ name }) => name === 'table').map(({ attribs }) => attribs.role)).toEqual([
      'presentation',
      'presentation',
    ])
    expect(all.filter(({ name }) => name === 'h1').map(({ text }) => text)).toEqual(['Freehold 12'])
    const levels = all.filter(({ name }) => /^h\d$/.test(name)).map(({ name }) => Number(name[1]))
    expect(levels.every((level, index) => index === 0 || level - levels[index - 1]! <= 1)).toBe(true)
  })

  test('says how many feeds answered and which did not', () => {
    for (const part of [mail().html, mail().text]) {
      const flat = part.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ')
      expect(flat).toContain('62 of 64 feeds answered.')
      expect(flat).toContain('No answer from CMA cases, arXiv cs.CY.')
      expect(flat).not.toContain('503')
      expect(flat).toContain('Freehold read 1,204 items from 58 feeds and left out 1,190: 1,122 bore')
    }
  })

  test('escapes nothing in the text part', () => {
    expect(mail().text).toContain('https://allenai.example/blog/olmo-4?ref=home&lang=en')
    expect(mail().text).not.toMatch(/&(amp|quot|lt|gt|#x)/)
  })
})

describe('a mail that would be too long', () => {
  const long = mail(hugeDigest)

  test('stays within 80 KB and says how many more stories are on the web', () => {
    expect(Buffer.byteLength(long.html)).toBeLessThanOrEqual(80_000)
    expect(long.shown + long.cut).toBe(200)
    expect(long.cut).toBeGreaterThan(0)
    expect(long.html).toContain(`${long.cut} more on the web`)
    expect(long.text).toContain(`${long.cut} more on the web`)
  })

  test('could not have held one story more', () => {
    expect(Buffer.byteLength(long.html)).toBeGreaterThan(78_000)
  })

  test('keeps the first stories of every section, the same in both parts', () => {
    const kept = titles.html(long.html)
    expect(kept).toHaveLength(long.shown)
    expect(titles.text(long.text)).toEqual(kept)
    for (const { stories } of hugeDigest.sections) {
      const all = stories.map(({ title }) => title)
      const here = kept.filter((title) => all.includes(title))
      expect(here).toEqual(all.slice(0, here.length))
      expect(here.length).toBeGreaterThanOrEqual(Math.floor(long.shown / 5))
    }
  })

  test('still tells the whole balance', () => {
    expect(long.html).toContain('In this issue: 14 open, 13 close, 13 contested')
  })

  test('is not cut while it fits', () => {
    expect(mail()).toMatchObject({ shown: 13, cut: 0 })
    expect(mail().html).not.toContain('more on the web')
  })
})

describe('a quiet week', () => {
  test('says so in the subject and in two short sentences', () => {
    const { subject, html, text, shown } = mail(quietDigest)
    expect(subject).toBe('Freehold 13: a quiet week')
    expect(shown).toBe(0)
    for (const part of [html, text]) {
      expect(part).toContain('A quiet week.')
      expect(part).toContain('None of the 412 items read bore on the five key ideas.')
    }
    expect(titles.html(html)).toEqual([])
    expect(elements(html).filter(({ name }) => name === 'h2')).toEqual([])
  })

  test('does not call it calm when no feed answered', () => {
    const digest = { ...quietDigest, coverage: { feeds: 3, answered: 0, failing: [] } }
    expect(mail(digest).text).toContain('No feed answered, so this silence says nothing')
  })
})

describe('hostile feed text', () => {
  const { subject, html, text } = mail(hostileDigest)

  test('stays words in the HTML part', () => {
    expect(harms(html)).toEqual([])
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).toContain('{{constructor}}')
  })

  test('steers nothing in the text part', () => {
    expect(unseen(text)).toEqual([])
    expect(text).not.toMatch(/^\s*(javascript|data|vbscript|file):/im)
    expect(text).not.toContain('user:secret')
    expect(text).not.toMatch(/^Bcc:/m)
    expect(subject).not.toMatch(/[\r\n]/)
  })

  test('gives links only where they are http(s)', () => {
    const linked = elements(html).filter(({ name, text }) => name === 'a' && text.startsWith('Link '))
    expect(linked.map(({ text }) => text)).toEqual(['Link 6', 'Link 7', 'Link 8'])
    expect(linked[0]!.attribs.href).toBe('https://evil.example/login')
    const json = digestJson(hostileDigest).sections[0]!.stories.filter(({ url }) => url !== null)
    expect(json.every(({ url }) => url!.startsWith('https://'))).toBe(true)
  })

  test('does not stretch the mail', () => {
    expect(html).not.toMatch(/A{300}/)
    expect(Buffer.byteLength(html)).toBeLessThan(80_000)
  })
})
