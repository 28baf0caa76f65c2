import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { checkMessage } from './discord-limits.ts'

/** A message as it stands in a channel. */
export interface StoredMessage {
  id: string
  channel_id: string
  type: 0
  content: string
  embeds: object[]
  components: object[]
  author: { id: string; username: string; bot: boolean }
  timestamp: string
  mention_everyone: boolean
  mentions: { id: string }[]
  mention_roles: string[]
  nonce?: string | number
}

/** Something that goes wrong with requests for a channel. */
export type DiscordFault =
  | 'missing access'
  | 'missing permissions'
  | 'unknown channel'
  | 'server error'
  /** A page of HTML with status 403, as a firewall in between gives. */
  | 'blocked'
  /** The connection ends (FIN) or breaks (RST), before or after the message is stored. */
  | 'drop before'
  | 'drop after'
  | 'reset before'
  | 'reset after'
  /** No answer, before or after the message is stored. */
  | 'stall before'
  | 'stall after'
  /** The answer to a stored message breaks off in its midst. */
  | 'cut answer'
  | { retryAfter: number; global?: boolean }

export interface DiscordServerOptions {
  /** The bot's token. */
  token?: string
  /** The clock (ms) of ids and of the nonce window. */
  now?: () => number
  /** How long a nonce is remembered (ms); Discord says “a few minutes”. */
  nonceWindowMs?: number
  /** Give nonces back with GET, which Discord does not promise. */
  echoNonce?: boolean
}

export interface ChannelOptions {
  name?: string
  /** 0 text (default), 4 category, 5 announcement, 15 forum … */
  type?: number
  overwrites?: { id: string; type: 0 | 1; allow: string; deny: string }[]
  /** False: the bot gets an empty list of messages, as without Read Message History. */
  history?: boolean
}

/** What the server was asked. */
export interface DiscordRequest {
  method: string
  path: string
  // biome-ignore lint/suspicious/noExplicitAny: it is whatever a client sent.
  body: any
}

export interface TestDiscordServer {
  /** For DISCORD_API_URL. */
  apiUrl: string
  token: string
  bot: { id: string; username: string; bot: true }
  guild: {
    id: string
    name: string
    owner_id: string
    roles: { id: string; name: string; permissions: string }[]
  }
  /** The bot's roles, by id, besides @everyone. */
  botRoles: string[]
  requests: DiscordRequest[]
  /** Makes a channel and gives its id. */
  addChannel(options?: ChannelOptions): string
  /** What stands in a channel, oldest first. */
  messages(channel: string): StoredMessage[]
  /** Puts a message there, by default somebody else's. */
  addMessage(channel: string, content: string, author?: StoredMessage['author']): StoredMessage
  deleteMessage(channel: string, id: string): void
  /** From now on (so many times, always by default) requests of that method for that channel fail. */
  fault(channel: string, fault: DiscordFault, options?: { times?: number; method?: 'GET' | 'POST' }): void
  heal(): void
  /** The next answer for the channel says that its rate limit is used up for so many seconds. */
  drain(channel: string, seconds: number): void
  /** Makes the token invalid. */
  revokeToken(): void
  close(): Promise<void>
}

interface Channel {
  id: string
  options: ChannelOptions
  messages: StoredMessage[]
  lastMessage: string | null
  faults: { fault: DiscordFault; times: number; method: string }[]
  drained: number | null
}

interface Answer {
  status: number
  body: unknown
  headers?: Record<string, string>
}

const everyone = '1071698529857' // View Channel, Send Messages, Embed Links, Read Message History and what servers give besides.
const epoch = 1_420_070_400_000

/** A server on 127.0.0.1 that speaks Discord's REST interface, as far as posting needs it. */
export async function startDiscordServer(options: DiscordServerOptions = {}): Promise<TestDiscordServer> {
  const { token = 'test-token', now = Date.now, nonceWindowMs = 180_000, echoNonce = false } = options
  let valid = true
  let serial = 0n
  const bot = { id: snowflake(), username: 'freehold', bot: true as const }
  const somebody = { id: snowflake(), username: 'somebody', bot: false }
  const guildId = snowflake()
  const guild = {
    id: guildId,
    name: 'Test server',
    owner_id: somebody.id,
    roles: [{ id: guildId, name: '@everyone', permissions: everyone }],
  }
  const channels = new Map<string, Channel>()
  const nonces = new Map<string, { message: StoredMessage; at: number }>()
  const requests: DiscordRequest[] = []
  const botRoles: string[] = []

  function snowflake(): string {
    return String((BigInt(now() - epoch) << 22n) | (serial++ & 0x3fffffn))
  }

  function addMessage(
    channel: Channel,
    message: Pick<StoredMessage, 'content' | 'author'> & Partial<StoredMessage>,
  ) {
    const stored: StoredMessage = {
      id: snowflake(),
      channel_id: channel.id,
      type: 0,
      embeds: [],
      components: [],
      timestamp: new Date(now()).toISOString(),
      mention_everyone: false,
      mentions: [],
      mention_roles: [],
      ...message,
    }
    channel.messages.push(stored)
    channel.lastMessage = stored.id
    return stored
  }

  // biome-ignore lint/suspicious/noExplicitAny: it is whatever a client sent.
  function post(channel: Channel, body: any): Answer {
    const wrong = checkMessage(body)
    if (wrong) return { status: 400, body: wrong }
    const known = body.enforce_nonce && nonces.get(String(body.nonce))
    if (known && now() - known.at <= nonceWindowMs) {
      const { message } = known
      const there = channels.get(message.channel_id)?.messages.includes(message)
      return there ? { status: 200, body: message } : apiError(404, 10008, 'Unknown Message')
    }
    const { content = '', embeds = [], components = [], nonce } = body
    const message = addMessage(channel, { content, embeds, components, nonce, author: bot, ...pings(body) })
    if (nonce !== undefined) nonces.set(String(nonce), { message, at: now() })
    return { status: 200, body: message }
  }

  function list(channel: Channel, query: URLSearchParams): Answer {
    if (channel.options.history === false) return { status: 200, body: [] }
    const before = query.get('before')
    const older = channel.messages.filter((m) => before === null || BigInt(m.id) < BigInt(before))
    const page = older.reverse().slice(0, Number(query.get('limit') ?? 50))
    return {
      status: 200,
      body: page.map(({ nonce, ...m }) => (echoNonce && nonce !== undefined ? { ...m, nonce } : m)),
    }
  }

  function describe({
    id,
    options: { name = 'digest', type = 0, overwrites = [] },
    lastMessage,
  }: Channel): Answer {
    const body = {
      id,
      type,
      name,
      guild_id: guild.id,
      permission_overwrites: overwrites,
      last_message_id: lastMessage,
    }
    return { status: 200, body }
  }

  function route({ method, path, body }: DiscordRequest, query: URLSearchParams): Answer {
    const [, place, id, rest] = /^\/api\/v10\/(\w+)\/([^/]+)(\/.*)?$/.exec(path) ?? []
    if (method === 'GET' && place === 'users' && id === '@me') return { status: 200, body: bot }
    if (method === 'GET' && place === 'guilds' && id === guild.id) {
      if (rest === undefined) return { status: 200, body: guild }
      if (rest === `/members/${bot.id}`) return { status: 200, body: { user: bot, roles: botRoles } }
    }
    const channel = place === 'channels' ? channels.get(id!) : undefined
    if (place === 'channels' && !channel) return apiError(404, 10003, 'Unknown Channel')
    if (channel && method === 'GET' && rest === undefined) return describe(channel)
    if (channel && method === 'GET' && rest === '/messages') return list(channel, query)
    if (channel && method === 'POST' && rest === '/messages') return post(channel, body)
    return apiError(404, 0, '404: Not Found')
  }

  function takeFault(channel: Channel | undefined, method: string): DiscordFault | null {
    const found = channel?.faults.find((f) => f.method === method && f.times > 0)
    if (found) found.times--
    return found?.fault ?? null
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://localhost')
    const body = await text(request)
    const asked = {
      method: request.method!,
      path: decodeURIComponent(url.pathname),
      body: body ? JSON.parse(body) : null,
    }
    requests.push(asked)
    if (!valid || request.headers.authorization !== `Bot ${token}`) {
      return give(response, apiError(401, 0, '401: Unauthorized'))
    }
    const channel = channels.get(/\/channels\/(\d+)/.exec(asked.path)?.[1] ?? '')
    const fault = takeFault(channel, asked.method)
    if (fault === 'stall before') return
    if (fault === 'drop before') return void request.socket.destroy()
    if (fault === 'reset before') return void request.socket.resetAndDestroy()
    if (fault === 'blocked') {
      response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Forbidden</h1>')
      return
    }
    const refusal = fault && refusalOf(fault)
    if (refusal) return give(response, refusal)
    const answer = route(asked, url.searchParams)
    if (fault === 'stall after') return
    if (fault === 'drop after') return void request.socket.destroy()
    if (fault === 'reset after') return void request.socket.resetAndDestroy()
    if (fault === 'cut answer') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"id": "12', () => request.socket.destroy())
      return
    }
    give(response, { ...answer, headers: limitsOf(channel) })
  }

  /** Every answer tells the state of its bucket; here it only runs out when told so. */
  function limitsOf(channel: Channel | undefined): Record<string, string> {
    const seconds = channel?.drained ?? null
    if (channel) channel.drained = null
    return {
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': seconds === null ? '4' : '0',
      'x-ratelimit-reset-after': String(seconds ?? 1),
      'x-ratelimit-reset': String(now() / 1000 + (seconds ?? 1)),
      'x-ratelimit-bucket': `bucket-${channel?.id ?? 'global'}`,
    }
  }

  const server = createServer((request, response) => void handle(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  function channelOf(id: string): Channel {
    const channel = channels.get(id)
    if (!channel) throw new Error(`The test server has no channel ${id}: make it with addChannel first.`)
    return channel
  }

  return {
    apiUrl: `http://127.0.0.1:${port}/api`,
    token,
    bot,
    guild,
    botRoles,
    requests,
    addChannel(channelOptions = {}) {
      const id = snowflake()
      channels.set(id, {
        id,
        options: channelOptions,
        messages: [],
        lastMessage: null,
        faults: [],
        drained: null,
      })
      return id
    },
    messages: (id) => channelOf(id).messages,
    addMessage: (id, content, author = somebody) => addMessage(channelOf(id), { content, author }),
    deleteMessage(id, message) {
      const channel = channelOf(id)
      channel.messages = channel.messages.filter((m) => m.id !== message)
    },
    fault(id, fault, { times = Number.POSITIVE_INFINITY, method = 'POST' } = {}) {
      channelOf(id).faults.push({ fault, times, method })
    },
    heal() {
      for (const channel of channels.values()) channel.faults = []
    },
    drain(id, seconds) {
      channelOf(id).drained = seconds
    },
    revokeToken() {
      valid = false
    },
    async close() {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function give(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function apiError(status: number, code: number, message: string): Answer {
  return { status, body: { message, code } }
}

function refusalOf(fault: DiscordFault): Answer | null {
  switch (fault) {
    case 'missing access':
      return apiError(403, 50001, 'Missing Access')
    case 'missing permissions':
      return apiError(403, 50013, 'Missing Permissions')
    case 'unknown channel':
      return apiError(404, 10003, 'Unknown Channel')
    case 'server error':
      return apiError(500, 0, '500: Internal Server Error')
  }
  if (typeof fault === 'string') return null
  const { retryAfter, global = false } = fault
  return {
    status: 429,
    body: { message: 'You are being rate limited.', retry_after: retryAfter, global },
    headers: {
      'retry-after': String(retryAfter),
      'x-ratelimit-scope': global ? 'global' : 'user',
      ...(global ? { 'x-ratelimit-global': 'true' } : {}),
    },
  }
}

/** Whom a message pings: what its text names, as far as `allowed_mentions` lets it; without that, everybody. */
function pings(body: {
  content?: string
  allowed_mentions?: { parse?: string[]; users?: string[]; roles?: string[] }
}): Pick<StoredMessage, 'mention_everyone' | 'mentions' | 'mention_roles'> {
  const { content = '', allowed_mentions: allowed } = body
  const may =
    (kind: string, ids: string[] = []) =>
    (id: string) =>
      !allowed || (allowed.parse ?? []).includes(kind) || ids.includes(id)
  const named = (pattern: RegExp) => [...content.matchAll(pattern)].map((match) => match[1]!)
  return {
    mention_everyone: /@(everyone|here)/.test(content) && may('everyone')(''),
    mentions: named(/<@!?(\d+)>/g)
      .filter(may('users', allowed?.users))
      .map((id) => ({ id })),
    mention_roles: named(/<@&(\d+)>/g).filter(may('roles', allowed?.roles)),
  }
}
