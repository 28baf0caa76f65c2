import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

/** A database of a test's own, which nobody else meets. */
export interface OwnDatabase {
  /** For DATABASE_URL. */
  url: string
  /** All that stands in it, a line for each row: its table, and the row as JSON. */
  dump(): string[]
  /** Carries out a statement that both databases understand. */
  run(statement: string): Promise<void>
  /** To be called when nobody is connected to it any more. */
  remove(): Promise<void>
}

/**
 * The database a test works with that is not about databases: a file in `folder`, which whoever made the folder removes;
 * with TEST_DATABASE=postgres a schema on the PostgreSQL at TEST_DATABASE_URL, which has to be removed.
 */
export async function ownDatabase(folder: string): Promise<OwnDatabase> {
  const { TEST_DATABASE = 'sqlite', TEST_DATABASE_URL } = process.env
  if (TEST_DATABASE === 'sqlite') return fileIn(folder)
  if (TEST_DATABASE !== 'postgres') throw new Error('TEST_DATABASE is sqlite or postgres.')
  if (!TEST_DATABASE_URL) throw new Error('TEST_DATABASE=postgres needs TEST_DATABASE_URL.')
  return schemaOn(TEST_DATABASE_URL)
}

function fileIn(folder: string): OwnDatabase {
  const file = join(folder, 'freehold.db')
  return {
    url: `sqlite:${file}`,
    dump() {
      const db = new DatabaseSync(file, { readOnly: true })
      try {
        const tables = db.prepare("select name from sqlite_master where type = 'table' order by name").all()
        return tables.flatMap(({ name }) =>
          db
            .prepare(`select * from "${name}"`)
            .all()
            .map((row) => `${name} ${JSON.stringify(row)}`)
            .sort(),
        )
      } finally {
        db.close()
      }
    },
    async run(statement) {
      const db = new DatabaseSync(file, { timeout: 10_000 })
      try {
        db.exec(statement)
      } finally {
        db.close()
      }
    },
    remove: async () => undefined,
  }
}

/** An empty schema on the PostgreSQL at `base`, as a database that begins with it. */
export async function schemaOn(base: string): Promise<OwnDatabase> {
  const schema = `freehold_test_${randomUUID().replaceAll('-', '')}`
  await ask(base, `create schema ${schema}`)
  const url = new URL(base)
  url.searchParams.set('options', `-c search_path=${schema} -c client_min_messages=warning`)
  // Tests compare what stands there before and after in one breath.
  const lines = (statement: string) =>
    execFileSync('psql', [url.href.replaceAll('+', '%20'), '-XAtq', '-c', statement], {
      encoding: 'utf8',
      maxBuffer: 1e9,
    })
      .split('\n')
      .filter((line) => line !== '')
  return {
    url: url.href,
    dump() {
      const tables = lines(
        `select tablename from pg_tables where schemaname = '${schema}' order by tablename`,
      )
      const each = tables.map((name) => `select '${name} ' || row_to_json(t)::text as line from "${name}" t`)
      return each.length === 0 ? [] : lines(`${each.join(' union all ')} order by line`)
    },
    run: (statement) => ask(url.href, statement),
    remove: () => ask(base, `drop schema if exists ${schema} cascade`),
  }
}

async function ask(base: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: base })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
