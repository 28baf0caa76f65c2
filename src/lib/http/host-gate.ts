interface Lane {
  tail: Promise<void>
  /** Tasks that have not ended yet. */
  pending: number
  endPause: (() => void) | null
  timer: NodeJS.Timeout | null
}

/** Lets one task at a time through per host, with a pause between two. */
export interface HostGate {
  /** Runs `task` when the host is free. A task must not reject. */
  run<T>(host: string, task: () => Promise<T>): Promise<T>
  /** Ends all pauses, now and from now on. */
  close(): void
}

/** A gate with `gapMs` milliseconds between the end of one task of a host and the beginning of its next. */
export function createHostGate(gapMs: number): HostGate {
  const lanes = new Map<string, Lane>()
  let closed = false

  const pause = (lane: Lane) =>
    new Promise<void>((resolve) => {
      if (closed || gapMs <= 0) return resolve()
      lane.endPause = resolve
      lane.timer = setTimeout(resolve, gapMs)
      // With nobody waiting behind it, a pause must not keep the process alive.
      if (lane.pending === 0) lane.timer.unref()
    }).finally(() => {
      if (lane.timer) clearTimeout(lane.timer)
      lane.timer = null
      lane.endPause = null
    })

  return {
    run(host, task) {
      const lane = lanes.get(host) ?? { tail: Promise.resolve(), pending: 0, endPause: null, timer: null }
      lanes.set(host, lane)
      lane.pending++
      lane.timer?.ref()
      const work = lane.tail.then(task)
      lane.tail = work.then(async () => {
        lane.pending--
        await pause(lane)
        if (lane.pending === 0) lanes.delete(host)
      })
      return work
    },
    close() {
      closed = true
      for (const lane of lanes.values()) lane.endPause?.()
    },
  }
}
