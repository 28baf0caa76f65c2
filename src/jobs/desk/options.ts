import type { Asker } from '../../ask/index.ts'
import type { Schedules } from '../service.ts'
import type { Way } from '../way.ts'

/** What the desk works with. */
export interface DeskOptions {
  way: Way
  asker: Asker
  /** Keys the hashes by which people are counted once. */
  secret: string
  schedules: Schedules
}
