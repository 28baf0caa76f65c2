import { describe, expect, test } from 'vitest'
import { onEachDatabase } from './databases.ts'
import { alert, wish as asked, claim, makeDigest, now, post } from './samples.ts'

onEachDatabase((db) => {
  const channels = () => db.store.channels
  const subscribe = (n: number, guild: string) => channels().subscribe(asked(n, { guild }))
  const active = async () => (await channels().active()).map(({ channel }) => channel)

  describe('the servers the bot is on', () => {
    test('are all there are: others that have subscriptions count as left', async () => {
      await subscribe(1, 'a')
      await subscribe(2, 'b')
      await subscribe(3, 'c')
      await channels().guildsPresent(['b', 'elsewhere'], now)
      expect(await active()).toEqual(['channel 2'])
      expect(await channels().forgetGuilds(now + 1)).toBe(2)
      expect(await active()).toEqual(['channel 2'])
    })

    test('to which it came back count as never left', async () => {
      await subscribe(1, 'a')
      await channels().guildLeft('a', now)
      await channels().guildsPresent(['a'], now + 5)
      expect(await active()).toEqual(['channel 1'])
      await channels().guildsPresent([], now + 9)
      expect([await channels().forgetGuilds(now + 9), await channels().forgetGuilds(now + 10)]).toEqual([
        0, 1,
      ])
    })

    test('and has left keep the time of leaving that was noted first', async () => {
      await subscribe(1, 'a')
      await channels().guildLeft('a', now)
      await channels().guildLeft('a', now + 50)
      await channels().guildsPresent([], now + 100)
      expect(await channels().forgetGuilds(now)).toBe(0)
      expect(await channels().forgetGuilds(now + 1)).toBe(1)
    })

    test('and joins anew begin anew', async () => {
      await subscribe(1, 'a')
      await channels().guildLeft('a', now)
      await channels().guildLeft('a', null)
      expect(await active()).toEqual(['channel 1'])
      await channels().guildLeft('a', now + 50)
      expect([await channels().forgetGuilds(now + 50), await channels().forgetGuilds(now + 51)]).toEqual([
        0, 1,
      ])
    })
  })

  describe('forgetting a server', () => {
    test('takes its channels and their deliveries; others stay', async () => {
      await makeDigest(db.store)
      await subscribe(1, 'gone')
      await subscribe(2, 'gone')
      await subscribe(3, 'here')
      const everywhere = ['channel 1', 'channel 2', 'channel 3', 'from the settings']
      const mail = { medium: 'email' as const, target: 'channel 1', part: 0 }
      const places = [...everywhere.flatMap((target) => post(2, target)), mail]
      await db.store.deliveries.prepare(1, places, now)
      await db.store.alerts.create(
        alert('one'),
        ['item1'],
        everywhere.slice(1).flatMap((target) => post(1, target)),
      )
      await channels().guildLeft('gone', now)
      expect(await channels().forgetGuilds(now + 1)).toBe(1)

      expect((await channels().list()).map(({ channel }) => channel)).toEqual(['channel 3'])
      const left = await db.store.deliveries.list({})
      expect(left.map((one) => `${one.post}, ${one.medium}, ${one.target}`)).toEqual([
        'digest 1, discord, channel 3',
        'digest 1, discord, channel 3',
        'digest 1, discord, from the settings',
        'digest 1, discord, from the settings',
        'digest 1, email, channel 1',
        'alert one, discord, channel 3',
        'alert one, discord, from the settings',
      ])
      expect(await db.store.alerts.get('one')).toEqual(alert('one'))
      expect(await db.store.digests.count()).toBe(1)
      expect(await channels().forgetGuilds(now + 9e9)).toBe(0)
    })

    test('leaves a post that is going out to its process', async () => {
      await makeDigest(db.store)
      await subscribe(1, 'gone')
      await db.store.deliveries.prepare(1, post(2, 'channel 1'), now)
      await claim(db.store, { medium: 'discord' })
      await channels().guildLeft('gone', now)
      expect(await channels().forgetGuilds(now + 1)).toBe(1)
      expect(await db.store.deliveries.list({})).toMatchObject([{ part: 0, state: 'sending' }])
    })

    test('that had no subscription takes nothing', async () => {
      await subscribe(1, 'here')
      await channels().guildLeft('empty', now)
      expect(await channels().forgetGuilds(now + 1)).toBe(1)
      expect(await active()).toEqual(['channel 1'])
    })
  })

  test('what a channel is still to get is counted: waiting or put off, of digests and alerts', async () => {
    await makeDigest(db.store)
    await db.store.deliveries.prepare(1, [...post(3, 'a'), ...post(1, 'b')], now)
    await db.store.alerts.create(alert('one'), [], post(1, 'a'))
    expect(await channels().waitingFor('a')).toBe(4)
    const mine = await claim(db.store, { medium: 'discord' })
    expect(await channels().waitingFor('a')).toBe(2)
    for (const each of mine) {
      const claimed = { id: each.id, owner: 'one', attempts: 1 }
      await db.store.deliveries.settle(claimed, { outcome: 'deferred', error: 'later' }, now)
    }
    expect(await channels().waitingFor('a')).toBe(4)
    await db.store.posts.cancelFor('a', 'unsubscribed', now)
    expect([await channels().waitingFor('a'), await channels().waitingFor('b')]).toEqual([0, 1])
  })
})
