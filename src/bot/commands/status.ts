import { ApplicationCommandType } from 'discord.js'
import type { SlashCommand } from '../context.ts'
import { isMaintainer } from '../permissions.ts'
import { respond } from '../respond.ts'
import { everywhere } from './places.ts'

export const status: SlashCommand = {
  data: {
    ...everywhere,
    type: ApplicationCommandType.ChatInput,
    name: 'status',
    description: 'Which channels get what, when the next digest comes, how the feeds do',
  },
  async run(interaction, bot) {
    await respond(interaction, bot, { private: true }, async () => {
      // Without the bot among its members a server has no channels that could subscribe.
      const status = await bot.desk.status(interaction.inCachedGuild() ? interaction.guildId : null)
      const listFault = isMaintainer(interaction, bot) ? status.listFault : null
      return bot.renderer.cards.status({ ...status, listFault })
    })
  },
}
