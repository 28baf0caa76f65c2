/** How many lines that stayed are shown around those that changed. */
const around = 3

interface Step {
  sign: ' ' | '-' | '+'
  line: string
}

/** The difference between two texts as a unified diff, as `diff -u` shows it; empty where they are the same. */
export function unifiedDiff(before: string, after: string, names: { before: string; after: string }): string {
  const steps = stepsBetween(linesOf(before), linesOf(after))
  const shown = steps.map((_, i) =>
    steps.slice(Math.max(0, i - around), i + around + 1).some((step) => step.sign !== ' '),
  )
  const out: string[] = []
  let [oldLine, newLine] = [1, 1]
  for (let i = 0; i < steps.length; ) {
    let end = i
    while (end < steps.length && shown[end] === shown[i]) end++
    const hunk = steps.slice(i, end)
    const [oldCount, newCount] = (['+', '-'] as const).map(
      (not) => hunk.filter((step) => step.sign !== not).length,
    ) as [number, number]
    if (shown[i]) {
      out.push(`@@ -${range(oldLine, oldCount)} +${range(newLine, newCount)} @@`)
      out.push(...hunk.map((step) => step.sign + step.line))
    }
    oldLine += oldCount
    newLine += newCount
    i = end
  }
  return out.length ? [`--- ${names.before}`, `+++ ${names.after}`, ...out].join('\n') : ''
}

/** Of no lines, the line before them is named. */
function range(start: number, count: number): string {
  return `${count === 0 ? start - 1 : start},${count}`
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** The longest common subsequence of lines, and what goes and comes between them. */
function stepsBetween(before: string[], after: string[]): Step[] {
  const width = after.length + 1
  const longest = new Uint32Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        before[i] === after[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!)
    }
  }
  const steps: Step[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      steps.push({ sign: ' ', line: before[i]! })
      i++
      j++
    } else if (
      i < before.length &&
      (j === after.length || longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!)
    ) {
      steps.push({ sign: '-', line: before[i++]! })
    } else steps.push({ sign: '+', line: after[j++]! })
  }
  return steps
}
