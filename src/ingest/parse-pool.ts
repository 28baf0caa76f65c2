import { Worker } from 'node:worker_threads'
import type { PoolOutcome } from './outcome.ts'
import type { ParseJob } from './parse-job.ts'

export interface ParsePoolOptions {
  /** Worker threads at most. */
  size?: number
  /** For one body; the worker is ended when it takes longer. Milliseconds. */
  timeLimitMs?: number
  /** Heap of one worker. MiB. */
  memoryLimitMb?: number
  /** The script of the workers. */
  script?: URL
}

/** Parses feeds away from the main thread, so that no feed can stop it or use up its memory. */
export interface ParsePool {
  /** Never rejects: a body that takes too long or too much memory is a failure value. */
  parse(job: ParseJob): Promise<PoolOutcome>
  /** Ends the workers. Bodies still waiting are answered with a failure. */
  close(): Promise<void>
}

interface Task {
  job: ParseJob
  resolve: (outcome: PoolOutcome) => void
}

/** A place for a worker, and what it was given: the first is being parsed, the others lie ready for it. */
interface Seat {
  worker: Worker | null
  tasks: Task[]
  timer: NodeJS.Timeout | undefined
}

/** Bodies given to a worker at once, so that it need not wait while the main thread is at something else. */
const ahead = 8

/** Makes a pool of lazily started workers; default: one, 10 s, 512 MiB. Idle workers don't keep the process alive. */
export function createParsePool(options: ParsePoolOptions = {}): ParsePool {
  const { size = 1, timeLimitMs = 10_000, memoryLimitMb = 512 } = options
  const script = options.script ?? new URL('./parse-worker.ts', import.meta.url)
  const seats = Array.from({ length: size }, (): Seat => ({ worker: null, tasks: [], timer: undefined }))
  const waiting: Task[] = []
  let closed = false

  function next(): void {
    while (waiting.length > 0) {
      const seat = seats.reduce((a, b) => (b.tasks.length < a.tasks.length ? b : a))
      if (seat.tasks.length >= ahead) return
      const task = waiting.shift()!
      seat.tasks.push(task)
      seat.worker ??= start(seat)
      seat.worker.ref()
      if (seat.tasks.length === 1) watch(seat)
      seat.worker.postMessage(task.job)
    }
  }

  /** Gives the first body of a seat its time. */
  function watch(seat: Seat): void {
    seat.timer = setTimeout(() => {
      void seat.worker?.terminate()
      lose(
        seat,
        failure('parseTimeout', `answered with a feed that takes more than ${timeLimitMs / 1000} s to read`),
      )
    }, timeLimitMs)
  }

  function start(seat: Seat): Worker {
    const worker = new Worker(script, {
      resourceLimits: { maxOldGenerationSizeMb: memoryLimitMb },
      execArgv: [],
      env: {},
    })
    const lost = (error?: unknown) => {
      if (seat.worker === worker) lose(seat, lossOf(error, memoryLimitMb))
    }
    worker.on('message', (outcome: PoolOutcome) => {
      if (seat.worker !== worker) return
      settle(seat, outcome)
      if (seat.tasks.length === 0) worker.unref()
    })
    worker.on('error', lost)
    worker.on('exit', () => lost())
    return worker
  }

  /** The worker is gone, and with it the body it was at; those that lay ready go to another one. */
  function lose(seat: Seat, outcome: Failure): void {
    seat.worker = null
    waiting.unshift(...seat.tasks.splice(1))
    settle(seat, outcome)
  }

  function settle(seat: Seat, outcome: PoolOutcome): void {
    clearTimeout(seat.timer)
    seat.tasks.shift()?.resolve(outcome)
    if (seat.tasks.length > 0) watch(seat)
    next()
  }

  return {
    parse: (job) =>
      new Promise((resolve) => {
        if (closed) return resolve(failure('malformed', endedMessage))
        waiting.push({ job, resolve })
        next()
      }),
    async close() {
      closed = true
      const ending = seats.map((seat) => {
        const { worker } = seat
        seat.worker = null
        return worker?.terminate()
      })
      const open = [...seats.flatMap(({ tasks }) => tasks.splice(0)), ...waiting.splice(0)]
      for (const seat of seats) clearTimeout(seat.timer)
      for (const task of open) task.resolve(failure('malformed', endedMessage))
      await Promise.all(ending)
    },
  }
}

const endedMessage = 'was not read because the program is ending'

type Failure = Extract<PoolOutcome, { kind: 'failed' }>

function failure(reason: Failure['reason'], message: string): Failure {
  return { kind: 'failed', reason, message }
}

function lossOf(error: unknown, memoryLimitMb: number): Failure {
  if ((error as { code?: string } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return failure('parseMemory', `answered with a feed that takes more than ${memoryLimitMb} MiB to read`)
  }
  const why = error instanceof Error ? ` (${error.message})` : ''
  return failure('malformed', `answered with a feed that the parser broke on${why}`)
}
