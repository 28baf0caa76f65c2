import { describe, expect, test } from 'vitest'
import { writeAudience } from '../../src/jobs/audience.ts'
import { hasPost } from '../../src/jobs/deliver.ts'
import { quietDigest, richDigest } from '../fixtures/digests.ts'
import type { DiscordFault } from '../servers/discord-server.ts'
import { day, hour, minute, said, second, startWay, type TestWay } from './way.ts'

const post = 'POST /channels/:channel/messages'
const look = 'GET /channels/:channel/messages'
const open = 'POST /channels/:channel/threads'
const active = 'GET /guilds/:guild/threads/active'

/** A server that does not answer is not waited for as long as others are. */
const patience = (fault: DiscordFault) =>
  typeof fault === 'string' && fault.startsWith('stall') ? { timeoutMs: 700 } : {}
/** What was asked for, of these routes. */
const of = (asked: string[], ...routes: string[]) => asked.filter((one) => routes.includes(one))

/** A channel with a post of one message on which the fault came; the client itself makes up to two tries. */
async function startUncertain(fault: DiscordFault, options: Parameters<typeof startWay>[0] = {}) {
  const setting = await startWay({ ...patience(fault), ...options })
  const { server, subscribe, release, send, asked } = setting
  const channel = server.addChannel()
  await subscribe(channel)
  await release(quietDigest)
  server.fault(channel, fault)
  expect(await send()).toMatchObject({ sent: 0, deferred: 0, failed: 0, unknown: 1 })
  expect(await setting.states(channel)).toEqual(['message 0 deferred'])
  server.heal()
  asked()
  return { ...setting, channel }
}

describe('a message that the server took, though we did not hear so,', () => {
  test.each<DiscordFault>(['drop after', 'reset after', 'cut answer', 'stall after'])(
    'is found a minute later, and stands there once: %s',
    async (fault) => {
      const { server, channel, send, states, pass, asked } = await startUncertain(fault)
      const [stored] = server.messages(channel)
      pass(minute)
      expect(await send()).toMatchObject({ sent: 1 })
      expect(of(asked(), post, look)).toEqual([look])
      expect(server.messages(channel)).toEqual([stored])
      expect(await states(channel)).toEqual(['message 0 sent'])
    },
  )

  test.each([0, 3 * minute, day])(
    'is looked for when its nonce may be forgotten and not sent again, whether Discord remembers nonces for %i ms',
    async (nonceWindowMs) => {
      const { server, channel, send, deliveries, pass, asked } = await startUncertain('drop after', {
        nonceWindowMs,
      })
      const [stored] = server.messages(channel)
      server.addMessage(channel, 'Somebody else talks meanwhile')
      pass(2 * minute + second)
      expect(await send()).toMatchObject({ sent: 1 })
      expect(of(asked(), post, look)).toEqual([look])
      expect(server.messages(channel)).toHaveLength(2)
      expect(await deliveries(channel)).toMatchObject([{ state: 'sent', receipt: stored!.id }])
    },
  )

  test('stands there once though our clock is set back before it is tried again', async () => {
    let world = Date.UTC(2026, 10, 23, 9)
    const { server, channel, send, pass } = await startUncertain('drop after', { now: () => world })
    world += 6 * minute
    pass(6 * minute - 5 * minute)
    expect(await send()).toMatchObject({ sent: 1 })
    expect(server.messages(channel)).toHaveLength(1)
  })

  test('is looked for days later too, and the messages after it then follow', async () => {
    const { server, subscribe, release, send, states, pass } = await startWay()
    const channel = server.addChannel()
    await subscribe(channel)
    await release(richDigest)
    server.fault(channel, 'drop after', { times: 1 })
    await send()
    expect(await states(channel)).toEqual(['message 0 deferred', 'message 1 pending'])
    pass(2 * day)
    expect(await send()).toMatchObject({ sent: 2 })
    const [first, last, ...others] = server.messages(channel)
    expect(others).toEqual([])
    expect([said(first), said(last)]).toEqual([
      expect.stringContaining('## Freehold 1\n'),
      expect.stringContaining('Freehold read'),
    ])
  })

  test('is known again though another bot says the same, and an earlier issue of ours said much the same', async () => {
    const { server, subscribe, release, send, deliveries, pass } = await startWay()
    const channel = server.addChannel()
    await subscribe(channel)
    await release(quietDigest)
    await send()
    pass(minute)
    await release(quietDigest)
    server.fault(channel, 'drop after', { times: 1 })
    await send()
    const [, later] = server.messages(channel)
    const { components, flags } = later!
    Object.assign(server.addMessage(channel, ''), { components, flags })
    pass(5 * minute)
    await send()
    expect(await deliveries(channel)).toMatchObject([
      { state: 'sent' },
      { state: 'sent', receipt: later!.id },
    ])
    expect(server.messages(channel)).toHaveLength(3)
  })
})

describe('a message that got lost on its way', () => {
  test.each<[DiscordFault, number]>([
    ['drop before', minute],
    ['drop before', 5 * minute],
    ['stall before', 5 * minute],
    ['server error', 5 * minute],
    ['drop before', 2 * day],
  ])('is sent once: %s, tried again after %i ms', async (fault, later) => {
    const { server, channel, send, pass, asked } = await startUncertain(fault)
    expect(server.messages(channel)).toEqual([])
    pass(later)
    expect(await send()).toMatchObject({ sent: 1 })
    expect(of(asked(), post, look)).toEqual([look, post])
    expect(server.messages(channel)).toHaveLength(1)
  })

  test('is uncertain from its first try on, however often it is tried', async () => {
    const { server, channel, send, deliveries, pass, asked } = await startUncertain('drop before')
    const [{ uncertainSince } = {}] = await deliveries(channel)
    pass(minute)
    server.fault(channel, 'drop after', { times: 1 })
    await send()
    expect(await deliveries(channel)).toMatchObject([{ state: 'deferred', uncertainSince, attempts: 2 }])
    pass(5 * minute)
    asked()
    expect(await send()).toMatchObject({ sent: 1 })
    expect(of(asked(), post, look)).toEqual([look])
    expect(server.messages(channel)).toHaveLength(1)
  })
})

describe('where the channel can’t be looked at', () => {
  test('the nonce is relied upon for two minutes', async () => {
    const { server, channel, send, states, pass, asked } = await startUncertain('drop after')
    server.changeChannel(channel, { history: false })
    pass(minute)
    expect(await send()).toMatchObject({ sent: 1 })
    expect(of(asked(), post, look)).toEqual([look, post])
    expect(server.messages(channel)).toHaveLength(1)
    expect(await states(channel)).toEqual(['message 0 sent'])
  })

  async function startBlind(fault: DiscordFault) {
    const setting = await startUncertain(fault)
    const { server, channel, send, states, pass } = setting
    server.addMessage(channel, 'Somebody else talks meanwhile')
    server.changeChannel(channel, { history: false })
    pass(5 * minute)
    expect(await send()).toMatchObject({ unknown: 1, sent: 0 })
    expect(await states(channel)).toEqual(['message 0 unknown'])
    return setting
  }

  test('the message is unknown, with the permission that is missing', async () => {
    const { channel, deliveries, asked } = await startBlind('drop after')
    expect(await deliveries(channel)).toMatchObject([
      { error: expect.stringContaining('Read Message History') },
    ])
    expect(of(asked(), post)).toEqual([])
  })

  test.each<[DiscordFault, string[]]>([
    ['drop after', [look]],
    ['drop before', [look, post]],
  ])('it is looked for again each hour, until it can be found or is not there: %s', async (fault, asks) => {
    const { server, channel, send, states, pass, asked } = await startBlind(fault)
    asked()
    pass(59 * minute)
    await send()
    expect(asked()).toEqual([])
    pass(2 * minute)
    expect(await send()).toMatchObject({ unknown: 1, sent: 0 })
    expect(of(asked(), post, look)).toEqual([look])
    server.changeChannel(channel, { history: true })
    pass(hour + second)
    expect(await send()).toMatchObject({ unknown: 0, sent: 1 })
    expect(of(asked(), post, look)).toEqual(asks)
    expect(await states(channel)).toEqual(['message 0 sent'])
    expect(server.messages(channel)).toHaveLength(2)
  })

  test('the sender knows that there is something to do, an hour later and not before', async () => {
    const { way, pass } = await startBlind('drop after')
    expect(await hasPost(way)).toBe(false)
    pass(59 * minute)
    expect(await hasPost(way)).toBe(false)
    pass(2 * minute)
    expect(await hasPost(way)).toBe(true)
    pass(3 * day)
    expect(await hasPost(way)).toBe(false)
  })

  test('it is left to a person after three days', async () => {
    const { server, channel, send, states, pass, asked } = await startBlind('drop after')
    server.changeChannel(channel, { history: true })
    asked()
    pass(3 * day)
    await send()
    expect(asked()).toEqual([])
    expect(await states(channel)).toEqual(['message 0 unknown'])
  })

  test('it goes out again when a person says so, without a look', async () => {
    const { way, server, channel, send, states, asked, pass } = await startBlind('drop before')
    asked()
    pass(minute)
    expect(await way.store.deliveries.resendUnknown(1, 'discord', way.now())).toBe(1)
    expect(await send()).toMatchObject({ sent: 1 })
    expect(of(asked(), post, look)).toEqual([post])
    expect(await states(channel)).toEqual(['message 0 sent'])
    expect(server.messages(channel)).toHaveLength(2)
  })
})

describe('a post in a forum, which knows no nonces,', () => {
  async function startForum(fault: DiscordFault) {
    const setting = await startWay(patience(fault))
    const { server, subscribe, release, send, states, asked } = setting
    const forum = server.addChannel({ type: 15, tags: [{ name: 'Renewal' }] })
    await subscribe(forum, { kind: 'forum' })
    await release(richDigest)
    server.fault(forum, fault)
    await send()
    expect(await states(forum)).toEqual(['forum 0 deferred', 'reply 1 pending'])
    // One try and no more, whatever the client would do with another kind of request.
    expect(of(asked(), open)).toEqual([open])
    server.heal()
    return { ...setting, forum }
  }

  const whole = async ({ server, forum, states }: TestWay & { forum: string }) => {
    const [thread, ...others] = server.threads(forum)
    expect(others).toEqual([])
    expect(server.messages(thread!)).toHaveLength(2)
    expect(await states(forum)).toEqual(['forum 0 sent', 'reply 1 sent'])
  }

  test.each<DiscordFault>(['drop after', 'reset after', 'cut answer', 'stall after'])(
    'that was opened, though we did not hear so, is found, and its other message follows: %s',
    async (fault) => {
      const setting = await startForum(fault)
      setting.pass(minute)
      await setting.send()
      expect(of(setting.asked(), open, active)).toEqual([active])
      await whole(setting)
    },
  )

  test('that was put away meanwhile is found all the same', async () => {
    const setting = await startForum('drop after')
    const [thread] = setting.server.threads(setting.forum)
    await archive(setting, thread!)
    setting.pass(hour)
    await setting.send()
    await whole(setting)
  })

  test.each<DiscordFault>(['drop before', 'reset before', 'stall before', 'server error'])(
    'that got lost is looked for and then opened once: %s',
    async (fault) => {
      const setting = await startForum(fault)
      expect(setting.server.threads(setting.forum)).toEqual([])
      setting.pass(minute)
      await setting.send()
      expect(of(setting.asked(), open, active)).toEqual([active, open])
      await whole(setting)
    },
  )

  test('is not opened while nobody can tell whether it stands there', async () => {
    const setting = await startForum('drop after')
    const { server, forum, send, states, pass, asked } = setting
    server.fault(active, 'server error')
    pass(minute)
    expect(await send()).toMatchObject({ unknown: 1 })
    expect(await states(forum)).toEqual(['forum 0 unknown', 'reply 1 pending'])
    server.heal()
    pass(hour + second)
    await send()
    expect(of(asked(), open)).toEqual([])
    await whole(setting)
  })

  test('that somebody else opened under the same name is not taken for ours', async () => {
    const setting = await startForum('drop before')
    const { server, forum, send, pass, asked } = setting
    const theirs = server.addThread(forum, 'Freehold 1 · 16 to 22 November')
    pass(minute)
    await send()
    expect(of(asked(), open)).toEqual([open])
    const [, ours] = server.threads(forum)
    expect([theirs, ours].map((thread) => server.messages(thread!).length)).toEqual([0, 2])
  })

  test('is given half a minute to appear when the process that sent it died just now', async () => {
    const setting = await startWay()
    const { way, server, subscribe, release, send, pass, states, asked, deliveries } = setting
    const forum = server.addChannel({ type: 15 })
    await subscribe(forum, { kind: 'forum' })
    await writeAudience(way, await release(richDigest))
    const claim = {
      medium: 'discord',
      owner: 'dead',
      now: way.now(),
      leaseMs: 15 * second,
      limit: 9,
    } as const
    const [claimed] = await way.store.deliveries.claim(claim)
    await way.store.deliveries.bodyStarts({ ...claimed!, owner: 'dead' }, way.now())
    pass(16 * second)
    expect(await send()).toMatchObject({ deferred: 1 })
    expect(await deliveries(forum)).toMatchObject([
      { error: expect.stringContaining('still be at work') },
      {},
    ])
    expect(asked()).toEqual([])
    pass(5 * minute)
    await send()
    expect(of(asked(), active, open)).toEqual([active, open])
    expect(await states(forum)).toEqual(['forum 0 sent', 'reply 1 sent'])
  })
})

async function archive({ server: { apiUrl, token } }: TestWay, thread: string): Promise<void> {
  const { ok } = await fetch(`${apiUrl}/v10/channels/${thread}`, {
    method: 'PATCH',
    headers: { authorization: `Bot ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ archived: true }),
  })
  expect(ok).toBe(true)
}
