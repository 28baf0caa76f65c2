import { parentPort } from 'node:worker_threads'
import type { PoolOutcome } from './outcome.ts'
import { type ParseJob, runParseJob } from './parse-job.ts'

// Started by the parse pool: one job in, one outcome out.
parentPort?.on('message', async (job: ParseJob) => {
  const outcome = await runParseJob(job).catch(
    (error): PoolOutcome => ({
      kind: 'failed',
      reason: 'malformed',
      message: `answered with a feed that can't be read (${error instanceof Error ? error.message : error})`,
    }),
  )
  parentPort?.postMessage(outcome)
})
