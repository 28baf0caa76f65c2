import { beforeEach, describe, expect, test } from 'vitest'
import {
  type Delivery,
  deliveryStates,
  type Medium,
  maxAttempts,
  nextTry,
  type Receipt,
} from '../../src/model/index.ts'
import { type Destination, deliveryId, type Store } from '../../src/store/index.ts'
import { onEachDatabase, rows, whereItApplies } from './databases.ts'
import { makeDigest, now } from './samples.ts'

const leaseMs = 1000

const mail = (n: number): Destination => ({
  medium: 'email',
  target: `reader ${String(n).padStart(4, '0')}`,
  part: 0,
})
const mails = (count: number) => Array.from({ length: count }, (_, n) => mail(n))
const post = (parts: number, target = 'channel'): Destination[] =>
  Array.from({ length: parts }, (_, part) => ({ medium: 'discord', target, part }))

const sent: Receipt = { outcome: 'sent', receipt: '250 queued' }
const deferred: Receipt = { outcome: 'deferred', error: '450 try later' }
const failed: Receipt = { outcome: 'failed', error: '550 no such user' }
const unknown: Receipt = { outcome: 'unknown', error: 'connection lost after the body' }

onEachDatabase((db) => {
  const deliveries = () => db.store.deliveries
  const prepare = (places: Destination[], digest = 1) => deliveries().prepare(digest, places, now)
  const states = async () => (await deliveries().list({})).map((one) => one.state)
  const one = async (): Promise<Delivery> => (await deliveries().list({}))[0]!

  function claim(
    options: { owner?: string; at?: number; limit?: number; medium?: Medium } = {},
    store: Store = db.store,
  ) {
    const { owner = 'one', at = now, limit = 100, medium = 'email' } = options
    return store.deliveries.claim({ medium, owner, now: at, leaseMs, limit })
  }
  const claimPart = (at = now) => claim({ medium: 'discord', at })

  /** The claim of a delivery that is being sent. */
  const held = (delivery: Delivery) => ({
    id: delivery.id,
    owner: delivery.owner!,
    attempts: delivery.attempts,
  })

  /** Sends one mail as far as its receipt. */
  async function tried(receipt: Receipt): Promise<Delivery> {
    await prepare([mail(1)])
    const [mine] = await claim()
    await deliveries().bodyStarts(held(mine!), now)
    expect(await deliveries().settle(held(mine!), receipt, now + 5)).toBe(true)
    return one()
  }

  beforeEach(async () => {
    await makeDigest(db.store)
  })

  describe('writing down the audience', () => {
    test('makes a delivery for each place, all due at once', async () => {
      expect(await prepare([mail(1), ...post(2)])).toBe(3)
      const listed = await deliveries().list({})
      expect(listed[2]).toEqual({
        id: deliveryId(1, mail(1)),
        digest: 1,
        ...mail(1),
        state: 'pending',
        attempts: 0,
        dueAt: now,
        owner: null,
        leaseUntil: null,
        bodyStartedAt: null,
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
      expect(deliveryId(12, { medium: 'discord', target: '987', part: 1 })).toBe('122dbfbae6944600d0455a7d')
      const ids = [mail(1), mail(2), ...post(2), ...post(2, 'other')].flatMap((place) => [
        deliveryId(1, place),
        deliveryId(2, place),
      ])
      expect(new Set(ids).size).toBe(12)
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
      await tried(deferred)
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

    test('keeps later parts waiting while an earlier one is deferred or unknown', async () => {
      await prepare(post(2))
      const [first] = await claimPart()
      await deliveries().settle(held(first!), deferred, now)
      const due = nextTry(now, 1)
      expect(await claimPart(due - 1)).toEqual([])
      const [again] = await claimPart(due)
      expect(again).toMatchObject({ part: 0, attempts: 2 })
      await deliveries().settle(held(again!), unknown, due)
      expect(await claimPart(due + 9e9)).toEqual([])
      await deliveries().resolveUnknown(again!.id, 'sent', 'found', due)
      expect(await claimPart(due)).toMatchObject([{ part: 1 }])
    })
  })

  describe('settling', () => {
    const free = { owner: null, leaseUntil: null, attempts: 1 }

    test('sent is final and keeps the receipt', async () => {
      const settled = {
        state: 'sent',
        receipt: '250 queued',
        error: null,
        settledAt: now + 5,
        bodyStartedAt: now,
      }
      expect(await tried(sent)).toMatchObject({ ...free, ...settled })
    })

    test('failed is final and keeps the reason', async () => {
      expect(await tried(failed)).toMatchObject({
        ...free,
        state: 'failed',
        error: failed.error,
        settledAt: now + 5,
      })
    })

    test('unknown keeps the reason and when the body began', async () => {
      const settled = { state: 'unknown', error: unknown.error, settledAt: now + 5, bodyStartedAt: now }
      expect(await tried(unknown)).toMatchObject({ ...free, ...settled })
      expect(await claim({ at: now + 9e9 })).toEqual([])
    })

    test('deferred is due again later, its body not begun', async () => {
      const settled = { state: 'deferred', error: deferred.error, settledAt: null, bodyStartedAt: null }
      const dueAt = nextTry(now + 5, 1)
      expect(await tried(deferred)).toMatchObject({ ...free, ...settled, dueAt })
      expect(await claim({ at: dueAt - 1 })).toEqual([])
      expect(await claim({ at: dueAt })).toMatchObject([{ attempts: 2, state: 'sending' }])
    })

    test('deferred waits as long as the other side asks', async () => {
      expect((await tried({ ...deferred, retryAfterMs: 7_200_000 })).dueAt).toBe(now + 5 + 7_200_000)
    })

    test('success after a deferral clears the error', async () => {
      const { dueAt } = await tried(deferred)
      const [mine] = await claim({ at: dueAt })
      await deliveries().settle(held(mine!), sent, dueAt)
      expect(await one()).toMatchObject({ state: 'sent', error: null, receipt: '250 queued', attempts: 2 })
    })

    test('waits longer after each deferral and fails after the last try', async () => {
      await prepare([mail(1)])
      const waits: number[] = []
      let at = now
      for (let attempt = 1; attempt < maxAttempts; attempt++) {
        const [mine] = await claim({ at })
        expect(mine!.attempts).toBe(attempt)
        await deliveries().settle(held(mine!), deferred, at)
        const { state, dueAt } = await one()
        expect(state).toBe('deferred')
        waits.push((dueAt - at) / 60_000)
        at = dueAt
      }
      expect(waits).toEqual([1, 5, 30, 120, 360, 720, 1440])
      const [last] = await claim({ at })
      await deliveries().settle(held(last!), deferred, at)
      expect(await one()).toMatchObject({
        state: 'failed',
        attempts: 8,
        error: deferred.error,
        settledAt: at,
      })
      expect(await claim({ at: at + 9e9 })).toEqual([])
    })

    test('a failed part cancels the parts after it, of its own post only', async () => {
      await makeDigest(db.store, '2026-09-28T09:00:00.000Z')
      await prepare([...post(4, 'a'), ...post(3, 'b'), mail(1)])
      await prepare(post(3, 'a'), 2)
      const of = (found: Delivery[], target: string, digest = 1) =>
        found.filter((each) => each.target === target && each.digest === digest)
      const [first] = of(await claimPart(), 'a')
      await deliveries().settle(held(first!), sent, now)
      const [second] = await claimPart()
      expect(second).toMatchObject({ target: 'a', part: 1, digest: 1 })
      await deliveries().settle(held(second!), failed, now + 3)
      const after = await deliveries().list({})
      expect(of(after, 'a').map((each) => each.state)).toEqual(['sent', 'failed', 'cancelled', 'cancelled'])
      expect(of(after, 'a')[3]).toMatchObject({
        settledAt: now + 3,
        error: 'Part 2 of the post was not delivered.',
      })
      expect(of(after, 'b').map((each) => each.state)).toEqual(['sending', 'pending', 'pending'])
      expect(of(after, 'a', 2).map((each) => each.state)).toEqual(['sending', 'pending', 'pending'])
      expect(of(after, mail(1).target).map((each) => each.state)).toEqual(['pending'])
    })

    test('a reader who has left is suppressed, with the reason', async () => {
      await prepare([mail(1)])
      const [mine] = await claim()
      await deliveries().suppress({ ...held(mine!), owner: 'two' }, 'has left', now + 5)
      expect(await states()).toEqual(['sending'])
      await deliveries().suppress(held(mine!), 'has left', now + 5)
      expect(await one()).toMatchObject({
        ...free,
        state: 'suppressed',
        error: 'has left',
        settledAt: now + 5,
      })
    })

    test('a NUL in an answer does not keep it from being written down', async () => {
      expect(await tried({ outcome: 'failed', error: '550 a\0b' })).toMatchObject({ state: 'failed' })
    })
  })

  describe('a process that lost its claim', () => {
    test('can neither begin a body nor settle, as another owner or an earlier try', async () => {
      await prepare([mail(1)])
      const [first] = await claim()
      const old = held(first!)
      expect(await deliveries().bodyStarts({ ...old, owner: 'two' }, now)).toBe(false)
      expect(await deliveries().settle({ ...old, owner: 'two' }, sent, now)).toBe(false)
      expect(await deliveries().settle({ ...old, attempts: 0 }, sent, now)).toBe(false)
      await deliveries().recover(now + leaseMs + 1)
      expect(await deliveries().bodyStarts(old, now)).toBe(false)
      const [second] = await claim({ at: now + leaseMs + 1 })
      expect(second).toMatchObject({ owner: 'one', attempts: 2 })
      expect(await deliveries().bodyStarts(old, now)).toBe(false)
      expect(await deliveries().settle(old, failed, now)).toBe(false)
      expect(await one()).toMatchObject({ state: 'sending', attempts: 2, bodyStartedAt: null })
      expect(await deliveries().settle(held(second!), sent, now)).toBe(true)
    })

    test('cannot settle what is settled', async () => {
      const done = await tried(sent)
      const again = { id: done.id, owner: 'one', attempts: 1 }
      expect(await deliveries().settle(again, failed, now + 9)).toBe(false)
      expect(await deliveries().bodyStarts(again, now + 9)).toBe(false)
      expect(await one()).toEqual(done)
    })
  })

  describe('after a crash', () => {
    test('what had not begun goes back, what had begun is unknown, and what still has its lease stays', async () => {
      await prepare(mails(4))
      const [first, second, third] = await claim({ limit: 3 })
      await deliveries().bodyStarts(held(second!), now + 1)
      await deliveries().settle(held(third!), sent, now + 1)
      const [fourth] = await claim({ owner: 'two', at: now + 2 })
      expect(await deliveries().recover(now + leaseMs)).toEqual({ pending: 0, unknown: 0 })
      expect(await deliveries().recover(now + leaseMs + 1)).toEqual({ pending: 1, unknown: 1 })
      const byId = new Map((await deliveries().list({})).map((each) => [each.id, each]))
      const free = { owner: null, leaseUntil: null, attempts: 1 }
      expect(byId.get(first!.id)).toMatchObject({ ...free, state: 'pending', settledAt: null, error: null })
      expect(byId.get(second!.id)).toMatchObject({
        ...free,
        state: 'unknown',
        settledAt: now + leaseMs + 1,
        bodyStartedAt: now + 1,
        error: expect.stringContaining('had begun to go out'),
      })
      expect(byId.get(third!.id)).toMatchObject({ state: 'sent' })
      expect(byId.get(fourth!.id)).toMatchObject({ state: 'sending', owner: 'two' })
      expect(await deliveries().recover(now + leaseMs + 1)).toEqual({ pending: 0, unknown: 0 })
    })

    test('a first try that went back is tried again', async () => {
      await prepare([mail(1)])
      await claim()
      await deliveries().recover(now + leaseMs + 1)
      expect(await claim({ owner: 'two', at: now + leaseMs + 1 })).toMatchObject([
        { owner: 'two', attempts: 2 },
      ])
    })

    whereItApplies(db.manyConnections)(
      'a body that begins while others take stock is never sent twice',
      async () => {
        await prepare([mail(1)])
        const [mine] = await claim()
        const tables = db.tables()
        const { promise: committing, resolve: commit } = Promise.withResolvers<void>()
        const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
        const late = tables.transaction().execute(async (tx) => {
          await tx
            .updateTable('delivery')
            .set({ body_started_at: now + 9 })
            .where('id', '=', mine!.id)
            .execute()
          begin()
          await committing
        })
        await begun
        const recovery = deliveries().recover(now + leaseMs + 1)
        const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock'
        and datname = current_database() and query like '%"delivery"%'`
        while ((await rows(tables, waiting)).length === 0);
        commit()
        await late
        expect(await recovery).toEqual({ pending: 0, unknown: 1 })
        expect(await states()).toEqual(['unknown'])
      },
    )
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

  describe('an unknown outcome', () => {
    test('found sent is sent, with where it was found', async () => {
      const { id } = await tried(unknown)
      await deliveries().resolveUnknown(id, 'sent', 'message 123', now + 60)
      expect(await one()).toMatchObject({
        state: 'sent',
        receipt: 'message 123',
        error: null,
        settledAt: now + 60,
      })
    })

    test('surely not sent goes out again as if its body had not begun', async () => {
      const { id } = await tried(unknown)
      await deliveries().resolveUnknown(id, 'pending', '', now + 60)
      const again = { state: 'pending', dueAt: now + 60, bodyStartedAt: null, settledAt: null, error: null }
      expect(await one()).toMatchObject(again)
      expect(await claim({ at: now + 59 })).toEqual([])
      expect(await claim({ at: now + 60 })).toMatchObject([{ attempts: 2 }])
    })

    test('given up takes the later parts of its post with it', async () => {
      await prepare(post(3))
      const [first] = await claimPart()
      await deliveries().settle(held(first!), unknown, now)
      await deliveries().resolveUnknown(first!.id, 'cancelled', 'given up', now + 60)
      expect(await states()).toEqual(['cancelled', 'cancelled', 'cancelled'])
      expect(await one()).toMatchObject({ receipt: 'given up', settledAt: now + 60 })
    })

    test.each([sent, failed, deferred])('is needed: $outcome is not resolved', async (receipt) => {
      const before = await tried(receipt)
      await deliveries().resolveUnknown(before.id, 'pending', '', now + 60)
      await deliveries().resendUnknown(1, 'email', now + 60)
      expect(await one()).toEqual(before)
    })

    test("is resent by a person's word, this digest and medium only", async () => {
      await makeDigest(db.store, '2026-09-28T09:00:00.000Z')
      await prepare([...mails(3), ...post(1)])
      await prepare(mails(1), 2)
      const all = [...(await claim()), ...(await claimPart())]
      for (const each of all)
        await deliveries().settle(held(each), each.target === mail(2).target ? sent : unknown, now)
      expect(await deliveries().resendUnknown(1, 'email', now + 60)).toBe(2)
      expect(await deliveries().resendUnknown(1, 'email', now + 60)).toBe(0)
      expect(await deliveries().list({ state: 'pending' })).toMatchObject([
        { digest: 1, medium: 'email', dueAt: now + 60, bodyStartedAt: null, error: null },
        { digest: 1, medium: 'email' },
      ])
      expect(
        (await deliveries().list({ state: 'unknown' })).map((each) => [each.digest, each.medium]),
      ).toEqual([
        [1, 'discord'],
        [2, 'email'],
      ])
      expect(await claim({ at: now + 60 })).toHaveLength(2)
    })
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
})
