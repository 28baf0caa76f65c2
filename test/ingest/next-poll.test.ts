import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jittered, restOf, rhythmOf } from '../../src/ingest/index.ts'

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const now = Date.UTC(2026, 8, 21, 9)
const nothing = { everyMs: null, rhythmMs: null, newestAt: null, ttlMs: null, freshForMs: null }
const rest = (known: Partial<typeof nothing | Record<keyof typeof nothing, number>>) =>
  restOf({ ...nothing, ...known }, now)

describe('the rhythm of a feed', () => {
  test.each([
    [[], null],
    [[now], null],
    [[now, now - day], day],
    [[now - day, now, now - 3 * day], 1.5 * day],
  ])('of the dates %j', (dates, rhythm) => expect(rhythmOf(dates)).toBe(rhythm))

  test('is that of its newest twenty items', () => {
    const lately = Array.from({ length: 20 }, (_, n) => now - n * hour)
    const before = Array.from({ length: 50 }, (_, n) => now - 20 * hour - n * 30 * day)
    expect(rhythmOf([...before, ...lately])).toBe(hour)
  })
})

describe('the time between two polls', () => {
  test.each([
    ['an hour for a feed of which nothing is known', {}, hour],
    ['a quarter of an hour for one that publishes all the time', { rhythmMs: minute, newestAt: now }, 15 * minute],
    ['two hours for one that publishes daily', { rhythmMs: day, newestAt: now }, 2 * hour],
    ['fourteen hours for a weekly one', { rhythmMs: 7 * day, newestAt: now }, 14 * hour],
    ['a day for a yearly one', { rhythmMs: 365 * day, newestAt: now }, day],
    ['longer for one that has fallen silent', { rhythmMs: hour, newestAt: now - 4 * day }, 4 * hour],
    ['a day for one that has been silent for years', { rhythmMs: hour, newestAt: now - 900 * day }, day],
    ['what the document asks for', { rhythmMs: hour, newestAt: now, ttlMs: 3 * hour }, 3 * hour],
    ['what the server asks for', { rhythmMs: hour, newestAt: now, freshForMs: 5 * hour }, 5 * hour],
    ['the longer one of these', { ttlMs: 3 * hour, freshForMs: 2 * hour }, 3 * hour],
    ['never more than a day, whoever asks for it', { ttlMs: 30 * day }, day],
    ['not less than the rhythm, though the answer is stale at once', { freshForMs: 0 }, hour],
    ['what the list says, whoever asks for more', { everyMs: 6 * hour, ttlMs: day, rhythmMs: minute }, 6 * hour - minute],
    ['what the list says, below all bounds', { everyMs: 5 * minute, ttlMs: day }, 4.5 * minute],
  ])('is %s', (_, known, expected) => expect(rest(known)).toBe(expected)) // biome-ignore format: a table

  test('lies between a quarter of an hour and a day for every feed', () => {
    const ms = fc.option(fc.integer({ min: 0, max: 3_000 * day }))
    fc.assert(
      fc.property(ms, ms, ms, ms, (rhythmMs, silence, ttlMs, freshForMs) => {
        const newestAt = silence === null ? null : now - silence
        const wait = restOf({ everyMs: null, rhythmMs, newestAt, ttlMs, freshForMs }, now)
        expect(wait).toBeGreaterThanOrEqual(15 * minute)
        expect(wait).toBeLessThanOrEqual(day)
      }),
    )
  })
})

test('feeds that are planned together come apart, by a tenth of the time at most', () => {
  const waits = Array.from({ length: 100 }, (_, n) => jittered(hour, `feed-${n}`, now))
  expect(Math.max(...waits)).toBeLessThanOrEqual(hour)
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0.9 * hour)
  expect(new Set(waits.map((wait) => Math.round(wait / minute))).size).toBe(7)
  expect(jittered(hour, 'feed-1', now)).toBe(waits[1])
})
