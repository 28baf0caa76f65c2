import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, type TestContext, test } from 'vitest'
import type { Digest } from '../../src/model/index.ts'
import { openStore } from '../../src/store/index.ts'
import { quietDigest, richDigest } from '../fixtures/digests.ts'
import { faultsOf, minute, said, second } from '../jobs/way.ts'
import { startDiscordServer } from '../servers/discord-server.ts'
import { until } from './until.ts'

const script = fileURLToPath(new URL('../jobs/deliver-process.ts', import.meta.url))
const post = 'POST /channels/:channel/messages'
const look = 'GET /channels/:channel/messages'

/** Two hundred channels that are to get a digest, and a sender that can be killed. */
async function start({ onTestFinished }: TestContext, digest: Digest, nonceWindowMs: number) {
  let ahead = 0
  const server = await startDiscordServer({ nonceWindowMs, now: () => Date.now() + ahead })
  const folder = mkdtempSync(join(tmpdir(), 'freehold-kill-'))
  const url = `sqlite:${join(folder, 'freehold.db')}`
  const store = await openStore(url)
  onTestFinished(async () => {
    await store.close()
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const now = Date.now()
  const channels = Array.from({ length: 200 }, () => server.addChannel())
  for (const channel of channels) {
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
    })
  }
  await store.digests.create(digest, [], { now, release: true, expectedLast: null })
  const env = {
    PATH: process.env.PATH,
    DATA_DIR: folder,
    DATABASE_URL: url,
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

interface Course {
  digest: Digest
  /** Words of each of its messages. */
  parts: string[]
  nonceWindowMs: number
  /** How long the sender stays away after each kill (ms). */
  away: number
}

/** Kills the sender in several places, each time starts it again after a while, and lets it come to its end. */
async function killAndEnd(context: TestContext, { digest, parts, nonceWindowMs, away }: Course) {
  const { expect } = context
  const { server, store, channels, stored, toTheEnd, killWhen, pass } = await start(
    context,
    digest,
    nonceWindowMs,
  )
  const asked = () => server.requests.filter(({ route }) => route === post).length

  // Whom it goes to is written down, and perhaps something claimed.
  await killWhen(() => until(async () => (await store.deliveries.counts(1)).length > 0))
  pass(away)
  // Requests are on their way, and get lost.
  server.fault(post, 'stall before')
  const before = asked()
  expect(await killWhen(() => server.until(() => asked() >= before + 4))).toBe(4)
  server.heal()
  pass(away)
  // In full swing.
  const some = stored() + 60
  await killWhen(() => server.until(() => stored() >= some))
  pass(away)
  // The server has what was sent and holds its answers back.
  const more = stored() + 60
  const held = await killWhen(async () => {
    await server.until(() => stored() >= more)
    server.fault(post, 'stall after')
    const sofar = stored()
    await server.until(() => stored() >= sofar + 4)
  })
  expect(held).toBe(4)
  server.heal()
  pass(away)

  const looked = server.requests.filter(({ route }) => route === look).length
  const { code, errors, output } = await toTheEnd()
  expect(code, errors).toBe(0)
  expect(errors).toContain('took over deliveries of a process that ended')
  expect(JSON.parse(output)).toMatchObject({ done: { failed: 0, unknown: 0, deferred: 0 } })
  for (const channel of channels) {
    const texts = server.messages(channel).map(said)
    expect(texts, channel).toEqual(parts.map((part) => expect.stringContaining(part)))
  }
  expect(await store.deliveries.counts(1)).toEqual([
    { medium: 'discord', state: 'sent', n: 200 * parts.length },
  ])
  expect(faultsOf(server)).toEqual([])
  return { looks: server.requests.filter(({ route }) => route === look).length - looked, server }
}

describe.concurrent('killed again and again while it posts to 200 channels, the sender brings the digest to each once', () => {
  test('by the nonces that Discord remembers, when it is started again soon', async (context) => {
    const { looks, server } = await killAndEnd(context, {
      digest: richDigest,
      parts: ['## Freehold 1\n', 'Freehold read 1,204 items'],
      nonceWindowMs: 3 * minute,
      away: 16 * second,
    })
    const sent = server.requests.filter(({ route }) => route === post).map(({ body }) => body.nonce)
    context.expect(looks).toBe(0)
    context.expect(new Set(sent).size).toBe(400)
    // What was lost and what was held back went out a second time.
    context.expect(sent.length).toBeGreaterThanOrEqual(408)
  })

  test('by looking into the channels, when it is started again after Discord has forgotten them', async (context) => {
    const { looks } = await killAndEnd(context, {
      digest: quietDigest,
      parts: ['## Freehold 1\n'],
      nonceWindowMs: 0,
      away: 3 * minute,
    })
    context.expect(looks).toBeGreaterThanOrEqual(4)
  })
})
