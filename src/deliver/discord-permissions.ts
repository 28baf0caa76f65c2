/** A role or a member allowed or denied something in one channel; bit sets as decimal strings. */
interface Overwrite {
  id: string
  allow: string
  deny: string
}

/** What Discord says of a server, a member and a channel, as far as permissions go. */
export interface PermissionFacts {
  guild: { id: string; owner_id: string; roles: { id: string; permissions: string }[] }
  member: { id: string; roles: string[] }
  overwrites: Overwrite[]
}

const administrator = 1n << 3n

/** What the bot is to do in a channel. */
export interface ChannelUse {
  /** Posts in a forum. */
  forum?: boolean
  /** Opens threads under its messages. */
  discuss?: boolean
}

/** Permissions by the names that people see; history is needed to find a message whose reply was lost. */
const bits = {
  'View Channel': 1n << 10n,
  'Send Messages': 1n << 11n,
  'Read Message History': 1n << 16n,
  'Create Public Threads': 1n << 35n,
  'Send Messages in Threads': 1n << 38n,
}

/** All that the bot needs wherever it may be used, as Discord counts it. */
export const leastPermissions = Object.values(bits).reduce((all, bit) => all | bit, 0n)

/** The names of the permissions the bot lacks in a channel, by Discord's rules of precedence. */
export function missingPermissions(facts: PermissionFacts, { forum, discuss }: ChannelUse = {}): string[] {
  const held = permissionsIn(facts)
  const needed: (keyof typeof bits)[] = [
    'View Channel',
    'Send Messages',
    'Read Message History',
    ...(discuss && !forum ? (['Create Public Threads'] as const) : []),
    ...(forum ? (['Send Messages in Threads'] as const) : []),
  ]
  return needed.filter((name) => (held & bits[name]) === 0n)
}

function permissionsIn({ guild, member, overwrites }: PermissionFacts): bigint {
  const all = ~0n
  if (guild.owner_id === member.id) return all
  // The role with the server's own id is @everyone.
  const mine = new Set([guild.id, ...member.roles])
  let held = 0n
  for (const role of guild.roles) if (mine.has(role.id)) held |= BigInt(role.permissions)
  if (held & administrator) return all

  held = applied(
    held,
    overwrites.filter((o) => o.id === guild.id),
  )
  held = applied(
    held,
    overwrites.filter((o) => o.id !== guild.id && member.roles.includes(o.id)),
  )
  return applied(
    held,
    overwrites.filter((o) => o.id === member.id),
  )
}

/** Denials first, then what is allowed, over all overwrites of one rank together. */
function applied(held: bigint, overwrites: Overwrite[]): bigint {
  let [allow, deny] = [0n, 0n]
  for (const o of overwrites) {
    allow |= BigInt(o.allow)
    deny |= BigInt(o.deny)
  }
  return (held & ~deny) | allow
}
