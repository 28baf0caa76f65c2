import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('./process.ts', import.meta.url))
const linesKept = 400
/** A process that has been asked to stop waits at most 15 s for Discord, and 10 s for a locked database. */
const endless = 40_000

/** What a process has, in bytes, with no garbage in it, and how many files and sockets are open. */
export interface Memory {
  heapUsed: number
  rss: number
  descriptors: number
}

/** A process of the service. */
export interface Service {
  pid: number
  /** The last lines of its log. */
  log: string[]
  /** Resolves when it runs; rejects when it ends before that. */
  running: Promise<void>
  /** True while it lives, stopped or not. */
  alive(): boolean
  memory(): Promise<Memory>
  /** Resolves when it is gone. */
  kill(): Promise<void>
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  /** Asks it to stop; resolves with what it has left open when it has ended by itself. */
  stop(): Promise<{ code: number | null; left: string[] }>
}

/** Starts the service. `died` is called when it ends without having been told to. */
export function startService(
  env: Record<string, string>,
  clock: string,
  heard: { line?: (line: string) => void; died: (how: string) => void },
): Service {
  const child = spawn(process.execPath, ['--expose-gc', '--max-semi-space-size=8', script, clock], {
    env: {
      PATH: process.env.PATH ?? '',
      MALLOC_ARENA_MAX: '1',
      // What is freed goes back at once, so that what is resident is what is held.
      MALLOC_MMAP_THRESHOLD_: '65536',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const log: string[] = []
  const { promise: running, resolve: runs, reject: neverRan } = Promise.withResolvers<void>()
  running.catch(() => undefined)
  let rest = ''
  child.stderr!.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (log.push(line) > linesKept) log.shift()
      heard.line?.(line)
      if (line.includes('Freehold is running')) runs()
    }
  })
  let told = false
  const ended = once(child, 'close').then(([code, signal]) => {
    const how = `the process ended with ${code ?? signal}; it said last:\n${log.slice(-8).join('\n')}\n${rest}`
    neverRan(new Error(how))
    if (!told) heard.died(how)
    return code as number | null
  })
  return {
    pid: child.pid!,
    log,
    running,
    alive: () => child.exitCode === null && child.signalCode === null,
    async memory() {
      const answer = saying(child, 'memory')
      child.send('memory')
      return (await answer) as Memory
    },
    async kill() {
      told = true
      child.kill('SIGKILL')
      await ended
    },
    signal: (name) => void child.kill(name),
    async stop() {
      told = true
      const left = saying(child, 'left')
      child.kill('SIGTERM')
      // What keeps it from ending would keep it for ever.
      const timer = setTimeout(() => child.kill('SIGKILL'), endless)
      const said = await Promise.race([left, ended.then(() => ['it did not end in good order'])])
      const code = await ended
      clearTimeout(timer)
      return { code, left: said as string[] }
    },
  }
}

/** What the process says next under this name. */
function saying(child: ChildProcess, name: string): Promise<unknown> {
  return new Promise((resolve) => {
    const hear = (message: unknown) => {
      const said = (message as Record<string, unknown>)[name]
      if (said === undefined) return
      child.off('message', hear)
      resolve(said)
    }
    child.on('message', hear)
  })
}
