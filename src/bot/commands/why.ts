import { ApplicationCommandOptionType, ApplicationCommandType } from 'discord.js'
import type { SlashCommand } from '../context.ts'
import { respond } from '../respond.ts'
import { fitChoices } from './choices.ts'
import { everywhere } from './places.ts'

export const why: SlashCommand = {
  data: {
    ...everywhere,
    type: ApplicationCommandType.ChatInput,
    name: 'why',
    description: 'Why an item is, or is not, in the digest; only you see it',
    options: [
      {
        type: ApplicationCommandOptionType.String,
        name: 'item',
        description: 'Words of its title, or its link',
        required: true,
        autocomplete: true,
        max_length: 500,
      },
    ],
  },
  async run(interaction, bot) {
    await respond(interaction, bot, { private: true }, async () => {
      const found = await bot.desk.findItem(interaction.options.getString('item', true))
      if (!found) {
        return bot.renderer.cards.notice([
          'No stored item has that title or link.',
          'It may stand in a feed that is not followed: /sources lists those that are, and /suggest-feed takes others.',
        ])
      }
      return bot.renderer.cards.why({ ...found, reason: await bot.desk.whyItem(found.item) })
    })
  },
  async complete(interaction, bot) {
    const found = await bot.desk.itemsTitled(interaction.options.getFocused(), 25)
    return fitChoices(
      found.map(({ item, feedTitle }) => ({ name: `${item.title} · ${feedTitle}`, value: item.id })),
    )
  },
}
