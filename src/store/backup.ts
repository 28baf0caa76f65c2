import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sql } from 'kysely'
import { batchesOf, checkDump, type Header, headerOf, writeDump } from './dump.ts'
import { type Filled, fill, type Progress } from './fill.ts'
import { migrations } from './migrations.ts'
import { onPlace, type Place, Refused, reasonOf } from './place.ts'
import { rowsOf } from './rows.ts'
import { inSnapshot, newer } from './snapshot.ts'
import { type Table, tablesAt } from './tables.ts'

export interface Backup {
  file: string
  bytes: number
  /** The moment it is of (ms). */
  at: number
  /** How many steps of the schema it has gone. */
  level: number
  tables: { table: string; rows: number; checksum: string }[]
  /** Tables that are not in it, not being Freehold's. */
  others: string[]
}

/**
 * Writes all that Freehold's tables hold at one moment to a file (`dump.ts`) and reads it again. The file is there when it
 * is whole, under a name that was free, and nobody else may read it. Throws Refused.
 */
export async function backUp(
  from: Place,
  file: string,
  options: { version: string; now: () => number; progress?: Progress },
): Promise<Backup> {
  if (existsSync(file)) throw new Refused(`${file} is there already; give the backup another name.`)
  return onPlace(from, { make: false }, async (db) => {
    const at = options.now()
    return inSnapshot(db, from, async ({ on, level, tables, others }) => {
      const half = `${file}.partial`
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 })
        await rm(half, { force: true })
        const header = { version: options.version, level, at, kind: from.kind, tables }
        const rows = (table: Table) => rowsOf(on, from.kind, table)
        const to = createWriteStream(half, { flags: 'wx', mode: 0o600, flush: true })
        const sums = await writeDump(header, rows, to, options.progress)
        const read = await checkDump(half)
        for (const { name } of tables) {
          if (read.get(name)!.checksum === sums.get(name)!.checksum) continue
          throw new Refused(
            `The file does not hold what was written to it; is the disk at ${dirname(file)} sound?`,
          )
        }
        await rename(half, file)
        await syncFolder(dirname(file))
        const parts = tables.map(({ name }) => ({ table: name, ...sums.get(name)! }))
        return { file, bytes: (await stat(file)).size, at, level, tables: parts, others }
      } catch (error) {
        await rm(half, { force: true }).catch(() => undefined)
        if (error instanceof Refused) throw error
        throw new Refused(`No backup is made: ${reasonOf(error)}.`)
      }
    })
  })
}

/** The name is safe from a power cut only when the folder has been written. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

export interface Restored extends Filled {
  /** What the file says of itself. */
  header: Header
  /** Messages of issues and alerts that go out when the service starts: how many, by what they belong to. */
  waiting: { post: string; messages: number }[]
}

/**
 * Fills a database from a file that `backUp` made, of either database, and brings it up to date. The whole file is checked
 * first; then all of it is restored or nothing. Throws Refused when the file is damaged or of a newer version, or the
 * database is not empty (unless `replace`).
 */
export async function restore(
  file: string,
  to: Place,
  options: { replace: boolean; now: number; progress?: Progress },
): Promise<Restored> {
  const header = await headerOf(file)
  if (header.level > migrations.length) throw new Refused(newer(file, header.level))
  const known = (await tablesAt(header.level)).map(({ name, columns }) => ({ name, columns }))
  const held = header.tables.map(({ name, columns }) => ({ name, columns }))
  if (JSON.stringify(known) !== JSON.stringify(held)) {
    throw new Refused(
      `${file} holds other tables than this version of Freehold makes; use the version ${header.version}.`,
    )
  }
  await checkDump(file, options.progress)
  const source = { level: header.level, tables: header.tables, batches: () => batchesOf(file) }
  const filled = await fill(to, source, options)
  return { ...filled, header, waiting: filled.equal ? await waitingIn(to) : [] }
}

function waitingIn(place: Place): Promise<Restored['waiting']> {
  return onPlace(place, { make: false }, async (db) => {
    const { rows } = await sql<{ post: string; n: string }>`
      select post, cast(count(*) as text) as n from delivery
      where state in ('pending', 'deferred', 'sending')
        and (digest is null or digest not in (select number from digest where paused is not null))
      group by post order by min(due_at), post`.execute(db)
    return rows.map(({ post, n }) => ({ post, messages: Number(n) }))
  })
}
