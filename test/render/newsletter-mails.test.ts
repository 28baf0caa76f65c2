import { describe, expect, test } from 'vitest'
import type { Digest, StoryChoice } from '../../src/model/index.ts'
import { everything, preferencesUrl } from '../browser/pages.ts'
import { hostile, hugeDigest, ideas, quietDigest, richDigest } from '../fixtures/digests.ts'
import { elements, harms, renderer, site, titles, unseen, unsubscribeUrl } from './reading.ts'

const linksOf = (html: string) =>
  elements(html)
    .filter(({ name }) => name === 'a')
    .map(({ attribs, text }) => [text, attribs.href])
const lines = (text: string) => text.split('\n')
const flat = (text: string) => text.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ')

describe('the mail that asks for confirmation', () => {
  const confirmUrl = `${site}/confirm/${'Ab-_'.repeat(15)}.${'x'.repeat(22)}`
  const content = { confirmUrl, ideas: ['renewal'], directions: ['opens' as const], hours: 48 }
  const { subject, html, text } = renderer.confirmationMail(content)

  test('has one thing to press, which leads to the page with the button', () => {
    expect(linksOf(html).filter(([, href]) => href === confirmUrl)).toEqual([
      ['Confirm the subscription', confirmUrl],
    ])
    expect(lines(text)).toContain(confirmUrl)
  })

  test.each([
    ['HTML', flat(html)],
    ['text', flat(text)],
  ])('says who asked, for what, how long it holds, and that nothing need be done: %s', (_, said) => {
    expect(said).toContain('Somebody, probably you, entered it at freehold.example')
    expect(said).toContain('weekly digest: stories on Renewal that open cheap space.')
    expect(said).toContain('The link holds for 2 days.')
    expect(said).toContain('If it was not you, do nothing. Nothing more comes')
    expect(said).not.toContain('nsubscribe')
  })

  test('is short, is no digest, and loads nothing', () => {
    expect(subject).toBe('Please confirm your subscription to Freehold')
    expect(Buffer.byteLength(html)).toBeLessThan(10_000)
    expect(harms(html)).toEqual([])
    expect(elements(html).filter(({ name }) => name === 'h1')).toHaveLength(1)
    expect(html).not.toMatch(/url\(|@import|<link/)
    const unstyled = elements(html).filter(
      ({ name, attribs }) => ['p', 'h1', 'a', 'td'].includes(name) && attribs.style === undefined,
    )
    expect(unstyled).toEqual([])
  })

  test('keeps its lines short but for links, which stand alone', () => {
    for (const line of lines(text)) {
      if (/https?:/.test(line)) expect(line).toMatch(/^https?:\/\/\S+$/)
      else expect(line.length).toBeLessThanOrEqual(72)
    }
    expect(text).not.toMatch(/&(amp|quot|lt|gt|#x)|\n{3}/)
  })

  test('holds nothing that a stranger could have typed', () => {
    const typed = Object.values(hostile).join(' ')
    const bad = renderer.confirmationMail({ ...content, ideas: [typed] })
    expect(harms(bad.html)).toEqual([])
    expect(unseen(bad.text)).toEqual([])
    expect(bad.subject).toBe(subject)
  })

  test.each(['javascript:alert(1)', 'mailto:a@b.example', '/confirm/x', 'https://a.example/" x="', ''])(
    'refuses %j as the link',
    (confirmUrl) => {
      expect(() => renderer.confirmationMail({ ...content, confirmUrl })).toThrow(/link to confirm by/)
    },
  )

  test('speaks of one hour as one', () => {
    expect(renderer.confirmationMail({ ...content, hours: 1 }).text).toContain('holds for 1 hour.')
  })
})

describe('the mail to one who is entered again and reads already', () => {
  const links = { preferencesUrl, unsubscribeUrl: `${site}/unsubscribe/TOKEN` }
  const reads: StoryChoice = { ideas: ['renewal'], directions: ['opens'] }
  const wish = { confirmUrl: `${site}/confirm/TOKEN`, hours: 168, ideas: ['compute-cost'], directions: [] }
  const plain = renderer.readerMail({ reads, ...links, wish: null })
  const wishing = renderer.readerMail({ reads, ...links, wish })

  test('says so, what they get, and asks for nothing to be confirmed', () => {
    expect(plain.subject).toBe('You read Freehold already')
    for (const part of [plain.html, plain.text]) {
      expect(flat(part)).toContain(
        'It gets Freehold once a week: stories on Renewal that open cheap space. Change your choice or leave here.',
      )
      expect(flat(part)).toContain('If it was not you, do nothing. Nothing changes')
      expect(flat(part)).not.toMatch(/onfirm|every story|deleted|nothing more comes/i)
    }
  })

  test('leads to their choice and out, and to what the form asked for where that is something else', () => {
    const own = linksOf(plain.html).slice(0, 2)
    expect(own).toEqual([
      ['Change your choice', preferencesUrl],
      ['Unsubscribe', links.unsubscribeUrl],
    ])
    expect(linksOf(wishing.html)).toContainEqual(['Get that instead', wish.confirmUrl])
    for (const href of [preferencesUrl, links.unsubscribeUrl]) expect(lines(plain.text)).toContain(href)
    expect(lines(wishing.text)).toContain(wish.confirmUrl)
    expect(flat(wishing.text)).toContain('The form asked for stories on Compute cost. To get that instead')
    expect(flat(wishing.html)).toContain('The link holds for 7 days.')
    expect(plain.html + plain.text).not.toContain('/confirm/')
  })

  test('is as short, safe and readable as the other', () => {
    const typed = Object.values(hostile)
    const bad = renderer.readerMail({
      reads: { ideas: typed, directions: [] },
      ...links,
      wish: { ...wish, ideas: typed },
    })
    for (const { html, text } of [plain, wishing, bad]) {
      expect(Buffer.byteLength(html)).toBeLessThan(10_000)
      expect(harms(html)).toEqual([])
      expect(unseen(text)).toEqual([])
      expect(elements(html).filter(({ name }) => name === 'h1')).toHaveLength(1)
    }
    for (const { text } of [plain, wishing]) {
      expect(text).not.toMatch(/&(amp|quot|lt|gt|#x)|\n{3}/)
      for (const line of lines(text)) {
        if (/https?:/.test(line)) expect(line).toMatch(/^https?:\/\/\S+$/)
        else expect(line.length).toBeLessThanOrEqual(72)
      }
    }
    for (const [name, url] of Object.entries({ ...links, confirmUrl: '' })) {
      const broken = { reads, ...links, wish, [name]: `javascript:${url}` }
      if (name === 'confirmUrl') broken.wish = { ...wish, confirmUrl: 'javascript:' }
      expect(() => renderer.readerMail(broken)).toThrow(/must begin with https: or http:/)
    }
  })
})

describe('the links of the digest’s mail', () => {
  const slot = (name: string) => `SLOT${name}`.padEnd(59, 'x')
  const options = {
    unsubscribeUrl: `${site}/unsubscribe/${slot('LEAVE')}`,
    preferencesUrl: `${site}/preferences/${slot('PREFERENCES')}`,
  }
  const { html, text } = renderer.email(richDigest, options)

  test('stand at its top and its foot, in one order', () => {
    const expected = [
      ['Read on the web', `${site}/digests/12`],
      ['Preferences', options.preferencesUrl],
      ['Unsubscribe', options.unsubscribeUrl],
    ]
    expect(linksOf(html).slice(0, 3)).toEqual(expected)
    expect(linksOf(html).slice(-3)).toEqual(expected)
    const block = expected.flatMap(([label, href]) => [`${label}:`, href])
    expect(lines(text).slice(0, 6)).toEqual(block)
    expect(lines(text.trimEnd()).slice(-6)).toEqual(block)
  })

  test('keep a placeholder whole, on a line of its own in the text', () => {
    for (const url of Object.values(options)) {
      expect(html.split(`"${url}"`)).toHaveLength(3)
      expect(lines(text).filter((line) => line === url)).toHaveLength(2)
    }
  })

  test('leave the preferences out where there are none', () => {
    for (const without of [{ unsubscribeUrl }, { unsubscribeUrl, preferencesUrl: null }]) {
      const mail = renderer.email(richDigest, without)
      expect(mail.html + mail.text).not.toContain('Preferences')
    }
  })

  test.each(['javascript:alert(1)', 'mailto:a@b.example', `${site}/" onclick="x`])(
    'are refused when they are none: %s',
    (preferencesUrl) => {
      expect(() => renderer.email(richDigest, { unsubscribeUrl, preferencesUrl })).toThrow(
        /link to the preferences/,
      )
    },
  )
})

describe('a mail for an editor', () => {
  const deskUrl = `${site}/desk/1-abc.def`
  const editor = { deskUrl, releaseAt: '2026-11-23T15:00:00.000Z', held: null }
  const { subject, html, text } = renderer.email(hugeDigest, { unsubscribeUrl: null, editor })

  test('says why it comes and who ends it, and calls nobody a subscriber', () => {
    expect(subject).toMatch(/^Preview of /)
    for (const part of [html, text]) {
      expect(flat(part)).toContain(
        'You get this mail as one of the EDITORS of Freehold at freehold.example. Whoever runs it can take the address out.',
      )
      expect(flat(part)).toContain('Without a word of yours it goes out by itself on 23 November 2026')
      expect(flat(part)).not.toMatch(/subscribe|preferences|mailto:|Read on the web/i)
    }
  })

  test('links to the desk at its top and its foot, and never to the page the issue does not have yet', () => {
    const desk = ['Read, change, hold or release it', deskUrl]
    expect(linksOf(html).filter(([label]) => label === desk[0])).toEqual([desk, desk])
    expect([linksOf(html)[0], linksOf(html).at(-1)]).toEqual([desk, desk])
    expect(lines(text).filter((line) => line === `${desk[0]}:`)).toHaveLength(2)
    const page = `${site}/digests/${hugeDigest.number}`
    expect(`${html}${text}`).not.toMatch(new RegExp(`${page}\\b`))
    expect(linksOf(html)).toContainEqual(['the whole issue', deskUrl])
  })
})

test('a mail to who is on no list and no editor says that it comes once, and offers no way off a list', () => {
  const { html, text } = renderer.email(richDigest, { unsubscribeUrl: null })
  for (const part of [html, text]) {
    expect(flat(part)).toContain(
      'because somebody at freehold.example sent this issue to be looked at. No others',
    )
    expect(flat(part)).not.toMatch(/subscribe/i)
  }
})

describe('a mail for a reader who chose', () => {
  const mail = (choice: StoryChoice, digest: Digest = richDigest) =>
    renderer.email(digest, { unsubscribeUrl, preferencesUrl, choice })
  const chosen = mail({ ideas: ['renewal', 'compute-cost'], directions: ['opens'] })
  const expected = richDigest.sections
    .filter(({ idea }) => idea === 'renewal' || idea === 'compute-cost')
    .flatMap(({ stories }) => stories.filter(({ direction }) => direction === 'opens'))
    .map(({ title }) => title)

  test('has the chosen stories and no others, in both parts', () => {
    expect(expected).toHaveLength(4)
    expect(titles.html(chosen.html)).toEqual(expected)
    expect(titles.text(chosen.text)).toEqual(expected)
    expect(chosen).toMatchObject({ shown: 3, cut: 0 })
  })

  test('says in a line what was chosen, with a link to change it', () => {
    for (const part of [chosen.html, chosen.text]) {
      expect(flat(part)).toContain(
        'You chose stories on Renewal and Compute cost that open cheap space: 3 of this issue’s 13. The whole issue is on the web',
      )
    }
    expect(linksOf(chosen.html)).toContainEqual(['Change what you chose', preferencesUrl])
    expect(linksOf(chosen.html)).toContainEqual(['The whole issue is on the web', `${site}/digests/12`])
    expect(chosen.text).toContain(`The whole issue is on the web:\n${site}/digests/12\n`)
  })

  test('says so too where the choice leaves nothing out', () => {
    const [section] = richDigest.sections
    const opening = section!.stories.filter(({ direction }) => direction === 'opens')
    const issue = (stories: typeof opening) => ({ ...richDigest, sections: [{ ...section!, stories }] })
    const opens: StoryChoice = { ideas: [], directions: ['opens'] }
    expect(flat(mail(opens, issue(opening)).text)).toContain(
      `You chose stories that open cheap space: all ${opening.length} stories of this issue.`,
    )
    expect(flat(mail(opens, issue(opening.slice(0, 1))).text)).toContain(
      'You chose stories that open cheap space: the one story of this issue.',
    )
  })

  test('counts what it tells, and names the whole issue’s counts as such', () => {
    for (const part of [chosen.html, chosen.text]) {
      const said = flat(part.replaceAll('&nbsp;', ' '))
      expect(said).toContain('▲ 3 open')
      expect(said).not.toMatch(/\b0 (open|close|contested)/)
      expect(said).toContain('In the whole issue: 2 open, 1 closes, 1 contested')
      expect(said).toContain('For the whole issue Freehold read 1,204 items')
      expect(said).not.toContain('In this issue:')
    }
  })

  test('has the subject of its own strongest story', () => {
    expect(mail({ ideas: ['disciplinary-floor'], directions: [] }).subject).toBe(
      'Freehold 12: OpenAI halves the price of its mid-size model, a week after…',
    )
  })

  test('is the whole mail for who chose everything, and in a quiet week', () => {
    const all: StoryChoice = {
      ideas: ideas.map(({ id }) => id),
      directions: ['opens', 'closes', 'mixed'],
    }
    const whole = renderer.email(richDigest, { unsubscribeUrl, preferencesUrl })
    expect(mail(everything)).toEqual(whole)
    expect(mail(all)).toEqual(whole)
    expect(mail({ ideas: ['renewal'], directions: [] }, quietDigest)).toEqual(
      renderer.email(quietDigest, { unsubscribeUrl, preferencesUrl }),
    )
  })

  test('says honestly and briefly that there is nothing', () => {
    const others = { ...richDigest, sections: richDigest.sections.slice(1) }
    const { subject, html, text, shown, cut } = mail({ ideas: ['renewal'], directions: [] }, others)
    expect(subject).toBe('Freehold 12: nothing you chose')
    expect([shown, cut]).toEqual([0, 0])
    for (const part of [html, text]) {
      expect(flat(part)).toContain('You chose stories on Renewal.')
      expect(flat(part)).toContain('None of this issue’s 10 stories is among them.')
      expect(part).not.toMatch(/quiet week|▲|Concept of the week/)
    }
    expect(titles.html(html)).toEqual([])
    expect(lines(text).length).toBeLessThan(36)

    const one = {
      ...others,
      sections: [{ ...others.sections[0]!, stories: [others.sections[0]!.stories[0]!] }],
    }
    expect(mail({ ideas: ['renewal'], directions: [] }, one).text).toContain(
      'The one story of this issue is not among them.',
    )
  })

  test('is cut as any other, among the chosen', () => {
    const { html, shown, cut } = mail({ ideas: ['renewal', 'compute-cost'], directions: [] }, hugeDigest)
    expect(shown + cut).toBe(80)
    expect(titles.html(html)).toHaveLength(shown)
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(80_000)
  })

  test('takes no harm from what somebody sent as a choice', () => {
    const { html, text } = mail({ ideas: Object.values(hostile), directions: [] })
    expect(harms(html)).toEqual([])
    expect(unseen(text)).toEqual([])
  })
})

test('lines of the text part are short but for links, which stand alone', () => {
  const { text } = renderer.email(richDigest, {
    unsubscribeUrl,
    preferencesUrl,
    postalAddress: 'Freehold, 1 Hudson Street, New York',
    choice: { ideas: ideas.slice(0, 4).map(({ id }) => id), directions: ['closes', 'mixed'] },
  })
  for (const line of lines(text)) {
    if (/https?:/.test(line)) expect(line.trim()).toMatch(/^https?:\/\/\S+$/)
    else expect([...line].length).toBeLessThanOrEqual(72)
  }
})
