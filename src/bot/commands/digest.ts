import { ApplicationCommandOptionType, ApplicationCommandType } from 'discord.js'
import type { SlashCommand } from '../context.ts'
import { respond } from '../respond.ts'
import { everywhere } from './places.ts'

export const digest: SlashCommand = {
  data: {
    ...everywhere,
    type: ApplicationCommandType.ChatInput,
    name: 'digest',
    description: 'The last issue of the digest, or an earlier one; only you see it',
    options: [
      {
        type: ApplicationCommandOptionType.Integer,
        name: 'number',
        description: 'Which issue; the last one without it',
        min_value: 1,
        max_value: 1_000_000,
      },
    ],
  },
  async run(interaction, bot) {
    const number = interaction.options.getInteger('number')
    await respond(interaction, bot, { private: true }, async () => {
      const found = await bot.desk.digest(number)
      if (found) return bot.renderer.discord(found)
      const last = await bot.desk.digest(null)
      if (!last)
        return bot.renderer.cards.notice(`No issue has been published yet. Digests are made ${bot.schedule}.`)
      return bot.renderer.cards.notice(`There is no issue ${number}. The last one is ${last.number}.`)
    })
  },
}
