import type { ChannelMode, Direction, Idea, LabelledItem, StoryChoice } from '../../../model/index.ts'
import { marks } from '../../directions.ts'
import type { Pen } from './pen.ts'

/** What a story does, behind “that”. */
export const deeds: Record<Direction, string> = {
  opens: 'opens space',
  closes: 'closes space',
  mixed: 'is contested',
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[], and = 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${and} ${words.at(-1)}`
}

/** An idea's short name; its id where it is not (or no longer) one of the ideas. */
export function ideaName(id: string, ideas: readonly Idea[], pen: Pen): string {
  return pen.words(ideas.find((idea) => idea.id === id)?.name ?? id, 60)
}

/** `on Renewal and Compute cost that open space or are contested`; empty for all stories. */
export function choicePhrase(choice: StoryChoice, ideas: readonly Idea[], pen: Pen): string {
  const names = choice.ideas.slice(0, 25).map((id) => ideaName(id, ideas, pen))
  const ways = [...(['opens', 'closes'] as const).filter((one) => choice.directions.includes(one))].map(
    (one) => one.slice(0, -1),
  )
  const deeds = [
    ...(ways.length > 0 ? [`${ways.join(' or ')} space`] : []),
    ...(choice.directions.includes('mixed') ? ['are contested'] : []),
  ]
  const about = names.length > 0 ? `on ${listed(names)}` : ''
  const that = deeds.length > 0 ? `that ${deeds.join(' or ')}` : ''
  return [about, that].filter(Boolean).join(' ')
}

/** The label that an item is shown by: of what is asked for the surest; null for an item without any. */
export function leadingLabel(
  { labels }: Pick<LabelledItem, 'labels'>,
  idea: string | null,
  direction: Direction | null,
) {
  const asked = labels.filter(
    (label) =>
      (idea === null || label.idea === idea) && (direction === null || label.direction === direction),
  )
  const [first] = (asked.length > 0 ? asked : labels).toSorted((a, b) => b.score - a.score)
  return first ?? null
}

/** `▲ `, or nothing without a label. */
export function markOf(label: { direction: Direction } | null): string {
  return label ? `${marks[label.direction]} ` : ''
}

/** A channel as Discord shows it to each reader. */
export function channelName(channel: string): string {
  return isId(channel) ? `<#${channel}>` : 'the channel'
}

/** True of an id as Discord gives them. */
export function isId(raw: string): boolean {
  return /^\d{1,20}$/.test(raw)
}

export const modeNames: Record<ChannelMode, string> = {
  digest: 'digests',
  alerts: 'single strong stories',
  both: 'digests and single strong stories',
}
