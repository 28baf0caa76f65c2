import { describe, expect, test } from 'vitest'
import type { Digest } from '../../src/model/index.ts'
import { onEachDatabase } from './databases.ts'
import { draft, makeDigest, now } from './samples.ts'

const weeks = ['2026-09-21T09:00:00.000Z', '2026-09-28T09:00:00.000Z', '2026-10-05T09:00:00.000Z']

onEachDatabase((db) => {
  const create = (
    changes: Partial<Digest>,
    expectedLast: string | null,
    items: string[] = [],
    release = true,
  ) =>
    db.store.digests.create(draft(changes), items, {
      now,
      release,
      expectedLast: expectedLast === null ? null : Date.parse(expectedLast),
    })

  describe('creating', () => {
    test('numbers the digests in order', async () => {
      const numbers: number[] = []
      for (const until of weeks) numbers.push((await makeDigest(db.store, until)).number)
      expect(numbers).toEqual([1, 2, 3])
      expect((await db.store.digests.list()).map((one) => one.number)).toEqual([3, 2, 1])
      expect((await db.store.digests.list(2)).map((one) => one.number)).toEqual([3, 2])
      expect((await db.store.digests.last())!.number).toBe(3)
      expect(await db.store.digests.count()).toBe(3)
    })

    test('freezes the digest whole, its number in it', async () => {
      const digest = draft({
        lead: [{ text: '“Näytä” 🦉 \\u0000', backing: [{ kind: 'count', of: 'items', value: 3 }] }],
        coverage: { feeds: 2, answered: 1, failing: [{ feed: 'lab', title: "L'ab", error: 'HTTP 503' }] },
        read: 12,
        leftOut: 9,
      })
      const made = await create(digest, null)
      expect(made).toEqual({
        number: 1,
        since: Date.parse(digest.since),
        until: Date.parse(digest.until),
        createdAt: now,
        releasedAt: now,
        audienceAt: null,
        held: null,
        paused: null,
        approveBy: null,
        edits: [],
        original: null,
        releasedBy: null,
        corrections: [],
        digest: { ...digest, number: 1 },
      })
      expect(await db.store.digests.get(1)).toEqual(made)
      expect(await db.store.digests.last()).toEqual(made)
    })

    test('refuses when another digest came in between, and leaves no gap', async () => {
      expect(await create({ until: weeks[0]! }, null)).toMatchObject({ number: 1 })
      expect(await create({ until: weeks[1]! }, null, ['told'])).toBeNull()
      expect(await create({ until: weeks[1]! }, weeks[2]!)).toBeNull()
      expect(await db.store.digests.alreadyTold(['told'])).toEqual(new Set())
      expect(await create({ until: weeks[1]! }, weeks[0]!)).toMatchObject({ number: 2 })
    })

    test('lets one win when several create at the same time', async () => {
      const other = await db.peer()
      for (const [i, until] of weeks.entries()) {
        const expectedLast = i === 0 ? null : Date.parse(weeks[i - 1]!)
        const made = await Promise.all(
          [db.store, other, db.store, other].map((store) =>
            store.digests.create(draft({ until }), [`item ${i}`], { now, release: true, expectedLast }),
          ),
        )
        expect(made.flatMap((one) => one?.number ?? [])).toEqual([i + 1])
      }
      expect(await db.store.digests.count()).toBe(3)
    })

    test('can hold it at once, with the reason; sending gives it free', async () => {
      const options = { now, release: false, expectedLast: null, held: '20 of 30 feeds failed.' }
      await db.store.digests.create(draft({ until: weeks[0]! }), [], options)
      expect(await db.store.digests.get(1)).toMatchObject({
        releasedAt: null,
        held: '20 of 30 feeds failed.',
      })
      expect(await db.store.digests.awaitingAudience()).toEqual([])
      await db.store.digests.release(1, now + 1)
      expect(await db.store.digests.get(1)).toMatchObject({ releasedAt: now + 1, held: null })
      expect(await db.store.digests.awaitingAudience()).toEqual([1])
    })

    test('fails whole when its items cannot be written down', async () => {
      await expect(create({}, null, ['a', 'b', null as unknown as string])).rejects.toThrow(/null/i)
      expect(await db.store.digests.last()).toBeNull()
    })
  })

  test('before the first digest there is none', async () => {
    expect(await db.store.digests.last()).toBeNull()
    expect(await db.store.digests.get(1)).toBeNull()
    expect(await db.store.digests.list()).toEqual([])
    expect(await db.store.digests.awaitingAudience()).toEqual([])
    expect(await db.store.digests.count()).toBe(0)
  })

  test('what any digest told is known, however many are asked about', async () => {
    const items = Array.from({ length: 900 }, (_, n) => `item ${n}`)
    await create({ until: weeks[0]! }, null, items.slice(0, 500))
    await create({ until: weeks[1]! }, weeks[0]!, items.slice(600))
    const told = await db.store.digests.alreadyTold([...items, 'never seen'])
    expect([...told].sort()).toEqual([...items.slice(0, 500), ...items.slice(600)].sort())
    expect(await db.store.digests.alreadyTold([])).toEqual(new Set())
  })

  test('a held digest is released once, and the first time stays', async () => {
    await create({}, null, [], false)
    expect((await db.store.digests.get(1))!.releasedAt).toBeNull()
    await db.store.digests.release(1, now + 10)
    await db.store.digests.release(1, now + 20)
    expect((await db.store.digests.get(1))!.releasedAt).toBe(now + 10)
  })

  test('released digests wait for their audience, oldest first, until it is written down', async () => {
    await create({ until: weeks[0]! }, null, [], true)
    await create({ until: weeks[1]! }, weeks[0]!, [], false)
    await create({ until: weeks[2]! }, weeks[1]!, [], true)
    expect(await db.store.digests.awaitingAudience()).toEqual([1, 3])
    await db.store.deliveries.prepare(1, [], now + 5)
    expect(await db.store.digests.awaitingAudience()).toEqual([3])
    await db.store.digests.release(2, now)
    expect(await db.store.digests.awaitingAudience()).toEqual([2, 3])
    expect((await db.store.digests.get(1))!.audienceAt).toBe(now + 5)
  })

  describe('afterwards', () => {
    test('a digest that waits can be held, one that was released can not', async () => {
      await create({ until: weeks[0]! }, null, [], false)
      expect(await db.store.digests.hold(1, 'a wrong number')).toBe(true)
      expect((await db.store.digests.get(1))!.held).toBe('a wrong number')
      await db.store.digests.release(1, now)
      expect(await db.store.digests.hold(1, 'too late')).toBe(false)
      expect((await db.store.digests.get(1))!.held).toBeNull()
    })

    test('corrections stand beside the digest in the order they were made; what was frozen stays', async () => {
      const made = await create({ until: weeks[0]! }, null)
      const notes = ['The price is 30, not 40.', 'Naïve: “30”'].map((note, i) => ({ at: weeks[i]!, note }))
      for (const note of notes) await db.store.digests.correct(1, note)
      const after = (await db.store.digests.get(1))!
      expect(after.corrections).toEqual(notes)
      expect(after.digest).toEqual(made!.digest)
    })
  })
})
