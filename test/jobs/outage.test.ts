import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createDiscord, createSmtp } from '../../src/deliver/index.ts'
import { watchFeedLists } from '../../src/feeds/index.ts'
import { deliver, keepFeedLists, startSchedules, type Way } from '../../src/jobs/index.ts'
import { quietDigest } from '../fixtures/digests.ts'
import { startPost } from '../mail/post-office.ts'
import { startSmtpServer } from '../servers/smtp-server.ts'
import { until } from '../service/until.ts'
import type { OwnDatabase } from '../store/own-database.ts'
import { openLeaving, startDoor } from './away.ts'
import { day, minute, startWay } from './way.ts'

test('what came of a mail is written down when the database is back', async () => {
  const { way, server, log, databaseUrl, reader, release } = await startPost()
  for (let n = 0; n < 10; n++) await reader(`reader${n}@example.org`)
  await release(quietDigest)
  const database = await openLeaving(databaseUrl)
  server.hold()
  const sending = deliver({ ...way, store: database.store })
  await server.held(way.post.mailsAtOnce)
  await database.goAway()
  server.release()
  await until(() => log.some(({ message }) => message.includes('could not be written down yet')))
  expect(server.mails).toHaveLength(way.post.mailsAtOnce)
  expect(await way.store.deliveries.counts(1)).toEqual([{ medium: 'email', state: 'sending', n: 10 }])
  await database.comeBack()
  expect(await sending).toMatchObject({ sent: 10, unknown: 0 })
  expect(server.mails).toHaveLength(10)
  expect(await way.store.deliveries.counts(1)).toEqual([{ medium: 'email', state: 'sent', n: 10 }])
})

/** As soon as mails have been sent, the database refuses that more of them are claimed, and nothing else. */
async function refuseMoreMails({ url, run }: OwnDatabase): Promise<void> {
  const claimed = "new.medium = 'email' and new.state = 'sending' and old.state = 'pending'"
  const some = "select 1 from delivery where medium = 'email' and state = 'sent'"
  const on = 'create trigger refusing before update on delivery for each row'
  await run(
    url.startsWith('sqlite:')
      ? `${on} when ${claimed} and exists (${some}) begin select raise(abort, 'no more mails'); end`
      : `create function refuse() returns trigger language plpgsql as $$ begin
           if ${claimed} and exists (${some}) then raise exception 'no more mails'; end if;
           return new; end $$;
         ${on} execute function refuse()`,
  )
}

test('a sender whose mails break begins no more posts, and ends when those under way are done', async () => {
  const { way, server, database, subscribe, release } = await startWay()
  const channels = Array.from({ length: 30 }, () => server.addChannel())
  for (const channel of channels) await subscribe(channel)
  const posted = () => channels.filter((channel) => server.messages(channel).length > 0)
  const door = await startDoor(Number(new URL(server.apiUrl).port), { isFull: () => posted().length >= 2 })
  const discord = createDiscord({
    token: server.token,
    apiUrl: server.apiUrl.replace(/:\d+/, `:${door.port}`),
  })
  const mails = await startSmtpServer()
  const smtp = createSmtp({ url: `${mails.url}?ignoreTls=true`, connections: 1 })
  onTestFinished(async () => {
    await smtp.close()
    await mails.close()
  })
  // One at a time, fifty of them are claimed at once.
  for (let n = 0; n < 51; n++)
    await way.store.subscribers.add(`reader${n}@example.org`, { confirmed: true, now: way.now() })
  await release(quietDigest)
  await refuseMoreMails(database)
  mails.hold()
  const sending = deliver({ ...way, post: { ...way.post, discord, smtp, mailsAtOnce: 1 } })
  await mails.held(1)
  await until(() => posted().length > 0)
  mails.release()
  const sent = async (medium: string) =>
    (await way.store.deliveries.list({ state: 'sent' })).filter((one) => one.medium === medium).length
  await until(async () => (await sent('email')) === 50)
  door.letIn()
  await expect(sending).rejects.toThrow('no more mails')
  const states = (await way.store.deliveries.list({})).map(({ state }) => state)
  expect(new Set(states)).toEqual(new Set(['sent', 'pending']))
  expect(await sent('discord')).toBe(posted().length)
  expect(posted().length).toBeLessThan(channels.length)
})

describe('the log of a service whose database is away', () => {
  /** A service with nothing to do but the housekeeping, which is due each night. */
  async function startService() {
    const { way, log, pass, database } = await startWay()
    const leaving = await openLeaving(database.url)
    const lists = mkdtempSync(join(tmpdir(), 'freehold-lists-'))
    onTestFinished(() => rmSync(lists, { recursive: true }))
    const { store, now } = way
    for (const job of ['ingest', 'classify'] as const) {
      const run = await store.jobRuns.begin(job, { owner: 'test', now: now(), leaseMs: minute })
      await store.jobRuns.finish(run!, { outcome: 'done', counts: {}, error: null, now: now() })
    }
    let looks = 0
    const clock = () => {
      looks += 1
      return now()
    }
    const service = { ...way, store: leaving.store } as Way
    const keeper = keepFeedLists(service, watchFeedLists(lists, 'lists', clock))
    const never = '0 0 1 1 *'
    const schedules = await startSchedules(service, { ingest: never, digest: never, zone: 'UTC' }, keeper)
    onTestFinished(() => schedules.stop())
    return {
      ...leaving,
      database,
      pass,
      lines: () => log.map(({ level, message }) => `${level}: ${message}`),
      /** The clock of the feed lists is read each second, whatever becomes of the database. */
      twoSeconds: async () => {
        const before = looks
        await until(() => looks >= before + 3)
      },
    }
  }

  test('says so once, again after five minutes, and when it is back', async () => {
    const { pass, lines, twoSeconds, goAway, comeBack } = await startService()
    // In one breath, so that the housekeeping is due when nothing can be written any more, and not before.
    pass(day)
    await goAway()
    await until(() => lines().length > 0)
    await twoSeconds()
    const first =
      /^error: the database can't be reached: .*(locked|terminated|ECONNREFUSED).*; work goes on when it is back$/
    expect(lines()).toEqual([expect.stringMatching(first)])
    pass(5 * minute)
    await until(() => lines().length > 1)
    await twoSeconds()
    const again = new RegExp(first.source.replace('reached', 'reached, for 5 minutes now'))
    expect(lines()).toEqual([expect.stringMatching(first), expect.stringMatching(again)])
    pass(40_000)
    await comeBack()
    await until(() => lines().length > 3)
    expect(lines().slice(2).sort()).toEqual([
      'info: housekeeping done',
      'info: the database is back after 340 s',
    ])
  })

  test('tells of any other fault each time', async () => {
    const { lines, database } = await startService()
    await database.run('alter table job_run rename to job_run_of_yesterday')
    await until(() => lines().length > 5)
    expect(new Set(lines())).toEqual(new Set(['error: a strand of the schedule broke; it goes on']))
  })
})
