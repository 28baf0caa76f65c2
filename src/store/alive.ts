import { type Kysely, sql } from 'kysely'
import type { Schema } from './schema.ts'
import type { Table } from './tables.ts'

/**
 * The processes that hold something in the database at `now` (ms): a run, a message, a lease. Whatever table names an
 * `owner` and until when it is one's counts.
 */
export async function aliveIn(on: Kysely<Schema>, tables: Table[], now: number): Promise<string[]> {
  const owners = new Set<string>()
  for (const { name, columns } of tables) {
    const has = (column: string) => columns.some((one) => one.name === column)
    const until = ['lease_until', 'until'].find(has)
    if (!until || !has('owner')) continue
    // A run that has ended keeps the lease it had.
    const open = has('finished_at') ? sql`and finished_at is null` : sql``
    const { rows } = await sql<{ owner: string }>`
      select distinct owner from ${sql.table(name)}
      where owner is not null and ${sql.ref(until)} >= ${now} ${open}`.execute(on)
    for (const { owner } of rows) owners.add(owner)
  }
  return [...owners].toSorted()
}
