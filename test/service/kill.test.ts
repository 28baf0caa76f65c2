import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, type TestContext, test } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { richDigest } from '../fixtures/digests.ts'
import { faultsOf, minute, said, second } from '../jobs/way.ts'
import { startDiscordServer } from '../servers/discord-server.ts'
import { ownDatabase } from '../store/own-database.ts'
import { sharedCompilation } from './checkout.ts'
import { until } from './until.ts'

const script = fileURLToPath(new URL('../jobs/deliver-process.ts', import.meta.url))
const post = 'POST /channels/:channel/messages'
const look = 'GET /channels/:channel/messages'

/** The sender has so many requests under way at once. */
const atOnce = 4
const isWhole = (n: number) => n % 5 === 0
const messages = 200 + 40

/** Two hundred channels that are to get a digest, each fifth all of it in two messages; and a sender that can be killed. */
async function start({ onTestFinished }: TestContext, nonceWindowMs: number) {
  let ahead = 0
  const server = await startDiscordServer({ nonceWindowMs, now: () => Date.now() + ahead })
  const folder = mkdtempSync(join(tmpdir(), 'freehold-kill-'))
  const database = await ownDatabase(folder)
  const store = await openStore(database.url)
  onTestFinished(async () => {
    await store.close()
    await database.remove()
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const now = Date.now()
  const channels = Array.from({ length: 200 }, () => server.addChannel())
  for (const [n, channel] of channels.entries()) {
    await store.channels.subscribe({
      channel,
      guild: server.guild.id,
      kind: 'text',
      mode: 'digest',
      ideas: isWhole(n) ? [] : ['compute-cost'],
      directions: [],
      role: null,
      discuss: false,
      publish: false,
      alertsADay: 3,
      madeBy: '123456789012345678',
      madeAt: now,
    })
  }
  await store.digests.create(richDigest, [], { now, release: true, expectedLast: null })
  const env = {
    PATH: process.env.PATH,
    ...sharedCompilation(),
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    DISCORD_TOKEN: server.token,
    DISCORD_API_URL: server.apiUrl,
    PUBLIC_URL: 'https://freehold.example',
  }
  const run = () => {
    const child = spawn(process.execPath, [script, String(ahead)], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [output, errors] = ['', '']
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, output, errors }))
    return { child, ended }
  }
  return {
    server,
    store,
    channels,
    /** How many messages stand in the channels. */
    stored: () => channels.reduce((sum, channel) => sum + server.messages(channel).length, 0),
    /** Runs the sender until it ends by itself. */
    toTheEnd: () => run().ended,
    /** Runs the sender until something is true, kills it there, and gives how many of its messages had begun to go out. */
    async killWhen(isThere: () => Promise<unknown>): Promise<number> {
      const { child, ended } = run()
      const tooSoon = ended.then(({ errors }) => {
        throw new Error(`the sender ended before it could be killed; it said:\n${errors}`)
      })
      await Promise.race([isThere(), tooSoon])
      child.kill('SIGKILL')
      tooSoon.catch(() => undefined)
      await ended
      const claimed = await store.deliveries.list({ state: 'sending' })
      return claimed.filter(({ bodyStartedAt }) => bodyStartedAt !== null).length
    },
    /** Lets time go by: longer than the sender's lease, which is 15 s. */
    pass(ms: number) {
      ahead += ms
    },
  }
}

type Setting = Awaited<ReturnType<typeof start>>

/** A moment to kill the sender at, and how many of its messages have begun to go out then. */
interface Place {
  reach(setting: Setting): Promise<unknown>
  begun?: number
}

/** Whom it goes to is written down, and perhaps something claimed. */
const written: Place = {
  reach: ({ store }) => until(async () => (await store.deliveries.counts(1)).length > 0),
}

const inFullSwing: Place = {
  async reach({ server, stored }) {
    const some = stored() + 60
    await server.until(() => stored() >= some)
  },
}

/** Requests are on their way, and get lost. */
const requestsLost: Place = {
  async reach({ server }) {
    const asked = () => server.requests.filter(({ route }) => route === post).length
    const before = asked()
    server.fault(post, 'stall before')
    await server.until(() => asked() >= before + atOnce)
  },
  begun: atOnce,
}

/** The server has what was sent and holds its answers back. */
const answersHeld: Place = {
  async reach({ server, stored }) {
    const some = stored() + 60
    await server.until(() => stored() >= some)
    server.fault(post, 'stall after')
    const before = stored()
    await server.until(() => stored() >= before + atOnce)
  },
  begun: atOnce,
}

/** Kills the sender in some places, each time starts it again after a while, and lets it come to its end. */
async function killAndEnd(
  context: TestContext,
  { places, away, nonceWindowMs }: { places: Place[]; away: number; nonceWindowMs: number },
) {
  const { expect } = context
  const setting = await start(context, nonceWindowMs)
  const { server, store, channels, toTheEnd, killWhen, pass } = setting
  let cutOff = 0
  for (const place of places) {
    const begun = await killWhen(() => place.reach(setting))
    if (place.begun !== undefined) expect(begun).toBe(place.begun)
    cutOff += begun
    server.heal()
    pass(away)
  }
  const { code, errors, output } = await toTheEnd()
  expect(code, errors).toBe(0)
  expect(errors).toContain('took over deliveries of a process that ended')
  expect(JSON.parse(output)).toMatchObject({ done: { failed: 0, unknown: 0, deferred: 0 } })
  for (const [n, channel] of channels.entries()) {
    const [first, last, ...others] = server.messages(channel).map(said)
    expect(first, channel).toContain('## Freehold 1\n')
    expect(last ?? first, channel).toContain('Freehold read 1,204 items')
    expect([last !== undefined, others], channel).toEqual([isWhole(n), []])
  }
  expect(await store.deliveries.counts(1)).toEqual([{ medium: 'discord', state: 'sent', n: messages }])
  expect(faultsOf(server)).toEqual([])
  const nonces = server.requests.filter(({ route }) => route === post).map(({ body }) => body.nonce as string)
  const looks = server.requests.filter(({ route }) => route === look).length
  return { cutOff, looks, posts: nonces.length, nonces: new Set(nonces).size }
}

describe.concurrent('killed again and again while it posts to 200 channels, the sender brings the digest to each once', () => {
  test('by looking for what was cut off, when it is started again soon', async (context) => {
    const { cutOff, looks, posts, nonces } = await killAndEnd(context, {
      places: [written, inFullSwing, answersHeld],
      away: 16 * second,
      nonceWindowMs: 3 * minute,
    })
    context.expect({ looks, nonces }).toEqual({ looks: cutOff, nonces: messages })
    // What stood there already is found, and not sent once more.
    context.expect(posts).toBeLessThanOrEqual(messages + cutOff - atOnce)
  })

  test('by looking into the channels, when it is started again after Discord has forgotten them', async (context) => {
    const { looks, posts } = await killAndEnd(context, {
      places: [requestsLost, answersHeld],
      away: 3 * minute,
      nonceWindowMs: 0,
    })
    context.expect(looks).toBe(2 * atOnce)
    // Only what was lost went out a second time.
    context.expect(posts).toBe(messages + atOnce)
  })
})
