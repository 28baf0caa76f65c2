import { ApplicationCommandType } from 'discord.js'
import type { DiscordMessage } from '../../render/index.ts'
import type { BotContext, SlashCommand } from '../context.ts'
import { respond } from '../respond.ts'
import { everywhere } from './places.ts'

/** The command that lists the others. `all` is asked when it is needed, since this one is among them. */
export function helpCommand(all: () => { name: string; description: string }[]): SlashCommand {
  return {
    data: {
      ...everywhere,
      type: ApplicationCommandType.ChatInput,
      name: 'help',
      description: 'What Freehold can do here',
    },
    async run(interaction, bot) {
      await respond(interaction, bot, { private: true }, async () => helpMessage(bot, all()))
    },
  }
}

export function helpMessage(
  { renderer, commandIds }: BotContext,
  commands: { name: string; description: string }[],
): DiscordMessage {
  return renderer.cards.help({
    commands: commands.map((one) => ({ ...one, id: commandIds.get(one.name) ?? null })),
  })
}
