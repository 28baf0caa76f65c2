import { until } from '../service/until.ts'
import type { Chance } from './chance.ts'
import type { Fleet } from './fleet.ts'
import type { Service } from './service.ts'
import type { Step, World } from './world.ts'

export type Disruption = 'kill' | 'pause' | 'jump' | 'clock set back' | 'outage of the database' | 'full disk'

/** What was done to the service, and what was under way at that moment and may be lost. */
export interface Strike {
  what: Disruption
  mails: number
  posts: number
}

/** A process that says nothing for so long is taken for dead; a little more. */
const pastLease = 16_000
/** How long (ms) is waited for the right moment before it is struck anyway: with an issue still to be made, and else. */
const [longAmbush, ambush] = [40_000, 2_000]

/** The steps among which one is chosen at which it is struck. */
const [mailSteps, otherSteps] = [90, 8]

export interface Disrupter {
  strikes: Strike[]
  /** Lets time go by for all, which may take messages under way past their leases. */
  pass(ms: number): Promise<void>
  /** Sets the clock of the service right, which goes `wrong` (ms) ahead of the world's. */
  setBack(wrong: number): void
  /**
   * Kills a process at some step, and starts another when its lease has run out or, at times, before. `first` waits for the
   * mails of an issue that is still to be made.
   */
  kill(at: Step, victim: Service, first?: boolean): Promise<void>
  /** Stops a process at some step until its lease has run out and others have gone on, and lets it go on. */
  pause(at: Step, victim: Service, first?: boolean): Promise<void>
  /** Takes something away at some step, until `enough` says so, and gives it back. */
  outage(
    at: Step,
    what: Disruption,
    outage: { take: () => unknown; enough: () => Promise<unknown>; back: () => unknown },
  ): Promise<void>
}

export function createDisrupter(world: World, fleet: Fleet, chance: Chance): Disrupter {
  const strikes: Strike[] = []

  function write(strike: Strike): void {
    strikes.push(strike)
    world.diary(JSON.stringify(strike))
  }

  function note(what: Disruption): void {
    write({ what, ...world.open() })
  }

  async function pass(ms: number): Promise<void> {
    if (await isSending(world)) note('jump')
    else write({ what: 'jump', mails: 0, posts: 0 })
    world.clock.pass(ms)
  }

  /** Strikes in the midst of work: at some mail, post or poll. */
  function strike(at: Step, deed: () => void, patience: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    let left = 1 + chance.below(at === 'mail' ? mailSteps : otherSteps)
    let done = false
    const go = () => {
      if (done) return
      done = true
      clearTimeout(timer)
      deed()
      resolve()
    }
    const timer = setTimeout(go, patience)
    world.watch((step) => {
      if (step === at && --left <= 0) go()
      return done
    })
    return promise
  }

  return {
    strikes,
    pass,
    setBack(wrong) {
      if (wrong > 0) write({ what: 'clock set back', mails: 0, posts: 0 })
      world.clock.lean(0)
    },
    async kill(at, victim, first = false) {
      let ended: Promise<void> | undefined
      await strike(
        at,
        () => {
          note('kill')
          ended = fleet.kill(victim)
        },
        first ? longAmbush : ambush,
      )
      await ended
      // Another is there before the lease has run out, or after.
      const before = chance.happens(0.5)
      if (!before) await pass(pastLease)
      await fleet.start()
      if (before) await pass(pastLease)
    },
    async pause(at, victim, first = false) {
      await strike(
        at,
        () => {
          note('pause')
          victim.signal('SIGSTOP')
        },
        first ? longAmbush : ambush,
      )
      const others = fleet.services.some((one) => one !== victim && one.alive())
      if (!others) await pass(pastLease)
      else {
        // In two steps, as time goes: who is awake renews its own leases in between.
        await pass(pastLease / 2)
        const before = await runs(world)
        await until(async () => (await runs(world)) > before, 2_000).catch(() => undefined)
        await pass(pastLease / 2)
        await until(async () => (await runs(world)) > before + 1, 4_000).catch(() => undefined)
      }
      victim.signal('SIGCONT')
    },
    async outage(at, what, { take, enough, back }) {
      let taken: unknown
      await strike(
        at,
        () => {
          note(what)
          taken = take()
        },
        longAmbush,
      )
      await taken
      await enough()
      await back()
    },
  }
}

/** Whether messages are under way; in doubt they are. */
async function isSending({ database }: World): Promise<boolean> {
  const rows = await database
    .rows<{ id: string }>(`select id from delivery where state = 'sending' limit 1`)
    .catch(() => ['unknown'])
  return rows.length > 0
}

/** How many runs of jobs have been begun. */
async function runs({ database }: World): Promise<number> {
  const [row] = await database.rows<{ n: number }>('select count(*) as n from job_run')
  return Number(row?.n)
}
