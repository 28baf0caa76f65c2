import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { sharedCompilation } from './checkout.ts'

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

/** What `bin/freehold.js` gives to the Node that it starts for a command; one process less here. */
const nursery = ['--min-semi-space-size=64', '--max-semi-space-size=64']

/** Runs `freehold …` in a checkout to its end, as a user would, with just these settings. */
export async function freehold(
  checkout: string,
  args: string[],
  options: { env?: Record<string, string>; stdin?: string } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [...nursery, join(checkout, 'src', 'main.ts'), ...args], {
    env: settings(checkout, options.env ?? {}),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  child.stdin?.end(options.stdin ?? '')
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, stdout, stderr }
}

export interface RunningService {
  child: ChildProcess
  /** Lines of its log so far. */
  log: string[]
  /** Resolves with the first log line, past or to come, that `wanted` accepts. */
  logged(wanted: (line: string) => boolean): Promise<string>
  /** Sends a signal and resolves with how the process ended. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** Starts `freehold start` without a wrapper, so that a SIGKILL hits the service itself. */
export function startService(
  checkout: string,
  env: Record<string, string>,
  args: string[] = [],
): RunningService {
  return watch(
    process.execPath,
    [join(checkout, 'src', 'main.ts'), 'start', ...args],
    settings(checkout, env),
  )
}

/** Starts it through `bin`, as `npx freehold start` does. */
export function startThroughBin(checkout: string, env: Record<string, string>): RunningService {
  return watch(process.execPath, [join(checkout, 'bin', 'freehold.js'), 'start'], settings(checkout, env))
}

/** Starts it under a shell that keeps signals to itself, as npx does. */
export function startUnderNpx(checkout: string, env: Record<string, string>): RunningService {
  const script = '"$0" "$1" start; true'
  const args = ['-c', script, process.execPath, join(checkout, 'bin', 'freehold.js')]
  return watch('/bin/sh', args, settings(checkout, { ...env, npm_command: 'exec' }))
}

/** Nothing of the machine's own settings; only what a process needs to run. */
function settings(checkout: string, env: Record<string, string>): NodeJS.ProcessEnv {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, ...sharedCompilation(checkout), ...env }
}

function watch(command: string, args: string[], env: NodeJS.ProcessEnv): RunningService {
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const log: string[] = []
  const waiting = new Set<(line: string) => void>()
  let rest = ''
  child.stderr?.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      log.push(line)
      for (const hear of waiting) hear(line)
    }
  })
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.on('exit', (code, signal) => resolve({ code, signal })),
  )
  return {
    child,
    log,
    logged(wanted) {
      const past = log.find(wanted)
      if (past !== undefined) return Promise.resolve(past)
      const heard = new Promise<string>((resolve) => {
        const hear = (line: string) => {
          if (!wanted(line)) return
          waiting.delete(hear)
          resolve(line)
        }
        waiting.add(hear)
      })
      const tooSoon = ended.then(({ code }) => {
        throw new Error(
          `the service ended with ${code} before that line; it said:\n${log.slice(-20).join('\n')}`,
        )
      })
      return Promise.race([heard, tooSoon])
    },
    async end(signal) {
      child.kill(signal)
      return ended
    },
  }
}
