import { ApplicationCommandOptionType, ApplicationCommandType } from 'discord.js'
import type { DiscordMessage } from '../../render/index.ts'
import type { BotContext, SlashCommand } from '../context.ts'
import { respond } from '../respond.ts'
import { fitChoices } from './choices.ts'
import { everywhere } from './places.ts'

export const concept: SlashCommand = {
  data: {
    ...everywhere,
    type: ApplicationCommandType.ChatInput,
    name: 'concept',
    description: 'A concept of the wiki, in its own words',
    options: [
      {
        type: ApplicationCommandOptionType.String,
        name: 'name',
        description: 'Start typing and pick one',
        required: true,
        autocomplete: true,
        max_length: 100,
      },
    ],
  },
  async run(interaction, bot) {
    await respond(interaction, bot, { private: false }, async () =>
      conceptMessage(bot, interaction.options.getString('name', true)),
    )
  },
  async complete(interaction, bot) {
    const found = bot.desk.conceptNames(interaction.options.getFocused(), 25)
    return fitChoices(found.map(({ name, id }) => ({ name, value: id })))
  },
}

/** A concept's card; where nothing is called so, the nearest ones. */
export function conceptMessage({ desk, renderer }: BotContext, wanted: string): DiscordMessage {
  const found = desk.concept(wanted)
  if (found) return renderer.cards.concept(found)
  const nearest = desk.nearestConcepts(wanted, 3)
  const names = nearest.map(({ title }) => title).join(', ')
  return renderer.cards.notice([
    'No concept of the wiki is called that.',
    names ? `The nearest: ${names}.` : 'Start typing and pick one from the list.',
  ])
}
