import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { metricsOf } from '../../src/jobs/index.ts'
import { type Feed, type FeedState, type JobName, unpolled } from '../../src/model/index.ts'
import { startPost } from '../mail/post-office.ts'

const root = join(import.meta.dirname, '..', '..')

/** The figures by name; of those without a label just the number. */
async function figures() {
  const { way, pass } = await startPost()
  pass(100_000)
  const metrics = await metricsOf(way)
  return { way, metrics, of: (name: string) => metrics.find((one) => one.name === name)?.values }
}

test('a new installation has nothing to tell, and says so in numbers', async () => {
  const { of } = await figures()
  for (const name of ['items', 'items_unclassified', 'deliveries_due', 'digest_number', 'feed_lag_seconds'])
    expect([name, of(`freehold_${name}`)]).toEqual([name, [{ value: 0 }]])
  expect(of('process_resident_memory_bytes')![0]!.value).toBeGreaterThan(10e6)
  expect(of('process_start_time_seconds')![0]!.value * 1000).toBeLessThanOrEqual(Date.now())
})

const [hour, day] = [3_600_000, 86_400_000]

const feed = (id: string, everyMs: number | null = null): Feed => ({
  id,
  title: id,
  url: `https://${id}.example/feed`,
  site: `https://${id}.example`,
  publisher: id,
  kind: 'lab',
  group: 'Test',
  language: null,
  official: true,
  textUse: 'excerpt',
  everyMs,
  keep: [],
  block: [],
  maxAgeDays: null,
  enabled: true,
  reason: null,
})

test('a machine off the network does not look healthy: what is read no more, or never was, counts', async () => {
  const { way, pass } = await startPost()
  const of = async (name: string) =>
    (await metricsOf(way)).find((one) => one.name === `freehold_${name}`)?.values
  const states = async () => (await of('feeds'))!.map(({ labels, value }) => [labels!.state, value])
  await metricsOf(way)
  const installed = way.now()
  way.feeds = [feed('read'), feed('broken'), feed('new'), feed('weekly', 7 * day)]
  const save = (id: string, state: Partial<FeedState>) =>
    way.store.feedStates.save({ ...unpolled(id, way.feeds.find((one) => one.id === id)!.url), ...state })
  pass(hour)
  const read = { firstPolledAt: way.now(), lastPolledAt: way.now(), lastSuccessAt: way.now() }
  await save('read', read)
  await save('weekly', read)
  await save('broken', { lastPolledAt: way.now(), failures: 1, failingSince: way.now() })
  expect(await states()).toEqual([['fine', 3], ['failing', 1], ['unread', 0]]) // biome-ignore format: short
  expect(await of('feed_lag_seconds')).toEqual([{ value: hour / 1000 }])

  // From here on nothing is reached, which is held against no feed.
  pass(2 * day)
  expect(await states()).toEqual([['fine', 2], ['failing', 1], ['unread', 1]]) // biome-ignore format: short
  pass(1000)
  expect(await states()).toEqual([['fine', 1], ['failing', 1], ['unread', 2]]) // biome-ignore format: short
  const sinceInstalled = (way.now() - installed) / 1000
  expect(await of('feed_lag_seconds')).toEqual([{ value: sinceInstalled }])
  expect(await of('digest_age_seconds')).toEqual([{ value: sinceInstalled }])

  // Of a feed that was tried first yesterday nobody could have read more.
  way.feeds = way.feeds.filter(({ id }) => id === 'broken')
  expect(await of('feed_lag_seconds')).toEqual([{ value: sinceInstalled - hour / 1000 }])
  await save('broken', { lastPolledAt: way.now() })
  expect(await states()).toEqual([['fine', 0], ['failing', 0], ['unread', 1]]) // biome-ignore format: short
  // What is known of the address that it had is of no use.
  await save('broken', { ...read, lastSuccessAt: way.now(), url: 'https://before.example/feed' })
  expect(await of('feed_lag_seconds')).toEqual([{ value: sinceInstalled }])
})

test('a job that failed and one whose process died are told, until it runs well', async () => {
  const { way, pass } = await startPost()
  const failed = async () =>
    (await metricsOf(way)).find(({ name }) => name === 'freehold_job_last_failed')?.values
  const begin = (job: JobName) =>
    way.store.jobRuns.begin(job, { owner: 'one', now: way.now(), leaseMs: hour })
  const end = (run: string | null, outcome: 'done' | 'failed') =>
    way.store.jobRuns.finish(run!, { outcome, counts: {}, error: null, now: way.now() })
  await end(await begin('ingest'), 'failed')
  await begin('digest')
  const of = (ingest: number, digest: number) =>
    expect.arrayContaining([
      { labels: { job: 'ingest' }, value: ingest },
      { labels: { job: 'digest' }, value: digest },
    ])
  expect(await failed()).toEqual(of(1, 0))
  pass(2 * hour)
  expect(await failed()).toEqual(of(1, 1))
  await end(await begin('ingest'), 'done')
  await end(await begin('digest'), 'done')
  expect(await failed()).toEqual(of(0, 0))
})

test('each alert of deploy/alerts.yml watches figures that there are, and says what to do', async () => {
  const { metrics } = await figures()
  const names = new Set(metrics.map(({ name }) => name))
  const { groups } = parse(readFileSync(join(root, 'deploy', 'alerts.yml'), 'utf8')) as {
    groups: { rules: { alert: string; expr: string; annotations: { summary: string; remedy: string } }[] }[]
  }
  const rules = groups.flatMap((group) => group.rules)
  const watched = rules.flatMap(({ expr }) =>
    [...expr.matchAll(/\b(?:(?:freehold|process)_\w+|up\b(?=\{))/g)].map(([name]) => name),
  )
  expect(watched.length).toBeGreaterThanOrEqual(rules.length)
  // Prometheus itself says of each machine whether it answers.
  names.add('up')
  for (const name of watched) expect(names).toContain(name)
  // What every program tells has to be asked of ours alone.
  for (const { expr } of rules) expect(expr).not.toMatch(/\b(?:process_\w+|up)(?!\{job="freehold"\}|\w)/)
  for (const { annotations } of rules) {
    expect(annotations.summary).toMatch(/\.$/)
    expect(annotations.remedy).toMatch(/\.$/)
  }
})

test('what README sets an alarm on is among the figures', async () => {
  const { metrics } = await figures()
  const names = new Set(metrics.map(({ name }) => name))
  const said = [
    ...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/`((?:freehold|process)_[a-z_]+)[`{]/g),
  ]
  expect(said.length).toBeGreaterThan(4)
  for (const [, name] of said) expect(names).toContain(name)
})
