import { type Kysely, sql, type Transaction } from 'kysely'
import { aliveIn } from './alive.ts'
import { lineOf, type Sum, tally } from './checksum.ts'
import { migrateWithin } from './migrate.ts'
import { migrations } from './migrations.ts'
import { onPlace, type Place, Refused, reasonOf } from './place.ts'
import { countOf, type Row, rowsOf, writeRows } from './rows.ts'
import type { Schema } from './schema.ts'
import { newer } from './snapshot.ts'
import { columnNames, levelOf, type Table, tablesAt } from './tables.ts'

/** How far it is: `done` of `total` rows, and of what. */
export type Progress = (done: number, total: number, what: string) => void

/** What a database is filled with. */
export interface Source {
  /** How many steps of the schema its tables have gone. */
  level: number
  tables: (Table & { rows: number })[]
  /** All rows; tables that others refer to come before the others. */
  batches(): AsyncIterable<{ table: Table; rows: Row[] }>
}

/** A table on both sides. */
export interface Proof extends Sum {
  table: string
  equal: boolean
}

export interface Filled {
  /** False when a table differs; the database is then left as it was. */
  equal: boolean
  tables: Proof[]
  /** What was there before and is deleted: rows by table. */
  replaced: { table: string; rows: number }[]
  /** Texts that lost a NUL character, which PostgreSQL does not store. */
  withoutNul: number
}

export interface FillOptions {
  /** Delete what is there. */
  replace: boolean
  /** The clock (ms). */
  now: number
  progress?: Progress
  /** A last look, in the transaction that fills: a reason to leave it, or null. */
  refuse?: (on: Kysely<Schema>) => Promise<string | null>
}

/** Thrown to undo a filling that did not come out equal. */
class Differs extends Error {
  readonly filled: Filled
  constructor(filled: Filled) {
    super('The database does not hold what was written to it.')
    this.filled = filled
  }
}

/**
 * Makes a database hold what `source` holds and nothing else of Freehold's, reads it again and compares, all in one
 * transaction: killed at any moment it leaves the database as it was. A source of an older version is brought up to date
 * at the end. Throws Refused.
 */
export function fill(to: Place, source: Source, options: FillOptions): Promise<Filled> {
  return onPlace(to, { make: true }, async (db) => {
    let reason: unknown
    try {
      return await db.transaction().execute((tx) =>
        fillWithin(tx, to, source, options).catch((error: unknown) => {
          // SQLite ends the transaction itself when the disk is full; rolling back then fails with a reason of its own.
          reason = error
          throw error
        }),
      )
    } catch (error) {
      reason ??= error
      if (reason instanceof Differs) return reason.filled
      if (reason instanceof Refused) throw reason
      throw new Refused(`Nothing is changed in ${to.name}: ${reasonOf(reason)}${remedyFor(reason)}`)
    }
  })
}

async function fillWithin(tx: Transaction<Schema>, to: Place, source: Source, options: FillOptions) {
  if (to.kind === 'postgres') {
    // Large tables take their time; waiting for another program does not help.
    await sql`select set_config('statement_timeout', '0', true), set_config('lock_timeout', '5s', true)`.execute(
      tx,
    )
  }
  const reason = await options.refuse?.(tx)
  if (reason) throw new Refused(reason)
  const replaced = await clear(tx, to, options)
  await migrateWithin(tx, to.kind, migrations.slice(0, source.level))
  await lock(tx, to, source.tables)

  const { read, withoutNul } = await write(tx, to, source, options.progress)
  const tables: Proof[] = []
  for (const table of source.tables) {
    const sum = read.get(table.name) ?? tally().sum()
    const there = await sumOf(tx, to.kind, table)
    // Counted by the databases too, since what reads them could leave out the same rows on both sides.
    const counts = [sum.rows, there.rows, await countOf(tx, table.name)]
    const equal = sum.checksum === there.checksum && counts.every((rows) => rows === table.rows)
    tables.push({ table: table.name, ...sum, equal })
  }
  const filled = { equal: tables.every(({ equal }) => equal), tables, replaced, withoutNul }
  if (!filled.equal) throw new Differs(filled)
  await migrateWithin(tx, to.kind, migrations)
  return filled
}

/** Empties a database of Freehold's tables. Throws Refused when that would take something, unless it is to be replaced. */
async function clear(tx: Transaction<Schema>, to: Place, { replace, now }: FillOptions) {
  const level = await levelOf(tx, to.kind, to.name)
  if (level > migrations.length) throw new Refused(newer(to.name, level))
  const held = await columnNames(tx, to.kind)
  if (level === 0) {
    const taken = (await tablesAt(migrations.length)).find(({ name }) => held.has(name))
    if (!taken) return []
    throw new Refused(`${to.name} has a table "${taken.name}" that is not Freehold's; use another database.`)
  }
  const tables = (await tablesAt(level)).filter(({ name }) => held.has(name))
  await lock(tx, to, tables)
  const owners = await aliveIn(tx, tables, now)
  if (owners.length > 0) {
    throw new Refused(`Freehold is at work on ${to.name} (${owners.join(', ')}); stop it first.`)
  }
  const there: { table: string; rows: number }[] = []
  for (const { name } of tables) there.push({ table: name, rows: await countOf(tx, name) })
  const full = there.filter(({ rows }) => rows > 0)
  if (full.length > 0 && !replace) {
    const what = full.map(({ table, rows }) => `${table} ${rows}`).join(', ')
    throw new Refused(`${to.name} is not empty; --replace would delete these rows: ${what}.`)
  }
  for (const name of [...tables.map((table) => table.name).reverse(), 'migration']) {
    await sql`drop table ${sql.table(name)}`.execute(tx)
  }
  return full
}

/** Keeps others from writing until the end; on SQLite the transaction does. */
async function lock(tx: Transaction<Schema>, to: Place, tables: Table[]): Promise<void> {
  if (to.kind === 'sqlite' || tables.length === 0) return
  const names = sql.join(tables.map(({ name }) => sql.table(name)))
  await sql`lock table ${names} in exclusive mode`.execute(tx)
}

async function write(tx: Transaction<Schema>, to: Place, source: Source, progress?: Progress) {
  const total = source.tables.reduce((sum, { rows }) => sum + rows, 0)
  const tallies = new Map<string, ReturnType<typeof tally>>()
  let done = 0
  let withoutNul = 0
  for await (const { table, rows } of source.batches()) {
    let written = rows
    if (to.kind === 'postgres') {
      withoutNul += rows.flat().filter(hasNul).length
      written = rows.map((row) => row.map((value) => (hasNul(value) ? value.replaceAll('\0', '') : value)))
    }
    const sum = tallies.get(table.name) ?? tally()
    tallies.set(table.name, sum)
    for (const row of written) sum.add(lineOf(row))
    await writeRows(tx, table, written).catch((error: unknown) => {
      throw new Error(`it does not take the rows of ${table.name}: ${reasonOf(error)}`, { cause: error })
    })
    done += rows.length
    progress?.(done, total, table.name)
  }
  return { read: new Map([...tallies].map(([name, one]) => [name, one.sum()])), withoutNul }
}

function hasNul(value: Row[number]): value is string {
  return typeof value === 'string' && value.includes('\0')
}

/** What a table comes to as it stands in the database. */
export async function sumOf(on: Kysely<Schema>, kind: Place['kind'], table: Table): Promise<Sum> {
  const sum = tally()
  for await (const rows of rowsOf(on, kind, table)) for (const row of rows) sum.add(lineOf(row))
  return sum.sum()
}

function remedyFor(error: unknown): string {
  const { code } = error as { code?: string }
  if (code === '55P03') return '. Another program works on it: end that first.'
  return /[.!?]$/.test(reasonOf(error)) ? '' : '.'
}
