import { describe, expect, test } from 'vitest'
import { leftReasons, type Subscriber } from '../../src/model/index.ts'
import { onEachDatabase, rows } from './databases.ts'
import { makeDigest, now } from './samples.ts'

onEachDatabase((db) => {
  const add = async (email: string, confirmed = true, at = now): Promise<Subscriber> =>
    (await db.store.subscribers.add(email, { confirmed, now: at }))!.subscriber

  describe('adding', () => {
    test('keeps the address as written and finds it however it is written', async () => {
      const added = await db.store.subscribers.add('  Ada.L@Example.ORG ', { confirmed: false, now })
      expect(added).toEqual({
        change: 'added',
        subscriber: {
          id: expect.any(String),
          email: 'Ada.L@Example.ORG',
          confirmedAt: null,
          unsubscribedAt: null,
          leftReason: null,
          ideas: [],
          directions: [],
          createdAt: now,
        },
      })
      expect(await db.store.subscribers.find('ada.l@example.org')).toEqual(added!.subscriber)
      expect(await db.store.subscribers.get(added!.subscriber.id)).toEqual(added!.subscriber)
    })

    test('refuses what is no address', async () => {
      expect(await db.store.subscribers.add('not an address', { confirmed: true, now })).toBeNull()
      expect(await db.store.subscribers.find('not an address')).toBeNull()
      expect(await db.store.subscribers.forget('not an address', 'hash', now)).toBe(false)
      expect(await db.store.subscribers.list()).toEqual([])
    })

    test('with consent on record is confirmed at once', async () => {
      expect((await add('ada@example.org', true)).confirmedAt).toBe(now)
    })

    test('confirms one that waits', async () => {
      const waiting = await add('ada@example.org', false)
      const confirmed = await db.store.subscribers.add('ADA@example.org', { confirmed: true, now: now + 9 })
      expect(confirmed).toEqual({ change: 'confirmed', subscriber: { ...waiting, confirmedAt: now + 9 } })
      expect(await db.store.subscribers.list()).toEqual([confirmed!.subscriber])
    })

    test('changes nothing about one who is in, or still waits', async () => {
      const inside = await add('ada@example.org', true)
      const waiting = await add('bob@example.org', false)
      for (const confirmed of [true, false]) {
        const again = await db.store.subscribers.add(inside.email, { confirmed, now: now + 9 })
        expect(again).toEqual({ change: 'none', subscriber: inside })
      }
      const again = await db.store.subscribers.add(waiting.email, { confirmed: false, now: now + 9 })
      expect(again).toEqual({ change: 'none', subscriber: waiting })
      expect(await db.store.subscribers.list()).toHaveLength(2)
    })

    test('brings back one who left only with consent', async () => {
      const { id, email } = await add('ada@example.org')
      await db.store.subscribers.unsubscribe(id, 'link', now + 5)
      const unasked = await db.store.subscribers.add(email, { confirmed: false, now: now + 9 })
      expect(unasked).toMatchObject({ change: 'none', subscriber: { unsubscribedAt: now + 5 } })
      expect(await db.store.subscribers.audience()).toEqual([])
      const back = await db.store.subscribers.add(email, { confirmed: true, now: now + 10 })
      expect(back).toMatchObject({
        change: 'confirmed',
        subscriber: { id, confirmedAt: now + 10, unsubscribedAt: null },
      })
      expect(await db.store.subscribers.audience()).toEqual([back!.subscriber])
    })

    test('the same address several times at once adds it once', async () => {
      const other = await db.peer()
      const added = await Promise.all(
        [db.store, other, db.store, other, db.store, other].map((store) =>
          store.subscribers.add('ada@example.org', { confirmed: true, now }),
        ),
      )
      expect(added.map((one) => one!.change).sort()).toEqual([
        'added',
        'none',
        'none',
        'none',
        'none',
        'none',
      ])
      expect(new Set(added.map((one) => one!.subscriber.id)).size).toBe(1)
    })
  })

  test('leaving a second time keeps the first date', async () => {
    const { id } = await add('ada@example.org')
    await db.store.subscribers.unsubscribe(id, 'link', now + 5)
    await db.store.subscribers.unsubscribe(id, 'link', now + 6)
    expect(await db.store.subscribers.get(id)).toMatchObject({ unsubscribedAt: now + 5, confirmedAt: now })
  })

  test('a complaint of one who has left is kept as the reason, at the first date; no other reason is', async () => {
    const { id } = await add('ada@example.org')
    expect(await db.store.subscribers.unsubscribe(id, 'link', now + 5)).toBe(true)
    for (const reason of ['mail', 'bounced', 'operator'] as const) {
      expect(await db.store.subscribers.unsubscribe(id, reason, now + 6)).toBe(false)
      expect(await db.store.subscribers.get(id)).toMatchObject({ leftReason: 'link' })
    }
    expect(await db.store.subscribers.unsubscribe(id, 'complained', now + 7)).toBe(false)
    expect(await db.store.subscribers.get(id)).toMatchObject({
      leftReason: 'complained',
      unsubscribedAt: now + 5,
    })
  })

  test('who left of their own will comes back, with consent from then on; nobody else does', async () => {
    const wish = { ideas: ['renewal'], directions: [] }
    const back = (id: string) => db.store.subscribers.comeBack(id, `hash of ${id}`, wish, now + 9)
    for (const reason of leftReasons) {
      const { id } = await add(`${reason}@example.org`)
      await db.store.subscribers.unsubscribe(id, reason, now + 5)
      const may = reason === 'link' || reason === 'mail'
      expect([reason, await back(id)]).toEqual([reason, may])
      expect(await db.store.subscribers.get(id)).toMatchObject(
        may
          ? { confirmedAt: now + 9, unsubscribedAt: null, leftReason: null, ...wish }
          : { confirmedAt: now, unsubscribedAt: now + 5, leftReason: reason, ideas: [] },
      )
      expect(await back(id)).toBe(false)
    }
    const waiting = (await db.store.subscribers.add('new@example.org', { confirmed: false, now }))!.subscriber
    await db.store.subscribers.unsubscribe(waiting.id, 'mail', now + 5)
    expect(await back(waiting.id)).toBe(false)
  })

  test('what they read of is theirs to choose, each for themselves', async () => {
    const [ada, bob] = [await add('ada@example.org'), await add('bob@example.org')]
    await db.store.subscribers.choose(ada.id, { ideas: ['renewal'], directions: ['opens', 'mixed'] })
    expect(await db.store.subscribers.get(ada.id)).toEqual({
      ...ada,
      ideas: ['renewal'],
      directions: ['opens', 'mixed'],
    })
    expect(await db.store.subscribers.get(bob.id)).toEqual(bob)
    await db.store.subscribers.choose(ada.id, { ideas: [], directions: [] })
    expect(await db.store.subscribers.get(ada.id)).toEqual(ada)
  })

  test('several are found by their ids at once, those that are there', async () => {
    const [ada, bob] = [await add('ada@example.org'), await add('bob@example.org')]
    await add('eve@example.org')
    const found = await db.store.subscribers.byIds([bob.id, 'nobody', ada.id, ada.id])
    expect(found.toSorted((a, b) => a.email.localeCompare(b.email))).toEqual([ada, bob])
    expect(await db.store.subscribers.byIds([])).toEqual([])
  })

  test('those who left before a time are told, not those who left later or are in', async () => {
    const [ada, bob] = [await add('ada@example.org'), await add('bob@example.org')]
    await add('eve@example.org')
    await db.store.subscribers.unsubscribe(ada.id, 'link', now + 5)
    await db.store.subscribers.unsubscribe(bob.id, 'bounced', now + 6)
    const gone = async (before: number) =>
      (await db.store.subscribers.leftBefore(before)).map(({ email }) => email)
    expect(await gone(now + 5)).toEqual([])
    expect(await gone(now + 6)).toEqual([ada.email])
    expect((await gone(now + 7)).toSorted()).toEqual([ada.email, bob.email])
  })

  describe('a mail that came back', () => {
    const soft = { permanent: false, stopAt: 3, since: now - 1000, now }

    test('for good ends the subscription', async () => {
      const { id } = await add('ada@example.org')
      expect(await db.store.subscribers.bounced(id, { ...soft, permanent: true })).toBe(true)
      expect(await db.store.subscribers.get(id)).toMatchObject({ unsubscribedAt: now, leftReason: 'bounced' })
      expect(await db.store.subscribers.bounced(id, { ...soft, permanent: true, now: now + 9 })).toBe(false)
      expect(await db.store.subscribers.get(id)).toMatchObject({ unsubscribedAt: now })
    })

    test('for now is counted, and so many in a row end it', async () => {
      const { id } = await add('ada@example.org')
      for (const expected of [false, false, true, false]) {
        expect(await db.store.subscribers.bounced(id, soft)).toBe(expected)
      }
      expect(await db.store.subscribers.get(id)).toMatchObject({ leftReason: 'bounced' })
    })

    test('long ago is forgotten', async () => {
      const { id } = await add('ada@example.org')
      const at = (time: number) =>
        db.store.subscribers.bounced(id, { ...soft, since: time - 1000, now: time })
      for (const time of [now, now + 500, now + 1500, now + 2000]) expect(await at(time)).toBe(false)
      expect(await at(now + 2500)).toBe(true)
    })

    test('to somebody else, or nobody, counts for them alone', async () => {
      const [ada, bob] = [await add('ada@example.org'), await add('bob@example.org')]
      for (let n = 0; n < 2; n++) await db.store.subscribers.bounced(ada.id, soft)
      expect(await db.store.subscribers.bounced(bob.id, soft)).toBe(false)
      expect(await db.store.subscribers.bounced('nobody', { ...soft, permanent: true })).toBe(false)
      expect(await db.store.subscribers.audience()).toHaveLength(2)
    })

    test('several at the same time are each counted', async () => {
      const { id } = await add('ada@example.org')
      const stores = await Promise.all([1, 2, 3].map(() => db.peer()))
      const ended = await Promise.all(stores.map((store) => store.subscribers.bounced(id, soft)))
      expect(ended.filter(Boolean)).toHaveLength(1)
    })
  })

  test('only who is confirmed and has not left gets the digest', async () => {
    const ada = await add('ada@example.org')
    await add('bob@example.org', false)
    await db.store.subscribers.unsubscribe((await add('eve@example.org')).id, 'link', now)
    expect(await db.store.subscribers.audience()).toEqual([ada])
  })

  test('all are listed, oldest first', async () => {
    const third = await add('c@example.org', true, now + 3)
    const first = await add('a@example.org', false, now + 1)
    const second = await add('b@example.org', true, now + 2)
    expect(await db.store.subscribers.list()).toEqual([first, second, third])
  })

  test('they are counted by where they stand', async () => {
    expect(await db.store.subscribers.count()).toEqual({ confirmed: 0, unconfirmed: 0, gone: 0 })
    for (const name of ['a', 'b', 'c']) await add(`${name}@example.org`)
    for (const name of ['d', 'e', 'f', 'g']) await add(`${name}@example.org`, false)
    for (const name of ['a', 'd']) {
      await db.store.subscribers.unsubscribe(
        (await db.store.subscribers.find(`${name}@example.org`))!.id,
        'link',
        now,
      )
    }
    expect(await db.store.subscribers.count()).toEqual({ confirmed: 2, unconfirmed: 3, gone: 2 })
  })

  describe('forgetting', () => {
    const hash = 'hmac of the address'

    /** A subscriber with one delivery in each state that a message can be in. */
    async function withDeliveries(email: string) {
      const reader = await add(email)
      const outcomes = {
        sent: { outcome: 'sent', receipt: `250 accepted for <${email}>` },
        failed: { outcome: 'failed', error: `550 <${email}> unknown here` },
        deferred: { outcome: 'deferred', error: `450 <${email}> is busy` },
        unknown: { outcome: 'unknown', error: `lost while writing to ${email}` },
      } as const
      for (const receipt of [...Object.values(outcomes), null]) {
        const last = await db.store.digests.last()
        const { number } = await makeDigest(db.store, new Date((last?.until ?? now) + 1000).toISOString())
        await db.store.deliveries.prepare(number, [{ medium: 'email', target: reader.id, part: 0 }], now)
        if (!receipt) continue
        const owner = 'one'
        const [mine] = await db.store.deliveries.claim({
          medium: 'email',
          owner,
          now,
          leaseMs: 1000,
          limit: 1,
        })
        await db.store.deliveries.settle({ ...mine!, owner }, receipt, now)
      }
      return reader
    }

    test('deletes every trace of the address', async () => {
      const email = 'ada@example.org'
      const reader = await withDeliveries(email)
      expect(await db.store.subscribers.forget(' ADA@example.org', hash, now)).toBe(true)
      expect(await db.store.subscribers.find(email)).toBeNull()
      expect(await db.store.subscribers.get(reader.id)).toBeNull()
      const tables = db.tables()
      for (const table of ['subscriber', 'suppression', 'delivery']) {
        expect(JSON.stringify(await rows(tables, `select * from ${table}`))).not.toContain('example.org')
      }
    })

    test('cancels what had not gone out, and keeps the outcome of what had', async () => {
      await withDeliveries('ada@example.org')
      await db.store.subscribers.forget('ada@example.org', hash, now + 7)
      const left = await db.store.deliveries.list({})
      expect(left.map((one) => one.state)).toEqual(['sent', 'failed', 'cancelled', 'cancelled', 'cancelled'])
      expect(left.map((one) => one.settledAt)).toEqual([now, now, now + 7, now + 7, now + 7])
    })

    test("leaves other people's deliveries alone", async () => {
      await withDeliveries('ada@example.org')
      const bob = await add('bob@example.org')
      const { number } = await makeDigest(db.store, '2026-12-24T09:00:00.000Z')
      await db.store.deliveries.prepare(number, [{ medium: 'email', target: bob.id, part: 0 }], now)
      const before = await db.store.deliveries.list({ digest: number })
      await db.store.subscribers.forget('ada@example.org', hash, now)
      expect(await db.store.deliveries.list({ digest: number })).toEqual(before)
      expect(before).toMatchObject([{ target: bob.id, state: 'pending' }])
    })

    test('an unknown address changes nothing', async () => {
      expect(await db.store.subscribers.forget('ada@example.org', hash, now)).toBe(false)
      expect(await db.store.subscribers.isSuppressed(hash)).toBe(false)
    })

    test('suppresses the address until its owner opts in anew', async () => {
      await add('ada@example.org')
      await db.store.subscribers.forget('ada@example.org', hash, now)
      expect(await db.store.subscribers.isSuppressed(hash)).toBe(true)
      expect(await db.store.subscribers.isSuppressed('another hash')).toBe(false)
      await db.store.subscribers.unsuppress(hash)
      expect(await db.store.subscribers.isSuppressed(hash)).toBe(false)
    })

    test('a second time, after coming back, works as the first', async () => {
      for (const _ of [1, 2]) {
        await add('ada@example.org')
        expect(await db.store.subscribers.forget('ada@example.org', hash, now)).toBe(true)
      }
      expect(await db.store.subscribers.list()).toEqual([])
      expect(await db.store.subscribers.isSuppressed(hash)).toBe(true)
    })
  })
})
