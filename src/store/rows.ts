import { type Kysely, sql } from 'kysely'
import { Refused } from './place.ts'
import type { Schema } from './schema.ts'
import type { Column, Table } from './tables.ts'

/** Integers are exact, whatever their size: neither database's own numbers are beyond 2^53. */
export type Value = string | bigint | number | null
export type Row = Value[]

type Kind = 'sqlite' | 'postgres'

/** So many at a time are in memory; an item may hold a long text. */
export const atOnce = 200
/** SQLite takes at most 32,766 parameters in a statement. */
const mostParameters = 30_000

/** The rows of a table, some at a time, values in the order of its columns. `on` is in a transaction. */
export async function* rowsOf(on: Kysely<Schema>, kind: Kind, table: Table): AsyncGenerator<Row[]> {
  const columns = sql.join(
    table.columns.map(({ name, type }, i) => {
      const column = sql.ref(name)
      return sql`${type === 'integer' ? sql`cast(${column} as text)` : column} as ${sql.ref(`c${i}`)}`
    }),
  )
  const read = kind === 'sqlite' ? readByRowId : readByCursor
  for await (const records of read(on, table.name, columns)) {
    yield records.map((record) =>
      table.columns.map((column, i) => checked(record[`c${i}`], column, table.name)),
    )
  }
}

type Records = Record<string, unknown>[]

async function* readByRowId(
  on: Kysely<Schema>,
  table: string,
  columns: ReturnType<typeof sql>,
): AsyncGenerator<Records> {
  for (let after = -(2n ** 63n); ; ) {
    const { rows } = await sql<Record<string, unknown>>`
      select ${columns}, cast(rowid as text) as place from ${sql.table(table)}
      where rowid > ${after} order by rowid limit ${atOnce}`.execute(on)
    if (rows.length > 0) yield rows
    if (rows.length < atOnce) return
    after = BigInt(rows.at(-1)!.place as string)
  }
}

async function* readByCursor(
  on: Kysely<Schema>,
  table: string,
  columns: ReturnType<typeof sql>,
): AsyncGenerator<Records> {
  await sql`declare rows_of no scroll cursor for select ${columns} from ${sql.table(table)}`.execute(on)
  for (;;) {
    const { rows } = await sql<Record<string, unknown>>`fetch ${sql.lit(atOnce)} from rows_of`.execute(on)
    if (rows.length > 0) yield rows
    if (rows.length < atOnce) break
  }
  await sql`close rows_of`.execute(on)
}

/** SQLite lets a column hold anything; what is not of its type could not be written elsewhere as it is. */
function checked(value: unknown, { name, type }: Column, table: string): Value {
  if (value === null) return null
  if (type === 'integer' && typeof value === 'string' && /^-?\d+$/.test(value)) return BigInt(value)
  if (type === 'real' && typeof value === 'number') return value
  if (type === 'text' && typeof value === 'string') return value
  const what = value instanceof Uint8Array ? 'bytes' : `${typeof value} ${String(value).slice(0, 40)}`
  throw new Refused(
    `${table}.${name} holds ${what}, which is not of its type ${type}; correct that row first.`,
  )
}

/** Writes rows as `rowsOf` gives them. `on` is in a transaction. */
export async function writeRows(on: Kysely<Schema>, table: Table, rows: Row[]): Promise<void> {
  const columns = sql.join(table.columns.map(({ name }) => sql.ref(name)))
  const most = Math.floor(mostParameters / table.columns.length)
  for (let i = 0; i < rows.length; i += most) {
    const values = sql.join(rows.slice(i, i + most).map((row) => sql`(${sql.join(row)})`))
    await sql`insert into ${sql.table(table.name)} (${columns}) values ${values}`.execute(on)
  }
}

/** How many rows a table has. */
export async function countOf(on: Kysely<Schema>, table: string): Promise<number> {
  const { rows } = await sql<{ n: string }>`
    select cast(count(*) as text) as n from ${sql.table(table)}`.execute(on)
  return Number(rows[0]!.n)
}
