import { describe, expect, test } from 'vitest'
import { placesIn, wishOf, writeAudience } from '../../src/jobs/audience.ts'
import { housekeeping } from '../../src/jobs/housekeeping.ts'
import type { ChannelSubscription } from '../../src/model/index.ts'
import { hugeDigest, quietDigest, richDigest } from '../fixtures/digests.ts'
import { day, said, startWay, type TestWay } from './way.ts'

const subscription: ChannelSubscription = {
  channel: '1',
  guild: '2',
  kind: 'text',
  mode: 'digest',
  ideas: [],
  directions: [],
  role: null,
  discuss: false,
  publish: false,
  alertsADay: 3,
  madeBy: '3',
  madeAt: 0,
  failures: 0,
  lastError: null,
  pausedAt: null,
}

describe('the steps of a post of two messages', () => {
  /** `part: step piece` of each. */
  const steps = (change: Partial<ChannelSubscription>, thread?: boolean) => {
    const one = { ...subscription, ...change }
    return placesIn(one, 2, wishOf(one), thread).map(
      ({ part, step = 'message', piece = part }) => `${part}: ${step} ${piece}`,
    )
  }

  test.each<[string, Partial<ChannelSubscription>, string[]]>([
    ['a text channel', {}, ['0: message 0', '1: message 1']],
    ['a text channel that publishes: it can’t', { publish: true }, ['0: message 0', '1: message 1']],
    ['a channel that talks', { discuss: true }, ['0: message 0', '1: message 1', '2: thread 0']],
    ['an announcement channel', { kind: 'announcement' }, ['0: message 0', '1: message 1']],
    [
      'one that publishes and talks',
      { kind: 'announcement', publish: true, discuss: true },
      ['0: message 0', '1: message 1', '2: publish 0', '3: publish 1', '4: thread 0'],
    ],
    ['a forum, which is talk', { kind: 'forum', discuss: true, publish: true }, ['0: forum 0', '1: reply 1']],
    ['a thread', { kind: 'thread', discuss: true, publish: true }, ['0: message 0', '1: message 1']],
  ])('to %s', (_, change, expected) => {
    expect(steps(change)).toEqual(expected)
  })

  test('are without a thread where the post is none to talk under', () => {
    expect(steps({ discuss: true }, false)).toEqual(['0: message 0', '1: message 1'])
  })

  test('carry what the channel wished, each of them', () => {
    const wish = { ideas: ['renewal'], directions: ['opens' as const], role: '4' }
    const one = { ...subscription, ...wish, kind: 'announcement' as const, publish: true, discuss: true }
    expect(placesIn(one, 2, wishOf(one)).map((place) => place.wish)).toEqual(Array(5).fill(wish))
  })
})

describe('a digest is written down', () => {
  test('for confirmed readers and for channels that want digests, in as many parts as each one’s post has', async () => {
    const { way, server, subscribe, release } = await startWay()
    const { subscribers } = way.store
    const now = way.now()
    const reader = await subscribers.add('reader@example.org', { confirmed: true, now })
    await subscribers.add('unconfirmed@example.org', { confirmed: false, now })
    const [all, both, alerts, costs] = Array.from({ length: 4 }, () => server.addChannel())
    await subscribe(all!)
    await subscribe(both!, { mode: 'both' })
    await subscribe(alerts!, { mode: 'alerts' })
    await subscribe(costs!, { ideas: ['compute-cost'] })
    const named = server.addChannel()
    way.post.channels.push(named)
    await writeAudience(way, await release(hugeDigest))
    const written = await way.store.deliveries.list({})
    const parts = Object.groupBy(written, ({ target }) => target)
    expect(Object.entries(parts).map(([target, rows]) => [target, rows!.length])).toEqual(
      expect.arrayContaining([
        [reader!.subscriber.id, 1],
        [all, 3],
        [both, 3],
        [costs, 2],
        [named, 3],
      ]),
    )
    expect(Object.keys(parts)).toHaveLength(5)
    expect(parts[named]!.map(({ wish }) => wish)).toEqual([null, null, null])
  })

  test('once: who subscribes afterwards waits for the next', async () => {
    const { way, server, subscribe, release, send } = await startWay()
    const [early, late] = [server.addChannel(), server.addChannel()]
    await subscribe(early)
    const number = await release(quietDigest)
    await writeAudience(way, number)
    await subscribe(late)
    await writeAudience(way, number)
    await send()
    expect([early, late].map((channel) => server.messages(channel).length)).toEqual([1, 0])
    await release(quietDigest)
    await send()
    expect([early, late].map((channel) => server.messages(channel).length)).toEqual([2, 1])
  })

  test('as it was wished for then, whatever is wished for later', async () => {
    const { way, server, subscribe, release, send } = await startWay()
    const channel = server.addChannel()
    await subscribe(channel)
    await writeAudience(way, await release(richDigest))
    await subscribe(channel, { ideas: ['compute-cost'], role: '223456789012345678' })
    await send()
    expect(server.messages(channel)).toHaveLength(2)
    expect(server.messages(channel).map((one) => one.mention_roles)).toEqual([[], []])
    expect(server.messages(channel).map(said).join('\n')).toContain('Meta says')
  })

  test('for no channel where there is no Discord, but into the outbox', async () => {
    const { way, server, subscribe, release, send } = await startWay()
    const channel = server.addChannel()
    await subscribe(channel)
    Object.assign(way.post, { discord: null, channels: ['outbox'] })
    await release(richDigest)
    expect(await send()).toMatchObject({ sent: 2 })
    const rows = await way.store.deliveries.list({})
    expect(rows.map(({ target, state }) => `${target} ${state}`)).toEqual(['outbox sent', 'outbox sent'])
    expect(server.messages(channel)).toEqual([])
  })
})

describe('nothing goes', () => {
  /** Two subscribed channels: of the first server, and of another. */
  async function startTwo() {
    const setting = await startWay()
    const { server, subscribe } = setting
    const other = server.addGuild('Another server')
    const [here, there] = [server.addChannel(), server.addChannel({ guild: other.id })]
    await subscribe(here, { discuss: true })
    await subscribe(there, { guild: other.id, mode: 'both', discuss: true })
    return { ...setting, other: other.id, here, there }
  }
  const counts = ({ server, here, there }: TestWay & { here: string; there: string }) =>
    [here, there].map((channel) => server.messages(channel).length)

  test('to a server that the bot has left, and it does again to one that it came back to', async () => {
    const setting = await startTwo()
    const { way, other, release, send, pass } = setting
    await way.store.channels.guildLeft(other, way.now())
    await release(quietDigest)
    await send()
    expect(counts(setting)).toEqual([1, 0])
    pass(7 * day)
    await way.store.channels.guildLeft(other, null)
    await release(quietDigest)
    await send()
    expect(counts(setting)).toEqual([2, 1])
  })

  test('to a server that was found left when the bot came up again', async () => {
    const setting = await startTwo()
    const { way, server, release, send } = setting
    await way.store.channels.guildsPresent([server.guild.id], way.now())
    await release(quietDigest)
    await send()
    expect(counts(setting)).toEqual([1, 0])
  })

  test('to a server that was left after the digest had been written down for it', async () => {
    const setting = await startTwo()
    const { way, other, there, release, send, states, asked } = setting
    await writeAudience(way, await release(quietDigest))
    await way.store.channels.guildLeft(other, way.now())
    await send()
    expect(counts(setting)).toEqual([1, 0])
    expect(await states(there)).toEqual(['message 0 cancelled', 'thread 0 cancelled'])
    expect(asked()).toHaveLength(2)
  })

  test('to a subscription that is paused, though the configuration names its channel', async () => {
    const setting = await startTwo()
    const { way, here, there, release, send } = setting
    way.post.channels.push(there)
    const pause = { pauseAt: 1, now: way.now() }
    await way.store.channels.noteFailure(there, 'The bot lacks Send Messages.', pause)
    await release(quietDigest)
    await send()
    expect(counts({ ...setting, here, there })).toEqual([1, 0])
  })
})

test('thirty days after the bot has left a server its data are gone, and those of others are there', async () => {
  const { way, server, subscribe, release, send, pass, deliveries } = await startWay()
  const other = server.addGuild('Another server')
  const [here, there] = [server.addChannel(), server.addChannel({ guild: other.id })]
  await subscribe(here)
  await subscribe(there, { guild: other.id })
  await release(richDigest)
  await send()
  await way.store.channels.guildLeft(other.id, way.now())
  pass(30 * day)
  expect(await housekeeping(way)).toMatchObject({ guilds: 0 })
  expect(await way.store.channels.get(there)).not.toBeNull()
  pass(1)
  expect(await housekeeping(way)).toMatchObject({ guilds: 1 })
  expect(await way.store.channels.get(there)).toBeNull()
  expect(await deliveries(there)).toEqual([])
  expect(await way.store.channels.list()).toMatchObject([{ channel: here }])
  expect(await deliveries(here)).toHaveLength(2)
  expect(await housekeeping(way)).toMatchObject({ guilds: 0 })
})
