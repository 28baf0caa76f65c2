import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/**
 * The clock of all processes of a run: a file that says how far (ms) it is from the machine's. They look into it each time,
 * so that a process which was stopped finds the clock where it has gone to, as it does on a real machine.
 */
export function readClock(file: string): () => number {
  const fd = openSync(file, 'r')
  const ahead = new Float64Array(1)
  return () => {
    readSync(fd, ahead, 0, 8, 0)
    return Date.now() + ahead[0]!
  }
}

export interface Clock {
  file: string
  /** The time in the world (ms), which only goes on: Discord's, and that of who reads. */
  now(): number
  /** Lets so much time go by. */
  pass(ms: number): void
  /** Goes on to that time. */
  passTo(time: number): void
  /** Sets the clock of the service wrong by so much (ms). */
  lean(ms: number): void
  close(): void
}

/** Makes a clock that begins at `start` (ms). */
export function makeClock(file: string, start: number): Clock {
  const fd = openSync(file, 'w')
  let ahead = start - Date.now()
  let wrong = 0
  const set = () => void writeSync(fd, new Float64Array([ahead + wrong]), 0, 8, 0)
  const now = () => Date.now() + ahead
  const clock: Clock = {
    file,
    now,
    pass(ms) {
      ahead += ms
      set()
    },
    passTo: (time) => clock.pass(Math.max(0, time - now())),
    lean(ms) {
      wrong = ms
      set()
    },
    close: () => closeSync(fd),
  }
  set()
  return clock
}
