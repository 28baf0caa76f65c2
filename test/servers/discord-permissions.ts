/** The permissions that matter here, by their place in Discord's bit sets. */
export const permission = {
  administrator: 1n << 3n,
  manageGuild: 1n << 5n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  manageMessages: 1n << 13n,
  embedLinks: 1n << 14n,
  attachFiles: 1n << 15n,
  readHistory: 1n << 16n,
  useCommands: 1n << 31n,
  manageThreads: 1n << 34n,
  createPublicThreads: 1n << 35n,
  sendInThreads: 1n << 38n,
  useExternalApps: 1n << 50n,
}

/** What @everyone may by default: view, post, embed, read back and what servers give besides. */
export const usualPermissions = 1_071_698_529_857n
/** What a bot may in a direct message. */
export const directPermissions =
  permission.viewChannel |
  permission.sendMessages |
  permission.embedLinks |
  permission.attachFiles |
  permission.readHistory |
  permission.useCommands

export interface Overwrite {
  id: string
  /** 0 a role, 1 a member. */
  type: 0 | 1
  allow: string
  deny: string
}

interface Facts {
  guild: { id: string; owner_id: string; roles: { id: string; permissions: string }[] }
  member: { id: string; roles: string[] }
  overwrites: Overwrite[]
}

const all = (1n << 53n) - 1n

/** What a member may in a channel, by Discord's order: roles, @everyone's overwrite, the roles', the member's own. */
export function permissionsIn({ guild, member, overwrites }: Facts): bigint {
  if (guild.owner_id === member.id) return all
  const mine = new Set([guild.id, ...member.roles])
  let held = 0n
  for (const role of guild.roles) if (mine.has(role.id)) held |= BigInt(role.permissions)
  if (held & permission.administrator) return all
  const steps = [
    overwrites.filter((one) => one.id === guild.id),
    overwrites.filter((one) => one.type === 0 && one.id !== guild.id && mine.has(one.id)),
    overwrites.filter((one) => one.type === 1 && one.id === member.id),
  ]
  for (const step of steps) {
    for (const { deny } of step) held &= ~BigInt(deny)
    for (const { allow } of step) held |= BigInt(allow)
  }
  // Who can't see a channel can do nothing in it.
  return held & permission.viewChannel ? held : 0n
}
