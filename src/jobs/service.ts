import { type Cadence, next, startTicking } from '../lib/schedule/index.ts'
import { type JobName, type JobRun, jobNames, minute } from '../model/index.ts'
import { writeAlerts } from './alerts.ts'
import { classify } from './classify.ts'
import { deliver, hasPost } from './deliver.ts'
import { createDigest } from './digest.ts'
import { shouldRun } from './due.ts'
import { housekeeping } from './housekeeping.ts'
import { ingest } from './ingest.ts'
import { writeFeedNote } from './maintainers.ts'
import type { FeedListKeeper } from './reload.ts'
import { takeMaildir } from './returns.ts'
import { type RunResult, recorded } from './run.ts'
import type { Progress, Way } from './way.ts'

/** When jobs run. `classify` follows each ingest, `deliver` runs whenever a message is due. */
export interface Schedules {
  ingest: string
  digest: string
  zone: string
}

const housekeepingAt = '30 4 * * *'
const noteAt = '0 7 * * MON'

/** Runs one job now, recorded like a scheduled run. `zone` is whose calendar the week of a note is of; UTC without it. */
export async function runJob(
  way: Way,
  job: JobName,
  options: { progress?: Progress; signal?: AbortSignal; zone?: string } = {},
): Promise<RunResult<unknown>> {
  switch (job) {
    case 'ingest':
      return recorded(
        way,
        job,
        () => ingest(way, options),
        ({ feeds, items }) => ({
          polled: feeds.due,
          failed: feeds.failed,
          new: items.new,
          updated: items.updated,
        }),
      )
    case 'classify':
      return recorded(
        way,
        job,
        async () => ({ ...(await classify(way, options)), alerts: await writeAlerts(way) }),
        (report) => ({ ...report }),
      )
    case 'digest':
      return recorded(
        way,
        job,
        () => createDigest(way, { release: true, approvalMs: way.post.approvalMs }),
        ({ number, digest }) => ({ digest: number, read: digest.read, told: digest.read - digest.leftOut }),
      )
    case 'deliver':
      return recorded(
        way,
        job,
        () => deliver(way, options),
        (report) => ({ ...report }),
      )
    case 'housekeeping':
      return recorded(
        way,
        job,
        () => housekeeping(way),
        (report) => ({ ...report }),
      )
    case 'note':
      return recorded(
        way,
        job,
        () => writeFeedNote(way, options.zone ?? 'UTC'),
        (report) => ({ ...report }),
      )
  }
}

/** The cadence of each job that has one of its own. */
export function cadences(schedules: Schedules): Partial<Record<JobName, Cadence>> {
  const { zone } = schedules
  return {
    ingest: { expression: schedules.ingest, zone },
    digest: { expression: schedules.digest, zone },
    housekeeping: { expression: housekeepingAt, zone },
    note: { expression: noteAt, zone },
  }
}

/** A job as people ask for it: its last run, and when it runs next (ms; null for those that follow others). */
export interface JobStatus {
  job: JobName
  last: JobRun | null
  next: number | null
  when: string
}

export async function jobStatuses(
  way: Pick<Way, 'store' | 'now'>,
  schedules: Schedules,
): Promise<JobStatus[]> {
  const times = cadences(schedules)
  return Promise.all(
    jobNames.map(async (job) => {
      const cadence = times[job]
      return {
        job,
        last: await way.store.jobRuns.last(job),
        next: cadence ? next(cadence, way.now()) : null,
        when: cadence?.expression ?? (job === 'classify' ? 'after each ingest' : 'when a message is due'),
      }
    }),
  )
}

/**
 * Starts the schedules. Each second what is due runs, the way of an item in its order: ingest, classify, digest; sending,
 * housekeeping and a look at the feed lists beside it. `stop` ends the ticking, waits for what is under way (a sender
 * finishes its messages) and resolves.
 */
export async function startSchedules(
  way: Way,
  schedules: Schedules,
  lists?: FeedListKeeper,
): Promise<{ stop(): Promise<void> }> {
  const installedAt = Number(await way.store.settings.getOrSet('installed_at', () => String(way.now())))
  const times = cadences(schedules)
  const stopping = new AbortController()
  const { signal } = stopping
  const busy = new Map<string, Promise<void>>()

  /** Runs a strand of work unless it is still at it. */
  function strand(name: string, work: () => Promise<void>): void {
    if (busy.has(name) || signal.aborted) return
    const run = work()
      .catch((error: unknown) =>
        way.log.error({ strand: name, err: error }, 'a strand of the schedule broke; it goes on'),
      )
      .finally(() => busy.delete(name))
    busy.set(name, run)
  }

  async function due(job: JobName): Promise<boolean> {
    const cadence = times[job]
    if (!cadence || signal.aborted) return false
    const last = await way.store.jobRuns.last(job)
    if (!last && job === 'ingest') return true
    return shouldRun(cadence, last, installedAt, way.now())
  }

  async function wayOfAnItem(): Promise<void> {
    if (await due('ingest')) {
      await runJob(way, 'ingest', { signal })
      if (!signal.aborted) await runJob(way, 'classify', { signal })
    }
    if (await due('digest')) await runJob(way, 'digest')
  }

  let quietUntil = 0
  async function sending(): Promise<void> {
    if (way.now() < quietUntil || !(await hasPost(way))) return
    const result = await runJob(way, 'deliver', { signal })
    // Nothing a broken sender does gets better within a second.
    if (result && 'failed' in result) quietUntil = way.now() + 60_000
  }

  let returnsAt = 0
  async function returning(): Promise<void> {
    const { returnsFrom } = way.post
    if (returnsFrom === null || way.now() < returnsAt) return
    returnsAt = way.now() + minute
    for await (const _ of takeMaildir(way, returnsFrom)) if (signal.aborted) return
  }

  const ticker = startTicking(async () => {
    strand('items', wayOfAnItem)
    strand('post', sending)
    if (lists) strand('lists', lists.tick)
    strand('returns', returning)
    strand('house', async () => {
      if (await due('housekeeping')) await runJob(way, 'housekeeping')
      if (await due('note')) await runJob(way, 'note', { zone: schedules.zone })
    })
  })
  return {
    async stop() {
      ticker.stop()
      stopping.abort()
      await Promise.all(busy.values())
    },
  }
}
