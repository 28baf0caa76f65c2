import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dialect, Kysely, sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest'
import { openOn, type Store } from '../../src/store/index.ts'
import { postgresDialect, postgresOver } from '../../src/store/postgres.ts'
import type { Schema } from '../../src/store/schema.ts'
import { sqliteDialect } from '../../src/store/sqlite.ts'
import { startPostgresInProcess } from '../servers/postgres-in-process.ts'
import { schemaOn } from './own-database.ts'

export type Kind = 'sqlite' | 'postgres'

/** A database of a test's own, empty at first. */
interface Place {
  /** How a process reaches it; each call stands for another process. */
  dialect(): Dialect
  remove(): Promise<void>
}

interface Server {
  /** Where tables may be there already, as long as they are empty, that spares their making. */
  place(mayHaveTables?: boolean): Promise<Place>
  /** Called when the tables have been made and are empty. */
  hasTables?(): Promise<void>
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
      const leave = async (mayHaveTables = false) => {
        place = await server.place(mayHaveTables)
        opened.unshift(place.remove)
      }

      beforeAll(async () => {
        server = await start!()
      })
      afterAll(() => server?.stop())
      beforeEach(async () => {
        await leave(true)
        store = await open()
        await server.hasTables?.()
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
        leave: () => leave(),
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

let started: ReturnType<typeof startPostgresInProcess> | undefined

/** The tests of a process share one PGlite, emptied before each; it ends with the process. */
async function startPGlite(): Promise<Server> {
  started ??= startPostgresInProcess()
  const postgres = await started
  return {
    hasTables: postgres.keep,
    place: async (mayHaveTables = false) => {
      if (!(mayHaveTables && (await postgres.clear()))) await postgres.empty()
      return { dialect: () => postgresOver(async () => postgres.pool()), remove: async () => undefined }
    },
    stop: async () => undefined,
  }
}

/** Each place is a schema of its own, so that test files running at the same time don't meet. */
async function startPostgres(base: string): Promise<Server> {
  return {
    place: async () => {
      const { url, remove } = await schemaOn(base)
      return { dialect: () => postgresDialect(url), remove }
    },
    stop: async () => undefined,
  }
}

/** The rows of a statement. */
export async function rows<T>(db: Kysely<Schema>, text: string): Promise<T[]> {
  return (await sql.raw<T>(text).execute(db)).rows
}

/** `test` where a promise has a meaning, and nothing where it has none (SQLite has one connection): that is no skipping. */
export function whereItApplies(applies: boolean): (name: string, run: () => Promise<void>) => void {
  return applies ? test : () => undefined
}
