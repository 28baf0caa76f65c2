/** A change of one stretch of lines. */
export interface LineEdit {
  /** Index of the first line that goes, or before which lines come; 0-based. */
  at: number
  /** How many lines go. */
  remove: number
  /** The lines that come in their place, without their ends. */
  add: string[]
}

/** The lines of a text without their ends; `\r\n` counts as an end only where every line has it. */
export function linesOf(text: string): { lines: string[]; end: string } {
  const end = text.includes('\r\n') && !/(?<!\r)\n/.test(text) ? '\r\n' : '\n'
  return { lines: text.split(end), end }
}

/** The text with the change made; all else stays as it is, byte for byte. */
export function applyEdit(text: string, edit: LineEdit): string {
  const { lines, end } = linesOf(text)
  return lines.toSpliced(edit.at, edit.remove, ...edit.add).join(end)
}

const context = 3

/** The change as `git diff` would show it, with three lines on either side. `file` is how messages call the file. */
export function hunkOf(text: string, edit: LineEdit, file: string): string {
  const { lines } = linesOf(text)
  // What follows the last line's end is no line.
  const count = lines.at(-1) === '' ? lines.length - 1 : lines.length
  const from = Math.max(0, edit.at - context)
  const after = lines.slice(edit.at + edit.remove, Math.min(count, edit.at + edit.remove + context))
  const before = lines.slice(from, edit.at)
  const gone = lines.slice(edit.at, edit.at + edit.remove)
  const around = before.length + after.length
  const range = (size: number) => `${size === 0 ? from : from + 1},${size}`
  return [
    `--- a/${file}`,
    `+++ b/${file}`,
    `@@ -${range(around + gone.length)} +${range(around + edit.add.length)} @@`,
    ...before.map((line) => ` ${line}`),
    ...marked(gone, edit.add),
    ...after.map((line) => ` ${line}`),
  ].join('\n')
}

/** Lines that go and lines that come, with the marks of a hunk: what is in both stays (longest common subsequence). */
function marked(gone: string[], come: string[]): string[] {
  const kept = gone.map(() => new Array<number>(come.length + 1).fill(0))
  kept.push(new Array<number>(come.length + 1).fill(0))
  for (let i = gone.length - 1; i >= 0; i--) {
    for (let j = come.length - 1; j >= 0; j--) {
      const both = gone[i] === come[j] ? kept[i + 1]![j + 1]! + 1 : 0
      kept[i]![j] = Math.max(both, kept[i + 1]![j]!, kept[i]![j + 1]!)
    }
  }
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < gone.length || j < come.length) {
    if (i < gone.length && j < come.length && gone[i] === come[j]) {
      lines.push(` ${gone[i]}`)
      i += 1
      j += 1
    } else if (i < gone.length && kept[i + 1]![j]! >= (kept[i]![j + 1] ?? -1)) {
      lines.push(`-${gone[i]}`)
      i += 1
    } else {
      lines.push(`+${come[j]}`)
      j += 1
    }
  }
  return lines
}
