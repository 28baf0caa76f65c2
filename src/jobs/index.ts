export { openArchive } from './archive.ts'
export { ask } from './ask.ts'
export { classify } from './classify.ts'
export { type DeliverReport, deliver } from './deliver.ts'
export { type Desk, openDesk } from './desk/index.ts'
export { composePeriod, createDigest, openPeriod } from './digest.ts'
export {
  carryOut,
  type EditorsDesk,
  type EditorWord,
  editorNote,
  mailPreview,
  openEditorsDesk,
} from './editors.ts'
export { type Explanation, explainItem } from './explain.ts'
export { type CheckReport, checkFeeds } from './feed-check.ts'
export { type FeedHealthReport, feedHealth } from './feed-health.ts'
export {
  type FeedFinding,
  type FeedPreview,
  type Finder,
  findFeed,
  type LookedAt,
  lookAtFeeds,
} from './feeds.ts'
export { type Hold, holdAlone, type Running } from './hold.ts'
export { type IngestReport, ingest } from './ingest.ts'
export { type Metric, metricsOf } from './metrics.ts'
export { type Newsletter, openNewsletter, suppressionHash } from './newsletter.ts'
export { cancelSending, pauseSending, resumeSending, wasCancelled } from './pausing.ts'
export { type Presence, showPresence } from './presence.ts'
export { type FeedListKeeper, keepFeedLists } from './reload.ts'
export { type Taken, takeMaildir, takeReturn } from './returns.ts'
export { type RunResult, recorded } from './run.ts'
export { type JobStatus, jobStatuses, runJob, type Schedules, startSchedules } from './service.ts'
export { openSuggestions, type Suggestions } from './suggest.ts'
export type { Log, PostOffice, Progress, Way } from './way.ts'
