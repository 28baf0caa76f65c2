import { expect, test } from 'vitest'
import { parseDate } from '../../src/ingest/dates.ts'

test.each([
  ['Tue, 03 Feb 2026 10:00:00 GMT', '2026-02-03T10:00:00Z'],
  ['Tue, 3 Feb 2026 10:00:00 +0100', '2026-02-03T09:00:00Z'],
  ['Tue, 03 Feb 26 10:00 EST', '2026-02-03T15:00:00Z'],
  ['Tue,03 Feb 2026 10:00:00 Z', '2026-02-03T10:00:00Z'],
  ['Di, 03 Feb 2026 10:00:00 +0100', '2026-02-03T09:00:00Z'],
  ['Tue, 03 Feb 2026 10:00:00 GMT+0200', '2026-02-03T08:00:00Z'],
  ['Tue, 03 Feb 2026 10:00:00 +0000 (UTC)', '2026-02-03T10:00:00Z'],
  ['Tue, 03 Sept 2026 10:00:00 CEST', '2026-09-03T08:00:00Z'],
  ['3 February 2026', '2026-02-03T00:00:00Z'],
  ['2026-02-03T10:00:00Z', '2026-02-03T10:00:00Z'],
  ['2026-02-03T10:00:00.123456+02:00', '2026-02-03T08:00:00Z'],
  ['2026-02-03T10:00:00-05', '2026-02-03T15:00:00Z'],
  ['2026-02-03T10:00Z', '2026-02-03T10:00:00Z'],
  ['2026-02-03 10:00:00', '2026-02-03T10:00:00Z'],
  ['2026-02-03', '2026-02-03T00:00:00Z'],
  ['20260203', '2026-02-03T00:00:00Z'],
  ['Tuesday, February 3, 2026 10:00 PM', '2026-02-03T22:00:00Z'],
  ['Feb 3rd, 2026 12:30 am', '2026-02-03T00:30:00Z'],
  ['Tue Feb  3 10:00:00 UTC 2026', '2026-02-03T10:00:00Z'],
  ['Tue, 02/03/2026 - 10:00', '2026-02-03T10:00:00Z'],
  ['03.02.2026 10:00', '2026-02-03T10:00:00Z'],
  ['1770112800', '2026-02-03T10:00:00Z'],
  ['1770112800000', '2026-02-03T10:00:00Z'],
  ['  \n Tue, 03 Feb 2026 10:00:00 GMT \n', '2026-02-03T10:00:00Z'],
])('reads %j', (text, iso) => {
  expect(parseDate(text)).toBe(Date.parse(iso))
})

test.each(['', '   ', 'yesterday', 'Episode 5', 'foo 1', '2026', 'Tue, 31 Feb 2026 10:00:00 GMT', '2026-13-01', '0001-01-01T00:00:00Z', 'Thu, 01 Jan 1970 00:00:00 GMT', '99/99/2026', null, undefined])('has no date for %j', (text) => {
  expect(parseDate(text)).toBe(null)
}) // biome-ignore format: a table

test('reads a date without a zone as UTC, wherever the machine is', () => {
  const zone = process.env.TZ
  process.env.TZ = 'Asia/Tokyo'
  try {
    expect(new Date(2026, 1, 3).getTimezoneOffset()).toBe(-540)
    expect(parseDate('Tue, 03 Feb 2026 10:00:00')).toBe(Date.parse('2026-02-03T10:00:00Z'))
    expect(parseDate('2026-02-03T10:00:00')).toBe(Date.parse('2026-02-03T10:00:00Z'))
  } finally {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  }
})
