import { expect, test } from 'vitest'
import { mailLimitsFault, readMailLimits } from '../../src/model/index.ts'

const none = { perSecond: null, perHour: null, perDomainMinute: null }

test.each([
  ['20/s, 5000/h, 60/m per domain', { perSecond: 20, perHour: 5000, perDomainMinute: 60 }],
  ['60/m per domain,20/s', { perSecond: 20, perHour: null, perDomainMinute: 60 }],
  ['  5000 / H ', { ...none, perHour: 5000 }],
  ['1/s', { ...none, perSecond: 1 }],
])('%j is read', (text, limits) => {
  expect(mailLimitsFault(text)).toBeNull()
  expect(readMailLimits(text)).toEqual(limits)
})

test('nothing set is no limit', () => {
  expect(readMailLimits('')).toEqual(none)
})

test.each([
  '0/s',
  '-1/s',
  '1.5/h',
  '20',
  '20/m',
  '20/s 30/h',
  '20/s,',
  'many/s',
  '20/s per domain',
  '99999999/s',
])('%j is refused, with what it may be', (text) => {
  expect(mailLimitsFault(text)).toBe('must be made of parts such as 20/s, 5000/h, 60/m per domain.')
})
