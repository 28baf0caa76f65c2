import { hash } from 'node:crypto'
import type { Row } from './rows.ts'
import type { Column } from './tables.ts'

/** What a table comes to. Equal tables have equal sums, in whatever order their rows are read. */
export interface Sum {
  rows: number
  /** 64 hex digits. */
  checksum: string
}

/**
 * Adds up rows, each as its line. The checksum is the sum of the rows' SHA-256 modulo 2^256 (the additive multiset hash of
 * Bellare and Micciancio): unlike with XOR, rows that stand there twice don't cancel each other.
 */
export function tally(): { add(line: string): void; sum(): Sum } {
  let rows = 0
  let total = 0n
  return {
    add(line) {
      rows += 1
      total += BigInt(`0x${hash('sha256', line)}`)
    },
    sum: () => ({ rows, checksum: BigInt.asUintN(256, total).toString(16).padStart(64, '0') }),
  }
}

/** A row as one line of JSON, the same for equal values of either database. */
export function lineOf(row: Row): string {
  return JSON.stringify(row.map(asJson))
}

/** JSON's numbers are exact up to 2^53, and finite; what is neither is text there. */
function asJson(value: Row[number]): string | number | null {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return value
}

/** The row of a line that `lineOf` made; null for any other. */
export function rowOf(line: string, columns: Column[]): Row | null {
  const cells = parsed(line)
  if (!Array.isArray(cells) || cells.length !== columns.length) return null
  const row = cells.map((cell: unknown, i) => fromJson(cell, columns[i]!.type))
  return row.some((value) => value === undefined) ? null : (row as Row)
}

function fromJson(cell: unknown, type: Column['type']): Row[number] | undefined {
  if (cell === null) return null
  if (type === 'text') return typeof cell === 'string' ? cell : undefined
  if (type === 'real') return typeof cell === 'number' || typeof cell === 'string' ? Number(cell) : undefined
  return Number.isSafeInteger(cell) || /^-?\d+$/.test(String(cell)) ? BigInt(cell as string) : undefined
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
