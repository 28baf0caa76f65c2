import { ApplicationCommandOptionType, ApplicationCommandType } from 'discord.js'
import type { DiscordMessage } from '../../render/index.ts'
import { sourcesPerPage } from '../../render/index.ts'
import type { BotContext, SlashCommand } from '../context.ts'
import { isMaintainer } from '../permissions.ts'
import { respond } from '../respond.ts'
import { everywhere } from './places.ts'

const tooOften = 'That was a lot in a minute. Give it a moment, then suggest it again.'

export const sources: SlashCommand = {
  data: {
    ...everywhere,
    type: ApplicationCommandType.ChatInput,
    name: 'sources',
    description: 'The feeds that are followed, and how they do; only you see it',
  },
  async run(interaction, bot) {
    await respond(interaction, bot, { private: true }, () =>
      sourcesMessage(bot, 1, isMaintainer(interaction, bot)),
    )
  },
}

export const suggestFeed: SlashCommand = {
  data: {
    ...everywhere,
    type: ApplicationCommandType.ChatInput,
    name: 'suggest-feed',
    description: 'Suggest a feed or a site that should be followed',
    options: [
      {
        type: ApplicationCommandOptionType.String,
        name: 'url',
        description: 'Its address, such as https://lab.example.org/blog',
        required: true,
        max_length: 500,
      },
    ],
  },
  async run(interaction, bot) {
    const { desk, renderer } = bot
    const allowed = bot.mayAsk(interaction.user.id)
    await respond(interaction, bot, { private: true }, async () => {
      if (!allowed) return renderer.cards.notice(tooOften, 'warning')
      const result = await desk.suggestFeed(interaction.options.getString('url', true))
      switch (result.outcome) {
        case 'refused':
          return renderer.cards.notice(result.reason, 'warning')
        case 'followed':
          return renderer.cards.notice(`That one is followed already, as ${result.feed}.`)
        case 'noted':
          return renderer.cards.notice([
            'Thank you, it is noted. Those who keep the feed lists will look at it.',
            ...(result.times > 1 ? [`It has been suggested ${result.times} times.`] : []),
          ])
      }
    })
  },
}

/** A page of the feeds, for those who keep them with what to do; pages count from 1. */
export async function sourcesMessage(
  { desk, renderer }: BotContext,
  page: number,
  forKeepers: boolean,
): Promise<DiscordMessage> {
  const all = await desk.sources(forKeepers)
  const pages = Math.max(1, Math.ceil(all.length / sourcesPerPage))
  const at = Math.min(Math.max(1, page), pages)
  return renderer.cards.sources({
    feeds: all.slice((at - 1) * sourcesPerPage, at * sourcesPerPage),
    total: all.length,
    page: at,
    pages,
  })
}
