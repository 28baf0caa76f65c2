import { type Cadence, next, startTicking } from '../lib/schedule/index.ts'
import { type JobName, type JobRun, jobNames, minute } from '../model/index.ts'
import { writeAlerts } from './alerts.ts'
import { classify } from './classify.ts'
import { deliver, hasPost } from './deliver.ts'
import { createDigest } from './digest.ts'
import { isOutdated, isOwed, isRunning, shouldRun } from './due.ts'
import { housekeeping } from './housekeeping.ts'
import { ingest } from './ingest.ts'
import { writeFeedNote } from './maintainers.ts'
import { outageLog } from './outage.ts'
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

interface RunOptions {
  progress?: Progress
  signal?: AbortSignal
  /** Whose calendar the week of a note is of; UTC without it. */
  zone?: string
  /** Only if this is still the job's last run (its id, null for none): on it rests that the job is due. */
  after?: string | null
}

/** Runs one job now, recorded like a scheduled run. */
export async function runJob(way: Way, job: JobName, options: RunOptions = {}): Promise<RunResult<unknown>> {
  const { progress, zone = 'UTC', after } = options
  const run = <T>(
    work: (signal: AbortSignal) => Promise<T>,
    counts: (result: T) => Record<string, number>,
  ) => {
    const until = (lost: AbortSignal) => (options.signal ? AbortSignal.any([options.signal, lost]) : lost)
    return recorded(way, job, (lost) => work(until(lost)), counts, { after })
  }
  switch (job) {
    case 'ingest':
      return run(
        (signal) => ingest(way, { progress, signal }),
        ({ feeds, items }) => ({
          polled: feeds.asked,
          failed: feeds.failed,
          new: items.new,
          updated: items.updated,
        }),
      )
    case 'classify':
      return run(
        async (signal) => ({
          ...(await classify(way, { progress, signal })),
          alerts: await writeAlerts(way),
        }),
        (report) => ({ ...report }),
      )
    case 'digest':
      return run(
        async () =>
          createDigest(way, {
            release: true,
            approvalMs: way.post.approvalMs,
            // A run that was cut off may have made it already, and one that was paused may wake up and want to.
            unlessMadeSince: (await way.store.jobRuns.unfinishedSince(job)) ?? undefined,
          }),
        ({ number, digest }) => ({ digest: number, read: digest.read, told: digest.read - digest.leftOut }),
      )
    case 'deliver':
      return run(
        (signal) => deliver(way, { progress, signal }),
        (report) => ({ ...report }),
      )
    case 'housekeeping':
      return run(
        () => housekeeping(way),
        (report) => ({ ...report }),
      )
    case 'note':
      return run(
        () => writeFeedNote(way, zone),
        (report) => ({ ...report }),
      )
  }
}

/** The cadence of each job that has one of its own. */
export function cadences(schedules: Schedules) {
  const { zone } = schedules
  return {
    ingest: { expression: schedules.ingest, zone },
    digest: { expression: schedules.digest, zone },
    housekeeping: { expression: housekeepingAt, zone },
    note: { expression: noteAt, zone },
  } satisfies Partial<Record<JobName, Cadence>>
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
  const times: Partial<Record<JobName, Cadence>> = cadences(schedules)
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
  const outage = outageLog(way.log, way.now)

  /** Runs a strand of work unless it is still at it. */
  function strand(name: string, work: () => Promise<void>): void {
    if (busy.has(name) || signal.aborted) return
    const run = work()
      .then(() => outage.worked(name))
      .catch((error: unknown) => {
        if (outage.broke(name, error)) {
          // Its minute is not over, and until it has looked again nobody knows that the database is back for it.
          if (name === 'returns') returnsAt = 0
        } else way.log.error({ strand: name, err: error }, 'a strand of the schedule broke; it goes on')
      })
      .finally(() => busy.delete(name))
    busy.set(name, run)
  }

  /** Runs a job that has times of its own, when one has come. */
  async function runIfDue(job: keyof typeof times): Promise<void> {
    if (signal.aborted) return
    const last = await way.store.jobRuns.last(job)
    const isFirst = last === null && job === 'ingest'
    if (!isFirst && !shouldRun(times[job], last, installedAt, way.now())) return
    await runJob(way, job, { signal, zone: schedules.zone, after: last?.id ?? null })
  }

  async function isUnderWay(job: JobName): Promise<boolean> {
    return isRunning(await way.store.jobRuns.last(job), way.now())
  }

  /** Whoever polled may have been killed since: what came in is classified by whoever is there. */
  async function classifyIfOwed(): Promise<void> {
    if (signal.aborted) return
    const polled = await way.store.jobRuns.last('ingest')
    const last = await way.store.jobRuns.last('classify')
    if (isOwed(polled, last, way.now())) await runJob(way, 'classify', { signal, after: last?.id ?? null })
  }

  async function wayOfAnItem(): Promise<void> {
    await runIfDue('ingest')
    await classifyIfOwed()
    // What another process is just reading belongs into the issue.
    if ((await isUnderWay('ingest')) || (await isUnderWay('classify'))) return
    const polled = await way.store.jobRuns.last('ingest')
    // Time may have leapt since it was looked whether a poll is due, or during one: the next tick polls.
    if (isOutdated(polled, times.ingest, times.digest, way.now())) return
    await runIfDue('digest')
  }

  let quietUntil = 0
  async function sending(): Promise<void> {
    if (way.now() < quietUntil) return
    const last = await way.store.jobRuns.last('deliver')
    if (isRunning(last, way.now()) || !(await hasPost(way))) return
    const result = await runJob(way, 'deliver', { signal, after: last?.id ?? null })
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
      await runIfDue('housekeeping')
      await runIfDue('note')
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
