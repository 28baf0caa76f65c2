import type { Channel } from './discord-channel.ts'
import { timeOf } from './discord-find.ts'
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

/** Looks for a post of ours in a forum by its name, among those open and those put away. Rejects as @discordjs/rest does. */
export async function lookInForum(
  { channel, name, since }: { channel: string; name: string; since: number },
  self: User,
  get: Get,
): Promise<{ found: string | null }> {
  const { guild_id: guild } = await get<Channel>(`/channels/${channel}`)
  const lists = await Promise.all([
    get<{ threads: Thread[] }>(`/guilds/${guild}/threads/active`),
    get<{ threads: Thread[] }>(`/channels/${channel}/threads/archived/public`),
  ])
  const ours = lists
    .flatMap(({ threads }) => threads)
    .find(
      (thread) =>
        thread.parent_id === channel &&
        thread.owner_id === self.id &&
        thread.name === name &&
        timeOf(thread.id) >= since,
    )
  return { found: ours?.id ?? null }
}
