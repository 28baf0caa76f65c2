import { ChannelType, type Message, MessageFlags } from 'discord.js'
import { tooOften } from './commands/ask.ts'
import { helpMessage } from './commands/help.ts'
import type { BotContext } from './context.ts'
import { asReply, twice } from './respond.ts'
import { isSmallTalk } from './small-talk.ts'

/**
 * Answers a message that names the bot, or any in direct messages; a message that only replies to one of the bot's is
 * talk, and left alone.
 */
export async function mentioned(message: Message, bot: BotContext): Promise<void> {
  if (message.author.bot || message.system) return
  const name = new RegExp(`<@!?${message.client.user.id}>`, 'g')
  const direct = message.channel.type === ChannelType.DM
  if (!direct && !name.test(message.content)) return
  const question = message.content.replace(name, ' ').trim()
  const answer = await answerTo(question, message, bot)
  if (!answer) return
  const { components } = asReply(answer)
  const reply = {
    components,
    flags: MessageFlags.IsComponentsV2,
    allowedMentions: quiet,
    // By its nonce Discord knows a reply that it has got already.
    nonce: message.id,
    enforceNonce: true,
  } as const
  await twice(() => message.reply(reply))
}

/** A reply pings nobody, its reader included. */
const quiet = { parse: [], repliedUser: false }

/** Null where there is nothing to say: a flood of mentions must not become one of replies. */
async function answerTo(question: string, message: Message, bot: BotContext) {
  const { cards } = bot.renderer
  const { id: asker } = message.author
  if (!bot.mayAsk(asker)) return bot.tellsToWait(asker) ? cards.notice(tooOften) : null
  if (isSmallTalk(question)) return helpMessage(bot)
  try {
    const { id, answer } = await bot.desk.ask(question.slice(0, 2000))
    return cards.answer({ id, answer, mayShare: false })
  } catch (error) {
    bot.log.error({ message: message.id, err: error }, 'a mention could not be answered')
    return cards.notice('Something went wrong on our side, and it is noted in the log.', 'warning')
  }
}
