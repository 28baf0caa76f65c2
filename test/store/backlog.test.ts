import { beforeEach, describe, expect, test } from 'vitest'
import type { Destination } from '../../src/store/index.ts'
import { onEachDatabase } from './databases.ts'
import {
  alert,
  claim,
  deferred,
  held,
  leaseMs,
  mail,
  makeDigest,
  now,
  post,
  sent,
  settleSent,
  unknown,
} from './samples.ts'

const hour = 3_600_000

onEachDatabase((db) => {
  const deliveries = () => db.store.deliveries
  const prepare = (digest: number, places: Destination[]) => deliveries().prepare(digest, places, now)
  const drop = (stale = now - 12 * hour) => db.store.posts.dropBacklog(stale, now + 7)
  const allClaimed = (at = now) => claim(db.store, { medium: 'discord', at })
  const claimed = async (at = now) => (await allClaimed(at))[0]!

  /** The state of each part of a digest, or of an alert, in the channel. */
  async function statesOf(of: string): Promise<string[]> {
    return (await deliveries().list({})).filter((each) => each.post === of).map((each) => each.state)
  }

  beforeEach(async () => {
    for (const week of ['14', '21', '28']) await makeDigest(db.store, `2026-09-${week}T09:00:00.000Z`)
  })

  describe('a backlog of digests', () => {
    test('is dropped but for the newest, in every channel for itself', async () => {
      await prepare(1, [...post(2, 'a'), ...post(1, 'b'), ...post(1, 'c')])
      await prepare(2, [...post(1, 'a'), ...post(1, 'b')])
      await prepare(3, post(2, 'a'))
      expect(await drop()).toBe(4)
      const all = await deliveries().list({})
      expect(all.map((each) => `${each.digest} ${each.target} ${each.part}: ${each.state}`)).toEqual([
        '1 a 0: cancelled',
        '1 a 1: cancelled',
        '1 b 0: cancelled',
        '1 c 0: pending',
        '2 a 0: cancelled',
        '2 b 0: pending',
        '3 a 0: pending',
        '3 a 1: pending',
      ])
      expect(all[0]).toMatchObject({
        settledAt: now + 7,
        error: 'A newer issue was due for this channel, and a backlog is not posted all at once.',
      })
      expect(await drop()).toBe(0)
    })

    test('is dropped with the steps that were to follow, also where it was put off', async () => {
      const steps: Destination[] = [
        { medium: 'discord', target: 'channel', part: 1, step: 'publish', piece: 0 },
        { medium: 'discord', target: 'channel', part: 2, step: 'thread', piece: 0 },
      ]
      await prepare(1, [...post(1), ...steps])
      await settleSent(db.store, await claimed(), deferred)
      await prepare(2, post(1))
      expect(await drop()).toBe(3)
      expect(await statesOf('digest 1')).toEqual(['cancelled', 'cancelled', 'cancelled'])
    })

    test('is dropped also where the newer digest has gone out already', async () => {
      await prepare(2, post(1))
      await settleSent(db.store, await claimed(), sent)
      await prepare(1, post(1))
      expect(await drop()).toBe(1)
      expect([await statesOf('digest 1'), await statesOf('digest 2')]).toEqual([['cancelled'], ['sent']])
    })

    test('is finished where it has begun: sent in part, or on its way', async () => {
      await prepare(1, [...post(2, 'a'), ...post(2, 'b')])
      const [a] = (await allClaimed()).filter(({ target }) => target === 'a')
      await settleSent(db.store, a!, sent)
      await prepare(2, [...post(1, 'a'), ...post(1, 'b')])
      expect(await drop()).toBe(0)
      expect(await statesOf('digest 1')).toEqual(['sent', 'pending', 'sending', 'pending'])
    })

    test('is finished where its beginning may stand in the channel', async () => {
      await prepare(1, post(2))
      await deliveries().bodyStarts(held(await claimed()), now)
      await deliveries().recover(now + leaseMs + 1)
      await prepare(2, post(1))
      expect(await drop()).toBe(0)
      expect(await statesOf('digest 1')).toEqual(['pending', 'pending'])
      await settleSent(db.store, await claimed(now + leaseMs + 1), unknown, now + leaseMs + 1)
      expect(await drop()).toBe(0)
      expect(await statesOf('digest 1')).toEqual(['deferred', 'pending'])
    })

    test('is left to a person where nobody knows whether it is there', async () => {
      await prepare(1, post(2))
      await deliveries().settle(held(await claimed()), unknown, now)
      await prepare(2, post(1))
      expect(await drop()).toBe(0)
      expect(await statesOf('digest 1')).toEqual(['unknown', 'pending'])
    })

    test('does not reach the outbox, nor mails', async () => {
      const places = [...post(2, 'outbox'), mail(1)]
      for (const digest of [1, 2, 3]) await prepare(digest, places)
      await db.store.alerts.create(alert('old', { madeAt: 0 }), [], post(1, 'outbox'))
      expect(await drop()).toBe(0)
      expect(await deliveries().list({ state: 'pending' })).toHaveLength(10)
    })

    test('is no backlog without a newer digest: an alert, or the mail of one, is none', async () => {
      await prepare(1, post(1))
      await prepare(2, [{ medium: 'email', target: 'channel', part: 0 }])
      await db.store.alerts.create(alert('one'), [], post(1))
      expect(await drop()).toBe(0)
      expect(await statesOf('digest 1')).toEqual(['pending'])
    })
  })

  describe('stale alerts', () => {
    const stale = now - 12 * hour

    test('are dropped, the steps that were to follow with them; the others stay', async () => {
      const places: Destination[] = [
        ...post(1, 'a'),
        { medium: 'discord', target: 'a', part: 1, step: 'publish', piece: 0 },
        ...post(1, 'b'),
      ]
      await db.store.alerts.create(alert('late', { madeAt: stale - 1 }), [], places)
      await db.store.alerts.create(alert('in time', { madeAt: stale }), [], places)
      expect(await drop(stale)).toBe(3)
      expect(await statesOf('alert late')).toEqual(['cancelled', 'cancelled', 'cancelled'])
      expect(await statesOf('alert in time')).toEqual(['pending', 'pending', 'pending'])
      expect((await deliveries().list({ state: 'cancelled' }))[0]).toMatchObject({
        settledAt: now + 7,
        error: 'Too late for an alert.',
      })
    })

    test('are finished where they have begun, and dropped where their beginning may never come', async () => {
      const places = ['a', 'b'].flatMap((target): Destination[] => [
        ...post(1, target),
        { medium: 'discord', target, part: 1, step: 'publish', piece: 0 },
      ])
      await db.store.alerts.create(alert('late', { madeAt: stale - 1 }), [], places)
      for (const each of await allClaimed()) {
        await settleSent(db.store, each, each.target === 'a' ? sent : unknown)
      }
      expect(await statesOf('alert late')).toEqual(['sent', 'pending', 'deferred', 'pending'])
      expect(await drop(stale)).toBe(2)
      expect(await statesOf('alert late')).toEqual(['sent', 'pending', 'cancelled', 'cancelled'])
    })
  })
})
