import { join } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { type Config, readConfig } from '../config.ts'
import { Failure } from './failure.ts'
import { hideInRemarks } from './output.ts'
import { hiderOf } from './secrets.ts'

/** The checkout: relative paths of settings begin here, wherever the command is called from. */
export const checkout = join(import.meta.dirname, '..', '..')

/** The configuration from the environment and `.env`, whose secrets are told in no remark from now on. */
export function config(): Config {
  const settings = readConfig({ root: checkout, env: process.env, useEnvFile: true })
  hideInRemarks(hiderOf(settings))
  return settings
}

/**
 * A time as people write it: `2026-03-09`, a full ISO time, or so long ago (`7d`, `36h`, `30m`). Returns ms. Throws a
 * Failure that names the option.
 */
export function readTime(text: string, option: string, now = Date.now()): number {
  const ago = /^(\d+)([mhd])$/.exec(text)
  if (ago) return now - Number(ago[1]) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[ago[2] as 'm' | 'h' | 'd']
  const time = Date.parse(text)
  if (Number.isNaN(time)) {
    throw new Failure(
      `${option} ${text} is no time; write 2026-03-09, 2026-03-09T08:00Z or 7d for seven days ago.`,
    )
  }
  return time
}

/** A count given as an option. Throws what makes wrong usage. */
export function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It takes a whole number from 1 up.')
}
