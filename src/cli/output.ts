/** Writes a line of results to stdout. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** Writes one JSON document to stdout. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/** Writes one line of JSON Lines, waiting when the reader is slower than we are. */
export async function printJsonLine(value: unknown): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(value)}\n`)) {
    await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}

/** Writes a remark for people to stderr. */
export function remark(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** True when stdout is a terminal that wants colours. */
export function wantsColour(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
}

/** Columns to wrap text at. */
export function columns(): number {
  return Math.min(process.stdout.columns ?? 80, 100)
}

/** Lays rows out in columns, two blanks between; the first row is the heading. */
export function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => [...(row[i] ?? '')].length)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell + ' '.repeat(widths[i]! - [...cell].length))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `2026-03-16 09:00` in UTC, for tables. */
export function shortTime(time: number | null): string {
  return time === null ? '–' : new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}
