import type { Way } from './way.ts'

/** What a process has in the database while it lives. */
export interface Presence {
  /** Takes it back, so that nobody takes the process for alive. Never rejects. */
  end(): Promise<void>
}

/**
 * Says in the database that this process lives, until `end`, also when it has nothing to do: whoever wants the database for
 * itself, as `restore --replace` does, would lose what comes in meanwhile. A process that was killed is gone after `leaseMs`.
 * Any number of processes may be there. Without the database it is tried again, and said once.
 */
export async function showPresence(
  way: Pick<Way, 'store' | 'now' | 'owner' | 'leaseMs' | 'log'>,
): Promise<Presence> {
  const { leases } = way.store
  const { owner, leaseMs, log } = way
  const name = `process ${owner}`
  let missed = false
  let turn: Promise<void> | null = null

  async function prolong(): Promise<void> {
    const now = way.now()
    try {
      await leases.take(name, { owner, now, until: now + leaseMs })
      // Of those that were killed nobody else takes over what only says that they live.
      await leases.prune(now)
      if (missed) log.info({ lease: name }, 'this process is shown as running again')
      missed = false
    } catch (error) {
      if (!missed) {
        log.warn(
          { lease: name, err: error },
          'it could not be written down that this process runs; trying again',
        )
      }
      missed = true
    }
  }

  function beat(): Promise<void> {
    turn ??= prolong().finally(() => {
      turn = null
    })
    return turn
  }

  await beat()
  const timer = setInterval(() => void beat(), leaseMs / 3)
  return {
    async end() {
      clearInterval(timer)
      await turn
      try {
        await leases.release(name, owner)
        await leases.prune(way.now())
      } catch (error) {
        log.warn({ lease: name, err: error }, 'this process is shown as running until its lease has run out')
      }
    },
  }
}
