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
const codes = { answeredAlready: 40060, over: [10062, 10008, 10015, 50027] }

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
  const [first, ...others] = [(await made(interaction, bot, work)) ?? sorry(bot)].flat()
  await unlessOver(interaction, bot, async () => {
    try {
      await twice(() => interaction.editReply(asReply(first!)))
    } catch (error) {
      if (isOver(error)) throw error
      bot.log.error({ interaction: interaction.id, err: error }, 'Discord did not take an answer')
      await interaction.editReply(asReply(sorry(bot)))
      return
    }
    for (const message of others) await interaction.followUp(asFollowUp(message, options))
  })
}

/**
 * Changes the message that a button stands under; acknowledges it before any work. Where that fails the message stays
 * as it is, and who pressed is told.
 */
export async function change(
  interaction: ButtonInteraction,
  bot: BotContext,
  work: () => Promise<DiscordMessage>,
): Promise<void> {
  const there = await unlessOver(interaction, bot, async () => {
    await twice(() => interaction.deferUpdate())
  })
  if (!there) return
  // As in `acknowledged`.
  interaction.deferred = true
  const message = await made(interaction, bot, work)
  await unlessOver(interaction, bot, async () => {
    if (message) await twice(() => interaction.editReply(asReply(message)))
    else await interaction.followUp(asFollowUp(sorry(bot), { private: true }))
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
    if (!isOver(error)) throw error
    bot.log.warn(
      { interaction: interaction.id, code },
      'an answer came too late: Discord no longer knows the interaction',
    )
    return false
  }
}

/**
 * Asks Discord for what it does only once, however often it is asked, and again when the connection ended under the
 * request: discord.js repeats it after a broken connection, but not after one that was closed.
 */
export async function twice<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'UND_ERR_SOCKET') throw error
    return ask()
  }
}

/** True of what Discord says when an interaction, or what it was answered with, is gone. */
function isOver(error: unknown): boolean {
  return error instanceof DiscordAPIError && codes.over.includes(error.code as number)
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
    await twice(() => interaction.deferReply(options.private ? { flags: MessageFlags.Ephemeral } : {}))
  })
  // Acknowledged by an earlier try whose answer got lost: discord.js does not know, and would refuse to edit.
  if (there) interaction.deferred = true
  return there
}

/** What `work` makes; null when it fails, which is logged. */
async function made<T>(
  interaction: { id: string },
  bot: BotContext,
  work: () => Promise<T>,
): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    bot.log.error({ interaction: interaction.id, err: error }, 'an answer could not be made')
    return null
  }
}

function sorry({ renderer }: BotContext): DiscordMessage {
  return renderer.cards.notice(
    ['Something went wrong on our side, and it is noted in the log.', 'Please try again in a while.'],
    'warning',
  )
}

function asFollowUp(message: DiscordMessage, options: ResponseOptions) {
  const { components, allowedMentions } = asReply(message)
  const hidden = options.private ? MessageFlags.Ephemeral : 0
  return { components, allowedMentions, flags: MessageFlags.IsComponentsV2 | hidden }
}
