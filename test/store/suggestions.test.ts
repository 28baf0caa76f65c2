import { describe, expect, test } from 'vitest'
import { onEachDatabase } from './databases.ts'
import { now } from './samples.ts'

onEachDatabase((db) => {
  const suggestions = () => db.store.suggestions

  describe('feeds that readers suggest', () => {
    test('are counted by what they are, and kept as they were first given', async () => {
      const key = 'https://lab.example/feed'
      expect(await suggestions().record(key, 'https://www.lab.example/feed?utm_source=x', now)).toBe(1)
      expect(await suggestions().record(key, 'https://lab.example/feed/', now + 5)).toBe(2)
      expect(await suggestions().record(key, 'https://lab.example/feed', now + 9)).toBe(3)
      expect(await suggestions().list()).toEqual([
        { url: 'https://www.lab.example/feed?utm_source=x', times: 3, firstAt: now, lastAt: now + 9 },
      ])
    })

    test('are listed by how often they came, then by how lately', async () => {
      const record = (name: string, at: number) =>
        suggestions().record(`https://${name}.example/`, `https://${name}.example/`, at)
      await record('twice', now)
      await record('b', now + 2)
      await record('twice', now + 1)
      await record('latest', now + 3)
      await record('a', now + 2)
      expect((await suggestions().list()).map(({ url, times }) => [URL.parse(url)?.hostname, times])).toEqual(
        [
          ['twice.example', 2],
          ['latest.example', 1],
          ['a.example', 1],
          ['b.example', 1],
        ],
      )
    })

    test('are forgotten once, and counted anew when they come again', async () => {
      await suggestions().record('https://lab.example/', 'https://lab.example/', now)
      await suggestions().record('https://lab.example/', 'https://lab.example/', now)
      await suggestions().record('https://other.example/', 'https://other.example/', now)
      expect(await suggestions().forget('https://lab.example/')).toBe(true)
      expect(await suggestions().forget('https://lab.example/')).toBe(false)
      expect((await suggestions().list()).map(({ url }) => url)).toEqual(['https://other.example/'])
      expect(await suggestions().record('https://lab.example/', 'https://lab.example/', now)).toBe(1)
    })

    test('lose no count when several come at once', async () => {
      const other = await db.peer()
      const stores = Array.from({ length: 10 }, (_, n) => (n % 2 ? other : db.store))
      const counts = await Promise.all(
        stores.map((store) => store.suggestions.record('key', 'https://x/', now)),
      )
      expect(counts.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    })
  })
})
