import { beforeEach, describe, expect, test } from 'vitest'
import { type Delivery, maxAttempts, nextTry, type Receipt } from '../../src/model/index.ts'
import type { Destination } from '../../src/store/index.ts'
import { onEachDatabase, rows, whereItApplies } from './databases.ts'
import {
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
  unknown,
} from './samples.ts'

onEachDatabase((db) => {
  const deliveries = () => db.store.deliveries
  const prepare = (places: Destination[], digest = 1) => deliveries().prepare(digest, places, now)
  const states = async () => (await deliveries().list({})).map((one) => one.state)
  const one = async (): Promise<Delivery> => (await deliveries().list({}))[0]!
  const claim = (options: Parameters<typeof claimFrom>[1] = {}, store = db.store) => claimFrom(store, options)
  const claimPart = (at = now) => claim({ medium: 'discord', at })

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

  describe('an unknown outcome', () => {
    test.each([sent, failed, deferred])('is resent, no other is: $outcome stays', async (receipt) => {
      const before = await tried(receipt)
      expect(await deliveries().resendUnknown(1, 'email', now + 60)).toBe(0)
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
})
