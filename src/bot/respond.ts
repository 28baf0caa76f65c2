import {
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  DiscordAPIError,
  type InteractionEditReplyOptions,
  type MessageContextMenuCommandInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
  type StringSelectMenuInteraction,
} from 'discord.js'
import type { DiscordMessage } from '../render/index.ts'
import type { BotContext } from './context.ts'

/** What can be answered with a message. */
export type Answerable =
  | ButtonInteraction
  | ChatInputCommandInteraction
  | MessageContextMenuCommandInteraction
  | ModalSubmitInteraction
  | StringSelectMenuInteraction

/** Discord's error codes that say what became of an interaction. */
const codes = { tooLate: 10062, answeredAlready: 40060, gone: [10008, 10015, 50027] }

export interface ResponseOptions {
  /** Only who asked sees it. */
  private: boolean
}

/**
 * Answers an interaction: acknowledges it before any work, then sends what `work` makes, several messages one after the
 * other. A fault of ours is said so to the person and logged. Never rejects for what Discord says of the interaction.
 */
export async function respond(
  interaction: Answerable,
  bot: BotContext,
  options: ResponseOptions,
  work: () => Promise<DiscordMessage | DiscordMessage[]>,
): Promise<void> {
  if (!(await acknowledged(interaction, bot, options))) return
  const messages = [await made(interaction, bot, work)].flat()
  const hidden = options.private ? MessageFlags.Ephemeral : 0
  await unlessOver(interaction, bot, async () => {
    await interaction.editReply(asReply(messages[0]!))
    for (const message of messages.slice(1)) {
      const { components, allowedMentions } = asReply(message)
      await interaction.followUp({
        components: components!,
        allowedMentions: allowedMentions!,
        flags: MessageFlags.IsComponentsV2 | hidden,
      })
    }
  })
}

/** Changes the message that a button stands under; acknowledges it before any work. */
export async function change(
  interaction: ButtonInteraction,
  bot: BotContext,
  work: () => Promise<DiscordMessage>,
): Promise<void> {
  const there = await unlessOver(interaction, bot, async () => {
    await interaction.deferUpdate()
  })
  if (!there) return
  const message = await made(interaction, bot, work)
  await unlessOver(interaction, bot, async () => {
    await interaction.editReply(asReply(message))
  })
}

/** Does something with an interaction; false when Discord says that it is over, which is logged. */
export async function unlessOver(
  interaction: { id: string },
  bot: BotContext,
  act: () => Promise<void>,
): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    const code = error instanceof DiscordAPIError ? error.code : null
    if (code === codes.answeredAlready) return true
    if (code !== codes.tooLate && !codes.gone.includes(code as number)) throw error
    bot.log.warn(
      { interaction: interaction.id, code },
      'an answer came too late: Discord no longer knows the interaction',
    )
    return false
  }
}

/** A message as discord.js takes it. */
export function asReply(
  message: DiscordMessage,
): Required<Pick<InteractionEditReplyOptions, 'components' | 'allowedMentions' | 'flags'>> {
  return {
    // Components as the API takes them are what discord.js makes of its own; its types only know some of them.
    components: message.components as unknown as NonNullable<InteractionEditReplyOptions['components']>,
    allowedMentions: message.allowed_mentions,
    flags: MessageFlags.IsComponentsV2,
  }
}

async function acknowledged(
  interaction: Answerable,
  bot: BotContext,
  options: ResponseOptions,
): Promise<boolean> {
  if (interaction.deferred || interaction.replied) return true
  const there = await unlessOver(interaction, bot, async () => {
    await interaction.deferReply(options.private ? { flags: MessageFlags.Ephemeral } : {})
  })
  // Acknowledged by an earlier try whose answer got lost: discord.js does not know, and would refuse to edit.
  if (there) interaction.deferred = true
  return there
}

async function made<T extends DiscordMessage | DiscordMessage[]>(
  interaction: { id: string },
  bot: BotContext,
  work: () => Promise<T>,
): Promise<T | DiscordMessage> {
  try {
    return await work()
  } catch (error) {
    bot.log.error({ interaction: interaction.id, err: error }, 'an answer could not be made')
    return bot.renderer.cards.notice(
      ['Something went wrong on our side, and it is noted in the log.', 'Please try again in a while.'],
      'warning',
    )
  }
}
