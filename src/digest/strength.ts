import type { Story } from '../model/index.ts'

/** How much each further publisher adds to a story's strength. */
const perSource = 0.15
/** What is left of the strength of a story that only a round-up names. */
const onlyNamed = 0.5
/** Each story that an idea already has leaves so much of the strength of its next, so that the others are heard. */
const crowding = 0.85

/** A story that may be told. */
export interface Candidate {
  idea: string
  story: Story
  strength: number
}

/** What is left of the strength of a story that only a forum tells: often it is talk about older news. */
const onlyTalk = 0.75

/**
 * How strong a story is: how sure its idea is and how many publishers carried it; less where only a round-up names it or
 * only a forum talks of it.
 */
export function strengthOf(
  story: Pick<Story, 'score' | 'also'>,
  { roundUp = false, talk = false }: { roundUp?: boolean; talk?: boolean } = {},
): number {
  return story.score * (1 + perSource * story.also.length) * (roundUp ? onlyNamed : 1) * (talk ? onlyTalk : 1)
}

/** Sorts strongest first; equals by item, so that the order never depends on the order of the input. */
export function byStrength(a: Candidate, b: Candidate): number {
  return b.strength - a.strength || (a.story.item < b.story.item ? -1 : 1)
}

/**
 * The stories that are told, at most `limit`: the strongest first, where each story that an idea has makes room for the
 * other ideas. Gives them and the rest, both strongest first.
 */
export function choose(candidates: Candidate[], limit: number): { told: Candidate[]; weaker: Candidate[] } {
  const left = [...candidates].sort(byStrength)
  const counts = new Map<string, number>()
  const told: Candidate[] = []
  while (told.length < limit && left.length > 0) {
    const worth = ({ idea, strength }: Candidate) => strength * crowding ** (counts.get(idea) ?? 0)
    const best = left.reduce((a, b) => (worth(b) > worth(a) ? b : a))
    told.push(best)
    counts.set(best.idea, (counts.get(best.idea) ?? 0) + 1)
    left.splice(left.indexOf(best), 1)
  }
  return { told: told.sort(byStrength), weaker: left }
}
