import { Cron } from 'croner'
import { schedule } from 'node-cron'

export { inWords } from './words.ts'

/**
 * When cron expressions fall due, as pure functions of expression, zone and time (ms since the epoch). croner computes
 * the times: at the change to summer time a job in the hour that is left out runs once at its end, at the change back a
 * job in the hour that comes twice runs once, and one that runs several times an hour keeps its beat.
 */
export interface Cadence {
  /** Five fields (minute first) or six (second first). */
  expression: string
  /** IANA name, `Europe/Berlin`. */
  zone: string
}

/** A sentence that says what is wrong with an expression or zone, or null. */
export function cadenceFault(cadence: Cadence): string | null {
  try {
    new Intl.DateTimeFormat('en', { timeZone: cadence.zone })
  } catch {
    return `"${cadence.zone}" is no time zone; use a name such as Europe/Berlin or UTC.`
  }
  const noCron = `"${cadence.expression}" is no cron expression; use five fields such as 0 9 * * MON.`
  // croner takes a single date as well, which would be a schedule that runs once.
  if (/^\s*\d{4}-/.test(cadence.expression)) return noCron
  try {
    return next(cadence, 0) === null ? `"${cadence.expression}" never falls due.` : null
  } catch {
    return noCron
  }
}

/** The first time after `after` at which the expression falls due; null when there is none. */
export function next(cadence: Cadence, after: number): number | null {
  const cron = new Cron(cadence.expression, { timezone: cadence.zone, mode: '5-or-6-parts', paused: true })
  return cron.nextRun(new Date(after))?.getTime() ?? null
}

/** True when the expression fell due after `last` and not later than `now`, however many times: it is made up once. */
export function isDue(cadence: Cadence, last: number, now: number): boolean {
  const due = next(cadence, last)
  return due !== null && due <= now
}

// A tick that comes late is no news: what is due is looked up anew at each, and made up for.
const nothing = () => undefined
const silent = {
  info: nothing,
  warn: nothing,
  debug: nothing,
  error: (message: string | Error) => process.emitWarning(message),
}

/** Calls `tick` every second until stopped, never a second time while one is under way. */
export function startTicking(tick: () => Promise<void>): { stop(): void } {
  const task = schedule('* * * * * *', tick, { noOverlap: true, logger: silent })
  return { stop: () => void task.stop() }
}
