import { type Direction, directions, type Idea, type Label } from '../../../model/index.ts'
import { words } from '../../directions.ts'
import { plain } from '../../feed-text.ts'
import type { SelectOption } from '../components.ts'
import { type Modal, modalOf } from './modal.ts'

export interface LabelModalContent {
  item: { id: string; title: string }
  ideas: readonly Idea[]
  /** The labels it has. */
  current: readonly Pick<Label, 'idea' | 'direction'>[]
}

/** The value that stands for no label at all. */
const none = 'none'
const most = { options: 25, chosen: 5 }

interface Choice {
  idea: Idea
  direction: Direction
  value: string
  isCurrent: boolean
}

/**
 * Asks for the labels that an item deserves: select `labels` (values `renewal=opens`, or `none`), text `comment`. Where
 * Discord's 25 options are too few for every idea and direction, `mixed` goes first and the last ideas go next; what
 * the item has now always stays.
 */
export function labelModal({ item, ideas, current }: LabelModalContent): Modal {
  const choices = choicesOf(ideas, current)
  const options: SelectOption[] = choices.map(({ idea, direction, value, isCurrent }) => ({
    label: `${plain(idea.name, 60) || idea.id.slice(0, 60)} · ${words[direction]}`,
    value,
    ...(isCurrent ? { default: true } : {}),
  }))
  const title = plain(item.title, 100)
  return modalOf(
    'label',
    item.id,
    'Which labels fit this story?',
    {
      type: 18,
      label: 'Key ideas, each with its direction',
      ...(title ? { description: title } : {}),
      component: {
        type: 3,
        custom_id: 'labels',
        placeholder: 'Choose one or more',
        min_values: 1,
        max_values: Math.min(most.chosen, options.length + 1),
        required: true,
        options: [
          ...options,
          { label: 'No key idea', value: none, description: 'It bears on none of them.' },
        ],
      },
    },
    'Why? (if you like)',
  )
}

function choicesOf(ideas: readonly Idea[], current: LabelModalContent['current']): Choice[] {
  const has = new Set(current.slice(0, most.chosen).map(({ idea, direction }) => `${idea}=${direction}`))
  const all = ideas
    .flatMap((idea) => directions.map((direction) => ({ idea, direction, value: `${idea.id}=${direction}` })))
    .filter(({ value }) => value.length <= 100 && value.isWellFormed())
    .map((choice) => ({ ...choice, isCurrent: has.has(choice.value) }))
  const room = most.options - 1
  if (all.length <= room) return all
  const wanted = all.filter(({ direction, isCurrent }) => isCurrent || direction !== 'mixed')
  const spare = Math.max(0, room - wanted.filter(({ isCurrent }) => isCurrent).length)
  const others = new Set(wanted.filter(({ isCurrent }) => !isCurrent).slice(0, spare))
  return wanted.filter((choice) => choice.isCurrent || others.has(choice))
}
