import { describe, expect, test } from 'vitest'
import { hugeDigest, quietDigest, richDigest } from '../fixtures/digests.ts'
import type { StoredMessage } from '../servers/discord-server.ts'
import { hour, minute, said, startWay } from './way.ts'

const crossposted = 1
const message = 'POST /channels/:channel/messages'
const crosspost = 'POST /channels/:channel/messages/:message/crosspost'
/** How many of some requests were of one kind. */
const count = (asked: string[], route: string) => asked.filter((one) => one === route).length
const everything = (messages: StoredMessage[]) => messages.map(said).join('\n')

describe('a digest goes', () => {
  test('to a text channel, message by message in their order', async () => {
    const { server, subscribe, release, send, states, asked } = await startWay()
    const channel = server.addChannel()
    await subscribe(channel)
    await release(richDigest)
    expect(await send()).toMatchObject({ sent: 2, deferred: 0, failed: 0, unknown: 0 })
    const [first, last, ...others] = server.messages(channel)
    expect(others).toEqual([])
    expect(said(first)).toContain('## Freehold 1\n')
    expect(said(last)).toContain('Freehold read 1,204 items')
    expect(await states(channel)).toEqual(['message 0 sent', 'message 1 sent'])
    expect(asked()).toEqual([message, message])
    expect(await send()).toMatchObject({ sent: 0 })
    expect(asked()).toEqual([])
  })

  test('to an announcement channel, and every message of it on to those who follow', async () => {
    const { server, subscribe, release, send, states } = await startWay()
    const [channel, quiet] = [server.addChannel({ type: 5 }), server.addChannel({ type: 5 })]
    await subscribe(channel, { kind: 'announcement', publish: true })
    await subscribe(quiet, { kind: 'announcement' })
    await release(richDigest)
    await send()
    expect(await states(channel)).toEqual([
      'message 0 sent',
      'message 1 sent',
      'publish 0 sent',
      'publish 1 sent',
    ])
    expect(server.messages(channel).map(({ flags }) => flags & crossposted)).toEqual([1, 1])
    expect(server.messages(quiet).map(({ flags }) => flags & crossposted)).toEqual([0, 0])
  })

  test('to an announcement channel with ten messages published in an hour at most; the eleventh waits', async () => {
    // Discord would take more: what holds the eleventh back is ours.
    const { server, subscribe, release, send, states, pass, asked } = await startWay({
      crosspostsAnHour: 100,
    })
    const channel = server.addChannel({ type: 5 })
    await subscribe(channel, { kind: 'announcement', publish: true })
    for (let n = 0; n < 5; n++) {
      await release(richDigest)
      await send()
      pass(minute)
    }
    expect(count(asked(), crosspost)).toBe(10)
    await release(quietDigest)
    expect(await send()).toMatchObject({ sent: 1, deferred: 1 })
    expect(count(asked(), crosspost)).toBe(0)
    expect((await states(channel)).at(-1)).toBe('publish 0 deferred')
    pass(hour)
    expect(await send()).toMatchObject({ sent: 1 })
    expect(server.messages(channel).filter(({ flags }) => flags & crossposted)).toHaveLength(11)
  })

  test('to a forum, as a post with the tags of its ideas and the other messages inside', async () => {
    const { server, subscribe, release, send, states } = await startWay()
    const tags = [{ name: 'renewal' }, { name: 'COMPUTE COST' }, { name: 'Off topic' }]
    const moderated = { name: 'Economic function', moderated: true }
    const forum = server.addChannel({ type: 15, tags: [...tags, moderated] })
    await subscribe(forum, { kind: 'forum' })
    await release(hugeDigest)
    expect(await send()).toMatchObject({ sent: 3 })
    expect(await states(forum)).toEqual(['forum 0 sent', 'reply 1 sent', 'reply 2 sent'])
    const [post, ...others] = server.threads(forum)
    expect(others).toEqual([])
    const { available_tags: available } = server.describe(forum)
    expect(server.describe(post!)).toMatchObject({
      name: 'Freehold 1 · 16 to 22 November',
      applied_tags: available.slice(0, 2).map(({ id }: { id: string }) => id),
    })
    const inside = server.messages(post!)
    expect(inside).toHaveLength(3)
    expect(said(inside[0])).toContain('## Freehold 1\n')
    expect(said(inside[2])).toContain('Freehold read 4,210 items')
  })

  test('to a forum that wants tags only with one: otherwise it is told which', async () => {
    const { server, subscribe, release, send, deliveries } = await startWay()
    const able = server.addChannel({ type: 15, requireTag: true, tags: [{ name: 'Renewal' }] })
    const unable = server.addChannel({ type: 15, requireTag: true, tags: [{ name: 'Off topic' }] })
    for (const forum of [able, unable]) await subscribe(forum, { kind: 'forum' })
    await release(richDigest)
    await send()
    expect(server.threads(able)).toHaveLength(1)
    expect(server.threads(unable)).toEqual([])
    const [first] = await deliveries(unable)
    expect(first).toMatchObject({ state: 'deferred', error: expect.stringContaining('40067') })
  })

  test('to a thread, as to a text channel', async () => {
    const { server, way, subscribe, release, send } = await startWay()
    const parent = server.addChannel()
    const { id } = server.addMessage(parent, 'Let us talk here', server.bot)
    await way.post.discord!.openThread({ channel: parent, message: id, name: 'Talk' }, async () => true)
    const [thread] = server.threads(parent)
    // Neither publishing nor a thread in a thread is possible, whatever was asked for.
    await subscribe(thread!, { kind: 'thread', discuss: true, publish: true })
    await release(richDigest)
    expect(await send()).toMatchObject({ sent: 2, failed: 0 })
    expect(server.messages(thread!)).toHaveLength(2)
    expect(server.messages(parent)).toHaveLength(1)
  })

  test('with a thread for talk under its first message, once all of it stands there', async () => {
    const { server, subscribe, release, send, states, asked } = await startWay()
    const channel = server.addChannel()
    await subscribe(channel, { discuss: true })
    await release(richDigest)
    await send()
    expect(await states(channel)).toEqual(['message 0 sent', 'message 1 sent', 'thread 0 sent'])
    expect(server.threads(channel)).toEqual([server.messages(channel)[0]!.id])
    expect(server.describe(server.threads(channel)[0]!)).toMatchObject({
      name: 'Freehold 1 · 16 to 22 November',
    })
    expect(asked()).toEqual([message, message, 'POST /channels/:channel/messages/:message/threads'])
  })

  test('with a role pinged where one is subscribed, by the first message only, and nobody elsewhere', async () => {
    const { server, subscribe, release, send } = await startWay()
    const role = '223456789012345678'
    const [loud, silent] = [server.addChannel(), server.addChannel()]
    const forum = server.addChannel({ type: 15 })
    await subscribe(loud, { role })
    await subscribe(silent)
    await subscribe(forum, { kind: 'forum', role })
    await release(richDigest)
    await send()
    const pinged = (channel: string) => server.messages(channel).map((one) => one.mention_roles)
    expect(pinged(loud)).toEqual([[role], []])
    expect(pinged(silent)).toEqual([[], []])
    expect(pinged(server.threads(forum)[0]!)).toEqual([[role], []])
    for (const one of server.messages(silent)) expect(one.allowed_mentions).toEqual({ parse: [] })
  })

  test('with its role left in peace where the issue has nothing that the channel follows', async () => {
    const { server, subscribe, release, send } = await startWay()
    const role = '223456789012345678'
    const [some, none] = [server.addChannel(), server.addChannel()]
    await subscribe(some, { role, ideas: ['renewal'], directions: ['closes'] })
    await subscribe(none, { role, ideas: ['institutional-support'], directions: ['closes'] })
    await release(richDigest)
    await send()
    expect(server.messages(some).map((one) => one.mention_roles)).toEqual([[role]])
    expect(server.messages(none).map((one) => one.mention_roles)).toEqual([[]])
    expect(said(server.messages(none)[0])).toContain('This channel follows')
  })

  test('with the ideas and directions that a channel chose, told apart from its neighbours', async () => {
    const { server, subscribe, release, send } = await startWay()
    const [all, cost, closing] = [server.addChannel(), server.addChannel(), server.addChannel()]
    await subscribe(all)
    await subscribe(cost, { ideas: ['compute-cost'] })
    await subscribe(closing, { directions: ['closes'] })
    await release(richDigest)
    await send()
    const [whole, costs, closed] = [all, cost, closing].map((one) => everything(server.messages(one)))
    const [training, olmo, meta] = ['Frontier training runs', 'OLMo 4 is out', 'Meta says']
    expect([training, olmo, meta].map((title) => whole!.includes(title))).toEqual([true, true, true])
    expect([training, olmo, meta].map((title) => costs!.includes(title))).toEqual([true, true, false])
    expect([training, olmo, meta].map((title) => closed!.includes(title))).toEqual([true, false, true])
  })

  test('once to the channel of DISCORD_CHANNEL that also subscribes, as it wished', async () => {
    const { server, way, subscribe, release, send } = await startWay()
    const [wishing, silent, alerts] = [server.addChannel(), server.addChannel(), server.addChannel()]
    way.post.channels.push(wishing, silent, alerts)
    await subscribe(wishing, { ideas: ['compute-cost'] })
    await subscribe(alerts, { mode: 'alerts', ideas: ['compute-cost'] })
    await release(richDigest)
    await send()
    expect(server.messages(wishing)).toHaveLength(1)
    expect(everything(server.messages(wishing))).not.toContain('Meta says')
    // Who subscribed for alerts only gets the digest by the configuration: all of it.
    for (const one of [silent, alerts]) {
      expect(server.messages(one)).toHaveLength(2)
      expect(everything(server.messages(one))).toContain('Meta says')
    }
  })

  test('without its first message where that was deleted meanwhile: the rest follows, but nothing on a message that is gone', async () => {
    const { server, subscribe, release, send, pass, states, asked } = await startWay()
    const channel = server.addChannel({ type: 5 })
    await subscribe(channel, { kind: 'announcement', publish: true, discuss: true })
    await release(richDigest)
    server.fault(channel, 'drop after', { times: 1 })
    await send()
    server.deleteMessage(channel, server.messages(channel)[0]!.id)
    asked()
    pass(minute)
    await send()
    expect(await states(channel)).toEqual([
      'message 0 sent',
      'message 1 sent',
      'publish 0 failed',
      'publish 1 sent',
      'thread 0 failed',
    ])
    expect(server.messages(channel)).toHaveLength(1)
    const changes = asked().filter((route) => !route.startsWith('GET '))
    expect(changes).toEqual([message, message, crosspost])
  })

  test('with a channel’s steps going on though one of them fails', async () => {
    const { server, subscribe, release, send, states } = await startWay()
    const channel = server.addChannel({ type: 5 })
    await subscribe(channel, { kind: 'announcement', publish: true, discuss: true })
    await release(richDigest)
    server.fault(crosspost, 'missing permissions')
    await send()
    expect(await states(channel)).toEqual([
      'message 0 sent',
      'message 1 sent',
      'publish 0 failed',
      'publish 1 failed',
      'thread 0 sent',
    ])
  })
})
