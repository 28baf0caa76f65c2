import { describe, expect, test } from 'vitest'
import { isOutdated, isOwed, shouldRun } from '../../src/jobs/due.ts'
import { type JobRun, minute } from '../../src/model/index.ts'

const ms = (iso: string) => Date.parse(iso)
const monday = { expression: '0 9 * * MON', zone: 'UTC' }
const installedAt = ms('2026-11-18T12:00Z')
const nine = ms('2026-11-23T09:00Z')

function run(part: Partial<JobRun>): JobRun {
  const startedAt = part.startedAt ?? nine
  return {
    id: 'a run',
    job: 'digest',
    owner: 'one',
    startedAt,
    leaseUntil: startedAt + 15_000,
    finishedAt: startedAt + 2 * minute,
    outcome: 'done',
    counts: {},
    error: null,
    ...part,
  }
}

describe('a job that never ran', () => {
  test('is not due before its first time after the installation', () => {
    expect(shouldRun(monday, null, installedAt, installedAt)).toBe(false)
    expect(shouldRun(monday, null, installedAt, nine - 1)).toBe(false)
  })

  test('is due at that time, and still if it was missed', () => {
    expect(shouldRun(monday, null, installedAt, nine)).toBe(true)
    expect(shouldRun(monday, null, installedAt, nine + 40 * 24 * 60 * minute)).toBe(true)
  })
})

describe('a job whose last run is done', () => {
  test('waits for its next time', () => {
    expect(shouldRun(monday, run({}), installedAt, nine + 10 * minute)).toBe(false)
    expect(shouldRun(monday, run({}), installedAt, ms('2026-11-30T08:59:59Z'))).toBe(false)
    expect(shouldRun(monday, run({}), installedAt, ms('2026-11-30T09:00Z'))).toBe(true)
  })

  test('is made up when its time passed during the run', () => {
    const quarterly = { expression: '*/15 * * * *', zone: 'UTC' }
    const long = run({ startedAt: nine, finishedAt: nine + 40 * minute })
    expect(shouldRun(quarterly, long, installedAt, nine + 40 * minute)).toBe(true)
  })

  test('runs in between by a person’s hand and still keeps its time', () => {
    const early = run({ startedAt: nine - minute, finishedAt: nine - 1 })
    expect(shouldRun(monday, early, installedAt, nine)).toBe(true)
  })
})

describe.each(['failed', 'abandoned'] as const)('a job whose last run was %s', (outcome) => {
  const last = run({ outcome, error: 'the disk is full' })

  test('is tried again five minutes after it ended, schedule or not', () => {
    expect(shouldRun(monday, last, installedAt, last.finishedAt! + 5 * minute - 1)).toBe(false)
    expect(shouldRun(monday, last, installedAt, last.finishedAt! + 5 * minute)).toBe(true)
  })

  test('counts from its start where no end is known', () => {
    const cut = { ...last, finishedAt: null }
    expect(shouldRun(monday, cut, installedAt, cut.startedAt + 5 * minute - 1)).toBe(false)
    expect(shouldRun(monday, cut, installedAt, cut.startedAt + 5 * minute)).toBe(true)
  })

  test('runs sooner if its time comes sooner', () => {
    const everyMinute = { expression: '* * * * *', zone: 'UTC' }
    expect(shouldRun(everyMinute, last, installedAt, last.finishedAt!)).toBe(true)
  })
})

describe('a job that is running', () => {
  const running = run({ outcome: 'running', finishedAt: null })

  test('is left alone while its process says it is alive, even past its next time', () => {
    expect(shouldRun(monday, running, installedAt, running.leaseUntil)).toBe(false)
    const long = { ...running, leaseUntil: ms('2026-12-01T00:00Z') }
    expect(shouldRun(monday, long, installedAt, ms('2026-11-30T09:00Z'))).toBe(false)
  })

  test('is taken over once its lease ran out', () => {
    expect(shouldRun(monday, running, installedAt, running.leaseUntil + 1)).toBe(true)
  })
})

describe('a job that follows another', () => {
  const polled = run({ job: 'ingest', finishedAt: nine })
  const judged = (part: Partial<JobRun>) => run({ job: 'classify', ...part })

  test('is owed to a run that has ended, until it has begun after it', () => {
    expect(isOwed(null, null, nine)).toBe(false)
    expect(isOwed(run({ job: 'ingest', finishedAt: null, outcome: 'running' }), null, nine)).toBe(false)
    expect(isOwed(polled, null, nine)).toBe(true)
    expect(isOwed(polled, judged({ startedAt: nine - 1 }), nine)).toBe(true)
    const before = judged({ startedAt: nine - 1, outcome: 'running', finishedAt: null })
    expect(isOwed(polled, before, nine)).toBe(false)
    expect(isOwed(polled, judged({ startedAt: nine }), nine + minute)).toBe(false)
  })

  test('is taken over from a process that fell silent, and tried again five minutes after it failed', () => {
    const running = judged({
      startedAt: nine,
      outcome: 'running',
      finishedAt: null,
      leaseUntil: nine + minute,
    })
    expect(isOwed(polled, running, nine + minute)).toBe(false)
    expect(isOwed(polled, running, nine + minute + 1)).toBe(true)
    const failed = judged({ startedAt: nine, outcome: 'failed', finishedAt: nine + 1 })
    expect(isOwed(polled, failed, nine + 5 * minute)).toBe(false)
    expect(isOwed(polled, failed, nine + 5 * minute + 1)).toBe(true)
  })

  test('waits until a clock that was put back has come to where the other ended', () => {
    expect(isOwed(polled, judged({ startedAt: nine - minute }), nine - 1)).toBe(false)
  })
})

describe('a job that works with what another brought', () => {
  const hourly = { expression: '15 * * * *', zone: 'UTC' }
  const polled = (startedAt: string, part: Partial<JobRun> = {}) =>
    run({ job: 'ingest', startedAt: ms(startedAt), ...part })
  const waits = (last: JobRun | null, now: number) => isOutdated(last, hourly, monday, now)

  test('goes on with the last run that was due before its own time', () => {
    expect(waits(polled('2026-11-23T08:15Z'), nine)).toBe(false)
    expect(waits(polled('2026-11-23T08:15Z'), nine + 20 * minute)).toBe(false)
    expect(waits(polled('2026-11-23T09:15Z'), nine + 40 * minute)).toBe(false)
  })

  test('waits for another when one was due between that and its own time, however long it took', () => {
    expect(waits(polled('2026-11-23T07:15Z'), nine)).toBe(true)
    const overslept = polled('2026-11-20T07:15Z', { finishedAt: nine + minute })
    expect(waits(overslept, nine + minute)).toBe(true)
    expect(waits(polled('2026-11-23T09:15Z'), nine + 7 * 24 * 60 * minute)).toBe(true)
  })

  test('waits for the first, and for one that is under way or was cut off', () => {
    expect(waits(null, nine)).toBe(true)
    expect(waits(polled('2026-11-23T08:59Z', { outcome: 'running', finishedAt: null }), nine)).toBe(true)
  })
})
