/** A fixed number of places; who finds none free waits in line. */
export interface Slots {
  take(): Promise<void>
  give(): void
}

/** `count` places, given out in the order they are asked for. */
export function createSlots(count: number): Slots {
  let free = count
  const waiting: (() => void)[] = []
  return {
    take() {
      if (free > 0) {
        free--
        return Promise.resolve()
      }
      return new Promise((resolve) => waiting.push(resolve))
    },
    give() {
      const next = waiting.shift()
      if (next) next()
      else free++
    },
  }
}
