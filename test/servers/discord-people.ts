import type { TestCommands } from './discord-commands.ts'
import { withChildren } from './discord-components.ts'
import { describeMember } from './discord-gateway.ts'
import type { Sent } from './discord-http.ts'
import type { Callback, Interactions, Pending } from './discord-interactions.ts'
import { messageFlags, shown } from './discord-messages.ts'
import { fillOptions, idsIn, type OptionValues, resolvedFor } from './discord-options.ts'
import { directPermissions } from './discord-permissions.ts'
import {
  botPermissions,
  type Channel,
  describeChannel,
  memberPermissions,
  type StoredMessage,
  type User,
  type World,
} from './discord-state.ts'

export interface PersonOptions {
  username?: string
  /** The language of the person's client. */
  locale?: string
  /** Roles in the first guild. */
  roles?: string[]
  /** Has installed the app for themselves. */
  installed?: boolean
  /** Takes no direct messages. */
  closed?: boolean
}

/** Somebody who uses Discord's client: what that would not let them do throws. */
export interface TestPerson extends User {
  /** The direct messages with the bot. */
  dm: string
  /** Leaves the first server. */
  leave(): void
  /** `/feed subscribe` with its options, in a channel. */
  slash(channel: string, name: string, options?: OptionValues): SentInteraction
  /** Types into an option; the answer is in `choices()`. */
  type(channel: string, name: string, options: OptionValues, focused: string): SentInteraction
  /** Presses the button with that label or custom id. */
  press(message: StoredMessage, button: string): SentInteraction
  /** Picks from a select, by its custom id or placeholder. */
  select(message: StoredMessage, select: string, values: string[]): SentInteraction
  /** A command of a message's menu. */
  use(command: string, message: StoredMessage): SentInteraction
}

/** An interaction that a person sent, and what became of it. */
export interface SentInteraction {
  id: string
  /** Resolves with the first response. */
  answer(): Promise<Callback>
  /** Resolves with the message it was answered with, once that says something. */
  reply(): Promise<StoredMessage>
  choices(): Promise<{ name: string; value: string | number }[]>
  /** The modal that opened. */
  modal(): Promise<Sent>
  /** Fills in the modal that opened and sends it. */
  submit(values: Record<string, string | string[] | boolean>): SentInteraction
  followUps(): StoredMessage[]
  /** Codes of the responses that were refused. */
  refusals(): number[]
  /** The time is over: 3 s if it wasn't answered yet, 15 minutes if it was. */
  expire(): void
}

const [command, component, autocomplete, modal] = [2, 3, 4, 5]
const [slash, messageMenu] = [1, 3]

export function createPeople(world: World, interactions: Interactions, commands: TestCommands) {
  interface Ask {
    type: number
    data: Sent
    channel: Channel
    source?: StoredMessage | null
    owners: Record<string, string>
  }

  function addPerson(options: PersonOptions = {}): TestPerson {
    const { username = 'anna', locale = 'en-US', roles = [], installed = false, closed = false } = options
    const user = world.addUser(username)
    for (const { members } of world.guilds.values()) members.set(user.id, { user, roles: [] })
    const [first] = world.guilds.values()
    first!.members.set(user.id, { user, roles })
    const dm = world.addChannel({ type: 1, guild: null, closed }, { recipient: user })

    function send({ type, data, channel, source = null, owners }: Ask): SentInteraction {
      const id = world.snowflake()
      const token = `interaction-token-${id}`
      const { guild } = channel
      const state = guild === null ? null : world.guilds.get(guild)!
      const whole = { ...user, discriminator: '0', avatar: null, global_name: null }
      const who = state
        ? {
            guild_id: guild,
            guild: { id: guild, locale: 'en-US', features: [] },
            guild_locale: 'en-US',
            member: {
              ...describeMember(whole, state.members.get(user.id)?.roles ?? []),
              permissions: String(memberPermissions(world, channel, user.id)),
            },
          }
        : { user: whole }
      const isThere = state === null || state.botRoles !== null
      const payload = {
        id,
        application_id: world.bot.id,
        type,
        data,
        token,
        version: 1,
        ...who,
        channel_id: channel.id,
        channel: describeChannel(world, channel),
        ...(source ? { message: shown(source) } : {}),
        app_permissions: String(isThere ? botPermissions(world, channel) : directPermissions),
        locale,
        entitlements: [],
        authorizing_integration_owners: owners,
        context: contextOf(channel),
        attachment_size_limit: 10_485_760,
      }
      const userOnly = !('0' in owners)
      const pending = interactions.open({ id, token, type, payload, channel, user, userOnly, source })
      world.dispatch('INTERACTION_CREATE', payload)
      return watch(pending, owners)
    }

    function watch(pending: Pending, owners: Record<string, string>): SentInteraction {
      const answer = () => world.until(() => pending.callback)
      return {
        id: pending.id,
        answer,
        reply: () =>
          world.until(() => {
            const { original } = pending
            return original && !(original.flags & messageFlags.loading) && original
          }),
        choices: async () => (await answer()).data.choices,
        async modal() {
          const { type, data } = await answer()
          if (type !== 9) throw new Error(`No modal opened: the answer was of type ${type}.`)
          return data
        },
        submit(values) {
          if (pending.callback?.type !== 9) throw new Error('No modal is open: await modal() first.')
          const { custom_id, components } = pending.callback.data
          const data = { custom_id, components: fillModal(components, values), resolved: {} }
          return send({ type: modal, data, channel: pending.channel, source: pending.source, owners })
        },
        followUps: () => pending.followUps,
        refusals: () => pending.refusals,
        expire() {
          pending.expired = true
        },
      }
    }

    /** A command that the person sees there, and for whom the app is installed. */
    function lookUp(channel: Channel, name: string, type: number) {
      const { guild } = channel
      const local = guild === null ? [] : commands.list(guild)
      const found = [...local, ...commands.list()].find((one) => one.name === name && one.type === type)
      if (!found)
        throw new Error(`Nobody can use “${name}”: it isn't registered as a command of type ${type}.`)
      const kinds = found.integration_types ?? [0]
      const owners: Record<string, string> = {}
      const isIn = guild === null || world.guilds.get(guild)!.botRoles !== null
      if (kinds.includes(0) && isIn) owners['0'] = guild ?? '0'
      if (kinds.includes(1) && installed) owners['1'] = user.id
      if (
        Object.keys(owners).length === 0 ||
        (found.contexts && !found.contexts.includes(contextOf(channel)))
      )
        throw new Error(
          `${username} does not see “${name}” there: it isn't installed or not for such places.`,
        )
      const needed = found.default_member_permissions
      const held = memberPermissions(world, channel, user.id)
      if (guild !== null && needed !== null && (held & BigInt(needed)) !== BigInt(needed))
        throw new Error(`${username} does not see “${name}” there: it needs the permissions ${needed}.`)
      return { found, owners }
    }

    function call(type: number, at: string, name: string, values: OptionValues, focused: string | null) {
      const channel = channelOf(at)
      const [first = '', ...path] = name.split(' ')
      const { found, owners } = lookUp(channel, first, slash)
      const options = fillOptions(world, found, path, values, focused)
      const resolved = resolvedFor(world, channel.guild, idsIn(options), user)
      const from = found.guild_id ? { guild_id: found.guild_id } : {}
      const data = { id: found.id, name: first, type: slash, options, resolved, ...from }
      return send({ type, data, channel, owners })
    }

    /** What a component is part of, as far as the person can see and use it. */
    function reach(message: StoredMessage, fits: (one: Sent) => boolean, which: string) {
      const channel = channelOf(message.channel_id)
      const seer = interactions.seerOf(message)
      if (seer === undefined ? !channel.messages.includes(message) : seer !== user.id)
        throw new Error(`${username} does not see that message.`)
      const all: Sent[] = message.components.flatMap(withChildren)
      const index = all.findIndex(fits)
      if (index < 0) throw new Error(`There is no “${which}” in that message.`)
      const one = all[index]
      if (one.disabled || one.custom_id === undefined)
        throw new Error(`“${which}” can't be used: it is disabled or a link.`)
      const made = (message.interaction_metadata as Sent)?.authorizing_integration_owners
      const owners = made ?? { 0: channel.guild ?? '0' }
      return { one, channel, owners, place: { id: one.id ?? index + 1, custom_id: one.custom_id } }
    }

    return {
      ...user,
      dm: dm.id,
      leave: () => void first!.members.delete(user.id),
      slash: (at, name, values = {}) => call(command, at, name, values, null),
      type: (at, name, values, focused) =>
        call(autocomplete, at, name, { [focused]: '', ...values }, focused),
      press(message, button) {
        const fits = (one: Sent) => one.type === 2 && (one.label === button || one.custom_id === button)
        const { channel, owners, place } = reach(message, fits, button)
        return send({
          type: component,
          data: { ...place, component_type: 2 },
          channel,
          source: message,
          owners,
        })
      },
      select(message, select, values) {
        const fits = (one: Sent) =>
          one.type >= 3 && one.type <= 8 && (one.custom_id === select || one.placeholder === select)
        const { one, channel, owners, place } = reach(message, fits, select)
        checkPicks(one, values)
        const resolved = one.type === 3 ? {} : resolvedFor(world, channel.guild, values, user)
        const data = { ...place, component_type: one.type, values, resolved }
        return send({ type: component, data, channel, source: message, owners })
      },
      use(name, message) {
        const channel = channelOf(message.channel_id)
        const { found, owners } = lookUp(channel, name, messageMenu)
        const resolved = { messages: { [message.id]: shown(message) } }
        const data = { id: found.id, name, type: messageMenu, target_id: message.id, resolved }
        return send({ type: command, data, channel, owners })
      },
    }
  }

  function channelOf(id: string): Channel {
    const channel = world.channels.get(id)
    if (!channel) throw new Error(`The test server has no channel ${id}: make it with addChannel first.`)
    return channel
  }

  /** 0 a guild, 1 direct messages with the bot, 2 those between others. */
  const contextOf = ({ guild, recipient }: Channel) => (guild !== null ? 0 : recipient ? 1 : 2)

  return { addPerson }
}

function checkPicks(select: Sent, values: string[]): void {
  const { min_values: min = 1, max_values: max = 1, options, custom_id } = select
  if (values.length < min || values.length > max)
    throw new Error(`“${custom_id}” takes ${min} to ${max} values, not ${values.length}.`)
  const known = options?.map((one: Sent) => one.value)
  const strange = known && values.find((one) => !known.includes(one))
  if (strange !== undefined) throw new Error(`“${custom_id}” has no option “${strange}”.`)
}

/** A modal's fields with what was put in, in the shape in which they are sent. */
function fillModal(components: Sent[], values: Record<string, string | string[] | boolean>): Sent[] {
  const used = new Set<string>()
  const fill = (field: Sent, id: number): Sent => {
    const { type, custom_id, required = true, max_length = 4000, min_length = 0 } = field
    used.add(custom_id)
    const value = values[custom_id]
    if (type === 4) {
      const words = String(value ?? field.value ?? '')
      const least = Math.max(min_length, required ? 1 : 0)
      if (words.length < least && (required || words !== ''))
        throw new Error(`“${custom_id}” needs ${least} or more characters.`)
      if (words.length > max_length) throw new Error(`“${custom_id}” takes ${max_length} characters at most.`)
      return { type, id, custom_id, value: words }
    }
    if (type === 21 || type === 23) return { type, id, custom_id, value: value ?? null }
    const picked = value === undefined ? [] : [value].flat()
    if (picked.length > 0 || required) checkPicks(field, picked.map(String))
    return { type, id, custom_id, values: picked }
  }
  const filled = components.map((one, i) => {
    const id = 2 * i + 1
    if (one.type === 10) return { type: 10, id }
    if (one.type === 18) return { type: 18, id, component: fill(one.component, id + 1) }
    return { type: 1, id, components: one.components.map((field: Sent) => fill(field, id + 1)) }
  })
  const strange = Object.keys(values).find((name) => !used.has(name))
  if (strange !== undefined) throw new Error(`The modal has no field “${strange}”.`)
  return filled
}
