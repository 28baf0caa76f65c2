import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

const int8 = 20

/** The tables, read beside the service. */
export interface Database {
  rows<T>(sql: string): Promise<T[]>
  close(): Promise<void>
}

/** Looks into the database at a DATABASE_URL. */
export function openDatabase(url: string): Database {
  if (url.startsWith('sqlite:')) {
    const db = new DatabaseSync(url.slice('sqlite:'.length))
    return {
      rows: async <T>(sql: string) => db.prepare(sql).all() as T[],
      close: async () => db.close(),
    }
  }
  const pool = new pg.Pool({
    connectionString: url,
    max: 1,
    types: { getTypeParser: (oid: number) => (oid === int8 ? Number : pg.types.getTypeParser(oid)) },
  })
  // It is stopped at times; who asks next is told.
  pool.on('error', () => undefined)
  return {
    rows: async <T>(sql: string) => (await pool.query(sql)).rows as T[],
    close: () => pool.end(),
  }
}
