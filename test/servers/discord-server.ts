import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { commandRoutes, type TestCommands } from './discord-commands.ts'
import { type DiscordFault, failAfter, failBefore } from './discord-faults.ts'
import { type GatewayOptions, openGateway, type TestGateway } from './discord-gateway.ts'
import {
  type Answer,
  apiError,
  type DiscordRequest,
  findRoute,
  give,
  Refusal,
  type Route,
  readBody,
  type Sent,
} from './discord-http.ts'
import { createInteractions } from './discord-interactions.ts'
import { composeMessage, messageRoutes, publish, remove } from './discord-messages.ts'
import { createPeople, type PersonOptions, type TestPerson } from './discord-people.ts'
import { placeRoutes } from './discord-places.ts'
import { createRates, type RateLimit } from './discord-rates.ts'
import {
  type Channel,
  type ChannelOptions,
  createWorld,
  describeChannel,
  type Guild,
  type StoredMessage,
  type User,
} from './discord-state.ts'
import { threadRoutes } from './discord-threads.ts'

export type { DiscordFault, StoredMessage }

export interface DiscordServerOptions extends GatewayOptions {
  /** The bot's token. */
  token?: string
  /** The clock (ms) of ids, of the nonce window and of the hour of crossposts. */
  now?: () => number
  /** How long a nonce is remembered (ms); Discord says “a few minutes”. */
  nonceWindowMs?: number
  /** Give nonces back with GET, which Discord does not promise. */
  echoNonce?: boolean
  /** How many messages of a channel can be crossposted in an hour; Discord does not say. */
  crosspostsAnHour?: number
}

/** REST and gateway of a Discord with one bot, one guild and, as they are added, more guilds and people. */
export interface TestDiscordServer {
  /** For DISCORD_API_URL, and for `rest.api` of a discord.js Client. */
  apiUrl: string
  token: string
  bot: User & { bot: true }
  /** The first guild. */
  guild: Guild
  /** The bot's roles in it, by id, besides @everyone. */
  botRoles: string[]
  requests: DiscordRequest[]
  /** Requests and connections that are open now, the gateway's among the connections. */
  open(): { requests: number; connections: number }
  gateway: TestGateway
  commands: TestCommands
  /** Makes a guild; `botRoles: null` where the bot is no member. */
  addGuild(name: string, options?: { owner?: string; botRoles?: string[] | null }): Guild
  /** Makes a channel and gives its id. */
  addChannel(options?: ChannelOptions): string
  /** Changes a channel's options, and tells the gateway. */
  changeChannel(channel: string, options: Partial<ChannelOptions>): void
  /** The channel as the API describes it: tags, state of a thread … */
  describe(channel: string): Sent
  /** The ids of the threads and posts of a channel, oldest first. */
  threads(channel: string): string[]
  /** Opens a thread, or in a forum a post, by default somebody else's. */
  addThread(channel: string, name: string, owner?: User): string
  /** Removes a channel: 10003 from now on. */
  deleteChannel(channel: string): void
  /** Somebody who can send commands and press buttons. */
  addPerson(options?: PersonOptions): TestPerson
  /** What stands in a channel, oldest first. */
  messages(channel: string): StoredMessage[]
  /** Puts a message there, by default somebody else's. */
  addMessage(channel: string, content: string, author?: User): StoredMessage
  deleteMessage(channel: string, id: string): void
  /**
   * From now on (so many times, always by default) requests fail: those of a method for a channel, or those of a route
   * such as `POST /interactions/:interaction/:token/callback`.
   */
  fault(where: string, fault: DiscordFault, options?: { times?: number; method?: string }): void
  /** Asks at each request what goes wrong with it; null for nothing, and for not asking any more. */
  meddle(choose: ((request: DiscordRequest) => DiscordFault | null) | null): void
  heal(): void
  /** The next answer for the channel says that its rate limit is used up for so many seconds. */
  drain(channel: string, seconds: number): void
  /** Limits a route, such as `POST /channels/:channel/messages`, for each channel; in real time, as clients wait. */
  limit(route: string, limit: RateLimit): void
  /** The global rate limit is used up for so many seconds. */
  hold(seconds: number): void
  /** Makes the token invalid. */
  revokeToken(): void
  /** Resolves with what `check` finds, as soon as a request or the gateway makes it find something. */
  until<T>(check: () => T | null | undefined | false): Promise<T>
  close(): Promise<void>
}

/** A server on 127.0.0.1 that speaks Discord's REST interface and its gateway, as far as a bot like ours needs them. */
export async function startDiscordServer(options: DiscordServerOptions = {}): Promise<TestDiscordServer> {
  const { token = 'test-token', now = Date.now } = options
  const { nonceWindowMs = 180_000, echoNonce = false, crosspostsAnHour = 10 } = options
  let valid = true
  const world = createWorld(token, now)
  const { guild, botRoles } = world.addGuild('Test server')
  const rates = createRates()
  const routeFaults: { route: string; fault: DiscordFault; times: number }[] = []
  let meddler: Parameters<TestDiscordServer['meddle']>[0] = null
  const open = { requests: 0, connections: 0 }
  const server = createServer((request, response) => void handle(request, response))
  server.on('connection', (socket) => {
    open.connections++
    socket.once('close', () => open.connections--)
  })
  const gateway = openGateway(world, server, options)
  const commands = commandRoutes(world)
  const interactions = createInteractions(world)
  const people = createPeople(world, interactions, commands.test)
  const routes: Route[] = [
    { method: 'GET', path: '/gateway/bot', handle: () => ({ status: 200, body: gateway.describe() }) },
    ...placeRoutes(world),
    ...messageRoutes(world, { nonceWindowMs, echoNonce, crosspostsAnHour }),
    ...threadRoutes(world),
    ...commands.routes,
    ...interactions.routes,
  ]

  function takeFault(channel: Channel | undefined, { method, route }: DiscordRequest): DiscordFault | null {
    const found =
      channel?.faults.find((one) => one.method === method && one.times > 0) ??
      routeFaults.find((one) => one.route === route && one.times > 0)
    if (found) found.times--
    return found?.fault ?? null
  }

  /** Counts a request as long as it is open. */
  function count(response: ServerResponse): void {
    open.requests++
    response.once('close', () => {
      open.requests--
      world.changed()
    })
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    count(response)
    const url = new URL(request.url ?? '', 'http://localhost')
    const sent = await readBody(request).catch(() => null)
    // It broke off, as when its sender is killed.
    if (sent === null) return void response.destroy()
    const { body, files } = sent
    const method = request.method!
    const path = decodeURIComponent(url.pathname)
    const below = path.replace(/^\/api\/v10/, '')
    const found = findRoute(routes, method, below)
    const asked: DiscordRequest = {
      method,
      path,
      body,
      route: `${method} ${found?.route.path ?? below}`,
      query: Object.fromEntries(url.searchParams),
      files,
      status: null,
    }
    world.requests.push(asked)
    const answer = (what: Answer) => {
      asked.status = what.status
      give(response, what)
    }
    const isOpen = found?.route.open === true
    if (!isOpen && (!valid || request.headers.authorization !== `Bot ${token}`)) {
      answer(apiError(401, 0, '401: Unauthorized'))
      return world.changed()
    }
    const channel = world.channels.get(found?.params.channel ?? '')
    const fault = takeFault(channel, asked) ?? meddler?.(asked) ?? null
    if (failBefore(fault, request, response)) return world.changed()
    const drained = channel?.drained ?? null
    if (channel) channel.drained = null
    const { headers, refusal } = rates.spend(asked.route, channel?.id ?? 'global', isOpen, drained)
    const result = refusal ?? carryOut(found, { body, files, query: url.searchParams })
    if (!failAfter(fault, request, response))
      answer({ ...result, headers: { ...headers, ...result.headers } })
    world.changed()
  }

  function carryOut(
    found: ReturnType<typeof findRoute>,
    call: { body: Sent; files: string[]; query: URLSearchParams },
  ): Answer {
    if (!found) return apiError(404, 0, '404: Not Found')
    try {
      return found.route.handle({ ...call, params: found.params })
    } catch (error) {
      if (error instanceof Refusal) return error.answer
      // A body of the wrong shape, most likely; the test that sent it sees why.
      return apiError(500, 0, `The test server failed: ${error instanceof Error ? error.stack : error}`)
    }
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  function channelOf(id: string): Channel {
    const channel = world.channels.get(id)
    if (!channel) throw new Error(`The test server has no channel ${id}: make it with addChannel first.`)
    return channel
  }

  return {
    apiUrl: `http://127.0.0.1:${port}/api`,
    token,
    bot: world.bot,
    guild,
    botRoles: botRoles!,
    requests: world.requests,
    open: () => ({ ...open }),
    gateway: gateway.test,
    commands: commands.test,
    until: world.until,
    addGuild: (name, more) => world.addGuild(name, more).guild,
    addChannel(channelOptions) {
      const channel = world.addChannel(channelOptions)
      if (channel.guild !== null) world.dispatch('CHANNEL_CREATE', describeChannel(world, channel), 1)
      return channel.id
    },
    changeChannel(id, changes) {
      const channel = channelOf(id)
      channel.options = { ...channel.options, ...changes }
      world.dispatch('CHANNEL_UPDATE', describeChannel(world, channel), 1)
    },
    describe: (id) => describeChannel(world, channelOf(id)),
    threads: (id) =>
      [...world.channels.values()].flatMap((one) =>
        one.thread && one.options.parent === id ? [one.id] : [],
      ),
    addThread(parent, name, owner = world.somebody) {
      const { guild } = channelOf(parent)
      const thread = { owner: owner.id, tags: [], archived: false, locked: false, archiveAfter: 1440 }
      const made = world.addChannel({ name, type: 11, parent, guild }, { thread })
      world.dispatch('THREAD_CREATE', { ...describeChannel(world, made), newly_created: true }, 1)
      return made.id
    },
    deleteChannel(id) {
      const channel = channelOf(id)
      world.channels.delete(id)
      for (const one of [...world.channels.values()])
        if (one.options.parent === id && one.thread) world.channels.delete(one.id)
      world.dispatch('CHANNEL_DELETE', describeChannel(world, channel), 1)
    },
    addPerson: people.addPerson,
    messages: (id) => channelOf(id).messages,
    addMessage(id, content, author = world.somebody) {
      const channel = channelOf(id)
      return publish(world, channel, composeMessage(world, channel, { content }, { author }))
    },
    deleteMessage(id, message) {
      const channel = channelOf(id)
      const found = channel.messages.find((one) => one.id === message)
      if (found) remove(world, channel, found)
    },
    fault(where, fault, { times = Number.POSITIVE_INFINITY, method = 'POST' } = {}) {
      if (where.includes('/')) routeFaults.push({ route: where, fault, times })
      else channelOf(where).faults.push({ fault, times, method })
    },
    meddle(choose) {
      meddler = choose
    },
    heal() {
      meddler = null
      routeFaults.length = 0
      for (const channel of world.channels.values()) channel.faults = []
    },
    drain(id, seconds) {
      channelOf(id).drained = seconds
    },
    limit: rates.limit,
    hold: rates.hold,
    revokeToken() {
      valid = false
    },
    async close() {
      if (!server.listening) return
      server.close()
      gateway.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
