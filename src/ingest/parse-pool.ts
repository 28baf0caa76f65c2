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

interface Seat {
  worker: Worker | null
  task: Task | null
  timer: NodeJS.Timeout | undefined
}

/** Makes a pool of lazily started workers; default: one, 10 s, 512 MiB. Idle workers don't keep the process alive. */
export function createParsePool(options: ParsePoolOptions = {}): ParsePool {
  const { size = 1, timeLimitMs = 10_000, memoryLimitMb = 512 } = options
  const script = options.script ?? new URL('./parse-worker.ts', import.meta.url)
  const seats = Array.from({ length: size }, (): Seat => ({ worker: null, task: null, timer: undefined }))
  const waiting: Task[] = []
  let closed = false

  function next(): void {
    const seat = seats.find(({ task }) => task === null)
    const task = seat && waiting.shift()
    if (!task) return
    seat.task = task
    seat.worker ??= start(seat)
    seat.worker.ref()
    seat.timer = setTimeout(() => {
      replace(seat)
      settle(
        seat,
        failure('parseTimeout', `answered with a feed that takes more than ${timeLimitMs / 1000} s to read`),
      )
    }, timeLimitMs)
    seat.worker.postMessage(task.job)
  }

  function start(seat: Seat): Worker {
    const worker = new Worker(script, {
      resourceLimits: { maxOldGenerationSizeMb: memoryLimitMb },
      execArgv: [],
      env: {},
    })
    const lost = (error?: unknown) => {
      if (seat.worker !== worker) return
      seat.worker = null
      if (seat.task) settle(seat, lossOf(error, memoryLimitMb))
    }
    worker.on('message', (outcome: PoolOutcome) => {
      if (seat.worker !== worker) return
      worker.unref()
      settle(seat, outcome)
    })
    worker.on('error', lost)
    worker.on('exit', () => lost())
    return worker
  }

  function replace(seat: Seat): void {
    void seat.worker?.terminate()
    seat.worker = null
  }

  function settle(seat: Seat, outcome: PoolOutcome): void {
    clearTimeout(seat.timer)
    const { task } = seat
    seat.task = null
    task?.resolve(outcome)
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
      const open = [...waiting.splice(0), ...seats.flatMap(({ task }) => task ?? [])]
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
