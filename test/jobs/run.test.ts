import { expect, onTestFinished, test } from 'vitest'
import { recorded, runJob, startSchedules, type Way } from '../../src/jobs/index.ts'
import { quietDigest } from '../fixtures/digests.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import { startPost } from '../mail/post-office.ts'
import { until } from '../service/until.ts'
import { day, minute, startWay } from './way.ts'

const leaseMs = 15_000
/** Of a process whose heart beats each 10 ms. */
const shortLease = 30

/** A service's way, with a classifier that is never asked, since there are no items. */
async function startRuns() {
  const setting = await startWay()
  const classifier: Way['classifier'] = async () => ({
    by: 'nobody',
    classify: ({ id }) => ({ id, labels: [] }),
  })
  const reader: Way['reader'] = {
    read: () => Promise.reject(new Error('There are no feeds to be read.')),
  }
  const one: Way = { ...setting.way, leaseMs, classifier, reader, owner: 'one' }
  return { ...setting, one, two: { ...one, owner: 'two' } }
}

test('a run whose process was silent for too long learns that another has taken over, and says nothing of its own', async () => {
  const { one, two, log } = await startRuns()
  const result = await recorded(
    { ...one, leaseMs: shortLease },
    'ingest',
    async (lost) => {
      const taken = await two.store.jobRuns.begin('ingest', {
        owner: 'two',
        now: two.now() + minute,
        leaseMs,
      })
      expect(taken).not.toBeNull()
      await new Promise((resolve) => lost.addEventListener('abort', resolve))
      return { items: 7 }
    },
    (counts) => counts,
  )
  expect(result).toBeNull()
  expect(log.map(({ message }) => message)).toEqual([
    'ingest was taken over by another process, since this one said nothing for too long',
  ])
  expect(await one.store.jobRuns.last('ingest')).toMatchObject({ outcome: 'running', counts: {} })
})

test('a sender whose run was taken over finishes what is under way, and begins nothing more', async () => {
  const { way, server, reader, release, pass } = await startPost()
  for (let n = 0; n < 20; n++) await reader(`reader${n}@example.org`)
  await release(quietDigest)
  const one = { ...way, leaseMs: shortLease, owner: 'one' } as Way
  server.hold()
  const run = runJob(one, 'deliver')
  await server.held(way.post.mailsAtOnce)
  const taken = await way.store.jobRuns.begin('deliver', { owner: 'two', now: way.now() + minute, leaseMs })
  expect(taken).not.toBeNull()
  // At the second beat of its heart since, it knows.
  for (const _ of ['first', 'second']) {
    pass(1)
    await until(async () => {
      const sending = await way.store.deliveries.list({ state: 'sending' })
      return sending.every(({ leaseUntil }) => leaseUntil === way.now() + shortLease)
    })
  }
  server.release()
  expect(await run).toBeNull()
  expect(server.mails).toHaveLength(way.post.mailsAtOnce)
  const counts = await way.store.deliveries.counts(1)
  expect(counts.map(({ state, n }) => [state, n])).toEqual([
    ['pending', 20 - way.post.mailsAtOnce],
    ['sent', way.post.mailsAtOnce],
  ])
})

test('who takes over a job says from whom, and stands as the one who ran it', async () => {
  const { one, two, pass, log } = await startRuns()
  await one.store.jobRuns.begin('note', { owner: 'one', now: one.now(), leaseMs })
  expect(await runJob(two, 'note')).toBeNull()
  expect(log).toEqual([])
  pass(leaseMs + 1)
  expect(await runJob(two, 'note')).toMatchObject({ done: {} })
  expect(log.map(({ message }) => message)).toEqual([
    'took over note from one, which fell silent',
    'note done',
  ])
  expect(await two.store.jobRuns.last('note')).toMatchObject({ owner: 'two', outcome: 'done' })
})

test('a run that was decided on before another was done does not begin', async () => {
  const { one, two } = await startRuns()
  expect(await runJob(two, 'note', { after: null })).not.toBeNull()
  expect(await runJob(one, 'note', { after: null })).toBeNull()
})

test('an issue that was made by a run that was then cut off is not made again by the one that takes over', async () => {
  const { one, two, pass } = await startRuns()
  await one.store.jobRuns.begin('digest', { owner: 'one', now: one.now(), leaseMs })
  const at = { now: one.now() + 10, release: true, expectedLast: null }
  const digest = { ...emptyDigest(one.now()), until: new Date(one.now()).toISOString() }
  const made = await one.store.digests.create(digest, [], at)
  pass(leaseMs + 1)
  // The first that takes over is cut off too.
  await two.store.jobRuns.begin('digest', { owner: 'two', now: two.now(), leaseMs })
  pass(leaseMs + 1)
  expect(await runJob(two, 'digest')).toEqual({ done: made })
  expect(await one.store.digests.count()).toBe(1)
  pass(1000)
  expect(await runJob(two, 'digest')).toMatchObject({ done: { number: 2 } })
})

test('a run that wakes up after another has made the issue makes no second one', async () => {
  const { one, two, pass } = await startRuns()
  const classifier = one.classifier
  let issueOfTwo: unknown
  const paused: Way = {
    ...one,
    async classifier() {
      pass(leaseMs + 1)
      issueOfTwo = await runJob(two, 'digest')
      return classifier()
    },
  }
  expect(await runJob(paused, 'digest')).toBeNull()
  expect(issueOfTwo).toMatchObject({ done: { number: 1 } })
  expect(await one.store.digests.count()).toBe(1)
})

test('the issue waits for what another process is just reading, and for its labels', async () => {
  const { one, pass } = await startRuns()
  const { jobRuns, settings } = one.store
  await settings.getOrSet('installed_at', () => String(one.now() - 8 * day))
  const reading = await jobRuns.begin('ingest', { owner: 'two', now: one.now(), leaseMs: 60 * minute })
  const never = '0 0 1 1 *'
  const schedules = await startSchedules(one, { ingest: never, digest: '* * * * *', zone: 'UTC' })
  onTestFinished(() => schedules.stop())
  // By then it has looked at all jobs.
  await until(async () => (await jobRuns.last('note')) !== null)
  pass(minute)
  await jobRuns.finish(reading!, { outcome: 'done', counts: {}, error: null, now: one.now() })
  await until(async () => (await jobRuns.last('digest'))?.outcome === 'done')
  const [read, judged, made] = await Promise.all(
    (['ingest', 'classify', 'digest'] as const).map((job) => jobRuns.last(job)),
  )
  expect(judged!.startedAt).toBeGreaterThanOrEqual(read!.finishedAt!)
  expect(made!.startedAt).toBeGreaterThanOrEqual(judged!.finishedAt!)
})

test('an issue that falls due while time leaps over a poll is made from another poll', async () => {
  const { one, pass } = await startRuns()
  const { jobRuns, settings } = one.store
  await settings.getOrSet('installed_at', () => String(one.now()))
  let slept = false
  const reader: Way['reader'] = {
    async read() {
      // The machine sleeps through a week while the first poll is under way.
      if (!slept) pass(7 * day)
      slept = true
      return {
        kind: 'failed',
        reason: 'timeout',
        message: 'did not answer',
        status: null,
        retryAfterMs: null,
      }
    },
  }
  const way: Way = { ...one, reader, feeds: weekFeeds.slice(0, 1), leaseMs: 30 * day }
  const schedules = await startSchedules(way, { ingest: '15 * * * *', digest: '0 9 * * MON', zone: 'UTC' })
  onTestFinished(() => schedules.stop())
  await until(async () => (await jobRuns.last('digest'))?.outcome === 'done')
  const [polled, made] = [await jobRuns.last('ingest'), await jobRuns.last('digest')]
  expect(made!.startedAt - polled!.startedAt).toBeLessThan(minute)
})

function emptyDigest(now: number) {
  const since = new Date(now - 7 * 86_400_000).toISOString()
  return { number: null, since, lead: [], sections: [], read: 0, leftOut: 0 }
}
