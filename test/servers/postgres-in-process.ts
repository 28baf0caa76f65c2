import { randomUUID } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import type { PostgresPool, PostgresPoolClient } from 'kysely'

export interface PostgresInProcess {
  /** A pool for Kysely's PostgreSQL dialect. Any number may be open; they take turns on the one connection there is. */
  pool(): PostgresPool
  /** Drops every table. */
  empty(): Promise<void>
  /** Takes the tables there are, which hold nothing yet, for those that `clear` may leave. */
  keep(): Promise<void>
  /** Takes all rows out of the tables that were kept; false where there are others now. */
  clear(): Promise<boolean>
  close(): Promise<void>
}

/** Every column, index, constraint and migration, as one text. */
const shapeOfTables = `
  select string_agg(line, e'\\n' order by line) as shape from (
    select concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) as line
      from information_schema.columns where table_schema = 'public'
    union all select indexdef from pg_indexes where schemaname = 'public'
    union all select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
      from pg_constraint where connamespace = 'public'::regnamespace
    union all select row_to_json(m)::text from migration m
  ) lines`

/** PostgreSQL as WebAssembly in this process, in memory. */
export async function startPostgresInProcess(): Promise<PostgresInProcess> {
  const pglite = await PGlite.create({ loadDataDir: await openAsBlob(await freshDatabase()) })
  const connect = inTurns(pglite)
  let kept: string | undefined
  const shape = async () => {
    // Without tables there is none that lists migrations.
    const found = await pglite.query<{ shape: string }>(shapeOfTables).catch(() => null)
    return found?.rows[0]?.shape
  }
  return {
    pool: () => ({ connect, options: {}, end: async () => undefined }),
    empty: async () => {
      await pglite.exec('drop schema public cascade; create schema public')
    },
    async keep() {
      kept ??= await shape()
    },
    async clear() {
      if (kept === undefined || (await shape()) !== kept) return false
      const { rows } = await pglite.query<{ name: string }>(
        "select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'migration'",
      )
      await pglite.exec(`truncate ${rows.map(({ name }) => `"${name}"`).join(', ')} restart identity cascade`)
      return true
    },
    close: () => pglite.close(),
  }
}

/** An empty database as a file, made once: loading it takes a quarter of the 2.5 s that making one does. */
async function freshDatabase(): Promise<string> {
  const home = new URL('../../node_modules/', import.meta.url)
  const { version } = JSON.parse(await readFile(new URL('@electric-sql/pglite/package.json', home), 'utf8'))
  const cache = new URL('.cache/freehold/', home)
  const file = fileURLToPath(new URL(`pglite-${version}.tar`, cache))
  const made = await access(file).then(
    () => true,
    () => false,
  )
  if (made) return file
  const pglite = await PGlite.create()
  const dump = await pglite.dumpDataDir('none')
  await pglite.close()
  await mkdir(cache, { recursive: true })
  // Written beside and renamed, since other test files may be at the same.
  const half = `${file}.${randomUUID()}`
  await writeFile(half, dump.stream())
  await rename(half, file)
  return file
}

/** Lends the one connection to one borrower at a time, in the order they asked. */
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
