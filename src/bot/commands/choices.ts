import { ApplicationCommandOptionType } from 'discord.js'
import { type Direction, directions, type Idea } from '../../model/index.ts'
import type { Choice } from '../context.ts'

/** Discord shows no more. */
const most = 25
const longest = 100
/** What stands for no narrowing. */
export const all = 'all'

const directionWords: Record<Direction, string> = {
  opens: 'opens cheap space',
  closes: 'closes cheap space',
  mixed: 'both, or still open',
}

/** A direction to pick. */
export const directionOption = {
  type: ApplicationCommandOptionType.String as const,
  name: 'direction',
  description: 'Only what leaves more cheap space, or less of it',
  choices: directions.map((value) => ({ name: `${value}: ${directionWords[value]}`, value })),
}

/** Keeps choices within Discord's limits. */
export function fitChoices(choices: Choice[]): Choice[] {
  return choices
    .filter(({ value }) => value.length > 0 && value.length <= longest)
    .slice(0, most)
    .map(({ name, value }) => ({ name: clip(oneLine(name) || value), value }))
}

/** Titles are other people's words: no breaks, nothing that can't be seen or turns the reading direction. */
function oneLine(name: string): string {
  const visible = name
    .toWellFormed()
    .replace(/[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g, '')
  return visible.replace(/[\p{Cc}\s]+/gu, ' ').trim()
}

function clip(name: string): string {
  if (name.length <= longest) return name
  // The cut may have gone through a character of two halves.
  const whole = name
    .slice(0, longest - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, '')
  return `${whole.trimEnd()}…`
}

/** Ideas whose name or id holds the letters typed. */
export function ideaChoices(ideas: readonly Idea[], typed: string): Choice[] {
  const key = typed.trim().toLowerCase()
  return fitChoices(
    ideas
      .filter(({ id, name }) => id.includes(key) || name.toLowerCase().includes(key))
      .map(({ id, name }) => ({ name, value: id })),
  )
}

/**
 * Lists to pick while a list with commas is typed: what stands there already, with each of the others added. `values` are
 * what can be listed, by their ids and names.
 */
export function listChoices(values: { id: string; name: string }[], typed: string): Choice[] {
  const parts = typed.split(',').map((part) => part.trim().toLowerCase())
  const open = parts.pop() ?? ''
  const listed = values.filter(({ id, name }) => parts.includes(id) || parts.includes(name.toLowerCase()))
  const others = values.filter(
    (value) =>
      !listed.includes(value) && (value.id.includes(open) || value.name.toLowerCase().includes(open)),
  )
  const choice = (some: { id: string; name: string }[]): Choice => ({
    name: some.map(({ name }) => name).join(', '),
    value: some.map(({ id }) => id).join(','),
  })
  const none: Choice[] = listed.length === 0 && all.includes(open) ? [{ name: 'All', value: all }] : []
  const asItStands = listed.length > 0 && open === '' ? [choice(listed)] : []
  return fitChoices([...none, ...asItStands, ...others.map((other) => choice([...listed, other]))])
}

/** What a typed list names: ids in their order, none for all; or the parts that name nothing. */
export function readList(
  values: { id: string; name: string }[],
  typed: string | null,
): { ids: string[] } | { unknown: string[] } {
  const parts = (typed ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '' && part !== all)
  const named = (part: string) => values.find(({ id, name }) => id === part || name.toLowerCase() === part)
  const unknown = parts.filter((part) => !named(part))
  if (unknown.length > 0) return { unknown }
  const ids = new Set(parts.map((part) => named(part)!.id))
  const listed = values.filter(({ id }) => ids.has(id)).map(({ id }) => id)
  return { ids: listed.length === values.length ? [] : listed }
}
