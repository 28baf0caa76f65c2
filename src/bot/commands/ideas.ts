import { ApplicationCommandType } from 'discord.js'
import type { SlashCommand } from '../context.ts'
import { respond } from '../respond.ts'
import { everywhere } from './places.ts'

export const ideas: SlashCommand = {
  data: {
    ...everywhere,
    type: ApplicationCommandType.ChatInput,
    name: 'ideas',
    description: 'The key ideas, and how the last weeks leaned on each',
  },
  async run(interaction, bot) {
    await respond(interaction, bot, { private: false }, async () =>
      bot.renderer.cards.ideas({ ideas: await bot.desk.balances() }),
    )
  },
}
