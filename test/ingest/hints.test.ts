import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freshnessOf } from '../../src/ingest/freshness.ts'
import { updateHint } from '../../src/ingest/update-hint.ts'
import { day, hour, minute } from '../../src/model/index.ts'

const now = Date.UTC(2026, 1, 10, 12)
const second = 1_000
const item = '<item><title>One</title></item>'

describe('an answer is fresh for', () => {
  test.each<[string, Record<string, string>, number | null]>([
    ['as long as nobody says', {}, null],
    ['max-age', { 'cache-control': 'public, max-age=600' }, 600 * second],
    ['max-age less Age', { 'cache-control': 'max-age=600', age: '200' }, 400 * second],
    ['no time, when it is older than max-age', { 'cache-control': 'max-age=600', age: '900' }, 0],
    ['max-age in capitals and quotes', { 'cache-control': 'MAX-AGE = "60"' }, 60 * second],
    ['max-age rather than Expires', { 'cache-control': 'max-age=60', expires: 'Tue, 10 Feb 2026 13:00:00 GMT' }, 60 * second],
    ['the first of two max-ages', { 'cache-control': 'max-age=60, max-age=600' }, 60 * second],
    ['max-age, whatever shared caches may do', { 'cache-control': 's-maxage=9, max-age=60' }, 60 * second],
    ['no directive that only ends in max-age', { 'cache-control': 'x-max-age=60' }, null],
    ['max-age, when no-cache is about one header', { 'cache-control': 'no-cache="Set-Cookie", max-age=60' }, 60 * second],
    ['no time by no-cache', { 'cache-control': 'no-cache, max-age=60' }, 0],
    ['no time by no-store', { 'cache-control': 'private,no-store' }, 0],
    ['no time by max-age=0', { 'cache-control': 'max-age=0, must-revalidate' }, 0],
    ['no time by a max-age that is no number', { 'cache-control': 'max-age=soon' }, 0],
    ['no time by a negative max-age', { 'cache-control': 'max-age=-1' }, 0],
    ['no time by max-age without a value', { 'cache-control': 'max-age' }, 0],
    ['68 years at most', { 'cache-control': 'max-age=99999999999999999999' }, 2 ** 31 * second],
    ['max-age, when Age can not be read', { 'cache-control': 'max-age=60', age: 'old' }, 60 * second],
    ['as long as Expires is after Date', { expires: 'Tue, 10 Feb 2026 09:10:00 GMT', date: 'Tue, 10 Feb 2026 09:00:00 GMT' }, 10 * minute],
    ['until Expires, without Date', { expires: 'Tue, 10 Feb 2026 12:10:00 GMT' }, 10 * minute],
    ['until Expires, when Date can not be read', { expires: 'Tue, 10 Feb 2026 12:10:00 GMT', date: 'today' }, 10 * minute],
    ['no time, when Expires is past', { expires: 'Thu, 19 Nov 1981 08:52:00 GMT' }, 0],
    ['no time by Expires: 0', { expires: '0' }, 0],
    ['no time by Expires: -1', { expires: ' -1 ' }, 0],
    ['no time by an Expires that is no date', { expires: 'never' }, 0],
    ['as long as nobody says, by an empty Expires', { expires: '  ' }, null],
    ['until Expires, beside a Cache-Control of other things', { 'cache-control': 'public', expires: 'Tue, 10 Feb 2026 12:10:00 GMT' }, 10 * minute],
  ])('%s', (_what, headers, ms) => {
    expect(freshnessOf(headers, now)).toBe(ms)
  }) // biome-ignore format: a table

  test('null or a time that is not negative, whatever the headers say', () => {
    const piece = fc.constantFrom(
      'max-age',
      'no-cache',
      '=',
      ',',
      '"',
      ' ',
      '-',
      '1',
      '99999',
      'Tue, 10 Feb 2026',
      'GMT',
      'x',
    )
    const header = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join('')),
    )
    const headers = fc.record({ 'cache-control': header, age: header, expires: header, date: header })
    fc.assert(
      fc.property(headers, (said) => {
        const ms = freshnessOf(said, now)
        expect(ms === null || (Number.isFinite(ms) && ms >= 0)).toBe(true)
      }),
    )
  })
})

describe('a document asks to be left alone for', () => {
  test.each<[string, string, number | null]>([
    ['no time at all', '<title>A</title>', null],
    ['its ttl, in minutes', '<ttl>60</ttl>', hour],
    ['its ttl in CDATA and blanks', '<ttl> \n<![CDATA[ 15 ]]></ttl>', 15 * minute],
    ['its TTL in capitals', '<TTL>30</TTL>', 30 * minute],
    ['no time by a ttl of 0', '<ttl>0</ttl>', null],
    ['no time by a negative ttl', '<ttl>-5</ttl>', null],
    ['no time by a ttl that is no number', '<ttl>daily</ttl>', null],
    ['no time by an empty ttl', '<ttl></ttl>', null],
    ['an hour', '<sy:updatePeriod>hourly</sy:updatePeriod>', hour],
    ['a day', '<sy:updatePeriod>daily</sy:updatePeriod>', day],
    ['a week', '<sy:updatePeriod>weekly</sy:updatePeriod>', 7 * day],
    ['a month', '<sy:updatePeriod>monthly</sy:updatePeriod>', 30 * day],
    ['a year', '<sy:updatePeriod>yearly</sy:updatePeriod>', 365 * day],
    ['an hour, written as WordPress does', '<sy:updatePeriod>\n\thourly\t</sy:updatePeriod>\n<sy:updateFrequency>\n\t1\t</sy:updateFrequency>', hour],
    ['half a day', '<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>', day / 2],
    ['an hour, under another prefix', '<syn:updatePeriod>hourly</syn:updatePeriod><syn:updateFrequency>1</syn:updateFrequency>', hour],
    ['an hour, in CDATA', '<sy:updatePeriod><![CDATA[Hourly]]></sy:updatePeriod>', hour],
    ['a day, when the frequency is 0', '<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>', day],
    ['a day, when the frequency is no number', '<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>often</sy:updateFrequency>', day],
    ['a minute at least', '<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>9999999</sy:updateFrequency>', minute],
    ['no time by a frequency without a period', '<sy:updateFrequency>2</sy:updateFrequency>', null],
    ['no time by an unknown period', '<sy:updatePeriod>always</sy:updatePeriod>', null],
    ['no time by what every object knows', '<sy:updatePeriod>constructor</sy:updatePeriod>', null],
    ['no time by the prototype of objects', '<sy:updatePeriod>__proto__</sy:updatePeriod>', null],
    ['its ttl rather than its period', '<sy:updatePeriod>daily</sy:updatePeriod><ttl>5</ttl>', 5 * minute],
  ])('%s', (_what, head, ms) => {
    expect(updateHint(`<rss><channel>${head}${item}</channel></rss>`)).toBe(ms)
    expect(updateHint(`<rss><channel>${head}</channel></rss>`)).toBe(ms)
  }) // biome-ignore format: a table

  test.each([
    ['an item', '<item><ttl>60</ttl></item>'],
    ['an item with attributes', '<item rdf:about="x"><ttl>60</ttl></item>'],
    ['an entry', '<atom:entry><ttl>60</ttl></atom:entry>'],
  ])('nothing that stands in %s', (_where, text) => {
    expect(updateHint(`<rss><channel>${text}</channel></rss>`)).toBeNull()
  })

  test('what stands before the items, though they are listed there', () => {
    const listed = '<items><rdf:Seq><rdf:li rdf:resource="https://example.org/1"/></rdf:Seq></items>'
    expect(updateHint(`<rdf:RDF><channel>${listed}<ttl>60</ttl></channel>${item}</rdf:RDF>`)).toBe(hour)
  })

  test('nothing that comes after 64 KB', () => {
    expect(updateHint(`<rss><channel>${' '.repeat(65_536)}<ttl>60</ttl>`)).toBeNull()
  })

  test.each([
    ['blanks', `<ttl>${' '.repeat(10_000_000)}`],
    ['beginnings', '<ttl> '.repeat(2_000_000)],
    ['a long name', `<${'a'.repeat(10_000_000)}`],
    ['prefixes', '<aaaaaaaaaaaaaaaaaaaa:'.repeat(500_000)],
    ['CDATA', `<ttl><![CDATA[${' '.repeat(10_000_000)}`],
  ])('nothing in ten megabytes of %s', (_what, text) => {
    // In time that grows with the square of the length this would take hours.
    expect(updateHint(text)).toBeNull()
  })
})
