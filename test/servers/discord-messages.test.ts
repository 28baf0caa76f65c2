import {
  type ForumChannel,
  type Message,
  MessageFlags,
  RateLimitError,
  type TextChannel,
  TextDisplayBuilder,
} from 'discord.js'
import { describe, expect, test } from 'vitest'
import { type Setting, startLoggedIn } from './discord-client.ts'
import type { ChannelOptions } from './discord-state.ts'

async function start(options: ChannelOptions = {}, more: Parameters<typeof startLoggedIn>[0] = {}) {
  const setting: Setting = await startLoggedIn(more)
  const id = setting.server.addChannel(options)
  const channel = (await setting.client.channels.fetch(id)) as TextChannel
  return { ...setting, id, channel }
}

const bit = (n: number) => String(1n << BigInt(n))

describe('messages', () => {
  test('are sent, edited, fetched, listed and deleted', async () => {
    const { server, channel, id } = await start()
    const sent = await channel.send({
      content: 'One',
      files: [{ attachment: Buffer.from('x'), name: 'a.txt' }],
    })
    expect(server.requests.at(-1)).toMatchObject({
      route: 'POST /channels/:channel/messages',
      body: { content: 'One' },
      files: ['a.txt'],
      status: 200,
    })
    expect(sent.attachments.first()?.name).toBe('a.txt')
    await sent.edit('Two')
    expect((await channel.messages.fetch({ message: sent.id, force: true })).content).toBe('Two')
    expect((await channel.messages.fetch({ limit: 5 })).size).toBe(1)
    await sent.delete()
    expect(server.messages(id)).toEqual([])
    await expect(channel.messages.fetch({ message: sent.id, force: true })).rejects.toMatchObject({
      code: 10008,
    })
  })

  test('with a known nonce are not sent again, until its window is over', async () => {
    let now = Date.now()
    const { server, channel, id } = await start({}, { now: () => now })
    const send = () => channel.send({ content: 'Digest', nonce: 'digest-1', enforceNonce: true })
    const first = await send()
    expect((await send()).id).toBe(first.id)
    now += 180_001
    expect((await send()).id).not.toBe(first.id)
    expect(server.messages(id)).toHaveLength(2)
  })

  test('ping nobody whom allowed_mentions does not name', async () => {
    const { server, channel, id } = await start({}, { client: { allowedMentions: { parse: [] } } })
    await channel.send('@everyone <@123456789012345678>')
    await channel.send({ content: '@everyone', allowedMentions: { parse: ['everyone'] } })
    expect(server.messages(id)).toMatchObject([
      { mention_everyone: false, mentions: [], allowed_mentions: { parse: [] } },
      { mention_everyone: true },
    ])
  })

  test.each([
    ['2001 characters', { content: 'x'.repeat(2001) }, 50035],
    ['nothing', { content: '' }, 50006],
    ['4001 characters in Components V2', v2(['x'.repeat(2000), 'x'.repeat(2001)]), 50035],
    ['41 components', v2(Array.from({ length: 41 }, () => 'x')), 50035],
    ['too many bytes', v2(['語'.repeat(3200)]), 0],
    ['a custom id twice', { components: [{ type: 1, components: [press('a'), press('a')] }] }, 50035],
    ['a custom id of 101', { components: [{ type: 1, components: [press('x'.repeat(101))] }] }, 50035],
    ['a row that is too long', { components: [{ type: 1, components: [...'abcdef'].map(press) }] }, 50035],
    [
      '6001 characters of embeds',
      { embeds: [4000, 2001].map((n) => ({ description: 'x'.repeat(n) })) },
      50035,
    ],
    ['content with Components V2', { ...v2(['x']), content: 'x' }, 50035],
  ])('are refused with %s', async (_, body, code) => {
    const { channel, server } = await start()
    const response = await fetch(`${server.apiUrl}/v10/channels/${channel.id}/messages`, {
      method: 'POST',
      headers: { authorization: `Bot ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(await response.json()).toMatchObject({ code })
    expect(response.status).toBe(code === 0 ? 500 : 400)
  })

  test('once of Components V2 stay so', async () => {
    const { channel } = await start()
    const flags = MessageFlags.IsComponentsV2
    const sent = await channel.send({ components: [new TextDisplayBuilder().setContent('x')], flags })
    await expect(sent.edit({ content: 'plain' })).rejects.toMatchObject({ code: 50035 })
    await sent.edit({ components: [new TextDisplayBuilder().setContent('y')] })
  })
})

function v2(texts: string[]) {
  return { flags: 1 << 15, components: texts.map((content) => ({ type: 10, content })) }
}

function press(custom_id: string) {
  return { type: 2, style: 1, label: 'x', custom_id }
}

describe('permissions', () => {
  test.each([
    ['Missing Access without View Channel', 10, 50001],
    ['Missing Permissions without Send Messages', 11, 50013],
  ])('%s', async (_, denied, code) => {
    const { server, channel, id } = await start()
    const deny = bit(denied)
    server.changeChannel(id, { overwrites: [{ id: server.guild.id, type: 0, allow: '0', deny }] })
    await expect(channel.send('x')).rejects.toMatchObject({ code })
    const allow = { id: server.bot.id, type: 1 as const, allow: deny, deny: '0' }
    server.changeChannel(id, { overwrites: [{ id: server.guild.id, type: 0, allow: '0', deny }, allow] })
    await channel.send('x')
  })

  test('embeds need Embed Links, a thread needs to be allowed, a removed channel is unknown', async () => {
    const { server, channel, id } = await start()
    const sent = await channel.send('x')
    const deny = String((1n << 14n) | (1n << 35n))
    server.changeChannel(id, { overwrites: [{ id: server.guild.id, type: 0, allow: '0', deny }] })
    await expect(channel.send({ embeds: [{ title: 'x' }] })).rejects.toMatchObject({ code: 50013 })
    await expect(sent.startThread({ name: 'x' })).rejects.toMatchObject({ code: 50013 })
    server.deleteChannel(id)
    await expect(channel.send('x')).rejects.toMatchObject({ code: 10003 })
  })
})

describe('threads', () => {
  test('start from a message, once', async () => {
    const { server, channel, id } = await start()
    const sent = await channel.send('Digest')
    const thread = await sent.startThread({ name: 'Talk' })
    expect(thread.id).toBe(sent.id)
    await thread.send('First')
    expect(server.threads(id)).toEqual([thread.id])
    expect(server.messages(thread.id)).toMatchObject([{ content: 'First' }])
    await expect(sent.startThread({ name: 'Again' })).rejects.toMatchObject({ code: 160004 })
  })

  test('are a forum’s posts, with tags', async () => {
    const { server, channel, id } = await start({
      type: 15,
      tags: [{ name: 'Renewal' }, { name: 'Staff', moderated: true }],
      requireTag: true,
    })
    const forum = channel as unknown as ForumChannel
    const [renewal, staff] = forum.availableTags
    const create = (appliedTags: string[]) =>
      forum.threads.create({ name: 'Story', appliedTags, message: { content: 'Text' } })
    const post = await create([renewal!.id])
    expect(post.appliedTags).toEqual([renewal!.id])
    expect(server.describe(post.id)).toMatchObject({ applied_tags: [renewal!.id], parent_id: id })
    expect(server.messages(post.id)).toMatchObject([{ id: post.id, content: 'Text' }])
    await expect(create([])).rejects.toMatchObject({ code: 40067 })
    await expect(create([staff!.id])).rejects.toMatchObject({ code: 50013 })
    await expect(create(['123456789012345678'])).rejects.toMatchObject({ code: 10087 })
  })
})

test('a message is crossposted once, and within the hour’s budget', async () => {
  let now = Date.now()
  const { channel } = await start(
    { type: 5 },
    {
      now: () => now,
      crosspostsAnHour: 1,
      client: { rest: { rejectOnRateLimit: ({ route }) => route.endsWith('/crosspost') } },
    },
  )
  const sent = (await channel.send('News')) as Message<true>
  await sent.crosspost()
  expect((await channel.messages.fetch({ message: sent.id, force: true })).flags.has('Crossposted')).toBe(
    true,
  )
  await expect(sent.crosspost()).rejects.toMatchObject({ code: 40033 })
  const next = await channel.send('More news')
  await expect(next.crosspost()).rejects.toThrow(RateLimitError)
  now += 3_600_000
  await next.crosspost()
})

describe('rate limits', () => {
  test('of a route are kept by the client, which reads the headers', async () => {
    const { server, channel, id } = await start()
    server.limit('POST /channels/:channel/messages', { requests: 2, seconds: 0.2 })
    await Promise.all(['a', 'b', 'c'].map((content) => channel.send(content)))
    expect(server.messages(id)).toHaveLength(3)
    expect(server.requests.filter(({ status }) => status === 429)).toEqual([])
  })

  test('that are met with a 429 are waited for', async () => {
    const { server, channel, id } = await start()
    server.fault(id, { retryAfter: 0.05 }, { times: 1 })
    await channel.send('x')
    expect(server.messages(id)).toHaveLength(1)
    expect(server.requests.slice(-1)[0]!.status).toBe(200)
  })

  test('of the whole hold all routes', async () => {
    const { server, channel, client } = await start()
    server.hold(0.2)
    await Promise.all([channel.send('x'), client.rest.get(`/channels/${channel.id}`)])
    const answers = server.requests.map(({ status }) => status)
    expect(answers.filter((status) => status === 429).length).toBeGreaterThanOrEqual(1)
    expect(answers.slice(-2)).toEqual([200, 200])
  })
})

test('a person who takes no direct messages: 50007', async () => {
  const { server, client } = await start()
  const open = server.addPerson()
  const closed = server.addPerson({ closed: true })
  await (await client.users.fetch(open.id)).send('Hello')
  expect(server.messages(open.dm)).toMatchObject([{ content: 'Hello' }])
  await expect((await client.users.fetch(closed.id)).send('Hello')).rejects.toMatchObject({ code: 50007 })
})
