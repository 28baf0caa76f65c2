import { type Kysely, sql } from 'kysely'
import { migrations } from './migrations.ts'
import { Refused } from './place.ts'
import { countOf } from './rows.ts'
import type { Schema } from './schema.ts'
import { holdsJust, levelOf, type Table, tablesAt } from './tables.ts'

/** A database as it is at one moment, whatever others write meanwhile. */
export interface Snapshot {
  on: Kysely<Schema>
  /** How many steps of the schema it has gone. */
  level: number
  tables: (Table & { rows: number })[]
  /** Tables that are not Freehold's. */
  others: string[]
}

/**
 * Works on a database as it is at one moment. Others can write meanwhile: SQLite's readers see what stood there when they
 * began, and so does PostgreSQL's `repeatable read`. Throws Refused when it is none of Freehold's, of a newer version, or
 * damaged.
 */
export async function inSnapshot<T>(
  db: Kysely<Schema>,
  place: { kind: 'sqlite' | 'postgres'; name: string },
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const { kind, name } = place
  return db.connection().execute(async (on) => {
    const begin = kind === 'sqlite' ? 'begin deferred' : 'begin isolation level repeatable read read only'
    await sql.raw(begin).execute(on)
    try {
      // Large tables take their time; a limit meant for the service would cut it off.
      if (kind === 'postgres') await sql.raw('set local statement_timeout = 0').execute(on)
      const level = await levelOf(on, kind, name)
      if (level === 0) throw new Refused(`${name} holds no tables of Freehold; look at the address.`)
      if (level > migrations.length) throw new Refused(newer(name, level))
      if (kind === 'sqlite') await refuseDamaged(on, name)
      const tables = await tablesAt(level)
      const others = await holdsJust(tables, on, kind, name)
      const counted: Snapshot['tables'] = []
      for (const table of tables) counted.push({ ...table, rows: await countOf(on, table.name) })
      return await work({ on, level, tables: counted, others })
    } catch (error) {
      throw isCorrupt(error) ? new Refused(damaged(name, (error as Error).message)) : error
    } finally {
      // The connection is closed next; if it is broken, the reason has been thrown already.
      await sql`rollback`.execute(on).catch(() => undefined)
    }
  })
}

/** What to say of a database or file that a newer version wrote. */
export function newer(name: string, level: number): string {
  return (
    `${name} is of a newer version of Freehold: its schema has gone ${level} steps and this version knows ` +
    `${migrations.length}. Use that version or a newer one.`
  )
}

async function refuseDamaged(on: Kysely<Schema>, name: string): Promise<void> {
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check(3)`.execute(on)
  const faults = rows.map((row) => row.integrity_check).filter((line) => line !== 'ok')
  if (faults.length > 0) throw new Refused(damaged(name, faults.join('; ')))
}

/** SQLITE_CORRUPT; its extended codes have it in their last byte. */
function isCorrupt(error: unknown): boolean {
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === 11
}

function damaged(name: string, what: string): string {
  return `${name} is damaged: ${what}. Restore the last good backup (freehold restore).`
}
