import { describe, expect, test } from 'vitest'
import { backOff, day, hour, minute, mondayOf, nextPeriod, nextTry, week } from '../../src/model/index.ts'

const now = Date.parse('2026-11-23T09:00:00Z')

describe('the period of the next digest', () => {
  test('is a week when there was none', () => {
    expect(nextPeriod(null, now)).toEqual({ since: now - week, until: now })
  })

  test('begins where the last one ended', () => {
    expect(nextPeriod(now - 3 * day, now)).toEqual({ since: now - 3 * day, until: now })
  })

  test('is the week before a time that lies before the last one’s end', () => {
    expect(nextPeriod(now + day, now)).toEqual({ since: now - week, until: now })
  })

  test('reaches 14 days back at most', () => {
    expect(nextPeriod(now - 14 * day, now).since).toBe(now - 14 * day)
    expect(nextPeriod(now - 14 * day - 1, now).since).toBe(now - 14 * day)
    expect(nextPeriod(0, now).since).toBe(now - 14 * day)
  })
})

test.each([
  ['2026-11-23T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
  ['2026-11-22T23:59:59.999Z', '2026-11-16T00:00:00.000Z'],
  ['2026-11-29T12:00:00.000Z', '2026-11-23T00:00:00.000Z'],
  ['2026-03-01T05:00:00.000Z', '2026-02-23T00:00:00.000Z'],
  ['2027-01-01T00:00:00.000Z', '2026-12-28T00:00:00.000Z'],
])('the Monday of %s is %s', (time, monday) => {
  expect(new Date(mondayOf(Date.parse(time))).toISOString()).toBe(monday)
})

test.each([
  [1, 5 * minute],
  [2, 10 * minute],
  [3, 20 * minute],
  [9, 1280 * minute],
  [10, 24 * hour],
  [5000, 24 * hour],
  [0, 5 * minute],
])('after %i failures in a row a feed is left alone for %i ms', (failures, wait) => {
  expect(backOff(failures)).toBe(wait)
})

describe('the next try of a deferred delivery', () => {
  test.each([
    [1, 1],
    [2, 5],
    [3, 30],
    [4, 120],
    [5, 360],
    [6, 720],
    [7, 1440],
    [8, 1440],
    [0, 1],
  ])('after %i tries comes in %i minutes', (attempts, minutes) => {
    expect(nextTry(now, attempts)).toBe(now + minutes * minute)
  })

  test('comes later when the other side asks for more', () => {
    expect(nextTry(now, 1, 10 * minute)).toBe(now + 10 * minute)
    expect(nextTry(now, 3, 10 * minute)).toBe(now + 30 * minute)
  })
})
