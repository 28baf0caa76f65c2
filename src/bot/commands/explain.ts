import { ApplicationCommandType } from 'discord.js'
import { fingerprintOf } from '../../render/index.ts'
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
      const { content, components, embeds } = interaction.targetMessage
      const text = [
        // Messages of Components V2, such as our own, have their words in there.
        fingerprintOf({ content, components: components.map((component) => component.toJSON()) }),
        ...embeds.map(({ title, description }) => `${title ?? ''} ${description ?? ''}`),
      ]
      return bot.renderer.cards.concepts({
        found: bot.desk.nearestConcepts(text.join('\n').slice(0, 4000), 3),
      })
    })
  },
}
