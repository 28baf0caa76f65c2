import type { Channel } from './discord-channel.ts'
import type { Get, User } from './discord-rest.ts'

/** A message of a channel, as Discord gives it, as far as it matters here. */
export interface PostedMessage {
  id: string
  content: string
  embeds: { title?: string; description?: string; url?: string; footer?: { text: string } }[]
  components?: unknown[]
  nonce?: string | number | null
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

const pageSize = 50
const maxPages = 4
/** Our clock and Discord's may differ by this much (ms). */
const clockDoubt = 5 * 60_000

/**
 * Goes back through a channel until before the message can have been posted: its id, null when it is certainly not
 * there, or why that can't be told. Rejects as @discordjs/rest does.
 */
export async function lookThrough(
  search: DiscordSearch,
  self: User,
  get: Get,
): Promise<{ found: string | null } | { error: string }> {
  const { channel, nonce, since, fingerprint } = search
  const isOurs = (message: PostedMessage) =>
    message.author.id === self.id &&
    (message.nonce == null ? fingerprint(message) : String(message.nonce) === nonce)
  let before: string | undefined
  for (let page = 0; page < maxPages; page++) {
    const messages = await get<PostedMessage[]>(`/channels/${channel}/messages`, {
      limit: `${pageSize}`,
      ...(before ? { before } : {}),
    })
    if (page === 0 && messages.length === 0 && (await hidesItsHistory(channel, get))) {
      return { error: unreadable(channel) }
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

/** Why nothing can be told of what stands in a channel. */
export function unreadable(channel: string): string {
  return `The bot can't read what stands in Discord channel ${channel}: give it the permission Read Message History there.`
}

/** Discord shows an empty list, and no error, to a bot that may not read a channel's history. */
async function hidesItsHistory(channel: string, get: Get): Promise<boolean> {
  const { last_message_id: last } = await get<Channel>(`/channels/${channel}`)
  return typeof last === 'string'
}

/** When a message was posted (ms): its id says so. */
export function timeOf(id: string): number {
  return Number(BigInt(id) >> 22n) + 1_420_070_400_000
}
