import { describe, expect, test } from 'vitest'
import {
  alike,
  byDate,
  byTitle,
  differ,
  isOneMoment,
  isSameByGuid,
  isTellingTitle,
  markOf,
  sameText,
  type Trace,
} from '../../src/model/index.ts'

const day = 86_400_000
const at = Date.UTC(2026, 5, 1, 9, 17)
const trace: Trace = {
  title: 'Harbour Lab releases the weights of Heron',
  summary: 'Both sizes of the model can be had from today under a free licence.',
  url: 'https://harbour.example/heron',
  publishedAt: at,
}
const other: Trace = {
  title: 'Ministry of Albary funds shared compute',
  summary: 'Universities get machines of their own, paid for by everybody in the country.',
  url: 'https://harbour.example/albary',
  publishedAt: at + 3 * day,
}

test.each([
  ['Heron', false],
  ['v1.2.3', false],
  ['Weekly notes', false],
  ['What we did this week', true],
  ['Datenschutzfolgenabschätzungen im Überblick', true],
])('%j tells of one article: %s', (title, telling) => {
  expect(isTellingTitle(title)).toBe(telling)
})

test.each([
  ['Harbour Lab releases Heron', 'Harbour Lab releases Heron (updated)', true],
  ['Harbour Lab releases Heron', 'HARBOUR LAB RELEASES HERON!', true],
  ['Release 1.2 of Wrackline', 'Release 1.3 of Wrackline', false],
  ['Open thread 120', 'Open thread 121', false],
  ['Heron', 'Heron is out', false],
  ['Harbour Lab releases Heron', 'Ministry funds shared compute', false],
])('%j may be an edit of %j: %s', (a, b, expected) => {
  expect(alike(a, b)).toBe(expected)
  expect(alike(b, a)).toBe(expected)
})

test('texts are the same but for edits; a few words are no text', () => {
  expect(sameText(trace.summary, `${trace.summary} That is new.`)).toBe(true)
  expect(sameText(trace.summary, other.summary)).toBe(false)
  expect(sameText('Read more', 'Read more')).toBe(false)
})

test('a mark is an own address with its part, or else the title', () => {
  expect(markOf(trace)).toBe('https://harbour.example/heron')
  expect(markOf({ ...trace, url: 'https://harbour.example/log?utm_source=x#v1' })).toBe(
    'https://harbour.example/log#v1',
  )
  expect(markOf({ ...trace, url: 'https://harbour.example/' })).toBe(
    'harbour lab releases the weights of heron',
  )
  expect(markOf({ ...trace, url: null })).toBe('harbour lab releases the weights of heron')
})

describe('items with one link differ', () => {
  const url = 'https://harbour.example/changelog'
  test.each<[string, Partial<Trace>, boolean]>([
    ['not when nothing does', {}, false],
    ['not when the title is edited', { title: `${trace.title}, at last` }, false],
    ['when titles do', { title: other.title }, true],
    ['when titles and parts of the page do', { title: `${trace.title} 2`, url: `${url}#b` }, true],
    ['not when only the fragment does', { url: `${url}#b` }, false],
    [
      'when one title stands for two days and two texts',
      { publishedAt: at + 2 * day, summary: other.summary },
      true,
    ],
    ['not when the day alone does', { publishedAt: at + 2 * day }, false],
  ])('%s', (_, changes, expected) => {
    expect(differ({ ...trace, url: `${url}#a` }, { ...trace, url: `${url}#a`, ...changes })).toBe(expected)
  })
})

describe('one guid is one article', () => {
  const sure = { dates: true, link: true }
  test.each<[string, Partial<Trace>, boolean]>([
    ['when link, date and text change', { ...other, title: trace.title }, true],
    ['when title, date and text change', { ...other, url: trace.url }, true],
    ['when link, title and text change', { ...other, publishedAt: at }, true],
    ['when link, title and date change', { ...other, summary: trace.summary }, true],
    ['not when everything does', other, false],
    [
      'not when link and title do, and there is nothing else',
      { ...other, publishedAt: null, summary: '' },
      false,
    ],
    [
      'when the title does, and there is nothing else',
      { title: other.title, url: null, publishedAt: null, summary: '' },
      true,
    ],
  ])('%s', (_, changes, expected) => {
    expect(isSameByGuid({ ...trace, ...changes }, trace, sure)).toBe(expected)
  })

  test('when what changed means nothing in its feed', () => {
    const bare = { ...other, summary: '' }
    expect(isSameByGuid(bare, trace, { dates: false, link: false })).toBe(true)
    expect(isSameByGuid(bare, trace, { dates: true, link: false })).toBe(false)
  })
})

describe('one title is one article', () => {
  const elsewhere = { ...trace, url: 'https://new.example/1' }
  const bare = { summary: '' }
  test.each<[string, Trace, Trace, { dates?: boolean; alone?: boolean }, string]>([
    ['at one time, where it stands alone', { ...elsewhere, ...bare }, trace, {}, 'same'],
    ['not where others have it too', { ...elsewhere, ...bare }, trace, { alone: false }, 'other'],
    ['with one text where others have it too', elsewhere, trace, { alone: false }, 'same'],
    ['in another time zone', { ...elsewhere, publishedAt: at + 5 * 3_600_000 }, trace, {}, 'same'],
    [
      'not another day with another text',
      { ...elsewhere, publishedAt: at + day, summary: 'New.' },
      trace,
      {},
      'other',
    ],
    [
      'another day with the same text to the word',
      { ...elsewhere, publishedAt: at + day },
      trace,
      {},
      'same',
    ],
    [
      'another day with an edited text, if all have moved',
      { ...elsewhere, publishedAt: at + day, summary: `${trace.summary} More.` },
      trace,
      {},
      'ifMoved',
    ],
    [
      'another day with one text, where dates say nothing',
      { ...elsewhere, publishedAt: at + day },
      trace,
      { dates: false },
      'same',
    ],
    [
      'without dates, with one text',
      { ...elsewhere, publishedAt: null },
      { ...trace, publishedAt: null },
      {},
      'same',
    ],
    [
      'not without dates, with two texts',
      { ...elsewhere, publishedAt: null, summary: 'New.' },
      { ...trace, publishedAt: null },
      {},
      'other',
    ],
  ])('%s', (_, found, stored, { dates = true, alone = true }, expected) => {
    expect(byTitle(found, stored, { dates, alone })).toBe(expected)
  })

  test('not when it is a word and the dates differ', () => {
    const [found, stored] = [elsewhere, trace].map((one) => ({ ...one, title: 'Heron', summary: '' }))
    expect(byTitle({ ...found!, publishedAt: at + 3_600_000 }, stored!, { dates: true, alone: true })).toBe(
      'other',
    )
    expect(byTitle(found!, stored!, { dates: true, alone: true })).toBe('same')
  })
})

test('one moment is one article where titles or texts are alike', () => {
  const midnight = Date.UTC(2026, 5, 1)
  const edited = { ...trace, title: `${trace.title} | Harbour Lab`, summary: '' }
  expect(byDate(edited, trace)).toBe(true)
  expect(byDate({ ...edited, publishedAt: midnight }, { ...trace, publishedAt: midnight })).toBe(false)
  expect(
    byDate({ ...trace, publishedAt: midnight, title: 'Other' }, { ...trace, publishedAt: midnight }),
  ).toBe(true)
  expect(byDate({ ...other, publishedAt: at }, trace)).toBe(false)
  expect(byDate({ ...trace, publishedAt: null }, { ...trace, publishedAt: null })).toBe(false)
})

test('dates of one build are of one moment', () => {
  expect(isOneMoment([at, at + 59_000, at + 3000], 3)).toBe(true)
  expect(isOneMoment([at, at + 60_000, at + 3000], 3)).toBe(false)
  expect(isOneMoment([at, at], 3)).toBe(false)
})
