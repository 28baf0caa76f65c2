import { ApplicationCommandType } from 'discord.js'
import type { DiscordMessage } from '../../render/index.ts'
import type { BotContext, SlashCommand } from '../context.ts'
import { respond } from '../respond.ts'
import { everywhere } from './places.ts'

export const help: SlashCommand = {
  data: {
    ...everywhere,
    type: ApplicationCommandType.ChatInput,
    name: 'help',
    description: 'What Freehold can do here',
  },
  async run(interaction, bot) {
    await respond(interaction, bot, { private: true }, async () => helpMessage(bot))
  },
}

/** What the bot can do, with its commands to click on. */
export function helpMessage({ renderer, commandIds, commands }: BotContext): DiscordMessage {
  return renderer.cards.help({
    commands: commands.map((one) => ({ ...one, id: commandIds.get(one.name) ?? null })),
  })
}
