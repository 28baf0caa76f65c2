import { describe, expect, test } from 'vitest'
import type { ChannelSubscription } from '../../../src/model/index.ts'
import { aSubscription, buttons, cards, faults, said } from './checking.ts'

const now = Date.UTC(2026, 10, 23)
const subscribed = (part: Partial<ChannelSubscription>, rest = {}) =>
  cards.subscribed({
    subscription: aSubscription(part),
    warnings: [],
    changed: false,
    schedule: 'every Monday at 09:00 UTC',
    ...rest,
  })

describe('what a subscription brings', () => {
  test.each<[Partial<ChannelSubscription>, string]>([
    [{}, '<#111> gets the digest every Monday at 09:00 UTC.'],
    [
      { kind: 'forum', discuss: true },
      '<#111> gets the digest every Monday at 09:00 UTC as a post of its own.',
    ],
    [
      { mode: 'alerts', alertsADay: 1, discuss: true },
      '<#111> gets single strong stories as they come, at most 1 a day.',
    ],
    [
      { mode: 'both', ideas: ['renewal'] },
      '<#111> gets the digest every Monday at 09:00 UTC and, in between, single strong stories as they come, at most 3 a day. Only stories on Renewal.',
    ],
    [
      { ideas: ['renewal', 'compute-cost', 'gone_one'], directions: ['mixed', 'closes', 'opens'] },
      '<#111> gets the digest every Monday at 09:00 UTC. Only stories on Renewal, Compute cost and gone\\_one that open or close space or are contested.',
    ],
    [
      { directions: ['mixed'] },
      '<#111> gets the digest every Monday at 09:00 UTC. Only stories that are contested.',
    ],
    [
      { kind: 'announcement', role: '222', discuss: true, publish: true },
      '<#111> gets the digest every Monday at 09:00 UTC.\nEach post mentions <@&222>. A thread for discussion is opened under each digest. Channels that follow this one get it too.',
    ],
  ])('is said in a sentence or two: %j', (part, sentences) => {
    const lines = said(subscribed(part)).split('\n')
    expect(lines[0]).toBe('**Subscribed**')
    expect(lines.slice(1, -1).join('\n')).toBe(sentences)
    expect(lines.at(-1)).toContain('`/unsubscribe` stops it')
  })

  test('says that it was changed, and what may keep it out', () => {
    const message = subscribed(
      {},
      { changed: true, warnings: ['In <#111> “Send *Messages*” is missing.', ''] },
    )
    expect(said(message)).toMatch(/^\*\*Subscription changed\*\*\n/)
    expect(said(message)).toContain('**Please check**\n- In <#111> “Send \\*Messages\\*” is missing.\n')
  })

  test('mentions no role, and nothing that is no id', () => {
    const message = subscribed({ channel: '1> @everyone', role: '2> @here' })
    expect(said(message)).toContain('the channel gets the digest')
    expect(said(message)).not.toMatch(/@/)
    expect(subscribed({ role: '222' }).allowed_mentions).toEqual({ parse: [] })
  })
})

describe('the status of a server', () => {
  const rest = {
    lastIssue: { number: 12, at: now },
    nextIssueAt: now + 1000,
    feeds: { total: 64, failing: 2 },
  }

  test('begins with what is paused, why, and a way to resume it', () => {
    const subscriptions = [
      aSubscription({ ideas: ['renewal'], directions: ['opens'], mode: 'both' }),
      aSubscription({ channel: '333', role: '222', failures: 1, lastError: 'Discord did not answer.' }),
      aSubscription({ channel: '444', pausedAt: now, lastError: 'In <#444> “Send Messages” is missing.' }),
    ]
    const message = cards.status({ subscriptions, ...rest })
    expect(said(message).split('\n')).toEqual([
      `**<#444> is paused** since <t:${now / 1000}:D>`,
      'In <#444> “Send Messages” is missing.',
      '**Subscribed channels**',
      '- <#111> · digests and single strong stories · Renewal · opens',
      '- <#333> · digests · all ideas · <@&222> · **the last post failed**: Discord did not answer.',
      `-# last issue [Freehold 12](https://freehold.example/digests/12), <t:${now / 1000}:D> · next issue <t:${now / 1000 + 1}:R> · 2 of 64 feeds do not answer`,
    ])
    expect(buttons(message)).toEqual([['Resume', 'resume:444']])
  })

  test('has one button for each paused channel, and counts those it has no room for', () => {
    const subscriptions = Array.from({ length: 60 }, (_, n) =>
      aSubscription({ channel: `${1000 + (n % 50)}`, pausedAt: n % 50 < 20 ? now : null }),
    )
    const message = cards.status({ subscriptions, ...rest })
    expect(faults(message)).toEqual([])
    expect(said(message)).toContain('-# and 14 paused channels more')
    expect(said(message)).toContain('-# and 15 channels more')
  })

  test('says how to begin where nothing is subscribed', () => {
    const text = said(
      cards.status({
        subscriptions: [],
        lastIssue: null,
        nextIssueAt: null,
        feeds: { total: 1, failing: 0 },
      }),
    )
    expect(text).toMatch(
      /^\*\*No channel of this server gets anything from Freehold yet\*\*\n`\/subscribe` chooses/,
    )
    expect(text).toContain('-# no issue has been sent yet · the one feed answers')
  })

  test('does not say that nothing is subscribed where all is paused', () => {
    const text = said(cards.status({ subscriptions: [aSubscription({ pausedAt: now })], ...rest }))
    expect(text).toContain('The last posts could not be delivered.')
    expect(text).toContain('No other channel of this server is subscribed.')
  })
})

describe('word of a failed post', () => {
  const error = 'In <#111> “Send Messages” is missing.'

  test('says where, what is missing and what comes next', () => {
    const message = cards.trouble({
      subscription: aSubscription({ failures: 2 }),
      error,
      paused: false,
      retryAt: now,
    })
    expect(said(message).split('\n')).toEqual([
      '**Freehold could not post in <#111>**',
      error,
      `Freehold tries again <t:${now / 1000}:R>. After 3 failures in a row it pauses the subscription; this was number 2.`,
    ])
    expect(buttons(message)).toEqual([])
  })

  test('says how to resume what is paused', () => {
    const message = cards.trouble({
      subscription: aSubscription({ failures: 3 }),
      error,
      paused: true,
      retryAt: null,
    })
    expect(said(message)).toContain('The subscription is paused, and nothing more is tried.')
    expect(buttons(message)).toEqual([['Resume', 'resume:111']])
  })
})
