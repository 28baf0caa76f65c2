import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { startDiscordServer, type TestDiscordServer } from '../servers/discord-server.ts'
import { startFeedServer } from '../servers/feed-server.ts'
import { startSmtpServer, type TestSmtpServer } from '../servers/smtp-server.ts'
import { type OwnDatabase, ownDatabase } from '../store/own-database.ts'
import { type Checkout, copyCheckout } from './checkout.ts'
import { freehold, type RunningService, startService, startThroughBin, startUnderNpx } from './freehold.ts'
import { until } from './until.ts'

type FeedServer = Awaited<ReturnType<typeof startFeedServer>>

describe('the service, with a feed, a mail server and Discord to talk to', () => {
  let checkout: Checkout
  let feeds: FeedServer
  let smtp: TestSmtpServer
  let discord: TestDiscordServer
  let channel: string
  let service: RunningService | undefined
  let folder: string
  let database: OwnDatabase

  beforeAll(async () => {
    checkout = copyCheckout()
    feeds = await startFeedServer()
    discord = await startDiscordServer()
    channel = discord.addChannel({ name: 'digest' })
    mkdirSync(join(checkout.dir, 'lists'))
    writeFileSync(
      join(checkout.dir, 'lists', 'one.yaml'),
      `group: Test\nfeeds:\n  - id: harbour\n    title: Harbour Lab\n    url: ${feeds.origin}/feed.xml\n    site: https://harbour.example/\n    kind: lab\n    textUse: full\n`,
    )
  })

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'freehold-start-'))
    database = await ownDatabase(folder)
  })

  afterEach(async () => {
    await service?.end('SIGKILL')
    await smtp.close()
    await database.remove()
    rmSync(folder, { recursive: true })
  })

  afterAll(async () => {
    await feeds.close()
    await discord.close()
    checkout.remove()
  })

  function environment(more: Record<string, string> = {}): Record<string, string> {
    return {
      // One folder for all, so that the model is trained once.
      DATA_DIR: join(checkout.dir, 'data'),
      DATABASE_URL: database.url,
      FEEDS_DIR: 'lists',
      PORT: '0',
      ALLOW_PRIVATE_NETWORK: 'true',
      SMTP_URL: smtp.url,
      MAIL_FROM: 'Freehold <digest@freehold.example>',
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      DISCORD_CHANNEL: channel,
      SCHEDULE_INGEST: '* * * * * *',
      SCHEDULE_DIGEST: '0 0 1 1 *',
      ...more,
    }
  }

  it('an item that appears in a feed is classified, and the next digest arrives by mail and in the channel', async () => {
    smtp = await startSmtpServer()
    const env = environment({ SCHEDULE_DIGEST: '*/4 * * * * *' })
    feeds.set('/feed.xml', rss([{ id: 'old', title: 'Our canteen has a new stove', age: 20 }]))
    await done(checkout.dir, ['subscribers', 'add', 'reader@example.org', '--confirmed'], { env })
    service = startService(checkout.dir, env)
    await service.logged((line) => line.includes('ingest done'))

    const title = 'Harbour Lab releases the open weights of Skerry 9 under the MIT licence'
    feeds.set(
      '/feed.xml',
      rss([
        { id: 'new', title, age: 0 },
        { id: 'old', title: 'Our canteen has a new stove', age: 20 },
      ]),
    )

    // By its rhythm it would be asked again in two hours.
    const store = await openStore(database.url)
    const [state] = await store.feedStates.all()
    await store.feedStates.save({ ...state!, nextPollAt: 0 })
    await store.close()

    const mail = await until(async () => {
      for (const one of smtp.mails) if (one.raw.includes('Skerry 9')) return one
      return null
    })
    const parsed = await mail.parsed()
    expect(mail.envelope.to).toEqual(['reader@example.org'])
    expect(parsed.text?.replace(/\s+/g, ' ')).toContain(title)
    expect(parsed.html).toContain('Skerry 9')
    expect(parsed.text).not.toContain('canteen')
    expect(parsed.headers.get('list-unsubscribe') ?? parsed.headers.get('list')).toBeDefined()

    const post = await until(() =>
      discord.messages(channel).find((one) => JSON.stringify(one).includes('Skerry 9')),
    )
    expect(JSON.stringify(post.components)).toContain('Skerry 9')
    expect(post.mention_everyone).toBe(false)

    const { stdout } = await freehold(checkout.dir, ['items', '--json'], { env })
    const item = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .find((one) => one.title === title)
    expect(item.labels[0]).toMatchObject({ idea: 'renewal', direction: 'opens' })
    expect(item.labels[0].by).toMatch(/^model:[0-9a-f]{12}$/)
    expect(`${title} ${title}. The model can be downloaded and used freely.`).toContain(
      item.labels[0].evidence,
    )
  })

  it('SIGTERM to what npx started reaches the service and ends it cleanly', async () => {
    smtp = await startSmtpServer()
    feeds.set('/feed.xml', rss([]))
    service = startThroughBin(checkout.dir, environment())
    await service.logged((line) => line.includes('Freehold is running'))
    const end = await service.end('SIGTERM')
    expect(end).toEqual({ code: 0, signal: null })
    expect(service.log.at(-1)).toContain('stopped')
  })

  it('ends cleanly too when npx, which keeps signals to itself, is told to stop', async () => {
    smtp = await startSmtpServer()
    feeds.set('/feed.xml', rss([]))
    service = startUnderNpx(checkout.dir, environment())
    await service.logged((line) => line.includes('Freehold is running'))
    service.child.kill('SIGTERM')
    await until(() => service?.log.some((line) => line.includes('"stopped"')))
  })

  it('killed in the middle of sending to 500 subscribers and started again, it serves each once or lists it as unknown', async () => {
    smtp = await startSmtpServer()
    feeds.set('/feed.xml', rss([{ id: 'n', title: 'Harbour Lab releases open weights', age: 0 }]))
    const env = environment({ SCHEDULE_INGEST: '0 0 1 1 *' })
    const list = join(checkout.dir, 'readers.csv')
    writeFileSync(
      list,
      `email\n${Array.from({ length: 500 }, (_, i) => `reader${i}@example.org`).join('\n')}\n`,
    )
    await done(checkout.dir, ['subscribers', 'import', list, '--confirmed'], { env })
    await done(checkout.dir, ['ingest', '--all'], { env })
    await done(checkout.dir, ['digest', 'create'], { env })
    const store = await openStore(database.url)
    try {
      await store.digests.release(1, Date.now())
      let openAtKills = 0
      for (const after of [120, 300]) {
        service = startService(checkout.dir, env)
        await until(() => smtp.mails.length >= after)
        // Some messages stand between "body sent" and "answer received" when the axe falls.
        smtp.hold()
        await smtp.held(3)
        openAtKills += smtp.connections.open
        await service.end('SIGKILL')
        smtp.release()
      }
      service = startService(checkout.dir, env)
      const counts = await until(async () => {
        const email = (await store.deliveries.counts(1)).filter(({ medium }) => medium === 'email')
        const settled = email.filter(({ state }) => state === 'sent' || state === 'unknown')
        return (
          settled.reduce((sum, { n }) => sum + n, 0) === 500 &&
          Object.fromEntries(email.map(({ state, n }) => [state, n]))
        )
      })
      const received = smtp.mails.map((mail) => mail.envelope.to[0]!)
      const unknown = await store.deliveries.list({ digest: 1, medium: 'email', state: 'unknown' })
      expect(unknown.length).toBeGreaterThan(0)
      expect(unknown.length).toBeLessThanOrEqual(openAtKills)
      expect(new Set(received).size, 'nobody gets it twice').toBe(received.length)
      expect(counts.sent! + unknown.length).toBe(500)
      const readers = new Map((await store.subscribers.list()).map((one) => [one.id, one.email]))
      const listed = new Set(unknown.map((one) => readers.get(one.target)!))
      const missed = [...readers.values()].filter((email) => !received.includes(email) && !listed.has(email))
      expect(missed, 'nobody is missed').toEqual([])
      expect(
        discord.messages(channel).filter((one) => JSON.stringify(one.components).includes('## Freehold 1\\n'))
          .length,
      ).toBeGreaterThan(0)
    } finally {
      await store.close()
    }
  }, 120_000)
})

/** Runs a command that must succeed. */
async function done(...args: Parameters<typeof freehold>): Promise<void> {
  const { code, stderr } = await freehold(...args)
  if (code !== 0) throw new Error(stderr)
}

function rss(items: { id: string; title: string; age: number }[]): string {
  const entries = items.map(
    ({ id, title, age }) =>
      `<item><guid>${id}</guid><title>${title}</title><link>https://harbour.example/${id}</link><pubDate>${new Date(Date.now() - age * 86_400_000).toUTCString()}</pubDate><description>${title}. The model can be downloaded and used freely.</description></item>`,
  )
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour Lab</title><link>https://harbour.example/</link>${entries.join('')}</channel></rss>`
}
