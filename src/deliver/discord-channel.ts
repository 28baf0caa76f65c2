import { type ChannelUse, missingPermissions, type PermissionFacts } from './discord-permissions.ts'
import type { Get, User } from './discord-rest.ts'

/** A channel, as Discord describes it, as far as it matters here. */
export interface Channel {
  id: string
  type: number
  name?: string
  guild_id?: string
  last_message_id?: string | null
  permission_overwrites?: PermissionFacts['overwrites']
}

/** Types of channel that take messages: text, direct, voice, announcement, threads, stage. */
const takesMessages = new Set([0, 1, 2, 3, 5, 10, 11, 12, 13])
const forum = 15
const threads = new Set([10, 11, 12])

/** Why the bot can't post in a channel it sees; null if it can, as far as can be told. */
export async function faultOf(
  channel: Channel,
  self: User,
  get: Get,
  use: ChannelUse = {},
): Promise<string | null> {
  if (!takesMessages.has(channel.type) && !(use.forum && channel.type === forum))
    return `Discord channel ${channel.id} takes no messages of its own (type ${channel.type}): choose a text or announcement channel.`
  // A thread's permissions are its parent's; direct messages have none.
  if (!channel.guild_id || threads.has(channel.type)) return null
  const guild = await get<PermissionFacts['guild']>(`/guilds/${channel.guild_id}`)
  const member = await get<{ roles: string[] }>(`/guilds/${channel.guild_id}/members/${self.id}`)
  const missing = missingPermissions(
    {
      guild,
      member: { id: self.id, roles: member.roles },
      overwrites: channel.permission_overwrites ?? [],
    },
    use,
  )
  return missing.length === 0
    ? null
    : `In Discord channel ${channel.id} the bot lacks ${missing.join(', ')}: give it these permissions there.`
}

/** Why something can't be a channel's id; null if it can. */
export function wrongId(channel: string): string | null {
  return /^\d{15,21}$/.test(channel)
    ? null
    : `“${channel}” is not the id of a Discord channel, which is a long number: copy it with “Copy Channel ID”.`
}
