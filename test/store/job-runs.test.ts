import { describe, expect, test } from 'vitest'
import type { JobName } from '../../src/model/index.ts'
import type { Store } from '../../src/store/index.ts'
import { onEachDatabase, rows } from './databases.ts'
import { now } from './samples.ts'

const leaseMs = 1000

onEachDatabase((db) => {
  const runs = () => db.store.jobRuns
  const begin = (job: JobName, at = now, store: Store = db.store) =>
    store.jobRuns.begin(job, { owner: 'one', now: at, leaseMs })
  const beginAfter = (after: string | null, at = now, store: Store = db.store) =>
    store.jobRuns.begin('digest', { owner: 'two', now: at, leaseMs, after })
  const finish = (id: string, at = now, outcome: 'done' | 'failed' = 'done') =>
    runs().finish(id, { outcome, counts: { new: 3, 'Größe "x"': 1.5 }, error: null, now: at })
  const outcomes = async () =>
    (await rows<{ outcome: string }>(db.tables(), 'select outcome from job_run order by started_at')).map(
      (row) => row.outcome,
    )

  describe('a job', () => {
    test('that never ran has no last run', async () => {
      expect(await runs().last('ingest')).toBeNull()
    })

    test('runs one at a time, whatever other jobs do', async () => {
      const id = await begin('ingest')
      expect(id).toEqual(expect.any(String))
      expect(await begin('ingest')).toBeNull()
      expect(await begin('deliver')).toEqual(expect.any(String))
      await finish(id!)
      expect(await begin('ingest')).toEqual(expect.any(String))
    })

    test('is begun by one of many that try at the same time', async () => {
      const other = await db.peer()
      const tries = [db.store, other, db.store, other, db.store, other].map((store) =>
        begin('digest', now, store),
      )
      expect((await Promise.all(tries)).filter((id) => id !== null)).toHaveLength(1)
      expect(await outcomes()).toEqual(['running'])
    })

    test('records what it did', async () => {
      const id = await begin('ingest')
      const running = {
        id,
        job: 'ingest',
        owner: 'one',
        startedAt: now,
        leaseUntil: now + leaseMs,
        error: null,
      }
      expect(await runs().last('ingest')).toEqual({
        ...running,
        finishedAt: null,
        outcome: 'running',
        counts: {},
      })
      await finish(id!, now + 9)
      const counts = { new: 3, 'Größe "x"': 1.5 }
      expect(await runs().last('ingest')).toEqual({
        ...running,
        finishedAt: now + 9,
        outcome: 'done',
        counts,
      })
    })

    test('records why it failed, and can run again', async () => {
      const id = await begin('ingest')
      await runs().finish(id!, { outcome: 'failed', counts: {}, error: 'The disk is full.', now: now + 9 })
      const failed = { outcome: 'failed', error: 'The disk is full.', finishedAt: now + 9 }
      expect(await runs().last('ingest')).toMatchObject(failed)
      expect(await begin('ingest', now + 10)).not.toBeNull()
    })

    test('whose process is gone is abandoned once its lease has run out', async () => {
      const lost = await begin('ingest')
      expect(await begin('ingest', now + leaseMs)).toBeNull()
      const next = await begin('ingest', now + leaseMs + 1)
      expect(next).toEqual(expect.any(String))
      expect(await outcomes()).toEqual(['abandoned', 'running'])
      expect(await finish(lost!, now + leaseMs + 2)).toBe(false)
      expect(await runs().renew(lost!, now + 9 * leaseMs)).toBe(false)
      expect(await outcomes()).toEqual(['abandoned', 'running'])
      expect(await finish(next!, now + leaseMs + 3)).toBe(true)
      expect(await outcomes()).toEqual(['abandoned', 'done'])
    })

    test('keeps its lock as long as it renews its lease', async () => {
      const id = await begin('ingest')
      expect(await runs().renew(id!, now + 50_000)).toBe(true)
      expect(await begin('ingest', now + 50_000)).toBeNull()
      expect(await begin('ingest', now + 50_001)).not.toBeNull()
    })
  })

  describe('a job that was decided on after a look at its last run', () => {
    test('does not run when another process has run it since, however soon that was done', async () => {
      const seen = (await runs().last('digest'))?.id ?? null
      const first = await beginAfter(seen)
      await finish(first!)
      expect(await beginAfter(seen, now + 1)).toBeNull()
      expect(await beginAfter(first, now + 1)).toEqual(expect.any(String))
      expect(await outcomes()).toEqual(['done', 'running'])
    })

    test('takes over the run it saw, once that has been given up', async () => {
      const lost = await beginAfter(null)
      expect(await beginAfter(lost, now + leaseMs)).toBeNull()
      expect(await beginAfter(lost, now + leaseMs + 1)).toEqual(expect.any(String))
      expect(await beginAfter(lost, now + 3 * leaseMs)).toBeNull()
    })

    test('runs once of many that decided alike, each of which is done at once', async () => {
      const other = await db.peer()
      for (let round = 0; round < 20; round++) {
        const seen = (await runs().last('digest'))?.id ?? null
        const at = now + round
        const tries = Array.from({ length: 6 }, async (_, n) => {
          const store = n % 2 ? other : db.store
          const id = await beginAfter(seen, at, store)
          if (id) await store.jobRuns.finish(id, { outcome: 'done', counts: {}, error: null, now: at })
          return id
        })
        expect((await Promise.all(tries)).filter((id) => id !== null)).toHaveLength(1)
      }
      expect(await outcomes()).toEqual(Array(20).fill('done'))
    })
  })

  test('since when a job has not come to its end is told by the first run after the last that did', async () => {
    expect(await runs().unfinishedSince('digest')).toBeNull()
    await begin('digest', now)
    expect(await runs().unfinishedSince('digest')).toBe(now)
    const failed = await begin('digest', now + 2000)
    await finish(failed!, now + 2001, 'failed')
    const last = await begin('digest', now + 4000)
    expect(await runs().unfinishedSince('digest')).toBe(now)
    await begin('ingest', now - 9000)
    await finish(last!, now + 4001)
    expect(await runs().unfinishedSince('digest')).toBeNull()
    await begin('digest', now + 9000)
    expect(await runs().unfinishedSince('digest')).toBe(now + 9000)
  })

  describe('pruning', () => {
    test('deletes old runs but the last of each job, and none that is running', async () => {
      for (const at of [1, 2, 3]) await finish((await begin('ingest', now + at))!, now + at)
      await finish((await begin('digest', now + 1))!, now + 1)
      await begin('deliver', now + 1)
      expect(await runs().prune(now + 100)).toBe(2)
      expect(await runs().prune(now + 100)).toBe(0)
      expect((await runs().last('ingest'))!.startedAt).toBe(now + 3)
      expect((await runs().last('digest'))!.startedAt).toBe(now + 1)
      expect((await runs().last('deliver'))!.outcome).toBe('running')
    })

    test('keeps what is younger', async () => {
      for (const at of [1, 2, 3]) await finish((await begin('ingest', now + at))!, now + at)
      expect(await runs().prune(now + 2)).toBe(1)
      expect(await outcomes()).toEqual(['done', 'done'])
    })

    test('keeps an old running one though the job ran later', async () => {
      await begin('ingest', now)
      await runs().renew((await idOf('ingest'))!, now + 50_000)
      await db
        .tables()
        .insertInto('job_run')
        .values(finishedRun(now + 10))
        .execute()
      expect(await runs().prune(now + 100)).toBe(0)
      expect(await outcomes()).toEqual(['running', 'done'])
    })
  })

  async function idOf(job: JobName): Promise<string | undefined> {
    const found = await db
      .tables()
      .selectFrom('job_run')
      .select('id')
      .where('job', '=', job)
      .executeTakeFirst()
    return found?.id
  }

  function finishedRun(at: number) {
    return {
      id: 'later',
      job: 'ingest',
      owner: 'two',
      lease_until: at,
      started_at: at,
      finished_at: at,
      outcome: 'done',
      counts: '{}',
      error: null,
    }
  }
})
