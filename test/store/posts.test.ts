import { beforeEach, describe, expect, test } from 'vitest'
import { type Delivery, maxAttempts, nextTry, type Receipt } from '../../src/model/index.ts'
import type { Destination } from '../../src/store/index.ts'
import { onEachDatabase } from './databases.ts'
import {
  alert,
  claim,
  deferred,
  failed,
  held,
  leaseMs,
  mail,
  makeDigest,
  now,
  post,
  sent,
  settleSent,
  unknown,
  wish,
} from './samples.ts'

const minute = 60_000
const hour = 60 * minute
const any = { lost: 0, before: Number.MAX_SAFE_INTEGER }

onEachDatabase((db) => {
  const deliveries = () => db.store.deliveries
  const posts = () => db.store.posts
  const prepare = (places: Destination[], digest = 1) => deliveries().prepare(digest, places, now)
  const one = async (): Promise<Delivery> => (await deliveries().list({}))[0]!
  const take = async (at = now) => (await claim(db.store, { medium: 'discord', at }))[0]!

  const states = async () =>
    (await deliveries().list({})).map((each) => `${each.post}, ${each.medium} ${each.part}: ${each.state}`)

  /** One try of the part that is due in a channel. */
  async function send(target: string, receipt: Receipt, at = now): Promise<void> {
    const due = await claim(db.store, { medium: 'discord', at })
    for (const each of due) if (each.target === target) await settleSent(db.store, each, receipt, at)
    await deliveries().giveBack('one')
  }

  /** A post that was lost at `now` and whose channel could not be looked at when it was due again, at `lookedAt`. */
  async function notFound(target = 'channel', digest = 1): Promise<{ lookedAt: number }> {
    await prepare(post(1, target), digest)
    await send(target, unknown)
    const lookedAt = nextTry(now, 1)
    await deliveries().settle(held(await take(lookedAt)), unknown, lookedAt)
    return { lookedAt }
  }

  beforeEach(async () => {
    await makeDigest(db.store)
  })

  describe('a post whose fate is uncertain', () => {
    beforeEach(() => prepare(post(1)))

    test('is put off, and it is noted since when: its channel is looked at before it goes out again', async () => {
      const mine = await take()
      await deliveries().bodyStarts(held(mine), now + 3)
      await deliveries().settle(held(mine), unknown, now + 9)
      expect(await one()).toMatchObject({
        state: 'deferred',
        uncertainSince: now + 3,
        bodyStartedAt: null,
        dueAt: nextTry(now + 9, 1),
        settledAt: null,
        error: unknown.error,
      })
      expect(await take(nextTry(now + 9, 1))).toMatchObject({ attempts: 2, uncertainSince: now + 3 })
    })

    test('keeps the time of the first loss, whatever comes of later tries', async () => {
      await send('channel', unknown)
      const second = nextTry(now, 1)
      await send('channel', unknown, second)
      expect(await one()).toMatchObject({ state: 'deferred', attempts: 2, uncertainSince: now })
      const third = nextTry(second, 2)
      await send('channel', deferred, third)
      expect(await one()).toMatchObject({ state: 'deferred', attempts: 3, uncertainSince: now })
    })

    test('that is found or goes out after all is sent, and uncertain no more', async () => {
      await send('channel', unknown)
      const again = nextTry(now, 1)
      await deliveries().settle(held(await take(again)), { outcome: 'sent', receipt: '4711' }, again)
      expect(await one()).toMatchObject({
        state: 'sent',
        receipt: '4711',
        uncertainSince: null,
        error: null,
        settledAt: again,
      })
    })

    test('is unknown where it can not be looked for', async () => {
      await send('channel', unknown)
      const again = nextTry(now, 1)
      await deliveries().settle(held(await take(again)), unknown, again)
      expect(await one()).toMatchObject({ state: 'unknown', uncertainSince: now, settledAt: again })
      expect(await claim(db.store, { medium: 'discord', at: now + 9e9 })).toEqual([])
    })

    test('is unknown, not failed, when it is refused later: the first try may have arrived', async () => {
      await send('channel', unknown)
      await send('channel', failed, nextTry(now, 1))
      expect(await one()).toMatchObject({ state: 'unknown', error: failed.error, uncertainSince: now })
    })

    test('is unknown after the last try', async () => {
      let at = now
      for (let attempt = 1; attempt <= maxAttempts; attempt++) {
        expect(await one()).toMatchObject({ attempts: attempt - 1 })
        await send('channel', attempt === 1 ? unknown : deferred, at)
        at = Math.max(at, (await one()).dueAt)
      }
      expect(await one()).toMatchObject({ state: 'unknown', attempts: maxAttempts, uncertainSince: now })
    })

    test('is not made of one that was refused before anything went out', async () => {
      await deliveries().settle(held(await take()), failed, now)
      expect(await one()).toMatchObject({ state: 'failed', uncertainSince: null })
    })
  })

  describe('after a crash', () => {
    test('a post that had begun to go out is due again, and uncertain since then', async () => {
      await prepare(post(1))
      await deliveries().bodyStarts(held(await take()), now + 3)
      expect(await deliveries().recover(now + leaseMs + 1)).toEqual({ pending: 1, unknown: 0 })
      expect(await one()).toMatchObject({
        state: 'pending',
        owner: null,
        leaseUntil: null,
        settledAt: null,
        uncertainSince: now + 3,
      })
      expect(await take(now + leaseMs + 1)).toMatchObject({
        attempts: 2,
        bodyStartedAt: null,
        uncertainSince: now + 3,
      })
    })

    test('a post that had not begun is certain not to be there', async () => {
      await prepare(post(1))
      await take()
      expect(await deliveries().recover(now + leaseMs + 1)).toEqual({ pending: 1, unknown: 0 })
      expect(await one()).toMatchObject({ state: 'pending', uncertainSince: null })
    })

    test('the time of an earlier loss stays', async () => {
      await prepare(post(1))
      await send('channel', unknown)
      const again = nextTry(now, 1)
      await deliveries().bodyStarts(held(await take(again)), again)
      await deliveries().recover(again + leaseMs + 1)
      expect(await one()).toMatchObject({ state: 'pending', uncertainSince: now })
    })
  })

  describe('looking again', () => {
    test('takes up what could not be looked for, after a while and not for ever', async () => {
      const { lookedAt } = await notFound()
      const ranges = {
        tooEarly: { lost: 0, before: lookedAt },
        tooOld: { lost: now, before: lookedAt + 1 },
        right: { lost: now - 1, before: lookedAt + 1 },
      }
      for (const range of [ranges.tooEarly, ranges.tooOld]) {
        expect(await posts().anyToLookFor(range)).toBe(false)
        expect(await posts().lookAgain(range, now + hour)).toBe(0)
      }
      expect(await one()).toMatchObject({ state: 'unknown' })
      expect(await posts().anyToLookFor(ranges.right)).toBe(true)
      expect(await posts().lookAgain(ranges.right, now + hour)).toBe(1)
      expect(await one()).toMatchObject({
        state: 'pending',
        dueAt: now + hour,
        settledAt: null,
        bodyStartedAt: null,
        uncertainSince: now,
      })
      expect(await posts().anyToLookFor(any)).toBe(false)
    })

    test('leaves mails alone, and posts of which nothing is known to look for', async () => {
      await prepare([mail(1), ...post(1)])
      await settleSent(db.store, (await claim(db.store))[0]!, unknown)
      await deliveries().settle(held(await take()), unknown, now)
      expect(await states()).toEqual(['digest 1, discord 0: unknown', 'digest 1, email 0: unknown'])
      expect(await posts().anyToLookFor(any)).toBe(false)
      expect(await posts().lookAgain(any, now)).toBe(0)
    })

    test('waits while the subscription is paused or the server has been left', async () => {
      const { lookedAt } = await notFound('channel 1')
      await db.store.channels.subscribe(wish(1))
      await db.store.channels.noteFailure('channel 1', 'gone', { pauseAt: 1, now })
      expect(await posts().anyToLookFor(any)).toBe(false)
      await db.store.channels.resume('channel 1')
      await db.store.channels.guildLeft('guild 1', now)
      expect(await posts().lookAgain(any, lookedAt)).toBe(0)
      await db.store.channels.guildLeft('guild 1', null)
      expect(await posts().lookAgain(any, lookedAt)).toBe(1)
    })

    test('has nothing to look for once a person has had it sent again', async () => {
      const { lookedAt } = await notFound()
      expect(await deliveries().resendUnknown(1, 'discord', lookedAt)).toBe(1)
      expect(await one()).toMatchObject({ state: 'pending', uncertainSince: null, bodyStartedAt: null })
      await deliveries().settle(held(await take(lookedAt)), unknown, lookedAt)
      expect(await posts().anyToLookFor(any)).toBe(false)
    })
  })

  describe('what was answered to a message', () => {
    const places: Destination[] = [
      ...post(2),
      { medium: 'discord', target: 'channel', part: 2, step: 'publish', piece: 0 },
      ...post(1, 'other'),
    ]
    const receiptOf = (piece: number, target = 'channel', of = 'digest 1') =>
      posts().receiptOf({ post: of, target, piece })

    test('is found by the steps that follow it, once it is sent', async () => {
      await prepare(places)
      expect(await receiptOf(0)).toBeNull()
      await send('channel', { outcome: 'sent', receipt: 'first' })
      await send('channel', { outcome: 'sent', receipt: 'second' })
      await send('channel', { outcome: 'sent', receipt: 'published' })
      expect([await receiptOf(0), await receiptOf(1)]).toEqual(['first', 'second'])
      expect(await receiptOf(2)).toBeNull()
      expect(await receiptOf(0, 'other')).toBeNull()
      expect(await receiptOf(0, 'channel', 'digest 2')).toBeNull()
    })

    test('is not what was answered to a step that follows', async () => {
      const steps = ['publish', 'thread'] as const
      const follow = steps.map((step, part) => ({ ...post(1)[0]!, step, part, piece: 0 }))
      await prepare([...follow, { ...post(1)[0]!, part: 2, piece: 0 }])
      await send('channel', { outcome: 'sent', receipt: 'done' })
      await send('channel', { outcome: 'sent', receipt: 'done' })
      expect(await deliveries().list({ state: 'sent' })).toHaveLength(3)
      await db.tables().updateTable('delivery').set({ state: 'failed' }).where('part', '=', 2).execute()
      expect(await receiptOf(0)).toBeNull()
    })

    test('is not there when it was not delivered', async () => {
      await prepare(places)
      await send('channel', failed)
      expect(await receiptOf(0)).toBeNull()
    })
  })

  test('what was done in a channel is counted by step, channel and time', async () => {
    const published = (piece: number): Destination => ({
      medium: 'discord',
      target: 'channel',
      part: 2 + piece,
      step: 'publish',
      piece,
    })
    await prepare([...post(2), published(0), published(1), ...post(1, 'other')])
    const count = (step: 'message' | 'publish', since: number, target = 'channel') =>
      posts().countDone(target, step, since)
    for (const at of [now, now + 10]) await send('channel', sent, at)
    expect([await count('message', now - 1), await count('message', now)]).toEqual([2, 1])
    expect(await count('message', now + 10)).toBe(0)
    expect(await count('publish', 0)).toBe(0)
    const [first, second] = await claim(db.store, { medium: 'discord', at: now + 20 }).then((all) =>
      all.filter((each) => each.target === 'channel'),
    )
    await settleSent(db.store, first!, sent, now + 20)
    await settleSent(db.store, second!, deferred, now + 20)
    expect(await count('publish', 0)).toBe(1)
    expect(await count('message', 0, 'other')).toBe(0)
  })

  describe('alerts', () => {
    const place = (target: string): Destination => ({ medium: 'discord', target, part: 0 })

    test('are counted for each channel since a time', async () => {
      const { alerts } = db.store
      await alerts.create(alert('old', { madeAt: now - 10 }), [], [place('a'), place('b')])
      await alerts.create(
        alert('new', { madeAt: now }),
        [],
        [place('a'), { medium: 'discord', target: 'a', part: 1, step: 'publish', piece: 0 }],
      )
      expect(await posts().alertsSince(now - 11)).toEqual(
        new Map([
          ['a', 2],
          ['b', 1],
        ]),
      )
      expect(await posts().alertsSince(now - 10)).toEqual(new Map([['a', 1]]))
      expect(await posts().alertsSince(now)).toEqual(new Map())
    })

    test('count when they may have arrived, and not when they came to nothing', async () => {
      const outcomes = { a: sent, b: failed, c: deferred, d: unknown }
      const targets = [...Object.keys(outcomes), 'cancelled', 'waiting']
      await db.store.alerts.create(alert('one'), [], targets.map(place))
      for (const [target, receipt] of Object.entries(outcomes)) await send(target, receipt)
      await posts().cancelFor('cancelled', 'unsubscribed', now)
      expect([...(await posts().alertsSince(0)).keys()].sort()).toEqual(['a', 'c', 'd', 'waiting'])
    })

    test('are no digests', async () => {
      await prepare(post(1))
      expect(await posts().alertsSince(0)).toEqual(new Map())
    })
  })

  describe('cancelling what a channel was still to get', () => {
    test('takes what waits, of every post, and nothing else', async () => {
      await prepare([...post(3, 'a'), ...post(1, 'b'), { medium: 'email', target: 'a', part: 0 }])
      await send('a', sent)
      await send('a', deferred)
      await db.store.alerts.create(alert('one'), [], post(1, 'a'))
      expect(await posts().cancelFor('a', 'The channel was unsubscribed.', now + 7)).toBe(3)
      expect(await states()).toEqual([
        'digest 1, discord 0: sent',
        'digest 1, discord 1: cancelled',
        'digest 1, discord 2: cancelled',
        'digest 1, discord 0: pending',
        'digest 1, email 0: pending',
        'alert one, discord 0: cancelled',
      ])
      const cancelled = await deliveries().list({ state: 'cancelled' })
      for (const each of cancelled) {
        expect(each).toMatchObject({ settledAt: now + 7, error: 'The channel was unsubscribed.' })
      }
    })

    test('leaves alone what is going out', async () => {
      await prepare(post(2))
      await take()
      expect(await posts().cancelFor('channel', 'The channel was unsubscribed.', now)).toBe(1)
      expect(await states()).toEqual(['digest 1, discord 0: sending', 'digest 1, discord 1: cancelled'])
    })

    test('leaves what may have arrived unknown, and nobody looks for it any more', async () => {
      await notFound()
      expect(await posts().cancelFor('channel', 'The channel was unsubscribed.', now)).toBe(0)
      expect(await one()).toMatchObject({ state: 'unknown', error: unknown.error })
      expect(await posts().anyToLookFor(any)).toBe(false)
    })
  })
})
