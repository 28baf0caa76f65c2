import { type Direction, directions, type Example, feedKinds } from '../model/index.ts'
import type { LabelCheck } from './label-check.ts'

/** How many items of a sort there are, and how many of them bear on no idea or consist of a title only. */
export interface Tally {
  items: number
  none: number
  withoutSummary: number
}

/** What the labels are made of: too little of one sort is what the classifier will be bad at. */
export interface Balance extends Tally {
  ideas: Record<string, Record<Direction, number>>
  kinds: Record<string, Tally>
  /** Held-out items too, which the other figures leave aside. */
  files: Record<string, Tally>
}

/** Counts a wiki's labels. */
export function balanceOf(check: LabelCheck, ideas: { id: string }[]): Balance {
  const fileOf = (example: Example) => check.places.get(example.id)!.file
  const files = Object.groupBy([...check.examples, ...check.heldOut], fileOf)
  return {
    ...tally(check.examples),
    ideas: Object.fromEntries(
      ideas.map(({ id }) => [
        id,
        Object.fromEntries(
          directions.map((direction) => [
            direction,
            check.examples.filter((example) => example.labels[id] === direction).length,
          ]),
        ) as Record<Direction, number>,
      ]),
    ),
    kinds: Object.fromEntries(
      [...feedKinds, undefined]
        .map(
          (kind) => [kind ?? 'no kind', check.examples.filter((example) => example.kind === kind)] as const,
        )
        .flatMap(([kind, examples]) => (examples.length ? [[kind, tally(examples)]] : [])),
    ),
    files: Object.fromEntries(Object.entries(files).map(([file, examples]) => [file, tally(examples!)])),
  }
}

function tally(examples: Example[]): Tally {
  return {
    items: examples.length,
    none: examples.filter((example) => Object.keys(example.labels).length === 0).length,
    withoutSummary: examples.filter((example) => !example.summary?.trim() && !example.content?.trim()).length,
  }
}
