import { describe, expect, test } from 'vitest'
import { normalEmail } from '../../src/model/index.ts'
import type { SignUp, Store } from '../../src/store/index.ts'
import { onEachDatabase, rows } from './databases.ts'
import { now } from './samples.ts'

const [hour, day] = [3_600_000, 86_400_000]
const limits = { addressEvery: hour, network: { most: 3, within: hour } }
const hash = (email: string) => `hash of ${normalEmail(email)}`

onEachDatabase((db) => {
  const wish = (email: string, change: Partial<SignUp> = {}): SignUp => ({
    email,
    ideas: [],
    directions: [],
    addressKey: `address ${normalEmail(email)}`,
    networkKey: null,
    suppressionHash: hash(email),
    ...change,
  })
  const ask = (email: string, at = now, change: Partial<SignUp> = {}, store: Store = db.store) =>
    store.signUps.ask(wish(email, change), limits, at)
  /** The secret of the newest confirmation to an address. */
  async function secretOf(email: string): Promise<string> {
    const { id } = (await db.store.subscribers.find(email))!
    const [row] = await rows<{ opt_in: string }>(
      db.tables(),
      `select opt_in from subscriber where id = '${id}'`,
    )
    return row!.opt_in
  }
  const confirmations = async () =>
    (await db.store.deliveries.list({})).filter(({ post }) => post.startsWith('confirmation '))
  const confirm = async (email: string, at = now) =>
    db.store.signUps.confirm(await secretOf(email), hash, { since: at - 7 * day, now: at })

  describe('a wish to subscribe', () => {
    test('writes down one mail to a new address, which is not confirmed', async () => {
      expect(await ask(' Ada@Example.org ', now, { ideas: ['renewal'] })).toBe('mailed')
      const reader = await db.store.subscribers.find('ada@example.org')
      expect(reader).toMatchObject({ email: 'Ada@Example.org', confirmedAt: null, ideas: [], createdAt: now })
      expect(await confirmations()).toMatchObject([
        {
          medium: 'email',
          target: reader!.id,
          digest: null,
          state: 'pending',
          dueAt: now,
          post: `confirmation ${await secretOf('ada@example.org')}`,
        },
      ])
      expect(await db.store.subscribers.audience()).toEqual([])
    })

    test('changes nothing about a reader before it is confirmed', async () => {
      const { subscriber } = (await db.store.subscribers.add('ada@example.org', { confirmed: true, now }))!
      expect(await ask('ada@example.org', now + 5, { ideas: ['renewal'] })).toBe('mailed')
      expect(await db.store.subscribers.find('ada@example.org')).toEqual(subscriber)
      expect(await db.store.subscribers.audience()).toEqual([subscriber])
    })

    test('is one mail an hour to an address', async () => {
      expect(await ask('ada@example.org')).toBe('mailed')
      expect(await ask('ada@example.org', now + hour - 1)).toBe('quiet')
      expect(await ask('bob@example.org', now + hour - 1)).toBe('mailed')
      expect(await ask('ada@example.org', now + hour)).toBe('mailed')
      expect(await confirmations()).toHaveLength(3)
    })

    test('is so many an hour from a network, whatever comes of them', async () => {
      const networkKey = 'network'
      for (const email of ['a', 'a', 'b']) await ask(`${email}@example.org`, now, { networkKey })
      expect(await ask('c@example.org', now + hour - 1, { networkKey })).toBe('too-many')
      expect(await db.store.subscribers.find('c@example.org')).toBeNull()
      expect(await ask('c@example.org', now + hour - 1, { networkKey: 'other' })).toBe('mailed')
      expect(await ask('d@example.org', now + hour, { networkKey })).toBe('mailed')
    })

    test('that was turned away does not make the next wait for longer', async () => {
      const networkKey = 'network'
      for (const n of [1, 2, 3]) await ask(`${n}@example.org`, now, { networkKey })
      for (const minute of [10, 20, 30]) await ask('d@example.org', now + minute * 60_000, { networkKey })
      expect(await ask('d@example.org', now + hour, { networkKey })).toBe('mailed')
    })

    test('of who has complained is answered by silence, also once they are forgotten', async () => {
      const { subscriber } = (await db.store.subscribers.add('ada@example.org', { confirmed: true, now }))!
      await db.store.subscribers.unsubscribe(subscriber.id, 'complained', now)
      expect(await ask('ada@example.org', now)).toBe('quiet')
      await db.store.subscribers.forget('ada@example.org', hash('ada@example.org'), now)
      expect(await ask('ada@example.org', now + 2 * hour)).toBe('quiet')
      expect(await db.store.subscribers.find('ada@example.org')).toBeNull()
      expect(await confirmations()).toEqual([])
    })

    test('of who was only forgotten is asked about', async () => {
      await db.store.subscribers.add('ada@example.org', { confirmed: true, now })
      await db.store.subscribers.forget('ada@example.org', hash('ada@example.org'), now)
      expect(await ask('ada@example.org')).toBe('mailed')
    })

    test('of what is no address is refused', async () => {
      expect(await ask('ada')).toBe('no-address')
      expect(await rows(db.tables(), 'select * from sign_up')).toEqual([])
    })

    test('of one address by several at once is one mail', async () => {
      const stores = await Promise.all(Array.from({ length: 4 }, () => db.peer()))
      const outcomes = await Promise.all(
        stores.flatMap((store) => [1, 2].map(() => ask('ada@example.org', now, {}, store))),
      )
      expect(outcomes.toSorted()).toEqual(['mailed', ...Array(7).fill('quiet')])
      expect(await confirmations()).toHaveLength(1)
    })

    test('of many addresses by several at once from one network is as many as may be', async () => {
      const stores = await Promise.all(Array.from({ length: 4 }, () => db.peer()))
      const outcomes = await Promise.all(
        stores.flatMap((store, n) =>
          [1, 2].map((m) => ask(`${n}${m}@example.org`, now, { networkKey: 'network' }, store)),
        ),
      )
      expect(outcomes.filter((one) => one === 'mailed')).toHaveLength(3)
      expect(outcomes.filter((one) => one === 'too-many')).toHaveLength(5)
    })
  })

  describe('confirming', () => {
    test('lets the address in, with what was chosen, and lifts its suppression', async () => {
      await db.store.subscribers.add('ada@example.org', { confirmed: true, now })
      await db.store.subscribers.forget('ada@example.org', hash('ada@example.org'), now)
      await ask('Ada@example.org', now, { ideas: ['renewal'], directions: ['opens'] })
      const reader = await confirm('ada@example.org', now + 5)
      expect(reader).toMatchObject({ confirmedAt: now + 5, ideas: ['renewal'], directions: ['opens'] })
      expect(await db.store.subscribers.isSuppressed(hash('ada@example.org'))).toBe(false)
      expect(await db.store.subscribers.audience()).toEqual([reader])
    })

    test('a second time changes nothing', async () => {
      await ask('ada@example.org', now, { ideas: ['renewal'] })
      const reader = await confirm('ada@example.org', now + 5)
      await db.store.subscribers.choose(reader!.id, { ideas: ['compute-cost'], directions: [] })
      expect(await confirm('ada@example.org', now + 9)).toMatchObject({
        confirmedAt: now + 5,
        ideas: ['compute-cost'],
      })
    })

    test('brings back who had left or bounced, counting anew', async () => {
      const { subscriber } = (await db.store.subscribers.add('ada@example.org', { confirmed: true, now }))!
      const bounce = { permanent: false, stopAt: 3, since: now - day, now }
      for (let n = 0; n < 3; n++) await db.store.subscribers.bounced(subscriber.id, bounce)
      expect((await db.store.subscribers.get(subscriber.id))!.leftReason).toBe('bounced')
      await ask('ada@example.org')
      expect(await confirm('ada@example.org', now + 5)).toMatchObject({
        unsubscribedAt: null,
        leftReason: null,
      })
      for (let n = 0; n < 2; n++)
        expect(await db.store.subscribers.bounced(subscriber.id, bounce)).toBe(false)
      expect(await db.store.subscribers.bounced(subscriber.id, bounce)).toBe(true)
    })

    test('of a reader who only typed an address keeps what was chosen, and changes it to what is ticked', async () => {
      const { subscriber } = (await db.store.subscribers.add('ada@example.org', { confirmed: true, now }))!
      await db.store.subscribers.choose(subscriber.id, { ideas: ['renewal'], directions: ['closes'] })
      await ask('ada@example.org')
      expect(await confirm('ada@example.org', now + 1)).toMatchObject({
        ideas: ['renewal'],
        directions: ['closes'],
      })
      await ask('ada@example.org', now + hour, { directions: ['mixed'] })
      expect(await confirm('ada@example.org', now + hour + 1)).toMatchObject({
        ideas: [],
        directions: ['mixed'],
      })
    })

    test('is over when the link is too old, a later one was sent, or its reader has left', async () => {
      await ask('ada@example.org')
      const first = await secretOf('ada@example.org')
      const times = { since: now - day, now }
      expect(await db.store.signUps.find(first, now)).toBeNull()
      expect(await db.store.signUps.confirm(first, hash, { since: now, now })).toBeNull()
      await ask('ada@example.org', now + hour)
      expect(await db.store.signUps.confirm(first, hash, times)).toBeNull()
      const second = await secretOf('ada@example.org')
      const reader = await db.store.signUps.confirm(second, hash, times)
      await db.store.subscribers.unsubscribe(reader!.id, 'link', now)
      expect(await db.store.signUps.confirm(second, hash, times)).toBeNull()
      expect(await db.store.subscribers.audience()).toEqual([])
      expect(await db.store.signUps.confirm('nothing', hash, times)).toBeNull()
    })
  })

  test('what was never confirmed is deleted after its time, with its mails; who has confirmed stays', async () => {
    await ask('ada@example.org', now)
    await ask('bob@example.org', now, { networkKey: 'network' })
    await confirm('bob@example.org')
    await ask('eve@example.org', now)
    await ask('eve@example.org', now + 2 * hour)
    expect(await db.store.signUps.prune(now + hour)).toBe(1)
    expect((await db.store.subscribers.list()).map(({ email }) => email).toSorted()).toEqual([
      'bob@example.org',
      'eve@example.org',
    ])
    expect(await confirmations()).toHaveLength(3)
    expect(await rows(db.tables(), 'select * from sign_up')).toHaveLength(1)
    expect(await db.store.signUps.prune(now + 3 * hour)).toBe(1)
    expect(await confirmations()).toHaveLength(1)
  })
})
