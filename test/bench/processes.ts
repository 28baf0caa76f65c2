import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'

const here = import.meta.dirname

/** What `npm start` runs the service with. */
export function startedWith(): { settings: Record<string, string>; flags: string[] } {
  const text = readFileSync(join(here, '..', '..', 'package.json'), 'utf8')
  const { scripts } = JSON.parse(text) as { scripts: { start: string } }
  const [, before = '', after = ''] = /^(.*)exec node (.*)src\//.exec(scripts.start) ?? []
  const pairs = before.trim().split(' ').filter(Boolean)
  return {
    settings: Object.fromEntries(pairs.map((pair) => pair.split('='))),
    flags: after.trim().split(' ').filter(Boolean),
  }
}

/** Runs a script of the bench as the service is run, in a process of its own so that its memory is its own; gives what it prints. */
export async function inProcess<Result>(script: string, ...args: string[]): Promise<Result> {
  const { settings, flags } = startedWith()
  const child = spawn(process.execPath, [...flags, join(here, script), ...args], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  for await (const chunk of child.stdout) out += chunk
  if (out === '') throw new Error(`${script} ${args.join(' ')} printed nothing.`)
  return JSON.parse(out) as Result
}

/** Largest memory of this process so far (RSS), MB. */
export function peakMemory(): number {
  // What getrusage gives counts the memory of whoever started the process, too.
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!
  return Number(kilobytes) / 1024
}

/** Postfix's sink and source of mails, null where they are not installed. */
export function smtpTools(): { sink: string; source: string } | null {
  const [sink, source] = ['smtp-sink', 'smtp-source'].map((name) =>
    ['/usr/sbin', '/usr/local/sbin', '/usr/bin']
      .map((dir) => join(dir, name))
      .find((path) => existsSync(path)),
  )
  return sink && source ? { sink, source } : null
}

export const noSmtpTools = 'smtp-sink and smtp-source are not installed (apt install postfix).'

/** Starts smtp-sink on a free port of 127.0.0.1. */
export async function startSink(path: string): Promise<{ port: number; stop(): void }> {
  const port = await freePort()
  const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const child = spawn(path, [...asNobody, '-c', `127.0.0.1:${port}`, '1000'], { stdio: 'ignore' })
  await answers(port)
  return { port, stop: () => void child.kill() }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port: free } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return free
}

async function answers(at: number): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const there = await new Promise<boolean>((resolve) => {
      const socket = connect(at, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (there) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('smtp-sink does not answer.')
}
