import { ApplicationCommandType } from 'discord.js'
import type { MessageCommand } from '../context.ts'
import { respond } from '../respond.ts'
import { everywhere } from './places.ts'

export const explain: MessageCommand = {
  data: {
    ...everywhere,
    type: ApplicationCommandType.Message,
    name: 'Explain the concepts',
  },
  async runOn(interaction, bot) {
    await respond(interaction, bot, { private: true }, async () => {
      const { content, embeds } = interaction.targetMessage
      const text = [content, ...embeds.map(({ title, description }) => `${title ?? ''} ${description ?? ''}`)]
      return bot.renderer.cards.concepts({
        found: bot.desk.nearestConcepts(text.join('\n').slice(0, 4000), 3),
      })
    })
  },
}
