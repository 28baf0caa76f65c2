import { describe, expect, test } from 'vitest'
import { cancelled, type Digest, type DigestEdit } from '../../src/model/index.ts'
import { onEachDatabase } from './databases.ts'
import { draft, makeDigest, now } from './samples.ts'

const week = '2026-09-21T09:00:00.000Z'
const made = (by: string): DigestEdit[] => [{ at: week, by, change: { what: 'lead', text: by } }]
const withRead = (read: number): Digest => ({ ...draft({ until: week }), number: 1, read })

onEachDatabase((db) => {
  const create = (held: string | null = null) =>
    db.store.digests.create(draft({ until: week, read: 0 }), [], {
      now,
      release: false,
      expectedLast: null,
      held,
    })
  const get = async () => (await db.store.digests.get(1))!
  const places = (n: number) =>
    Array.from({ length: n }, (_, at) => ({ medium: 'email' as const, target: `reader ${at}`, part: 0 }))

  describe('a change', () => {
    test('is kept with who made it, and the digest as it was composed stays the first', async () => {
      const composed = (await create())!.digest
      expect(await db.store.digests.edit(1, withRead(1), made('Ada'), 0)).toBe(true)
      expect(await db.store.digests.edit(1, withRead(2), made('Bob'), 1)).toBe(true)
      const after = await get()
      expect(after.edits).toEqual([...made('Ada'), ...made('Bob')])
      expect([after.digest.read, after.original]).toEqual([2, composed])
    })

    test('by who has not seen the last one, or of a released digest, is not made', async () => {
      await create()
      await db.store.digests.edit(1, withRead(1), made('Ada'), 0)
      const before = await get()
      expect(await db.store.digests.edit(1, withRead(2), made('Bob'), 0)).toBe(false)
      expect(await get()).toEqual(before)
      await db.store.digests.release(1, now, { by: 'Ada' })
      expect(await db.store.digests.edit(1, withRead(2), made('Bob'), 1)).toBe(false)
      expect((await get()).edits).toEqual(made('Ada'))
      expect(await db.store.digests.edit(9, withRead(2), made('Bob'), 0)).toBe(false)
    })

    test('of several at the same time is one’s', async () => {
      const other = await db.peer()
      await create()
      const stores = [db.store, other, db.store, other]
      const done = await Promise.all(
        stores.map(({ digests }, at) => digests.edit(1, withRead(at), made(`${at}`), 0)),
      )
      const winners = done.flatMap((won, at) => (won ? [at] : []))
      expect(winners).toHaveLength(1)
      const after = await get()
      expect([after.digest.read, after.edits]).toEqual([winners[0], made(`${winners[0]}`)])
    })

    test('and a release at the same time leave neither undone', async () => {
      const other = await db.peer()
      await create()
      const [changed, released] = await Promise.all([
        db.store.digests.edit(1, withRead(7), made('Ada'), 0),
        other.digests.release(1, now, { by: 'Bob' }),
      ])
      expect(released).toBe(true)
      const after = await get()
      expect([after.releasedBy, after.edits.length, after.digest.read]).toEqual(
        changed ? ['Bob', 1, 7] : ['Bob', 0, 0],
      )
    })
  })

  describe('a release', () => {
    test('is kept with who gave it, once', async () => {
      await create()
      expect(await db.store.digests.release(1, now, { by: 'Ada' })).toBe(true)
      expect(await db.store.digests.release(1, now + 1, { by: 'Bob' })).toBe(false)
      expect(await get()).toMatchObject({ releasedAt: now, releasedBy: 'Ada' })
    })

    test('stays out of a digest that is held, where it is not meant for that', async () => {
      await create('A number is wrong.')
      expect(await db.store.digests.release(1, now, { by: 'Ada', evenHeld: false })).toBe(false)
      expect(await get()).toMatchObject({ releasedAt: null, held: 'A number is wrong.' })
      expect(await db.store.digests.release(1, now, { by: 'Ada' })).toBe(true)
      expect(await get()).toMatchObject({ releasedAt: now, held: null })
    })
  })

  describe('a pause', () => {
    test('takes back what is claimed and has not begun to go out; its late owner can’t send it', async () => {
      await makeDigest(db.store, week)
      await db.store.deliveries.prepare(1, places(3), now)
      const options = { medium: 'email' as const, owner: 'a', now, leaseMs: 1000, limit: 2 }
      const [first, second] = await db.store.deliveries.claim(options)
      const claim = (id: string) => ({ id, owner: 'a', attempts: 1 })
      expect(await db.store.deliveries.bodyStarts(claim(first!.id), now)).toBe(true)
      expect(await db.store.digests.pause(1, 'Wait.')).toBe(true)
      const counts = async () => (await db.store.deliveries.counts(1)).map(({ state, n }) => `${n} ${state}`)
      expect(await counts()).toEqual(['2 pending', '1 sending'])
      expect(await db.store.deliveries.bodyStarts(claim(second!.id), now)).toBe(false)
      expect(await db.store.deliveries.claim(options)).toEqual([])
      expect(await db.store.deliveries.settle(claim(first!.id), { outcome: 'sent', receipt: 'x' }, now)).toBe(
        true,
      )
      await db.store.digests.resume(1, now)
      // Claimed again by the same owner, it is another try: the late one still can't send it.
      const again = await db.store.deliveries.claim({ ...options, limit: 9 })
      expect(again.map(({ id }) => id)).toContain(second!.id)
      expect(await db.store.deliveries.bodyStarts(claim(second!.id), now)).toBe(false)
    })

    test('is for digests that were released', async () => {
      await create()
      expect(await db.store.digests.pause(1, 'Wait.')).toBe(false)
      expect((await get()).paused).toBeNull()
    })
  })

  test('what was cancelled does not go on', async () => {
    await makeDigest(db.store, week)
    await db.store.digests.pause(1, cancelled)
    await db.store.digests.resume(1, now + 50)
    expect(await get()).toMatchObject({ paused: cancelled, releasedAt: now })
  })

  test('what goes on counts as new only where nothing of it has gone out', async () => {
    await makeDigest(db.store, week)
    const { releasedAt } = await get()
    await db.store.deliveries.prepare(1, places(2), now)
    await db.store.digests.pause(1, 'Wait.')
    await db.store.digests.resume(1, now + 50)
    expect(await get()).toMatchObject({ paused: null, releasedAt: now + 50 })
    const [first] = await db.store.deliveries.claim({
      medium: 'email',
      owner: 'a',
      now,
      leaseMs: 1000,
      limit: 1,
    })
    const claim = { id: first!.id, owner: 'a', attempts: 1 }
    await db.store.deliveries.settle(claim, { outcome: 'sent', receipt: 'x' }, now)
    await db.store.digests.pause(1, 'Wait.')
    await db.store.digests.resume(1, now + 99)
    expect(await get()).toMatchObject({ paused: null, releasedAt: now + 50 })
    expect(releasedAt).toBe(now)
  })
})
