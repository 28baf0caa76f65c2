import {
  ChannelType,
  type GuildBasedChannel,
  type GuildMember,
  PermissionFlagsBits,
  type Role,
} from 'discord.js'
import type { ChannelKind } from '../model/index.ts'

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

/** True when a mention of the role by the bot pings it. */
export function canPing(
  role: Pick<Role, 'mentionable'>,
  channel: GuildBasedChannel,
  me: GuildMember,
): boolean {
  return role.mentionable || channel.permissionsFor(me)?.has(PermissionFlagsBits.MentionEveryone) === true
}
