import { describe, expect, test } from 'vitest'
import type { FeedCondition, FeedNote } from '../../src/model/index.ts'
import { hostile } from '../fixtures/digests.ts'
import { openApiSkipped, validateBody } from '../servers/discord-openapi.ts'
import { discordTexts, elements, harms, renderer, unseen } from './reading.ts'

function one(n: number, changes: Partial<FeedCondition> = {}): FeedCondition {
  return {
    feed: `feed-${n}`,
    title: `Feed ${n}`,
    site: `https://feed-${n}.example/`,
    condition: 'broken',
    needsHand: true,
    since: 0,
    what: `It has failed since 18 November 2026, ${n} times in a row: it answered 500.`,
    remedy: 'Tell its people, who may not know.',
    ...changes,
  }
}

function note(changes: Partial<FeedNote> = {}): FeedNote {
  return {
    week: '2026-11-23',
    feeds: 74,
    unread: 0,
    needs: [one(1), one(2)],
    days: 90,
    contributed: { read: 3210, labelled: 410, published: 122, alerts: 12 },
    most: [
      { title: 'Ai2', published: 21 },
      { title: 'EFF', published: 9 },
    ],
    ...changes,
  }
}

const flat = (text: string) => text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

describe('the mail', () => {
  const { subject, html, text } = renderer.noteMail(note())

  test('tells the same in both parts', () => {
    expect(subject).toBe('Feeds: 2 of 74 need a hand')
    for (const part of [flat(html), flat(text)]) {
      expect(part).toMatch(/Feed 1 +feed-1 /)
      expect(part).toContain('1 times in a row: it answered 500.')
      expect(part).toContain('→ Tell its people, who may not know.')
      expect(part).toContain(
        'In the last 90 days 74 feeds brought 3,210 items: 410 bore on an idea, 122 stood in digests, 12 in alerts. Most was published of Ai2 (21) and EFF (9).',
      )
    }
  })

  test('loads nothing, has its styles on its elements and short lines', () => {
    expect(harms(html)).toEqual([])
    expect(html).not.toMatch(/url\(|@import|<link/)
    const unstyled = elements(html).filter(
      ({ name, attribs }) => ['p', 'h1', 'a', 'td'].includes(name) && attribs.style === undefined,
    )
    expect(unstyled).toEqual([])
    for (const line of text.split('\n')) {
      if (!line.includes('http')) expect([...line].length, line).toBeLessThanOrEqual(72)
    }
  })

  test.each([
    [{ needs: [one(1)] }, 'Feeds: 1 of 74 needs a hand', /1 of 74 feeds will not get well without/],
    [{ needs: [] }, 'Feeds: all is well with 74', /None of the 74 feeds needs a hand\./],
    [{ needs: [], unread: 60 }, 'Feeds: 60 of 74 are not being read', /60 feeds were not read for two days/],
    [
      { contributed: { read: 0, labelled: 0, published: 0, alerts: 0 } },
      'Feeds: 2 of 74 need a hand',
      /have brought nothing yet/,
    ],
    [
      { needs: Array.from({ length: 60 }, (_, n) => one(n)) },
      'Feeds: 60 of 74 need a hand',
      /And 20 more, which npx freehold feeds health lists\./,
    ],
  ])('of %j says so', (changes, title, said) => {
    const mail = renderer.noteMail(note(changes))
    expect(mail.subject).toBe(title)
    expect(flat(mail.text)).toMatch(said)
    expect(flat(mail.html)).toMatch(said)
  })

  test.each(Object.entries(hostile))('shows what a feed says as words: %s', (_, words) => {
    const mail = renderer.noteMail(note({ needs: [one(1, { title: words, what: words, remedy: words })] }))
    expect(harms(mail.html)).toEqual([])
    expect(unseen(mail.text)).toEqual([])
    expect(mail.subject).toBe('Feeds: 1 of 74 needs a hand')
  })
})

describe('the post', () => {
  const texts = (changes: Partial<FeedNote> = {}) => discordTexts([renderer.cards.feedNote(note(changes))])

  test('tells of each feed with its link and what to do', () => {
    const said = texts().join('\n')
    expect(said).toContain('### Feeds: 2 of 74 need a hand')
    expect(said).toContain('**[Feed 1](https://feed-1.example/)** · feed-1')
    expect(said).toContain('→ Tell its people, who may not know.')
  })

  test('has an edge when there is something to do', () => {
    const edge = (changes: Partial<FeedNote>) =>
      (renderer.cards.feedNote(note(changes)).components[0] as { accent_color?: number }).accent_color
    expect(edge({})).toBeDefined()
    expect(edge({ needs: [], unread: 60 })).toBeDefined()
    expect(edge({ needs: [] })).toBeUndefined()
  })

  test(openApiSkipped ?? 'is a message that Discord takes, however much there is to say', () => {
    const long = 'so much to say about this one '.repeat(40)
    const needs = Array.from({ length: 60 }, (_, n) => one(n, { title: long, what: long, remedy: long }))
    for (const changes of [
      {},
      { needs: [] },
      { needs },
      { most: needs.map(({ title }) => ({ title, published: 1 })) },
    ]) {
      const message = renderer.cards.feedNote(note(changes))
      expect(validateBody('POST /channels/:channel/messages', message)).toEqual([])
    }
    expect(texts({ needs }).join('\n')).toContain('And 50 more, which npx freehold feeds health lists.')
  })
})
