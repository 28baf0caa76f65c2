import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { type Dialect, SqliteDialect } from 'kysely'

const statementsKept = 256

/**
 * Kysely over node:sqlite. `path` is a file (its folder is made) or `:memory:`. WAL with synchronous NORMAL: a
 * process killed at any moment loses nothing it was told is committed; only a power cut may cost the last moments.

 */
export function sqliteDialect(path: string, options: SqliteOptions = {}): Dialect {
  return new SqliteDialect({
    database: () =>
      open(path, options).catch((error: unknown) => {
        throw explained(path, error)
      }),
  })
}

export interface SqliteOptions {
  /** How long (ms) a writer waits for another process's transaction; 10 s by default. */
  busyTimeout?: number
  /** `full` also survives a power cut without losing the last moments, for half the speed; `normal` by default. */
  synchronous?: 'normal' | 'full'
}

async function open(path: string, { busyTimeout = 10_000, synchronous = 'normal' }: SqliteOptions) {
  if (path !== ':memory:') keepPrivate(path)
  const db = new DatabaseSync(path, { timeout: busyTimeout })
  try {
    await switchToWal(db, busyTimeout)
    // Each checkpoint waits for the disk: one in 16 MB, not in the usual 4. And of the usual 2 MB of pages kept each search
    // through some thousand items reads all anew: up to 32 MB, which only a database as large ever takes.
    db.exec(
      `pragma synchronous = ${synchronous}; pragma foreign_keys = on; pragma wal_autocheckpoint = 4000; pragma cache_size = -32000`,
    )
  } catch (error) {
    db.close()
    throw error
  }
  const statements = new Map<string, StatementSync>()

  function prepare(sql: string): StatementSync {
    let statement = statements.get(sql)
    if (!statement) {
      // Kysely's `begin` is deferred: two processes that read and then write would both fail with
      // SQLITE_BUSY_SNAPSHOT, which no timeout heals. Taking the write lock at once makes the second one wait.
      statement = db.prepare(sql === 'begin' ? 'begin immediate' : sql)
      if (statements.size >= statementsKept) statements.clear()
      statements.set(sql, statement)
    }
    return statement
  }

  function asked<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw explained(path, error)
    }
  }

  return {
    close: () => db.close(),
    prepare(sql: string) {
      const statement = prepare(sql)
      return {
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) => asked(() => statement.all(...bindable(parameters))),
        run(parameters: readonly unknown[]) {
          // Of a full disk SQLite takes the transaction back by itself; to fail here would hide why.
          if (sql === 'rollback' && !db.isTransaction) return { changes: 0, lastInsertRowid: 0 }
          return asked(() => statement.run(...bindable(parameters)))
        },
        iterate: (parameters: readonly unknown[]) => statement.iterate(...bindable(parameters)),
      }
    },
  }
}

/** Readers' addresses are nobody else's business: folder and file are made for their owner alone, and left as they are. */
function keepPrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
}

/** Processes that switch a new file at the same moment are told it is busy at once, whatever the timeout: try again. */
async function switchToWal(db: DatabaseSync, busyTimeout: number): Promise<void> {
  for (let waited = 0; ; waited += 20) {
    try {
      return db.exec('pragma journal_mode = wal')
    } catch (error) {
      if (!isBusy(error) || waited >= busyTimeout) throw error
      await setTimeout(20)
    }
  }
}

/** SQLITE_BUSY; its extended codes have it in their last byte. */
function isBusy(error: unknown): boolean {
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === 5
}

/** SQLITE_FULL: there was no room to write. */
function isFull(error: unknown): boolean {
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === 13
}

/** Says what "database is locked" and "database or disk is full" mean. */
function explained(path: string, error: unknown): unknown {
  if (isBusy(error)) {
    const message = `another process kept ${path} locked for too long. Wait for it or end it, then try again.`
    return new Error(message, { cause: error })
  }
  if (isFull(error)) {
    return new Error(`the disk that holds ${path} is full. Make room on it, then try again.`, {
      cause: error,
    })
  }
  return error
}

/** node:sqlite takes an object in first place, a Date too, for named parameters and binds the rest wrongly without a word. */
function bindable(parameters: readonly unknown[]): SQLInputValue[] {
  for (const [i, value] of parameters.entries()) {
    const kind = typeof value
    const fine =
      value === null ||
      kind === 'string' ||
      kind === 'number' ||
      kind === 'bigint' ||
      value instanceof Uint8Array
    if (!fine) {
      const what = value instanceof Date ? 'a Date' : kind
      throw new TypeError(`SQL parameter ${i + 1} is ${what}; bind text, a number, bytes or null.`)
    }
  }
  return parameters as SQLInputValue[]
}
