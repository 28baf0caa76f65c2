import { describe, expect, test } from 'vitest'
import { hasPost } from '../../src/jobs/deliver.ts'
import type { Alert } from '../../src/model/index.ts'
import { quietDigest, richDigest, story } from '../fixtures/digests.ts'
import { withChildren } from '../servers/discord-components.ts'
import type { ChannelOptions } from '../servers/discord-state.ts'
import { day, hour, minute, said, second, startWay, type TestWay } from './way.ts'

const bits = {
  'View Channel': 10,
  'Send Messages': 11,
  'Create Public Threads': 35,
  'Send Messages in Threads': 38,
}

/** Takes permissions from everybody in a channel; without any, gives all of them back. */
function deny({ server }: TestWay, channel: string, ...names: (keyof typeof bits)[]): void {
  const deny = String(names.reduce((sum, name) => sum | (1n << BigInt(bits[name])), 0n))
  server.changeChannel(channel, { overwrites: [{ id: server.guild.id, type: 0, allow: '0', deny }] })
}

/** A subscribed channel with somebody who subscribed it. */
async function start(
  options: ChannelOptions & { closed?: boolean } = {},
  wish: Parameters<TestWay['subscribe']>[1] = {},
) {
  const setting = await startWay()
  const { way, server, subscribe, asked } = setting
  const { closed = false, ...rest } = options
  const maker = server.addPerson({ closed })
  const channel = server.addChannel(rest)
  const resubscribe = () => subscribe(channel, { madeBy: maker.id, ...wish })
  await resubscribe()
  return {
    ...setting,
    channel,
    maker,
    resubscribe,
    /** What the maker was told, oldest first. */
    told: () => server.messages(maker.dm).map(said),
    subscription: async () => (await way.store.channels.get(channel))!,
    /** How many requests a sending made, of whatever kind. */
    async requests() {
      asked()
      await setting.send()
      return asked().length
    },
  }
}

async function addAlert({ way }: TestWay, id: string, channel: string): Promise<void> {
  const madeAt = way.now()
  const alert: Alert = {
    id,
    idea: 'renewal',
    ideaName: 'Renewal',
    story: story({ item: id, title: `Alert ${id}` }),
    madeAt,
  }
  await way.store.alerts.create(alert, [id], [{ medium: 'discord', target: channel, part: 0 }])
}

const reasons: [string, (setting: TestWay, channel: string) => void, RegExp][] = [
  ['50013', (setting, channel) => deny(setting, channel, 'Send Messages'), /lacks Send Messages: give it/],
  [
    '50001',
    (setting, channel) => deny(setting, channel, 'View Channel'),
    /50001 Missing Access.*View Channel/,
  ],
  ['10003', ({ server }, channel) => server.deleteChannel(channel), /10003 Unknown Channel.*was deleted/],
]

describe('a channel that keeps posts out', () => {
  test.each(reasons)(
    'is tried again after an hour and after twenty more, then paused; its maker is told why: %s',
    async (_, spoil, why) => {
      const setting = await start()
      const { way, channel, release, send, pass, states, told, subscription, requests } = setting
      await release(richDigest)
      spoil(setting, channel)

      expect(await send()).toMatchObject({ sent: 0, deferred: 1, failed: 0 })
      const lastError = expect.stringMatching(why)
      expect(await subscription()).toMatchObject({ failures: 1, pausedAt: null, lastError })
      expect(told()).toEqual([lastError])
      expect(told()[0]).toContain(`<#${channel}>`)
      expect(told()[0]).toContain(`<t:${(way.now() + hour) / 1000}:R>`)

      pass(hour - second)
      expect(await requests()).toBe(0)
      pass(second)
      expect(await send()).toMatchObject({ deferred: 1 })
      expect(await subscription()).toMatchObject({ failures: 2, pausedAt: null, lastError })
      expect(told()).toHaveLength(1)

      pass(20 * hour - second)
      expect(await requests()).toBe(0)
      pass(second)
      expect(await send()).toMatchObject({ deferred: 0, failed: 1 })
      expect(await subscription()).toMatchObject({ failures: 3, pausedAt: way.now(), lastError })
      expect(await states(channel)).toEqual(['message 0 failed', 'message 1 cancelled'])
      expect(told()).toEqual([lastError, lastError])
      expect(told()[1]).toContain('The subscription is paused')

      pass(7 * day)
      expect(await requests()).toBe(0)
    },
  )

  test('has what else was due cancelled with the pause, and nothing written down for it from then on', async () => {
    const setting = await start({}, { mode: 'both' })
    const { way, server, channel, release, send, pass, states, maker, requests } = setting
    await release(quietDigest)
    deny(setting, channel, 'Send Messages')
    await send()
    pass(hour)
    await send()
    pass(20 * hour - minute)
    server.fault(channel, { retryAfter: 6 * 3600 }, { times: 1 })
    await addAlert(setting, 'later', channel)
    await send()
    expect(await states(channel)).toEqual(['message 0 deferred', 'message 0 deferred'])
    pass(minute)
    await send()
    expect((await states(channel)).sort()).toEqual(['message 0 cancelled', 'message 0 failed'])
    const [, notice] = server.messages(maker.dm)
    const buttons = notice!.components.flatMap(withChildren).filter(({ type }) => type === 2)
    expect(buttons).toMatchObject([{ label: 'Resume', custom_id: `resume:${channel}` }])

    deny(setting, channel)
    pass(7 * day)
    await release(richDigest)
    expect(await way.store.channels.active()).toEqual([])
    expect(await requests()).toBe(0)
    expect(await states(channel)).toHaveLength(2)
  })

  test('gets the post after all when the permission is given back in time, and its failures count no more', async () => {
    const setting = await start()
    const { server, channel, release, send, pass, told, subscription } = setting
    for (let n = 1; n <= 3; n++) {
      await release(quietDigest)
      deny(setting, channel, 'Send Messages')
      await send()
      pass(hour)
      await send()
      expect(await subscription()).toMatchObject({ failures: 2, pausedAt: null })
      deny(setting, channel)
      pass(20 * hour)
      expect(await send()).toMatchObject({ sent: 1 })
      expect(await subscription()).toMatchObject({ failures: 0, lastError: null, pausedAt: null })
      expect(server.messages(channel)).toHaveLength(n)
      // A new row of failures is told anew.
      expect(told()).toHaveLength(n)
      pass(day)
    }
  })

  test('is not paused by several posts that were due at once: a row of failures takes its time', async () => {
    const setting = await start({}, { mode: 'both' })
    const { channel, release, send, pass, told, states, subscription } = setting
    await release(quietDigest)
    for (const id of ['a', 'b', 'c', 'd']) await addAlert(setting, id, channel)
    deny(setting, channel, 'Send Messages')
    expect(await send()).toMatchObject({ deferred: 5, failed: 0 })
    expect(await subscription()).toMatchObject({ failures: 1, pausedAt: null })
    pass(15 * minute)
    await addAlert(setting, 'e', channel)
    await send()
    expect(await subscription()).toMatchObject({ failures: 1, pausedAt: null })
    pass(45 * minute)
    expect(await send()).toMatchObject({ deferred: 6, failed: 0 })
    expect(await subscription()).toMatchObject({ failures: 2, pausedAt: null })
    pass(20 * hour)
    await send()
    expect(await subscription()).toMatchObject({ failures: 3 })
    expect((await subscription()).pausedAt).not.toBeNull()
    expect(told()).toHaveLength(2)
    expect(new Set(await states(channel))).toEqual(new Set(['message 0 failed', 'message 0 cancelled']))
  })

  test('is resumed by subscribing again', async () => {
    const setting = await start()
    const { server, channel, release, send, pass, resubscribe, subscription } = setting
    await pauseIt(setting)
    deny(setting, channel)
    await resubscribe()
    expect(await subscription()).toMatchObject({ failures: 0, pausedAt: null, lastError: null })
    pass(7 * day)
    await release(quietDigest)
    expect(await send()).toMatchObject({ sent: 1 })
    expect(server.messages(channel).map(said)).toEqual([expect.stringContaining('## Freehold 2\n')])
  })

  test('stays paused though its maker takes no direct messages, which is logged as an error', async () => {
    const setting = await start({ closed: true })
    const { channel, maker, log, subscription, told, requests } = setting
    await pauseIt(setting)
    expect((await subscription()).pausedAt).not.toBeNull()
    expect(told()).toEqual([])
    const errors = log.filter(({ level }) => level === 'error')
    expect(errors).toHaveLength(2)
    for (const { facts, message } of errors) {
      expect(facts).toEqual({ channel, user: maker.id })
      expect(message).toContain('50007')
    }
    expect(await requests()).toBe(0)
  })

  test('is told of later when Discord does not answer now, and once', async () => {
    const setting = await start()
    const { way, server, channel, release, send, pass, told } = setting
    await release(quietDigest)
    deny(setting, channel, 'Send Messages')
    server.fault('POST /users/@me/channels', 'server error')
    await send()
    expect(told()).toEqual([])
    server.heal()
    expect(await hasPost(way)).toBe(false)
    pass(5 * minute)
    expect(await hasPost(way)).toBe(true)
    await send()
    expect(await hasPost(way)).toBe(false)
    await send()
    expect(told()).toEqual([expect.stringContaining('lacks Send Messages')])
  })

  test('that nobody subscribed, only the configuration names, fails and is told in the log', async () => {
    const setting = await startWay()
    const { way, server, release, send, states, log } = setting
    const channel = server.addChannel()
    way.post.channels.push(channel)
    deny(setting, channel, 'Send Messages')
    await release(richDigest)
    expect(await send()).toMatchObject({ failed: 1, deferred: 0 })
    expect(await states(channel)).toEqual(['message 0 failed', 'message 1 cancelled'])
    expect(log.map(({ message }) => message)).toContainEqual(expect.stringContaining('lacks Send Messages'))
  })
})

describe('a permission that is missing', () => {
  test('in a forum is told by its name', async () => {
    const setting = await start({ type: 15 }, { kind: 'forum' })
    const { server, channel, release, send, told, states } = setting
    deny(setting, channel, 'Send Messages in Threads')
    await release(richDigest)
    await send()
    // The post opens; what follows in it is kept out.
    expect(server.threads(channel)).toHaveLength(1)
    expect(await states(channel)).toEqual(['forum 0 sent', 'reply 1 deferred'])
    expect(told()).toEqual([expect.stringContaining('lacks Send Messages in Threads')])
  })

  test('for threads is told once and pauses nothing: the digests themselves arrive', async () => {
    const setting = await start({}, { discuss: true })
    const { server, channel, release, send, pass, told, states, subscription } = setting
    deny(setting, channel, 'Create Public Threads')
    for (let n = 1; n <= 4; n++) {
      await release(quietDigest)
      await send()
      expect(server.messages(channel)).toHaveLength(n)
      expect(await subscription()).toMatchObject({ failures: 0, pausedAt: null })
      pass(7 * day)
    }
    expect(new Set(await states(channel))).toEqual(new Set(['message 0 sent', 'thread 0 failed']))
    expect(told()).toEqual([expect.stringContaining('lacks Create Public Threads')])
    // Nothing of it is put off until a certain time.
    expect(told()[0]).not.toContain('<t:')
  })
})

/** Keeps a digest out of the channel until its subscription is paused. */
async function pauseIt(setting: TestWay & { channel: string }): Promise<void> {
  const { channel, release, send, pass } = setting
  deny(setting, channel, 'Send Messages')
  await release(quietDigest)
  for (const wait of [hour, 20 * hour, 0]) {
    await send()
    pass(wait)
  }
}
