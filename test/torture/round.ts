import { openStore } from '../../src/store/index.ts'
import { until } from '../service/until.ts'
import { type Books, balance } from './books.ts'
import { type Due, type Landing, laterSunday } from './calendar.ts'
import { createChance } from './chance.ts'
import { createDisrupter, type Disrupter, type Strike } from './disrupter.ts'
import { createFleet } from './fleet.ts'
import type { Outage } from './outages.ts'
import type { Memory, Service } from './service.ts'
import { type Load, makeWorld, type World } from './world.ts'

const [second, minute, hour] = [1000, 60_000, 3_600_000]
/**
 * How far the clock of the service goes wrong, at most (ms). A post that was not answered is repeated for two minutes of that
 * clock, in which Discord, which does so for three of its own, still has to know it.
 */
const mostWrong = 55 * second

/** After so many issues a process has come to hold what it holds for good: from then on its memory is compared. */
const warmingUp = 3

/** What a round is made of. */
export interface Plan {
  name: string
  seed: number
  load: Load
  /** With faults that take many seconds. */
  slowly: boolean
  /** Processes at a time. */
  processes: number
  calendar: Due[]
  /** How many of its dates are spent killing processes; from then on one lives, and its memory is compared. */
  killing: number
  /** Goes on with later Sundays until so many ms have gone by. */
  lastsMs: number
  /** URL of an empty PostgreSQL; null for SQLite. */
  postgres: string | null
  outages: Outage[]
}

/** What is known when a round is over. */
export interface Outcome {
  plan: Plan
  took: number
  strikes: Strike[]
  /** How often an issue fell due. */
  landings: number
  books: Books
  figures: Record<string, number>
  crashes: string[]
  /** What each process left behind when it was stopped. */
  left: string[]
  /** What the service should have said and did not. */
  unsaid: string[]
  /** After some work before the faults, and after them; null where no process has lived through any. */
  memory: { before: Memory; after: Memory } | null
  /** Connections that the servers had open when all was over. */
  open: number
  said: Map<string, number>
}

export async function runRound(plan: Plan): Promise<Outcome> {
  const began = Date.now()
  const world = await makeWorld(plan)
  const chance = createChance(plan.seed, 'plan')
  const fleet = createFleet(world)
  const disrupter = createDisrupter(world, fleet, createChance(plan.seed, 'disrupter'))
  const { clock, publishers, post } = world
  const landings: Landing[] = []
  const left: string[] = []
  const unsaid: string[] = []
  const timeIsUp = () => Date.now() - began > plan.lastsMs
  let later = 0

  /** An issue falls due; `amid` happens while it is made and sent. The clock of the service may go wrong for a while. */
  async function land(due: Due, amid: () => Promise<void>): Promise<void> {
    const wrong = chance.happens(0.5) ? chance.below(mostWrong) : 0
    publishers.bringOut(due.at - 5 * minute)
    clock.lean(wrong)
    landings.push({ due, from: due.at - wrong })
    clock.passTo(due.at - wrong + second)
    await amid()
    await made(world, landings.length)
    // Back to before it was due.
    disrupter.setBack(wrong)
    await workOff(world, disrupter, landings.length)
    if (due.again !== undefined) {
      clock.passTo(due.again + second)
      await aLook()
    }
  }
  const nextDue = (n: number) => plan.calendar[n] ?? laterSunday(later++)
  const nothing = async () => undefined

  /** What a process has in memory after it has had to deal with much at once, and then with a day of calm. */
  async function weighed(service: Service, due: Due): Promise<Memory> {
    publishers.fallHard(false)
    await land(due, nothing)
    await readAll(world, disrupter)
    return service.memory()
  }

  /** Faults that one process lives through, so that what it loses bit by bit shows. `n` is the number of the next date. */
  async function liveThrough(n: number): Promise<NonNullable<Outcome['memory']>> {
    for (const one of [...fleet.services]) left.push(...(await fleet.stop(one)))
    const survivor = await fleet.start()
    let before = await weighed(survivor, nextDue(n++))
    for (let i = 1; i < warmingUp; i++) before = await weighed(survivor, nextDue(n++))
    const first = n
    while (fleet.services.length < plan.processes) await fleet.start()

    const outages = [...plan.outages]
    for (; n < plan.calendar.length || outages.length > 0 || !timeIsUp(); n++) {
      publishers.fallIll(0.3)
      if (plan.slowly && n === first) publishers.fallHard(true)
      post.fail()
      await land(nextDue(n), async () => {
        const outage = outages.shift()
        if (outage) unsaid.push(...(await outage(world, fleet, disrupter)))
        const mortal = fleet.services.filter((one) => one !== survivor)
        if (mortal.length > 0 && chance.happens(0.6)) await disrupter.kill('mail', chance.pick(mortal))
        await disrupter.pause(chance.pick(['mail', 'post']), chance.pick(fleet.services), !outage)
        post.shakeGateway()
      })
      await disrupter.pass(chance.below(24) * hour)
    }
    healAll(world)
    for (const one of fleet.services.filter((one) => one !== survivor)) left.push(...(await fleet.stop(one)))
    await finish(world, disrupter, landings.length)
    return { before, after: await weighed(survivor, nextDue(n)) }
  }

  try {
    await Promise.all(Array.from({ length: plan.processes }, () => fleet.start()))
    let n = 0
    for (; n < plan.killing; n++) {
      publishers.fallIll(0.3)
      post.fail()
      await land(nextDue(n), async () => {
        await disrupter.kill(chance.pick(['mail', 'mail', 'post', 'feed']), chance.pick(fleet.services), true)
        await disrupter.kill('mail', chance.pick(fleet.services))
        post.shakeGateway()
      })
    }
    healAll(world)
    const memory = plan.killing < plan.calendar.length ? await liveThrough(n) : null
    await finish(world, disrupter, landings.length)
    for (const one of [...fleet.services]) left.push(...(await fleet.stop(one)))
    const open = await closed(world)
    return {
      plan,
      took: Date.now() - began,
      strikes: disrupter.strikes,
      landings: landings.length,
      ...(await balance(world, landings, disrupter.strikes)),
      crashes: fleet.crashes,
      left,
      unsaid,
      memory,
      open,
      said: fleet.said,
    }
  } finally {
    await fleet.close()
    await world.close()
  }
}

function healAll({ clock, publishers, post }: World): void {
  clock.lean(0)
  publishers.heal()
  post.heal()
}

/** Waits until so many issues are made. What failed is tried again after five minutes. */
async function made(world: World, issues: number): Promise<void> {
  for (let n = 0; ; n++) {
    const there = async () => (await world.database.rows('select number from digest')).length >= issues
    try {
      return void (await until(there, 4 * second))
    } catch (error) {
      if (n > 10) throw error
      world.clock.pass(6 * minute)
    }
  }
}

interface Open {
  state: string
  due_at: number
}

/** Lets the service go on until nothing is due, and time go by until what was put off is due, for some hours. */
async function workOff(world: World, disrupter: Disrupter, issues: number): Promise<void> {
  await made(world, issues)
  const end = world.clock.now() + 12 * hour
  let [seen, since] = ['', Date.now()]
  await until(async () => {
    const rows = await openRows(world).catch(() => [{ state: 'unknown', due_at: 0 }])
    const released = await world.database
      .rows('select number from digest where audience_at is null and released_at is not null')
      .catch(() => ['unknown'])
    const now = world.clock.now()
    const next = Math.min(...rows.map(({ due_at }) => due_at))
    if (released.length === 0 && (rows.length === 0 || next > end)) return true
    const state = JSON.stringify(rows)
    if (state !== seen) [seen, since] = [state, Date.now()]
    const busy = rows.some(({ state, due_at }) => state === 'sending' || due_at <= now)
    if (!busy && next < Number.POSITIVE_INFINITY) await disrupter.pass(next - now + second)
    // Somebody's lease has to run out, or a job that failed rests for five minutes.
    else if (Date.now() - since > 1.5 * second) {
      await disrupter.pass(6 * minute)
      since = Date.now()
    }
    return false
  }, 60 * second)
}

function openRows({ database }: World): Promise<Open[]> {
  return database.rows(
    `select state, due_at from delivery d where state in ('pending', 'sending', 'deferred')
       and not exists (select 1 from digest where number = d.digest and paused is not null)`,
  )
}

/** Waits until the service has looked what is due, which it does each second. */
async function aLook(): Promise<void> {
  const end = Date.now() + 1_200
  await until(() => Date.now() > end)
}

/** All is well, and every publisher is read again, however often its feed had failed. */
async function readAll(world: World, disrupter: Disrupter): Promise<void> {
  const { publishers } = world
  healAll(world)
  const areRead = () => publishers.offered().length === publishers.articles.length
  for (let n = 0; !areRead(); n++) {
    // What was under way when they were healed counts as one failure more.
    await disrupter.pass(n === 0 ? 25 * hour : hour)
    await until(areRead, 10 * second).catch((error: unknown) => {
      if (n === 5) throw error
    })
  }
}

/** All is well, and the service gets time to end what it began: a person's word for what waits for one, and some days. */
async function finish(world: World, disrupter: Disrupter, issues: number): Promise<void> {
  const { clock, databaseUrl } = world
  await readAll(world, disrupter)
  const store = await openStore(databaseUrl)
  for (const issue of await store.digests.list()) {
    if (issue.releasedAt === null) await store.digests.release(issue.number, clock.now())
    if (issue.paused !== null) await store.digests.resume(issue.number, clock.now())
  }
  await store.close()
  for (let n = 0; n < 2; n++) {
    await workOff(world, disrupter, issues)
    if ((await openRows(world)).length === 0) break
    await disrupter.pass(24 * hour)
  }
  await until(async () => {
    const running = await world.database.rows(`select id from job_run where outcome = 'running'`)
    return running.length === 0
  })
}

/** Connections that are open once there is no service any more. */
async function closed({ smtp, discord, publishers }: World): Promise<number> {
  const count = () => smtp.connections.open + discord.open().connections + publishers.connections()
  await until(() => count() === 0, 3 * second).catch(() => undefined)
  return count()
}
