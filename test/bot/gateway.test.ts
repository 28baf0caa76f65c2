import { describe, expect, onTestFinished, test } from 'vitest'
import { startDiscordServer } from '../servers/discord-server.ts'
import { answered, callbacks, edits, type House, type HouseOptions, openHouse, said } from './bot.ts'
import { checkBodies } from './checks.ts'

const gatewayRoute = 'GET /gateway/bot'

interface Open extends House {
  /** Asks something, and gives the answer when it is there; nothing may have been refused. */
  ask(): Promise<string>
}

async function open(options: HouseOptions = {}): Promise<Open> {
  const house = await openHouse({ items: [], ...options })
  onTestFinished(house.close)
  const anna = house.server.addPerson({ username: 'anna' })
  const sees = house.server.addChannel()
  return {
    ...house,
    async ask() {
      const sent = anna.slash(sees, 'concept', { name: 'cheap-space' })
      const { text } = await answered(sent)
      expect(sent.refusals()).toEqual([])
      return text
    },
  }
}

describe('what is asked while the connection', () => {
  test.each([
    ['is cut (FIN)', ({ gateway }: House['server']) => gateway.cut('fin')],
    ['is cut (RST)', ({ gateway }: House['server']) => gateway.cut('rst')],
    ['is asked to reconnect (op 7)', ({ gateway }: House['server']) => gateway.reconnect()],
    [
      'has an invalid session that can be resumed (op 9)',
      ({ gateway }: House['server']) => gateway.invalidate({ resumable: true }),
    ],
    ['is closed with 4000', ({ gateway }: House['server']) => gateway.closeAll(4000)],
  ])('%s is answered when it is back, once', async (_, disturb) => {
    const { server, start, ask, logged, log } = await open()
    await start()
    disturb(server)
    const answer = ask()
    expect(await answer).toContain('Cheap space')
    await logged('info', 'the connection to Discord is back')
    expect(server.gateway.resumes).toHaveLength(1)
    expect(server.gateway.identifies).toHaveLength(1)
    expect(server.commands.writes.PUT).toBe(1)
    expect(log.filter(({ level }) => level !== 'info')).toEqual([])
    expect(await ask()).toContain('Cheap space')
  })

  test.each([
    ['is over (op 9)', ({ gateway }: House['server']) => gateway.invalidate()],
    ['has timed out (4009)', ({ gateway }: House['server']) => gateway.closeAll(4009)],
  ])('session %s: it begins a new one and answers from then on', async (_, disturb) => {
    const { server, start, ask, log } = await open()
    await start()
    disturb(server)
    await server.until(() => server.gateway.identifies.length === 2 && server.gateway.connected() === 1)
    expect(await ask()).toContain('Cheap space')
    expect(server.commands.writes.PUT).toBe(1)
    expect(log.filter(({ level }) => level !== 'info')).toEqual([])
  })
})

describe('a bot that Discord does not let in', () => {
  const token =
    'Discord refused DISCORD_TOKEN: copy the bot’s token again from the developer portal, set it, and restart'
  const refusals: [string, number, string][] = [
    ['its token (4004)', 4004, token],
    ['its intents (4014)', 4014, 'Discord refused the bot’s intents as not allowed;'],
    ['its intents (4013)', 4013, 'Discord refused the bot’s intents; update Freehold.'],
    ['the number of servers (4011)', 4011, 'The bot is in so many servers that Discord wants several shards'],
  ]

  test.each(refusals)('for %s is not ready, says what to do, and stops', async (_, code, what) => {
    const house = await open()
    house.server.gateway.refuseNext(code)
    const bot = house.open()
    expect(await bot.ready).toBe(false)
    expect(house.log.filter(({ level }) => level === 'error')).toMatchObject([
      { message: expect.stringContaining(what), facts: { code } },
    ])
    await bot.stop()
    expect(house.server.gateway.identifies).toHaveLength(1)
    expect(house.server.gateway.connected()).toBe(0)
  })

  test.each(refusals)('any more, for %s, says what to do, and stops', async (_, code, what) => {
    const house = await open()
    const bot = await house.start()
    house.server.gateway.closeAll(code)
    expect((await house.logged('error', what)).facts).toEqual({ code })
    await bot.stop()
    expect(house.server.gateway.resumes).toEqual([])
    expect(house.server.gateway.identifies).toHaveLength(1)
  })

  test('for a wrong token says so too, and never tries to identify', async () => {
    const house = await open()
    const bot = house.open({ token: 'other' })
    expect(await bot.ready).toBe(false)
    expect(house.log).toMatchObject([{ level: 'error', message: expect.stringContaining(token) }])
    await bot.stop()
    expect(house.server.gateway.identifies).toEqual([])
  })

  test('for what stands at DISCORD_API_URL names that', async () => {
    const house = await open()
    const bot = house.open({ apiUrl: house.server.apiUrl.replace('/api', '/other') })
    expect(await bot.ready).toBe(false)
    expect(house.log).toMatchObject([
      {
        level: 'error',
        message: expect.stringMatching(/^The bot can't log in .*DISCORD_API_URL if it is set\.$/),
      },
    ])
    await bot.stop()
  })

  test('for another half a minute waits for it, and no longer than until it is stopped', async () => {
    const { server, open: start, logged } = await open()
    server.fault(gatewayRoute, { retryAfter: 30 }, { method: 'GET' })
    const bot = start({ retryMs: 1, graceMs: 60_000 })
    await logged('warn', 'Discord asks the bot to wait before it logs in; it does so in 3')
    await bot.stop()
    expect(await bot.ready).toBe(false)
    expect(server.gateway.identifies).toEqual([])
  })

  test('because it came too often today says so', async () => {
    const house = await open({ server: { identifiesLeft: 0 } })
    const bot = house.open()
    expect(await bot.ready).toBe(false)
    expect(house.log).toMatchObject([{ level: 'error', message: expect.stringContaining('0 remaining') }])
    await bot.stop()
  })
})

describe('a Discord that can’t be reached', () => {
  test.each([
    ['answers no connection', 'drop before' as const, 2],
    ['is out of order', 'server error' as const, 8],
  ])('because it %s is tried again until it can', async (_, fault, times) => {
    const house = await open()
    house.server.fault(gatewayRoute, fault, { times, method: 'GET' })
    const bot = house.open({ retryMs: 1 })
    expect(await bot.ready).toBe(true)
    expect(await house.ask()).toContain('Cheap space')
    const warnings = house.log.filter(({ level }) => level === 'warn')
    expect(warnings).toHaveLength(2)
    expect(warnings[0]!.message).toMatch(
      /^Discord can't be reached: .* tried again in \d+ s; check the network/,
    )
    expect(house.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('is waited for no longer than until the bot is stopped', async () => {
    const gone = await startDiscordServer()
    await gone.close()
    const house = await open({ on: gone })
    const bot = house.open({ retryMs: 3_600_000 })
    await house.logged('warn', "Discord can't be reached: ")
    await bot.stop()
    expect(await bot.ready).toBe(false)
    expect(house.log.filter(({ level }) => level === 'error')).toEqual([])
  })
})

test('a token that is taken away while it runs is logged, and the bot stops', async () => {
  const house = await open()
  const bot = await house.start()
  house.server.revokeToken()
  house.server.addMessage(house.channel, `<@${house.server.bot.id}>`)
  expect((await house.logged('error', 'a mention failed')).facts.err).toMatchObject({ status: 401 })
  expect(await house.ask()).toContain('Cheap space')
  await bot.stop()
  expect(house.server.gateway.closes).toEqual([1000])
})

/** The bot has said goodbye to the gateway. */
const isGone = ({ server }: House) => server.gateway.closes.length > 0

describe('a bot that is stopped', () => {
  test('leaves when an answer under way has arrived', async () => {
    const house = await open()
    const { server, channel } = house
    const bot = await house.start()
    const anna = server.addPerson({ username: 'anna' })
    server.fault(edits, { retryAfter: 0.3 }, { times: 1 })
    const sent = anna.slash(channel, 'concept', { name: 'cheap-space' })
    await sent.answer()
    const stopped = bot.stop()
    expect(isGone(house)).toBe(false)
    const reply = await sent.reply()
    expect(said(reply)).toContain('Cheap space')
    expect(isGone(house)).toBe(false)
    await stopped
    expect(server.gateway.closes).toEqual([1000])
    expect(house.log.filter(({ level }) => level !== 'info')).toEqual([])
  })

  test('leaves when a mention under way is answered, which needs the token', async () => {
    const house = await open()
    const { server, channel } = house
    const bot = await house.start()
    server.fault(channel, { retryAfter: 0.3, global: true }, { times: 1 })
    server.addMessage(channel, `<@${server.bot.id}> What is cheap space?`)
    await server.until(() =>
      server.requests.some(({ route }) => route === 'POST /channels/:channel/messages'),
    )
    await bot.stop()
    expect(server.messages(channel)).toHaveLength(2)
    expect(said(server.messages(channel)[1]!)).toContain('heap space')
    expect(server.gateway.closes).toEqual([1000])
  })

  test('waits only so long for an answer that does not get through', async () => {
    const house = await open()
    const { server, channel } = house
    const bot = await house.start({ graceMs: 50 })
    server.fault(edits, 'stall before')
    const sent = server.addPerson().slash(channel, 'help', {})
    await server.until(() => server.requests.some(({ route }) => route === edits))
    await bot.stop()
    expect(house.log.at(-1)).toMatchObject({
      level: 'warn',
      message: 'answers under way were given up',
      facts: { answers: 1 },
    })
    expect(server.gateway.closes).toEqual([1000])
    expect(sent.refusals()).toEqual([])
    await server.until(() => server.open().requests === 0)
    expect(server.requests.filter(({ route }) => route === edits)).toHaveLength(1)
  })

  test('while Discord does not answer it about its commands takes the question back', async () => {
    const house = await open()
    const { server } = house
    const route = 'GET /applications/:application/commands'
    server.fault(route, 'stall before')
    const bot = house.open({ graceMs: 50 })
    await server.until(() => server.requests.some((request) => request.route === route))
    await bot.stop()
    await server.until(() => server.open().requests === 0)
    expect(server.requests.filter((request) => request.route === route)).toHaveLength(1)
    expect(house.log.filter(({ level }) => level !== 'info').map(({ message }) => message)).toEqual([
      'answers under way were given up',
    ])
  })

  test('twice, or again later, does not hang', async () => {
    const house = await open()
    const { server } = house
    const bot = await house.start()
    await Promise.all([bot.stop(), bot.stop()])
    await bot.stop()
    expect(server.gateway.closes).toEqual([1000])
  })

  test('takes nothing on that is asked after it', async () => {
    const house = await open()
    const { server, channel } = house
    const bot = await house.start()
    const anna = server.addPerson({ username: 'anna' })
    server.fault(edits, { retryAfter: 0.3 }, { times: 1 })
    const before = anna.slash(channel, 'ideas', {})
    await before.answer()
    const stopped = bot.stop()
    // The gateway is still there, as an answer is under way.
    expect(server.gateway.connected()).toBe(1)
    const after = anna.slash(channel, 'concept', { name: 'cheap-space' })
    server.addMessage(channel, `<@${server.bot.id}>`, anna)
    expect(said(await before.reply())).toContain('What Freehold watches for')
    await stopped
    expect(
      server.requests.filter(({ route, path }) => route === callbacks && path.includes(after.id)),
    ).toEqual([])
    expect(server.messages(channel).filter(({ message_reference }) => message_reference)).toEqual([])
  })

  test('before it is there is never ready, and leaves nothing behind', async () => {
    const house = await open()
    const { server } = house
    const bot = house.open()
    const { ready } = bot
    await bot.stop()
    expect(await ready).toBe(false)
    expect(server.gateway.connected()).toBe(0)
    expect(server.commands.list()).toEqual([])
  })

  test('while it is being let in leaves', async () => {
    const house = await open()
    const { server } = house
    const bot = house.open()
    await server.until(() => server.gateway.identifies.length > 0)
    await bot.stop()
    await server.until(() => server.gateway.connected() === 0)
    expect(server.gateway.closes).toEqual([1000])
    expect(await bot.ready).toBe(false)
  })

  test('while the gateway keeps it waiting leaves', async () => {
    const house = await open()
    const { server } = house
    server.gateway.greet(false)
    const bot = house.open({ graceMs: 50 })
    await server.until(() => server.gateway.waiting() > 0)
    await bot.stop()
    await server.until(() => server.gateway.waiting() === 0)
    expect(server.gateway.closes).toEqual([1000])
  })

  test('while its connection is coming back and the gateway keeps it waiting leaves', async () => {
    const house = await open()
    const { server } = house
    const bot = await house.start({ graceMs: 50 })
    server.gateway.greet(false)
    server.gateway.reconnect()
    await server.until(() => server.gateway.waiting() > 0)
    await bot.stop()
    await server.until(() => server.gateway.waiting() + server.gateway.connected() === 0)
    server.gateway.greet(true)
    // Another comes back later than this one would.
    await house.start()
    server.gateway.cut('fin')
    await server.until(() => server.gateway.resumes.length > 0)
    expect(server.gateway.identifies).toHaveLength(2)
  })

  test('waits only so long for the gateway to say goodbye too', async () => {
    const house = await open()
    const { server } = house
    const bot = await house.start({ graceMs: 50 })
    server.gateway.deafen()
    // The WebSocket itself would wait for 30 s.
    await bot.stop()
    expect(isGone(house)).toBe(false)
  }, 20_000)

  test.each([
    ['lost', ({ gateway }: House['server']) => gateway.cut('fin')],
    ['to be made anew', ({ gateway }: House['server']) => gateway.invalidate()],
  ])('while its connection is %s does not come back', async (_, disturb) => {
    const house = await open()
    const { server, logged } = house
    const { gateway } = server
    const bot = await house.start()
    disturb(server)
    await logged('info', 'coming back')
    await bot.stop()
    // Another loses its connection later than this one did; when it is back, this one would be too.
    await house.start()
    gateway.cut('fin')
    const back = (session: string) => gateway.resumes.some(({ session_id }) => session_id === session)
    await server.until(() => back('session-2') && gateway.connected() > 0)
    expect([gateway.connected(), gateway.identifies.length, back('session-1')]).toEqual([1, 2, false])
  })

  test('makes room for the next', async () => {
    const house = await open()
    const { server, channel } = house
    await (await house.start()).stop()
    await house.start()
    const { text } = await answered(server.addPerson().slash(channel, 'help', {}))
    expect(text).toContain('### Freehold')
    expect(server.gateway.identifies).toHaveLength(2)
  })
})

checkBodies(40)
