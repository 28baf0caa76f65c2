import { existsSync, statSync } from 'node:fs'
import { type Dialect, Kysely } from 'kysely'
import { postgresDialect } from './postgres.ts'
import type { Schema } from './schema.ts'
import { sqliteDialect } from './sqlite.ts'

/** A database that a command names, opened or not. */
export interface Place {
  kind: 'sqlite' | 'postgres'
  /** As people may see it: without a password. */
  name: string
  /** The file of SQLite; null on PostgreSQL. */
  file: string | null
  dialect(): Dialect
}

/** A reason not to do what was asked: a sentence with the remedy. */
export class Refused extends Error {}

/** The place at `url`, `sqlite:PATH` or `postgres://…`; null when it is neither. */
export function placeOf(url: string): Place | null {
  if (/^sqlite:./.test(url)) {
    const file = url.slice('sqlite:'.length)
    return { kind: 'sqlite', name: url, file, dialect: () => sqliteDialect(file) }
  }
  if (!/^postgres(ql)?:\/\//.test(url)) return null
  return { kind: 'postgres', name: withoutPassword(url), file: null, dialect: () => postgresDialect(url) }
}

/** Runs `work` on the database at a place, which is neither migrated nor, on SQLite, made unless `make` says so. */
export async function onPlace<T>(
  place: Place,
  options: { make: boolean },
  work: (db: Kysely<Schema>) => Promise<T>,
): Promise<T> {
  if (!options.make && place.file !== null && !existsSync(place.file)) {
    throw new Refused(`There is no database at ${place.name}; look at the path.`)
  }
  const db = new Kysely<Schema>({ dialect: place.dialect() })
  try {
    await db.connection().execute(async () => undefined)
  } catch (error) {
    await db.destroy()
    throw new Refused(`${place.name} could not be opened: ${reasonOf(error)}${remedyFor(error)}`)
  }
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

/** True when both are one file, by whatever names. Of PostgreSQL the connections know (`copy.ts`). */
export function sameFile(one: Place, other: Place): boolean {
  if (one.file === null || other.file === null) return false
  if (!existsSync(one.file) || !existsSync(other.file)) return false
  const [a, b] = [statSync(one.file), statSync(other.file)]
  return a.dev === b.dev && a.ino === b.ino
}

/** Node reports a host that refuses on each of its addresses as one error with no message of its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

function remedyFor(error: unknown): string {
  return (error as { code?: string }).code === '3D000' ? '. Make it first, with createdb.' : ''
}

/** What can't be read as a URL is not shown at all: nobody knows where its password begins. */
function withoutPassword(url: string): string {
  const parsed = URL.parse(url)
  if (!parsed) return 'the PostgreSQL database'
  if (parsed.password) parsed.password = '***'
  for (const name of [...parsed.searchParams.keys()]) {
    if (/pass/i.test(name)) parsed.searchParams.set(name, '***')
  }
  return parsed.href
}
