import { describe, expect, onTestFinished, test } from 'vitest'
import { createDiscord } from '../../src/deliver/index.ts'
import { validateBody } from '../servers/discord-openapi.ts'
import {
  type DiscordFault,
  type DiscordServerOptions,
  startDiscordServer,
} from '../servers/discord-server.ts'
import type { ChannelOptions } from '../servers/discord-state.ts'

async function start(options: DiscordServerOptions & { fault?: DiscordFault } = {}) {
  const server = await startDiscordServer(options)
  onTestFinished(async () => {
    await server.close()
    expect(server.requests.flatMap(({ route, body }) => validateBody(route, body))).toEqual([])
  })
  const { token, apiUrl } = server
  // A server that does not answer is not waited for as long as others are.
  const timeoutMs = String(options.fault).startsWith('stall') ? 500 : undefined
  const discord = createDiscord({ token, apiUrl, timeoutMs })
  return {
    server,
    discord,
    /** A channel with a message of ours. */
    async posted(channelOptions: ChannelOptions = {}) {
      const channel = server.addChannel(channelOptions)
      return { channel, message: server.addMessage(channel, 'Freehold 12', server.bot).id }
    },
    /** The requests of a kind, by the status that each was answered with. */
    statuses: (route: string) =>
      server.requests.filter((one) => one.route === route).map(({ status }) => status),
  }
}

const yes = async () => true
const no = async () => false
const open = 'POST /channels/:channel/threads'
const crosspost = 'POST /channels/:channel/messages/:message/crosspost'
const tags = ['Renewal', 'Compute cost', 'Street', 'Zoning', 'Space', 'Debate', 'Staff'].map((name) => ({
  name,
  moderated: name === 'Staff',
}))

describe('a post in a forum', () => {
  const body = { content: 'Freehold 12' }

  test('is opened with its first message, and its receipt is the id of both', async () => {
    const { server, discord } = await start()
    const channel = server.addChannel({ type: 15, tags })
    const post = {
      channel,
      name: 'Freehold 12',
      tags: ['COMPUTE cost', 'renewal', 'Unheard of', 'Staff'],
      body,
    }
    const receipt = await discord.openForumPost(post, yes)
    const [thread, ...others] = server.threads(channel)
    expect(others).toEqual([])
    expect(receipt).toEqual({ outcome: 'sent', receipt: thread })
    expect(server.messages(thread!)).toMatchObject([{ id: thread, content: 'Freehold 12' }])
    const { available_tags: available } = server.describe(channel)
    expect(server.describe(thread!)).toMatchObject({
      name: 'Freehold 12',
      applied_tags: [available[0].id, available[1].id],
      thread_metadata: { auto_archive_duration: 10_080 },
    })
  })

  test('has five tags at most, as Discord wants', async () => {
    const { server, discord } = await start()
    const channel = server.addChannel({ type: 15, tags })
    const wanted = tags.map(({ name }) => name)
    expect(await discord.openForumPost({ channel, name: 'x', tags: wanted, body }, yes)).toMatchObject({
      outcome: 'sent',
    })
    expect(server.describe(server.threads(channel)[0]!).applied_tags).toHaveLength(5)
  })

  test('pings the roles that its message allows, and nobody else', async () => {
    const { server, discord } = await start()
    const channel = server.addChannel({ type: 15 })
    const role = '223456789012345678'
    const loud = {
      content: `@everyone <@&${role}> <@&323456789012345678>`,
      allowed_mentions: { parse: ['everyone'], roles: [role] },
    }
    await discord.openForumPost({ channel, name: 'x', tags: [], body: loud }, yes)
    expect(server.messages(server.threads(channel)[0]!)).toMatchObject([
      { mention_everyone: false, mention_roles: [role] },
    ])
  })

  test('is not opened where the caller says no, and what is no channel is refused', async () => {
    const { server, discord } = await start()
    const channel = server.addChannel({ type: 15 })
    const post = { channel, name: 'x', tags: [], body }
    expect(await discord.openForumPost(post, no)).toMatchObject({ outcome: 'deferred' })
    expect(await discord.openForumPost({ ...post, channel: 'forum' }, yes)).toMatchObject({
      outcome: 'failed',
    })
    expect(server.threads(channel)).toEqual([])
  })

  test.each<[string, ChannelOptions, string]>([
    ['wants a tag', { requireTag: true }, 'wants a tag on each post (40067)'],
    ['can’t be seen', { overwrites: [deny(10)] }, 'View Channel'],
    ['can’t be written in', { overwrites: [deny(11)] }, 'Send Messages'],
  ])('keeps us out where the forum %s', async (_, options, error) => {
    const { server, discord } = await start()
    const overwrites = (options.overwrites ?? []).map((one) => ({ ...one, id: server.guild.id }))
    const channel = server.addChannel({ type: 15, tags, ...options, overwrites })
    const post = { channel, name: 'x', tags: ['Unheard of'], body }
    expect(await discord.openForumPost(post, yes)).toEqual({
      outcome: 'failed',
      error: expect.stringContaining(error),
      keptOut: true,
    })
  })

  test.each<[DiscordFault, number]>([
    ['server error', 0],
    ['drop before', 0],
    ['reset before', 0],
    ['stall before', 0],
    ['drop after', 1],
    ['reset after', 1],
    ['stall after', 1],
    ['cut answer', 1],
  ])(
    'is tried once when the answer fails: %s; its fate is unknown, and can be looked up',
    async (fault, made) => {
      const { server, discord, statuses } = await start({ fault })
      const channel = server.addChannel({ type: 15 })
      const since = Date.now() - 1000
      server.fault(channel, fault)
      const receipt = await discord.openForumPost({ channel, name: 'Freehold 12', tags: [], body }, yes)
      expect(receipt).toEqual({ outcome: 'unknown', error: expect.stringContaining('It may stand there') })
      expect(statuses(open)).toHaveLength(1)
      const threads = server.threads(channel)
      expect(threads).toHaveLength(made)
      expect(await discord.findForumPost({ channel, name: 'Freehold 12', since })).toEqual({
        found: threads[0] ?? null,
      })
    },
  )

  test('is tried again after a short rate limit, which brings nothing', async () => {
    const { server, discord, statuses } = await start()
    const channel = server.addChannel({ type: 15 })
    server.fault(channel, { retryAfter: 0.05 }, { times: 1 })
    expect(await discord.openForumPost({ channel, name: 'x', tags: [], body }, yes)).toMatchObject({
      outcome: 'sent',
    })
    expect(statuses(open)).toEqual([null, 201])
  })

  test('has not gone out when the forum itself could not be asked for', async () => {
    const { server, discord, statuses } = await start()
    const channel = server.addChannel({ type: 15 })
    server.fault(channel, 'drop before', { method: 'GET' })
    let asked = 0
    const receipt = await discord.openForumPost({ channel, name: 'x', tags: [], body }, async () => {
      asked++
      return true
    })
    expect(receipt).toMatchObject({ outcome: 'deferred' })
    expect(asked).toBe(0)
    expect(statuses(open)).toEqual([])
  })
})

describe('looking for a post in a forum', () => {
  test('finds ours by its name, among those put away too', async () => {
    const { server, discord } = await start()
    const [channel, other] = [server.addChannel({ type: 15 }), server.addChannel({ type: 15 })]
    const name = 'Freehold 12'
    const search = { channel, name, since: 0 }
    server.addThread(channel, 'Freehold 11', server.bot)
    server.addThread(channel, name)
    server.addThread(other, name, server.bot)
    expect(await discord.findForumPost(search)).toEqual({ found: null })
    const ours = server.addThread(channel, name, server.bot)
    expect(await discord.findForumPost(search)).toEqual({ found: ours })
    await change(server, ours, { archived: true })
    expect(await discord.findForumPost(search)).toEqual({ found: ours })
  })

  test('takes no older one of that name for it', async () => {
    let now = Date.UTC(2026, 10, 2)
    const { server, discord } = await start({ now: () => now })
    const channel = server.addChannel({ type: 15 })
    server.addThread(channel, 'Freehold 12', server.bot)
    now += 3_600_000
    expect(await discord.findForumPost({ channel, name: 'Freehold 12', since: now })).toEqual({ found: null })
    const ours = server.addThread(channel, 'Freehold 12', server.bot)
    expect(await discord.findForumPost({ channel, name: 'Freehold 12', since: now })).toEqual({ found: ours })
  })

  test('finds an open one though the history may not be read, and of others says which permission is missing', async () => {
    const { server, discord } = await start()
    const overwrites = [{ ...deny(16), id: server.guild.id }]
    const search = { channel: server.addChannel({ type: 15, overwrites }), name: 'Freehold 12', since: 0 }
    expect(await discord.findForumPost(search)).toEqual({
      error: expect.stringContaining('Read Message History'),
    })
    const ours = server.addThread(search.channel, search.name, server.bot)
    expect(await discord.findForumPost(search)).toEqual({ found: ours })
  })

  test.each<[string, DiscordFault, string]>([
    ['GET /channels/:channel', 'missing access', 'View Channel'],
    ['GET /channels/:channel', 'unknown channel', 'no Discord channel'],
    ['GET /guilds/:guild/threads/active', 'server error', 'it answered 500'],
    ['GET /channels/:channel/threads/archived/public', 'drop before', 'no proper answer'],
  ])('says why it can’t: %s, %s', async (route, fault, error) => {
    const { server, discord } = await start()
    const channel = server.addChannel({ type: 15 })
    server.fault(route, fault)
    expect(await discord.findForumPost({ channel, name: 'x', since: 0 })).toEqual({
      error: expect.stringContaining(error),
    })
  })
})

describe('publishing', () => {
  test('brings a message to those who follow the channel; once more does no harm', async () => {
    const { server, discord, posted, statuses } = await start()
    const place = await posted({ type: 5 })
    expect(await discord.publish(place, yes)).toEqual({ outcome: 'sent', receipt: place.message })
    expect(server.messages(place.channel)[0]!.flags & 1).toBe(1)
    expect(await discord.publish(place, yes)).toEqual({ outcome: 'sent', receipt: 'published before' })
    expect(statuses(crosspost)).toEqual([200, 400])
  })

  test('waits as long as Discord says when the hour’s budget is spent', async () => {
    const { server, discord, posted } = await start({ crosspostsAnHour: 1 })
    const first = await posted({ type: 5 })
    const second = { ...first, message: server.addMessage(first.channel, 'More', server.bot).id }
    await discord.publish(first, yes)
    const receipt = await discord.publish(second, yes)
    expect(receipt).toMatchObject({ outcome: 'deferred', retryAfterMs: expect.closeTo(3_600_000, -4) })
  })

  test.each<DiscordFault>(['drop after', 'stall after', 'cut answer', 'server error', 'drop before'])(
    'that nobody answered is tried again: %s',
    async (fault) => {
      const { server, discord, posted } = await start({ fault })
      const place = await posted({ type: 5 })
      server.fault(crosspost, fault)
      expect(await discord.publish(place, yes)).toMatchObject({ outcome: 'deferred' })
      server.heal()
      expect(await discord.publish(place, yes)).toMatchObject({ outcome: 'sent' })
      expect(server.messages(place.channel)[0]!.flags & 1).toBe(1)
    },
  )

  test('what was deleted, or no announcement, or not allowed, is said', async () => {
    const { server, discord, posted } = await start()
    const place = await posted({ type: 5 })
    expect(await discord.publish(place, no)).toMatchObject({ outcome: 'deferred' })
    server.deleteMessage(place.channel, place.message)
    expect(await discord.publish(place, yes)).toMatchObject({ receipt: expect.stringContaining('deleted') })
    const failed = await discord.publish(await posted(), yes)
    expect(failed).toEqual({ outcome: 'failed', error: expect.stringContaining('50024') })
  })
})

describe('a thread under a message', () => {
  test('is opened with its name for a week, and its receipt is its id; once more does no harm', async () => {
    const { server, discord, posted } = await start()
    const place = await posted()
    expect(await discord.openThread({ ...place, name: 'Talk' }, yes)).toEqual({
      outcome: 'sent',
      receipt: place.message,
    })
    expect(server.describe(place.message)).toMatchObject({
      name: 'Talk',
      thread_metadata: { auto_archive_duration: 10_080 },
    })
    expect(await discord.openThread({ ...place, name: 'Talk' }, yes)).toEqual({
      outcome: 'sent',
      receipt: 'the thread is open',
    })
    expect(server.threads(place.channel)).toHaveLength(1)
  })

  test.each<DiscordFault>(['drop after', 'stall after', 'server error'])(
    'that nobody answered is tried again: %s',
    async (fault) => {
      const { server, discord, posted } = await start({ fault })
      const place = await posted()
      server.fault(place.channel, fault)
      const receipt = await discord.openThread({ ...place, name: 'Talk' }, yes)
      // A try that hung is repeated at once, and may find the thread there.
      expect(['deferred', 'sent']).toContain(receipt.outcome)
      server.heal()
      expect(await discord.openThread({ ...place, name: 'Talk' }, yes)).toMatchObject({ outcome: 'sent' })
      expect(server.threads(place.channel)).toHaveLength(1)
    },
  )

  test('that may not be opened keeps us out', async () => {
    const { server, discord, posted } = await start()
    const place = await posted({ overwrites: [{ ...deny(35), id: server.guild.id }] })
    expect(await discord.openThread({ ...place, name: 'Talk' }, yes)).toMatchObject({
      outcome: 'failed',
      keptOut: true,
    })
  })
})

describe('telling a person', () => {
  const body = { content: 'A post could not get through.' }

  test('writes to them in direct messages, once under a nonce', async () => {
    const { server, discord } = await start()
    const person = server.addPerson()
    const receipt = await discord.tell(person.id, body, 'n')
    expect(receipt).toEqual({ outcome: 'sent', receipt: server.messages(person.dm)[0]!.id })
    await discord.tell(person.id, body, 'n')
    expect(server.messages(person.dm)).toHaveLength(1)
  })

  test('fails for one who takes none, and for one who is none', async () => {
    const { server, discord } = await start()
    const closed = server.addPerson({ closed: true })
    expect(await discord.tell(closed.id, body, 'n')).toMatchObject({
      outcome: 'failed',
      error: expect.stringContaining('takes no direct messages'),
    })
    expect(await discord.tell('123456789012345678', body, 'n')).toMatchObject({
      outcome: 'failed',
      error: expect.stringContaining('50033'),
    })
  })

  test('is put off when Discord does not answer or refuses the token, which is then not tried again', async () => {
    const { server, discord } = await start()
    const person = server.addPerson()
    server.fault('POST /users/@me/channels', 'drop before', { times: 1 })
    expect(await discord.tell(person.id, body, 'n')).toMatchObject({ outcome: 'deferred' })
    server.revokeToken()
    for (const _ of [1, 2]) {
      expect(await discord.tell(person.id, body, 'n')).toMatchObject({
        outcome: 'deferred',
        error: expect.stringContaining('DISCORD_TOKEN'),
      })
    }
    expect(server.requests).toHaveLength(2)
    expect(server.messages(person.dm)).toEqual([])
  })
})

/** Takes permissions, by their bits, from everybody; the server's id has to be put in. */
function deny(...bits: number[]) {
  const deny = String(bits.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n))
  return { id: '', type: 0 as const, allow: '0', deny }
}

async function change(
  { apiUrl, token }: { apiUrl: string; token: string },
  thread: string,
  body: object,
): Promise<void> {
  const { ok } = await fetch(`${apiUrl}/v10/channels/${thread}`, {
    method: 'PATCH',
    headers: { authorization: `Bot ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(ok).toBe(true)
}
