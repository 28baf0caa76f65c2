import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { type ChannelWish, openStore, type Store } from '../../src/store/index.ts'
import { writeSmallWiki } from '../attacks/small-wiki.ts'
import { startDiscordServer, type TestDiscordServer } from '../servers/discord-server.ts'
import { type FeedServer, startFeedServer } from '../servers/feed-server.ts'
import { startSmtpServer, type TestSmtpServer } from '../servers/smtp-server.ts'
import { copyCheckout } from '../service/checkout.ts'
import { type RunningService, startService } from '../service/freehold.ts'
import { schemaOn } from '../store/own-database.ts'

/** One service of several, and the name under which it claims. */
export interface Machine {
  service: RunningService
  owner: string
}

/** An installation on PostgreSQL that several machines can serve. */
export interface Installation {
  store: Store
  smtp: TestSmtpServer
  discord: TestDiscordServer
  /** Every machine that was ever started, dead ones too. */
  machines: Machine[]
  /** Starts so many machines at the same moment, and waits until they run. */
  start(count: number): Promise<Machine[]>
  rows<T>(sql: string): Promise<T[]>
  close(): Promise<void>
}

const yesterday = new Date(Date.now() - 86_400_000)
/** A time that was missed, once, and does not come again for a year. */
const missedOnce = `0 0 0 ${yesterday.getUTCDate()} ${yesterday.getUTCMonth() + 1} *`

/** Readers, channels and a feed; whatever comes to them is taken by servers of ours. */
export async function install(
  base: string,
  { readers, channels }: { readers: number; channels: number },
): Promise<Installation> {
  const database = await schemaOn(base)
  const pool = new pg.Pool({ connectionString: database.url, max: 2 })
  const store = await openStore(database.url)
  await store.settings.getOrSet('installed_at', () => String(Date.now() - 3 * 86_400_000))
  await pool.query(
    `insert into subscriber (id, email, email_key, confirmed_at, created_at, ideas, directions)
     select gen_random_uuid()::text, email, email, 1, 1, '[]', '[]'
     from (select n, 'reader' || n || '@example' || n % 50 || '.org' as email from generate_series(1, $1) n) as all_of_them`,
    [readers],
  )
  const [smtp, discord, feeds] = [
    await startSmtpServer(),
    await startDiscordServer(),
    await startFeedServer(),
  ]
  for (let n = 0; n < channels; n++) {
    await store.channels.subscribe({ ...wish, guild: discord.guild.id, channel: discord.addChannel() })
  }
  const checkout = copyCheckout()
  const settings = {
    DATABASE_URL: database.url,
    DATA_DIR: join(checkout.dir, 'data'),
    WIKI_DIR: writeSmallWiki(checkout.dir),
    FEEDS_DIR: writeList(checkout.dir, feeds),
    PORT: '0',
    ALLOW_PRIVATE_NETWORK: 'true',
    SMTP_URL: `${smtp.url}?ignoreTls=true`,
    MAIL_FROM: 'Freehold <digest@freehold.example>',
    BOUNCE_DOMAIN: 'news.freehold.example',
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    SCHEDULE_INGEST: '* * * * * *',
    SCHEDULE_DIGEST: missedOnce,
    TIMEZONE: 'UTC',
  }
  const machines: Machine[] = []
  return {
    store,
    smtp,
    discord,
    machines,
    async start(count) {
      const services = Array.from({ length: count }, () => startService(checkout.dir, settings))
      const started = services.map(async (service) => {
        const machine: Machine = { service, owner: '' }
        machines.push(machine)
        const line = await service.logged((one) => one.includes('Freehold is running'))
        machine.owner = (JSON.parse(line) as { owner: string }).owner
        return machine
      })
      return Promise.all(started)
    },
    rows: async <T>(sql: string) => (await pool.query(sql)).rows as T[],
    async close() {
      for (const { service } of machines) await service.end('SIGKILL')
      await smtp.close()
      await discord.close()
      await feeds.close()
      await store.close()
      await pool.end()
      await database.remove()
      checkout.remove()
    },
  }
}

const wish: Omit<ChannelWish, 'channel' | 'guild'> = {
  kind: 'text',
  mode: 'digest',
  ideas: [],
  directions: [],
  role: null,
  discuss: false,
  publish: false,
  alertsADay: 3,
  madeBy: '123456789012345678',
  madeAt: 1,
}

function writeList(dir: string, feeds: FeedServer): string {
  const items = Array.from({ length: 9 }, (_, n) => {
    const date = new Date(Date.now() - (n + 30) * 3_600_000).toUTCString()
    return `<item><guid>${n}</guid><title>Heron ${n} is out with open weights</title><link>https://lab.example/heron-${n}</link><pubDate>${date}</pubDate></item>`
  })
  feeds.set(
    '/feed.xml',
    `<rss version="2.0"><channel><title>Harbour Lab</title>${items.join('')}</channel></rss>`,
  )
  const folder = join(dir, 'lists')
  mkdirSync(folder)
  writeFileSync(
    join(folder, 'one.yaml'),
    `group: Test\nfeeds:\n  - id: harbour\n    title: Harbour Lab\n    url: ${feeds.origin}/feed.xml\n    site: https://harbour.example/\n    kind: lab\n    textUse: full\n`,
  )
  return folder
}
