/** What steers a terminal or turns the reading direction; titles, errors and notes are other people's words. */
const steering = /(?![\n\t])\p{Cc}|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu

/** Writes a line of results to stdout; what would steer the terminal is left out. */
export function print(line = ''): void {
  process.stdout.write(`${line.replace(steering, '')}\n`)
}

/** Writes a text that the renderer has made for terminals, with its colours. */
export function printRendered(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Writes one JSON document to stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${json(value, 2)}\n`)
}

function json(value: unknown, indent?: number): string {
  return steeringEscaped(JSON.stringify(value, null, indent))
}

/** JSON that says the same to programs and steers no terminal. */
export function steeringEscaped(json: string): string {
  return json.replace(steering, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Writes one line of JSON Lines, waiting when the reader is slower than we are. */
export async function printJsonLine(value: unknown): Promise<void> {
  if (!process.stdout.write(`${json(value)}\n`)) {
    await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}

let hide = (text: string) => text

/** From now on what is remarked goes through this first. */
export function hideInRemarks(hider: (text: string) => string): void {
  hide = hider
}

/** Writes a remark for people to stderr. */
export function remark(line: string): void {
  process.stderr.write(`${hide(line).replace(steering, '')}\n`)
}

/** True when stdout is a terminal that wants colours. */
export function wantsColour(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
}

/** Columns to wrap text at. */
export function columns(): number {
  return Math.min(process.stdout.columns ?? 80, 100)
}

/** A text in lines of at most `width` columns where its words allow it; those below the first begin with `indent`. */
export function hanging(text: string, width: number, indent = ''): string {
  const lines: string[] = []
  let line: string | null = null
  for (const word of text.split(/(?<=\S) /)) {
    if (line !== null && [...line].length + 1 + [...word].length > width) {
      lines.push(line)
      line = indent + word
    } else line = line === null ? word : `${line} ${word}`
  }
  return [...lines, line ?? ''].join('\n')
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
