import { ApplicationCommandOptionType, ApplicationCommandType } from 'discord.js'
import type { SlashCommand } from '../context.ts'
import { respond } from '../respond.ts'
import { isSmallTalk } from '../small-talk.ts'
import { helpMessage } from './help.ts'
import { everywhere } from './places.ts'

export const ask: SlashCommand = {
  data: {
    ...everywhere,
    type: ApplicationCommandType.ChatInput,
    name: 'ask',
    description: 'Ask the wiki; answers come with their sources, or with an honest no',
    options: [
      {
        type: ApplicationCommandOptionType.String,
        name: 'question',
        description: 'What is cheap space? Anything lately on compute cost?',
        required: true,
        max_length: 1000,
      },
      {
        type: ApplicationCommandOptionType.Boolean,
        name: 'private',
        description: 'Only you see the answer; you can share it afterwards',
      },
    ],
  },
  async run(interaction, bot) {
    const hidden = interaction.options.getBoolean('private') ?? false
    const allowed = bot.mayAsk(interaction.user.id)
    await respond(interaction, bot, { private: hidden || !allowed }, async () => {
      if (!allowed) return bot.renderer.cards.notice(tooOften)
      const question = interaction.options.getString('question', true)
      if (isSmallTalk(question)) return helpMessage(bot)
      const { id, answer } = await bot.desk.ask(question)
      return bot.renderer.cards.answer({ id, answer, mayShare: hidden })
    })
  },
}

/** Said to somebody who asks faster than anybody reads. */
export const tooOften = 'That was a lot of questions in a minute. Give it a moment, then ask again.'
