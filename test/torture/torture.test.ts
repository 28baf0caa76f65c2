import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { longCalendar, shortCalendar } from './calendar.ts'
import { mayMount } from './disk.ts'
import { fullDisk, goneServer, lockedFile } from './outages.ts'
import { type Postgres, programs, startPostgres } from './postgres.ts'
import { report } from './report.ts'
import { type Outcome, runRound } from './round.ts'

/** How long the long form lasts, both rounds together; without it a short one is run, on SQLite. */
const minutes = Number(process.env.TORTURE_MINUTES ?? 0)
const seed = Number(process.env.TORTURE_SEED ?? 6)
const isLong = minutes > 0
const load = isLong ? { feeds: 40, readers: 300, channels: 30 } : { feeds: 8, readers: 60, channels: 8 }
const common = {
  seed,
  load,
  calendar: isLong ? longCalendar : shortCalendar,
  killing: isLong ? 3 : shortCalendar.length,
  lastsMs: isLong ? (minutes * 60_000) / 2 - 25_000 : 0,
}
const outcomes: Outcome[] = []

afterAll(() => {
  if (outcomes.length === 0) return
  const text = report(outcomes)
  process.stdout.write(`\n${text}\n`)
  if (process.env.TORTURE_REPORT) writeFileSync(process.env.TORTURE_REPORT, text)
})

/** What has to hold after a round, whatever was done to the service. */
function balanced(title: string, run: () => Promise<Outcome>): void {
  describe(`${title} (TORTURE_SEED=${seed})`, () => {
    let outcome: Outcome
    beforeAll(
      async () => {
        outcome = await run()
        outcomes.push(outcome)
      },
      minutes * 60_000 + 240_000,
    )
    const none = (...names: (keyof Outcome['books'])[]) => {
      for (const name of names) expect({ [name]: outcome.books[name] }).toEqual({ [name]: [] })
    }

    test('every article that a publisher offered is in the database, once', () => {
      expect(outcome.figures.articles).toBeGreaterThan(0)
      none('articles that are not in the database', 'articles that are there more than once')
    })

    test('every reader is served once with every issue, or listed as unknown', () => {
      expect(outcome.figures.arrived).toBeGreaterThan(0)
      none(
        'readers without a delivery of an issue',
        'mails that arrived twice',
        'mails that are sent and never arrived',
        'mails that arrived and are not to be accounted for',
        'more mails unknown than were cut off by us',
        'more mails unknown than were cut off by the mail server',
      )
    })

    test('every channel has every post once', () => {
      expect(outcome.figures.standing).toBeGreaterThan(0)
      none(
        'channels without a delivery of an issue',
        'posts that stand there twice',
        'posts that are sent and stand nowhere',
        'posts that stand there and are not to be accounted for',
        'more posts unknown than may be',
      )
    })

    test('of every outage the service says what it is', () => {
      expect(outcome.unsaid).toEqual([])
    })

    const changes = isLong ? 'at both changes of the clock too' : 'though its hour comes twice'
    test(`every issue is made once, ${changes}`, () => {
      none('dates without their one issue')
      expect(outcome.figures.issues).toBe(outcome.landings)
    })

    test('nothing is stuck: no delivery, no run of a job, no lease', () => {
      none('deliveries that are in no final state', 'runs of jobs that go on', 'leases that are held')
    })

    test('no process ends by itself, and each that is stopped leaves no timer, socket, file or worker', () => {
      expect(outcome.crashes).toEqual([])
      expect(outcome.left).toEqual([])
      expect(outcome.open).toBe(0)
    })

    if (!isLong) return
    test('memory is after the torture what it was before', () => {
      const { before, after } = outcome.memory!
      // Mail servers, Discord and PostgreSQL are kept at hand, with some connections each.
      expect(after.descriptors).toBeLessThan(before.descriptors + 20)
      expect(after.heapUsed).toBeLessThan(before.heapUsed * 1.1)
      // What is resident goes up and down by a tenth from one look to the next: malloc keeps of large feeds what it likes.
      expect(after.rss).toBeLessThan(before.rss * 1.3)
    })
  })
}

const disk = isLong && mayMount()
balanced('a service on SQLite', () =>
  runRound({
    ...common,
    name: 'SQLite',
    slowly: isLong,
    processes: 1,
    postgres: null,
    outages: isLong ? [...(disk ? [fullDisk] : []), lockedFile] : [],
  }),
)

if (isLong) {
  const why = disk ? '' : ' (skipped: only root may mount a small one)'
  test.skipIf(!disk)(`one of the rounds went through a full disk${why}`, () => {
    expect(outcomes[0]!.strikes.filter(({ what }) => what === 'full disk')).toHaveLength(1)
  })

  describe.skipIf(!programs)(`with PostgreSQL${programs ? '' : ' (skipped: it is not installed)'}`, () => {
    let postgres: Postgres
    beforeAll(async () => {
      postgres = await startPostgres()
    })
    afterAll(() => postgres.remove())
    balanced('two processes on PostgreSQL', () =>
      runRound({
        ...common,
        name: 'PostgreSQL',
        slowly: false,
        processes: 2,
        postgres: postgres.url,
        outages: [goneServer(postgres), goneServer(postgres)],
      }),
    )
  })
}
