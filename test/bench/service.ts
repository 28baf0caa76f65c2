import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { JobName } from '../../src/model/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { startedWith } from './processes.ts'

const checkout = join(import.meta.dirname, '..', '..')
/** What the bench keeps from run to run: models. */
const keptFolder = join(checkout, 'node_modules', '.cache', 'freehold-bench')

/** A copy of the checkout in a temporary folder, which sees neither the `.env` nor the data of this one. */
export interface Place {
  dir: string
  /** The environment of a service there: its own folders, loopback, any free port, no schedule that would run by itself. */
  env: Record<string, string>
  /** Opens a database there, by its name, and closes it. */
  prepare(database: string, work: (store: Store) => Promise<void>): Promise<void>
  remove(): void
}

export function makePlace(): Place {
  const dir = mkdtempSync(join(tmpdir(), 'freehold-place-'))
  for (const part of ['bin', 'src', 'templates', 'feeds', 'wiki', 'package.json']) {
    cpSync(join(checkout, part), join(dir, part), { recursive: true })
  }
  symlinkSync(join(checkout, 'node_modules'), join(dir, 'node_modules'))
  mkdirSync(join(dir, 'data'))
  mkdirSync(join(keptFolder, 'models'), { recursive: true })
  symlinkSync(join(keptFolder, 'models'), join(dir, 'data', 'models'))
  const never = '0 0 29 2 *'
  return {
    dir,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: dir,
      ...startedWith().settings,
      NODE_COMPILE_CACHE: join(dir, '.compiled'),
      DATA_DIR: join(dir, 'data'),
      PORT: '0',
      HOST: '127.0.0.1',
      SCHEDULE_INGEST: never,
      SCHEDULE_DIGEST: never,
    },
    async prepare(database, work) {
      const store = await openStore(`sqlite:${join(dir, 'data', database)}`)
      await work(store)
      await store.close()
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

/** Writes down that a job has just run, so that a service that starts does not run it at once. */
export async function noteRun(store: Store, job: JobName): Promise<void> {
  const run = await store.jobRuns.begin(job, { owner: 'bench', now: Date.now(), leaseMs: 1000 })
  await store.jobRuns.finish(run!, { outcome: 'done', counts: {}, error: null, now: Date.now() })
}

export interface Service {
  /** Resolves once its log has held this text; throws when it ends before. */
  logged(text: string): Promise<void>
  /** Memory (RSS), MB: now, and the most since it started. */
  memory(): { now: number; peak: number }
  stop(): Promise<void>
}

/** Starts the service as `npm start` does, with this database. */
export function startService(place: Place, database: string, env: Record<string, string> = {}): Service {
  const child = spawn(
    process.execPath,
    [...startedWith().flags, join(place.dir, 'src', 'main.ts'), 'start'],
    {
      cwd: place.dir,
      env: { ...place.env, DATABASE_URL: `sqlite:${join(place.dir, 'data', database)}`, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const log: string[] = []
  const listeners = new Set<() => void>()
  createInterface(child.stderr).on('line', (line) => {
    log.push(line)
    for (const hear of listeners) hear()
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  return {
    async logged(text) {
      const heard = new Promise<boolean>((resolve) => {
        const look = () => log.some((line) => line.includes(text)) && resolve(true)
        listeners.add(look)
        look()
      })
      if (await Promise.race([heard, ended.then(() => false)])) return
      throw new Error(`The service ended before it said “${text}”:\n${log.slice(-10).join('\n')}`)
    },
    memory: () => memoryOf(child),
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function memoryOf({ pid }: ChildProcess): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') }
}
