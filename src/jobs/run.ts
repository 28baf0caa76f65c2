import type { JobName } from '../model/index.ts'
import type { Way } from './way.ts'

/** What a recorded run came to; null when another process was at it. */
export type RunResult<T> = { done: T } | { failed: string } | null

/**
 * Runs a job under its lock and records the run: outcome, duration, counts. The lease is renewed while it runs. A failure
 * is recorded and returned, not thrown.
 */
export async function recorded<T>(
  way: Pick<Way, 'store' | 'now' | 'owner' | 'leaseMs' | 'log'>,
  job: JobName,
  work: () => Promise<T>,
  counts: (result: T) => Record<string, number>,
): Promise<RunResult<T>> {
  const startedAt = way.now()
  const run = await way.store.jobRuns.begin(job, { owner: way.owner, now: startedAt, leaseMs: way.leaseMs })
  if (run === null) return null
  const heartbeat = setInterval(() => {
    way.store.jobRuns.renew(run, way.now() + way.leaseMs).catch((error: unknown) => {
      way.log.warn({ job, err: error }, 'the lease of a run could not be renewed; trying again')
    })
  }, way.leaseMs / 3)
  try {
    const result = await work()
    const tally = counts(result)
    await way.store.jobRuns.finish(run, { outcome: 'done', counts: tally, error: null, now: way.now() })
    way.log.info({ job, ms: way.now() - startedAt, ...tally }, `${job} done`)
    return { done: result }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    way.log.error({ job, err: error }, `${job} failed`)
    await way.store.jobRuns.finish(run, { outcome: 'failed', counts: {}, error: message, now: way.now() })
    return { failed: message }
  } finally {
    clearInterval(heartbeat)
  }
}
