import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRenderer } from '../../src/render/index.ts'
import { everything, longAddress, newsletter } from '../browser/pages.ts'
import { hostile, ideas } from '../fixtures/digests.ts'
import { elements, harms, renderer, site, templatesDir } from './reading.ts'

const typed = Object.values(hostile).join(' ')
const named = (html: string, name: string) => elements(html).filter((element) => element.name === name)
const forms = (html: string) => named(html, 'form').map(({ attribs }) => attribs)
const boxes = (html: string, name: string) =>
  named(html, 'input').filter(({ attribs }) => attribs.type === 'checkbox' && attribs.name === name)
const ticked = (html: string) =>
  named(html, 'input').flatMap(({ attribs }) => (attribs.checked === undefined ? [] : [attribs.value]))
const said = (html: string) => named(html, 'main')[0]!.text
const links = (html: string) => {
  const main = html.slice(html.indexOf('<main'), html.indexOf('</main>'))
  return named(main, 'a').map(({ attribs, text }) => [text, attribs.href])
}

describe.each(Object.entries(newsletter))('the page “%s”', (_, html) => {
  const all = elements(html)

  test('can be read by everyone', () => {
    expect(html).toMatch(/^<!DOCTYPE html>\n<html lang="en"/)
    expect(named(html, 'title')[0]!.text).toMatch(/\S+ · Freehold$/)
    expect(named(html, 'h1')).toHaveLength(1)
    const levels = all.filter(({ name }) => /^h\d$/.test(name)).map(({ name }) => Number(name[1]))
    expect(levels.filter((level, index) => index > 0 && level - levels[index - 1]! > 1)).toEqual([])
  })

  test('ties every field to a label and every reference to an id that stands once', () => {
    const ids = all.flatMap(({ attribs }) => attribs.id ?? [])
    expect(ids).toEqual([...new Set(ids)])
    const references = all.flatMap(({ attribs }) =>
      [attribs['aria-describedby'], attribs['aria-labelledby'], attribs.for].flatMap(
        (value) => value?.split(' ') ?? [],
      ),
    )
    expect(references.filter((id) => !ids.includes(id))).toEqual([])
    const inLabels = named(html, 'label').flatMap(({ attribs }) => attribs.for ?? [])
    const fields = named(html, 'input')
    const within = html.match(/<label><input/g) ?? []
    expect(fields.filter(({ attribs }) => !inLabels.includes(attribs.id!))).toHaveLength(within.length)
  })

  test('holds no harm, no script and no style of its own, and posts to us alone', () => {
    expect(harms(html).filter((harm) => harm !== '<form>')).toEqual([])
    expect(all.filter(({ name, attribs }) => name === 'style' || attribs.style !== undefined)).toEqual([])
    for (const { method, action } of forms(html)) {
      expect(method).toBe('post')
      expect(action).toMatch(/^\/(subscribe|(confirm|preferences|unsubscribe)\/[\w.%!~*'()-]+)$/)
    }
  })

  test('stays below 50 KB with its styles', () => {
    const styles = statSync(join(templatesDir, 'freehold.css')).size
    expect(Buffer.byteLength(html) + styles).toBeLessThan(50_000)
  })

  test('is offered to search engines only where its address lasts', () => {
    const lasting = html.includes('<link rel="canonical"')
    expect(html.includes('<meta name="robots" content="noindex">')).toBe(!lasting)
    expect(lasting).toBe(/<h1>(Subscribe|Privacy)<\/h1>/.test(html))
  })
})

describe('the form for subscribing', () => {
  const html = newsletter.subscribe!

  test('asks for an address and offers every idea and direction, none ticked', () => {
    const [field] = named(html, 'input').filter(({ attribs }) => attribs.type === 'email')
    expect(field!.attribs).toMatchObject({ name: 'email', autocomplete: 'email', value: '', required: '' })
    expect(boxes(html, 'ideas').map(({ attribs }) => attribs.value)).toEqual(ideas.map(({ id }) => id))
    expect(boxes(html, 'directions').map(({ attribs }) => attribs.value)).toEqual([
      'opens',
      'closes',
      'mixed',
    ])
    expect(ticked(html)).toEqual([])
    expect(said(html)).toContain('With none ticked you get all of them.')
    expect(forms(html)).toEqual([expect.objectContaining({ action: '/subscribe' })])
  })

  test('says what comes, how often, how it ends and where the rest stands', () => {
    expect(said(html)).toMatch(/What comes .*How often Once a week.*How it ends With one click/)
    expect(links(html)).toContainEqual(['Privacy', '/privacy'])
  })

  test('has a field that only programs fill in', () => {
    const trap = named(html, 'input').find(({ attribs }) => attribs.name === 'website')!
    expect(trap.attribs).toMatchObject({ type: 'text', tabindex: '-1', autocomplete: 'off' })
    expect(html).toMatch(/<p class="decoy" aria-hidden="true">[^\n]*name="website"[^\n]*<\/p>/)
  })

  test('shows what is wrong at the field and keeps what was typed and ticked', () => {
    const wrong = newsletter['subscribe, refused']!
    const [error] = elements(wrong).filter(({ attribs }) => attribs.role === 'alert')
    expect(error).toMatchObject({ attribs: { id: 'email-error' }, text: /^“ada@example” can’t be/ })
    const field = named(wrong, 'input').find(({ attribs }) => attribs.name === 'email')!.attribs
    expect(field).toMatchObject({ value: 'ada@example', 'aria-invalid': 'true', autofocus: '' })
    expect(field['aria-describedby']!.split(' ')).toContain('email-error')
    expect(ticked(wrong)).toEqual(['renewal', 'compute-cost', 'opens'])
    expect(named(wrong, 'title')[0]!.text).toMatch(/^Please correct/)
    expect(named(html, 'title')[0]!.text).toBe('Subscribe · Freehold')
    expect(html).not.toMatch(/role="alert"|aria-invalid|autofocus/)
  })

  test.each([
    '"ada lovelace"@example.org',
    "o'hara+tag@example.org",
    'ada@bücher.example',
    'ада@почта.example',
    '<b>ada</b>@example.org',
    'ada@example.org" autofocus onfocus="alert(1)',
    '{{constructor}}@example.org',
    longAddress,
  ])('gives %s back as it was typed', (email) => {
    const html = renderer.subscribePage({ values: { email, ...everything }, error: 'No.' })
    const field = named(html, 'input').find(({ attribs }) => attribs.name === 'email')!.attribs
    expect(field.value).toBe(email)
    expect(Object.keys(field).filter((name) => name.startsWith('on'))).toEqual([])
  })

  test('is not stretched by an address without end', () => {
    const email = `${'a'.repeat(100_000)}@example.org`
    const html = renderer.subscribePage({ values: { email, ...everything }, error: email })
    expect(html.length).toBeLessThan(newsletter['subscribe, refused']!.length + 1000)
  })
})

describe('what is said before anything is confirmed', () => {
  test('does not tell whether an address is known', () => {
    expect(said(newsletter['check your inbox']!)).toContain(
      'If that address can be written to, a mail is on its way; open it and press the button.',
    )
    expect(renderer.checkInboxPage()).toBe(newsletter['check your inbox'])
  })

  test('says what the button does, and has no more than it', () => {
    const html = newsletter.confirm!
    expect(forms(html).map(({ action }) => action)).toEqual(['/confirm/TOKEN'])
    expect(named(html, 'button').map(({ text }) => text)).toEqual(['Confirm'])
    expect(named(html, 'input')).toEqual([])
    expect(said(html)).toContain(
      'once a week you get Freehold by mail: stories on Renewal and Compute cost that open cheap space.',
    )
  })
})

describe('what a choice is called', () => {
  const phrase = (ideasChosen: string[], directions: ('opens' | 'closes' | 'mixed')[]) =>
    /by mail: (.*?)\. Confirm/.exec(
      said(renderer.confirmPage({ token: 'T', ideas: ideasChosen, directions })),
    )?.[1]

  test.each([
    [[], [], 'every story'],
    [ideas.map(({ id }) => id), ['mixed', 'opens', 'closes'], 'every story'],
    [['compute-cost', 'renewal'], [], 'stories on Renewal and Compute cost'],
    [
      ['compute-cost', 'renewal', 'economic-function'],
      [],
      'stories on Renewal, Compute cost and Economic function',
    ],
    [[], ['closes'], 'stories that close cheap space'],
    [[], ['closes', 'opens'], 'stories that open or close cheap space'],
    [['renewal'], ['mixed'], 'stories on Renewal that are contested'],
    [['renewal'], ['mixed', 'opens'], 'stories on Renewal that open cheap space or are contested'],
    [['gone'], [], 'stories on gone'],
  ] as const)('%j and %j', (chosen, directions, words) => {
    expect(phrase([...chosen], [...directions])).toBe(words)
  })
})

describe('a confirmed subscription', () => {
  test('is told when the next issue comes, where that is known', () => {
    expect(said(newsletter.confirmed!)).toContain('The next issue comes on Monday 30 November 2026.')
    expect(said(newsletter['confirmed, nothing known']!)).toContain('The next issue comes to your inbox.')
    const odd = renderer.confirmedPage({ preferencesPath: null, nextIssue: 'soon' })
    expect(odd).toBe(newsletter['confirmed, nothing known'])
  })

  test('leads to the preferences where there are some', () => {
    expect(links(newsletter.confirmed!)).toContainEqual(['Change what you get', '/preferences/TOKEN'])
    expect(newsletter['confirmed, nothing known']).not.toContain('/preferences')
  })

  test.each(['//evil.example', 'https://evil.example', 'javascript:alert(1)', '/a"b', ''])(
    'does not link to %j',
    (preferencesPath) => {
      expect(() => renderer.confirmedPage({ preferencesPath, nextIssue: null })).toThrow(/path of our own/)
    },
  )
})

describe('preferences', () => {
  const html = newsletter.preferences!

  test('show what was chosen, and the way out below it, each with a token of its own', () => {
    expect(ticked(html)).toEqual(['renewal', 'compute-cost', 'opens'])
    expect(forms(html).map(({ action }) => action)).toEqual(['/preferences/TOKEN', '/unsubscribe/LEAVE'])
    expect(named(html, 'button').map(({ text }) => text)).toEqual(['Save', 'Unsubscribe'])
    expect(said(html)).toContain('ada@example.org')
    expect(html).not.toContain('role="status"')
  })

  test('say that they were saved, and what comes from now on', () => {
    const [status] = elements(newsletter['preferences, saved']!).filter(
      ({ attribs }) => attribs.role === 'status',
    )
    expect(status!.text).toBe('Saved. From now on you get every story.')
  })
})

describe('preferences of one who has left', () => {
  test('hold what was chosen and one button, by which alone they come back', () => {
    const html = newsletter['come back']!
    expect(ticked(html)).toEqual(['renewal', 'compute-cost', 'opens'])
    expect(forms(html).map(({ action }) => action)).toEqual(['/preferences/TOKEN'])
    expect(named(html, 'button').map(({ text, attribs }) => [text, attribs.name])).toEqual([
      ['Come back', 'back'],
    ])
    const [status] = elements(newsletter['preferences, come back']!).filter(
      ({ attribs }) => attribs.role === 'status',
    )
    expect(status!.text).toMatch(/^You are back\. From now on you get stories on Renewal/)
  })

  test('promise no mail and name nobody where a link brings nobody back', () => {
    const complained = newsletter['stays away, complained']!
    expect(said(complained)).toContain('To get it again, ask whoever runs this Freehold, from that address.')
    expect(links(complained).map(([, href]) => href)).toEqual(['/digests'])
    const bounced = newsletter['stays away, bounced']!
    expect(said(bounced)).toContain('enter the address anew')
    expect(said(bounced)).toContain('If none comes, write to hello@freehold.example.')
    expect(links(bounced)[0]![1]).toBe('/subscribe')
    expect([...forms(complained), ...forms(bounced)]).toEqual([])
  })
})

describe('leaving', () => {
  test('takes one button and asks nothing', () => {
    const html = newsletter.unsubscribe!
    expect(forms(html).map(({ action }) => action)).toEqual(['/unsubscribe/TOKEN'])
    expect(named(html, 'button')).toHaveLength(1)
    expect(named(html, 'input')).toEqual([])
    expect(said(html)).toContain('ada@example.org gets no more mail')
  })

  test('is done when it is done', () => {
    const html = newsletter.left!
    expect(named(html, 'h1')[0]!.text).toBe('You are off the list.')
    expect(forms(html)).toEqual([])
    expect(said(html)).not.toMatch(/\bsure\b|\bwhy\b|sorry/i)
    expect(links(html)[0]![1]).toBe('/preferences/TOKEN')
    expect(links(newsletter['left for good']!)[0]![1]).toBe('/subscribe')
  })
})

test.each(['confirm', 'preferences', 'unsubscribe'] as const)(
  'a link that is gone says what to do instead: %s',
  (what) => {
    const html = newsletter[`link gone, ${what}`]!
    expect(said(html)).toContain('mail program may have cut it short')
    expect(links(html)[0]![1]).toBe('/subscribe')
    expect(links(html)[1]![1]).toBe('/privacy')
    expect(forms(html)).toEqual([])
  },
)

test('a link that is gone sends nobody to an address that is not there', () => {
  const [named, nobody] = ['link gone, unsubscribe', 'link gone, nobody named'].map(
    (name) => newsletter[name]!,
  )
  expect(said(named!)).toContain('If that fails too, write to the address on the page on privacy.')
  expect(links(named!)[1]).toEqual(['Privacy, and whom to write to', '/privacy'])
  expect(said(nobody!)).toContain('If that fails too, ask whoever runs this Freehold.')
  expect(links(nobody!)[1]).toEqual(['Privacy', '/privacy'])
})

describe('the page on privacy', () => {
  const html = newsletter.privacy!

  test('says what is kept and for how long', () => {
    const entries = html.split('<dt>').slice(1)
    const of = (words: string) => entries.find((entry) => entry.includes(words))
    expect(of('entered and not confirmed')).toContain('30 days')
    expect(of('the network an address was entered from')).toContain('30 days')
    expect(of('Answers of the bot')).toContain('90 days')
    expect(of('That a channel is subscribed')).toContain('30 days after the bot has left')
    expect(of('what your mail server answered')).toContain('as long as the address')
    expect(said(html)).toMatch(/no cookies, no pixels/)
    expect(said(html)).toContain('Those are its only statistics.')
  })

  test('says whom to write to, by link where there is something to link to', () => {
    expect(links(html)).toContainEqual(['privacy@freehold.example', 'mailto:privacy@freehold.example'])
    expect(said(html)).toContain('Freehold, 1 Hudson Street')
    const page = (contact: string) => renderer.privacyPage({ contact, postalAddress: null })
    expect(links(page('https://freehold.example/contact'))).toContainEqual([
      'https://freehold.example/contact',
      'https://freehold.example/contact',
    ])
    for (const contact of ['javascript:alert(1)', 'a@b.example?bcc=c@d.example', 'the office', typed]) {
      expect(links(page(contact)).filter(([, href]) => !href!.startsWith('/'))).toEqual([])
    }
  })

  test('has advice where nobody is named', () => {
    expect(said(newsletter['privacy, nobody named']!)).toContain('Ask whoever runs this Freehold')
    const post = renderer.privacyPage({ contact: null, postalAddress: 'Freehold, 1 Hudson Street' })
    expect(said(post)).toContain('Write to the address below')
  })
})

test('everything stays under the path the pages are published at', () => {
  const below = createRenderer({ templatesDir, publicUrl: `${site}/freehold/`, ideas })
  const pages = [
    below.subscribePage({ values: { email: '', ...everything }, error: null }),
    below.checkInboxPage(),
    below.confirmPage({ token: 'T', ...everything }),
    below.confirmedPage({ preferencesPath: '/freehold/preferences/T', nextIssue: null }),
    below.preferencesPage({ token: 'T', leaveToken: 'L', email: 'a@b.example', values: everything, state: 'shown' }), // biome-ignore format: short
    below.unsubscribePage({ token: 'T', email: 'a@b.example' }),
    below.leftPage({ preferencesPath: '/freehold/preferences/T' }),
    below.linkGonePage({ what: 'confirm', isReachable: true }),
    below.privacyPage({ contact: null, postalAddress: null }),
  ]
  const own = pages.flatMap((html) =>
    elements(html).flatMap(({ attribs }) => /^\/.*/.exec(attribs.href ?? attribs.action ?? '')?.[0] ?? []),
  )
  expect(own.length).toBeGreaterThan(100)
  expect(own.filter((path) => !path.startsWith('/freehold/'))).toEqual([])
})
