import { describe, expect, test } from 'vitest'
import { onEachDatabase } from './databases.ts'
import { now } from './samples.ts'

onEachDatabase((db) => {
  describe('questions asked in vain', () => {
    test('count up when they come again, however they are spaced', async () => {
      await db.store.gaps.record('What does  Llama cost?', now)
      await db.store.gaps.record(' What does Llama cost? ', now + 5)
      await db.store.gaps.record('Who runs the commons?', now + 9)
      expect(await db.store.gaps.list()).toEqual([
        { question: 'What does Llama cost?', times: 2, firstAskedAt: now, lastAskedAt: now + 5 },
        { question: 'Who runs the commons?', times: 1, firstAskedAt: now + 9, lastAskedAt: now + 9 },
      ])
      expect(await db.store.gaps.list(1)).toHaveLength(1)
    })

    test('are cut when they are very long, and nothing is kept of an empty one', async () => {
      await db.store.gaps.record('  ', now)
      await db.store.gaps.record('why '.repeat(1000), now)
      const [only, ...others] = await db.store.gaps.list()
      expect(others).toEqual([])
      expect(only!.question.length).toBeLessThanOrEqual(500)
    })
  })
})
