import { describe, expect, test } from 'vitest'
import { gather } from '../../src/jobs/gather.ts'

/** Work that ends when it is told to; the batches it was given. */
function held() {
  const batches: number[][] = []
  const ends: { done(): void; fail(error: Error): void }[] = []
  const ask = gather(
    (all: number[]) =>
      new Promise<string[]>((resolve, reject) => {
        batches.push(all)
        ends.push({ done: () => resolve(all.map((one) => `did ${one}`)), fail: reject })
      }),
  )
  const turn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))
  return { ask, batches, ends, turn }
}

describe('what is asked for', () => {
  test('within a turn of the event loop is done together, each with its own result', async () => {
    const { ask, batches, ends, turn } = held()
    const all = [1, 2, 3].map(ask)
    await Promise.resolve()
    all.push(ask(4))
    await turn()
    expect(batches).toEqual([[1, 2, 3, 4]])
    ends[0]!.done()
    expect(await Promise.all(all)).toEqual(['did 1', 'did 2', 'did 3', 'did 4'])
  })

  test('while a batch is at work waits and is the next batch, never two at once', async () => {
    const { ask, batches, ends, turn } = held()
    const first = ask(1)
    await turn()
    const later = [ask(2), ask(3)]
    await turn()
    expect(batches).toEqual([[1]])
    ends[0]!.done()
    expect(await first).toBe('did 1')
    await turn()
    later.push(ask(4))
    await turn()
    expect(batches).toEqual([[1], [2, 3]])
    ends[1]!.done()
    await turn()
    ends[2]!.done()
    expect(await Promise.all(later)).toEqual(['did 2', 'did 3', 'did 4'])
    expect(batches).toEqual([[1], [2, 3], [4]])
  })

  test('in a batch that fails fails all of it, and nothing after', async () => {
    const { ask, ends, turn } = held()
    const lost = [1, 2].map((one) => ask(one).catch((error: Error) => error.message))
    await turn()
    const next = ask(3)
    ends[0]!.fail(new Error('disk full'))
    expect(await Promise.all(lost)).toEqual(['disk full', 'disk full'])
    await turn()
    ends[1]!.done()
    expect(await next).toBe('did 3')
    const again = ask(4)
    await turn()
    ends[2]!.done()
    expect(await again).toBe('did 4')
  })

  test('by a thousand at random moments is done once each, in far fewer batches', async () => {
    let batches = 0
    const seen: number[] = []
    const ask = gather(async (all: number[]) => {
      batches++
      seen.push(...all)
      await new Promise(setImmediate)
      return all.map((one) => one * 2)
    })
    const results = await Promise.all(
      Array.from({ length: 1000 }, async (_, n) => {
        for (let turns = n % 7; turns > 0; turns--) await new Promise(setImmediate)
        return ask(n)
      }),
    )
    expect(results).toEqual(Array.from({ length: 1000 }, (_, n) => n * 2))
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, n) => n))
    expect(batches).toBeLessThan(20)
  })
})
