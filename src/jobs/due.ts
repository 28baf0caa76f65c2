import { type Cadence, isDue } from '../lib/schedule/index.ts'
import { type JobRun, minute } from '../model/index.ts'

/** How long after a run that failed or was cut off the next one comes, schedule or not. */
const retryAfter = 5 * minute

/**
 * Whether a scheduled job should run now. A time that was missed, or several of them, is made up by one run; on a new
 * installation nothing was missed before `installedAt`. A failed or abandoned run is tried again after five minutes; one
 * whose process fell silent is taken over at once.
 */
export function shouldRun(cadence: Cadence, last: JobRun | null, installedAt: number, now: number): boolean {
  if (!last) return isDue(cadence, installedAt, now)
  if (last.outcome === 'running') return now > last.leaseUntil
  const unfinished = last.outcome === 'failed' || last.outcome === 'abandoned'
  if (unfinished && now >= (last.finishedAt ?? last.startedAt) + retryAfter) return true
  return isDue(cadence, last.startedAt, now)
}
