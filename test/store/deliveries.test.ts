import { beforeEach, describe, expect, test } from 'vitest'
import { deliveryStates, nextTry } from '../../src/model/index.ts'
import { type Destination, deliveryId, type Store } from '../../src/store/index.ts'
import { onEachDatabase, whereItApplies } from './databases.ts'
import {
  alert,
  claim as claimFrom,
  deferred,
  failed,
  held,
  leaseMs,
  mail,
  mails,
  makeDigest,
  now,
  post,
  sent,
  settleSent,
} from './samples.ts'

onEachDatabase((db) => {
  const deliveries = () => db.store.deliveries
  const prepare = (places: Destination[], digest = 1) => deliveries().prepare(digest, places, now)
  const states = async () => (await deliveries().list({})).map((one) => one.state)
  const claim = (options: Parameters<typeof claimFrom>[1] = {}, store = db.store) => claimFrom(store, options)
  const claimPart = (at = now) => claim({ medium: 'discord', at })

  beforeEach(async () => {
    await makeDigest(db.store)
  })

  describe('writing down the audience', () => {
    test('makes a delivery for each place, all due at once', async () => {
      expect(await prepare([mail(1), ...post(2)])).toBe(3)
      const listed = await deliveries().list({})
      expect(listed[2]).toEqual({
        id: deliveryId({ digest: 1 }, mail(1)),
        digest: 1,
        alert: null,
        post: 'digest 1',
        ...mail(1),
        step: 'message',
        piece: 0,
        wish: null,
        state: 'pending',
        attempts: 0,
        dueAt: now,
        owner: null,
        leaseUntil: null,
        bodyStartedAt: null,
        uncertainSince: null,
        settledAt: null,
        receipt: null,
        error: null,
      })
      expect(listed.map(({ medium, part }) => [medium, part])).toEqual([
        ['discord', 0],
        ['discord', 1],
        ['email', 0],
      ])
    })

    test('happens once: who comes later is not in it', async () => {
      expect(await prepare([mail(1)])).toBe(1)
      expect(await prepare([mail(1), mail(2)])).toBe(0)
      expect(await deliveries().list({})).toHaveLength(1)
    })

    test('happens once also when nobody was there, or two write it down at the same time', async () => {
      expect(await prepare([])).toBe(0)
      expect(await prepare([mail(1)])).toBe(0)
      await makeDigest(db.store, '2026-09-28T09:00:00.000Z')
      const other = await db.peer()
      const written = await Promise.all([
        prepare(mails(450), 2),
        other.deliveries.prepare(2, mails(450), now),
      ])
      expect(written.sort()).toEqual([0, 450])
      expect(await deliveries().list({ digest: 2 })).toHaveLength(450)
    })

    test('is nothing for a digest that is not there', async () => {
      expect(await prepare([mail(1)], 77)).toBe(0)
      expect(await deliveries().list({})).toEqual([])
    })

    test('keeps one of a place named twice', async () => {
      expect(await prepare([mail(1), mail(1), mail(2)])).toBe(2)
    })

    test('makes an id of digest and place, the same for ever', () => {
      expect(deliveryId({ digest: 12 }, { medium: 'discord', target: '987', part: 1 })).toBe(
        '122dbfbae6944600d0455a7d',
      )
      const ids = [mail(1), mail(2), ...post(2), ...post(2, 'other')].flatMap((place) => [
        deliveryId({ digest: 1 }, place),
        deliveryId({ digest: 2 }, place),
        deliveryId({ alert: '1' }, place),
      ])
      expect(new Set(ids).size).toBe(18)
    })
  })

  describe('claiming', () => {
    test('takes what is due for one owner, for as long as its lease', async () => {
      await prepare(mails(3))
      const mine = await claim({ limit: 2, at: now + 5 })
      expect(mine).toHaveLength(2)
      expect(mine[0]).toMatchObject({
        state: 'sending',
        owner: 'one',
        leaseUntil: now + 5 + leaseMs,
        attempts: 1,
      })
      expect(await deliveries().list({ state: 'sending' })).toEqual(
        expect.arrayContaining(mine.map((each) => expect.objectContaining(each))),
      )
      expect(await claim({ owner: 'two' })).toHaveLength(1)
      expect(await claim({ owner: 'three' })).toEqual([])
    })

    test('takes only its medium, and nothing before it is due', async () => {
      await prepare([mail(1), ...post(1)])
      expect(await claim({ at: now - 1 })).toEqual([])
      expect((await claim()).map((each) => each.medium)).toEqual(['email'])
    })

    test('never gives the same delivery to two owners', async () => {
      await prepare(mails(200))
      const other = await db.peer()
      const taken: string[] = []
      for (let got = 1; got > 0; ) {
        const batches = await Promise.all([
          claim({ owner: 'one', limit: 7 }),
          claim({ owner: 'two', limit: 7 }, other),
          claim({ owner: 'three', limit: 7 }),
          claim({ owner: 'four', limit: 7 }, other),
        ])
        got = batches.flat().length
        taken.push(...batches.flat().map((each) => each.id))
      }
      expect(taken).toHaveLength(200)
      expect(new Set(taken).size).toBe(200)
      expect((await deliveries().list({})).every((each) => each.attempts === 1)).toBe(true)
    })

    test('takes the longest due first', async () => {
      await prepare([mail(1)])
      await settleSent(db.store, (await claim())[0]!, deferred, now + 5)
      await makeDigest(db.store, '2026-09-28T09:00:00.000Z')
      const later = nextTry(now + 5, 1) + 10
      await deliveries().prepare(2, mails(3), later)
      expect(await claim({ at: later, limit: 1 })).toMatchObject([{ digest: 1, attempts: 2 }])
    })

    test('gives the parts of a post one after the other, each channel for itself', async () => {
      await prepare([...post(3, 'a'), ...post(2, 'b')])
      const order: string[] = []
      for (let round = await claimPart(); round.length > 0; round = await claimPart()) {
        expect(await claimPart()).toEqual([])
        order.push(
          round
            .map((each) => `${each.target}${each.part}`)
            .sort()
            .join(' '),
        )
        for (const each of round) await deliveries().settle(held(each), sent, now)
      }
      expect(order).toEqual(['a0 b0', 'a1 b1', 'a2'])
    })
  })

  test('renewing keeps what an owner holds, and only that', async () => {
    await prepare(mails(3))
    await claim({ limit: 1 })
    await claim({ owner: 'two', limit: 1 })
    await deliveries().renew('one', now + 50_000)
    expect(await deliveries().recover(now + leaseMs + 1)).toEqual({ pending: 1, unknown: 0 })
    const listed = await deliveries().list({})
    expect(listed.filter((each) => each.leaseUntil !== null)).toMatchObject([
      { owner: 'one', leaseUntil: now + 50_000, state: 'sending' },
    ])
  })

  whereItApplies(db.manyConnections)(
    'renewing does not wait for what is just being settled: it would be a deadlock',
    async () => {
      await prepare(mails(3))
      const [one, ...others] = await claim()
      await db
        .tables()
        .transaction()
        .execute(async (tx) => {
          await tx.updateTable('delivery').set({ error: 'busy' }).where('id', '=', one!.id).execute()
          await deliveries().renew('one', now + 9 * leaseMs)
        })
      const until = new Map((await deliveries().list({})).map(({ id, leaseUntil }) => [id, leaseUntil]))
      expect(until.get(one!.id)).toBe(now + leaseMs)
      expect(others.map(({ id }) => until.get(id))).toEqual([now + 9 * leaseMs, now + 9 * leaseMs])
    },
  )

  test('the mails of digests that began to go out lately are told in their order, whoever sent them', async () => {
    const readers = await Promise.all(
      ['ada@a.example', 'bram@b.example', 'chidi@c.example', 'dora@d.example'].map(
        async (email) => (await db.store.subscribers.add(email, { confirmed: true, now }))!.subscriber.id,
      ),
    )
    const to = (n: number): Destination => ({ medium: 'email', target: readers[n]!, part: 0 })
    await prepare([to(0), to(1), to(2), to(3)])
    const claimed = new Map((await claim()).map((one) => [one.target, one]))
    await settleSent(db.store, claimed.get(readers[1]!)!, sent, now + 20)
    await settleSent(db.store, claimed.get(readers[0]!)!, sent, now + 30)
    await settleSent(db.store, claimed.get(readers[2]!)!, deferred, now + 40)
    expect(await deliveries().mailsBegunSince(now + 20)).toEqual([{ email: 'ada@a.example', at: now + 30 }])
    expect(await deliveries().mailsBegunSince(now)).toEqual([
      { email: 'bram@b.example', at: now + 20 },
      { email: 'ada@a.example', at: now + 30 },
    ])
    await deliveries().bodyStarts(held(claimed.get(readers[3]!)!), now + 50)
    expect((await deliveries().mailsBegunSince(now + 30)).map(({ email }) => email)).toEqual([
      'dora@d.example',
    ])
  })

  test('giving back returns what an owner holds and has not begun to send', async () => {
    await prepare(mails(4))
    const [begun, , done] = await claim({ limit: 3 })
    await claim({ owner: 'two' })
    await deliveries().bodyStarts(held(begun!), now)
    await deliveries().settle(held(done!), sent, now)
    await deliveries().giveBack('one')
    expect((await states()).sort()).toEqual(['pending', 'sending', 'sending', 'sent'])
    expect((await deliveries().list({ state: 'sending' })).map((each) => each.owner).sort()).toEqual([
      'one',
      'two',
    ])
    expect(await claim({ owner: 'three' })).toHaveLength(1)
  })

  test('there is something to do when a message is due or a claim outlived its process', async () => {
    expect([await deliveries().anyDue(now), await deliveries().countDue(now)]).toEqual([false, 0])
    await prepare([...mails(2), ...post(3)])
    expect([await deliveries().anyDue(now - 1), await deliveries().countDue(now - 1)]).toEqual([false, 0])
    expect([await deliveries().anyDue(now), await deliveries().countDue(now)]).toEqual([true, 3])
    await claim()
    const [part] = await claimPart()
    expect([await deliveries().anyDue(now), await deliveries().countDue(now)]).toEqual([false, 0])
    expect(await deliveries().anyDue(now + leaseMs)).toBe(false)
    expect(await deliveries().anyDue(now + leaseMs + 1)).toBe(true)
    await deliveries().settle(held(part!), sent, now)
    expect(await deliveries().countDue(now)).toBe(1)
  })

  test('deliveries are counted by medium and state, of one digest or all', async () => {
    expect(await deliveries().counts()).toEqual([])
    await makeDigest(db.store, '2026-09-28T09:00:00.000Z')
    await prepare([...mails(3), ...post(2)])
    await prepare(mails(4), 2)
    const [mine] = await claim({ limit: 1 })
    await deliveries().settle(held(mine!), failed, now)
    const all = await deliveries().counts()
    expect(all).toEqual([
      { medium: 'discord', state: 'pending', n: 2 },
      { medium: 'email', state: 'failed', n: 1 },
      { medium: 'email', state: 'pending', n: 6 },
    ])
    const second = await deliveries().counts(2)
    expect(second.reduce((sum, { n }) => sum + n, 0)).toBe(4)
    expect(await deliveries().counts(3)).toEqual([])
  })

  test('deliveries are listed by digest, medium, state, and no more than asked for', async () => {
    await makeDigest(db.store, '2026-09-28T09:00:00.000Z')
    await prepare([...mails(3), ...post(2)])
    await prepare(mails(2), 2)
    await claimPart()
    const count = async (filter: Parameters<Store['deliveries']['list']>[0]) =>
      (await deliveries().list(filter)).length
    expect(await count({})).toBe(7)
    expect(await count({ digest: 2 })).toBe(2)
    expect(await count({ medium: 'email' })).toBe(5)
    expect(await count({ state: 'sending' })).toBe(1)
    expect(await count({ digest: 1, medium: 'discord', state: 'pending' })).toBe(1)
    expect(await count({ limit: 4 })).toBe(4)
    for (const state of deliveryStates.slice(2)) expect(await count({ state })).toBe(0)
  })

  test('deliveries are listed issue by issue, alerts after them, each by place and part', async () => {
    for (let number = 2; number <= 10; number++) {
      await makeDigest(db.store, new Date(now + number).toISOString())
    }
    for (const id of ['b', 'a'])
      await db.store.alerts.create(alert(id), [], [...post(2, 'y'), ...post(1, 'x')])
    for (const number of [10, 2]) await prepare([mail(1), ...post(2)], number)
    const listed = (await deliveries().list({})).map(({ post, target, part }) => `${post}: ${target} ${part}`)
    expect(listed).toEqual([
      ...['digest 2', 'digest 10'].flatMap((of) => [
        `${of}: channel 0`,
        `${of}: channel 1`,
        `${of}: reader 0001 0`,
      ]),
      ...['alert a', 'alert b'].flatMap((of) => [`${of}: x 0`, `${of}: y 0`, `${of}: y 1`]),
    ])
  })
})
