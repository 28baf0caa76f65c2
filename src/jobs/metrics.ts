import { jobNames } from '../model/index.ts'
import type { Way } from './way.ts'

/** One figure of the service, as Prometheus reads them. */
export interface Metric {
  name: string
  help: string
  type: 'gauge'
  values: { labels?: Record<string, string>; value: number }[]
}

/** Under the names that every Prometheus client gives them. */
function processGauge(name: string, help: string, value: number): Metric {
  return { name: `process_${name}`, help, type: 'gauge', values: [{ value }] }
}

/** What an operator wants to see over time. Nothing in it tells of a person. */
export async function metricsOf(way: Pick<Way, 'store' | 'feeds' | 'feedFaults' | 'now'>): Promise<Metric[]> {
  const { store } = way
  const now = way.now()
  const states = new Map((await store.feedStates.all()).map((state) => [state.feed, state]))
  const feeds = way.feeds.filter(({ enabled }) => enabled).map(({ id }) => states.get(id))
  const read = feeds.flatMap((state) => (state?.lastSuccessAt ? [state.lastSuccessAt] : []))
  const failing = feeds.filter((state) => (state?.failures ?? 0) > 0).length
  const readers = await store.subscribers.count()
  const left = await store.subscribers.leftByReason()
  const channels = await store.channels.list()
  const paused = channels.filter(({ pausedAt }) => pausedAt !== null).length
  const last = (await store.digests.list(20)).find(({ releasedAt }) => releasedAt !== null)
  const runs = await Promise.all(jobNames.map(async (job) => ({ job, run: await store.jobRuns.last(job) })))
  const seconds = (ms: number) => Math.round(ms / 1000)
  const gauge = (name: string, help: string, values: Metric['values']): Metric => ({
    name: `freehold_${name}`,
    help,
    type: 'gauge',
    values,
  })
  return [
    processGauge(
      'start_time_seconds',
      'When this process started (Unix time).',
      seconds(performance.timeOrigin),
    ),
    processGauge('resident_memory_bytes', 'What of memory this process holds.', process.memoryUsage.rss()),
    gauge('items', 'Items stored.', [{ value: await store.items.count() }]),
    gauge('items_labelled', 'Items that bear on an idea.', [{ value: await store.items.countLabelled() }]),
    gauge('items_unclassified', 'Items that wait for the classifier.', [
      { value: await store.items.countUnclassified() },
    ]),
    gauge('feeds', 'Feeds that are followed, by how they do.', [
      { labels: { state: 'fine' }, value: feeds.length - failing },
      { labels: { state: 'failing' }, value: failing },
    ]),
    gauge('feed_lists_in_order', '0 while the feed lists have faults and the last good ones are in use.', [
      { value: (way.feedFaults ?? []).length === 0 ? 1 : 0 },
    ]),
    gauge('feed_lag_seconds', 'Since the feed that was read longest ago was read.', [
      { value: read.length > 0 ? seconds(now - Math.min(...read)) : 0 },
    ]),
    gauge(
      'deliveries',
      'Messages by medium and state.',
      (await store.deliveries.counts()).map(({ medium, state, n }) => ({
        labels: { medium, state },
        value: n,
      })),
    ),
    gauge('deliveries_due', 'Messages that could go out now.', [
      { value: await store.deliveries.countDue(now) },
    ]),
    gauge('subscribers', 'E-mail subscribers.', [
      { labels: { state: 'confirmed' }, value: readers.confirmed },
      { labels: { state: 'unconfirmed' }, value: readers.unconfirmed },
    ]),
    gauge(
      'subscribers_left',
      'Those who are written to no more, by how it came.',
      left.map(({ reason, n }) => ({ labels: { reason }, value: n })),
    ),
    gauge('channels', 'Discord channels that have subscribed.', [
      { labels: { state: 'active' }, value: channels.length - paused },
      { labels: { state: 'paused' }, value: paused },
    ]),
    gauge('digest_number', 'The last issue that was released.', [{ value: last?.number ?? 0 }]),
    gauge('digest_age_seconds', 'Since it was released.', [
      { value: last?.releasedAt ? seconds(now - last.releasedAt) : 0 },
    ]),
    gauge(
      'job_last_start_timestamp_seconds',
      'When each job began last.',
      runs.flatMap(({ job, run }) => (run ? [{ labels: { job }, value: seconds(run.startedAt) }] : [])),
    ),
    gauge(
      'job_last_failed',
      '1 when the last run of a job failed.',
      runs.flatMap(({ job, run }) =>
        run ? [{ labels: { job }, value: run.outcome === 'failed' ? 1 : 0 }] : [],
      ),
    ),
  ]
}
