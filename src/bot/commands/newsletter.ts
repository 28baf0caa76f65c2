import { ApplicationCommandType } from 'discord.js'
import type { SlashCommand } from '../context.ts'
import { respond } from '../respond.ts'
import { everywhere } from './places.ts'

export const newsletter: SlashCommand = {
  data: {
    ...everywhere,
    type: ApplicationCommandType.ChatInput,
    name: 'newsletter',
    description: 'Where to subscribe to the digest by e-mail; only you see it',
  },
  async run(interaction, bot) {
    await respond(interaction, bot, { private: true }, async () =>
      bot.renderer.cards.newsletter({ schedule: bot.schedule }),
    )
  },
}
