import { createHash } from 'node:crypto'
import type { Receipt } from '../model/index.ts'
import { type Channel, faultOf, wrongId } from './discord-channel.ts'
import { type DiscordSearch, lookThrough } from './discord-find.ts'
import { type ChannelUse, leastPermissions } from './discord-permissions.ts'
import { causeOf, harmless, receiptOf, sentenceOf, tokenRefused } from './discord-receipt.ts'
import { createDiscordRest, type DiscordRest, type Passage, type User } from './discord-rest.ts'
import { type ForumPost, lookInForum, type MessagePlace, tagsOf, weekInMinutes } from './discord-threads.ts'
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
  /** Body of Create Message; `nonce` and `enforce_nonce` are set here, and of `allowed_mentions` only roles are kept. */
  body: object
  /** See `nonceFor`. */
  nonce: string
}

export interface Discord {
  /**
   * Posts one message that pings nobody but the roles its body allows. `onBody` is awaited right before the request goes
   * out; if it says false, nothing does. `unknown` when the request went out and no answer came: then `find` it before
   * trying again. Never rejects.
   */
  post(post: DiscordPost, onBody: () => Promise<boolean>): Promise<Receipt>
  /**
   * Opens a post in a forum channel with its first message. Discord knows no nonce here: `unknown` needs `findForumPost`
   * before a second try. The receipt is the id of the post, which is that of its thread and of its first message.
   */
  openForumPost(post: ForumPost, onBody: () => Promise<boolean>): Promise<Receipt>
  /** Publishes a message to the channels that follow an announcement channel; once more does no harm. */
  publish(message: MessagePlace, onBody: () => Promise<boolean>): Promise<Receipt>
  /** Opens a thread under a message; once more does no harm. The receipt is its id. */
  openThread(message: MessagePlace & { name: string }, onBody: () => Promise<boolean>): Promise<Receipt>
  /** Writes to a person in direct messages. Never rejects. */
  tell(user: string, body: object, nonce: string): Promise<Receipt>
  /**
   * Looks for a message of ours among the channel's last: its id, null when it is certainly not there, or why that can't
   * be told. Give an unanswered request a minute before asking: Discord may still be at it. Never rejects.
   */
  find(search: DiscordSearch): Promise<Found>
  /** Looks for a post of ours in a forum channel by its name; as `find`. */
  findForumPost(search: { channel: string; name: string; since: number }): Promise<Found>
  /** Who the token belongs to and, of a channel, whether the bot may post there. */
  verify(channel?: string, use?: ChannelUse): Promise<DiscordIdentity | { ok: false; error: string }>
}

export type Found = { found: string | null } | { error: string }

/** What `verify` learnt. */
export interface DiscordIdentity {
  ok: true
  bot: { id: string; name: string }
  /** Adds the bot to a server. */
  invite: string
  channel: { id: string; name: string } | null
}

/** The nonce of a delivery (25 characters); the same delivery, the same nonce. Discord knows nonces by author, not by channel. */
export function nonceFor(deliveryId: string): string {
  return createHash('sha256').update(deliveryId).digest('base64url').slice(0, 25)
}

/** Where somebody who manages a server adds the bot to it, with no more permissions than it needs. */
function inviteLink(application: string): string {
  const scopes = 'bot+applications.commands'
  return `https://discord.com/oauth2/authorize?client_id=${application}&scope=${scopes}&permissions=${leastPermissions}`
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

  /** Carries out one request that changes something, and says what came of it. */
  async function carry(
    channel: string,
    onBody: () => Promise<boolean>,
    request: (discord: DiscordRest) => Promise<unknown>,
    once = false,
  ): Promise<Receipt> {
    const wrong = wrongId(channel)
    if (wrong) return { outcome: 'failed', error: wrong }
    if (refused) return { outcome: 'deferred', error: tokenRefused }
    const passage: Passage = { mayBegin: onBody, begun: false, maybePosted: false, once }
    try {
      const made = await ask((discord) => discord.during(passage, () => request(discord)))
      const { id } = made as { id?: unknown }
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
  }

  const post = ({ channel, body, nonce }: DiscordPost, onBody: () => Promise<boolean>, once: boolean) =>
    carry(
      channel,
      onBody,
      ({ rest }) =>
        rest.post(`/channels/${channel}/messages`, {
          body: { ...withMentions(body), nonce, enforce_nonce: true },
        }),
      once,
    )

  return {
    // When the second try goes out is not ours to say: a machine that slept meanwhile would make it long after the nonce.
    post: (message, onBody) => post(message, onBody, true),

    openForumPost({ channel, name, tags, body }, onBody) {
      const open = async ({ rest, during }: DiscordRest) => {
        const forum = (await during(null, () => rest.get(`/channels/${channel}`))) as Channel
        const applied_tags = tagsOf(forum, tags)
        return rest.post(`/channels/${channel}/threads`, {
          body: { name, auto_archive_duration: weekInMinutes, applied_tags, message: withMentions(body) },
        })
      }
      return carry(channel, onBody, open, true)
    },

    async publish({ channel, message }, onBody) {
      const receipt = await carry(channel, onBody, ({ rest }) =>
        rest.post(`/channels/${channel}/messages/${message}/crosspost`),
      )
      return harmless(receipt)
    },

    async openThread({ channel, message, name }, onBody) {
      const receipt = await carry(channel, onBody, ({ rest }) =>
        rest.post(`/channels/${channel}/messages/${message}/threads`, {
          body: { name, auto_archive_duration: weekInMinutes },
        }),
      )
      return harmless(receipt)
    },

    async tell(user, body, nonce) {
      if (refused) return { outcome: 'deferred', error: tokenRefused }
      try {
        const channel = (await ask(({ rest, during }) =>
          during(null, () => rest.post('/users/@me/channels', { body: { recipient_id: user } })),
        )) as Channel
        return await post({ channel: channel.id, body, nonce }, async () => true, false)
      } catch (error) {
        return receiptOf(error, `of direct messages to user ${user}`)
      }
    },

    async findForumPost({ channel, name, since }) {
      const wrong = wrongId(channel)
      if (wrong) return { error: wrong }
      if (refused) return { error: tokenRefused }
      try {
        return await lookInForum({ channel, name, since }, await whoAmI(), get)
      } catch (error) {
        return { error: sentenceOf(error, channel) }
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

    async verify(channel, use) {
      const wrong = channel === undefined ? null : wrongId(channel)
      if (wrong) return { ok: false, error: wrong }
      refused = false
      self = undefined
      try {
        const bot = await whoAmI()
        const place = channel === undefined ? null : await get<Channel>(`/channels/${channel}`)
        const fault = place && (await faultOf(place, bot, get, use))
        if (fault) return { ok: false, error: fault }
        return {
          ok: true,
          bot: { id: bot.id, name: bot.username },
          invite: inviteLink(bot.id),
          channel: place && { id: place.id, name: place.name ?? '' },
        }
      } catch (error) {
        return { ok: false, error: sentenceOf(error, channel ?? '') }
      }
    },
  }
}

/** Roles that a body names may be pinged, nobody else. */
function withMentions(body: object): object {
  const { allowed_mentions: allowed } = body as { allowed_mentions?: { roles?: string[] } }
  const roles = allowed?.roles ?? []
  return { ...body, allowed_mentions: roles.length > 0 ? { parse: [], roles } : { parse: [] } }
}
