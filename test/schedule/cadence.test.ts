import { describe, expect, test } from 'vitest'
import { type Cadence, cadenceFault, isDue, next } from '../../src/lib/schedule/index.ts'

const ms = (iso: string) => Date.parse(iso)
const nightly = (zone: string): Cadence => ({ expression: '30 2 * * *', zone })
const quarterly = (zone: string): Cadence => ({ expression: '*/15 * * * *', zone })

/** Every time a cadence falls due between two moments, as ISO minutes in UTC. */
function dues(cadence: Cadence, from: string, to: string): string[] {
  const found: string[] = []
  for (let at = next(cadence, ms(from)); at !== null && at < ms(to); at = next(cadence, at)) {
    found.push(new Date(at).toISOString().slice(0, 16))
  }
  return found
}

/** What a program that asks every minute would run, having last run at `from`. */
function runs(cadence: Cadence, from: string, to: string, everyMs = 60_000): string[] {
  const started: string[] = []
  let last = ms(from)
  for (let now = ms(from); now < ms(to); now += everyMs) {
    if (!isDue(cadence, last, now)) continue
    started.push(new Date(now).toISOString().slice(0, 16))
    last = now
  }
  return started
}

const changes = [
  {
    name: 'Berlin, to summer time',
    zone: 'Europe/Berlin',
    from: '2026-03-28T12:00Z',
    to: '2026-03-30T12:00Z',
    // 02:30 does not exist on the 29th: the job runs when its hour would have ended.
    nightly: ['2026-03-29T01:00', '2026-03-30T00:30'],
  },
  {
    name: 'Berlin, back to winter time',
    zone: 'Europe/Berlin',
    from: '2026-10-24T12:00Z',
    to: '2026-10-26T12:00Z',
    // 02:30 comes twice on the 25th, at 00:30 and 01:30 UTC.
    nightly: ['2026-10-25T00:30', '2026-10-26T01:30'],
  },
  {
    name: 'New York, to summer time',
    zone: 'America/New_York',
    from: '2026-03-07T12:00Z',
    to: '2026-03-09T12:00Z',
    nightly: ['2026-03-08T07:00', '2026-03-09T06:30'],
  },
  {
    name: 'New York, back to winter time',
    zone: 'America/New_York',
    from: '2026-10-31T12:00Z',
    to: '2026-11-02T12:00Z',
    nightly: ['2026-11-01T07:30', '2026-11-02T07:30'],
  },
]

describe.each(changes)('over the change of clocks in $name', ({ zone, from, to, nightly: expected }) => {
  test('a job at 02:30 runs once a day', () => {
    expect(dues(nightly(zone), from, to)).toEqual(expected)
    expect(runs(nightly(zone), from, to)).toEqual(expected)
  })

  test('a job every 15 minutes keeps its beat', () => {
    const beats = Array.from({ length: (ms(to) - ms(from)) / 900_000 - 1 }, (_, i) =>
      new Date(ms(from) + (i + 1) * 900_000).toISOString().slice(0, 16),
    )
    expect(dues(quarterly(zone), from, to)).toEqual(beats)
    expect(runs(quarterly(zone), from, to)).toEqual(beats)
  })

  test('the next time does not depend on when one asks', () => {
    for (const cadence of [nightly(zone), quarterly(zone)]) {
      const all = dues(cadence, from, to).map((iso) => ms(`${iso}Z`))
      for (let after = ms(from); after < all.at(-1)!; after += 7 * 60_000 + 1) {
        expect(next(cadence, after)).toBe(all.find((due) => due > after))
      }
    }
  })
})

test('a job in the hour that New York has twice runs once', () => {
  const cadence = { expression: '30 1 * * *', zone: 'America/New_York' }
  expect(runs(cadence, '2026-10-31T12:00Z', '2026-11-02T12:00Z')).toEqual([
    '2026-11-01T05:30',
    '2026-11-02T06:30',
  ])
})

describe('what was missed', () => {
  const monday: Cadence = { expression: '0 9 * * MON', zone: 'UTC' }

  test('a week is made up once', () => {
    // Last run on Monday the 9th; the machine comes back on Thursday the 19th.
    const last = ms('2026-11-09T09:00Z')
    expect(isDue(monday, last, ms('2026-11-16T08:59:59.999Z'))).toBe(false)
    expect(isDue(monday, last, ms('2026-11-19T14:00Z'))).toBe(true)
    expect(runs(monday, '2026-11-19T14:00Z', '2026-11-24T00:00Z')).toEqual(['2026-11-23T09:00'])
  })

  test('many ticks are made up once', () => {
    const cadence = quarterly('UTC')
    expect(isDue(cadence, ms('2026-11-01T00:00Z'), ms('2026-11-23T10:07Z'))).toBe(true)
    expect(isDue(cadence, ms('2026-11-23T10:07Z'), ms('2026-11-23T10:14:59Z'))).toBe(false)
    expect(isDue(cadence, ms('2026-11-23T10:07Z'), ms('2026-11-23T10:15Z'))).toBe(true)
  })

  test('what ran at its time is not due at that time', () => {
    expect(isDue(monday, ms('2026-11-23T09:00Z'), ms('2026-11-23T09:00Z'))).toBe(false)
    expect(isDue(monday, ms('2026-11-23T08:59:59.999Z'), ms('2026-11-23T09:00Z'))).toBe(true)
  })
})

test('an expression is read in its zone', () => {
  const at = (zone: string) =>
    new Date(next({ expression: '0 9 * * MON', zone }, ms('2026-11-20T00:00Z'))!).toISOString()
  expect(at('UTC')).toBe('2026-11-23T09:00:00.000Z')
  expect(at('Europe/Berlin')).toBe('2026-11-23T08:00:00.000Z')
  expect(at('America/New_York')).toBe('2026-11-23T14:00:00.000Z')
  expect(at('Asia/Kolkata')).toBe('2026-11-23T03:30:00.000Z')
})

test('six fields begin with the second', () => {
  expect(
    dues({ expression: '*/20 * * * * *', zone: 'UTC' }, '2026-11-23T09:00Z', '2026-11-23T09:01Z'),
  ).toHaveLength(2)
})

describe('a fault', () => {
  test.each(['0 9 * * MON', '*/15 * * * *', '0-10 9 * * MON-FRI', '0 0 9 * * MON', '0 9 L * *', '@daily'])(
    'is not found in %s',
    (expression) => {
      expect(cadenceFault({ expression, zone: 'Europe/Berlin' })).toBeNull()
    },
  )

  test.each([
    '',
    '5',
    'weekly',
    '61 * * * *',
    '0 24 * * *',
    '0 9 * * FUNDAY',
    '*/0 * * * *',
    '* * * * * * *',
    '2027-01-01T09:00:00',
  ])('of the expression %j is a sentence with the remedy', (expression) => {
    expect(cadenceFault({ expression, zone: 'UTC' })).toBe(
      `"${expression}" is no cron expression; use five fields such as 0 9 * * MON.`,
    )
  })

  test('is said of a time that never comes', () => {
    expect(cadenceFault({ expression: '0 0 30 2 *', zone: 'UTC' })).toBe('"0 0 30 2 *" never falls due.')
  })

  test.each(['Mars/Phobos', 'Berlin', ''])('of the zone %j is a sentence with the remedy', (zone) => {
    expect(cadenceFault({ expression: '0 9 * * MON', zone })).toBe(
      `"${zone}" is no time zone; use a name such as Europe/Berlin or UTC.`,
    )
  })
})
