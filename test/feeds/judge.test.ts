import { describe, expect, test } from 'vitest'
import {
  disguises,
  type JudgeOptions,
  judge,
  type Look,
  type LookAnswer,
  type LookedItem,
  wantsAnother,
} from '../../src/feeds/index.ts'
import { type Feed, type FeedState, unpolled } from '../../src/model/index.ts'

const [hour, day] = [3_600_000, 86_400_000]
const now = Date.UTC(2026, 10, 23, 9)
const options: JudgeOptions = { now, staleAfter: (rhythm) => Math.max(6 * (rhythm ?? 0), 28 * day) }

function feed(id: string, changes: Partial<Feed> = {}): Feed {
  return {
    id,
    title: `The ${id}`,
    url: `https://${id}.example/feed`,
    site: `https://${id}.example/`,
    publisher: `${id}.example`,
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

function items(
  count: number,
  changes: (i: number) => Partial<LookedItem> = () => ({}),
  of = 'a',
): LookedItem[] {
  return Array.from({ length: count }, (_, i) => ({
    title: `Item ${i}`,
    url: `https://${of}.example/${i}`,
    publishedAt: now - (i + 1) * day,
    length: 200,
    language: 'en',
    ...changes(i),
  }))
}

type Answered = Extract<LookAnswer, { kind: 'items' }>

function answered(changes: Partial<Answered> = {}): Answered {
  return {
    kind: 'items',
    finalUrl: 'https://a.example/feed',
    permanentUrl: null,
    title: 'The a',
    language: 'en',
    items: items(10),
    wanted: 10,
    rhythmMs: day,
    https: false,
    ...changes,
  }
}

function look(answer: LookAnswer, changes: Partial<Look> & { of?: Partial<Feed> } = {}): Look {
  const { of = {}, ...rest } = changes
  return { feed: feed('a', of), answer, elsewhere: null, history: null, ...rest }
}

function known(
  changes: Partial<FeedState> = {},
  brought: Partial<NonNullable<Look['history']>['contribution']> = {},
) {
  const state: FeedState = {
    ...unpolled('a', 'https://a.example/feed'),
    firstPolledAt: now - 200 * day,
    ...changes,
  }
  return { state, contribution: { read: 0, labelled: 0, published: 0, alerts: 0, ...brought } }
}

/** What is found, in short: severity, kind and what is suggested. */
const found = (one: Look) =>
  judge(one, options).map(({ severity, kind, suggestion }) => [severity, kind, suggestion])
const failure = (reason: string): LookAnswer => ({
  kind: 'failed',
  reason,
  message: `a.example ${reason}; do this.`,
})
const off = { change: { enabled: false, reason: expect.stringMatching(/\.$/) } }

describe('a feed that answers', () => {
  test.each<[string, Look, unknown[]]>([
    ['as it should', look(answered()), []],
    [
      'with http from where it was redirected with https',
      look(answered({ permanentUrl: 'http://a.example/feed' })),
      [],
    ],
    [
      'from an address that only looks different',
      look(answered({ permanentUrl: 'https://a.example/feed' }), {
        of: { url: 'https://A.example:443/feed' },
      }),
      [],
    ],
    [
      'over http, as over https',
      look(answered({ https: true }), { of: { url: 'http://a.example/feed' } }),
      [['warning', 'https', { change: { url: 'https://a.example/feed' } }]],
    ],
    [
      'over http alone',
      look(answered(), { of: { url: 'http://a.example/feed' } }),
      [['warning', 'http', null]],
    ],
    [
      'empty, when it brought something lately',
      look(answered({ items: [] }), { history: known({ newestAt: now - 3 * day }) }),
      [['note', 'empty', null]],
    ],
    [
      'empty, of which nothing is known',
      look(answered({ items: [] }), { elsewhere: 'https://a.example/new' }),
      [['note', 'empty', null]],
    ],
    [
      'empty, as it was since yesterday',
      look(answered({ items: [] }), {
        history: known({ firstPolledAt: now - 47 * hour, lastSuccessAt: now }),
      }),
      [['note', 'empty', null]],
    ],
    [
      'empty, as it was for two days',
      look(answered({ items: [] }), {
        history: known({ firstPolledAt: now - 48 * hour, lastSuccessAt: now }),
      }),
      [['warning', 'empty', off]],
    ],
    [
      'empty, though it held items without dates at some poll',
      look(answered({ items: [] }), { history: known({ lastSuccessAt: now, itemsSeen: 3 }) }),
      [['note', 'empty', null]],
    ],
    [
      'empty, and its last item is old',
      look(answered({ items: [] }), { history: known({ newItemAt: now - 60 * day, itemsSeen: 3 }) }),
      [['warning', 'empty', off]],
    ],
    [
      'empty for long, when its site has another',
      look(answered({ items: [] }), {
        elsewhere: 'https://a.example/new',
        history: known({ lastSuccessAt: now }),
      }),
      [['warning', 'empty', { change: { url: 'https://a.example/new' } }]],
    ],
    [
      'with old items, when its site has another',
      look(answered({ items: items(9, (i) => ({ publishedAt: now - (40 + i) * day })) }), {
        elsewhere: 'https://a.example/new',
      }),
      [['warning', 'stale', { change: { url: 'https://a.example/new' } }]],
    ],
    [
      'with old items, as its own rhythm is slow',
      look(
        answered({
          items: items(9, (i) => ({ publishedAt: now - (40 + 30 * i) * day })),
          rhythmMs: 30 * day,
        }),
      ),
      [],
    ],
    [
      'without dates, and nothing has come for long',
      look(answered({ items: items(9, () => ({ publishedAt: null })), rhythmMs: null }), {
        history: known({ newItemAt: now - 60 * day }),
      }),
      [
        ['note', 'undated', null],
        ['warning', 'stale', off],
      ],
    ],
    [
      'with two items that are asked for by its rhythm',
      look(answered({ items: items(2), wanted: 2 })),
      [['note', 'thin', null]],
    ],
    [
      'with titles alone, where no more is wanted',
      look(answered({ items: items(9, () => ({ length: 0 })) }), { of: { textUse: 'link' } }),
      [],
    ],
    [
      'with rules that let nothing in now, but did',
      look(answered({ wanted: 0 }), { of: { keep: ['x'] }, history: known({}, { read: 7, labelled: 2 }) }),
      [['note', 'filtered', null]],
    ],
    [
      'in no language that the list knows',
      look(answered({ language: 'de' }), { of: { language: null } }),
      [],
    ],
    [
      'in English, listed as French',
      look(answered(), { of: { language: 'fr-FR' } }),
      [['warning', 'language', { change: { language: 'en' } }]],
    ],
    [
      'in another language than it says itself',
      look(answered({ items: items(9, () => ({ language: 'unsupported' })) })),
      [['warning', 'language', null]],
    ],
    [
      'in another language than English or what is listed',
      look(answered({ language: 'de', items: items(9, () => ({ language: 'unsupported' })) }), {
        of: { language: 'fr' },
      }),
      [['note', 'language', null]],
    ],
    ['without a title', look(answered({ title: '' })), []],
    [
      'by a name of its repository',
      look(answered({ title: 'Release notes from harbour-llm' }), {
        of: { url: 'https://github.com/x/harbour-llm/releases.atom' },
      }),
      [],
    ],
    [
      'by the name of its host, written as one',
      look(answered({ title: 'Dry Dock' }), { of: { site: 'https://drydock.example' } }),
      [],
    ],
    ['by another name', look(answered({ title: 'Tulip growers' })), [['note', 'title', null]]],
    [
      'with few items that had no idea',
      look(answered(), { history: known({}, { read: 9 }) }),
      [['note', 'barren', off]],
    ],
    [
      'with many items that had no idea, but not for long',
      look(answered(), { history: known({ firstPolledAt: now - 80 * day }, { read: 50 }) }),
      [],
    ],
    [
      'with many items of which one was told',
      look(answered(), { history: known({}, { read: 50, published: 1 }) }),
      [],
    ],
  ])('%s', (_, one, expected) => {
    expect(found(one)).toEqual(expected)
  })
})

describe('a feed that fails', () => {
  const failingSince = (days: number) => ({ history: known({ failures: 9, failingSince: now - days * day }) })
  const gone = (goneTimes: number, ms: number) => ({ history: known({ goneTimes, failingSince: now - ms }) })
  const emptyFor = (ms: number) => ({ history: known({ lastReason: 'empty', failingSince: now - ms }) })
  test.each<[string, Look, string, unknown]>([
    ['gone', look(failure('gone')), 'error', off],
    ['gone', look(failure('gone'), gone(1, 30 * hour)), 'error', off],
    ['gone', look(failure('gone'), gone(2, 23 * hour)), 'error', off],
    ['gone', look(failure('gone'), gone(2, 24 * hour)), 'error', { remove: true }],
    [
      'gone',
      look(failure('gone'), { elsewhere: 'https://a.example/new' }),
      'error',
      { change: { url: 'https://a.example/new' } },
    ],
    [
      'notFound',
      look(failure('notFound'), { history: known({ movedTo: 'https://a.example/b', movedTimes: 5 }) }),
      'error',
      { change: { url: 'https://a.example/b' } },
    ],
    [
      'notFound',
      look(failure('notFound'), { history: known({ movedTo: 'https://a.example/b', movedTimes: 4 }) }),
      'error',
      off,
    ],
    ['malformed', look(failure('malformed')), 'error', null],
    ['privateAddress', look(failure('privateAddress')), 'error', null],
    ['empty', look(failure('empty')), 'note', null],
    ['empty', look(failure('empty'), emptyFor(47 * hour)), 'note', null],
    ['empty', look(failure('empty'), emptyFor(48 * hour)), 'warning', off],
    ['timeout', look(failure('timeout')), 'warning', null],
    ['timeout', look(failure('timeout'), failingSince(13)), 'warning', null],
    ['timeout', look(failure('timeout'), failingSince(14)), 'error', off],
    ['forbidden', look(failure('forbidden'), failingSince(14)), 'error', off],
    [
      'rateLimited',
      look(failure('rateLimited'), { of: { everyMs: 12 * hour } }),
      'note',
      { change: { every: '1d' } },
    ],
    ['rateLimited', look(failure('rateLimited')), 'note', { change: { every: '6h' } }],
  ])('%s', (kind, one, severity, suggestion) => {
    expect(found(one)).toEqual([[severity, kind, suggestion]])
  })

  test('is told where another is, and not to look for one', () => {
    const [first] = judge(look(failure('gone'), { elsewhere: 'https://a.example/new' }), options)
    expect(first?.message).toBe('a.example gone; its site has a feed at https://a.example/new.')
  })
})

test('another feed is looked for where one is gone, is none, is empty or is old', () => {
  const looked = (answer: LookAnswer) => wantsAnother(answer, options)
  expect(
    ['gone', 'notFound', 'notAFeed', 'tooManyRedirects'].every((reason) => looked(failure(reason))),
  ).toBe(true)
  expect(
    ['timeout', 'challenge', 'forbidden', 'dns', 'privateAddress'].some((reason) => looked(failure(reason))),
  ).toBe(false)
  expect(looked(answered({ items: [] }))).toBe(true)
  expect(looked(answered({ items: items(3, () => ({ publishedAt: now - 99 * day })) }))).toBe(true)
  expect(looked(answered())).toBe(false)
})

describe('feeds that are one', () => {
  const at = (id: string, changes: Partial<Answered> = {}, of: Partial<Feed> = {}): Look => ({
    feed: feed(id, of),
    answer: answered({
      finalUrl: `https://${id}.example/feed`,
      items: items(10, () => ({}), id),
      ...changes,
    }),
    elsewhere: null,
    history: null,
  })
  const told = (looks: Look[], more: Feed[] = []) =>
    disguises(looks, [...looks.map((one) => one.feed), ...more]).map(
      (one) => `${one.feed}: ${one.finding.message}`,
    )

  test('are told by where they end and by what they hold; the later goes, or the mirror', () => {
    expect(told([at('a'), at('b')])).toEqual([])
    expect(told([at('a'), at('b', { items: items(10) })])).toEqual(['b: It holds the same items as a.'])
    expect(told([at('a', {}, { official: false }), at('b', { items: items(10) })])).toEqual([
      'a: It holds the same items as b.',
    ])
    expect(told([at('a'), at('b', { finalUrl: 'http://www.a.example/feed#x' })])).toEqual([
      'b: It leads to the same address as a.',
    ])
    expect(told([at('b', { finalUrl: 'https://a.example/feed' })], [feed('a')])).toEqual([
      'b: It leads to the same address as a.',
    ])
  })

  test('are not both to go, and of three one stays', () => {
    const swapped = [
      at('a', { finalUrl: 'https://b.example/feed' }),
      at('b', { finalUrl: 'https://a.example/feed' }),
    ]
    expect(told(swapped)).toHaveLength(1)
    const same = { items: items(10) }
    expect(told([at('a', same), at('b', same), at('c', same)])).toEqual([
      'b: It holds the same items as a.',
      'c: It holds the same items as a.',
    ])
  })

  test('hold four items in five together, and three at least', () => {
    const of = (count: number, shared: number) =>
      items(count, (i) => (i < shared ? {} : { url: `https://b.example/${i}` }))
    expect(told([at('a'), at('b', { items: of(10, 8) })])).toEqual([])
    expect(told([at('a'), at('b', { items: of(10, 9) })])).toHaveLength(1)
    expect(told([at('a', { items: items(2) }), at('b', { items: items(2) })])).toEqual([])
  })

  test('are not taken for one because all their items lead to one page', () => {
    const page = (word: string) =>
      items(9, (i) => ({ url: 'https://shared.example/', title: `${word} ${i}` }))
    expect(told([at('a', { items: page('Red') }), at('b', { items: page('Blue') })])).toEqual([])
    expect(told([at('a', { items: page('Red') }), at('b', { items: page('Red') })])).toHaveLength(1)
  })
})
