import {
  ChannelType,
  DiscordAPIError,
  type GuildBasedChannel,
  GuildMember,
  type Interaction,
  PermissionFlagsBits,
  type Role,
} from 'discord.js'
import type { ChannelKind } from '../model/index.ts'
import type { BotContext } from './context.ts'

/** Channel types that can be subscribed, and what kind of channel each is to us. */
const kinds = new Map<ChannelType, ChannelKind>([
  [ChannelType.GuildText, 'text'],
  [ChannelType.GuildAnnouncement, 'announcement'],
  [ChannelType.GuildForum, 'forum'],
  [ChannelType.PublicThread, 'thread'],
  [ChannelType.PrivateThread, 'thread'],
  [ChannelType.AnnouncementThread, 'thread'],
])

export const subscribableTypes = [...kinds.keys()]

/** What kind of channel it is; null when it takes no posts. */
export function kindOf(channel: { type: ChannelType }): ChannelKind | null {
  return kinds.get(channel.type) ?? null
}

/** Permissions by the names that people see. */
const names = new Map([
  [PermissionFlagsBits.ViewChannel, 'View Channel'],
  [PermissionFlagsBits.SendMessages, 'Send Messages'],
  [PermissionFlagsBits.SendMessagesInThreads, 'Send Messages in Threads'],
  [PermissionFlagsBits.CreatePublicThreads, 'Create Public Threads'],
  [PermissionFlagsBits.ReadMessageHistory, 'Read Message History'],
])

/** The names of the permissions that the bot lacks for what a channel is to get. */
export function missingIn(
  channel: GuildBasedChannel,
  me: GuildMember,
  { kind, discuss }: { kind: ChannelKind; discuss: boolean },
): string[] {
  const needed = [
    PermissionFlagsBits.ViewChannel,
    kind === 'thread' ? PermissionFlagsBits.SendMessagesInThreads : PermissionFlagsBits.SendMessages,
    PermissionFlagsBits.ReadMessageHistory,
    ...(kind === 'forum' ? [PermissionFlagsBits.SendMessagesInThreads] : []),
    ...(discuss ? [PermissionFlagsBits.CreatePublicThreads] : []),
  ]
  const held = channel.permissionsFor(me)
  return needed.filter((bit) => !held?.has(bit)).map((bit) => names.get(bit)!)
}

/** True of somebody with the role of maintainers. */
export function isMaintainer(
  { member }: Pick<Interaction, 'member'>,
  { maintainerRole }: Pick<BotContext, 'maintainerRole'>,
): boolean {
  if (!member || maintainerRole === null) return false
  return member instanceof GuildMember
    ? member.roles.cache.has(maintainerRole)
    : member.roles.includes(maintainerRole)
}

/** True of who is in a server; asked of Discord when the interaction comes from elsewhere. */
export async function isStillIn(
  { client, guildId, user }: Pick<Interaction, 'client' | 'guildId' | 'user'>,
  guild: string,
): Promise<boolean> {
  if (guildId === guild) return true
  const there = await client.guilds.cache
    .get(guild)
    ?.members.fetch({ user, force: true })
    .catch(unlessUnknown)
  return Boolean(there)
}

/** Discord's words for “is not in this server”, and for an account that is gone. */
function unlessUnknown(error: unknown): null {
  if (error instanceof DiscordAPIError && [10007, 10013].includes(error.code as number)) return null
  throw error
}

/** True when a mention of the role by this member (the bot, or who asks it) pings it. */
export function canPing(
  role: Pick<Role, 'mentionable'>,
  channel: GuildBasedChannel,
  member: GuildMember,
): boolean {
  return role.mentionable || channel.permissionsFor(member)?.has(PermissionFlagsBits.MentionEveryone) === true
}
