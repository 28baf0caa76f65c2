import { expect, test } from 'vitest'
import { onEachDatabase } from './databases.ts'
import { now } from './samples.ts'

onEachDatabase((db) => {
  test('a message that came back is known from when it is noted until it is pruned', async () => {
    const { mailReturns } = db.store
    expect(await mailReturns.isKnown('a')).toBe(false)
    await mailReturns.note('a', 'bounce', now)
    await mailReturns.note('b', 'complaint', now + 1)
    expect([await mailReturns.isKnown('a'), await mailReturns.isKnown('b')]).toEqual([true, true])
    await mailReturns.prune(now + 1)
    expect([await mailReturns.isKnown('a'), await mailReturns.isKnown('b')]).toEqual([false, true])
  })

  test('a message may be noted by two at the same time', async () => {
    const [one, two] = [db.store, await db.peer()]
    await Promise.all([one, two].map((store) => store.mailReturns.note('a', 'bounce', now)))
    expect(await one.mailReturns.isKnown('a')).toBe(true)
  })
})
