import { existsSync } from 'node:fs'
import type { Config } from '../config.ts'
import type { Store } from '../store/index.ts'
import { openDatabase } from './wiring.ts'

/** The database, if there is one: none is made, and one that can't be opened is `missing` with a sentence. */
export async function openExisting(config: Config): Promise<{ store: Store | null; missing: string | null }> {
  const file = /^sqlite:(.+)$/.exec(config.databaseUrl)?.[1]
  if (file !== undefined && !existsSync(file)) return { store: null, missing: null }
  try {
    return { store: await openDatabase(config), missing: null }
  } catch (error) {
    return { store: null, missing: (error as Error).message }
  }
}
