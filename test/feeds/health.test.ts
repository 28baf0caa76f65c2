import { describe, expect, test } from 'vitest'
import { conditionsOf, isWorthSending, noteOf } from '../../src/feeds/index.ts'
import {
  type Contribution,
  type Feed,
  type FeedState,
  goneAfter,
  movedAfter,
  noContribution,
  unpolled,
} from '../../src/model/index.ts'

const [hour, day] = [3_600_000, 86_400_000]
const now = Date.UTC(2026, 10, 23, 9)

function feed(id: string, changes: Partial<Feed> = {}): Feed {
  return {
    id,
    title: `The ${id}`,
    url: `https://${id}.example/feed`,
    site: `https://${id}.example/`,
    publisher: id,
    kind: 'press',
    group: 'A',
    language: 'en',
    official: true,
    textUse: 'excerpt',
    everyMs: null,
    keep: [],
    block: [],
    maxAgeDays: null,
    enabled: true,
    reason: null,
    ...changes,
  }
}

/** A feed that has been well for a year and brings something every second day. */
function state(id: string, changes: Partial<FeedState> = {}): FeedState {
  return {
    ...unpolled(id, `https://${id}.example/feed`),
    firstPolledAt: now - 365 * day,
    lastPolledAt: now - hour,
    lastSuccessAt: now - hour,
    nextPollAt: now + hour,
    itemsSeen: 900,
    newItemAt: now - day,
    newestAt: now - day,
    rhythmMs: 2 * day,
    ...changes,
  }
}

const staleAfter = (rhythmMs: number | null) => Math.max(6 * (rhythmMs ?? 0), 28 * day)
const useful: Contribution = { read: 40, labelled: 10, published: 3, alerts: 0 }

/** How the feed `a` is, with this state and what it brought. */
function one(changes: Partial<FeedState> | null, brought = useful, wish: Partial<Feed> = {}) {
  const states = new Map(changes === null ? [] : [['a', state('a', changes)]])
  const contributions = new Map([['a', brought]])
  return conditionsOf({ feeds: [feed('a', wish)], states, contributions, staleAfter }, now)[0]!
}

const failed = (sinceMs: number, changes: Partial<FeedState> = {}): Partial<FeedState> => ({
  failures: 4,
  failingSince: now - sinceMs,
  lastReason: 'serverError',
  lastError: 'a.example answered 500: it has a fault of its own, which will pass or not.',
  ...changes,
})

const empty = { itemsSeen: 0, newestAt: null, newItemAt: null }

describe('a feed', () => {
  test.each<[string, Partial<FeedState> | null, string, boolean]>([
    ['that was never polled', null, 'unread', false],
    ['that was polled and never answered nor failed', { lastSuccessAt: null }, 'unread', false],
    ['whose address is new', { url: 'https://a.example/old', ...failed(9 * day) }, 'unread', false],
    ['that nobody has read for three days', { lastSuccessAt: now - 3 * day }, 'unread', false],
    ['that is as it should be', {}, 'fine', false],
    ['that has failed for an hour', failed(hour), 'failing', false],
    ['that has failed for a day', failed(day), 'broken', true],
    [
      'that has been told to be gone once',
      failed(hour, { lastReason: 'gone', goneTimes: goneAfter - 1 }),
      'failing',
      false,
    ],
    ['that is gone', failed(hour, { lastReason: 'gone', goneTimes: goneAfter }), 'gone', true],
    ['whose host asks for a pause', failed(day, { lastReason: 'rateLimited' }), 'putOff', false],
    ['whose host has done so for days', failed(4 * day, { lastReason: 'rateLimited' }), 'putOff', true],
    [
      'that was redirected for good, not often enough',
      { movedTo: 'https://b.example/feed', movedTimes: movedAfter - 1 },
      'fine',
      false,
    ],
    ['that has moved', { movedTo: 'https://b.example/feed', movedTimes: movedAfter }, 'moved', true],
    ['with a month of silence', { newestAt: now - 27 * day }, 'fine', false],
    ['with more than that', { newestAt: now - 29 * day }, 'stale', true],
    ['that is slow by nature', { newestAt: now - 100 * day, rhythmMs: 30 * day }, 'fine', false],
    ['without dates that brings news', { newestAt: null, newItemAt: now - day }, 'fine', false],
    ['without dates that brings none', { newestAt: null, newItemAt: now - 40 * day }, 'stale', true],
    ['that never brought anything new', { newestAt: null, newItemAt: null }, 'stale', true],
    ['that has held no items for two days', { ...empty, firstPolledAt: now - 2 * day }, 'stale', true],
    ['that has held none for an hour', { ...empty, firstPolledAt: now - hour }, 'stale', false],
    [
      'that is new, and whose items were all kept out',
      { ...empty, itemsSeen: 20, firstPolledAt: now - 5 * day },
      'fine',
      false,
    ],
  ])('%s', (_, changes, condition, needsHand) => {
    const found = one(changes)
    expect(found).toMatchObject({ condition, needsHand })
    expect(found.what === '').toBe(condition === 'fine')
    expect(found.remedy !== null || !needsHand).toBe(true)
  })

  test('is of no use when none of its items has had an idea for 90 days, and only then', () => {
    const barren = { read: 10, labelled: 0, published: 0, alerts: 0 }
    expect(one({}, barren)).toMatchObject({
      condition: 'barren',
      needsHand: true,
      what: 'None of the 10 items of the last 90 days was given an idea.',
    })
    for (const [changes, brought] of [
      [{}, { ...barren, read: 9 }],
      [{}, { ...barren, labelled: 1 }],
      [{}, { ...barren, published: 1 }],
      [{ firstPolledAt: now - 89 * day }, barren],
    ] as const) {
      expect(one(changes, brought).condition).toBe('fine')
    }
  })

  test('is said to be off with its reason, and never needs a hand', () => {
    expect(one(failed(9 * day), useful, { enabled: false, reason: 'It moved behind a wall' })).toMatchObject({
      condition: 'off',
      needsHand: false,
      what: 'Switched off: It moved behind a wall.',
    })
  })

  test('tells since when it is broken, why, and what to do by the kind of fault', () => {
    expect(one(failed(5 * day))).toMatchObject({
      since: now - 5 * day,
      what: 'It has failed since 18 November 2026, 4 times in a row: a.example answered 500: it has a fault of its own, which will pass or not.',
      remedy: 'Tell the people of a.example, who may not know; switch it off if it stays so.',
    })
    const remedies = ['notFound', 'challenge', 'privateAddress', 'tls', 'dns', 'timeout'].map(
      (lastReason) => one(failed(5 * day, { lastReason })).remedy,
    )
    expect(new Set(remedies).size).toBe(remedies.length)
    expect(remedies[0]).toContain('npx freehold feeds check --online --feed a')
  })

  test('that began to fail today is told with how often and since when; the check is named where it will not heal', () => {
    const nextPollAt = now + 20 * hour
    const web = one(
      failed(2 * hour, { lastReason: 'notAFeed', lastError: 'a.example sent a web page; do x.', nextPollAt }),
    )
    expect(web).toMatchObject({
      condition: 'failing',
      what: 'a.example sent a web page. It has failed 4 times since 07:00 UTC today, and is tried again after 05:00 UTC on 24 November 2026.',
      remedy:
        'It will hardly get well by itself; npx freehold feeds check --online --feed a shows what came and what to do.',
    })
    const named = [
      'challenge',
      'gone',
      'notFound',
      'forbidden',
      'tls',
      'timeout',
      'serverError',
      'dns',
    ].filter((lastReason) => one(failed(hour, { lastReason })).remedy !== null)
    expect(named).toEqual(['challenge', 'gone', 'notFound', 'forbidden', 'tls'])
  })

  test('of a host that asks for a pause of two others waits with them', () => {
    const url = (name: string) => `https://shared.example/${name}`
    const feeds = ['a', 'b', 'c'].map((id) => feed(id, { url: url(id) }))
    const put = (id: string, changes: Partial<FeedState>) =>
      [id, state(id, { url: url(id), ...changes })] as const
    const paused = failed(hour, { lastReason: 'rateLimited', nextPollAt: now + 6 * hour })
    const conditions = (second: Partial<FeedState>) =>
      conditionsOf(
        {
          feeds,
          states: new Map([put('a', paused), put('b', second), put('c', { nextPollAt: now + 6 * hour })]),
          contributions: new Map(),
          staleAfter,
        },
        now,
      ).map(({ feed: id, condition }) => `${id} ${condition}`)
    expect(conditions(paused)).toEqual(['a putOff', 'b putOff', 'c putOff'])
    expect(conditions({})).toEqual(['a putOff', 'b fine', 'c fine'])
  })
})

/** Five feeds in every sort of condition, and what they brought. */
function facts() {
  const feeds = ['well', 'best', 'gone', 'stale', 'broken', 'slow', 'off'].map((id) =>
    feed(id, id === 'off' ? { enabled: false, reason: 'no more' } : {}),
  )
  const states = new Map([
    ['well', state('well')],
    ['best', state('best')],
    ['gone', state('gone', failed(9 * day, { lastReason: 'gone', goneTimes: 3 }))],
    ['stale', state('stale', { newestAt: now - 90 * day })],
    ['broken', state('broken', failed(3 * day))],
    ['slow', state('slow', failed(hour))],
  ])
  const contributions = new Map([
    ['well', useful],
    ['best', { ...useful, published: 9, alerts: 2 }],
    ['lost', { ...useful, published: 100 }],
  ])
  return { feeds, states, contributions, staleAfter }
}

test('what needs a hand comes first, then what brought most', () => {
  expect(conditionsOf(facts(), now).map((found) => found.feed)).toEqual([
    'gone',
    'broken',
    'stale',
    'slow',
    'best',
    'well',
    'off',
  ])
})

describe('the note', () => {
  const note = (changes: Partial<Parameters<typeof noteOf>[0]> = {}) =>
    noteOf({
      week: '2026-11-23',
      conditions: conditionsOf(facts(), now),
      contributions: facts().contributions,
      ...changes,
    })

  test('tells of what needs a hand, and what the feeds that are followed have brought', () => {
    const { needs, ...rest } = note()
    expect(needs.map((found) => found.feed)).toEqual(['gone', 'broken', 'stale'])
    expect(rest).toEqual({
      week: '2026-11-23',
      feeds: 6,
      unread: 0,
      days: 90,
      contributed: { read: 80, labelled: 20, published: 12, alerts: 2 },
      most: [
        { title: 'The best', published: 9 },
        { title: 'The well', published: 3 },
      ],
    })
  })

  test('is sent when something needs a hand, and else once in four weeks', () => {
    const quiet = note({ conditions: conditionsOf(facts(), now).filter((found) => !found.needsHand) })
    expect(quiet.needs).toEqual([])
    expect(isWorthSending(note(), '2026-11-16')).toBe(true)
    expect(isWorthSending(quiet, null)).toBe(true)
    expect(isWorthSending(quiet, '2026-11-02')).toBe(false)
    expect(isWorthSending(quiet, '2026-10-26')).toBe(true)
    expect(isWorthSending(note({ conditions: [] }), null)).toBe(false)
  })

  test('is sent when most feeds are not read at all', () => {
    const conditions = conditionsOf({ ...facts(), states: new Map() }, now)
    const silent = note({ conditions, contributions: new Map([['well', noContribution]]) })
    expect(silent).toMatchObject({ feeds: 6, unread: 6, needs: [] })
    expect(isWorthSending(silent, '2026-11-16')).toBe(true)
  })
})
