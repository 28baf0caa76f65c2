import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedCompilation } from './checkout.ts'
import type { Asked } from './command-runner.ts'

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

/** What `bin/freehold.js` gives to the Node that it starts for a command; one process less here. */
const nursery = ['--min-semi-space-size=64', '--max-semi-space-size=64']

/**
 * Runs `freehold …` in a checkout to its end, with just these settings. Commands for one checkout share a process, which is
 * started with the first of them; two at a time have one each.
 */
export async function freehold(
  checkout: string,
  args: string[],
  { env = {}, stdin = '' }: { env?: Record<string, string>; stdin?: string } = {},
): Promise<Finished> {
  const runner = runnerOf(checkout)
  if (runner.busy) return freeholdAlone(checkout, args, { env, stdin })
  return runner.run({ args, env: settings(checkout, env), stdin, cwd: process.cwd() })
}

/** Runs `freehold …` in a checkout to its end in a process of its own, as a user would, with just these settings. */
export async function freeholdAlone(
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

interface Runner {
  checkout: string
  busy: boolean
  run(asked: Asked): Promise<Finished>
  end(): void
}

/** The one of the checkout that was asked for last. */
let current: Runner | undefined

function runnerOf(checkout: string): Runner {
  if (current?.checkout !== checkout) {
    current?.end()
    current = startRunner(checkout)
  }
  return current
}

function startRunner(checkout: string): Runner {
  // Files, which are written at once: what a command has said is all there when it says that it is done.
  const folder = mkdtempSync(join(tmpdir(), 'freehold-commands-'))
  const files = ['stdout', 'stderr'].map((name) => join(folder, name))
  const [out, err] = files.map((file) => openSync(file, 'a'))
  const script = join(import.meta.dirname, 'command-runner.ts')
  const child = spawn(process.execPath, [...nursery, script, checkout], {
    env: settings(checkout, {}),
    stdio: ['ignore', out!, err!, 'ipc'],
  })
  closeSync(out!)
  closeSync(err!)
  const ready = once(child, 'message')
  const ended = once(child, 'exit').then(([code]) => ({ code: code as number | null }))
  const runner: Runner = {
    checkout,
    busy: false,
    async run(asked) {
      runner.busy = true
      await Promise.race([ready, ended])
      for (const file of files) truncateSync(file)
      const done = once(child, 'message').then(([message]) => message as { code: number })
      if (child.connected) child.send(asked)
      const { code } = await Promise.race([done, ended])
      runner.busy = false
      // A command that ends its process takes the runner with it.
      if (!child.connected && current === runner) current = undefined
      const [stdout, stderr] = files.map((file) => readFileSync(file, 'utf8'))
      return { code, stdout: stdout!, stderr: stderr! }
    },
    end() {
      if (child.connected) child.disconnect()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  // What is left at the end of the tests must not keep them from ending.
  child.unref()
  child.channel?.unref()
  return runner
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
function settings(checkout: string, env: Record<string, string>): Record<string, string> {
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
