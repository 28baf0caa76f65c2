import { Kysely, sql } from 'kysely'
import { migrate } from './migrate.ts'
import { migrations } from './migrations.ts'
import { Refused } from './place.ts'
import type { Schema } from './schema.ts'
import { sqliteDialect } from './sqlite.ts'

export interface Column {
  name: string
  type: 'text' | 'integer' | 'real'
}

export interface Table {
  name: string
  columns: Column[]
}

type Kind = 'sqlite' | 'postgres'

const types: Record<string, Column['type']> = {
  text: 'text',
  integer: 'integer',
  bigint: 'integer',
  'double precision': 'real',
}

/**
 * The tables that hold what Freehold knows after the first `level` steps of the schema, those that others refer to before
 * the others. They are read from a database made for the purpose, so that no list can be out of date.
 */
export async function tablesAt(level: number): Promise<Table[]> {
  const db = new Kysely<Schema>({ dialect: sqliteDialect(':memory:') })
  try {
    await migrate(db, 'sqlite', migrations.slice(0, level))
    const left = (await columnNames(db, 'sqlite')).keys().filter((name) => name !== 'migration')
    const found = await Promise.all(
      left.map(async (name) => ({
        name,
        columns: await columnsOf(db, name),
        after: await parents(db, name),
      })),
    )
    return parentsFirst(found)
  } finally {
    await db.destroy()
  }
}

async function columnsOf(db: Kysely<Schema>, table: string): Promise<Column[]> {
  const { rows } = await sql<{ name: string; type: string }>`
    select name, lower(type) as type from pragma_table_info(${table})`.execute(db)
  return rows.map(({ name, type }) => {
    const known = types[type]
    if (!known) throw new Error(`${table}.${name} is of type ${type}, which tables.ts does not know yet.`)
    return { name, type: known }
  })
}

async function parents(db: Kysely<Schema>, table: string): Promise<string[]> {
  const { rows } = await sql<{ table: string }>`
    select "table" from pragma_foreign_key_list(${table})`.execute(db)
  return rows.map((row) => row.table).filter((name) => name !== table)
}

function parentsFirst(tables: (Table & { after: string[] })[]): Table[] {
  const ordered: Table[] = []
  const placed = new Set<string>()
  while (ordered.length < tables.length) {
    const next = tables.filter(
      ({ name, after }) => !placed.has(name) && after.every((one) => placed.has(one)),
    )
    if (next.length === 0)
      throw new Error('Tables refer to each other in a circle; copy them in another way.')
    for (const { name, columns } of next.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      placed.add(name)
      ordered.push({ name, columns })
    }
  }
  return ordered
}

/** The tables that a database holds, Freehold's or not, with the names of their columns. */
export async function columnNames(on: Kysely<Schema>, kind: Kind): Promise<Map<string, string[]>> {
  const query =
    kind === 'sqlite'
      ? sql<{ table: string; name: string }>`
          select t.name as "table", c.name as name from sqlite_schema t, pragma_table_info(t.name) c
          where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\'`
      : sql<{ table: string; name: string }>`
          select c.table_name as "table", c.column_name as name
          from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
          where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'`
  const found = new Map<string, string[]>()
  for (const { table, name } of (await query.execute(on)).rows) {
    found.set(table, [...(found.get(table) ?? []), name])
  }
  return found
}

/** How many steps of the schema a database has gone; 0 for one without Freehold's tables. Throws Refused when they are not ours. */
export async function levelOf(on: Kysely<Schema>, kind: Kind, name: string): Promise<number> {
  const held = await columnNames(on, kind)
  const columns = held.get('migration')
  if (!columns) return 0
  const steps = columns.includes('name')
    ? (await sql<{ name: string }>`select name from migration order by id`.execute(on)).rows
    : []
  const ours = migrations.every((step, i) => i >= steps.length || step.name === steps[i]!.name)
  if (!ours || steps.length === 0) {
    throw new Refused(
      `${name} has a table "migration" that this Freehold did not make; use another database.`,
    )
  }
  return steps.length
}

/** Throws Refused unless a database holds just these columns in these tables. Returns the names of the tables besides. */
export async function holdsJust(
  tables: Table[],
  on: Kysely<Schema>,
  kind: Kind,
  name: string,
): Promise<string[]> {
  const held = await columnNames(on, kind)
  for (const table of tables) {
    const wanted = table.columns.map((column) => column.name)
    const there = held.get(table.name) ?? []
    const missing = wanted.filter((column) => !there.includes(column))
    const more = there.filter((column) => !wanted.includes(column))
    if (missing.length + more.length === 0) continue
    const faults = [
      ...missing.map((column) => `lacks ${table.name}.${column}`),
      ...more.map((column) => `has ${table.name}.${column}, which this version does not know`),
    ]
    throw new Refused(`The tables of ${name} are not as this version makes them: it ${faults.join(', ')}.`)
  }
  return [...held.keys()]
    .filter((one) => one !== 'migration' && !tables.some((table) => table.name === one))
    .toSorted()
}
