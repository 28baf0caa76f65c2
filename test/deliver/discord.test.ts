import { describe, expect, test } from 'vitest'
import { nonceFor } from '../../src/deliver/index.ts'
import type { DiscordFault } from '../servers/discord-server.ts'
import { client, isOurs, postOne, start } from './discord-client.ts'

const yes = async () => true

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
    // Long after the first, on a machine that slept meanwhile, a second would be a second message.
    expect(server.requests).toHaveLength(1)
    expect(server.messages(channel)).toHaveLength(posted)

    const found = await discord.find({ channel, nonce: nonceFor('delivery-1'), since, fingerprint: isOurs })
    expect(found).toEqual({ found: posted ? server.messages(channel)[0]!.id : null })
  })

  test.each<DiscordFault>(['reset after', 'stall after', 'server error'])(
    '%s, once: another try under the same nonce settles it',
    async (fault) => {
      const { server, discord, channel } = await start({ timeoutMs: 200 })
      server.fault(channel, fault, { times: 1 })
      expect((await postOne(discord, channel)).receipt.outcome).toBe('unknown')
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

test('the nonce of a delivery is its own, and fits Discord’s limit', () => {
  expect(nonceFor('delivery-1')).toMatch(/^[\w-]{25}$/)
  expect(nonceFor('delivery-1')).toBe(nonceFor('delivery-1'))
  expect(nonceFor('delivery-1')).not.toBe(nonceFor('delivery-2'))
})
