import type { FeedKind } from './feed.ts'

/** Does what happened leave more cheap space, less of it, or is the outcome open? */
export const directions = ['opens', 'closes', 'mixed'] as const
export type Direction = (typeof directions)[number]

/** One idea given to an item. */
export interface Label {
  idea: string
  direction: Direction
  /** Calibrated probability that a careful reader would give this idea, 0 to 1. */
  score: number
  /** Words of the item, verbatim, that carry the label. */
  evidence: string
  /** Who gave it: `model:<hash>`, `llm:<name>` or `maintainer`. */
  by: string
}

/** An idea given by a maintainer, who is sure of it. */
export type GivenLabel = Pick<Label, 'idea' | 'direction' | 'evidence'>

/** What the classifier reads. */
export interface ClassifiableItem {
  id: string
  title: string
  summary?: string | undefined
  content?: string | undefined
  url?: string | null | undefined
  kind?: FeedKind | undefined
  publishedAt?: string | null | undefined
}

/** A labelled example as maintainers write it down. */
export interface Example extends ClassifiableItem {
  labels: Record<string, Direction>
}
