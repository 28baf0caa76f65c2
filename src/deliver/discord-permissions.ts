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

/** What the bot needs where it posts; history is needed to find a message whose reply was lost. */
const needed: [name: string, bit: bigint][] = [
  ['View Channel', 1n << 10n],
  ['Send Messages', 1n << 11n],
  ['Embed Links', 1n << 14n],
  ['Read Message History', 1n << 16n],
]

/** The names of the permissions the bot lacks in a channel, by Discord's rules of precedence. */
export function missingPermissions(facts: PermissionFacts): string[] {
  const held = permissionsIn(facts)
  return needed.flatMap(([name, bit]) => ((held & bit) === 0n ? [name] : []))
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
