import { createHash } from 'node:crypto'
import type { Receipt } from '../model/index.ts'
import { missingPermissions, type PermissionFacts } from './discord-permissions.ts'
import { causeOf, receiptOf, sentenceOf, tokenRefused } from './discord-receipt.ts'
import { createDiscordRest, type DiscordRest, type Passage } from './discord-rest.ts'
import { HeldBack } from './held-back.ts'

export interface DiscordOptions {
  /** DISCORD_TOKEN. */
  token: string
  /** DISCORD_API_URL without a version (`https://discord.com/api`); null for Discord's own. */
  apiUrl: string | null
  /** How long to wait for an answer (ms); 15 s by default. */
  timeoutMs?: number | undefined
}

/** One message to one channel. */
export interface DiscordPost {
  /** The channel's id. */
  channel: string
  /** Body of Create Message; `nonce`, `enforce_nonce` and `allowed_mentions` are set here, whatever it says. */
  body: object
  /** See `nonceFor`. */
  nonce: string
}

/** A message of a channel, as Discord gives it, as far as it matters here. */
export interface PostedMessage {
  id: string
  content: string
  embeds: { title?: string; description?: string; url?: string; footer?: { text: string } }[]
  components?: unknown[]
  nonce?: string | number
  author: { id: string }
}

/** Where to look for a message whose fate is unknown. */
export interface DiscordSearch {
  channel: string
  nonce: string
  /** When it was sent, at the earliest (ms). */
  since: number
  /** Tells our message by its content, where Discord does not give the nonce back. */
  fingerprint: (message: PostedMessage) => boolean
}

export interface Discord {
  /**
   * Posts one message that pings nobody. `onBody` is awaited right before the request goes out; if it says false,
   * nothing does. `unknown` when the request went out and no answer came: then `find` it before trying again. Never rejects.
   */
  post(post: DiscordPost, onBody: () => Promise<boolean>): Promise<Receipt>
  /** Looks for a message of ours among the channel's last: its id, null when it is certainly not there, or why that can't be told. */
  find(search: DiscordSearch): Promise<{ found: string | null } | { error: string }>
  /** Who the token belongs to and, of a channel, whether the bot may post there. */
  verify(channel?: string): Promise<DiscordIdentity | { ok: false; error: string }>
}

/** What `verify` learnt. */
export interface DiscordIdentity {
  ok: true
  bot: { id: string; name: string }
  channel: { id: string; name: string } | null
}

/** The nonce of a delivery (25 characters); the same delivery, the same nonce. Discord knows nonces by author, not by channel. */
export function nonceFor(deliveryId: string): string {
  return createHash('sha256').update(deliveryId).digest('base64url').slice(0, 25)
}

/** Posts to Discord with a bot's token; needs no gateway connection. */
export function createDiscord({ token, apiUrl, timeoutMs = 15_000 }: DiscordOptions): Discord {
  let loading: Promise<DiscordRest> | undefined
  let self: Promise<User> | undefined
  // Refused once, a token is not tried again: Discord locks out machines that insist.
  let refused = false

  async function connect(): Promise<DiscordRest> {
    loading ??= createDiscordRest({ api: apiUrl, timeoutMs })
    const discord = await loading
    // @discordjs/rest forgets its token at a 401.
    discord.rest.setToken(token)
    return discord
  }

  /** Runs requests; a failure is noted if it is the token's, and thrown on. */
  async function ask<T>(request: (discord: DiscordRest) => Promise<T>): Promise<T> {
    const discord = await connect()
    try {
      return await request(discord)
    } catch (error) {
      if ((error as { status?: number }).status === 401) refused = true
      throw error
    }
  }

  async function get<T>(route: `/${string}`, query?: Record<string, string>): Promise<T> {
    const found = await ask(({ rest, during }) =>
      during(null, () => rest.get(route, query ? { query: new URLSearchParams(query) } : {})),
    )
    return found as T
  }

  async function whoAmI(): Promise<User> {
    self ??= get<User>('/users/@me')
    self.catch(() => {
      self = undefined
    })
    return await self
  }

  return {
    async post({ channel, body, nonce }, onBody) {
      const wrong = wrongId(channel)
      if (wrong) return { outcome: 'failed', error: wrong }
      if (refused) return { outcome: 'deferred', error: tokenRefused }
      const passage: Passage = { mayBegin: onBody, begun: false, maybePosted: false }
      const full = { ...body, nonce, enforce_nonce: true, allowed_mentions: { parse: [] } }
      try {
        const message = await ask(({ rest, during }) =>
          during(passage, () => rest.post(`/channels/${channel}/messages`, { body: full })),
        )
        const { id } = message as { id?: unknown }
        if (typeof id === 'string') return { outcome: 'sent', receipt: id }
        return {
          outcome: 'unknown',
          error: `The answer to our message for Discord channel ${channel} holds no message id. Check DISCORD_API_URL.`,
        }
      } catch (error) {
        if (error instanceof HeldBack) return { outcome: 'deferred', error: error.message }
        if (!passage.maybePosted) return receiptOf(error, channel)
        return {
          outcome: 'unknown',
          error: `Our message to Discord channel ${channel} went out, but no answer came back: ${causeOf(error)}. It may stand there.`,
        }
      }
    },

    async find(search) {
      const wrong = wrongId(search.channel)
      if (wrong) return { error: wrong }
      if (refused) return { error: tokenRefused }
      try {
        return await lookThrough(search, await whoAmI(), get)
      } catch (error) {
        return { error: sentenceOf(error, search.channel) }
      }
    },

    async verify(channel) {
      const wrong = channel === undefined ? null : wrongId(channel)
      if (wrong) return { ok: false, error: wrong }
      refused = false
      self = undefined
      try {
        const bot = await whoAmI()
        const place = channel === undefined ? null : await get<Channel>(`/channels/${channel}`)
        const fault = place && (await faultOf(place, bot, get))
        if (fault) return { ok: false, error: fault }
        return {
          ok: true,
          bot: { id: bot.id, name: bot.username },
          channel: place && { id: place.id, name: place.name ?? '' },
        }
      } catch (error) {
        return { ok: false, error: sentenceOf(error, channel ?? '') }
      }
    },
  }
}

type Get = <T>(route: `/${string}`, query?: Record<string, string>) => Promise<T>

interface User {
  id: string
  username: string
}

interface Channel {
  id: string
  type: number
  name?: string
  guild_id?: string
  last_message_id?: string | null
  permission_overwrites?: PermissionFacts['overwrites']
}

const pageSize = 50
const maxPages = 4
/** Our clock and Discord's may differ by this much (ms). */
const clockDoubt = 5 * 60_000

/** Goes back through a channel until before the message can have been posted. */
async function lookThrough(
  search: DiscordSearch,
  self: User,
  get: Get,
): Promise<{ found: string | null } | { error: string }> {
  const { channel, nonce, since, fingerprint } = search
  const isOurs = (message: PostedMessage) =>
    message.author.id === self.id &&
    (message.nonce === undefined ? fingerprint(message) : String(message.nonce) === nonce)
  let before: string | undefined
  for (let page = 0; page < maxPages; page++) {
    const messages = await get<PostedMessage[]>(`/channels/${channel}/messages`, {
      limit: `${pageSize}`,
      ...(before ? { before } : {}),
    })
    if (page === 0 && messages.length === 0 && (await hidesItsHistory(channel, get))) {
      return {
        error: `The bot can't read what stands in Discord channel ${channel}: give it the permission Read Message History there.`,
      }
    }
    const young = messages.filter((message) => timeOf(message.id) >= since - clockDoubt)
    const ours = young.find(isOurs)
    if (ours) return { found: ours.id }
    if (young.length < pageSize) return { found: null }
    before = young.at(-1)!.id
  }
  return {
    error: `More than ${maxPages * pageSize} messages have been posted in Discord channel ${channel} since; look there for ours by hand.`,
  }
}

/** Discord shows an empty list, and no error, to a bot that may not read a channel's history. */
async function hidesItsHistory(channel: string, get: Get): Promise<boolean> {
  const { last_message_id: last } = await get<Channel>(`/channels/${channel}`)
  return typeof last === 'string'
}

/** Types of channel that take messages: text, direct, voice, announcement, threads, stage. */
const takesMessages = new Set([0, 1, 2, 3, 5, 10, 11, 12, 13])
const threads = new Set([10, 11, 12])

/** Why the bot can't post in a channel it sees; null if it can, as far as can be told. */
async function faultOf(channel: Channel, self: User, get: Get): Promise<string | null> {
  if (!takesMessages.has(channel.type))
    return `Discord channel ${channel.id} takes no messages of its own (type ${channel.type}): choose a text or announcement channel.`
  // A thread's permissions are its parent's; direct messages have none.
  if (!channel.guild_id || threads.has(channel.type)) return null
  const guild = await get<PermissionFacts['guild']>(`/guilds/${channel.guild_id}`)
  const member = await get<{ roles: string[] }>(`/guilds/${channel.guild_id}/members/${self.id}`)
  const missing = missingPermissions({
    guild,
    member: { id: self.id, roles: member.roles },
    overwrites: channel.permission_overwrites ?? [],
  })
  return missing.length === 0
    ? null
    : `In Discord channel ${channel.id} the bot lacks ${missing.join(', ')}: give it these permissions there.`
}

function wrongId(channel: string): string | null {
  return /^\d{15,21}$/.test(channel)
    ? null
    : `“${channel}” is not the id of a Discord channel, which is a long number: copy it with “Copy Channel ID”.`
}

/** When a message was posted (ms): its id says so. */
function timeOf(id: string): number {
  return Number(BigInt(id) >> 22n) + 1_420_070_400_000
}
