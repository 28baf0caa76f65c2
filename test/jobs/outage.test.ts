import { describe, expect, onTestFinished, test } from 'vitest'
import { deliver, startSchedules, type Way } from '../../src/jobs/index.ts'
import { quietDigest } from '../fixtures/digests.ts'
import { startPost } from '../mail/post-office.ts'
import { until } from '../service/until.ts'
import { minute, startWay } from './way.ts'

const refused = () =>
  Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })

test('what came of a mail is written down when the database is back', async () => {
  const { way, server, reader, release } = await startPost()
  for (let n = 0; n < 10; n++) await reader(`reader${n}@example.org`)
  await release(quietDigest)
  const { deliveries } = way.store
  let gone = 3
  const settleAll: typeof deliveries.settleAll = async (tries, at) => {
    gone -= 1
    if (gone >= 0) throw refused()
    return deliveries.settleAll(tries, at)
  }
  const store = { ...way.store, deliveries: { ...deliveries, settleAll } }
  expect(await deliver({ ...way, store, leaseMs: 2000 })).toMatchObject({ sent: 10, unknown: 0 })
  expect(gone).toBeLessThan(0)
  expect(server.mails).toHaveLength(10)
  expect(await deliveries.counts(1)).toEqual([{ medium: 'email', state: 'sent', n: 10 }])
})

test('a sender whose mails break begins no more posts, and ends when those under way are done', async () => {
  const { way, server, subscribe, release } = await startWay()
  const channels = Array.from({ length: 30 }, () => server.addChannel())
  for (const channel of channels) await subscribe(channel)
  await release(quietDigest)
  const { deliveries } = way.store
  const claim: typeof deliveries.claim = async (options) => {
    if (options.medium === 'discord') return deliveries.claim(options)
    await until(() => channels.some((channel) => server.messages(channel).length > 0))
    throw refused()
  }
  const store = { ...way.store, deliveries: { ...deliveries, claim } }
  await expect(deliver({ ...way, store })).rejects.toThrow('ECONNREFUSED')
  const states = (await deliveries.list({})).map(({ state }) => state)
  expect(new Set(states)).toEqual(new Set(['sent', 'pending']))
  const posted = channels.filter((channel) => server.messages(channel).length > 0)
  expect(states.filter((state) => state === 'sent')).toHaveLength(posted.length)
})

describe('the log of a service whose database is away', () => {
  async function startAway(error: () => Error) {
    const { way, log, pass } = await startWay()
    const { jobRuns } = way.store
    let away = true
    let asked = 0
    const last: typeof jobRuns.last = async (job) => {
      asked += 1
      if (away) throw error()
      return jobRuns.last(job)
    }
    const service = { ...way, store: { ...way.store, jobRuns: { ...jobRuns, last } } } as Way
    const never = '0 0 1 1 *'
    const schedules = await startSchedules(service, { ingest: never, digest: never, zone: 'UTC' })
    onTestFinished(() => schedules.stop())
    return {
      pass,
      lines: () => log.map(({ level, message }) => `${level}: ${message}`),
      /** Three strands ask each second. */
      askedMore: async () => {
        const before = asked
        await until(() => asked >= before + 6)
      },
      comeBack() {
        away = false
      },
    }
  }

  test('says so once, again after five minutes, and when it is back', async () => {
    const { pass, lines, askedMore, comeBack } = await startAway(refused)
    await askedMore()
    const first =
      "error: the database can't be reached: connect ECONNREFUSED 127.0.0.1:5432; work goes on when it is back"
    expect(lines()).toEqual([first])
    pass(5 * minute)
    await askedMore()
    const again = first.replace('reached', 'reached, for 5 minutes now')
    expect(lines()).toEqual([first, again])
    pass(40_000)
    comeBack()
    await until(() => lines().length > 2)
    expect(lines()[2]).toBe('info: the database is back after 340 s')
  })

  test('tells of any other fault each time', async () => {
    const { lines, askedMore } = await startAway(() => new Error('no such column: surprise'))
    await askedMore()
    expect(lines().length).toBeGreaterThan(2)
    expect(new Set(lines())).toEqual(new Set(['error: a strand of the schedule broke; it goes on']))
  })
})
