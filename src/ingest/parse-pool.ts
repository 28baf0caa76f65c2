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
  /** A worker that has had nothing to do for so long is ended, and gives its memory back. Milliseconds. */
  idleMs?: number
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
  /** Lay before a worker that broke; it gets the next one to itself, so that a second break is surely its own. */
  alone: boolean
  resolve: (outcome: PoolOutcome) => void
}

/** A place for a worker, and what it was given: the first is being parsed, the others lie ready for it. */
interface Seat {
  worker: Worker | null
  /** Whether the worker runs; until then nobody's time is counted. */
  online: boolean
  tasks: Task[]
  timer: NodeJS.Timeout | undefined
  /** Ends the worker when it has been idle for long. */
  rest: NodeJS.Timeout | undefined
}

/** Bodies given to a worker at once, so that it need not wait while the main thread is at something else. */
const ahead = 8

/**
 * Makes a pool of lazily started workers; default: one, 10 s, 512 MiB, ended after 5 s without work. Idle workers don't keep
 * the process alive.
 */
export function createParsePool(options: ParsePoolOptions = {}): ParsePool {
  const { size = 1, timeLimitMs = 10_000, memoryLimitMb = 512, idleMs = 5_000 } = options
  const script = options.script ?? new URL('./parse-worker.ts', import.meta.url)
  const seats = Array.from(
    { length: size },
    (): Seat => ({ worker: null, online: false, tasks: [], timer: undefined, rest: undefined }),
  )
  const waiting: Task[] = []
  let closed = false

  function next(): void {
    while (waiting.length > 0) {
      const seat = seats.reduce((a, b) => (b.tasks.length < a.tasks.length ? b : a))
      const room = waiting[0]!.alone || seat.tasks.some(({ alone }) => alone) ? 1 : ahead
      if (seat.tasks.length >= room) return
      const task = waiting.shift()!
      seat.tasks.push(task)
      clearTimeout(seat.rest)
      seat.worker ??= start(seat)
      seat.worker.ref()
      if (seat.tasks.length === 1) watch(seat)
      seat.worker.postMessage(task.job)
    }
  }

  /** Gives the first body of a seat its time. */
  function watch(seat: Seat): void {
    if (!seat.online) return
    const task = seat.tasks[0]
    // When the main thread was busy, the answer may be here already and come in after this timer: let it.
    seat.timer = setTimeout(
      () => setImmediate(() => seat.tasks[0] === task && task && stop(seat)),
      timeLimitMs,
    )
  }

  function stop(seat: Seat): void {
    void seat.worker?.terminate()
    seat.worker = null
    waiting.unshift(...seat.tasks.splice(1))
    const limit = `${timeLimitMs / 1000} s`
    settle(seat, failure('parseTimeout', `answered with a feed that takes more than ${limit} to read`))
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
    seat.online = false
    worker.on('online', () => {
      if (seat.worker !== worker) return
      seat.online = true
      watch(seat)
    })
    worker.on('message', (outcome: PoolOutcome) => {
      if (seat.worker !== worker) return
      settle(seat, outcome)
      if (seat.tasks.length === 0) rest(seat, worker)
    })
    worker.on('error', lost)
    worker.on('exit', () => lost())
    return worker
  }

  /** Lets a worker go that nobody needs: one that has read a large feed would keep what that took. */
  function rest(seat: Seat, worker: Worker): void {
    worker.unref()
    clearTimeout(seat.rest)
    seat.rest = setTimeout(() => {
      if (seat.worker !== worker || seat.tasks.length > 0) return
      seat.worker = null
      void worker.terminate()
    }, idleMs).unref()
  }

  /** The worker is gone, and with it answers under way: who of several broke it can't be told, so each is tried alone. */
  function lose(seat: Seat, outcome: Failure): void {
    seat.worker = null
    if (seat.tasks.length === 1) {
      settle(seat, outcome)
      return
    }
    clearTimeout(seat.timer)
    waiting.unshift(...seat.tasks.splice(0).map((task) => ({ ...task, alone: true })))
    next()
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
        waiting.push({ job, alone: false, resolve })
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
      for (const seat of seats) {
        clearTimeout(seat.timer)
        clearTimeout(seat.rest)
      }
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
