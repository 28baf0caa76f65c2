import {
  type ButtonInteraction,
  ComponentType,
  type ModalSubmitInteraction,
  PermissionFlagsBits,
  type StringSelectMenuInteraction,
} from 'discord.js'
import { type AnswerReason, answerReasons, type Direction, directions } from '../model/index.ts'
import { type CardAction, type Modal, parseCustomId } from '../render/index.ts'
import { conceptMessage } from './commands/concept.ts'
import { latestMessage } from './commands/latest.ts'
import { sourcesMessage } from './commands/sources.ts'
import type { BotContext } from './context.ts'
import { isMaintainer, isStillIn } from './permissions.ts'
import { change, respond, twice, unlessOver } from './respond.ts'

const hidden = { private: true }
const itemGone = 'That item is no longer stored, so its labels can’t be changed.'
const tooOld = 'That answer is too old to react to. Ask again, and the new one will do.'

type OnButton = (interaction: ButtonInteraction, bot: BotContext, args: string[]) => Promise<void>

const onButton: Record<CardAction, OnButton> = {
  async helpful(interaction, bot, [id = '']) {
    await vote(interaction, bot, id, 'helpful', 'Thank you. That is noted, without your name.')
  },
  async gap(interaction, bot, [id = '']) {
    const thanks = 'Thank you. Those who write the wiki’s pages will see that this was asked for.'
    await vote(interaction, bot, id, 'missing', thanks)
  },
  async unhelpful(interaction, bot, [id = '']) {
    // A modal has to be the first answer, so nothing is looked up before it.
    await openModal(interaction, bot, bot.renderer.cards.reasonModal({ id }))
  },
  async passages(interaction, bot, [id = '']) {
    await respond(interaction, bot, hidden, async () => {
      const answer = await bot.desk.answer(id)
      return answer ? bot.renderer.cards.passages(answer) : bot.renderer.cards.notice(tooOld)
    })
  },
  async share(interaction, bot, [id = '']) {
    await respond(interaction, bot, { private: false }, async () => {
      const answer = await bot.desk.answer(id)
      return answer
        ? bot.renderer.cards.answer({ id, answer, mayShare: false })
        : bot.renderer.cards.notice(tooOld)
    })
  },
  async concept(interaction, bot, [id = '']) {
    await respond(interaction, bot, hidden, async () => conceptMessage(bot, id))
  },
  async page(interaction, bot, [page = '1', idea = '', direction = '']) {
    const asker = interaction.message.interactionMetadata?.user.id
    if (asker !== undefined && asker !== interaction.user.id) {
      await respond(interaction, bot, hidden, async () =>
        bot.renderer.cards.notice(
          'Only who asked can turn these pages. /latest gives you pages of your own.',
        ),
      )
      return
    }
    await change(interaction, bot, () =>
      idea === 'sources'
        ? sourcesMessage(bot, pageOf(page), isMaintainer(interaction, bot))
        : latestMessage(bot, { idea: idea || null, direction: direction || null }, pageOf(page)),
    )
  },
  async label(interaction, bot, [item = '']) {
    await askForLabels(interaction, bot, item)
  },
  async resume(interaction, bot, [channel = '']) {
    await respond(interaction, bot, hidden, async () => {
      const { cards } = bot.renderer
      const subscription = await bot.desk.subscription(channel)
      const manages = interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false
      const mine =
        subscription?.madeBy === interaction.user.id && (await isStillIn(interaction, subscription.guild))
      if (!subscription || !(mine || (manages && interaction.guildId === subscription.guild))) {
        return cards.notice(
          'Only who subscribed the channel, or who manages its server, can resume it.',
          'warning',
        )
      }
      return cards.notice(
        (await bot.desk.resume(channel))
          ? `<#${channel}> gets posts again, from the next one on.`
          : `<#${channel}> is not paused.`,
      )
    })
  },
}

/** The number of a page; the first one for what is none. */
function pageOf(said: string): number {
  return /^[1-9]\d{0,6}$/.test(said) ? Number(said) : 1
}

/** A button was pressed. */
export async function pressed(interaction: ButtonInteraction, bot: BotContext): Promise<void> {
  const id = parseCustomId(interaction.customId)
  if (id) await onButton[id.action](interaction, bot, id.args)
  else await respond(interaction, bot, hidden, async () => bot.renderer.cards.notice(unknownButton))
}

const unknownButton = 'That button is from an earlier version of Freehold and does nothing any more.'

/** Something was picked from a select: an item whose labels are wrong. */
export async function picked(interaction: StringSelectMenuInteraction, bot: BotContext): Promise<void> {
  const id = parseCustomId(interaction.customId)
  if (id?.action === 'label') await askForLabels(interaction, bot, interaction.values[0] ?? '')
  else await respond(interaction, bot, hidden, async () => bot.renderer.cards.notice(unknownButton))
}

/** A modal was filled in. */
export async function submitted(interaction: ModalSubmitInteraction, bot: BotContext): Promise<void> {
  const id = parseCustomId(interaction.customId)
  const subject = id?.args[0] ?? ''
  await respond(interaction, bot, hidden, async () => {
    if (id?.action === 'unhelpful') return reasonGiven(interaction, bot, subject)
    if (id?.action === 'label') return labelsGiven(interaction, bot, subject)
    return bot.renderer.cards.notice(unknownButton)
  })
}

async function vote(
  interaction: ButtonInteraction,
  bot: BotContext,
  id: string,
  vote: 'helpful' | 'missing',
  thanks: string,
): Promise<void> {
  await respond(interaction, bot, hidden, async () => {
    const noted = await bot.desk.judgeAnswer(id, interaction.user.id, { vote, reason: null, comment: '' })
    return bot.renderer.cards.notice(noted ? thanks : tooOld)
  })
}

async function reasonGiven(interaction: ModalSubmitInteraction, bot: BotContext, id: string) {
  const [picked] = valuesOf(interaction, 'reason')
  const reason: AnswerReason | null = answerReasons.find((one) => one === picked) ?? null
  const comment = textOf(interaction, 'comment')
  const word = { vote: 'unhelpful' as const, reason, comment }
  const noted = await bot.desk.judgeAnswer(id, interaction.user.id, word)
  return bot.renderer.cards.notice(
    noted ? 'Thank you. Those who keep the wiki read these, without your name.' : tooOld,
  )
}

async function askForLabels(
  interaction: ButtonInteraction | StringSelectMenuInteraction,
  bot: BotContext,
  id: string,
): Promise<void> {
  let modal: Modal | null
  try {
    modal = await labelModalOf(bot, id)
  } catch (error) {
    // Not before: a modal has to be the first answer.
    await respond(interaction, bot, hidden, () => Promise.reject(error))
    return
  }
  if (modal) await openModal(interaction, bot, modal)
  else await respond(interaction, bot, hidden, async () => bot.renderer.cards.notice(itemGone))
}

async function openModal(
  interaction: ButtonInteraction | StringSelectMenuInteraction,
  bot: BotContext,
  modal: Modal,
): Promise<void> {
  await unlessOver(interaction, bot, () => twice(() => interaction.showModal(modal as never)))
}

async function labelModalOf({ desk, renderer }: BotContext, id: string): Promise<Modal | null> {
  const found = await desk.findItem(id)
  if (found?.item.id !== id) return null
  const { item } = found
  return renderer.cards.labelModal({ item, ideas: desk.ideas, current: item.labels })
}

async function labelsGiven(interaction: ModalSubmitInteraction, bot: BotContext, item: string) {
  const { cards } = bot.renderer
  const labels: Record<string, Direction> = {}
  const values = valuesOf(interaction, 'labels')
  for (const value of values) {
    const [idea = '', way] = value.split('=')
    const direction = directions.find((one) => one === way)
    if (!direction || !bot.desk.ideas.some(({ id }) => id === idea)) continue
    if (labels[idea]) {
      const name = bot.desk.ideas.find(({ id }) => id === idea)?.name ?? idea
      return cards.notice(`You chose two directions for ${name}; choose one, or contested.`, 'warning')
    }
    labels[idea] = direction
  }
  // No label is somebody's word only where they chose that.
  if (Object.keys(labels).length === 0 && !values.includes('none')) {
    return cards.notice(
      'The key ideas have changed meanwhile. Press the button again, and choose from the new ones.',
    )
  }
  const maintainer = isMaintainer(interaction, bot)
  const comment = textOf(interaction, 'comment')
  const noted = await bot.desk.judgeLabels(item, interaction.user.id, { labels, comment, maintainer })
  if (!noted) return cards.notice(itemGone)
  return cards.notice(
    maintainer
      ? 'Done: these are its labels now, and the classifier learns from them.'
      : 'Thank you. A maintainer will look at it; your name is not kept.',
  )
}

function valuesOf(interaction: ModalSubmitInteraction, id: string): string[] {
  const field = interaction.fields.fields.get(id)
  return field?.type === ComponentType.StringSelect ? [...field.values] : []
}

function textOf(interaction: ModalSubmitInteraction, id: string): string {
  const field = interaction.fields.fields.get(id)
  return field?.type === ComponentType.TextInput ? field.value : ''
}
