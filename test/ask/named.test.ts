import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Asker, NewsSource } from '../../src/ask/index.ts'
import { ask } from '../../src/jobs/index.ts'
import { day, type LabelledItem, type NewsWish } from '../../src/model/index.ts'
import type { Store } from '../../src/store/index.ts'
import { eventFeeds, eventItems } from '../bench/events.ts'
import { filledStore } from '../bench/filled.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import { item, now, readWiki, stored } from './wiki.ts'

const houses = ['Harbour Lab', 'Corvane', 'Skerry', 'Tideline']
const questions = houses.flatMap((house) => [
  `what did ${house} announce lately?`,
  `any recent news about ${house}?`,
  `any news about ${house} and open models this month?`,
])

let asker: Asker
let store: Store
const feeds = eventFeeds(3000)
const names = new Map(feeds.map(({ id, title, publisher }) => [id, `${title}\n${publisher}`]))
const byPublisher = (items: LabelledItem[]) =>
  items.map((item) => ({ ...item, publisher: names.get(item.feed) ?? '' }))

beforeAll(async () => {
  asker = (await readWiki()).asker
  // More than are looked through at first.
  store = await filledStore(':memory:', eventItems(3000, now, 31 * day), now)
})
afterAll(() => store.close())

describe('news of somebody', () => {
  test.each(questions)('are those that reading everything would find: %s', async (question) => {
    const all: NewsSource = async ({ idea, direction, since, saying, limit }) =>
      byPublisher(await store.items.bearing({ idea, direction, since, limit: saying ? 3000 : 30 * limit }))
    const answer = await ask({ store, feeds, now: () => now }, asker, question)
    const publishers = [...names.values()].flatMap((all) => all.split('\n'))
    expect(answer).toEqual(await asker.answer(question, { news: all, publishers, now }))
    expect(answer.items.length).toBeGreaterThan(0)
  })

  test('are looked for among the newest first, and among the others only where they may come before', async () => {
    const wishes = async (question: string) => {
      const seen: NewsWish[] = []
      await asker.answer(question, {
        now,
        news: async (wish) => {
          seen.push(wish)
          const { idea, direction, since, limit } = wish
          return byPublisher(await store.items.bearing({ idea, direction, since, limit: 30 * limit }))
        },
      })
      return seen
    }
    expect(await wishes('any recent news about Skerry?')).toHaveLength(1)
    const [first, second, ...others] = await wishes('what did Skerry announce lately?')
    expect(others).toEqual([])
    expect(second!.limit).toBeGreaterThan(first!.limit)
    expect(second!.holding).toEqual({ letters: ['sker', 'anno'], least: 2 })
  })

  test.each(['Örlibru', 'ÖRLIBRU', 'Örlibru’s'])(
    'are found under a name that no database lowers: %s',
    async (name) => {
      const told = [
        item('örlibru moves', 'renewal', 'opens', 2),
        item('ÖRLIBRU stays', 'renewal', 'opens', 1),
      ]
      const other = item('Orlibru moves', 'renewal', 'opens', 1)
      const { news } = stored([...told, other])
      const answer = await asker.answer(`any recent news about ${name}?`, { news, now })
      expect(answer.items.map(({ title }) => title)).toEqual(['ÖRLIBRU stays', 'örlibru moves'])
    },
  )
})

describe('news of a publisher', () => {
  const followed = weekFeeds.map((feed) => ({ ...feed, site: `https://www.${feed.id}.example/blog` }))
  const by = (feed: string, title: string, days: number) => ({
    ...item(title, 'renewal', 'opens', days),
    feed,
  })
  let own: Store
  beforeAll(async () => {
    own = await filledStore(
      ':memory:',
      [
        by('saltmarsh-cloud', 'The free tier ends', 2),
        by('ardmoor-news', 'We halve our price', 3),
        by('tideline', 'Ardmoor is cheaper now', 4),
        by('harbour-lab', 'Skerry 3 is here', 5),
        by('dry-dock', 'Rents rise', 6),
        by('northfold', 'A survey of weights', 7),
      ],
      now,
    )
  })
  afterAll(() => own.close())

  test.each([
    ['news from Ardmoor Systems', ['We halve our price']],
    ['did Ardmoor do anything this month?', ['We halve our price', 'Ardmoor is cheaper now']],
    ['news about Saltmarsh Cloud', ['The free tier ends']],
    ['any news from saltmarsh cloud?', ['The free tier ends']],
    ['Harbour Lab recently', ['Skerry 3 is here']],
    ['harbour lab lately?', ['Skerry 3 is here']],
    ['latest from the dry dock', ['Rents rise']],
    ['news of Northfold', ['A survey of weights']],
    ['news of Skerry', ['Skerry 3 is here']],
    ['Any Recent Ardmoor News?', ['We halve our price', 'Ardmoor is cheaper now']],
    ['the Latest Ardmoor updates, news please', ['We halve our price', 'Ardmoor is cheaper now']],
  ])('holds what it published and what names it: %s', async (question, titles) => {
    const answer = await ask({ store: own, feeds: followed, now: () => now }, asker, question)
    expect(answer.items.map(({ title }) => title)).toEqual(titles)
  })

  test('knows it by the domain of its site where no title names it', async () => {
    const unnamed = followed.map((feed) => ({ ...feed, title: 'Blog', publisher: 'blog' }))
    const answer = await ask(
      { store: own, feeds: unnamed, now: () => now },
      asker,
      'any news from Saltmarsh Cloud?',
    )
    expect(answer.items.map(({ title }) => title)).toEqual(['The free tier ends'])
  })

  test('is none where neither is stored', async () => {
    const answer = await ask({ store: own, feeds: followed, now: () => now }, asker, 'news from Moss AI?')
    expect(answer).toMatchObject({ kind: 'news', answered: false, items: [] })
    expect(answer.answer).toMatch(/^Freehold has stored nothing from or about Moss/)
  })
})

describe('what somebody did', () => {
  const { news } = stored([
    item('Office clears the stake of Halgard in Corvane', 'economic-function', 'closes', 3),
    item('Harbour Lab releases Skerry', 'renewal', 'opens', 4),
    item('Harbour Lab keeps a lighthouse', 'renewal', 'opens', 5),
    { ...item('The plans are dearer', 'disciplinary-floor', 'closes', 6), publisher: 'Saltmarsh Cloud' },
    item('Ostrom is read in Toronto', 'commons-governance', 'opens', 2),
  ])
  const publishers = ['Saltmarsh Cloud', 'Digital Conduct Office']

  test.each([
    ['what did Harbour Lab do?', ['Harbour Lab releases Skerry', 'Harbour Lab keeps a lighthouse']],
    ['what has harbour lab announced', []],
    ['What did Harbour Lab keep?', ['Harbour Lab releases Skerry', 'Harbour Lab keeps a lighthouse']],
    ['did Harbour Lab release Skerry?', ['Harbour Lab releases Skerry']],
    ['when did Halgard get its stake?', ['Office clears the stake of Halgard in Corvane']],
    ['who cleared Halgard?', ['Office clears the stake of Halgard in Corvane']],
    ['what did the Office decide about Halgard?', ['Office clears the stake of Halgard in Corvane']],
    ["what happened to Saltmarsh Cloud's plans", ['The plans are dearer']],
  ])('is told of by the items that name them: %s', async (question, titles) => {
    const answer = await asker.answer(question, { news, publishers, now })
    expect(answer.kind === 'news' ? answer.items.map(({ title }) => title) : []).toEqual(titles)
  })

  test.each([
    'did Harbour Lab buy a football club?',
    'when was Halgard founded?',
    'what did Heron Labs decide?',
    'how many people work at Halgard?',
  ])('is declined where no item tells it: %s', async (question) => {
    expect(await asker.answer(question, { news, publishers, now })).toMatchObject({ kind: 'declined' })
  })

  test('is the wiki’s to tell of whom it knows', async () => {
    const answer = await asker.answer('when did Ostrom get the Nobel prize', { news, publishers, now })
    expect(answer).toMatchObject({ kind: 'concept', answered: true })
  })

  test('is said with all of the name', async () => {
    const named = { ...item('Halgard is cleared', 'renewal', 'opens', 2), publisher: publishers.join('\n') }
    const answer = await asker.answer('what did the Digital Conduct Office decide about Halgard?', {
      news: async () => [named],
      now,
    })
    expect(answer.answer).toMatch(/ from or about Digital Conduct Office and Halgard:\n/)
  })
})
