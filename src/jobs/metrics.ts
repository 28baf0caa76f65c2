import { type Feed, type FeedState, type JobRun, jobNames } from '../model/index.ts'
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
  const installedAt = Number(await store.settings.getOrSet('installed_at', () => String(now)))
  const states = new Map((await store.feedStates.all()).map((state) => [state.feed, state]))
  const feeds = way.feeds
    .filter(({ enabled }) => enabled)
    .map((feed) => readingOf(feed, states.get(feed.id), { installedAt, now }))
  const inState = (state: Reading['state']) => ({
    labels: { state },
    value: feeds.filter((feed) => feed.state === state).length,
  })
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
      inState('fine'),
      inState('failing'),
      inState('unread'),
    ]),
    gauge('feed_lists_in_order', '0 while the feed lists have faults and the last good ones are in use.', [
      { value: (way.feedFaults ?? []).length === 0 ? 1 : 0 },
    ]),
    gauge('feed_lag_seconds', 'Since the feed that was read longest ago was read, or first tried.', [
      { value: seconds(Math.max(0, ...feeds.map(({ since }) => now - since))) },
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
    gauge('digest_age_seconds', 'Since it was released; before the first, since the installation.', [
      { value: seconds(now - (last?.releasedAt ?? installedAt)) },
    ]),
    gauge(
      'job_last_start_timestamp_seconds',
      'When each job began last.',
      runs.flatMap(({ job, run }) => (run ? [{ labels: { job }, value: seconds(run.startedAt) }] : [])),
    ),
    gauge(
      'job_last_failed',
      '1 when the last run of a job failed or was cut off.',
      runs.flatMap(({ job, run }) =>
        run ? [{ labels: { job }, value: cameToNothing(run, now) ? 1 : 0 }] : [],
      ),
    ),
  ]
}

interface Reading {
  state: 'fine' | 'failing' | 'unread'
  /** When it was last read (ms); of one that never was, since when that has been tried. */
  since: number
}

/** A feed that nobody has read for so long is unread, through no fault of its own. */
const unreadAfter = 2 * 86_400_000

function readingOf(
  feed: Feed,
  known: FeedState | undefined,
  { installedAt, now }: { installedAt: number; now: number },
): Reading {
  // What is known of an address says nothing of the one that took its place.
  const state = known?.url === feed.url ? known : undefined
  const since = state?.lastSuccessAt ?? state?.firstPolledAt ?? state?.failingSince ?? installedAt
  if (state && state.failures > 0) return { state: 'failing', since }
  const triedInVain = state !== undefined && state.lastPolledAt !== null && state.lastSuccessAt === null
  const isLate = now - since > Math.max(unreadAfter, 2 * (feed.everyMs ?? 0))
  return { state: triedInVain || isLate ? 'unread' : 'fine', since }
}

/** A run whose process died is recorded as abandoned only when the next one begins. */
function cameToNothing({ outcome, leaseUntil }: JobRun, now: number): boolean {
  return outcome === 'failed' || outcome === 'abandoned' || (outcome === 'running' && leaseUntil < now)
}
