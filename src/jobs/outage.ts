import { minute } from '../model/index.ts'
import type { Log } from './way.ts'

/** While the database stays away, that is said again after so long (ms). */
const remindEvery = 5 * minute

/** Of Node's connections, of PostgreSQL (a server that starts, stops or has no connection left) and of SQLite. */
const codes =
  /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET|08|57P0[123]|53300|SQLITE_(BUSY|IOERR|FULL|CANTOPEN|LOCKED))/
/** What pg and SQLite say without a code. */
const sentences =
  /^Connection terminated|timeout exceeded when trying to connect|connection error and is not queryable|database is locked|database or disk is full|disk I\/O error/

/** Whether an error that came out of the store says that its database is away for now. */
function isAway(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: unknown }
  if (typeof code === 'string' && codes.test(code)) return true
  return sentences.test(error.message) || isAway(error.cause)
}

/**
 * Tells of a database that is away in one line, however many strands of work break on it each second; again every five
 * minutes, and when it is back. That is when all strands that broke have worked again: while another process keeps a file of
 * SQLite locked, those go on that only read.
 */
export function outageLog(log: Log, now: () => number) {
  let since: number | null = null
  let toldAt = 0
  const broken = new Set<string>()
  return {
    /** Notes that a strand broke; false when that is another matter, and still to be told. */
    broke(strand: string, error: unknown): boolean {
      if (!isAway(error)) return false
      broken.add(strand)
      const at = now()
      if (since !== null && at - toldAt < remindEvery) return true
      const lasts = since === null ? '' : `, for ${Math.round((at - since) / minute)} minutes now`
      since ??= at
      toldAt = at
      // An AggregateError, one of several addresses, has no words of its own.
      const why = error.message.replace(/\.$/, '') || (error as { code?: string }).code
      log.error({}, `the database can't be reached${lasts}: ${why}; work goes on when it is back`)
      return true
    },
    /** Notes that a strand came to its end. */
    worked(strand: string): void {
      broken.delete(strand)
      if (since === null || broken.size > 0) return
      log.info({}, `the database is back after ${Math.max(0, Math.round((now() - since) / 1000))} s`)
      since = null
    },
  }
}
