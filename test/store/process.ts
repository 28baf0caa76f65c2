import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { sharedCompilation } from '../service/checkout.ts'

export interface Child {
  /** The next line it says; null when it has ended. */
  heard(): Promise<string | null>
  say(line: string): void
  /** Says no more to it. */
  leave(): void
  kill(): void
  /** How it ended, and what stood on its stderr. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; errors: string }>
}

/** Starts `processes/NAME.ts` as a process of its own, for this test. */
export function start(name: string, ...parameters: string[]): Child {
  const script = fileURLToPath(new URL(`processes/${name}.ts`, import.meta.url))
  const env = { ...process.env, ...sharedCompilation(), NODE_NO_WARNINGS: '1' }
  const child = spawn(process.execPath, [script, ...parameters], { stdio: 'pipe', env })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  // What is said to a child that has ended breaks the pipe; `ended` tells of it.
  child.stdin.on('error', () => undefined)
  return {
    async heard() {
      const { value, done } = await lines.next()
      return done ? null : value
    },
    say: (line) => {
      child.stdin.write(`${line}\n`)
    },
    leave: () => {
      child.stdin.end()
    },
    kill: () => {
      child.kill('SIGKILL')
    },
    ended: once(child, 'close').then(([code, signal]) => ({ code, signal, errors })),
  }
}
