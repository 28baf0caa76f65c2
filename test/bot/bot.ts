import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAsker } from '../../src/ask/index.ts'
import { type Bot, type BotOptions, startBot } from '../../src/bot/index.ts'
import { type Desk, openDesk, type Way } from '../../src/jobs/index.ts'
import { createSigner } from '../../src/lib/sign/index.ts'
import {
  type FeedState,
  hour,
  type LabelledItem,
  minute,
  type Page,
  unpolled,
  week,
} from '../../src/model/index.ts'
import { createRenderer, type Renderer } from '../../src/render/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { ideasOf, passagesOf, readPages } from '../../src/wiki/index.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import { loadWeek } from '../fixtures/weeks.ts'
import { withChildren } from '../servers/discord-components.ts'
import type { SentInteraction } from '../servers/discord-people.ts'
import {
  type DiscordServerOptions,
  type StoredMessage,
  startDiscordServer,
  type TestDiscordServer,
} from '../servers/discord-server.ts'
import { ownDatabase } from '../store/own-database.ts'
import { keepForChecks } from './checks.ts'

export const site = 'https://freehold.example.org'
export const callbacks = 'POST /interactions/:interaction/:token/callback'
export const edits = 'PATCH /webhooks/:application/:token/messages/:message'
export const [v2, ephemeral] = [1 << 15, 1 << 6]

const root = join(import.meta.dirname, '..', '..')
const { pages } = await readPages(join(root, 'wiki'))
export const ideas = ideasOf(pages)
export const renderer: Renderer = createRenderer({
  templatesDir: join(root, 'templates'),
  publicUrl: site,
  ideas,
})
export const asker = createAsker({ passages: passagesOf(pages), pages, ideas, site })
export const schedules = { ingest: '15 * * * *', digest: '0 9 * * MON', zone: 'UTC' }
/** A Monday, when the week of the items is over. */
const monday = Date.UTC(2026, 10, 23, 9)

export interface Line {
  level: 'info' | 'warn' | 'error'
  message: string
  // biome-ignore lint/suspicious/noExplicitAny: whatever is logged with it.
  facts: any
}

/** A Discord, a store with a week of items, and the bot between them. */
export interface House {
  server: TestDiscordServer
  store: Store
  way: Way
  desk: Desk
  /** A text channel. */
  channel: string
  /** What is stored, newest first. */
  items: LabelledItem[]
  log: Line[]
  /** Resolves with the first line of the log that says this, of those from number `from` on. */
  logged(level: Line['level'], said: string, from?: number): Promise<Line>
  /** The clock of the bot; Discord's goes with it. */
  pass(ms: number): void
  /** Starts a bot; several can follow one another. `ready` has not been waited for. */
  open(more?: Partial<BotOptions>): Bot
  /** Starts a bot and waits until it is there. */
  start(more?: Partial<BotOptions>): Promise<Bot>
  /** Every row of every table, as text. */
  dump(): string
  close(): Promise<void>
}

export interface HouseOptions {
  server?: DiscordServerOptions
  /** Another server than one of its own; whoever made it closes it. */
  on?: TestDiscordServer
  /** Items in place of the week's. */
  items?: LabelledItem[]
}

/** Opens a store and a Discord. A bot is there when it has been started. */
export async function openHouse(options: HouseOptions = {}): Promise<House> {
  let now = monday
  const server = options.on ?? (await startDiscordServer({ now: () => now, ...options.server }))
  keepForChecks(server)
  const folder = mkdtempSync(join(tmpdir(), 'freehold-bot-'))
  const database = await ownDatabase(folder)
  const store = await openStore(database.url)
  const items = options.items ?? thisWeek()
  await keep(store, items)
  const log: Line[] = []
  const waiting = new Set<() => void>()
  const say = (level: Line['level']) => (facts: object, message: string) => {
    log.push({ level, facts, message })
    for (const look of waiting) look()
  }
  const way = {
    store,
    feeds: weekFeeds,
    ideas,
    pages,
    renderer,
    // Every item has been judged; this is who did it.
    classifier: async () => ({
      by: 'model:fixture',
      classify() {
        throw new Error('Every item has been judged already.')
      },
    }),
    // Housekeeping hashes addresses of readers.
    post: { signer: createSigner('a secret of the tests') },
    now: () => now,
    log: { info: say('info'), warn: say('warn'), error: say('error') },
  } as unknown as Way
  const desk = openDesk({ way, asker, secret: 'a secret of the tests', schedules })
  const bots: Bot[] = []

  const house: House = {
    server,
    store,
    way,
    desk,
    channel: server.addChannel({ name: 'general' }),
    items,
    log,
    logged(level, said, from = 0) {
      const find = () => log.slice(from).find((line) => line.level === level && line.message.includes(said))
      return new Promise((resolve) => {
        const look = () => {
          const found = find()
          if (!found) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      })
    },
    pass(ms) {
      now += ms
    },
    open(more = {}) {
      const bot = startBot({
        desk,
        renderer,
        log: way.log,
        now: way.now,
        maintainerRole: null,
        schedule: 'every Monday at 09:00 (UTC)',
        token: server.token,
        apiUrl: server.apiUrl,
        ...more,
        client: {
          // A second identify would wait 5 s for Discord's sake.
          ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => undefined }) },
          // No request ends by itself: where one ends, the bot has ended it.
          rest: { timeout: 3_600_000 },
        },
      })
      bots.push(bot)
      return bot
    },
    async start(more) {
      const bot = house.open(more)
      if (!(await bot.ready)) throw new Error(`The bot is not there: ${log.at(-1)?.message}`)
      return bot
    },
    dump: () => database.dump().join('\n'),
    async close() {
      await Promise.all(bots.map((bot) => bot.stop()))
      await store.close()
      await database.remove()
      if (!options.on) await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return house
}

/** The items of a fixture week, as if that week had just ended: newest first, labels in the order of ideas' ids. */
export function thisWeek(): LabelledItem[] {
  const items = loadWeek(3)
  const shift = monday - (Date.parse('2026-03-02T09:00:00Z') + 3 * week)
  return items
    .map((item) => ({
      ...item,
      firstSeenAt: item.firstSeenAt + shift,
      publishedAt: item.publishedAt === null ? null : item.publishedAt + shift,
      labels: item.labels.toSorted((a, b) => (a.idea < b.idea ? -1 : 1)),
    }))
    .sort((a, b) => b.firstSeenAt - a.firstSeenAt)
}

/** Stores items with their labels, and that every feed answered a moment ago. */
export async function keep(store: Store, items: LabelledItem[]): Promise<void> {
  const found = items.map((item) => ({ ...item, identity: item.id, revision: 'first' }))
  for (const [at, { id, url }] of weekFeeds.entries()) {
    await store.items.absorb(at === 0 ? found : [], answering(id, url), monday)
  }
  await store.items.label(
    items.map(({ id, labels }) => ({ item: id, revision: 'first', labels })),
    'model:fixture',
  )
}

/** The state of a feed that answered a minute before the house was opened. */
export function answering(feed: string, url: string): FeedState {
  const at = monday - minute
  return {
    ...unpolled(feed, url),
    firstPolledAt: at - 8 * week,
    lastPolledAt: at,
    lastSuccessAt: at,
    nextPollAt: at + hour,
    failures: 0,
    lastError: null,
    itemsSeen: 100,
  }
}

/** A page of the wiki, which has to be there. */
export function pageOf(id: string): Page {
  const found = pages.find((page) => page.id === id)
  if (!found) throw new Error(`The wiki has no page ${id}.`)
  return found
}

/** All that a message says, a line for each line. */
export function said({ components }: Pick<StoredMessage, 'components'>): string {
  return components
    .flatMap(withChildren)
    .flatMap(({ content }) => content ?? [])
    .join('\n')
}

/** The buttons of a message in order: label and custom id, or label and link. */
export function buttons({ components }: Pick<StoredMessage, 'components'>): [string, string][] {
  return components
    .flatMap(withChildren)
    .flatMap(({ type, label, custom_id, url }) =>
      type === 2 ? [[label, custom_id ?? url] as [string, string]] : [],
    )
}

/** The menus of a message. */
export function menus({ components }: Pick<StoredMessage, 'components'>) {
  return components.flatMap(withChildren).filter(({ type }) => type === 3)
}

/** What somebody gets to read for what they did: the text, who sees it, and what Discord was told first. */
export async function answered(sent: SentInteraction) {
  const first = await sent.answer()
  const message = await sent.reply()
  return {
    message,
    text: said(message),
    buttons: buttons(message),
    hidden: (message.flags & ephemeral) !== 0,
    /** 5: an answer will come; 6: the message will change. */
    first: first.type,
  }
}
