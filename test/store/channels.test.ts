import { describe, expect, test } from 'vitest'
import { onEachDatabase } from './databases.ts'
import { wish as asked, now } from './samples.ts'

onEachDatabase((db) => {
  const channels = () => db.store.channels
  const subscribe = (n: number, changes: Parameters<typeof asked>[1] = {}) =>
    channels().subscribe(asked(n, changes))
  const names = (all: { channel: string }[]) => all.map(({ channel }) => channel)
  const active = async () => names(await channels().active())
  const get = async (n = 1) => (await channels().get(`channel ${n}`))!

  describe('subscribing a channel', () => {
    test('keeps all that it asked for', async () => {
      const full = asked(1, {
        kind: 'announcement',
        mode: 'both',
        ideas: ['renewal', 'compute-cost'],
        directions: ['opens', 'mixed'],
        role: '4711',
        discuss: true,
        publish: true,
        alertsADay: 10,
      })
      expect(await channels().subscribe(full)).toBe(false)
      expect(await channels().get('channel 1')).toEqual({
        ...full,
        failures: 0,
        lastError: null,
        pausedAt: null,
      })
      expect(await channels().get('channel 2')).toBeNull()
    })

    test('a second time changes everything it asked for, its date too', async () => {
      await subscribe(1, { ideas: ['renewal'], role: '4711', discuss: true })
      await subscribe(2)
      const other = asked(1, { mode: 'alerts', madeBy: 'bob', madeAt: now + 9, alertsADay: 1 })
      expect(await channels().subscribe(other)).toBe(true)
      expect(await get(1)).toEqual({ ...other, failures: 0, lastError: null, pausedAt: null })
      expect(await get(2)).toMatchObject(asked(2))
      expect(await channels().list()).toHaveLength(2)
    })

    test('again ends its pause, and what was still to be told of it', async () => {
      await subscribe(1)
      for (const error of ['a', 'b']) await channels().noteFailure('channel 1', error, { pauseAt: 2, now })
      expect([await active(), await channels().noticesDue(now)]).toMatchObject([[], [{ notice: 'paused' }]])
      expect(await subscribe(1)).toBe(true)
      expect(await get()).toMatchObject({ failures: 0, lastError: null, pausedAt: null })
      expect([await active(), await channels().noticesDue(now + 9e9)]).toEqual([['channel 1'], []])
    })

    test('says that the bot is on its server', async () => {
      await channels().guildLeft('guild 1', now)
      await subscribe(1)
      expect(await active()).toEqual(['channel 1'])
      expect(await channels().forgetGuilds(now + 9e9)).toBe(0)
    })

    test('ends once', async () => {
      await subscribe(1)
      await subscribe(2)
      expect(await channels().unsubscribe('channel 1')).toBe(true)
      expect(await channels().unsubscribe('channel 1')).toBe(false)
      expect(names(await channels().list())).toEqual(['channel 2'])
      expect(await channels().get('channel 1')).toBeNull()
    })

    test('at the same time by two leaves one', async () => {
      const other = await db.peer()
      const stores = [db.store, other, db.store, other]
      const known = await Promise.all(stores.map((store) => store.channels.subscribe(asked(1))))
      expect(known).toContain(false)
      expect(names(await channels().list())).toEqual(['channel 1'])
    })
  })

  test('channels are listed as they came, of one server or all', async () => {
    await subscribe(3, { madeAt: now - 5 })
    await subscribe(2, { madeAt: now, guild: 'guild 2' })
    await subscribe(1, { madeAt: now })
    expect(names(await channels().list())).toEqual(['channel 3', 'channel 1', 'channel 2'])
    expect(names(await channels().list('guild 1'))).toEqual(['channel 3', 'channel 1'])
    expect(await channels().list('guild 3')).toEqual([])
  })

  test('posts go to channels that are not paused, on servers where the bot is', async () => {
    for (const n of [1, 2, 3, 4]) await subscribe(n, { guild: `guild ${n % 3}`, madeAt: now - n })
    expect(await active()).toEqual(['channel 4', 'channel 3', 'channel 2', 'channel 1'])
    await channels().noteFailure('channel 4', 'gone', { pauseAt: 1, now })
    await channels().guildLeft('guild 2', now)
    expect(await active()).toEqual(['channel 3', 'channel 1'])
    await channels().guildLeft('guild 2', null)
    expect(await active()).toEqual(['channel 3', 'channel 2', 'channel 1'])
  })

  describe('failures in a row', () => {
    const fail = (n: number, at = now + n) =>
      channels().noteFailure('channel 1', `error ${n}`, { pauseAt: 3, now: at })
    const notices = async (at = now + 9e9) => (await channels().noticesDue(at)).map(({ notice }) => notice)

    test('the first is to be told, the second is not, the third pauses and is to be told', async () => {
      await subscribe(1)
      expect(await fail(1)).toMatchObject({ failures: 1, lastError: 'error 1', pausedAt: null })
      expect([await notices(now), await notices(now + 1)]).toEqual([[], ['failing']])
      await channels().noticeTold('channel 1', 'failing')

      expect(await fail(2)).toMatchObject({ failures: 2, lastError: 'error 2', pausedAt: null })
      expect(await notices()).toEqual([])

      expect(await fail(3)).toMatchObject({ failures: 3, lastError: 'error 3', pausedAt: now + 3 })
      expect(await get()).toMatchObject({ failures: 3, lastError: 'error 3', pausedAt: now + 3 })
      expect([await notices(now + 2), await notices(now + 3)]).toEqual([[], ['paused']])
      await channels().noticeTold('channel 1', 'paused')

      expect(await fail(4)).toBeNull()
      expect(await get()).toMatchObject({ failures: 3, lastError: 'error 3', pausedAt: now + 3 })
      expect(await notices()).toEqual([])
    })

    test('the first is still to be told after the second, where it could not be told before', async () => {
      await subscribe(1)
      await fail(1)
      await fail(2)
      expect(await channels().noticesDue(now + 1)).toEqual([{ subscription: await get(), notice: 'failing' }])
      expect((await get()).lastError).toBe('error 2')
    })

    test('a success between them begins the count anew, and nothing is to be told any more', async () => {
      await subscribe(1)
      await fail(1)
      await fail(2)
      await channels().noteSuccess('channel 1')
      expect(await get()).toMatchObject({ failures: 0, lastError: null, pausedAt: null })
      expect(await notices()).toEqual([])
      expect(await fail(3)).toMatchObject({ failures: 1, pausedAt: null })
      expect(await notices()).toEqual(['failing'])
    })

    test('are counted for each channel by itself, and not where nobody subscribed', async () => {
      await subscribe(1)
      await subscribe(2)
      await fail(1)
      expect(await get(2)).toMatchObject({ failures: 0, lastError: null })
      expect(await channels().noteFailure('channel 7', 'error', { pauseAt: 3, now })).toBeNull()
      expect(await channels().get('channel 7')).toBeNull()
    })

    test('a late success does not end a pause; resuming does, once', async () => {
      await subscribe(1)
      expect(await channels().resume('channel 1')).toBe(false)
      for (const n of [1, 2, 3]) await fail(n)
      await channels().noteSuccess('channel 1')
      expect(await get()).toMatchObject({ failures: 3, pausedAt: now + 3 })
      expect(await channels().resume('channel 1')).toBe(true)
      expect(await get()).toMatchObject({ failures: 0, lastError: null, pausedAt: null })
      expect([await active(), await notices()]).toEqual([['channel 1'], []])
      expect(await channels().resume('channel 1')).toBe(false)
    })
  })

  describe('trouble with a step that follows a post', () => {
    const trouble = (error: string, at = now) => channels().noteTrouble('channel 1', error, at)
    const due = async (at = now) => (await channels().noticesDue(at)).length

    test('is to be told once, pauses nothing and counts as no failure', async () => {
      await subscribe(1)
      await trouble('No thread can be made.')
      expect(await get()).toMatchObject({
        failures: 0,
        lastError: 'No thread can be made.',
        pausedAt: null,
      })
      expect(await channels().noticesDue(now)).toMatchObject([{ notice: 'failing' }])
      await channels().noticeTold('channel 1', 'failing')
      for (let n = 1; n <= 5; n++) await trouble('No thread can be made.', now + n)
      expect([await due(now + 9e9), await active()]).toEqual([0, ['channel 1']])
    })

    test('of another kind is to be told, too', async () => {
      await subscribe(1)
      await trouble('No thread can be made.')
      await channels().noticeTold('channel 1', 'failing')
      await trouble('Nothing can be published.', now + 5)
      expect([await due(now + 4), await due(now + 5)]).toEqual([0, 1])
    })

    test('stays to be told though the posts themselves arrive', async () => {
      await subscribe(1)
      await trouble('No thread can be made.')
      await channels().noteSuccess('channel 1')
      expect(await due()).toBe(1)
    })

    test('is nothing to one who has paused, or has not subscribed', async () => {
      await subscribe(1)
      await channels().noteFailure('channel 1', 'gone', { pauseAt: 1, now })
      await trouble('No thread can be made.')
      expect((await get()).lastError).toBe('gone')
      expect(await channels().noticesDue(now)).toMatchObject([{ notice: 'paused' }])
      await channels().noteTrouble('channel 7', 'No thread can be made.', now)
      expect(await channels().get('channel 7')).toBeNull()
    })
  })

  describe('what is to be told', () => {
    const due = async (at: number) => names((await channels().noticesDue(at)).map((one) => one.subscription))

    test('can be put off, for each channel by itself', async () => {
      for (const n of [2, 1]) {
        await subscribe(n)
        await channels().noteFailure(`channel ${n}`, 'gone', { pauseAt: 3, now })
      }
      expect([await due(now - 1), await due(now)]).toEqual([[], ['channel 1', 'channel 2']])
      await channels().noticeLater('channel 1', now + 60)
      expect([await due(now + 59), await due(now + 60)]).toEqual([['channel 2'], ['channel 1', 'channel 2']])
    })

    test('and was told of a failure does not pass for told of the pause that came meanwhile', async () => {
      await subscribe(1)
      for (const error of ['a', 'b']) await channels().noteFailure('channel 1', error, { pauseAt: 2, now })
      await channels().noticeTold('channel 1', 'failing')
      expect(await channels().noticesDue(now)).toMatchObject([{ notice: 'paused' }])
      await channels().noticeTold('channel 1', 'paused')
      expect(await due(now + 9e9)).toEqual([])
    })
  })
})
