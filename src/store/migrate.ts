import { type Kysely, sql, type Transaction } from 'kysely'
import { type Migration, migrations } from './migrations.ts'
import type { Schema } from './schema.ts'

/** Any number; the same for every process, so that those that start together take turns. */
const migrationLock = 7_240_115

/**
 * Brings the schema up to date in one transaction; processes that start together wait for each other. Throws when the
 * database was written by a newer Freehold.
 */
export async function migrate(
  db: Kysely<Schema>,
  kind: 'sqlite' | 'postgres',
  steps: Migration[] = migrations,
) {
  await db.transaction().execute((tx) => migrateWithin(tx, kind, steps))
}

/** `migrate` in a transaction that has begun. */
export async function migrateWithin(
  tx: Transaction<Schema>,
  kind: 'sqlite' | 'postgres',
  steps: Migration[],
): Promise<void> {
  if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(migrationLock)})`.execute(tx)
  await sql`create table if not exists migration (id integer primary key, name text not null)`.execute(tx)
  const done = await applied(tx)
  if (done.length > steps.length) {
    throw new Error(
      `The database holds ${done.length} migrations and this Freehold knows ${steps.length}: it was used by a newer ` +
        'version. Start that version, or set DATABASE_URL to another database.',
    )
  }
  for (const [i, step] of steps.entries()) {
    if (i < done.length) continue
    for (const statement of step.statements) await sql.raw(statement).execute(tx)
    await sql`insert into migration (id, name) values (${i + 1}, ${step.name})`.execute(tx)
  }
}

async function applied(tx: Transaction<Schema>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from migration order by id`.execute(tx)
  return rows.map((row) => row.name)
}
