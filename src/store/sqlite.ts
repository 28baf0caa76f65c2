import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type Dialect, SqliteDialect } from 'kysely'

const statementsKept = 256
/** SQLITE_BUSY; its extended codes have it in their last byte. */
const busy = 5

/**
 * Kysely over node:sqlite. `path` is a file (its folder is made) or `:memory:`. WAL with synchronous NORMAL: a
 * process killed at any moment loses nothing it was told is committed; only a power cut may cost the last moments.
 * A writer waits up to `busyTimeout` ms for another process's transaction.
 */
export function sqliteDialect(path: string, busyTimeout = 10_000): Dialect {
  return new SqliteDialect({ database: async () => explained(path, () => open(path, busyTimeout)) })
}

function open(path: string, busyTimeout: number) {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const db = new DatabaseSync(path, { timeout: busyTimeout })
  db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on')
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

  return {
    close: () => db.close(),
    prepare(sql: string) {
      const statement = prepare(sql)
      return {
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) =>
          explained(path, () => statement.all(...bindable(parameters))),
        run: (parameters: readonly unknown[]) =>
          explained(path, () => statement.run(...bindable(parameters))),
        iterate: (parameters: readonly unknown[]) => statement.iterate(...bindable(parameters)),
      }
    },
  }
}

/** Says what "database is locked" means. */
function explained<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (((error as { errcode?: number }).errcode ?? 0) % 256 !== busy) throw error
    const message = `another process kept ${path} locked for too long. Wait for it or end it, then try again.`
    throw new Error(message, { cause: error })
  }
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
