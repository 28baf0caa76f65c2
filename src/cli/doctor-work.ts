import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Config } from '../config.ts'
import { jobNames } from '../model/index.ts'
import type { Store } from '../store/index.ts'
import { isOtherSecret } from './wiring.ts'

/** What one look found; a warning is of what works and should not stay so. */
export type Look = string | { warning: string } | null

const mega = 1_000_000
/** Below the first a day's work may not fit any more, below the second a week's. Bytes. */
const [tooLittle, little] = [50 * mega, 1000 * mega]

/** How the jobs' last runs ended; null when none has run. */
export async function lookAtJobs(store: Store, now: number): Promise<Look> {
  const runs = (await Promise.all(jobNames.map((job) => store.jobRuns.last(job)))).filter(
    (run) => run !== null,
  )
  if (runs.length === 0) return null
  const said = runs.flatMap(({ job, outcome, error, startedAt, leaseUntil }) => {
    if (outcome === 'failed')
      return `${job} failed ${ago(now - startedAt)} ago: ${sentence(error ?? 'no reason is noted')}`
    if (outcome === 'abandoned' || (outcome === 'running' && leaseUntil < now))
      return `${job} was cut off ${ago(now - leaseUntil)} ago; the service takes it up again, if it runs.`
    return []
  })
  if (said.length > 0) return { warning: `${said.join(' ')} npx freehold jobs run NAME tries at once` }
  const last = Math.max(...runs.map(({ startedAt }) => startedAt))
  return `${runs.length} of ${jobNames.length} have run, the last one ${ago(now - last)} ago, none failed`
}

/** What waits to be sent, and what nobody knows to have arrived; null when nothing was ever to be sent. */
export async function lookAtMessages(store: Store, now: number): Promise<Look> {
  const counts = await store.deliveries.counts()
  if (counts.length === 0) return null
  const sum = (state: string) => counts.reduce((all, one) => all + (one.state === state ? one.n : 0), 0)
  const due = await store.deliveries.countDue(now)
  const detail = `${sum('sent')} sent, ${due} due, ${sum('failed')} failed`
  const unknown = sum('unknown')
  if (unknown === 0) return detail
  const which = (await store.deliveries.list({ state: 'unknown' }))[0]!
  return {
    warning: `${detail}; ${unknown} may or may not have arrived: npx freehold digest send ${which.digest ?? 'N'} --resend-unknown ${which.medium} sends them again`,
  }
}

/** Whose secret signs links and bounce addresses, and whether the service that was started last had another one; null for none. */
export async function lookAtSecret(settings: Config, store: Store): Promise<Look> {
  const isOther = await isOtherSecret(settings, store)
  if (isOther === null) return null
  const said =
    settings.secret === null ? 'not set; Freehold has made one itself and keeps it in the database' : 'set'
  if (!isOther) return said
  return {
    warning: `${said}, but the service that was started last on this database had another one: links in mails, links for editors and bounce addresses made with that do not count with this one. Set the same SECRET on every machine; if you changed it on purpose, the next start remembers this one`,
  }
}

/** Whether state can be kept in a folder, `name` for people; it need not be there yet. Throws with the remedy. */
export function lookAtDataDir(dataDir: string, name: string): Look {
  const remedy = 'set DATA_DIR to a folder that this user may write to'
  const there = nearest(dataDir)
  const what = there === dataDir ? name : `${name} can't be made, since ${there}`
  if (!statSync(there).isDirectory()) throw new Error(`${what} is a file: move it away, or ${remedy}.`)
  try {
    accessSync(there, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(`${what} can't be written to (${code}): chown it to the service's user, or ${remedy}.`)
  }
  return there === dataDir ? name : `${name} is not there yet; the first start makes it`
}

/** Of a path what is there of it. */
function nearest(path: string): string {
  let there = path
  while (!existsSync(there)) there = dirname(there)
  return there
}

/** Room for the database, the outbox and backups. Throws when there is too little to go on. */
export async function lookAtDisk(dataDir: string): Promise<Look> {
  const { bavail, bsize } = await statfs(nearest(dataDir))
  const free = bavail * bsize
  const said = `${free < 10_000 * mega ? `${Math.floor(free / mega)} MB` : `${Math.floor(free / mega / 1000)} GB`} free`
  const remedy = 'make room, or set DATA_DIR to another disk'
  if (free < tooLittle) throw new Error(`${said}, and the database needs some to go on: ${remedy}.`)
  return free < little ? { warning: `${said}; ${remedy}` } : said
}

function ago(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 120) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
