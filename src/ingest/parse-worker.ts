import { parentPort } from 'node:worker_threads'
import type { PoolOutcome } from './outcome.ts'
import { type ParseJob, runParseJob } from './parse-job.ts'

// Started by the parse pool: jobs in, their outcomes out, in the same order. One at a time, since the parsers keep state.
let turn: Promise<void> = Promise.resolve()

parentPort?.on('message', (job: ParseJob) => {
  turn = turn.then(async () => parentPort?.postMessage(await outcomeOf(job)))
})

function outcomeOf(job: ParseJob): Promise<PoolOutcome> {
  return runParseJob(job).catch((error) => ({
    kind: 'failed',
    reason: 'malformed',
    message: `answered with a feed that can't be read (${error instanceof Error ? error.message : error})`,
  }))
}
