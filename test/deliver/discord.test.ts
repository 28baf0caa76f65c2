import { describe, expect, onTestFinished, test } from 'vitest'
import {
  createDiscord,
  type Discord,
  type DiscordOptions,
  nonceFor,
  type PostedMessage,
} from '../../src/deliver/index.ts'
import {
  type DiscordFault,
  type DiscordServerOptions,
  startDiscordServer,
  type TestDiscordServer,
} from '../servers/discord-server.ts'

async function start(options?: DiscordServerOptions & { timeoutMs?: number }) {
  const server = await startDiscordServer(options)
  onTestFinished(() => server.close())
  const discord = client(server, { timeoutMs: options?.timeoutMs })
  return { server, discord, channel: server.addChannel() }
}

function client({ token, apiUrl }: TestDiscordServer, options: Partial<DiscordOptions> = {}): Discord {
  return createDiscord({ token, apiUrl, ...options })
}

/** Posts one message and tells how often the caller was asked whether it may go out. */
async function postOne(
  discord: Discord,
  channel: string,
  id = 'delivery-1',
  body: object = { content: 'Freehold 12' },
) {
  let asked = 0
  const receipt = await discord.post({ channel, body, nonce: nonceFor(id) }, async () => {
    asked++
    return true
  })
  return { receipt, asked }
}

const yes = async () => true
const isOurs = (message: PostedMessage) => message.content === 'Freehold 12'

describe('a message that goes well', () => {
  test('is posted once, with the id Discord gave it', async () => {
    const { server, discord, channel } = await start()
    const { receipt, asked } = await postOne(discord, channel)
    const [stored, ...others] = server.messages(channel)
    expect(others).toEqual([])
    expect(receipt).toEqual({ outcome: 'sent', receipt: stored!.id })
    expect(asked).toBe(1)
    expect(stored).toMatchObject({ content: 'Freehold 12', author: { id: server.bot.id } })
  })

  test('carries nonce, enforce_nonce and allowed_mentions, whatever the body says', async () => {
    const { server, discord, channel } = await start()
    const body = {
      content: 'x',
      nonce: 'other',
      enforce_nonce: false,
      allowed_mentions: { parse: ['everyone'] },
    }
    await postOne(discord, channel, 'delivery-1', body)
    expect(server.requests.at(-1)!.body).toEqual({
      content: 'x',
      nonce: nonceFor('delivery-1'),
      enforce_nonce: true,
      allowed_mentions: { parse: [] },
    })
  })

  test('pings nobody', async () => {
    const { server, discord, channel } = await start()
    const content = '@everyone @here <@123456789012345678> <@&223456789012345678>'
    await postOne(discord, channel, 'delivery-1', {
      content,
      allowed_mentions: { parse: ['everyone', 'users', 'roles'] },
    })
    expect(server.messages(channel)[0]).toMatchObject({
      mention_everyone: false,
      mentions: [],
      mention_roles: [],
    })
    // The same words by a careless client do ping.
    await fetch(`${server.apiUrl}/v10/channels/${channel}/messages`, {
      method: 'POST',
      headers: { authorization: `Bot ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ content }),
    })
    expect(server.messages(channel)[1]).toMatchObject({
      mention_everyone: true,
      mentions: [{ id: '123456789012345678' }],
      mention_roles: ['223456789012345678'],
    })
  })

  test('pings the roles that its body allows, and nobody else', async () => {
    const { server, discord, channel } = await start()
    const [allowed, other] = ['223456789012345678', '323456789012345678']
    await postOne(discord, channel, 'delivery-1', {
      content: `@everyone <@123456789012345678> <@&${allowed}> <@&${other}>`,
      allowed_mentions: { parse: ['everyone', 'roles'], roles: [allowed], users: ['123456789012345678'] },
    })
    expect(server.requests.at(-1)!.body.allowed_mentions).toEqual({ parse: [], roles: [allowed] })
    expect(server.messages(channel)[0]).toMatchObject({
      mention_everyone: false,
      mentions: [],
      mention_roles: [allowed],
    })
  })

  test('is not posted a second time under the same nonce', async () => {
    const { server, discord, channel } = await start()
    const first = await postOne(discord, channel)
    expect((await postOne(discord, channel)).receipt).toEqual(first.receipt)
    expect((await postOne(discord, channel, 'delivery-2')).receipt).not.toEqual(first.receipt)
    expect(server.messages(channel)).toHaveLength(2)
  })

  test('keeps to its own question when several go out at once', async () => {
    const { server, discord, channel } = await start()
    const other = server.addChannel()
    const posts = ['a', 'b', 'c', 'd'].map((id, i) =>
      discord.post(
        { channel: i % 2 ? other : channel, body: { content: id }, nonce: nonceFor(id) },
        async () => id !== 'b' && id !== 'c',
      ),
    )
    expect((await Promise.all(posts)).map((receipt) => receipt.outcome)).toEqual([
      'sent',
      'deferred',
      'deferred',
      'sent',
    ])
    expect([...server.messages(channel), ...server.messages(other)].map((m) => m.content)).toEqual(['a', 'd'])
  })

  test('counts as sent when it had been posted before and was deleted', async () => {
    const { server, discord, channel } = await start()
    await postOne(discord, channel)
    server.deleteMessage(channel, server.messages(channel)[0]!.id)
    expect((await postOne(discord, channel)).receipt).toEqual({
      outcome: 'sent',
      receipt: expect.stringContaining('deleted since'),
    })
    expect(server.messages(channel)).toEqual([])
  })
})

describe('before the request', () => {
  test('nothing is sent when onBody says false', async () => {
    const { server, discord, channel } = await start()
    const receipt = await discord.post({ channel, body: { content: 'x' }, nonce: 'n' }, async () => false)
    expect(receipt).toEqual({ outcome: 'deferred', error: expect.stringContaining('held back') })
    expect(server.requests).toEqual([])
  })

  test('nothing is sent when onBody fails', async () => {
    const { server, discord, channel } = await start()
    const receipt = await discord.post({ channel, body: { content: 'x' }, nonce: 'n' }, async () => {
      throw new Error('the database is locked')
    })
    expect(receipt).toEqual({ outcome: 'deferred', error: expect.stringContaining('the database is locked') })
    expect(server.requests).toEqual([])
  })

  test('nothing is sent when onBody takes longer than a request may', async () => {
    const { server, discord, channel } = await start({ timeoutMs: 30 })
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 60))
    const receipt = await discord.post({ channel, body: { content: 'x' }, nonce: 'n' }, () => late)
    expect(receipt.outcome).toBe('deferred')
    expect(server.requests).toEqual([])
  })

  test('onBody is awaited before the server hears of it', async () => {
    const { server, discord, channel } = await start()
    let heard: number | undefined
    const receipt = await discord.post({ channel, body: { content: 'x' }, nonce: 'n' }, async () => {
      heard = server.requests.length
      return true
    })
    expect([receipt.outcome, heard]).toEqual(['sent', 0])
  })

  test('what is no channel id is refused', async () => {
    const { server, discord } = await start()
    const receipt = await discord.post({ channel: '../users/@me', body: { content: 'x' }, nonce: 'n' }, yes)
    expect(receipt).toEqual({
      outcome: 'failed',
      error: expect.stringContaining('is not the id of a Discord channel'),
    })
    expect(server.requests).toEqual([])
  })
})

describe('what a refusal means', () => {
  test.each<[DiscordFault, RegExp]>([
    ['missing access', /can't see Discord channel \d+ \(50001.*View Channel/],
    ['missing permissions', /may not post in Discord channel \d+ \(50013.*Send Messages/],
    ['unknown channel', /no Discord channel \d+ \(10003/],
  ])('%s: the channel keeps us out', async (fault, error) => {
    const { server, discord, channel } = await start()
    server.fault(channel, fault)
    const { receipt, asked } = await postOne(discord, channel)
    expect(receipt).toEqual({ outcome: 'failed', error: expect.stringMatching(error), keptOut: true })
    expect(asked).toBe(1)
    expect(server.requests).toHaveLength(1)
    expect(server.messages(channel)).toEqual([])
  })

  test.each<[DiscordFault, RegExp]>([
    ['blocked', /Something before Discord answered 403/],
    [{ retryAfter: 3600 }, /wait 36\d\d s/],
    [{ retryAfter: 3600, global: true }, /wait 36\d\d s/],
  ])('%s: it is tried again', async (fault, error) => {
    const { server, discord, channel } = await start()
    server.fault(channel, fault)
    const { receipt, asked } = await postOne(discord, channel)
    expect(receipt).toMatchObject({ outcome: 'deferred', error: expect.stringMatching(error) })
    expect(asked).toBe(1)
    expect(server.requests).toHaveLength(1)
    expect(server.messages(channel)).toEqual([])
  })

  test('a channel that never was, or that takes no messages, keeps us out', async () => {
    const { server, discord } = await start()
    expect((await postOne(discord, '123456789012345678')).receipt).toEqual({
      outcome: 'failed',
      error: expect.stringContaining('no Discord channel 123456789012345678'),
      keptOut: true,
    })
    expect((await postOne(discord, server.addChannel({ type: 15 }))).receipt).toEqual({
      outcome: 'failed',
      error: expect.stringContaining('takes no messages (50008)'),
      keptOut: true,
    })
  })

  test('a message over the limits fails with Discord’s own words', async () => {
    const { discord, channel } = await start()
    const { receipt } = await postOne(discord, channel, 'd', {
      content: 'x',
      embeds: [{ description: 'y'.repeat(4097) }],
    })
    expect(receipt).toEqual({
      outcome: 'failed',
      error: expect.stringMatching(/400, code 50035.*embeds\[0\]\.description.*4096 or fewer/s),
    })
  })

  test('a refused token defers, names the variable, and is not tried again', async () => {
    const { server, discord, channel } = await start()
    server.revokeToken()
    for (const id of ['a', 'b', 'c']) {
      const { receipt } = await postOne(discord, channel, id)
      expect(receipt).toEqual({ outcome: 'deferred', error: expect.stringMatching(/DISCORD_TOKEN \(401\)/) })
    }
    expect(server.requests).toHaveLength(1)
  })
})

describe('rate limits', () => {
  test('a long one defers for as long as Discord says', async () => {
    const { server, discord, channel } = await start()
    server.fault(channel, { retryAfter: 600 }, { times: 1 })
    const { receipt } = await postOne(discord, channel)
    expect(receipt.outcome).toBe('deferred')
    expect(receipt).toHaveProperty('retryAfterMs', expect.closeTo(600_000, -3))
  })

  test('a short one is waited for', async () => {
    const { server, discord, channel } = await start()
    server.fault(channel, { retryAfter: 0.05 }, { times: 1 })
    const { receipt, asked } = await postOne(discord, channel)
    expect(receipt.outcome).toBe('sent')
    expect(asked).toBe(1)
    expect(server.messages(channel)).toHaveLength(1)
  })

  test('short ones without end are not waited for', async () => {
    const { server, discord, channel } = await start()
    server.fault(channel, { retryAfter: 0.01 })
    expect((await postOne(discord, channel)).receipt).toMatchObject({
      outcome: 'deferred',
      retryAfterMs: expect.any(Number),
    })
    expect(server.requests).toHaveLength(3)
  })

  test('one that Discord announced keeps the next message at home', async () => {
    const { server, discord, channel } = await start()
    // From the first answer @discordjs/rest learns only which bucket the route has.
    await postOne(discord, channel, 'delivery-0')
    server.drain(channel, 60)
    expect((await postOne(discord, channel)).receipt.outcome).toBe('sent')
    const { receipt, asked } = await postOne(discord, channel, 'delivery-2')
    expect(receipt.outcome).toBe('deferred')
    expect(receipt).toHaveProperty('retryAfterMs', expect.closeTo(60_000, -4))
    expect(asked).toBe(0)
    expect(server.requests).toHaveLength(2)
  })
})

describe('when no answer comes', () => {
  test('because nobody listens, the message is deferred', async () => {
    const { server, channel } = await start()
    const discord = client(server)
    await server.close()
    const { receipt } = await postOne(discord, channel)
    expect(receipt).toEqual({
      outcome: 'deferred',
      error: expect.stringMatching(/ECONNREFUSED.*DISCORD_API_URL/),
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
  ])('%s: the outcome is unknown, and find tells', async (fault, posted) => {
    const { server, discord, channel } = await start({ timeoutMs: 200 })
    const since = Date.now()
    server.fault(channel, fault)
    const { receipt, asked } = await postOne(discord, channel)
    expect(receipt).toEqual({
      outcome: 'unknown',
      error: expect.stringContaining(`channel ${channel} went out`),
    })
    expect(asked).toBe(1)
    // At most one more try, and under the nonce that is never a second message.
    expect(server.requests.length).toBeLessThanOrEqual(2)
    expect(server.messages(channel)).toHaveLength(posted)

    const found = await discord.find({ channel, nonce: nonceFor('delivery-1'), since, fingerprint: isOurs })
    expect(found).toEqual({ found: posted ? server.messages(channel)[0]!.id : null })
  })

  test.each<DiscordFault>(['reset after', 'stall after', 'server error'])(
    '%s, once: the second try settles it',
    async (fault) => {
      const { server, discord, channel } = await start({ timeoutMs: 200 })
      server.fault(channel, fault, { times: 1 })
      const { receipt, asked } = await postOne(discord, channel)
      expect(receipt).toEqual({ outcome: 'sent', receipt: server.messages(channel)[0]!.id })
      expect(asked).toBe(1)
      expect(server.messages(channel)).toHaveLength(1)
    },
  )

  test('a rate limit after a try that may have posted does not make it certain', async () => {
    const { server, discord, channel } = await start()
    server.fault(channel, 'reset after', { times: 1 })
    server.fault(channel, { retryAfter: 600 })
    expect((await postOne(discord, channel)).receipt.outcome).toBe('unknown')
    expect(server.messages(channel)).toHaveLength(1)
  })
})

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

test('the nonce of a delivery is its own, and fits Discord’s limit', () => {
  expect(nonceFor('delivery-1')).toMatch(/^[\w-]{25}$/)
  expect(nonceFor('delivery-1')).toBe(nonceFor('delivery-1'))
  expect(nonceFor('delivery-1')).not.toBe(nonceFor('delivery-2'))
})
