import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../service/until.ts'
import { type Installation, install, type Machine } from './installation.ts'

const { TEST_DATABASE_URL } = process.env
const where = TEST_DATABASE_URL ? '' : ' (skipped: set TEST_DATABASE_URL to a PostgreSQL)'

const readers = 2000
const channels = 200
/** A sender's connections to the mail server; each holds one mail whose fate can be unknown. */
const connections = 5
/** Its requests to Discord at the same time. */
const requests = 4

interface Run {
  id: string
  job: string
  owner: string
  outcome: string
  started_at: number
  finished_at: number | null
  lease_until: number
  counts: string
}

interface Line {
  level: number
  msg: string
  job?: string
  run?: string
  sent?: number
}

const linesOf = ({ service }: Machine): Line[] =>
  service.log.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Line)

describe.skipIf(!TEST_DATABASE_URL)(`two services on one PostgreSQL${where}`, { timeout: 60_000 }, () => {
  let place: Installation
  let first: Machine
  let second: Machine
  /** Which of the two was sending and is killed, and which takes over. */
  let killed: Machine
  let heir: Machine
  let third: Machine
  let killedAt = 0
  let inFlight = { mails: 0, posts: 0 }
  let settledBefore = 0

  const runs = (job?: string) =>
    place.rows<Run>(
      `select id, job, owner, outcome, cast(started_at as float8) as started_at, cast(finished_at as float8) as finished_at,
       cast(lease_until as float8) as lease_until, counts
     from job_run ${job ? `where job = '${job}'` : ''} order by job, started_at, finished_at nulls last`,
    )
  const count = async (condition: string) => {
    const [row] = await place.rows<{ n: number }>(
      `select cast(count(*) as integer) as n from delivery where ${condition}`,
    )
    return row!.n
  }
  const posts = () =>
    place.discord.requests.filter(({ route }) => route === 'POST /channels/:channel/messages').length

  /** Lets the mailing come to its middle; from there on no reply arrives any more. The same with posts below. */
  async function holdMails(): Promise<void> {
    const { smtp } = place
    await until(() => smtp.mails.length >= readers / 3)
    smtp.hold()
    await smtp.held(connections)
  }

  async function holdPosts(): Promise<void> {
    const { discord } = place
    await discord.until(() => posts() >= channels / 3)
    discord.fault('POST /channels/:channel/messages', 'stall after')
    const before = posts()
    await discord.until(() => posts() >= before + requests)
  }

  beforeAll(async () => {
    place = await install(TEST_DATABASE_URL!, { readers, channels })
    const { smtp, discord } = place
    ;[first, second] = (await place.start(2)) as [Machine, Machine]
    await Promise.all([holdMails(), holdPosts()])
    const [sending] = (await runs('deliver')).filter(({ outcome }) => outcome === 'running')
    killed = sending!.owner === first.owner ? first : second
    heir = killed === first ? second : first
    await killed.service.end('SIGKILL')
    killedAt = Date.now()
    inFlight = {
      mails: await count(`medium = 'email' and state = 'sending' and body_started_at is not null`),
      posts: await count(`medium = 'discord' and state = 'sending' and body_started_at is not null`),
    }
    settledBefore = await count(`state = 'sent'`)
    smtp.release()
    discord.heal()
    await until(async () => (await count(`state in ('pending', 'sending', 'deferred')`)) === 0)
    await heir.service.logged((line) => line.includes('deliver done'))
    ;[third] = (await place.start(1)) as [Machine]
  }, 110_000)

  afterAll(() => place?.close())

  test('the schedule came due for both, and made one issue', async () => {
    expect(await place.store.digests.count()).toBe(1)
    const made = await runs('digest')
    expect(made.map(({ outcome }) => outcome)).toEqual(['done'])
  })

  test('the one that was sending is killed with messages in flight, and the other takes over within a minute', async () => {
    expect(inFlight.mails).toBe(connections)
    expect(inFlight.posts).toBe(requests)
    const [lost, next, ...others] = await runs('deliver')
    expect(lost).toMatchObject({ owner: killed.owner, outcome: 'abandoned' })
    expect(next).toMatchObject({ owner: heir.owner, outcome: 'done' })
    expect(others.filter(({ owner }) => owner !== heir.owner)).toEqual([])
    expect(lost!.lease_until - killedAt).toBeLessThanOrEqual(60_000)
    expect(
      heir.service.log.some((line) => line.includes('took over deliveries of a process that ended')),
    ).toBe(true)
  })

  test('every reader has the issue once, but for those whose fate is listed as unknown', async () => {
    const rows = await place.store.deliveries.list({ digest: 1, medium: 'email' })
    expect(rows).toHaveLength(readers)
    const got = Map.groupBy(place.smtp.mails, ({ envelope }) => envelope.to.join())
    expect([...got.values()].filter((mails) => mails.length > 1)).toEqual([])
    const addresses = new Map(
      (await place.rows<{ id: string; email: string }>('select id, email from subscriber')).map((one) => [
        one.id,
        one.email,
      ]),
    )
    const missed = rows.filter(({ state, target }) => state === 'sent' && !got.has(addresses.get(target)!))
    expect(missed).toEqual([])
    const unknown = rows.filter(({ state }) => state === 'unknown')
    expect(rows.filter(({ state }) => state !== 'sent' && state !== 'unknown')).toEqual([])
    expect(unknown).toHaveLength(inFlight.mails)
  })

  test('every channel has each message once', async () => {
    const rows = await place.store.deliveries.list({ digest: 1, medium: 'discord' })
    expect(rows.filter(({ state }) => state !== 'sent')).toEqual([])
    const due = Map.groupBy(rows, ({ target }) => target)
    expect(due.size).toBe(channels)
    const wrong = [...due].filter(
      ([channel, parts]) => place.discord.messages(channel).length !== parts.length,
    )
    expect(wrong).toEqual([])
  })

  test('the log of who did what adds up', async () => {
    const logs = place.machines.map((machine) => ({ machine, lines: linesOf(machine) }))
    const all = await runs()
    for (const { machine, lines } of logs) {
      const told = lines.filter(({ job, msg }) => msg === `${job} done`)
      const done = all.filter(({ owner, outcome }) => owner === machine.owner && outcome === 'done')
      const recorded = new Map(done.map((run) => [run.id, run]))
      for (const { run, job, ...line } of told) {
        expect(recorded.get(run!), `${job} ${run}`).toMatchObject({ job, owner: machine.owner })
        expect(line).toMatchObject(JSON.parse(recorded.get(run!)!.counts))
      }
      const untold = done.filter(({ id }) => !told.some(({ run }) => run === id))
      // It may have been killed between the record and the line, and goes on with its work while we look.
      expect(untold.length, JSON.stringify(untold)).toBeLessThanOrEqual(2)
    }
    const settled = all
      .filter(({ job, owner }) => job === 'deliver' && owner === heir.owner)
      .map(({ counts }) => (JSON.parse(counts) as { sent: number }).sent)
      .reduce((sum, n) => sum + n, 0)
    expect(settledBefore + settled + inFlight.mails).toBe(await count('true'))
    expect(settledBefore).toBeGreaterThan(readers / 3)
    expect(settled).toBeGreaterThan(readers / 3)
  })

  test('no two runs of a job overlap, and other jobs do not wait until a dead sender is given up', async () => {
    const all = await runs()
    for (const [job, same] of Map.groupBy(all, (run) => run.job)) {
      for (const [n, run] of same.slice(1).entries()) {
        const before = same[n]!
        expect(before.finished_at ?? Number.POSITIVE_INFINITY, job).toBeLessThanOrEqual(run.started_at)
      }
    }
    const ofKilled = all.filter(({ owner, outcome }) => owner === killed.owner && outcome === 'abandoned')
    const lost = ofKilled.map(({ job }) => job)
    const [, next] = all.filter(({ job }) => job === 'deliver')
    const meanwhile = all.filter((run) => run.started_at > killedAt && run.started_at < next!.started_at)
    // Both begin anew each second; it may have been killed in the midst of one.
    for (const job of ['ingest', 'classify'])
      if (!lost.includes('ingest') && !lost.includes(job))
        expect(meanwhile.filter((run) => run.job === job && run.owner === heir.owner).length).toBeGreaterThan(
          1,
        )
  })

  test('when the holder of the gateway is killed, the one that was started again takes over, and sends nothing again', async () => {
    const { gateway } = place.discord
    const holder = () => place.store.leases.holder('the Discord bot', Date.now())
    const [mails, messages] = [place.smtp.mails.length, posts()]
    await until(async () => (await holder()) === heir.owner)
    const logins = gateway.identifies.length
    await heir.service.end('SIGKILL')
    await third.service.logged((line) => line.includes('the Discord bot is there'))
    expect(gateway.identifies).toHaveLength(logins + 1)
    expect(await holder()).toBe(third.owner)
    await third.service.logged((line) => line.includes('ingest done'))
    expect(await third.service.end('SIGTERM')).toEqual({ code: 0, signal: null })
    // That of the killed one says that it lives, until it has run out.
    expect(await place.rows(`select name from lease where name <> 'process ${heir.owner}'`)).toEqual([])
    expect([place.smtp.mails.length, posts()]).toEqual([mails, messages])
  })
})
