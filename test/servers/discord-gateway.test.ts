import { ChannelType, Events, GatewayIntentBits, PermissionFlagsBits } from 'discord.js'
import { describe, expect, test } from 'vitest'
import { logIn, startClient, startLoggedIn } from './discord-client.ts'

describe('logging in', () => {
  test('gives the guilds with channels, forum tags, threads, roles and the bot’s permissions', async () => {
    const setting = await startClient()
    const { server, client } = setting
    const writer = { id: '200000000000000001', name: 'writer', permissions: String(1n << 13n) }
    server.guild.roles.push(writer)
    server.botRoles.push(writer.id)
    const text = server.addChannel({ name: 'digest' })
    const deny = [{ id: server.guild.id, type: 0 as const, allow: '0', deny: String(1n << 11n) }]
    const news = server.addChannel({ name: 'news', type: 5, overwrites: deny })
    const forum = server.addChannel({ name: 'stories', type: 15, tags: [{ name: 'Renewal' }] })
    await logIn(setting)
    expect(client.user.id).toBe(server.bot.id)
    const guild = client.guilds.cache.get(server.guild.id)!
    expect(guild.channels.cache.get(text)!.type).toBe(ChannelType.GuildText)
    const announcements = guild.channels.cache.get(news)!
    expect(announcements.type).toBe(ChannelType.GuildAnnouncement)
    const may = announcements.permissionsFor(client.user)!
    expect(may.has(PermissionFlagsBits.SendMessages)).toBe(false)
    expect(may.has(PermissionFlagsBits.ManageMessages)).toBe(true)
    expect(client.channels.cache.get(forum)).toMatchObject({ availableTags: [{ name: 'Renewal' }] })
    expect(guild.roles.cache.get(writer.id)!.name).toBe('writer')
  })

  test('with more channels than fit into 64 KB gives them all', async () => {
    const setting = await startClient()
    for (let i = 0; i < 500; i++) setting.server.addChannel({ name: `channel-${i}-é` })
    await logIn(setting)
    expect(setting.client.channels.cache.size).toBe(500)
    expect(setting.client.channels.cache.last()).toMatchObject({ name: 'channel-499-é' })
  })

  test('without guilds is ready too', async () => {
    const { server, client } = await startLoggedIn({ client: { intents: [] } })
    expect(client.isReady()).toBe(true)
    expect(server.gateway.identifies).toMatchObject([{ intents: 0 }])
  })

  test('with a wrong token fails', async () => {
    const { server, client } = await startClient()
    await expect(client.login('other')).rejects.toThrow(/token/i)
    expect(server.gateway.identifies).toEqual([])
  })

  test('with intents that are not granted fails', async () => {
    const { server, client } = await startClient()
    server.gateway.refuseNext(4014)
    await expect(client.login(server.token)).rejects.toThrow(/intents/i)
  })

  test('when no identifies are left fails', async () => {
    const { server, client } = await startClient({ identifiesLeft: 0 })
    await expect(client.login(server.token)).rejects.toThrow(/remain/)
    expect(server.gateway.identifies).toEqual([])
  })
})

describe('a client', () => {
  test('sends heartbeats, which are acknowledged', async () => {
    const { server, client } = await startLoggedIn({ heartbeatMs: 20 })
    await server.until(() => server.gateway.heartbeats >= 3)
    expect(server.gateway.closes).toEqual([])
    expect(client.ws.ping).toBeGreaterThanOrEqual(0)
  })

  test('reconnects and resumes when heartbeats stay unanswered', async () => {
    const { server } = await startLoggedIn({ heartbeatMs: 50 })
    server.gateway.acknowledge(false)
    await server.until(() => server.gateway.closes.length > 0)
    server.gateway.acknowledge(true)
    await server.until(() => server.gateway.resumes.length > 0 && server.gateway.connected() === 1)
    expect(server.gateway.identifies).toHaveLength(1)
  })

  test.each(['fin', 'rst'] as const)('resumes after a cut (%s) and gets what came meanwhile', async (how) => {
    const { server, client } = await startLoggedIn()
    const made = new Promise((resolve) => client.once(Events.ChannelCreate, (one) => resolve(one.id)))
    server.gateway.cut(how)
    const channel = server.addChannel({ name: 'meanwhile' })
    expect(await made).toBe(channel)
    expect(server.gateway.resumes).toHaveLength(1)
    expect(server.gateway.identifies).toHaveLength(1)
  })

  test.each([
    ['op 7', 'reconnect' as const],
    ['op 9, resumable', 'invalidate' as const],
  ])('resumes after %s', async (_, what) => {
    const { server } = await startLoggedIn()
    if (what === 'reconnect') server.gateway.reconnect()
    else server.gateway.invalidate({ resumable: true })
    await server.until(() => server.gateway.resumes.length > 0 && server.gateway.connected() === 1)
    expect(server.gateway.identifies).toHaveLength(1)
  })

  test('resumes after close code 4000', async () => {
    const { server } = await startLoggedIn()
    server.gateway.closeAll(4000)
    await server.until(() => server.gateway.resumes.length > 0)
  })

  test('identifies anew when its session is invalid', async () => {
    const { server, client } = await startLoggedIn()
    server.gateway.invalidate()
    await server.until(() => server.gateway.identifies.length === 2 && server.gateway.connected() === 1)
    const made = new Promise((resolve) => client.once(Events.ChannelCreate, (one) => resolve(one.id)))
    const channel = server.addChannel()
    expect(await made).toBe(channel)
  })

  test('stays away after a close code that is for good', async () => {
    const { server, client } = await startLoggedIn()
    const gone = new Promise((resolve) => client.once(Events.ShardDisconnect, ({ code }) => resolve(code)))
    const failed = new Promise((resolve) => client.once(Events.ShardError, resolve))
    server.gateway.closeAll(4004)
    expect(await gone).toBe(4004)
    await failed
    await server.until(() => server.gateway.connected() === 0)
    expect(server.gateway.resumes).toEqual([])
  })

  test('destroyed says goodbye, which ends its session', async () => {
    const { server, client, errors } = await startLoggedIn()
    await client.destroy()
    await server.until(() => server.gateway.closes.length > 0)
    expect(server.gateway.closes).toEqual([1000])
    expect(server.gateway.connected()).toBe(0)
    expect(errors).toEqual([])
  })
})

test('without the Message Content intent others’ words stay hidden, except where the bot is named', async () => {
  const { server, client } = await startLoggedIn({
    client: { intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages] },
  })
  const channel = server.addChannel()
  const heard: string[] = []
  const both = new Promise<void>((resolve) => {
    client.on(Events.MessageCreate, ({ content }) => {
      if (heard.push(content) === 2) resolve()
    })
  })
  server.addMessage(channel, 'A secret')
  server.addMessage(channel, `<@${server.bot.id}> hello`)
  await both
  expect(heard).toEqual(['', `<@${server.bot.id}> hello`])
})
