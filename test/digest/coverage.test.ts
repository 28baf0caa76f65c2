import { describe, expect, test } from 'vitest'
import { coverageOf, reasonToHold } from '../../src/digest/index.ts'
import { type Coverage, day, type Feed, type FeedState, hour, unpolled, week } from '../../src/model/index.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import { since, until } from './items.ts'

const period = { since, until }
const feed = (id: string, part: Partial<Feed> = {}): Feed => ({
  ...weekFeeds[0]!,
  id,
  title: `Title of ${id}`,
  ...part,
})
const state = (id: string, part: Partial<FeedState> = {}): FeedState => ({
  ...unpolled(id, `https://${id}.example/feed.xml`),
  firstPolledAt: since - 90 * day,
  lastPolledAt: until - hour,
  lastSuccessAt: until - hour,
  nextPollAt: until + hour,
  failures: 0,
  lastError: null,
  itemsSeen: 10,
  ...part,
})
const failed = { failures: 3, lastError: 'HTTP 503', lastSuccessAt: since - day }

const cover = (feeds: Feed[], states: FeedState[], dates: Record<string, number[]> = {}) =>
  coverageOf(feeds, states, new Map(Object.entries(dates)), period)
/** `count` dates, newest first, the newest `quiet` days before the end of the period and then every `gap` days. */
const rhythm = (quiet: number, gap: number, count = 8) =>
  Array.from({ length: count }, (_, i) => until - (quiet + gap * i) * day)
const silent = (...dates: number[]) => cover([feed('a')], [state('a')], { a: dates }).silent

describe('the coverage of a period', () => {
  test('counts the feeds that answered in it', () => {
    const feeds = ['a', 'b', 'c', 'd'].map((id) => feed(id))
    const states = [
      state('a'),
      state('b', { lastSuccessAt: since }),
      state('c', { lastSuccessAt: since - 1 }),
    ]
    expect(cover(feeds, states)).toMatchObject({ feeds: 4, answered: 2, failing: [] })
  })

  test('counts a feed whose last poll failed after others in the period went well, and does not name it', () => {
    const late = {
      failures: 1,
      failingSince: until - hour,
      lastError: 'HTTP 503',
      lastSuccessAt: until - day,
    }
    const coverage = cover([feed('a')], [state('a', late)])
    expect(coverage).toMatchObject({ feeds: 1, answered: 1, failing: [] })
    expect(coverage).not.toHaveProperty('lost')
    expect(reasonToHold(coverage)).toBeNull()
  })

  test('counts a feed that answered before it and was not due in it; not one that was due, or whose last poll failed', () => {
    const before = { lastPolledAt: since - hour, lastSuccessAt: since - hour, nextPollAt: until }
    const states = [
      state('resting', before),
      state('due', { ...before, nextPollAt: until - 1 }),
      state('cut-off', { ...before, lastPolledAt: since + 1 }),
      state('failed', { ...before, failures: 1, failingSince: since - 1, lastError: 'HTTP 503' }),
      state('unread', { lastPolledAt: null, lastSuccessAt: null, nextPollAt: until }),
    ]
    const { answered } = cover(
      states.map((one) => feed(one.feed)),
      states,
    )
    expect(answered).toBe(1)
    expect(cover([feed('resting')], states).answered).toBe(1)
  })

  test('names the feeds that broke off before its middle, and an issue is held for most of them', () => {
    const middle = (since + until) / 2
    const broken = (failingSince: number) => ({
      failures: 9,
      failingSince,
      lastError: 'HTTP 503',
      lastSuccessAt: since,
    })
    const states = [state('a', broken(middle - 1)), state('b', broken(middle)), state('c', broken(since + 1))]
    const coverage = cover(
      states.map((one) => feed(one.feed)),
      states,
    )
    expect(coverage).toMatchObject({ feeds: 3, answered: 3, failing: [] })
    expect(coverage.lost!.map((one) => one.feed)).toEqual(['a', 'c'])
    expect(reasonToHold(coverage)).toMatch(/^2 of 3 feeds failed/)
  })

  test('names the feeds that fail, with their errors', () => {
    expect(cover([feed('a'), feed('b')], [state('a', failed), state('b')])).toMatchObject({
      feeds: 2,
      answered: 1,
      failing: [{ feed: 'a', title: 'Title of a', error: 'HTTP 503' }],
    })
  })

  test('leaves out a failure that is over', () => {
    expect(cover([feed('a')], [state('a', { lastError: 'HTTP 503' })]).failing).toEqual([])
  })

  test('leaves out feeds that are switched off or no longer listed', () => {
    const states = [state('a'), state('off', failed), state('gone', failed)]
    expect(cover([feed('a'), feed('off', { enabled: false })], states)).toMatchObject({
      feeds: 1,
      answered: 1,
      failing: [],
    })
  })

  test('names the feeds that were first read in it', () => {
    const ids = ['before', 'first', 'last', 'after', 'never']
    const times = [since - 1, since, until - 1, until, null]
    const states = ids.map((id, i) => state(id, { firstPolledAt: times[i] }))
    const { added } = cover(
      ids.map((id) => feed(id)),
      states,
    )
    expect(added).toEqual([
      { feed: 'first', title: 'Title of first' },
      { feed: 'last', title: 'Title of last' },
    ])
  })
})

describe('a feed is silent', () => {
  test('when it brought nothing for much longer than it uses to', () => {
    expect(silent(...rhythm(31, 2))).toEqual([{ feed: 'a', title: 'Title of a', days: 31 }])
    expect(silent(...rhythm(61, 14))).toEqual([{ feed: 'a', title: 'Title of a', days: 61 }])
  })

  test('by its own rhythm: what is long for one is usual for another', () => {
    expect(silent(...rhythm(31, 14))).toEqual([])
    expect(silent(...rhythm(31, 2))).toHaveLength(1)
  })

  test('not within ten days, however much it brings otherwise', () => {
    expect(silent(...rhythm(10, 0.1))).toEqual([])
    expect(silent(...rhythm(10.5, 0.1))).toHaveLength(1)
  })

  test('not while too little of it is known', () => {
    expect(silent(...rhythm(90, 1, 4))).toEqual([])
    expect(silent(...rhythm(90, 1, 5))).toHaveLength(1)
    expect(silent()).toEqual([])
  })

  test('not for one long pause among short ones: the middle of its gaps counts', () => {
    const [last, ...rest] = rhythm(11, 1)
    expect(silent(last!, ...rest.map((at) => at - 8 * week))).toHaveLength(1)
  })

  test('not when it fails: then that is said', () => {
    const coverage = cover([feed('a')], [state('a', failed)], { a: rhythm(31, 2) })
    expect(coverage.silent).toEqual([])
    expect(coverage.failing).toHaveLength(1)
  })

  test('whatever it brought after the period', () => {
    expect(silent(until + day, until, ...rhythm(31, 2))).toHaveLength(1)
  })
})

describe('an issue is held', () => {
  const of = (feeds: number, answered: number, failing = feeds - answered): Coverage => ({
    feeds,
    answered,
    failing: Array.from({ length: failing }, (_, i) => ({
      feed: `f${i}`,
      title: `F${i}`,
      error: 'HTTP 503',
    })),
  })

  test('when most feeds failed, with the reason in a sentence', () => {
    expect(reasonToHold(of(30, 7))).toBe(
      '23 of 30 feeds failed in the period, so that what is missing would look like calm.',
    )
    expect(reasonToHold(of(30, 14))).not.toBeNull()
  })

  test('when most broke off early in it, though they answered when it began', () => {
    const { failing: lost, ...rest } = of(30, 30, 16)
    expect(reasonToHold({ ...rest, failing: [], lost })).toMatch(/^16 of 30 feeds failed/)
  })

  test('when most were not heard in it, though none is known to fail', () => {
    expect(reasonToHold(of(30, 7, 0))).toMatch(/^23 of 30 feeds failed/)
  })

  test('not when half of them answered, or all, or none is listed', () => {
    expect(reasonToHold(of(30, 15))).toBeNull()
    expect(reasonToHold(of(30, 30))).toBeNull()
    expect(reasonToHold(of(0, 0))).toBeNull()
  })
})
