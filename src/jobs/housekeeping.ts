import { day } from '../model/index.ts'
import type { Way } from './way.ts'

/** How long the record of a job's runs is kept. */
const runsKept = 90 * day

/** Deletes what nobody needs any more: the record of old runs. */
export async function housekeeping(way: Pick<Way, 'store' | 'now'>): Promise<{ runs: number }> {
  return { runs: await way.store.jobRuns.prune(way.now() - runsKept) }
}
