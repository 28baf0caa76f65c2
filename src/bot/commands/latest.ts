import { ApplicationCommandOptionType, ApplicationCommandType } from 'discord.js'
import { directions } from '../../model/index.ts'
import type { DiscordMessage } from '../../render/index.ts'
import { latestPerPage } from '../../render/index.ts'
import type { BotContext, SlashCommand } from '../context.ts'
import { respond } from '../respond.ts'
import { directionOption, ideaChoices } from './choices.ts'
import { everywhere } from './places.ts'

export const latest: SlashCommand = {
  data: {
    ...everywhere,
    type: ApplicationCommandType.ChatInput,
    name: 'latest',
    description: 'What the feeds brought in the last month, newest first',
    options: [
      {
        type: ApplicationCommandOptionType.String,
        name: 'idea',
        description: 'Only what bears on one key idea',
        autocomplete: true,
        max_length: 100,
      },
      directionOption,
    ],
  },
  async run(interaction, bot) {
    const wanted = interaction.options.getString('idea')
    const direction = interaction.options.getString('direction')
    await respond(interaction, bot, { private: false }, () =>
      latestMessage(bot, { idea: wanted, direction }, 1),
    )
  },
  async complete(interaction, bot) {
    return ideaChoices(bot.desk.ideas, interaction.options.getFocused())
  },
}

const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' })

/** A page of the latest items. `idea` is an id or a name as people write it, `direction` a direction, null for all. */
export async function latestMessage(
  { desk, renderer }: BotContext,
  wish: { idea: string | null; direction: string | null },
  page: number,
): Promise<DiscordMessage> {
  const key = wish.idea?.trim().toLowerCase() ?? ''
  const idea = desk.ideas.find(({ id, name }) => id === key || name.toLowerCase() === key)
  if (key !== '' && !idea) {
    return renderer.cards.notice([
      'There is no key idea of that name.',
      `They are: ${desk.ideas.map(({ name }) => name).join(', ')}.`,
    ])
  }
  const direction = directions.find((one) => one === wish.direction) ?? null
  const found = await desk.latest({ idea: idea?.id ?? null, direction }, page, latestPerPage)
  const since = dayAndMonth.format(found.since)
  return renderer.cards.latest({ ...found, idea: idea?.id ?? null, direction, since })
}
