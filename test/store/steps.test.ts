import { beforeEach, describe, expect, test } from 'vitest'
import type { Delivery, DeliveryStep } from '../../src/model/index.ts'
import type { Destination } from '../../src/store/index.ts'
import { onEachDatabase } from './databases.ts'
import {
  alert,
  claim,
  deferred,
  failed,
  held,
  makeDigest,
  now,
  sent,
  settleSent,
  unknown,
} from './samples.ts'

/** A post of two messages to an announcement channel, each published, with a thread for talk under the first. */
const announced: Destination[] = steps('announced', [
  ['message', 0],
  ['message', 1],
  ['publish', 0],
  ['publish', 1],
  ['thread', 0],
])
const inForum: Destination[] = steps('forum', [
  ['forum', 0],
  ['reply', 1],
  ['reply', 2],
])

function steps(target: string, all: [DeliveryStep, number][]): Destination[] {
  return all.map(([step, piece], part) => ({ medium: 'discord', target, part, step, piece }))
}

const named = ({ step, piece }: Delivery) => `${step} ${piece}`

onEachDatabase((db) => {
  const deliveries = () => db.store.deliveries
  const next = (at = now) => claim(db.store, { medium: 'discord', at })
  const namesOfNext = async (at = now) => (await next(at)).map(named).sort()
  const states = async () =>
    (await deliveries().list({})).map((each) => `${each.part} ${each.step}: ${each.state}`)

  /** Sends the steps that are due one after the other: what each comes to says `receipts`, `sent` where nothing stands. */
  async function sendAll(receipts: Record<string, typeof sent | typeof failed | typeof deferred> = {}) {
    const order: string[] = []
    for (let [one] = await nextOne(); one; [one] = await nextOne()) {
      order.push(named(one))
      await settleSent(db.store, one, receipts[named(one)] ?? sent)
    }
    return order
  }
  const nextOne = () => claim(db.store, { medium: 'discord', limit: 1 })

  beforeEach(async () => {
    await makeDigest(db.store)
  })

  describe('the steps of a post', () => {
    test('are kept as they were written down: step, piece, wish', async () => {
      const wish = { ideas: ['renewal'], directions: ['opens' as const], role: '77' }
      const places = inForum.map((place) => ({ ...place, wish }))
      await deliveries().prepare(1, places, now)
      expect(await deliveries().list({})).toMatchObject(
        places.map((place) => ({ ...place, post: 'digest 1' })),
      )
      expect((await next())[0]).toMatchObject({ step: 'forum', piece: 0, wish })
    })

    test('come in order: what follows the messages waits for all of them, and then for nothing', async () => {
      await deliveries().prepare(1, announced, now)
      for (const message of ['message 0', 'message 1']) {
        const [one, ...others] = await next()
        expect([named(one!), others, await next()]).toEqual([message, [], []])
        await settleSent(db.store, one!, sent)
      }
      expect(await namesOfNext()).toEqual(['publish 0', 'publish 1', 'thread 0'])
    })

    test('come in order in a forum, too', async () => {
      await deliveries().prepare(1, inForum, now)
      expect(await namesOfNext()).toEqual(['forum 0'])
      expect(await next()).toEqual([])
      await deliveries().giveBack('one')
      expect(await sendAll()).toEqual(['forum 0', 'reply 1', 'reply 2'])
    })

    test.each([
      ['deferred', deferred],
      ['unknown', unknown],
    ])('wait while a message before them is %s', async (state, receipt) => {
      await deliveries().prepare(1, announced, now)
      await settleSent(db.store, (await next())[0]!, sent)
      const [second] = await next()
      await deliveries().settle({ ...second!, owner: 'one' }, receipt, now)
      expect((await deliveries().list({}))[1]).toMatchObject({ step: 'message', piece: 1, state })
      expect(await namesOfNext(now + 9e9)).toEqual(state === 'deferred' ? ['message 1'] : [])
    })

    test('of one channel do not wait for another, nor those of one post for another', async () => {
      await db.store.alerts.create(alert('a1'), [], steps('announced', [['message', 0]]))
      await deliveries().prepare(1, [...announced, ...inForum, ...steps('third', [['message', 0]])], now)
      const first = await next()
      expect(first.map((one) => `${one.post} ${one.target} ${named(one)}`).sort()).toEqual([
        'alert a1 announced message 0',
        'digest 1 announced message 0',
        'digest 1 forum forum 0',
        'digest 1 third message 0',
      ])
      const ofDigest = first.find((one) => one.digest === 1 && one.target === 'announced')!
      await settleSent(db.store, ofDigest, sent)
      expect((await next()).map((one) => `${one.post} ${named(one)}`)).toEqual(['digest 1 message 1'])
    })

    test('a message that fails takes all after it with it', async () => {
      await deliveries().prepare(1, announced, now)
      expect(await sendAll({ 'message 1': failed })).toEqual(['message 0', 'message 1'])
      expect(await states()).toEqual([
        '0 message: sent',
        '1 message: failed',
        '2 publish: cancelled',
        '3 publish: cancelled',
        '4 thread: cancelled',
      ])
      expect((await deliveries().list({ state: 'cancelled' })).map((each) => each.error)).toEqual(
        Array(3).fill('Part 2 of the post was not delivered.'),
      )
    })

    test('a forum post that can not be opened takes its replies with it', async () => {
      await deliveries().prepare(1, inForum, now)
      await sendAll({ 'forum 0': failed })
      expect(await states()).toEqual(['0 forum: failed', '1 reply: cancelled', '2 reply: cancelled'])
    })

    test('publishing that fails first holds up nothing and cancels nothing', async () => {
      await deliveries().prepare(1, announced, now)
      for (const _ of ['message 0', 'message 1']) await settleSent(db.store, (await next())[0]!, sent)
      const publish = (await next()).find((each) => named(each) === 'publish 0')!
      await deliveries().bodyStarts(held(publish), now)
      await deliveries().giveBack('one')
      await deliveries().settle(held(publish), failed, now)
      expect(await states()).toEqual([
        '0 message: sent',
        '1 message: sent',
        '2 publish: failed',
        '3 publish: pending',
        '4 thread: pending',
      ])
      expect((await sendAll()).sort()).toEqual(['publish 1', 'thread 0'])
    })

    test('publishing that is put off does not hold up the thread', async () => {
      await deliveries().prepare(1, announced, now)
      await sendAll({ 'publish 0': deferred, 'publish 1': deferred })
      expect(await states()).toEqual([
        '0 message: sent',
        '1 message: sent',
        '2 publish: deferred',
        '3 publish: deferred',
        '4 thread: sent',
      ])
    })
  })

  test('what waits for an earlier step is not due', async () => {
    await deliveries().prepare(1, announced, now)
    expect(await deliveries().countDue(now)).toBe(1)
    await settleSent(db.store, (await next())[0]!, sent)
    expect(await deliveries().countDue(now)).toBe(1)
    await settleSent(db.store, (await next())[0]!, sent)
    expect(await deliveries().countDue(now)).toBe(3)
  })
})
