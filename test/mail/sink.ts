import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { until } from '../service/until.ts'

/** A program of this name in the usual places; null where it is not installed. */
export function programAt(name: string): string | null {
  const folders = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/usr/libexec/postfix']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null
}

/** The title of tests that need a program, which says when they are skipped and why. */
export function titleWith(title: string, program: string | null | undefined, remedy: string): string {
  return program ? title : `${title} (skipped: ${remedy} is not installed)`
}

export const smtpSink = programAt('smtp-sink')

/** What the sink has of a message it took. */
export interface Dumped {
  messageId: string
  from: string
  to: string
}

export interface Sink {
  url: string
  /** Every message it took whole, in no order. */
  dumped(): Dumped[]
  files(): string[]
  stop(): Promise<void>
}

/** Postfix's smtp-sink on a port of this machine, with these switches; it writes down each message in a file of its own. */
export async function startSink(...switches: string[]): Promise<Sink> {
  const dir = mkdtempSync(join(tmpdir(), 'freehold-sink-'))
  // As root the sink becomes nobody, who has to be able to write there.
  chmodSync(dir, 0o755)
  const mails = join(dir, 'mails')
  mkdirSync(mails)
  chmodSync(mails, 0o777)
  const port = await freePort()
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const child = spawn(
    smtpSink!,
    [...user, ...switches, '-d', join(mails, 'm.'), `127.0.0.1:${port}`, '1000'],
    { stdio: 'ignore' },
  )
  const ended = once(child, 'exit')
  const stop = async () => {
    child.kill()
    await ended
  }
  onTestFinished(async () => {
    await stop()
    rmSync(dir, { recursive: true, force: true })
  })
  await until(() => answers(port))
  const files = () => readdirSync(mails).map((name) => join(mails, name))
  return {
    url: `smtp://127.0.0.1:${port}?ignoreTls=true`,
    files,
    // A file without a message is one of a transaction that came to nothing.
    dumped: () =>
      files()
        .map(dumpedIn)
        .filter(({ messageId }) => messageId !== ''),
    stop,
  }
}

function dumpedIn(file: string): Dumped {
  const descriptor = openSync(file, 'r')
  const bytes = Buffer.alloc(8192)
  const head = bytes.toString('latin1', 0, readSync(descriptor, bytes))
  closeSync(descriptor)
  const value = (shape: RegExp) => shape.exec(head)?.[1] ?? ''
  return {
    messageId: value(/^Message-ID: (<[^>]+>)$/m),
    from: value(/^X-Mail-Args: <([^>]*)>/m),
    to: value(/^X-Rcpt-Args: <([^>]*)>/m),
  }
}

/** A port that nothing listens at. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** True when something takes connections there. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
