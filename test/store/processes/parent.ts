import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

/** The next line the parent says; null when it says no more. */
export async function heard(): Promise<string | null> {
  const { value, done } = await lines.next()
  return done ? null : value
}

/** Says a line to the parent. It is in the pipe when this returns, so a kill after it takes nothing back. */
export function say(line: string): void {
  writeSync(1, `${line}\n`)
}
