export const jobNames = ['ingest', 'classify', 'digest', 'deliver', 'housekeeping', 'note'] as const
export type JobName = (typeof jobNames)[number]

/** One run of a job, as it is recorded. Times in ms since the epoch. */
export interface JobRun {
  id: string
  job: JobName
  /** The process that runs it or has run it. */
  owner: string
  startedAt: number
  /** Until when the process that runs it has said it is alive. */
  leaseUntil: number
  finishedAt: number | null
  outcome: 'running' | 'done' | 'failed' | 'abandoned'
  /** What it did, by name; for people. */
  counts: Record<string, number>
  error: string | null
}
