/**
 * Makes one piece of work of many small ones: what is asked for while an earlier batch is at work, or within one turn of
 * the event loop, is done together. `work` gives the results in the order of what it got. Writing down ten messages in one
 * transaction costs little more than one (group commit: DeWitt et al. 1984). `patienceMs` is how long the first of a batch
 * waits for company.
 */
export function gather<Asked, Result>(
  work: (all: Asked[]) => Promise<Result[]>,
  { patienceMs = 0 }: { patienceMs?: number } = {},
): (one: Asked) => Promise<Result> {
  let waiting: { one: Asked; resolve: (result: Result) => void; reject: (reason: unknown) => void }[] = []
  let busy = false

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        const results = await work(batch.map(({ one }) => one))
        for (const [i, { resolve }] of batch.entries()) resolve(results[i]!)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    busy = false
  }

  return (one) =>
    new Promise((resolve, reject) => {
      waiting.push({ one, resolve, reject })
      if (busy) return
      busy = true
      if (patienceMs > 0) setTimeout(() => void run(), patienceMs)
      else setImmediate(() => void run())
    })
}
