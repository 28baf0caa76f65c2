import { beforeEach, describe, expect, test } from 'vitest'
import type { Delivery, Receipt } from '../../src/model/index.ts'
import { onEachDatabase } from './databases.ts'
import {
  claim,
  deferred,
  failed,
  held,
  leaseMs,
  mails,
  makeDigest,
  now,
  post,
  sent,
  unknown,
} from './samples.ts'

onEachDatabase((db) => {
  const deliveries = () => db.store.deliveries
  const get = async ({ id }: Delivery) => (await deliveries().get(id))!
  /** Deliveries of mails, claimed. */
  async function claimed(count: number): Promise<Delivery[]> {
    await deliveries().prepare(1, mails(count), now)
    return claim(db.store)
  }

  beforeEach(async () => {
    await makeDigest(db.store)
  })

  describe('bodies that begin together', () => {
    test('are none of none', async () => {
      expect(await deliveries().bodiesStart([], now)).toEqual(new Set())
      expect(await deliveries().settleAll([], now)).toEqual(new Set())
    })

    test('are those that are ours', async () => {
      const [mine, lost, done, open] = await claimed(4)
      await deliveries().settle(held(done!), sent, now)
      const started = await deliveries().bodiesStart(
        [held(mine!), { ...held(lost!), owner: 'two' }, held(done!), { ...held(open!), attempts: 7 }],
        now + 1,
      )
      expect(started).toEqual(new Set([mine!.id]))
      expect((await get(mine!)).bodyStartedAt).toBe(now + 1)
      expect([(await get(lost!)).bodyStartedAt, (await get(open!)).bodyStartedAt]).toEqual([null, null])
    })

    test('are not those of a digest’s readers who have left or never confirmed', async () => {
      const readers = []
      for (const name of ['in', 'left', 'waiting']) {
        const { subscriber } = (await db.store.subscribers.add(`${name}@example.org`, {
          confirmed: name !== 'waiting',
          now,
        }))!
        readers.push(subscriber.id)
      }
      const [inside, left] = readers
      await deliveries().prepare(
        1,
        readers.map((target) => ({ medium: 'email' as const, target, part: 0 })),
        now,
      )
      const all = await claim(db.store)
      await db.store.subscribers.unsubscribe(left!, 'link', now)
      const started = await deliveries().bodiesStart(all.map(held), now)
      expect(started).toEqual(new Set(all.filter(({ target }) => target === inside).map(({ id }) => id)))
    })

    test('are posts and mails side by side', async () => {
      await deliveries().prepare(1, [...mails(2), ...post(1)], now)
      const all = [...(await claim(db.store)), ...(await claim(db.store, { medium: 'discord' }))]
      expect(await deliveries().bodiesStart(all.map(held), now)).toEqual(new Set(all.map(({ id }) => id)))
    })
  })

  describe('tries that end together', () => {
    test('are settled each by its own receipt', async () => {
      const all = await claimed(7)
      const receipts: Receipt[] = [
        { outcome: 'sent', receipt: "250 2.0.0 Ok: queued as 'A'" },
        deferred,
        failed,
        unknown,
        { outcome: 'sent', receipt: '250 b' },
        { outcome: 'sent', receipt: '' },
      ]
      await deliveries().bodiesStart(all.map(held), now)
      const tries = receipts.map((receipt, n) => ({ claim: held(all[n]!), receipt }))
      expect(await deliveries().settleAll(tries, now + 5)).toEqual(
        new Set(all.slice(0, 6).map(({ id }) => id)),
      )
      const after = await Promise.all(all.map(get))
      expect(after.map(({ state }) => state)).toEqual([
        'sent',
        'deferred',
        'failed',
        'unknown',
        'sent',
        'sent',
        'sending',
      ])
      expect(after.map(({ receipt }) => receipt)).toEqual([
        "250 2.0.0 Ok: queued as 'A'",
        null,
        null,
        null,
        '250 b',
        '',
        null,
      ])
      expect(after.map(({ error }) => error)).toEqual([
        null,
        deferred.error,
        failed.error,
        unknown.error,
        null,
        null,
        null,
      ])
      expect(after.slice(0, 6).map(({ owner, leaseUntil }) => [owner, leaseUntil])).toEqual(
        Array(6).fill([null, null]),
      )
      expect(after[6]).toMatchObject({ owner: 'one', bodyStartedAt: now })
    })

    test('are only those that are still ours', async () => {
      const [mine, old, others] = await claimed(3)
      await deliveries().recover(now + leaseMs + 1)
      const again = await claim(db.store, { at: now + leaseMs + 1, owner: 'two' })
      expect(again).toHaveLength(3)
      const tries = [
        { claim: held(again.find(({ id }) => id === mine!.id)!), receipt: sent },
        { claim: held(old!), receipt: sent },
        { claim: { ...held(others!), attempts: 2 }, receipt: failed },
      ]
      expect(await deliveries().settleAll(tries, now)).toEqual(new Set([mine!.id]))
      expect(await Promise.all([mine!, old!, others!].map(async (one) => (await get(one)).state))).toEqual([
        'sent',
        'sending',
        'sending',
      ])
    })

    test('cancel what was to follow a message that failed, and nothing of other posts', async () => {
      await deliveries().prepare(1, [...post(2, 'a'), ...post(2, 'b')], now)
      const all = await claim(db.store, { medium: 'discord' })
      const tries = all.map((one) => ({ claim: held(one), receipt: one.target === 'a' ? failed : sent }))
      await deliveries().settleAll(tries, now)
      const rows = await deliveries().list({})
      expect(rows.map(({ target, part, state }) => `${target} ${part} ${state}`)).toEqual([
        'a 0 failed',
        'a 1 cancelled',
        'b 0 sent',
        'b 1 pending',
      ])
    })

    test('are fifty at a time, as the sender does it', async () => {
      const all = await claimed(60)
      await deliveries().bodiesStart(all.map(held), now)
      const tries = all.map((one, n) => ({
        claim: held(one),
        receipt: { outcome: 'sent' as const, receipt: `250 ${n}` },
      }))
      expect((await deliveries().settleAll(tries, now)).size).toBe(60)
      const after = await Promise.all(all.map(get))
      expect(after.map(({ receipt }) => receipt)).toEqual(all.map((_, n) => `250 ${n}`))
    })

    test('by two processes are settled once', async () => {
      const all = await claimed(20)
      const peer = await db.peer()
      const tries = all.map((one) => ({ claim: held(one), receipt: sent }))
      const [one, two] = await Promise.all([
        deliveries().settleAll(tries, now),
        peer.deliveries.settleAll(tries.toReversed(), now),
      ])
      expect(one.size + two.size).toBe(20)
      expect(one.isDisjointFrom(two)).toBe(true)
    })
  })

  test('what is put off goes back as if it had not been tried, unless its body has begun', async () => {
    const [waiting, begun] = await claimed(2)
    await deliveries().bodiesStart([held(begun!)], now)
    await deliveries().putOff({ ...held(waiting!), owner: 'two' }, now + 9)
    expect((await get(waiting!)).state).toBe('sending')
    for (const one of [waiting!, begun!]) await deliveries().putOff(held(one), now + 9)
    expect(await get(waiting!)).toMatchObject({ state: 'pending', attempts: 0, dueAt: now + 9, owner: null })
    expect(await get(begun!)).toMatchObject({ state: 'sending', attempts: 1 })
    expect(await claim(db.store, { at: now + 8 })).toEqual([])
    expect(await claim(db.store, { at: now + 9 })).toMatchObject([{ id: waiting!.id, attempts: 1 }])
  })
})
