import {
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ChannelFlags,
  ChannelType,
  type ChatInputCommandInteraction,
  type ForumChannel,
  type GuildBasedChannel,
} from 'discord.js'
import {
  type ChannelMode,
  type ChannelSubscription,
  channelModes,
  type Direction,
  directions,
  mostAlertsADay,
  usualAlertsADay,
} from '../../model/index.ts'
import type { DiscordMessage } from '../../render/index.ts'
import type { BotContext, SlashCommand } from '../context.ts'
import { canPing, kindOf, missingIn, subscribableTypes } from '../permissions.ts'
import { respond } from '../respond.ts'
import { listChoices, readList } from './choices.ts'
import { managedServers } from './places.ts'

const modeWords: Record<ChannelMode, string> = {
  digest: 'Digest: every issue',
  alerts: 'Alerts: single strong stories between issues',
  both: 'Both',
}

/** So many channels of one server at most: threads are made without end, and each is a post to send. */
const mostChannels = 50

const directionValues = directions.map((id) => ({ id, name: id }))

const channelOption: APIApplicationCommandOption = {
  type: ApplicationCommandOptionType.Channel,
  name: 'channel',
  description: 'Text, announcement or forum channel, or a thread',
  required: true,
  channel_types: subscribableTypes as never,
}

export const subscribe: SlashCommand = {
  data: {
    ...managedServers,
    type: ApplicationCommandType.ChatInput,
    name: 'subscribe',
    description: 'Let a channel have the digest, alerts or both; again changes what you name',
    options: [
      channelOption,
      {
        type: ApplicationCommandOptionType.String,
        name: 'ideas',
        description: 'Which ideas, separated by commas; all of them at first',
        autocomplete: true,
        max_length: 300,
      },
      {
        type: ApplicationCommandOptionType.String,
        name: 'directions',
        description: 'opens, closes, mixed, separated by commas; all of them at first',
        autocomplete: true,
        max_length: 100,
      },
      {
        type: ApplicationCommandOptionType.String,
        name: 'mode',
        description: 'What the channel gets; the digest at first',
        choices: channelModes.map((value) => ({ name: modeWords[value], value })),
      },
      {
        type: ApplicationCommandOptionType.Role,
        name: 'role',
        description: 'A role to mention with each post; @everyone for none',
      },
      {
        type: ApplicationCommandOptionType.Boolean,
        name: 'thread',
        description: 'Open a thread for talk under each digest',
      },
      {
        type: ApplicationCommandOptionType.Boolean,
        name: 'publish',
        description: 'Publish to channels that follow this announcement channel; yes at first',
      },
      {
        type: ApplicationCommandOptionType.Integer,
        name: 'alerts-a-day',
        description: `At most so many alerts in 24 hours; ${usualAlertsADay} at first`,
        min_value: 1,
        max_value: mostAlertsADay,
      },
    ],
  },
  async run(interaction, bot) {
    await respond(interaction, bot, { private: true }, () => subscribeChannel(interaction, bot))
  },
  async complete(interaction, bot) {
    const { name, value } = interaction.options.getFocused(true)
    return listChoices(name === 'ideas' ? ideaValues(bot) : directionValues, value)
  },
}

export const unsubscribe: SlashCommand = {
  data: {
    ...managedServers,
    type: ApplicationCommandType.ChatInput,
    name: 'unsubscribe',
    description: 'Stop posting to a channel',
    options: [channelOption],
  },
  async run(interaction, bot) {
    await respond(interaction, bot, { private: true }, async () => {
      const { id } = interaction.options.getChannel('channel', true)
      const subscription = await bot.desk.subscription(id)
      // Who manages one server has no say in another, whatever channel their client names.
      const isHere = subscription?.guild === interaction.guildId
      return bot.renderer.cards.notice(
        isHere && (await bot.desk.unsubscribe(id))
          ? `Nothing more is posted to <#${id}>. Run /subscribe again whenever you like.`
          : `<#${id}> is not subscribed, so there is nothing to stop. /status shows the channels that are.`,
      )
    })
  },
}

function ideaValues(bot: BotContext): { id: string; name: string }[] {
  return bot.desk.ideas.map(({ id, name }) => ({ id, name }))
}

async function subscribeChannel(
  interaction: ChatInputCommandInteraction,
  bot: BotContext,
): Promise<DiscordMessage> {
  const { options } = interaction
  const say = (...sentences: string[]) => bot.renderer.cards.notice(sentences, 'warning')
  if (!interaction.inCachedGuild()) {
    return say(
      'Freehold is not a member of this server, so it can’t post here. Ask someone who manages it to add it.',
    )
  }
  const { guild } = interaction
  const { id } = options.getChannel('channel', true)
  const me = guild.members.me
  const known = guild.channels.cache.get(id) ?? null
  const before = await bot.desk.subscription(id)
  // Whatever channel an interaction names, discord.js counts among those of its server.
  const isHere = known?.guildId === guild.id && (before === null || before.guild === guild.id)
  const channel = isHere ? known : null
  const kind = channel && kindOf(channel)
  if (!channel || !me) {
    return say(`I can’t see <#${id}>: give me the permission View Channel there, then run /subscribe again.`)
  }
  if (!before && (await bot.desk.subscriptions(guild.id)).length >= mostChannels) {
    return say(
      `${mostChannels} channels of this server are subscribed, and there can be no more.`,
      '/status shows them; /unsubscribe makes room.',
    )
  }
  if (!kind) return say(`<#${id}> takes no posts. Choose a text, announcement or forum channel.`)
  const ideas = readList(ideaValues(bot), options.getString('ideas'))
  if ('unknown' in ideas) {
    const known = bot.desk.ideas.map(({ name }) => name).join(', ')
    return say(`There is no idea called ${quoted(ideas.unknown)}. They are: ${known}.`)
  }
  const ways = readList(directionValues, options.getString('directions'))
  if ('unknown' in ways) {
    return say(`There is no direction called ${quoted(ways.unknown)}. They are: ${directions.join(', ')}.`)
  }
  // What is not named stays as it was.
  const named = options.getRole('role')
  const roleId = named ? (named.id === guild.id ? null : named.id) : (before?.role ?? null)
  const role = roleId === null ? null : (guild.roles.cache.get(roleId) ?? null)
  if (named && role && canPing(role, channel, me) && !canPing(role, channel, interaction.member)) {
    return say(
      `You may not mention the role @${role.name} in <#${id}> yourself, so I do not do it for you.`,
      'Ask someone who may, or let anyone mention it in its settings.',
    )
  }
  const discuss =
    (options.getBoolean('thread') ?? before?.discuss ?? false) && (kind === 'text' || kind === 'announcement')
  const missing = missingIn(channel, me, { kind, discuss })
  if (missing.length > 0) {
    return say(
      `I can’t post in <#${id}>: there I lack ${listed(missing)}.`,
      'Give me that in the channel’s settings under Permissions, then run /subscribe again.',
    )
  }
  if (kind === 'forum' && tagsWanted(channel as ForumChannel, bot) === 'missing') {
    return say(
      `<#${id}> wants a tag on every post, and none of its tags is named like an idea.`,
      `Add tags such as ${bot.desk.ideas
        .slice(0, 2)
        .map(({ name }) => name)
        .join(' or ')}, then run /subscribe again.`,
    )
  }
  const wish: Omit<ChannelSubscription, 'failures' | 'lastError' | 'pausedAt' | 'madeAt'> = {
    channel: id,
    guild: guild.id,
    kind,
    mode: (options.getString('mode') as ChannelMode | null) ?? before?.mode ?? 'digest',
    ideas: options.getString('ideas') === null ? (before?.ideas ?? []) : ideas.ids,
    directions:
      options.getString('directions') === null ? (before?.directions ?? []) : (ways.ids as Direction[]),
    role: role?.id ?? null,
    discuss,
    publish: kind === 'announcement' && (options.getBoolean('publish') ?? before?.publish ?? true),
    alertsADay: options.getInteger('alerts-a-day') ?? before?.alertsADay ?? usualAlertsADay,
    madeBy: interaction.user.id,
  }
  const changed = await bot.desk.subscribe(wish)
  const subscription = await bot.desk.subscription(id)
  return bot.renderer.cards.subscribed({
    subscription: subscription!,
    changed,
    schedule: bot.schedule,
    warnings: [
      ...(role && !canPing(role, channel, me)
        ? [
            `The role @${role.name} can’t be pinged by me: let anyone mention it in its settings, or give me Mention Everyone in <#${id}>.`,
          ]
        : []),
      ...(kind === 'forum' && tagsWanted(channel as ForumChannel, bot) === 'some'
        ? ['Posts get tags that are named like the ideas; this forum does not have one for each of them.']
        : []),
    ],
  })
}

/** Whether a forum has a tag for each idea, for some, or for none though it wants one on every post. */
function tagsWanted(channel: GuildBasedChannel & ForumChannel, bot: BotContext): 'all' | 'some' | 'missing' {
  if (channel.type !== ChannelType.GuildForum) return 'all'
  const tags = new Set(channel.availableTags.map(({ name }) => name.toLowerCase()))
  const named = bot.desk.ideas.filter(({ name }) => tags.has(name.toLowerCase()))
  if (named.length === bot.desk.ideas.length) return 'all'
  return named.length === 0 && channel.flags.has(ChannelFlags.RequireTag) ? 'missing' : 'some'
}

function quoted(words: string[]): string {
  // Of a sentence of ours mentions and commands act; of what somebody typed nothing does.
  return words.map((word) => `“${word.slice(0, 60).replace(/[<>`]/g, '')}”`).join(', ')
}

function listed(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
