import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/store/index.ts'
import { writeSmallWiki } from '../attacks/small-wiki.ts'
import { startDiscordServer, type TestDiscordServer } from '../servers/discord-server.ts'
import { startSmtpServer, type TestSmtpServer } from '../servers/smtp-server.ts'
import { createChance } from './chance.ts'
import { type Clock, makeClock } from './clock.ts'
import { type Database, openDatabase } from './database.ts'
import { type Disk, mountDisk } from './disk.ts'
import { openPost, type Post } from './post.ts'
import { type Publishers, startPublishers } from './publishers.ts'

/** How much of everything there is. */
export interface Load {
  feeds: number
  readers: number
  channels: number
}

/** Something was asked of a server, and is not answered yet. */
export type Step = 'mail' | 'post' | 'feed'

/** All that the service lives in: its clock, its database, and everybody it speaks to. */
export interface World {
  clock: Clock
  publishers: Publishers
  smtp: TestSmtpServer
  discord: TestDiscordServer
  post: Post
  database: Database
  databaseUrl: string
  /** Null where none can be mounted. */
  disk: Disk | null
  /** The settings of the service. */
  env: Record<string, string>
  /** Is called at each step until it says that it has seen enough. */
  watch(watcher: (step: Step) => boolean): void
  /** Keeps what is said and done, in the file TORTURE_LOG where that is set. */
  diary(line: string): void
  /** Connections and requests that are open now, at which something can get lost. */
  open(): { mails: number; posts: number }
  close(): Promise<void>
}

const diskSize = 96
const root = join(import.meta.dirname, '..', '..')
/** A Sunday in October, a fortnight before the end of summer time. */
const start = Date.UTC(2026, 9, 11, 6)
export const zone = 'Europe/Berlin'
export const sender = 'freehold.example'

/** Makes a world of a seed; `postgres` is the URL of an empty database, without it there is SQLite on a small disk. */
export async function makeWorld(options: {
  seed: number
  load: Load
  /** With faults that take many seconds. */
  slowly: boolean
  postgres: string | null
}): Promise<World> {
  const { seed, load, slowly, postgres } = options
  const dir = mkdtempSync(join(tmpdir(), 'freehold-torture-'))
  const data = join(dir, 'data')
  mkdirSync(data)
  const disk = postgres === null ? mountDisk(data, diskSize) : null
  const watchers = new Set<(step: Step) => boolean>()
  const each = (step: Step) => {
    for (const watcher of watchers) if (watcher(step)) watchers.delete(watcher)
  }
  const clock = makeClock(join(dir, 'clock'), start)
  const publishers = await startPublishers(load.feeds, {
    chance: createChance(seed, 'feeds'),
    each: () => each('feed'),
  })
  const smtp = await startSmtpServer()
  const discord = await startDiscordServer({ now: clock.now })
  const post = openPost({ smtp, discord }, { chance: createChance(seed, 'post'), slowly, each })
  const lists = join(dir, 'lists')
  mkdirSync(lists)
  writeFileSync(join(lists, 'all.yaml'), publishers.list)
  const databaseUrl = postgres ?? `sqlite:${join(data, 'freehold.db')}`
  await populate(databaseUrl, discord, load, clock.now())
  const database = openDatabase(databaseUrl)
  return {
    clock,
    publishers,
    smtp,
    discord,
    post,
    database,
    databaseUrl,
    disk,
    env: {
      DATA_DIR: data,
      DATABASE_URL: databaseUrl,
      FEEDS_DIR: lists,
      WIKI_DIR: writeSmallWiki(dir),
      TEMPLATES_DIR: join(root, 'templates'),
      PORT: '0',
      ALLOW_PRIVATE_NETWORK: 'true',
      PUBLIC_URL: 'https://freehold.example',
      SMTP_URL: smtp.url,
      MAIL_FROM: `Freehold <digest@${sender}>`,
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      SCHEDULE_DIGEST: '30 2 * * SUN',
      TIMEZONE: zone,
      SECRET: 'a secret of the torture',
      // Started often, a process need not compile everything anew.
      NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
    },
    watch: (watcher) => void watchers.add(watcher),
    diary(line) {
      const { TORTURE_LOG } = process.env
      if (TORTURE_LOG) appendFileSync(TORTURE_LOG, `${new Date().toISOString()} ${line}\n`)
    },
    open: () => ({ mails: smtp.connections.open, posts: discord.open().requests }),
    async close() {
      await database.close()
      await publishers.close()
      await smtp.close()
      await discord.close()
      clock.close()
      disk?.remove()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function populate(url: string, discord: TestDiscordServer, load: Load, now: number): Promise<void> {
  const store = await openStore(url)
  for (let n = 0; n < load.readers; n++)
    await store.subscribers.add(`reader${n}@example${n % 7}.org`, { confirmed: true, now })
  const kinds = ['text', 'text', 'announcement', 'text', 'forum', 'text'] as const
  const modes = ['digest', 'both', 'digest', 'alerts'] as const
  const types = { text: 0, announcement: 5, forum: 15 }
  const maker = discord.addPerson()
  for (let n = 0; n < load.channels; n++) {
    const kind = kinds[n % kinds.length]!
    await store.channels.subscribe({
      channel: discord.addChannel({ name: `channel-${n}`, type: types[kind] }),
      guild: discord.guild.id,
      kind,
      mode: modes[n % modes.length]!,
      ideas: [],
      directions: [],
      role: null,
      discuss: n % 7 === 0 && kind !== 'forum',
      publish: kind === 'announcement',
      alertsADay: 3,
      madeBy: maker.id,
      madeAt: now,
    })
  }
  await store.close()
}
