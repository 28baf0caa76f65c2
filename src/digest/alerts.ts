import type { Feed, Idea, LabelledItem } from '../model/index.ts'
import { type PastStory, recall } from './memory.ts'
import { isRoundUp } from './round-up.ts'
import { compareAmong, groupStories } from './stories.ts'
import { tell } from './story.ts'
import { byStrength, type Candidate, strengthOf } from './strength.ts'

/** What alerts are chosen from. The same input gives the same stories. */
export interface AlertInput {
  ideas: Idea[]
  feeds: Pick<Feed, 'id' | 'title' | 'kind' | 'official' | 'publisher'>[]
  /** Recent items that count as news, labelled or not. */
  items: LabelledItem[]
  /** Stories that readers have been told, in issues or by alerts. */
  past: PastStory[]
}

/**
 * From here on a story is told before its digest: two more publishers carried it and its idea is nearly certain, or four
 * did and it is likely. Of the fixture weeks 1 to 6 these were 4, 3, 2, 2, 0 and 2 stories.
 */
export const strong = 1.2

/** The strong stories that nobody has been told of, strongest first; talk and round-ups make none. */
export function strongStories({ ideas, feeds, items, past }: AlertInput, least = strong): Candidate[] {
  const known = new Map(ideas.map((idea) => [idea.id, idea]))
  const facts = new Map(feeds.map((feed) => [feed.id, feed]))
  const comparison = compareAmong([...items, ...past.flatMap((story) => story.items)])
  const told = new Set(past.flatMap((story) => story.items.map(({ id }) => id)))
  const bearing = items.filter(
    (item) => !isRoundUp(item.title) && item.labels.some(({ idea }) => known.has(idea)),
  )
  return groupStories(bearing, comparison)
    .filter((cluster) => cluster.some(({ kind }) => kind !== 'community'))
    .filter(
      (cluster) => !cluster.some(({ id }) => told.has(id)) && recall(cluster, past, comparison) === null,
    )
    .map((cluster): Candidate => {
      const { idea, story } = tell(cluster, known, facts, null, comparison)
      return { idea, story, strength: strengthOf(story) }
    })
    .filter(({ strength }) => strength >= least)
    .sort(byStrength)
}
