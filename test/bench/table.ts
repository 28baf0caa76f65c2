import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { type Bench, type Figure, type Goal, type Unable, written } from './bench.ts'

/** What a bench came to. */
export interface Outcome {
  bench: Bench
  came: Figure[] | Unable
}

/** What was measured on: processor, cores, memory, operating system, Node. */
export function machine(): string {
  const cpu = cpus()[0]?.model.trim() || 'unknown processor'
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return `${cpu}, ${cpus().length} cores, ${memory}, ${systemName()}, Node ${process.version}`
}

function systemName(): string {
  try {
    const [, name] = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? []
    return `${name ?? type()} (${type()} ${release()})`
  } catch {
    return `${type()} ${release()}`
  }
}

const head = ['what', 'figure', 'reckoned from', 'goal', 'met']

/** The table for a terminal. */
export function plainTable(outcomes: Outcome[]): string {
  const rows = [head, ...outcomes.flatMap(rowsOf)]
  const widths = head.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)))
  const lines = rows.map((cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

/** The page that is kept in the repository. */
export function page(outcomes: Outcome[], facts: { date: Date; minutes: number }): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const date = facts.date.toISOString().slice(0, 10)
  return `# Benchmarks

Written by \`npm run bench\` on ${date}, in ${written(facts.minutes)} minutes; don't edit it by hand.
Machine: ${machine()}.

Each figure stands against a ceiling that was measured in the same run, in turns with it, so that it says the same on another
machine; both are medians of several rounds. Times and speeds by themselves are this machine's.

${line(head)}
${line(head.map(() => '---'))}
${outcomes.flatMap(rowsOf).map(line).join('\n')}

## What the lines measure

${outcomes.map(({ bench }) => `- \`node test/bench/index.ts ${bench.name}\`: ${bench.measures}`).join('\n')}
`
}

function rowsOf({ bench, came }: Outcome): string[][] {
  if ('unable' in came) return [[bench.name, 'not measured', came.unable, '', '']]
  return came.map(({ what, value, unit, from, goal }) => [
    what,
    Number.isNaN(value) ? 'not measured' : `${written(value, digitsOf(value))} ${unit}`,
    from,
    goal ? goalText(goal) : '',
    goal && !Number.isNaN(value) ? (isMet(value, goal) ? 'met' : 'missed') : '',
  ])
}

function goalText(goal: Goal): string {
  return 'atLeast' in goal ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`
}

/** By the number as it stands in the table. */
export function isMet(value: number, goal: Goal): boolean {
  const shown = Number(value.toFixed(digitsOf(value)))
  return 'atLeast' in goal ? shown >= goal.atLeast : shown <= goal.atMost
}

function digitsOf(value: number): number {
  return Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
}
