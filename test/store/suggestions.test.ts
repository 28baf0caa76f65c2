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
        {
          url: 'https://www.lab.example/feed?utm_source=x',
          times: 3,
          from: { discord: 3, web: 0 },
          notes: [],
          firstAt: now,
          lastAt: now + 9,
        },
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

    test('keep where they came from and what was said of them, as far as there is room', async () => {
      const record = (note: string, from: 'web' | 'discord' = 'web') =>
        suggestions().record('key', 'https://lab.example/', now, { from, note })
      for (const note of ['', 'They train\nin the open. ', 'They train in the open.', '', 'Weekly.'])
        await record(note)
      await record('', 'discord')
      const { times, from, notes } = (await suggestions().list())[0]!
      expect([times, from]).toEqual([6, { discord: 1, web: 5 }])
      expect(notes).toEqual(['They train in the open.', 'Weekly.'])
      for (let n = 0; n < 50; n++) await record(`${n} ${'x'.repeat(200)}`)
      const kept = (await suggestions().list())[0]!
      expect(kept.times).toBe(56)
      expect(kept.notes.slice(0, 2)).toEqual(notes)
      expect(kept.notes.join('\n').length).toBeGreaterThan(1700)
      expect(kept.notes.join('\n').length).toBeLessThanOrEqual(2000)
    })

    describe('from one network', () => {
      const hour = 3_600_000
      const source = { from: 'web', note: '' } as const
      const ask = (n: number, at = now, key = 'network', store = db.store) =>
        store.suggestions.recordWithin(
          { key, most: 3, within: hour },
          `https://${n}.example`,
          `https://${n}.example/`,
          at,
          source,
        )

      test('are as many as it may make in the time; others are not kept', async () => {
        for (const n of [1, 2, 3]) expect(await ask(n)).toBe(1)
        expect(await ask(4, now + hour - 1)).toBeNull()
        expect(await ask(5, now, 'another')).toBe(1)
        expect(await ask(1, now + hour)).toBe(2)
        expect((await suggestions().list()).map(({ url }) => url).sort()).toEqual(
          [1, 2, 3, 5].map((n) => `https://${n}.example/`),
        )
      })

      test('are counted with those that come at the same time', async () => {
        const other = await db.peer()
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, n) => ask(n, now, 'network', n % 2 ? other : db.store)),
        )
        expect(answers.filter((times) => times !== null)).toEqual([1, 1, 1])
      })

      test('leave a hash that goes with those of sign-ups', async () => {
        for (const n of [1, 2, 3]) await ask(n)
        await db.store.signUps.prune(now + 1)
        expect(await ask(4)).toBe(1)
      })
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
