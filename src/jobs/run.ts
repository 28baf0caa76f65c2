import { withLogFacts } from '../lib/log/index.ts'
import type { JobName } from '../model/index.ts'
import type { Way } from './way.ts'

/** What a recorded run came to; null when another process was at it. */
export type RunResult<T> = { done: T } | { failed: string } | null

/**
 * Runs a job under its lock and records the run: outcome, duration, counts. The lease is renewed while it runs; `lost` is
 * aborted when another process has taken the job over, after this one said nothing for too long. A failure is recorded
 * and returned, not thrown. Log lines of a run bear its id. With `after` the run begins only if that is still the job's last one.
 */
export async function recorded<T>(
  way: Pick<Way, 'store' | 'now' | 'owner' | 'leaseMs' | 'log'>,
  job: JobName,
  work: (lost: AbortSignal) => Promise<T>,
  counts: (result: T) => Record<string, number>,
  { after }: { after?: string | null } = {},
): Promise<RunResult<T>> {
  const { store, owner, leaseMs, log } = way
  const startedAt = way.now()
  const tookOver = (from: string) => {
    if (from !== owner) log.warn({ job, from }, `took over ${job} from ${from}, which fell silent`)
  }
  const run = await store.jobRuns.begin(job, { owner, now: startedAt, leaseMs, after, tookOver })
  if (run === null) return null
  return withLogFacts({ run }, async () => {
    const lost = new AbortController()
    const heartbeat = setInterval(() => {
      store.jobRuns.renew(run, way.now() + leaseMs).then(
        (ours) => {
          if (!ours) lost.abort()
        },
        (error: unknown) => {
          log.warn({ job, err: error }, 'the lease of a run could not be renewed; trying again')
        },
      )
    }, leaseMs / 3)
    try {
      const result = await work(lost.signal)
      const tally = counts(result)
      const ours = await store.jobRuns.finish(run, {
        outcome: 'done',
        counts: tally,
        error: null,
        now: way.now(),
      })
      const facts = { job, ms: way.now() - startedAt, ...tally }
      if (!ours) {
        log.warn(facts, `${job} was taken over by another process, since this one said nothing for too long`)
        return null
      }
      log.info(facts, `${job} done`)
      return { done: result }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      log.error({ job, err: error }, `${job} failed`)
      await store.jobRuns.finish(run, { outcome: 'failed', counts: {}, error: message, now: way.now() })
      return { failed: message }
    } finally {
      clearInterval(heartbeat)
    }
  })
}
