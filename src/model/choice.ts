import type { Direction } from './label.ts'

/** Which stories a reader wants. */
export interface StoryChoice {
  /** Ids of ideas; empty for all. */
  ideas: string[]
  /** Empty for all. */
  directions: Direction[]
}

/** True when a story under an idea is wanted. */
export function isChosen(choice: StoryChoice, idea: string, direction: Direction): boolean {
  return (
    (choice.ideas.length === 0 || choice.ideas.includes(idea)) &&
    (choice.directions.length === 0 || choice.directions.includes(direction))
  )
}
