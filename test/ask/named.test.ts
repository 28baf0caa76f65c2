import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Asker, NewsSource } from '../../src/ask/index.ts'
import { ask } from '../../src/jobs/index.ts'
import { day, type NewsWish } from '../../src/model/index.ts'
import type { Store } from '../../src/store/index.ts'
import { eventItems } from '../bench/events.ts'
import { filledStore } from '../bench/filled.ts'
import { item, now, readWiki, stored } from './wiki.ts'

const houses = ['Harbour Lab', 'Corvane', 'Skerry', 'Tideline']
const questions = houses.flatMap((house) => [
  `what did ${house} announce lately?`,
  `any recent news about ${house}?`,
  `any news about ${house} and open models this month?`,
])

let asker: Asker
let store: Store

beforeAll(async () => {
  asker = (await readWiki()).asker
  // More than are looked through at first.
  store = await filledStore(':memory:', eventItems(3000, now, 31 * day), now)
})
afterAll(() => store.close())

describe('news of somebody', () => {
  test.each(questions)('are those that reading everything would find: %s', async (question) => {
    const all: NewsSource = ({ idea, direction, since, saying, limit }) =>
      store.items.bearing({ idea, direction, since, limit: saying ? 3000 : 30 * limit })
    const answer = await ask({ store, now: () => now }, asker, question)
    expect(answer).toEqual(await asker.answer(question, { news: all, now }))
    expect(answer.items.length).toBeGreaterThan(0)
  })

  test('are looked for among the newest first, and among the others only where they may come before', async () => {
    const wishes = async (question: string) => {
      const seen: NewsWish[] = []
      await asker.answer(question, {
        now,
        news: async (wish) => {
          seen.push(wish)
          return store.items.bearing({ ...wish, limit: 30 * wish.limit })
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
