import type { Way } from './way.ts'

/** Something that runs until it is stopped. */
export interface Running {
  stop(): Promise<void>
}

/** Keeps one thing running in one process of all that share a database. */
export interface Hold {
  /** Takes the lease, prolongs it, or stops what runs without it; to be called every second or so. Never rejects. */
  tick(): Promise<void>
  /** Stops what runs and gives the lease back at once. */
  stop(): Promise<void>
}

/**
 * Runs `start` in that process which holds the lease `name`. When the holder dies another one takes over after `leaseMs`;
 * a holder that could not prolong its lease for so long (the database gone, the process stopped) stops what it runs
 * before it does anything else, since another may have begun.
 */
export function holdAlone(
  way: Pick<Way, 'store' | 'now' | 'owner' | 'leaseMs' | 'log'>,
  name: string,
  start: () => Promise<Running>,
): Hold {
  const { store, owner, leaseMs, log } = way
  let running: Running | null = null
  let heldUntil = 0
  let askAt = 0
  let told = false
  let ended = false
  let turn: Promise<void> = Promise.resolve()

  async function letGo(why: string): Promise<void> {
    if (!running) return
    const was = running
    running = null
    log.warn({ lease: name }, why)
    await was.stop()
  }

  async function look(): Promise<void> {
    const now = way.now()
    if (running && now > heldUntil) await letGo(`${name} is left to another process: its lease has run out`)
    if (ended || now < askAt) return
    askAt = now + leaseMs / 3
    const until = now + leaseMs
    const mine = await store.leases.take(name, { owner, now, until })
    if (!mine) {
      await letGo(`${name} is left to another process, which has taken it over`)
      if (!told) log.info({ lease: name }, `${name} is run by another process; this one stands by`)
      told = true
      return
    }
    heldUntil = until
    told = false
    if (running || ended) return
    log.info({ lease: name, owner }, `${name} is run by this process`)
    running = await start()
  }

  return {
    tick() {
      turn = turn.then(look).catch((error: unknown) => {
        log.warn({ lease: name, err: error }, `the lease of ${name} could not be prolonged; trying again`)
      })
      return turn
    },
    async stop() {
      ended = true
      await turn
      await running?.stop()
      running = null
      await store.leases.release(name, owner).catch((error: unknown) => {
        log.warn(
          { lease: name, err: error },
          `the lease of ${name} could not be given back; it runs out by itself`,
        )
      })
    },
  }
}
