import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, onTestFinished } from 'vitest'
import { openOn, openStore, type Place, placeOf, type Store } from '../../src/store/index.ts'
import type { Schema } from '../../src/store/schema.ts'
import { everything } from './copy-filler.ts'
import { databases } from './databases.ts'

/** A folder of a test file's own, and names of files in it that are free. */
export function ownFolder(): { folder: string; newFile(): string } {
  const folder = mkdtempSync(join(tmpdir(), 'freehold-copy-'))
  let files = 0
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return { folder, newFile: () => join(folder, `${++files}.db`) }
}

/** An SQLite file as a place. */
export function sqlitePlace(file: string): Place {
  return placeOf(`sqlite:${file}`)!
}

/** A new SQLite file with the tables of the present version and nothing in them. */
export async function madeFile(file: string): Promise<string> {
  const store = await openStore(`sqlite:${file}`)
  await store.close()
  return file
}

/** Runs the suite on every PostgreSQL there is; each `place()` is an empty database. */
export function onEachPostgres(suite: (place: () => Promise<Place>) => void): void {
  for (const { name, start } of databases.filter(({ kind }) => kind === 'postgres')) {
    describe.skipIf(start === null)(name, () => {
      let server: Awaited<ReturnType<NonNullable<typeof start>>>
      const places: { remove(): Promise<void> }[] = []
      beforeAll(async () => {
        server = await start!()
      })
      afterAll(() => server?.stop())
      afterEach(async () => {
        for (const place of places.splice(0)) await place.remove()
      })
      suite(async () => {
        const place = await server.place()
        places.push(place)
        return { kind: 'postgres', name, file: null, dialect: () => place.dialect() }
      })
    })
  }
}

/** The store at a place, for this test. */
export async function storeAt(place: Place): Promise<Store> {
  const store = await openOn(place.dialect(), place.kind)
  onTestFinished(() => store.close())
  return store
}

/** Does something with the tables at a place, whatever they are. */
export async function withTables<T>(place: Place, work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
  const db = new Kysely<Schema>({ dialect: place.dialect() })
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

/** How many rows of Freehold's a file holds. */
export function rowsIn(file: string): number {
  return Object.values(everything(file)).flat().length
}
