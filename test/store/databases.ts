import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { type Dialect, Kysely, type PostgresPool, type PostgresPoolClient, sql } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import { openOn, type Store } from '../../src/store/index.ts'
import { postgresDialect, postgresOver } from '../../src/store/postgres.ts'
import type { Schema } from '../../src/store/schema.ts'
import { sqliteDialect } from '../../src/store/sqlite.ts'

export type Kind = 'sqlite' | 'postgres'

/** A database of a test's own, empty at first. */
interface Place {
  /** How a process reaches it; each call stands for another process. */
  dialect(): Dialect
  remove(): Promise<void>
}

interface Server {
  place(): Promise<Place>
  stop(): Promise<void>
}

export interface Database {
  name: string
  kind: Kind
  /** Whether several connections of one process can be in a transaction at the same time. */
  manyConnections: boolean
  /** Null where it can't run here. */
  start: (() => Promise<Server>) | null
}

const { TEST_DATABASE_URL } = process.env

/** Every database the store promises to work on; the same tests run on each. */
export const databases: Database[] = [
  { name: 'SQLite', kind: 'sqlite', manyConnections: false, start: startSqlite },
  { name: 'PGlite', kind: 'postgres', manyConnections: false, start: startPGlite },
  TEST_DATABASE_URL
    ? {
        name: 'PostgreSQL',
        kind: 'postgres',
        manyConnections: true,
        start: () => startPostgres(TEST_DATABASE_URL),
      }
    : {
        name: 'PostgreSQL (set TEST_DATABASE_URL to run)',
        kind: 'postgres',
        manyConnections: true,
        start: null,
      },
]

/** What a suite works with; each test finds it empty. */
export interface TestDatabase {
  readonly kind: Kind
  readonly manyConnections: boolean
  readonly store: Store
  /**
   * A store that may work at the same time as `store`, on connections of its own. On SQLite it is the same one: there a
   * writer waits by blocking its process, so a second one needs a process of its own (processes.test.ts).
   */
  peer(): Promise<Store>
  /** One more store on the present database, as the next start of the program would open it. */
  open(): Promise<Store>
  /** The tables beneath. Migrates nothing. */
  tables(): Kysely<Schema>
  /** Leaves the present database for one without any table; `store` stays with the old one. */
  leave(): Promise<void>
}

/** Runs the suite on every database. */
export function onEachDatabase(suite: (db: TestDatabase) => void): void {
  for (const { name, kind, manyConnections, start } of databases) {
    describe.skipIf(start === null)(name, () => {
      let server: Server
      let place: Place
      let store: Store
      const opened: (() => Promise<unknown>)[] = []

      const open = async () => {
        const next = await openOn(place.dialect(), kind)
        opened.push(() => next.close())
        return next
      }
      const leave = async () => {
        place = await server.place()
        opened.unshift(place.remove)
      }

      beforeAll(async () => {
        server = await start!()
      })
      afterAll(() => server?.stop())
      beforeEach(async () => {
        await leave()
        store = await open()
      })
      afterEach(async () => {
        for (let close = opened.pop(); close; close = opened.pop()) await close()
      })

      suite({
        kind,
        manyConnections,
        get store() {
          return store
        },
        peer: async () => (kind === 'sqlite' ? store : open()),
        open,
        tables() {
          const db = new Kysely<Schema>({ dialect: place.dialect() })
          opened.push(() => db.destroy())
          return db
        },
        leave,
      })
    })
  }
}

async function startSqlite(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'freehold-store-'))
  let files = 0
  return {
    place: async () => {
      const file = join(folder, `${++files}.db`)
      return { dialect: () => sqliteDialect(file), remove: async () => undefined }
    },
    stop: () => rm(folder, { recursive: true }),
  }
}

/** PGlite is one connection in this process and takes 1.5 s to start: a file's tests share it, emptied before each. */
async function startPGlite(): Promise<Server> {
  const pglite = await PGlite.create()
  const connect = inTurns(pglite)
  return {
    place: async () => {
      await pglite.exec('drop schema public cascade; create schema public')
      const pool: PostgresPool = { connect, options: {}, end: async () => undefined }
      return { dialect: () => postgresOver(async () => pool), remove: async () => undefined }
    },
    stop: () => pglite.close(),
  }
}

/** Lends PGlite's one connection to one borrower at a time, in the order they asked. */
function inTurns(pglite: PGlite): () => Promise<PostgresPoolClient> {
  let free = Promise.resolve()
  return async () => {
    const before = free
    const { promise, resolve } = Promise.withResolvers<void>()
    free = promise
    await before
    const query = async (text: string, parameters: readonly unknown[]) => {
      const { rows, affectedRows } = await pglite.query(text, [...parameters])
      return { command: /\w+/.exec(text)![0].toUpperCase(), rowCount: affectedRows ?? 0, rows }
    }
    return { query: query as PostgresPoolClient['query'], release: () => resolve() }
  }
}

/** Each place is a schema of its own, so that test files running at the same time don't meet. */
async function startPostgres(base: string): Promise<Server> {
  const admin = new pg.Pool({ connectionString: base, max: 1 })
  return {
    place: async () => {
      const schema = `freehold_test_${randomUUID().replaceAll('-', '')}`
      await admin.query(`create schema ${schema}`)
      const url = new URL(base)
      url.searchParams.set('options', `-c search_path=${schema} -c client_min_messages=warning`)
      return {
        dialect: () => postgresDialect(url.href),
        remove: async () => {
          await admin.query(`drop schema ${schema} cascade`)
        },
      }
    },
    stop: () => admin.end(),
  }
}

/** The rows of a statement. */
export async function rows<T>(db: Kysely<Schema>, text: string): Promise<T[]> {
  return (await sql.raw<T>(text).execute(db)).rows
}
