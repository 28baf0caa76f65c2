import { userInfo } from 'node:os'
import type { Config } from '../config.ts'
import type { StoredDigest } from '../store/index.ts'
import { orInMemory } from './existing-database.ts'
import { Failure } from './failure.ts'
import { openLog } from './log.ts'
import { config } from './settings.ts'
import { openWorkshop, type Workshop } from './wiring.ts'

/** The issue of that number; the last one without a number. */
export async function findIssue(way: Workshop['way'], number: string | undefined): Promise<StoredDigest> {
  const stored =
    number === undefined ? await way.store.digests.last() : await way.store.digests.get(Number(number))
  if (stored) return stored
  throw new Failure(
    number === undefined
      ? 'No digest has been made yet.'
      : `There is no issue ${number}; freehold digest list shows them.`,
  )
}

/** The system's name of whoever calls the command; null where it has none. */
export function userName(): string | null {
  try {
    return userInfo().username || null
  } catch {
    return null
  }
}

/** Does work with everything opened, and closes it. Where there is no database yet, none is made. */
export async function withWorkshop(work: (workshop: Workshop) => Promise<void>): Promise<void> {
  await withWorkshopOf(orInMemory(config()), work)
}

/** The same, but a database that is not there yet is made. */
export async function withWorkshopOrNew(work: (workshop: Workshop) => Promise<void>): Promise<void> {
  await withWorkshopOf(config(), work)
}

async function withWorkshopOf(settings: Config, work: (workshop: Workshop) => Promise<void>): Promise<void> {
  const workshop = await openWorkshop(settings, { log: openLog(settings, 'command') })
  try {
    await work(workshop)
  } finally {
    await workshop.close()
  }
}
