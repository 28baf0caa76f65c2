/**
 * Measures what Freehold promises of its speed and size: `npm run bench`, or `node test/bench/index.ts NAME …` for a part of
 * it. Prints one table; a run of all of it writes BENCHMARKS.md as well.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from './ask.ts'
import type { Bench } from './bench.ts'
import { classify } from './classify.ts'
import { digest } from './digest.ts'
import { feeds } from './feeds.ts'
import { mail } from './mail.ts'
import { memory } from './memory.ts'
import { startUp } from './start-up.ts'
import { machine, type Outcome, page, plainTable } from './table.ts'

const benches = [feeds, classify, digest, ask, mail, memory, startUp]
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name))
if (unknown.length > 0) {
  const names = benches.map(({ name }) => name).join(', ')
  process.stderr.write(
    `There is no bench called ${unknown.join(', ')}. Give any of ${names}, or none for all.\n`,
  )
  process.exit(2)
}

const began = Date.now()
const outcomes: Outcome[] = []
for (const bench of benches.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  outcomes.push({ bench, came: await figuresOf(bench) })
  // After each, so that a run that is cut off has not been for nothing.
  if (wanted.length === 0) writePage()
}
tell('')
process.stdout.write(`${machine()}\n\n${plainTable(outcomes)}`)
if (wanted.length === 0) {
  process.stdout.write('\nWritten to BENCHMARKS.md.\n')
}
// A fault of a bench leaves no process of its own behind, but perhaps a socket that waits.
process.exit(0)

/** One that breaks says so in the table, and the others go on. */
async function figuresOf(bench: Bench): Promise<Outcome['came']> {
  try {
    return await bench.run(progressOf(bench))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
    return { unable: `it broke: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function writePage(): void {
  const file = join(import.meta.dirname, '..', '..', 'BENCHMARKS.md')
  writeFileSync(file, page(outcomes, { date: new Date(), minutes: (Date.now() - began) / 60_000 }))
}

function progressOf({ name }: Bench): (doing: string) => void {
  return (doing) => {
    const seconds = Math.round((Date.now() - began) / 1000)
    tell(`${String(seconds).padStart(4)} s  ${name}: ${doing}`)
  }
}

/** On a terminal each line takes the place of the one before. */
function tell(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${line}`)
  else if (line !== '') process.stderr.write(`${line}\n`)
}
