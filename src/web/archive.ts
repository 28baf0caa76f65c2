import type { Digest, WeekBalance } from '../model/index.ts'
import type { Counts, DigestSummary, IdeaItem, ReleasedIssue } from '../render/index.ts'

/** What the pages read; whoever wires the program says where it comes from. */
export interface Archive {
  /** All sent issues, newest first. */
  digests(): Promise<DigestSummary[]>
  digest(number: number): Promise<Digest | null>
  /** The latest issues with what was put right since, so many at most, newest first. */
  latestIssues(most: number): Promise<ReleasedIssue[]>
  latest(): Promise<Digest | null>
  /** What was filed under an idea, newest first. */
  ideaItems(idea: string, limit: number): Promise<IdeaItem[]>
  ideaBalance(idea: string): Promise<WeekBalance[]>
  counts(): Promise<Counts>
}
