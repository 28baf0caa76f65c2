export { compileFilter, type Filter, isWanted } from './keep.ts'
export { jittered, type Rest, restOf, rhythmOf, staleAfter } from './next-poll.ts'
export type {
  ParsedFeed,
  ParseFailure,
  PoolOutcome,
  ReadFailureReason,
  ReadOutcome,
  Source,
} from './outcome.ts'
export type { ParseJob } from './parse-job.ts'
export { createParsePool, type ParsePool, type ParsePoolOptions } from './parse-pool.ts'
export { createReader, type Reader, type ReaderParts } from './reader.ts'
