import { randomInt } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { aliveIn } from './alive.ts'
import { type Filled, fill, type Progress } from './fill.ts'
import { migrations } from './migrations.ts'
import { onPlace, type Place, Refused, sameFile } from './place.ts'
import { rowsOf } from './rows.ts'
import type { Schema } from './schema.ts'
import { inSnapshot, type Snapshot } from './snapshot.ts'

export interface Copied extends Filled {
  /** The moment that the copy is of (ms). */
  at: number
  /** Tables that were left where they are, not being Freehold's. */
  others: string[]
}

/**
 * Copies all of Freehold's tables from one database to another and compares them. The copy is of one moment; others may
 * go on writing to `from`, and what they write is not in it. Throws Refused, a sentence with the remedy, when `from` is
 * in use (unless `live`), of another version, or when `to` is not empty (unless `replace`).
 */
export async function copyDatabase(
  from: Place,
  to: Place,
  options: { replace: boolean; live: boolean; now: () => number; progress?: Progress },
): Promise<Copied> {
  if (sameFile(from, to)) throw new Refused(sameTwice(to.name))
  return onPlace(from, { make: false }, async (db) => {
    const at = options.now()
    return inSnapshot(db, from, async (snapshot) => {
      const { on, level, tables, others } = snapshot
      if (level < migrations.length) {
        throw new Refused(
          `${from.name} is of an older version of Freehold. Bring it up to date first: set DATABASE_URL to it and run ` +
            'npx freehold jobs list, as any command does that on its way.',
        )
      }
      const owners = await aliveIn(on, tables, at)
      if (owners.length > 0 && !options.live) {
        throw new Refused(
          `Freehold is at work on ${from.name} (${owners.join(', ')}). Stop it first, so that nothing is missing from ` +
            'the copy and nothing is sent twice; --live copies what is there at this moment all the same.',
        )
      }
      const source = { level, tables, batches: () => batchesOf(snapshot, from.kind) }
      const refuse =
        from.kind === 'postgres' && to.kind === 'postgres' ? await sameDatabase(on, to) : undefined
      const filled = await fill(to, source, {
        replace: options.replace,
        now: at,
        ...(options.progress ? { progress: options.progress } : {}),
        ...(refuse ? { refuse } : {}),
      })
      return { ...filled, at, others }
    })
  })
}

async function* batchesOf({ on, tables }: Snapshot, kind: Place['kind']) {
  for (const table of tables) for await (const rows of rowsOf(on, kind, table)) yield { table, rows }
}

function sameTwice(name: string): string {
  return `FROM and TO are the same database, ${name}; name another one as TO.`
}

/**
 * One server has many names, so the database is asked: a lock that one connection holds the other can't take, if they are
 * in the same database. There each schema is a place of its own.
 */
async function sameDatabase(on: Kysely<Schema>, to: Place) {
  const key = sql.lit(randomInt(2 ** 47))
  const schemaOf = async (db: Kysely<Schema>) =>
    (await sql<{ name: string }>`select current_schema() as name`.execute(db)).rows[0]!.name
  await sql`select pg_advisory_xact_lock_shared(${key})`.execute(on)
  const schema = await schemaOf(on)
  return async (tx: Kysely<Schema>) => {
    const { rows } = await sql<{ got: boolean }>`select pg_try_advisory_xact_lock(${key}) as got`.execute(tx)
    return !rows[0]!.got && (await schemaOf(tx)) === schema ? sameTwice(to.name) : null
  }
}
