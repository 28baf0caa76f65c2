import type { Story } from '../model/index.ts'

/** How much each further source adds to a story's strength. */
const perSource = 0.15

/** How strong a story is: how sure its idea is, and how many feeds carried it. */
export function strengthOf(story: Pick<Story, 'score' | 'also'>): number {
  return story.score * (1 + perSource * story.also.length)
}

/** Sorts strongest first; equals by item, so that the order never depends on the order of the input. */
export function byStrength(a: Story, b: Story): number {
  return strengthOf(b) - strengthOf(a) || (a.item < b.item ? -1 : 1)
}
