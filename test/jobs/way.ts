import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openPostOffice } from '../../src/cli/wiring.ts'
import { readConfig } from '../../src/config.ts'
import { createDiscord } from '../../src/deliver/index.ts'
import { type DeliverReport, deliver, type Way } from '../../src/jobs/index.ts'
import { createSigner } from '../../src/lib/sign/index.ts'
import type { ChannelSubscription, Delivery, Digest } from '../../src/model/index.ts'
import { createRenderer } from '../../src/render/index.ts'
import { openStore } from '../../src/store/index.ts'
import { ideas } from '../fixtures/digests.ts'
import { withChildren } from '../servers/discord-components.ts'
import { validateBody } from '../servers/discord-openapi.ts'
import {
  type DiscordServerOptions,
  type StoredMessage,
  startDiscordServer,
  type TestDiscordServer,
} from '../servers/discord-server.ts'
import { type OwnDatabase, ownDatabase } from '../store/own-database.ts'

export const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]

const renderer = createRenderer({
  templatesDir: join(import.meta.dirname, '..', '..', 'templates'),
  publicUrl: 'https://freehold.example',
  ideas,
})

interface Line {
  level: 'info' | 'warn' | 'error'
  message: string
  facts: object
}

/** What the sender works with, all of it real, and a Discord that it talks to over a socket. */
export interface TestWay {
  way: Omit<Way, 'reader' | 'classifier'>
  server: TestDiscordServer
  /** What the store lies in. */
  database: OwnDatabase
  /** Moves the clock of the sender and of Discord on. */
  pass(ms: number): void
  log: Line[]
  /** Stores a digest under the next number and releases it. */
  release(digest: Digest): Promise<number>
  /** Subscribes a channel of the first server to everything, unless `wish` says otherwise. */
  subscribe(channel: string, wish?: Partial<ChannelSubscription>): Promise<void>
  send(): Promise<DeliverReport>
  /** The deliveries to a channel by step and piece: `message 0 sent`. */
  states(channel: string): Promise<string[]>
  /** The deliveries to a channel, in their order. */
  deliveries(channel: string): Promise<Delivery[]>
  /** What Discord was asked for since the last time this was called: routes with the places of their ids. */
  asked(): string[]
}

/**
 * A way of a test's own: a database, the committed templates, a client and a server of Discord. When the test is over, every body that was sent has to be valid by Discord's
 * description, where that is at hand. `timeoutMs` is how long the client waits for an answer.
 */
export async function startWay(
  options: DiscordServerOptions & { timeoutMs?: number } = {},
): Promise<TestWay> {
  let now = Date.UTC(2026, 10, 23, 9)
  const server = await startDiscordServer({ now: () => now, ...options })
  const folder = mkdtempSync(join(tmpdir(), 'freehold-jobs-'))
  const database = await ownDatabase(folder)
  const store = await openStore(database.url)
  const log: Line[] = []
  const say = (level: Line['level']) => (facts: object, message: string) =>
    void log.push({ level, facts, message })
  onTestFinished(async () => {
    await store.close()
    await database.remove()
    await server.close()
    rmSync(folder, { recursive: true, force: true })
    const faults = faultsOf(server)
    if (faults.length > 0) throw new Error(`Discord would not take these bodies:\n${faults.join('\n')}`)
  })
  const settings = readConfig({
    root: folder,
    env: {
      DISCORD_TOKEN: server.token,
      DISCORD_API_URL: server.apiUrl,
      PUBLIC_URL: 'https://freehold.example',
    },
  })
  const way: TestWay['way'] = {
    store,
    feeds: [],
    ideas,
    pages: [],
    renderer,
    post: {
      ...openPostOffice(settings, createSigner('a secret of the tests')),
      discord: createDiscord({ token: server.token, apiUrl: server.apiUrl, timeoutMs: options.timeoutMs }),
    },
    now: () => now,
    log: { info: say('info'), warn: say('warn'), error: say('error') },
    owner: 'test',
    leaseMs: 15 * second,
  }
  let seen = 0
  const deliveriesTo = async (channel: string) => {
    const all = await store.deliveries.list({ medium: 'discord' })
    return all.filter(({ target }) => target === channel)
  }

  return {
    way,
    server,
    database,
    log,
    pass(ms) {
      now += ms
    },
    async release(digest) {
      const expectedLast = (await store.digests.last())?.until ?? null
      const made = await store.digests.create(digest, [], { now, release: true, expectedLast })
      return made!.number
    },
    async subscribe(channel, wish = {}) {
      await store.channels.subscribe({
        channel,
        guild: server.guild.id,
        kind: 'text',
        mode: 'digest',
        ideas: [],
        directions: [],
        role: null,
        discuss: false,
        publish: false,
        alertsADay: 3,
        madeBy: '123456789012345678',
        madeAt: now,
        ...wish,
      })
    },
    send: () => deliver(way),
    async states(channel) {
      const all = await deliveriesTo(channel)
      return all.map(({ step, piece, state }) => `${step} ${piece} ${state}`)
    },
    deliveries: deliveriesTo,
    asked() {
      const fresh = server.requests.slice(seen)
      seen = server.requests.length
      return fresh.map(({ route }) => route)
    },
  }
}

/** What Discord's own description finds wrong with what was sent. */
export function faultsOf({ requests }: TestDiscordServer): string[] {
  return requests.flatMap(({ route, body }) => validateBody(route, body))
}

/** All that a message says, a line for each line. */
export function said(message: StoredMessage | undefined): string {
  return (message?.components ?? [])
    .flatMap(withChildren)
    .flatMap(({ content }) => content ?? [])
    .join('\n')
}
