import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { lookAtDisk, lookAtJobs, lookAtMessages } from '../../src/cli/doctor-work.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { claim, held, mails, makeDigest, now, sent, unknown } from '../store/samples.ts'

const minute = 60_000
const owner = { owner: 'one', leaseMs: minute }
let store: Store

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'freehold-doctor-'))
  store = await openStore(`sqlite:${join(folder, 'freehold.db')}`)
  onTestFinished(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })
})

test('a new installation has no jobs and no messages to tell of', async () => {
  expect(await lookAtJobs(store, now)).toBeNull()
  expect(await lookAtMessages(store, now)).toBeNull()
})

test('a job that ran well is fine, one that failed is named with its reason', async () => {
  const run = await store.jobRuns.begin('ingest', { ...owner, now })
  await store.jobRuns.finish(run!, { outcome: 'done', counts: {}, error: null, now })
  expect(await lookAtJobs(store, now + 5 * minute)).toBe(
    '1 of 6 have run, the last one 5 min ago, none failed',
  )
  const failed = await store.jobRuns.begin('digest', { ...owner, now })
  await store.jobRuns.finish(failed!, { outcome: 'failed', counts: {}, error: 'The disk is full', now })
  expect(await lookAtJobs(store, now + 180 * minute)).toEqual({
    warning: 'digest failed 3 h ago: The disk is full. npx freehold jobs run NAME tries at once',
  })
})

test('a job whose process fell silent is named, one under way is not', async () => {
  await store.jobRuns.begin('ingest', { ...owner, now })
  expect(await lookAtJobs(store, now + 1)).toContain('none failed')
  expect(await lookAtJobs(store, now + 4 * minute)).toEqual({
    warning: expect.stringContaining('ingest was cut off 3 min ago'),
  })
})

test('messages that may or may not have arrived are told with the command that sends them again', async () => {
  const { number: digest } = await makeDigest(store)
  await store.deliveries.prepare(digest, mails(3), now)
  const [first, second] = await claim(store)
  for (const [one, receipt] of [
    [first!, sent],
    [second!, unknown],
  ] as const) {
    await store.deliveries.bodyStarts(held(one), now)
    await store.deliveries.settle(held(one), receipt, now)
  }
  expect(await lookAtMessages(store, now)).toEqual({
    warning: `1 sent, 0 due, 0 failed; 1 may or may not have arrived: npx freehold digest send ${digest} --resend-unknown email sends them again`,
  })
})

test('the disk is looked at where the data will lie, also before its folder is made', async () => {
  const free = await lookAtDisk(join(tmpdir(), 'freehold-not-there', 'data'))
  expect(typeof free === 'string' ? free : (free as { warning: string }).warning).toMatch(/^\d+ [MG]B free/)
})
