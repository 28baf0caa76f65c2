import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { Store } from '../store/index.ts'
import { Failure } from './failure.ts'
import { remark } from './output.ts'
import { openDatabase, shown } from './wiring.ts'

/** One that hangs would keep us for ever. */
const usualAnswerMs = 10_000

/** The database, if there is one: none is made, and one that can't be opened is `missing` with a sentence. */
export async function openExisting(config: Config): Promise<{ store: Store | null; missing: string | null }> {
  if (absentFile(config) !== null) return { store: null, missing: null }
  try {
    return { store: await openDatabase(config), missing: null }
  } catch (error) {
    return { store: null, missing: (error as Error).message }
  }
}

/** The database for a command that can do nothing without one: none is made, and where there is none yet a Failure says so. */
export async function openToRead(config: Config): Promise<Store> {
  mustExist(config)
  return openDatabase(config)
}

/** The database for a command that lists: where there is none yet that is remarked, and there is an empty one in memory. */
export function openOrEmpty(config: Config): Promise<Store> {
  return openDatabase(orInMemory(config))
}

/** The settings, with a database in memory in place of one that is not there yet. */
export function orInMemory(config: Config): Config {
  const file = absentFile(config)
  if (file === null) return config
  remark(noneYet(config, file))
  return { ...config, databaseUrl: 'sqlite::memory:' }
}

/** Throws a Failure that says so where there is no database yet. */
export function mustExist(config: Config): void {
  const file = absentFile(config)
  if (file === null) return
  throw new Failure(noneYet(config, file))
}

function noneYet(config: Config, file: string): string {
  return `There is no database yet at ${shown(config, file)}; freehold start makes it, and so does freehold ingest --all, which reads the feeds once. If there should be one, look at DATA_DIR and DATABASE_URL.`
}

/** The file of the database where it is still to be made; null where it is there, or on PostgreSQL. */
export function absentFile({ databaseUrl }: Config): string | null {
  const file = databaseFile(databaseUrl)
  return file !== null && !existsSync(file) ? file : null
}

/** The file of an SQLite database; null on PostgreSQL. */
export function databaseFile(databaseUrl: string): string | null {
  return databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : null
}

/** What can't be looked at because of a fault that is told already. */
export class NotKnown extends Error {}

export interface Database {
  /** Why it does not work; null where it does, or is still to be made. */
  fault: Error | null
  /** What the database says; null where it is still to be made. Throws NotKnown when it doesn't work. */
  ask<T>(question: (store: Store, now: number) => Promise<T>): Promise<T | null>
  /** True when it gave no answer in time; what was asked then still waits. */
  hangs(): boolean
  close(): Promise<void>
}

/**
 * The database, opened once for all that is asked of it; one that gives no answer within `answerMs` is asked nothing more.
 * `canKeep` says whether DATA_DIR is in order.
 */
export async function openOnce(
  settings: Config,
  { canKeep, answerMs = usualAnswerMs }: { canKeep: boolean; answerMs?: number },
): Promise<Database> {
  const file = databaseFile(settings.databaseUrl)
  const isKept = file !== null && !relative(settings.dataDir, file).startsWith('..')
  let opened: Awaited<ReturnType<typeof openExisting>> = { store: null, missing: null }
  const database: Database = {
    fault: isKept && !canKeep ? new NotKnown('not known without DATA_DIR') : null,
    async ask(question) {
      if (database.fault) throw new NotKnown('not known without the database')
      if (!opened.store) return null
      try {
        return await inTime(question(opened.store, Date.now()), answerMs)
      } catch (error) {
        if (error instanceof TooLate) database.fault = error
        throw error
      }
    },
    hangs: () => database.fault instanceof TooLate,
    async close() {
      // What waits for an answer would not let the connections go.
      if (!database.hangs()) await opened.store?.close()
    },
  }
  if (database.fault) return database
  try {
    opened = await inTime(openExisting(settings), answerMs)
    if (opened.missing !== null) database.fault = new Error(opened.missing)
  } catch (error) {
    database.fault = error as Error
  }
  return database
}

class TooLate extends Error {}

function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = after(ms, undefined, { ref: false }).then(() => {
    throw new TooLate(
      `It gives no answer within ${ms / 1000} s: see that it runs and is not stopped, and that DATABASE_URL names its host.`,
    )
  })
  return Promise.race([work, late])
}
