import { describe, expect, test } from 'vitest'
import { nonceFor } from '../../src/deliver/index.ts'
import type { DiscordFault } from '../servers/discord-server.ts'
import type { ChannelOptions } from '../servers/discord-state.ts'
import { client, isOurs, postOne, start } from './discord-client.ts'

describe('find', () => {
  const search = (channel: string, since: number) => ({
    channel,
    nonce: nonceFor('delivery-1'),
    since,
    fingerprint: isOurs,
  })

  test('goes by the nonce where Discord gives it back', async () => {
    const { server, discord, channel } = await start({ echoNonce: true })
    await postOne(discord, channel, 'other')
    const { receipt } = await postOne(discord, channel, 'delivery-1', { content: 'other words' })
    expect(receipt.outcome).toBe('sent')
    expect(await discord.find(search(channel, Date.now()))).toEqual({
      found: server.messages(channel)[1]!.id,
    })
    expect(await discord.find({ ...search(channel, Date.now()), nonce: 'never used' })).toEqual({
      found: null,
    })
  })

  test('does not take another’s message for ours, though it reads the same', async () => {
    const { server, discord, channel } = await start()
    server.addMessage(channel, 'Freehold 12')
    expect(await discord.find(search(channel, Date.now()))).toEqual({ found: null })
    const ours = server.addMessage(channel, 'Freehold 12', server.bot)
    server.addMessage(channel, 'A comment')
    expect(await discord.find(search(channel, Date.now()))).toEqual({ found: ours.id })
  })

  test('does not take an older message for ours', async () => {
    let now = Date.UTC(2026, 10, 2)
    const { server, discord, channel } = await start({ now: () => now })
    server.addMessage(channel, 'Freehold 12', server.bot)
    now += 24 * 3_600_000
    expect(await discord.find(search(channel, now))).toEqual({ found: null })
    const ours = server.addMessage(channel, 'Freehold 12', server.bot)
    expect(await discord.find(search(channel, now))).toEqual({ found: ours.id })
  })

  test('looks behind a lively discussion', async () => {
    const { server, discord, channel } = await start()
    const ours = server.addMessage(channel, 'Freehold 12', server.bot)
    for (let i = 0; i < 120; i++) server.addMessage(channel, `Comment ${i}`)
    expect(await discord.find(search(channel, Date.now()))).toEqual({ found: ours.id })
  })

  test('says so when it can’t look far enough', async () => {
    const { server, discord, channel } = await start()
    for (let i = 0; i < 300; i++) server.addMessage(channel, `Comment ${i}`)
    expect(await discord.find(search(channel, Date.now()))).toEqual({
      error: expect.stringContaining('More than 200 messages'),
    })
  })

  test('does not say “not there” of a channel whose history is hidden', async () => {
    const { server, discord } = await start()
    const channel = server.addChannel({ history: false })
    expect(await discord.find(search(channel, Date.now()))).toEqual({ found: null })
    server.addMessage(channel, 'Freehold 12', server.bot)
    expect(await discord.find(search(channel, Date.now()))).toEqual({
      error: expect.stringContaining('Read Message History'),
    })
  })

  test.each<[DiscordFault, string]>([
    ['missing access', 'View Channel'],
    ['unknown channel', 'no Discord channel'],
    ['server error', 'it answered 500'],
    ['drop before', 'no proper answer'],
    ['blocked', 'Something before Discord'],
    [{ retryAfter: 600 }, 'wait 60'],
  ])('says why it can’t look: %s', async (fault, error) => {
    const { server, discord, channel } = await start()
    server.fault(channel, fault, { method: 'GET' })
    expect(await discord.find(search(channel, Date.now()))).toEqual({ error: expect.stringContaining(error) })
  })
})

describe('verify', () => {
  test('tells who the bot is', async () => {
    const { server, discord } = await start()
    expect(await discord.verify()).toEqual({
      ok: true,
      bot: { id: server.bot.id, name: 'freehold' },
      invite: expect.any(String),
      channel: null,
    })
  })

  test('tells which channel it can post in', async () => {
    const { server, discord } = await start()
    const channel = server.addChannel({ name: 'digests' })
    expect(await discord.verify(channel)).toMatchObject({
      ok: true,
      channel: { id: channel, name: 'digests' },
    })
  })

  test('names what is missing', async () => {
    const { server, discord } = await start()
    const deny = String((1n << 11n) | (1n << 16n))
    const channel = server.addChannel({ overwrites: [{ id: server.guild.id, type: 0, allow: '0', deny }] })
    expect(await discord.verify(channel)).toEqual({
      ok: false,
      error: expect.stringContaining('lacks Send Messages, Read Message History'),
    })
    const own = { id: server.bot.id, type: 1 as const, allow: deny, deny: '0' }
    const allowed = server.addChannel({
      overwrites: [own, { id: server.guild.id, type: 0, allow: '0', deny }],
    })
    expect(await discord.verify(allowed)).toMatchObject({ ok: true })
  })

  test('weighs roles as Discord does', async () => {
    const { server, discord } = await start()
    const send = String(1n << 11n)
    const [muted, herald, boss] = ['111111111111111111', '222222222222222222', '333333333333333333']
    server.guild.roles.push(
      { id: muted, name: 'muted', permissions: '0' },
      { id: herald, name: 'herald', permissions: '0' },
    )
    server.guild.roles.push({ id: boss, name: 'boss', permissions: String(1n << 3n) })
    const overwrites = [
      { id: muted, type: 0 as const, allow: '0', deny: send },
      { id: herald, type: 0 as const, allow: send, deny: '0' },
    ]
    const channel = server.addChannel({ overwrites })
    const able = async (...roles: string[]) => {
      server.botRoles.splice(0, Number.POSITIVE_INFINITY, ...roles)
      return (await discord.verify(channel)).ok
    }
    expect(await able()).toBe(true)
    expect(await able(muted)).toBe(false)
    expect(await able(muted, herald)).toBe(true)
    expect(await able(muted, boss)).toBe(true)
    await able(muted)
    server.guild.owner_id = server.bot.id
    expect((await discord.verify(channel)).ok).toBe(true)
  })

  test('gives the link that lets the bot into a server with the permissions it names, and no others', async () => {
    const { server, discord } = await start()
    const known = await discord.verify()
    const { searchParams } = new URL(known.ok ? known.invite : '')
    expect(searchParams.get('client_id')).toBe(server.bot.id)
    expect(searchParams.get('scope')?.split(' ')).toEqual(['bot', 'applications.commands'])
    const invited = searchParams.get('permissions')!
    const nothing = { id: server.guild.id, type: 0 as const, allow: '0', deny: String((1n << 53n) - 1n) }
    const own = { id: server.bot.id, type: 1 as const, allow: invited, deny: '0' }
    const uses = [{}, { discuss: true }]
    const text = server.addChannel({ overwrites: [nothing, own] })
    for (const use of uses) expect((await discord.verify(text, use)).ok).toBe(true)
    const forum = server.addChannel({ type: 15, overwrites: [nothing, own] })
    expect((await discord.verify(forum, { forum: true })).ok).toBe(true)
    // Each of them is needed somewhere.
    for (let bit = 0n; bit < 53n; bit++) {
      if (!(BigInt(invited) & (1n << bit))) continue
      const less = { ...own, allow: String(BigInt(invited) & ~(1n << bit)) }
      for (const channel of [text, forum]) server.changeChannel(channel, { overwrites: [nothing, less] })
      const talks = await discord.verify(text, { discuss: true })
      const posts = await discord.verify(forum, { forum: true })
      expect(talks.ok && posts.ok, `bit ${bit}`).toBe(false)
    }
  })

  test('refuses a channel that takes no messages', async () => {
    const { server, discord } = await start()
    expect(await discord.verify(server.addChannel({ type: 15 }))).toEqual({
      ok: false,
      error: expect.stringContaining('takes no messages'),
    })
  })

  test('says what is wrong with token, channel and id', async () => {
    const { server, discord, channel } = await start()
    server.fault(channel, 'missing access', { method: 'GET' })
    expect(await discord.verify(channel)).toEqual({
      ok: false,
      error: expect.stringContaining('View Channel'),
    })
    expect(await discord.verify('general')).toEqual({
      ok: false,
      error: expect.stringContaining('“general” is not the id'),
    })
    const stranger = client(server, { token: 'wrong' })
    expect(await stranger.verify()).toEqual({ ok: false, error: expect.stringContaining('DISCORD_TOKEN') })
  })
})

describe('verify for a use', () => {
  test.each<[string, ChannelOptions, object, string | null]>([
    ['a forum to post in', { type: 15 }, { forum: true }, null],
    ['a forum to write in', { type: 15 }, {}, 'takes no messages'],
    [
      'a forum where threads are closed',
      { type: 15, overwrites: [deny(38)] },
      { forum: true },
      'Send Messages in Threads',
    ],
    [
      'a forum that is not to be talked in',
      { type: 15, overwrites: [deny(35)] },
      { forum: true, discuss: true },
      null,
    ],
    ['a channel to open threads in', {}, { discuss: true }, null],
    [
      'one where none may be opened',
      { overwrites: [deny(35)] },
      { discuss: true },
      'lacks Create Public Threads:',
    ],
    ['the same without threads', { overwrites: [deny(35, 38)] }, {}, null],
    ['an announcement channel', { type: 5 }, { discuss: true }, null],
    ['a category', { type: 4 }, { forum: true }, 'takes no messages'],
  ])('%s', async (_, options, use, error) => {
    const { server, discord } = await start()
    const overwrites = (options.overwrites ?? []).map((one) => ({ ...one, id: server.guild.id }))
    const known = await discord.verify(server.addChannel({ ...options, overwrites }), use)
    expect(known).toMatchObject(
      error === null ? { ok: true } : { ok: false, error: expect.stringContaining(error) },
    )
  })
})

/** Takes permissions, by their bits, from everybody; the server's id has to be put in. */
function deny(...bits: number[]) {
  const deny = String(bits.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n))
  return { id: '', type: 0 as const, allow: '0', deny }
}
