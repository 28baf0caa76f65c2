import type { DiscordFault } from './discord-faults.ts'
import type { DiscordRequest, Sent } from './discord-http.ts'
import { Refusal } from './discord-http.ts'
import {
  directPermissions,
  type Overwrite,
  permission,
  permissionsIn,
  usualPermissions,
} from './discord-permissions.ts'

export interface User {
  id: string
  username: string
  bot: boolean
}

/** A message as it stands in a channel. */
export interface StoredMessage {
  id: string
  channel_id: string
  type: number
  content: string
  embeds: Sent[]
  components: Sent[]
  author: User
  timestamp: string
  edited_timestamp: string | null
  flags: number
  mention_everyone: boolean
  mentions: { id: string }[]
  mention_roles: string[]
  attachments: { id: string; filename: string; size: number; url: string }[]
  nonce?: string | number
  /** As it was sent; never given out. */
  allowed_mentions?: Sent
  interaction_metadata?: object
  message_reference?: object
  thread?: object
  guild_id?: string
}

export interface ChannelOptions {
  name?: string
  /** 0 text (default), 1 direct message, 4 category, 5 announcement, 15 forum … */
  type?: number
  overwrites?: Overwrite[]
  /** False: the bot gets an empty list of messages, as without Read Message History. */
  history?: boolean
  /** The guild's id; by default the first one's. */
  guild?: string | null
  /** The category, or the channel of a thread. */
  parent?: string
  /** A forum's tags. */
  tags?: { id?: string; name: string; moderated?: boolean }[]
  /** Forum posts must have a tag. */
  requireTag?: boolean
  /** A direct message that can't be sent: 50007. */
  closed?: boolean
}

export interface Thread {
  owner: string
  tags: string[]
  archived: boolean
  locked: boolean
  archiveAfter: number
}

export interface Channel {
  id: string
  options: ChannelOptions
  guild: string | null
  /** Who is in a direct message besides the bot. */
  recipient: User | null
  tags: { id: string; name: string; moderated: boolean; emoji_id: null; emoji_name: null }[]
  thread: Thread | null
  messages: StoredMessage[]
  lastMessage: string | null
  faults: { fault: DiscordFault; times: number; method: string }[]
  drained: number | null
  /** When messages of it were crossposted (ms). */
  crossposts: number[]
}

export interface Role {
  id: string
  name: string
  permissions: string
}

export interface Guild {
  id: string
  name: string
  owner_id: string
  roles: Role[]
}

export interface GuildState {
  guild: Guild
  /** The bot's roles; null where it is no member. */
  botRoles: string[] | null
  members: Map<string, { user: User; roles: string[] }>
}

export interface World {
  now: () => number
  snowflake: () => string
  token: string
  bot: User & { bot: true }
  somebody: User
  guilds: Map<string, GuildState>
  channels: Map<string, Channel>
  users: Map<string, User>
  requests: DiscordRequest[]
  nonces: Map<string, { message: StoredMessage; at: number }>
  /** Sends an event to the sessions that asked for it; set by the gateway. */
  dispatch: (type: string, data: Sent, intent?: number) => void
  addGuild(name: string, options?: { owner?: string; botRoles?: string[] | null }): GuildState
  addChannel(options?: ChannelOptions, more?: Partial<Channel>): Channel
  addUser(username: string): User
  /** Resolves with what `check` finds, as soon as it finds something. */
  until<T>(check: () => T | null | undefined | false): Promise<T>
  /** Something happened: looks again at what `until` waits for. */
  changed(): void
}

const epoch = 1_420_070_400_000

export function createWorld(token: string, now: () => number): World {
  let serial = 0n
  const snowflake = () => String((BigInt(now() - epoch) << 22n) | (serial++ & 0x3fffffn))
  const bot = { id: snowflake(), username: 'freehold', bot: true as const }
  const somebody = { id: snowflake(), username: 'somebody', bot: false }
  const waiting = new Set<() => boolean>()
  const world: World = {
    now,
    snowflake,
    token,
    bot,
    somebody,
    guilds: new Map(),
    channels: new Map(),
    users: new Map([bot, somebody].map((user) => [user.id, user])),
    requests: [],
    nonces: new Map(),
    dispatch: () => undefined,
    addGuild(name, { owner = somebody.id, botRoles = [] } = {}) {
      const id = snowflake()
      const everyone = { id, name: '@everyone', permissions: String(usualPermissions) }
      const guild = { id, name, owner_id: owner, roles: [everyone] }
      const state: GuildState = { guild, botRoles, members: new Map() }
      world.guilds.set(id, state)
      return state
    },
    addChannel(options = {}, more = {}) {
      const id = more.id ?? snowflake()
      const guild = options.guild === undefined ? [...world.guilds.keys()][0]! : options.guild
      const tags = (options.tags ?? []).map(({ id: tag = snowflake(), name, moderated = false }) => ({
        id: tag,
        name,
        moderated,
        emoji_id: null,
        emoji_name: null,
      }))
      const channel: Channel = {
        id,
        options,
        guild,
        recipient: null,
        tags,
        thread: null,
        messages: [],
        lastMessage: null,
        faults: [],
        drained: null,
        crossposts: [],
        ...more,
      }
      world.channels.set(id, channel)
      return channel
    },
    addUser(username) {
      const user = { id: snowflake(), username, bot: false }
      world.users.set(user.id, user)
      return user
    },
    until<T>(check: () => T | null | undefined | false): Promise<T> {
      return new Promise((resolve) => {
        const look = () => {
          const found = check()
          if (found) resolve(found)
          return Boolean(found)
        }
        if (!look()) waiting.add(look)
      })
    },
    changed() {
      for (const look of waiting) if (look()) waiting.delete(look)
    },
  }
  return world
}

/** A thread has the overwrites of its channel. */
export function overwritesOf(world: World, channel: Channel): Overwrite[] {
  const parent = channel.thread ? world.channels.get(channel.options.parent ?? '') : undefined
  return (parent ?? channel).options.overwrites ?? []
}

export function botPermissions(world: World, channel: Channel): bigint {
  if (channel.guild === null) return directPermissions
  const state = world.guilds.get(channel.guild)!
  if (state.botRoles === null) return 0n
  const member = { id: world.bot.id, roles: state.botRoles }
  return permissionsIn({ guild: state.guild, member, overwrites: overwritesOf(world, channel) })
}

export function memberPermissions(world: World, channel: Channel, user: string): bigint {
  if (channel.guild === null) return directPermissions
  const { guild, members } = world.guilds.get(channel.guild)!
  const member = { id: user, roles: members.get(user)?.roles ?? [] }
  return permissionsIn({ guild, member, overwrites: overwritesOf(world, channel) })
}

/** The channel, when the bot sees it and may do that in it. */
export function channelFor(world: World, id: string, ...needed: bigint[]): Channel {
  const channel = world.channels.get(id)
  if (!channel) throw new Refusal(404, 10003, 'Unknown Channel')
  const held = botPermissions(world, channel)
  if (!(held & permission.viewChannel)) throw new Refusal(403, 50001, 'Missing Access')
  if (needed.some((bit) => !(held & bit))) throw new Refusal(403, 50013, 'Missing Permissions')
  return channel
}

/** A channel as Discord describes it. */
export function describeChannel(world: World, channel: Channel): Sent {
  const { id, options, guild, lastMessage, thread, recipient } = channel
  const { name = 'digest', type = 0, overwrites = [], parent = null } = options
  if (recipient) {
    const user = { ...recipient, discriminator: '0', avatar: null }
    return { id, type, last_message_id: lastMessage, recipients: [user] }
  }
  const common = { id, type, name, guild_id: guild, last_message_id: lastMessage, parent_id: parent }
  if (thread) {
    return {
      ...common,
      owner_id: thread.owner,
      applied_tags: thread.tags,
      message_count: channel.messages.length,
      member_count: 1,
      total_message_sent: channel.messages.length,
      rate_limit_per_user: 0,
      flags: 0,
      thread_metadata: {
        archived: thread.archived,
        locked: thread.locked,
        auto_archive_duration: thread.archiveAfter,
        archive_timestamp: new Date(world.now()).toISOString(),
        create_timestamp: new Date(world.now()).toISOString(),
      },
    }
  }
  return {
    ...common,
    permission_overwrites: overwrites,
    position: 0,
    nsfw: false,
    topic: null,
    rate_limit_per_user: 0,
    flags: options.requireTag ? 1 << 4 : 0,
    ...(type === 15
      ? {
          available_tags: channel.tags,
          default_reaction_emoji: null,
          default_sort_order: null,
          default_forum_layout: 0,
        }
      : {}),
  }
}
