import { type Cadence, isDue, next } from '../lib/schedule/index.ts'
import { type JobRun, minute } from '../model/index.ts'

/** How long after a run that failed or was cut off the next one comes, schedule or not. */
const retryAfter = 5 * minute

/** Whether a process is at a run, and has not fallen silent. */
export function isRunning(run: JobRun | null, now: number): boolean {
  return run?.outcome === 'running' && now <= run.leaseUntil
}

/**
 * Whether a scheduled job should run now. A time that was missed, or several of them, is made up by one run; on a new
 * installation nothing was missed before `installedAt`. A failed or abandoned run is tried again after five minutes; one
 * whose process fell silent is taken over at once.
 */
export function shouldRun(cadence: Cadence, last: JobRun | null, installedAt: number, now: number): boolean {
  if (!last) return isDue(cadence, installedAt, now)
  if (last.outcome === 'running') return !isRunning(last, now)
  const unfinished = last.outcome === 'failed' || last.outcome === 'abandoned'
  if (unfinished && now >= (last.finishedAt ?? last.startedAt) + retryAfter) return true
  return isDue(cadence, last.startedAt, now)
}

/**
 * Whether a job that follows each run of another is still owed to the other's last run: it has not begun since, or did not
 * come to its end.
 */
export function isOwed(to: JobRun | null, last: JobRun | null, now: number): boolean {
  // Ahead of our clock: another machine's is fast, or ours was put back. It comes when we are there, and once.
  if (to === null || to.finishedAt === null || to.finishedAt > now) return false
  if (isRunning(last, now)) return false
  if (last === null || last.startedAt < to.finishedAt || last.outcome === 'running') return true
  return last.outcome !== 'done' && now >= (last.finishedAt ?? last.startedAt) + retryAfter
}

/**
 * Whether a job that works with what the last run `of` another brought has to wait for one more: a time for that (`ofCadence`)
 * has come since the run began, and after it the job's own. So it is when time leaps, as over a machine's sleep.
 */
export function isOutdated(of: JobRun | null, ofCadence: Cadence, cadence: Cadence, now: number): boolean {
  if (of === null || of.outcome === 'running') return true
  const missed = next(ofCadence, of.startedAt)
  return missed !== null && isDue(cadence, missed - 1, now)
}
