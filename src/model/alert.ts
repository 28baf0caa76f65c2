import type { Story } from './digest.ts'

/** A strong story told between digests. */
export interface Alert {
  id: string
  /** The idea it bears on most, and that idea's name. */
  idea: string
  ideaName: string
  story: Story
  /** ms since the epoch. */
  madeAt: number
}
