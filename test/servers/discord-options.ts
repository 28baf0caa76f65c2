import { describeMember, describeRole } from './discord-gateway.ts'
import type { Sent } from './discord-http.ts'
import { botPermissions, describeChannel, memberPermissions, type User, type World } from './discord-state.ts'

export type OptionValues = Record<string, string | number | boolean>

const [subcommand, group, string, integer, boolean, user, channel, , mentionable, number] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
]

/** Options as a person fills them in; throws where Discord's own client would not let them. */
export function fillOptions(
  world: World,
  command: Sent,
  path: string[],
  values: OptionValues,
  focused: string | null,
): Sent[] {
  let level = command
  const wraps: { name: string; type: number }[] = []
  for (const step of path) {
    const next = (level.options ?? []).find((one: Sent) => one.name === step && one.type <= group)
    if (!next)
      throw new Error(`Nobody can send /${command.name} ${path.join(' ')}: “${step}” isn't registered.`)
    wraps.push({ name: step, type: next.type })
    level = next
  }
  const said = `/${[command.name, ...path].join(' ')}`
  const defined: Sent[] = level.options ?? []
  if (defined.some((one) => one.type === subcommand || one.type === group))
    throw new Error(`Nobody can send ${said} without one of its subcommands.`)
  for (const name of Object.keys(values)) {
    if (!defined.some((one) => one.name === name)) throw new Error(`${said} has no option “${name}”.`)
  }
  let filled: Sent[] = defined.flatMap((definition) => {
    const { name, type } = definition
    const value = values[name]
    if (value === undefined) {
      if (definition.required && focused === null) throw new Error(`${said} can't be sent without “${name}”.`)
      return []
    }
    // While somebody is typing, anything can stand there.
    if (focused === null) checkValue(world, `“${name}” of ${said}`, definition, value)
    return [
      {
        name,
        type,
        value: focused === name ? String(value) : value,
        ...(focused === name ? { focused: true } : {}),
      },
    ]
  })
  for (const wrap of wraps.reverse()) filled = [{ ...wrap, options: filled }]
  return filled
}

function checkValue(world: World, what: string, definition: Sent, value: Sent): void {
  const { type, choices, min_value, max_value, min_length, max_length, channel_types } = definition
  const no = (why: string): never => {
    throw new Error(`${what} can't be ${JSON.stringify(value)}: ${why}.`)
  }
  const kind = type === boolean ? 'boolean' : type === integer || type === number ? 'number' : 'string'
  if (typeof value !== kind) no(`it takes a ${kind}`)
  if (type === integer && !Number.isInteger(value)) no('it takes a whole number')
  if (choices?.length && !choices.some((one: Sent) => one.value === value)) no('it is none of the choices')
  if (value < min_value || value > max_value) no(`it takes ${min_value} to ${max_value}`)
  if (type === string && (value.length < (min_length ?? 0) || value.length > (max_length ?? 6000)))
    no('it is too short or too long')
  if (type === channel) {
    const found = world.channels.get(value) ?? no('there is no such channel')
    if (channel_types?.length && !channel_types.includes(found.options.type ?? 0))
      no(`it takes channels of type ${channel_types.join(', ')}`)
  }
  if (type === user && !world.users.has(value)) no('there is no such person')
}

/** What the ids among the values stand for. */
export function resolvedFor(world: World, guild: string | null, ids: string[], asker: User): Sent {
  const resolved: Sent = {}
  const put = (kind: string, id: string, what: Sent) => {
    resolved[kind] = { ...resolved[kind], [id]: what }
  }
  for (const id of ids) {
    const state = guild === null ? undefined : world.guilds.get(guild)
    const found = world.channels.get(id)
    const person = world.users.get(id)
    const named = state?.guild.roles.find((one) => one.id === id)
    if (found) {
      put('channels', id, {
        ...describeChannel(world, found),
        permissions: String(memberPermissions(world, found, asker.id)),
        app_permissions: String(botPermissions(world, found)),
      })
    }
    if (named) put('roles', id, describeRole(named, 1))
    if (!person) continue
    put('users', id, { ...person, discriminator: '0', avatar: null })
    if (!state) continue
    const {
      user: _,
      deaf: __,
      mute: ___,
      ...member
    } = describeMember(person, state.members.get(id)?.roles ?? [])
    put('members', id, { ...member, permissions: '0' })
  }
  return resolved
}

/** The values of options that are ids. */
export function idsIn(options: Sent[]): string[] {
  return options.flatMap((one) => [
    ...(one.type >= user && one.type <= mentionable ? [one.value] : []),
    ...idsIn(one.options ?? []),
  ])
}
