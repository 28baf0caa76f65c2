import { describe, expect, onTestFinished, test } from 'vitest'
import { createSmtp } from '../../src/deliver/index.ts'
import { shouldRun } from '../../src/jobs/due.ts'
import { runJob, startSchedules } from '../../src/jobs/index.ts'
import { cadences } from '../../src/jobs/service.ts'
import { type Feed, type FeedState, unpolled } from '../../src/model/index.ts'
import { startSmtpServer } from '../servers/smtp-server.ts'
import { until } from '../service/until.ts'
import { day, hour, minute, said, startWay } from './way.ts'

const ada = 'ada@example.org'
const bob = 'bob@example.org'

function feed(id: string): Feed {
  return {
    id,
    title: `The ${id}`,
    url: `https://${id}.example/feed`,
    site: `https://${id}.example/`,
    publisher: id,
    kind: 'press',
    group: 'A',
    language: 'en',
    official: true,
    textUse: 'excerpt',
    everyMs: null,
    keep: [],
    block: [],
    maxAgeDays: null,
    enabled: true,
    reason: null,
  }
}

/** A way with a mail server, three feeds that are well, and Ada and a channel to keep them. */
async function startKeeping() {
  const setting = await startWay()
  const { way, server } = setting
  const smtp = await startSmtpServer()
  const room = server.addChannel({ name: 'keepers' })
  way.feeds = ['a', 'b', 'c'].map(feed)
  Object.assign(way.post, {
    smtp: createSmtp({ url: smtp.url, connections: 2 }),
    mailAddress: 'digest@freehold.example',
    mailDomain: 'freehold.example',
    serviceFrom: 'Freehold <hello@freehold.example>',
    maintainers: [ada, room],
    editors: [bob],
  })
  onTestFinished(async () => {
    await way.post.smtp?.close()
    await smtp.close()
  })
  const put = (id: string, changes: Partial<FeedState> = {}) =>
    way.store.feedStates.save({
      ...unpolled(id, `https://${id}.example/feed`),
      firstPolledAt: way.now() - 300 * day,
      lastPolledAt: way.now(),
      lastSuccessAt: way.now(),
      newestAt: way.now() - day,
      rhythmMs: day,
      ...changes,
    })
  const breakDown = (id: string) =>
    put(id, {
      lastSuccessAt: way.now() - 6 * day,
      failures: 30,
      failingSince: way.now() - 5 * day,
      lastReason: 'notFound',
      lastError: `${id}.example answered 404: there is no feed at this URL; look for its new address on the site.`,
    })
  const allWell = async () => {
    for (const { id } of way.feeds) await put(id)
  }
  await allWell()
  return {
    ...setting,
    smtp,
    room,
    put,
    breakDown,
    allWell,
    /** Runs the job, as the schedule does. */
    note: (zone?: string) => runJob(way as never, 'note', zone === undefined ? {} : { zone }),
    to: (address: string) => smtp.mails.filter(({ envelope }) => envelope.to.includes(address)),
    posts: () => server.messages(room).map(said),
  }
}

describe('the weekly note', () => {
  test('tells each maintainer what is broken, since when, why and what to do, in mail and post alike', async () => {
    const { note, send, breakDown, to, posts, smtp } = await startKeeping()
    await breakDown('b')
    expect(await note()).toEqual({ done: { needs: 1, places: 2 } })
    expect(await send()).toMatchObject({ sent: 2, failed: 0 })
    const mail = await to(ada)[0]!.parsed()
    expect(mail.subject).toBe('Feeds: 1 of 3 needs a hand')
    expect(mail.from?.text).toContain('hello@freehold.example')
    const flat = (text: string) => text.replace(/\s+/g, ' ')
    const html = flat(String(mail.html).replace(/<[^>]*>/g, ' '))
    for (const text of [flat(mail.text!), html, flat(posts()[0]!)]) {
      expect(text).toContain('1 of 3 feeds will not get well without one of you.')
      expect(text).toContain('The b')
      expect(text).toContain(
        'It has failed since 18 November 2026, 30 times in a row: b.example answered 404',
      )
      expect(text).toContain('→ npx freehold feeds check')
      expect(text).not.toContain('The a')
    }
    expect(smtp.mails).toHaveLength(1)
    expect(posts()).toHaveLength(1)
  })

  test('is written once a week, however often it is tried and whoever restarts', async () => {
    const { note, send, breakDown, pass, to, posts, way } = await startKeeping()
    await breakDown('b')
    await note()
    for (let i = 0; i < 3; i++) {
      pass(hour)
      expect(await runJob({ ...way, owner: `process ${i}` } as never, 'note')).toEqual({
        done: { needs: 1, places: 0 },
      })
      await send()
    }
    expect([to(ada).length, posts().length]).toEqual([1, 1])
    // The clock of this test stands on a Monday at nine.
    pass(6 * day)
    await note()
    await send()
    expect(to(ada)).toHaveLength(1)
    pass(day)
    await note()
    await send()
    expect([to(ada).length, posts().length]).toEqual([2, 2])
  })

  test('goes by the calendar of its zone', async () => {
    const { note, breakDown, pass } = await startKeeping()
    await breakDown('b')
    expect(await note('Pacific/Auckland')).toEqual({ done: { needs: 1, places: 2 } })
    // Sunday afternoon in UTC is Monday morning there.
    pass(6 * day + 9 * hour)
    expect(await note('UTC')).toEqual({ done: { needs: 1, places: 0 } })
    expect(await note('Pacific/Auckland')).toEqual({ done: { needs: 1, places: 2 } })
  })

  test('with nothing to say comes once in four weeks', async () => {
    const { note, send, pass, to, allWell } = await startKeeping()
    const weeks: number[] = []
    for (let week = 0; week < 9; week++) {
      await allWell()
      await note()
      await send()
      weeks.push(to(ada).length)
      pass(7 * day)
    }
    expect(weeks).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3])
    const mail = await to(ada)[2]!.parsed()
    expect(mail.subject).toBe('Feeds: all is well with 3')
    expect(mail.text).toContain('None of the 3 feeds needs a hand.')
  })

  test('that can’t be sent is tried again, to those alone who have not got it', async () => {
    const { note, send, breakDown, pass, to, posts, way, log } = await startKeeping()
    await breakDown('b')
    const { smtp } = way.post
    way.post.smtp = createSmtp({ url: 'smtp://127.0.0.1:1', connections: 1 })
    await note()
    expect(await send()).toMatchObject({ sent: 1, deferred: 1 })
    expect(log.filter(({ level }) => level === 'warn')).not.toEqual([])
    await way.post.smtp.close()
    way.post.smtp = smtp
    pass(2 * minute)
    expect(await send()).toMatchObject({ sent: 1 })
    pass(day)
    await send()
    expect([to(ada).length, posts().length]).toEqual([1, 1])
  })

  test('that is late gives way to the next one', async () => {
    const { note, send, breakDown, pass, to, posts, way } = await startKeeping()
    await breakDown('b')
    await note()
    pass(7 * day)
    await breakDown('c')
    await note()
    expect(await send()).toMatchObject({ sent: 2 })
    expect((await to(ada)[0]!.parsed()).subject).toBe('Feeds: 2 of 3 need a hand')
    expect([to(ada).length, posts().length]).toEqual([1, 1])
    const late = (await way.store.deliveries.list({})).filter(({ post }) => post === 'note 2026-11-23')
    expect(late.map(({ state }) => state).sort()).toEqual(['failed', 'suppressed'])
  })

  test('goes to the editors where no maintainer is named, and into the log where nobody is', async () => {
    const { note, send, breakDown, to, way, log, pass } = await startKeeping()
    await breakDown('b')
    way.post.maintainers = []
    await note()
    await send()
    expect([to(ada).length, to(bob).length]).toEqual([0, 1])
    way.post.editors = []
    pass(7 * day)
    await note()
    expect(await send()).toMatchObject({ sent: 0 })
    expect(log.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^It has failed since 18 November 2026/),
        expect.stringMatching(/only logged; MAINTAINERS or EDITORS would get it/),
      ]),
    )
  })

  test('lies in the outbox where there is neither a mail server nor Discord', async () => {
    const { note, send, breakDown, way } = await startKeeping()
    await breakDown('b')
    way.post.smtp = null
    way.post.discord = null
    await note()
    expect(await send()).toMatchObject({ sent: 2 })
    const files = (await way.store.deliveries.list({})).map(({ receipt }) => receipt)
    expect(files.map((file) => file?.split('/').at(-1)).sort()).toEqual([
      expect.stringMatching(/^note-2026-11-23-[0-9a-f]+\.eml$/),
      'note-2026-11-23-part-1.json',
    ])
  })
})

describe('by the clock', () => {
  const monday = Date.UTC(2026, 10, 23)
  const due = (zone: string, installedAt: number, now: number) =>
    shouldRun(cadences({ ingest: '0 * * * *', digest: '0 9 * * MON', zone }).note!, null, installedAt, now)

  test('the note is due on Monday mornings, before the digest, in the zone of the schedules', () => {
    const friday = monday - 3 * day
    expect(due('UTC', friday, monday + 7 * hour - 1)).toBe(false)
    expect(due('UTC', friday, monday + 7 * hour)).toBe(true)
    expect(due('UTC', friday, monday + 2 * day)).toBe(true)
    expect(due('America/New_York', friday, monday + 12 * hour - 1)).toBe(false)
    expect(due('America/New_York', friday, monday + 12 * hour)).toBe(true)
  })

  test('the schedule writes it when its time was missed, and once', async () => {
    const { way, breakDown, to, send, pass } = await startKeeping()
    await breakDown('b')
    const times = { ingest: '0 0 1 1 *', digest: '0 0 1 1 *', zone: 'UTC' }
    await way.store.settings.getOrSet('installed_at', () => String(way.now() - 4 * day))
    // Nothing else is to be done meanwhile.
    const ingest = await way.store.jobRuns.begin('ingest', { owner: 'x', now: way.now(), leaseMs: 1 })
    await way.store.jobRuns.finish(ingest!, { outcome: 'done', counts: {}, error: null, now: way.now() })
    const run = async () => {
      const schedules = await startSchedules({ ...way, feeds: way.feeds } as never, times)
      await until(async () => (await way.store.jobRuns.last('note'))?.outcome === 'done')
      await schedules.stop()
    }
    await run()
    pass(hour)
    await run()
    await send()
    expect(to(ada)).toHaveLength(1)
  })
})
