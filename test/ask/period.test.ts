import { beforeAll, describe, expect, test } from 'vitest'
import type { Asker } from '../../src/ask/index.ts'
import { periodOf } from '../../src/ask/period.ts'
import { item, readWiki, stored } from './wiki.ts'

/** A Monday. */
const now = Date.UTC(2026, 2, 16, 10)
const at = (text: string | null) => (text === null ? null : Date.parse(text))

describe('the time that a question asks about', () => {
  test.each([
    ['what happened on 12 March 2026?', '2026-03-12', '2026-03-13', 'of 12 March 2026'],
    ['what happened on 12 March?', '2026-03-12', '2026-03-13', 'of 12 March 2026'],
    ['what happened on the 12th of march?', '2026-03-12', '2026-03-13', 'of 12 March 2026'],
    ['news on March 12th, 2026', '2026-03-12', '2026-03-13', 'of 12 March 2026'],
    ['news of 2026-03-12', '2026-03-12', '2026-03-13', 'of 12 March 2026'],
    ['news of 16 March', '2026-03-16', '2026-03-17', 'of 16 March 2026'],
    ['news of 17 March', '2025-03-17', '2025-03-18', 'of 17 March 2025'],
    ['news of 29 Feb', '2024-02-29', '2024-03-01', 'of 29 February 2024'],
    ['anything since 10 March', '2026-03-10', null, 'since 10 March 2026'],
    ['anything after 10 March', '2026-03-11', null, 'after 10 March 2026'],
    ['anything before 10 March', '2026-02-07', '2026-03-10', 'of the 31 days before 10 March 2026'],
    ['what happened between 3 and 10 March?', '2026-03-03', '2026-03-11', 'of 3 to 10 March 2026'],
    ['news from 27 February to 2 March', '2026-02-27', '2026-03-03', 'of 27 February to 2 March 2026'],
    [
      'news from 30 December to 2 January',
      '2025-12-30',
      '2026-01-03',
      'of 30 December 2025 to 2 January 2026',
    ],
    ['news in March', '2026-03-01', '2026-04-01', 'of March 2026 so far'],
    ['news in December', '2025-12-01', '2026-01-01', 'of December 2025'],
    ['news in Dec 2024', '2024-12-01', '2025-01-01', 'of December 2024'],
    ['news since February', '2026-02-01', null, 'since February 2026'],
    ['any mergers last month?', '2026-02-01', '2026-03-01', 'of February 2026'],
    ['any mergers this month?', '2026-03-01', null, 'of March 2026 so far'],
    ['any mergers last week?', '2026-03-09', '2026-03-16', 'of 9 to 15 March 2026'],
    ['any mergers since last week?', '2026-03-09', null, 'since 9 March 2026'],
    ['any mergers last year?', '2025-01-01', '2026-01-01', 'of 2025'],
    ['any mergers this year?', '2026-01-01', null, 'of 2026 so far'],
    ['any mergers yesterday?', '2026-03-15', '2026-03-16', 'of 15 March 2026'],
    ['any mergers since yesterday?', '2026-03-15', null, 'since 15 March 2026'],
    ['any mergers on friday?', '2026-03-13', '2026-03-14', 'of 13 March 2026'],
    ['any mergers since Monday?', '2026-03-16', null, 'since 16 March 2026'],
    ['any mergers last Monday?', '2026-03-09', '2026-03-10', 'of 9 March 2026'],
  ])('%s', (text, since, until, words) => {
    const { rest: _, date: __, ...period } = periodOf(text, now)
    expect(period).toEqual({ since: at(since), until: at(until), words, isDated: true })
  })

  test.each([
    ['any mergers?', 31],
    ['any mergers in the past month', 31],
    ['any mergers in the last month', 31],
    ['any mergers this week?', 7],
    ['any mergers in the past week', 7],
    ['any mergers in the last few days', 4],
    ['any mergers in the past days', 7],
    ['any mergers in the last 3 days', 3],
    ['any mergers in the past two weeks', 14],
    ['any mergers in the last couple of months', 62],
    ['any mergers today?', 1],
    ['how may openness march on?', 31],
    ['any news from April Ross?', 31],
    ['the 31 February that no calendar has', 31],
    ['Qwen 3 and Llama 4', 31],
  ])('is so many days until now: %s', (text, days) => {
    const period = periodOf(text, now)
    expect(period).toMatchObject({ since: now - days * 86_400_000, until: null, isDated: false })
    expect(period.words).toBe(days === 1 ? 'in the last day' : `in the last ${days} days`)
  })

  test('is taken out of the question', () => {
    expect(periodOf('what did Heron do on 12 March?', now).rest).toBe('what did Heron do  ?')
    expect(periodOf('news of Heron 4 of the last 3 days', now)).toMatchObject({
      rest: 'news of Heron 4 of',
      date: 'the last 3 days',
    })
    expect(periodOf('how may openness march on?', now)).toMatchObject({
      rest: 'how may openness march on?',
      date: '',
    })
  })
})

describe('news of a time', () => {
  let asker: Asker
  beforeAll(async () => {
    asker = (await readWiki()).asker
  })
  const on = (date: string, title: string) => ({
    ...item(title, 'renewal', 'opens', 0),
    publishedAt: Date.parse(`${date}T09:00Z`),
    firstSeenAt: Date.parse(`${date}T09:00Z`),
  })
  const { news, wishes } = stored([
    on('2026-03-13', 'Heron moves'),
    on('2026-03-12', 'The march of Egret'),
    on('2026-03-12', 'Heron rests'),
    on('2026-02-20', 'Heron wakes'),
  ])

  test.each([
    ['what happened on 12 March 2026?', 'of 12 March 2026', ['The march of Egret', 'Heron rests']],
    [
      'what happened in the week from 12 to 12 March',
      'of 12 March 2026',
      ['The march of Egret', 'Heron rests'],
    ],
    ['on 12 March?', 'of 12 March 2026', ['The march of Egret', 'Heron rests']],
    ['what did Heron do on 12 March?', 'of 12 March 2026', ['Heron rests']],
    ['any news about Heron since 12 March', 'since 12 March 2026', ['Heron moves', 'Heron rests']],
    ['what did Heron do in March?', 'of March 2026 so far', ['Heron moves', 'Heron rests']],
    ['what did Heron do last month?', 'of February 2026', ['Heron wakes']],
  ])('is of that time alone, whatever words the date has: %s', async (question, words, titles) => {
    const answer = await asker.answer(question, { news, now })
    expect(answer.answer.startsWith(`Stored news ${words}`)).toBe(true)
    expect(answer.items.map(({ title }) => title)).toEqual(titles)
    expect(wishes.at(-1)!.words).not.toContain('march')
  })

  test('is said to be none', async () => {
    const { answer } = await asker.answer('what did Heron do last week?', { news: async () => [], now })
    expect(answer).toBe(
      'Freehold has stored no news of 9 to 15 March 2026 from or about Heron that bears on the key ideas.',
    )
  })

  test.each(['What happened on 25 April 2006?', 'in March 2024?'])(
    'of long ago is not what is stored: %s',
    async (question) => {
      expect((await asker.answer(question, { news, now })).kind).not.toBe('news')
    },
  )
})
