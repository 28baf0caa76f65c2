import { DatabaseSync } from 'node:sqlite'
import { until } from '../service/until.ts'
import type { Disrupter } from './disrupter.ts'
import type { Fleet } from './fleet.ts'
import type { Postgres } from './postgres.ts'
import type { World } from './world.ts'

/** Takes something away from the service for a while; says what the service should have said of it and did not. */
export type Outage = (world: World, fleet: Fleet, disrupter: Disrupter) => Promise<string[]>

const usualPatience = 15_000
/** A writer waits 10 s for another process's transaction and does nothing else meanwhile; several may wait one after another. */
const lockedPatience = 60_000

/** Waits until the service has said something like that, in a warning or an error. */
async function saying(fleet: Fleet, words: RegExp, patience: number): Promise<string[]> {
  const said = () => [...fleet.said.keys()].some((sentence) => words.test(sentence))
  try {
    await until(said, patience)
    return []
  } catch {
    return [`nobody said ${words}`]
  }
}

/** The disk of the database is full to the last byte. */
export const fullDisk: Outage = async (world, fleet, disrupter) => {
  const { disk } = world
  if (!disk) return []
  let unsaid: string[] = []
  await disrupter.outage('mail', 'full disk', {
    take: () => {
      // What the log of SQLite has room for could still be written.
      void world.database.rows('pragma wal_checkpoint(truncate)')
      disk.fill()
    },
    enough: async () => {
      unsaid = await saying(fleet, /the disk that holds .* is full\. Make room/, usualPatience)
    },
    back: () => disk.makeRoom(),
  })
  return unsaid
}

/** Another program locks the file of SQLite until somebody has waited for too long. */
export const lockedFile: Outage = async ({ databaseUrl }, fleet, disrupter) => {
  const db = new DatabaseSync(databaseUrl.slice('sqlite:'.length), { timeout: 5_000 })
  let unsaid: string[] = []
  await disrupter.outage('mail', 'outage of the database', {
    take: () => db.exec('begin immediate'),
    enough: async () => {
      unsaid = await saying(fleet, /another process kept .* locked for too long/, lockedPatience)
    },
    back: () => db.exec('commit'),
  })
  db.close()
  return unsaid
}

/** PostgreSQL goes down without a word, and comes back after a while. */
export const goneServer = (postgres: Postgres): Outage => {
  return async (_world, fleet, disrupter) => {
    let unsaid: string[] = []
    await disrupter.outage('mail', 'outage of the database', {
      take: () => postgres.takeAway(),
      enough: async () => {
        unsaid = await saying(
          fleet,
          /ECONNREFUSED|terminating connection|Connection terminated/,
          usualPatience,
        )
      },
      back: () => postgres.giveBack(),
    })
    return unsaid
  }
}
