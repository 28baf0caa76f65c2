import { randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { JobName, JobRun } from '../model/index.ts'
import type { JobRunTable, Schema } from './schema.ts'

/** Runs of jobs; the row of an unfinished run is the lock that keeps a second one out. */
export function jobRuns(db: Kysely<Schema>, kind: 'sqlite' | 'postgres') {
  return {
    /**
     * Starts a run, or null while another holds the job. A run whose lease ran out is recorded as abandoned. `after` is the
     * id of the run that was the last one when this one was decided on (null for none): when there has been another since,
     * what spoke for this one is out of date, and it is null too. `tookOver` is called with whose run was abandoned.
     */
    async begin(
      job: JobName,
      options: {
        owner: string
        now: number
        leaseMs: number
        after?: string | null
        tookOver?: (owner: string) => void
      },
    ): Promise<string | null> {
      let silent: { owner: string }[] = []
      const begun = await db.transaction().execute(async (tx) => {
        if (kind === 'postgres')
          await sql`select pg_advisory_xact_lock(hashtext(${`job ${job}`}))`.execute(tx)
        if (options.after !== undefined && (await lastOf(tx, job))?.id !== (options.after ?? undefined))
          return null
        silent = await tx
          .updateTable('job_run')
          .set({
            outcome: 'abandoned',
            finished_at: options.now,
            error: 'The process ended before the run did.',
          })
          .where('job', '=', job)
          .where('outcome', '=', 'running')
          .where('lease_until', '<', options.now)
          .returning('owner')
          .execute()
        const held = await tx
          .selectFrom('job_run')
          .select('id')
          .where('job', '=', job)
          .where('outcome', '=', 'running')
          .executeTakeFirst()
        if (held) return null
        const id = randomUUID()
        await tx
          .insertInto('job_run')
          .values({
            id,
            job,
            owner: options.owner,
            lease_until: options.now + options.leaseMs,
            started_at: options.now,
            finished_at: null,
            outcome: 'running',
            counts: '{}',
            error: null,
          })
          .execute()
        return id
      })
      for (const { owner } of silent) options.tookOver?.(owner)
      return begun
    },

    /** Extends the lease of a run. False when it was taken for abandoned meanwhile: another process may be at it. */
    async renew(id: string, leaseUntil: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('job_run')
        .set({ lease_until: leaseUntil })
        .where('id', '=', id)
        .where('outcome', '=', 'running')
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    /** Records how a run ended. False when it was taken for abandoned meanwhile, and stands so. */
    async finish(
      id: string,
      end: { outcome: 'done' | 'failed'; counts: Record<string, number>; error: string | null; now: number },
    ): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('job_run')
        .set({
          outcome: end.outcome,
          counts: JSON.stringify(end.counts),
          error: end.error,
          finished_at: end.now,
        })
        .where('id', '=', id)
        .where('outcome', '=', 'running')
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async last(job: JobName): Promise<JobRun | null> {
      const row = await lastOf(db, job)
      return row ? fromRow(row) : null
    },

    /** When the first of a job's runs began (ms) after its last one that was done; null when none has since. */
    async unfinishedSince(job: JobName): Promise<number | null> {
      const done = db
        .selectFrom('job_run')
        .select((eb) => eb.fn.max('started_at').as('at'))
        .where('job', '=', job)
        .where('outcome', '=', 'done')
      const row = await db
        .selectFrom('job_run')
        .select((eb) => eb.fn.min('started_at').as('at'))
        .where('job', '=', job)
        .where('outcome', '<>', 'done')
        .where((eb) => eb('started_at', '>', eb.fn.coalesce(done, eb.lit(0))))
        .executeTakeFirst()
      return row?.at ?? null
    },

    /** Deletes finished runs that started before `before`, but never a job's last one. */
    async prune(before: number): Promise<number> {
      const result = await db
        .deleteFrom('job_run')
        .where('outcome', '<>', 'running')
        .where('started_at', '<', before)
        .where('id', 'not in', (eb) =>
          eb
            .selectFrom('job_run as r')
            .select('r.id')
            .where('r.started_at', '=', (inner) =>
              inner
                .selectFrom('job_run as latest')
                .select((e) => e.fn.max('latest.started_at').as('at'))
                .whereRef('latest.job', '=', 'r.job'),
            ),
        )
        .executeTakeFirst()
      return Number(result.numDeletedRows)
    },
  }
}

function lastOf(db: Kysely<Schema>, job: JobName): Promise<JobRunTable | undefined> {
  return (
    db
      .selectFrom('job_run')
      .selectAll()
      .where('job', '=', job)
      .orderBy('started_at', 'desc')
      // Of two that began in the same millisecond the one that ended first came first.
      .orderBy('finished_at', (order) => order.desc().nullsFirst())
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
  )
}

function fromRow(row: JobRunTable): JobRun {
  return {
    id: row.id,
    job: row.job as JobName,
    owner: row.owner,
    startedAt: row.started_at,
    leaseUntil: row.lease_until,
    finishedAt: row.finished_at,
    outcome: row.outcome as JobRun['outcome'],
    counts: JSON.parse(row.counts) as Record<string, number>,
    error: row.error,
  }
}
