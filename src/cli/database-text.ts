import { Refused } from '../store/index.ts'
import { withRemedy } from './database-fault.ts'
import { Failure } from './failure.ts'
import { table } from './output.ts'

/** What is done to databases whose addresses stand in `at`, a refusal of one being a failure of the command. */
export async function orFailure<T>(work: Promise<T>, at: string): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof Refused ? new Failure(withRemedy(error.message, error, at)) : error
  }
}

interface Line {
  table: string
  rows: number
  checksum: string
  /** Left out where there is no other side. */
  equal?: boolean
}

/** Tables with their rows and the beginnings of their checksums. */
export function sums(lines: Line[]): string {
  const counts = lines.map(({ rows }) => rows.toLocaleString('en'))
  const width = Math.max('rows'.length, ...counts.map((count) => count.length))
  const compared = lines.some(({ equal }) => equal !== undefined)
  const rows = lines.map((line, i) => [
    line.table,
    counts[i]!.padStart(width),
    line.checksum.slice(0, 12),
    ...(compared ? [line.equal ? 'yes' : 'NO'] : []),
  ])
  return table([['table', 'rows'.padStart(width), 'checksum', ...(compared ? ['equal'] : [])], ...rows])
}

/** `1,204 rows of 22 tables`. */
export function inRows(lines: { rows: number }[]): string {
  const rows = lines.reduce((sum, line) => sum + line.rows, 0)
  return `${counted(rows, 'row')} of ${counted(lines.length, 'table')}`
}

/** Which tables differ, as a failure says it. */
export function differing(lines: Line[], to: string): string {
  const names = lines.filter(({ equal }) => !equal).map((line) => line.table)
  return (
    `${names.join(', ')}: what was read again from ${to} is not what was written there. ` +
    'Nothing of it is kept; look for triggers, or for a fault of the disk, and try again.'
  )
}

/** `1 row`, `2 rows`. */
export function counted(n: number, noun: string): string {
  return `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`
}
