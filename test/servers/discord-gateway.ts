import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Sent } from './discord-http.ts'
import { describeChannel, type GuildState, type World } from './discord-state.ts'
import { acceptWebSocket, type WebSocketPeer } from './websocket.ts'

export interface GatewayOptions {
  /** How often clients send a heartbeat (ms). */
  heartbeatMs?: number
  /** How many identifies are left today. */
  identifiesLeft?: number
}

interface Session {
  id: string
  intents: number
  seq: number
  events: { s: number; t: string; d: Sent }[]
  connection: Connection | null
}

interface Connection {
  peer: WebSocketPeer
  session: Session | null
}

/** What a test sees of the gateway, and does to it. */
export interface TestGateway {
  /** The identify, resume and presence payloads that came. */
  identifies: Sent[]
  resumes: Sent[]
  presences: Sent[]
  heartbeats: number
  /** Codes with which clients closed; null for a connection that just ended. */
  closes: (number | null)[]
  /** How many clients are logged in. */
  connected(): number
  /** Op 7: asks all clients to reconnect and resume. */
  reconnect(): void
  /** Op 9; not resumable: the session is gone. */
  invalidate(options?: { resumable?: boolean }): void
  /** Closes all connections with a code; 4004 and 4010 to 4014 are for good. */
  closeAll(code: number): void
  /** All connections end (FIN) or break (RST). */
  cut(how?: 'fin' | 'rst'): void
  /** The next identify is answered by closing with this code. */
  refuseNext(code: number): void
  /** From now on who connects is not greeted, until called with true. */
  greet(on: boolean): void
  /** From now on nothing that clients send over their connections is taken in. */
  deafen(): void
  /** How many clients have connected and are not logged in. */
  waiting(): number
  /** From now on heartbeats aren't acknowledged, until called with true. */
  acknowledge(on: boolean): void
  /** Sends an event as Discord would. */
  dispatch(type: string, data: Sent): void
}

const op = { dispatch: 0, heartbeat: 1, identify: 2, presence: 3, voice: 4, resume: 6, reconnect: 7 }
const [requestMembers, invalidSession, hello, ack] = [8, 9, 10, 11]
const guildMessages = 1 << 9
const messageContent = 1 << 15

export function openGateway(
  world: World,
  http: Server,
  options: GatewayOptions,
): { test: TestGateway; describe: () => Sent; close: () => void } {
  const { heartbeatMs = 41_250, identifiesLeft = 1000 } = options
  const sessions = new Map<string, Session>()
  const connections = new Set<Connection>()
  let refusal: number | null = null
  let acknowledges = true
  let greets = true
  let left = identifiesLeft
  let serial = 0
  const url = () => `ws://127.0.0.1:${(http.address() as { port: number }).port}`
  const send = (connection: Connection, payload: object) => connection.peer.send(JSON.stringify(payload))

  function emit(session: Session, t: string, d: Sent): void {
    const event = { s: ++session.seq, t, d }
    session.events.push(event)
    if (session.connection) send(session.connection, { op: op.dispatch, ...event })
  }

  function identify(connection: Connection, d: Sent): void {
    test.identifies.push(d)
    left--
    const code = refusal ?? (d.token === world.token ? null : 4004)
    refusal = null
    if (code !== null) {
      connection.peer.close(code)
      return
    }
    const session = { id: `session-${++serial}`, intents: d.intents, seq: 0, events: [], connection }
    sessions.set(session.id, session)
    connection.session = session
    const member = [...world.guilds.values()].filter((one) => one.botRoles !== null)
    emit(session, 'READY', {
      v: 10,
      user: { ...world.bot, discriminator: '0', avatar: null, verified: true, mfa_enabled: false, flags: 0 },
      guilds: member.map(({ guild }) => ({ id: guild.id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: url(),
      shard: d.shard ?? [0, 1],
      application: { id: world.bot.id, flags: 0 },
      private_channels: [],
    })
    if (d.intents & 1) for (const state of member) emit(session, 'GUILD_CREATE', describeGuild(world, state))
  }

  function resume(connection: Connection, d: Sent): void {
    test.resumes.push(d)
    const session = sessions.get(d.session_id)
    if (d.token !== world.token) connection.peer.close(4004)
    else if (!session) send(connection, { op: invalidSession, d: false })
    else if (d.seq > session.seq) connection.peer.close(4007)
    else replay(connection, session, d.seq)
  }

  function replay(connection: Connection, session: Session, after: number): void {
    connection.session = session
    session.connection = connection
    for (const event of session.events) if (event.s > after) send(connection, { op: op.dispatch, ...event })
    emit(session, 'RESUMED', { _trace: [] })
  }

  function take(connection: Connection, text: string): void {
    const { op: code, d } = parsed(text)
    const { session } = connection
    if (code === undefined) connection.peer.close(4002)
    else if (code === op.heartbeat) {
      test.heartbeats++
      if (acknowledges) send(connection, { op: ack })
    } else if (code === op.identify) {
      if (session) connection.peer.close(4005)
      else identify(connection, d)
    } else if (code === op.resume) {
      if (session) connection.peer.close(4005)
      else resume(connection, d)
    } else if (!session) connection.peer.close(4003)
    else if (code === op.presence) test.presences.push(d)
    else if (code === requestMembers) sendMembers(session, d)
    else if (code !== op.voice) connection.peer.close(4001)
    world.changed()
  }

  function sendMembers(session: Session, { guild_id, nonce }: Sent): void {
    const state = world.guilds.get(guild_id)
    const members = state ? describeMembers(world, state) : []
    emit(session, 'GUILD_MEMBERS_CHUNK', { guild_id, members, chunk_index: 0, chunk_count: 1, nonce })
  }

  http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const peer = acceptWebSocket(request, socket, head)
    if (!peer) return
    const connection: Connection = { peer, session: null }
    connections.add(connection)
    peer.onText = (text) => take(connection, text)
    peer.onClose = (code) => {
      connections.delete(connection)
      const { session } = connection
      if (session?.connection === connection) session.connection = null
      // A client that says goodbye has ended its session; any other end leaves it to be resumed.
      if (session && (code === 1000 || code === 1001)) sessions.delete(session.id)
      test.closes.push(code)
      world.changed()
    }
    if (greets) send(connection, { op: hello, d: { heartbeat_interval: heartbeatMs, _trace: [] } })
    world.changed()
  })

  world.dispatch = (type, data, intent = 0) => {
    for (const session of sessions.values()) {
      if (intent !== 0 && !(session.intents & intent)) continue
      const hidden = /^MESSAGE_(CREATE|UPDATE)$/.test(type) && hides(session.intents, data, intent)
      emit(
        session,
        type,
        hidden ? { ...data, content: '', embeds: [], components: [], attachments: [] } : data,
      )
    }
  }

  /** Without the Message Content intent a bot reads only its own messages, those that name it, and direct ones. */
  function hides(intents: number, message: Sent, intent: number): boolean {
    if (intents & messageContent || intent !== guildMessages) return false
    const named = message.mentions.some((one: { id: string }) => one.id === world.bot.id)
    return message.author.id !== world.bot.id && !named
  }

  function detach(connection: Connection): void {
    if (connection.session) connection.session.connection = null
    connection.session = null
  }

  const test: TestGateway = {
    identifies: [],
    resumes: [],
    presences: [],
    heartbeats: 0,
    closes: [],
    connected: () => [...connections].filter((one) => one.session !== null).length,
    waiting: () => [...connections].filter((one) => one.session === null).length,
    greet(on) {
      greets = on
    },
    deafen() {
      for (const { peer } of connections) peer.deafen()
    },
    reconnect() {
      for (const connection of connections) send(connection, { op: op.reconnect, d: null })
    },
    invalidate({ resumable = false } = {}) {
      if (!resumable) sessions.clear()
      for (const connection of connections) {
        // discord.js resumes on the same connection.
        detach(connection)
        send(connection, { op: invalidSession, d: resumable })
      }
    },
    closeAll(code) {
      if (code === 4007 || code === 4009) sessions.clear()
      for (const connection of connections) connection.peer.close(code)
    },
    cut(how = 'fin') {
      for (const connection of connections) {
        // What is sent from here on goes to the session only, to be replayed.
        detach(connection)
        connection.peer.cut(how)
      }
    },
    refuseNext(code) {
      refusal = code
    },
    acknowledge(on) {
      acknowledges = on
    },
    dispatch: (type, data) => world.dispatch(type, data),
  }

  return {
    test,
    describe: () => ({
      url: url(),
      shards: 1,
      session_start_limit: { total: 1000, remaining: left, reset_after: 14_400_000, max_concurrency: 1 },
    }),
    close() {
      for (const connection of connections) connection.peer.cut('rst')
    },
  }
}

function parsed(text: string): Sent {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}

function describeMembers(world: World, { members, botRoles }: GuildState): Sent[] {
  const all = [{ user: world.bot, roles: botRoles ?? [] }, ...members.values()]
  return all.map(({ user, roles }) => describeMember(user, roles))
}

export function describeMember(user: object, roles: string[]): Sent {
  return {
    user: { ...user, discriminator: '0', avatar: null },
    roles,
    nick: null,
    avatar: null,
    joined_at: '2026-01-01T00:00:00.000Z',
    premium_since: null,
    deaf: false,
    mute: false,
    pending: false,
    flags: 0,
  }
}

export function describeRole(
  role: { id: string; name: string; permissions: string },
  position: number,
): Sent {
  return {
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    position,
    managed: false,
    mentionable: false,
    flags: 0,
    ...role,
  }
}

function describeGuild(world: World, state: GuildState): Sent {
  const { guild, members } = state
  const channels = [...world.channels.values()].filter((one) => one.guild === guild.id)
  return {
    ...guild,
    roles: guild.roles.map(describeRole),
    channels: channels.filter((one) => !one.thread).map((one) => describeChannel(world, one)),
    threads: channels.filter((one) => one.thread).map((one) => describeChannel(world, one)),
    members: describeMembers(world, { ...state, members: new Map() }),
    member_count: members.size + 1,
    unavailable: false,
    large: false,
    joined_at: '2026-01-01T00:00:00.000Z',
    preferred_locale: 'en-US',
    features: [],
    emojis: [],
    stickers: [],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
    icon: null,
    splash: null,
    banner: null,
    description: null,
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    public_updates_channel_id: null,
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    mfa_level: 0,
    nsfw_level: 0,
    premium_tier: 0,
    premium_progress_bar_enabled: false,
    vanity_url_code: null,
  }
}
