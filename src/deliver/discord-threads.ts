import type { Channel } from './discord-channel.ts'
import { timeOf, unreadable } from './discord-find.ts'
import type { Get, User } from './discord-rest.ts'

/** A post in a forum channel with its first message. */
export interface ForumPost {
  /** The forum's id. */
  channel: string
  /** At most 100 characters. */
  name: string
  /** Names of tags; those that the forum has are put on the post. */
  tags: string[]
  /** Body of its first message. */
  body: object
}

/** Where a message stands. */
export interface MessagePlace {
  channel: string
  message: string
}

/** Threads are put away after a week without a word, the longest that Discord offers. */
export const weekInMinutes = 10_080
/** Discord takes no more on one post. */
const mostTags = 5
/** Tags only moderators may use. */
type Tag = { id: string; name: string; moderated?: boolean }

/** The ids of the forum's tags with these names, upper or lower case alike. */
export function tagsOf(forum: Channel & { available_tags?: Tag[] }, names: string[]): string[] {
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  return (forum.available_tags ?? [])
    .filter(({ name, moderated }) => !moderated && wanted.has(name.toLowerCase()))
    .map(({ id }) => id)
    .slice(0, mostTags)
}

type Thread = Channel & { parent_id?: string; owner_id?: string }

/**
 * Looks for a post of ours in a forum by its name, among those open and those put away: its id, null when it is certainly
 * not there, or why that can't be told. Rejects as @discordjs/rest does.
 */
export async function lookInForum(
  { channel, name, since }: { channel: string; name: string; since: number },
  self: User,
  get: Get,
): Promise<{ found: string | null } | { error: string }> {
  const { guild_id: guild } = await get<Channel>(`/channels/${channel}`)
  const lookIn = async (route: `/${string}`) => {
    const { threads } = await get<{ threads: Thread[] }>(route)
    return threads.find(
      (thread) =>
        thread.parent_id === channel &&
        thread.owner_id === self.id &&
        thread.name === name &&
        timeOf(thread.id) >= since,
    )
  }
  const open = await lookIn(`/guilds/${guild}/threads/active`)
  if (open) return { found: open.id }
  try {
    return { found: (await lookIn(`/channels/${channel}/threads/archived/public`))?.id ?? null }
  } catch (error) {
    if ((error as { code?: unknown }).code === missingPermissions) return { error: unreadable(channel) }
    throw error
  }
}

/** 50013: those put away are shown to whoever may read the history. */
const missingPermissions = 50_013
