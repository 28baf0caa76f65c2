import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, type TestContext, test } from 'vitest'
import { messageIdFor } from '../../src/deliver/index.ts'
import type { DeliverReport } from '../../src/jobs/index.ts'
import { openStore } from '../../src/store/index.ts'
import { quietDigest } from '../fixtures/digests.ts'
import { sharedCompilation } from '../service/checkout.ts'
import { type OwnDatabase, ownDatabase } from '../store/own-database.ts'
import { second, templatesDir } from './post-office.ts'
import { smtpSink, startSink, titleWith } from './sink.ts'

const script = fileURLToPath(new URL('./sender.ts', import.meta.url))
/** Locally fewer, to be quick; .ci/run sets the number that is promised. */
const readers = Number(process.env.MAIL_READERS ?? 400)
const randomMoments = process.env.MAIL_READERS ? 20 : 5
/** The sender's connections; each holds one mail whose fate can be unknown. */
const connections = 5
/** Longer than the lease of a sender, which is 15 s. */
const away = 16 * second

/** Every change of a delivery's state, from one side and from the other. */
const moments = [
  'before recover 1',
  'after recover 1',
  'before prepare 1',
  'after prepare 1',
  'before claim 1',
  'after claim 1',
  'before bodiesStart 1',
  'after bodiesStart 1',
  'before bodiesStart 9',
  'after bodiesStart 9',
  'before settleAll 1',
  'after settleAll 1',
  'before settleAll 9',
  'after settleAll 9',
  'after claim 2',
]
/** When everything has gone out. */
const lastMoments = ['before giveBack 1', 'after giveBack 1']

/** Thousands of readers who are to get an issue, Postfix's sink, and a sender that can be killed. */
async function start({ onTestFinished, expect }: TestContext) {
  const sink = await startSink()
  const folder = mkdtempSync(join(tmpdir(), 'freehold-mail-kill-'))
  const database = await ownDatabase(folder)
  const store = await openStore(database.url)
  onTestFinished(async () => {
    await store.close()
    await database.remove()
    rmSync(folder, { recursive: true, force: true })
  })
  await addReaders(database)
  await store.digests.create(quietDigest, [], { now: Date.now(), release: true, expectedLast: null })
  const env = {
    PATH: process.env.PATH,
    ...sharedCompilation(),
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    TEMPLATES_DIR: templatesDir,
    SMTP_URL: sink.url,
    MAIL_FROM: 'Freehold <digest@freehold.example>',
    BOUNCE_DOMAIN: 'news.freehold.example',
    PUBLIC_URL: 'https://freehold.example',
    SECRET: 'a secret of the sender’s tests',
  }
  let ahead = 0

  /** Runs the sender, to its end or until it has said `killAt`, and goes on when its lease is over. */
  async function run({ moment, killAt }: { moment?: string; killAt?: number } = {}) {
    const args = [script, String(ahead), ...(moment ? [moment] : [])]
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    const ended = once(child, 'close')
    let last = ''
    for await (const line of createInterface({ input: child.stdout })) {
      last = line
      if (killAt !== undefined && Number(line) >= killAt) child.kill('SIGKILL')
    }
    const [code, signal] = await ended
    ahead += away
    const report = last.startsWith('{') ? (JSON.parse(last) as DeliverReport) : null
    return { code, signal, errors, report }
  }

  /** What the dead sender had claimed and not settled, and how many of those had begun to go out. */
  async function begun(): Promise<number> {
    const held = await store.deliveries.list({ state: 'sending' })
    const going = held.filter(({ bodyStartedAt }) => bodyStartedAt !== null).length
    expect(going).toBeLessThanOrEqual(connections)
    return going
  }
  return { store, sink, run, begun }
}

/** In few statements: one each would take longer than the mailing. */
async function addReaders(database: OwnDatabase): Promise<void> {
  const all = Array.from({ length: readers }, (_, n) => {
    const email = `'reader${n}@example${n % 50}.org'`
    return `('${crypto.randomUUID()}', ${email}, ${email}, 1, 1, '[]', '[]')`
  })
  for (let n = 0; n < readers; n += 500) {
    await database.run(
      `insert into subscriber (id, email, email_key, confirmed_at, created_at, ideas, directions)
       values ${all.slice(n, n + 500).join(', ')}`,
    )
  }
}

describe.skipIf(!smtpSink)(
  titleWith(`a mailing to ${readers} readers`, smtpSink, 'smtp-sink, of the package postfix,'),
  () => {
    test('killed at every change of state and at other moments reaches everybody once, but for what is reported', {
      timeout: 300_000,
    }, async (context) => {
      const { expect } = context
      const { store, sink, run, begun } = await start(context)
      const started = performance.now()
      let uncertain = 0
      let kills = 0
      for (const moment of moments) {
        const { signal, errors } = await run({ moment })
        expect([moment, signal, errors]).toEqual([moment, 'SIGKILL', expect.any(String)])
        kills++
        uncertain += await begun()
      }
      const atMoments = uncertain
      for (let n = 0; n < randomMoments; n++) {
        const killAt = 1 + Math.floor(Math.random() * (readers / (randomMoments * 4)))
        const { signal } = await run({ killAt })
        // Once nothing is left to send there is nothing to kill.
        if (signal === 'SIGKILL') kills++
        uncertain += await begun()
      }
      expect(kills).toBe(moments.length + randomMoments)
      const end = await run()
      expect(end.code, end.errors).toBe(0)
      expect(end.report).toMatchObject({ deferred: 0, failed: 0, unknown: 0, suppressed: 0 })
      for (const moment of lastMoments) {
        expect((await run({ moment })).signal).toBe('SIGKILL')
        expect(await begun()).toBe(0)
      }
      expect((await run()).report).toEqual({ sent: 0, deferred: 0, failed: 0, unknown: 0, suppressed: 0 })
      await sink.stop()

      const rows = await store.deliveries.list({ digest: 1, medium: 'email' })
      expect(rows).toHaveLength(readers)
      const ids = (state: string) =>
        rows.filter((row) => row.state === state).map(({ id }) => messageIdFor(id, 'freehold.example'))
      const [sent, unknown] = [ids('sent'), ids('unknown')]
      expect(sent.length + unknown.length).toBe(readers)
      expect(unknown.length).toBe(uncertain)
      expect(uncertain).toBeLessThanOrEqual(connections * kills)
      const dumped = sink.dumped()
      const arrived = new Set(dumped.map(({ messageId }) => messageId))
      // Nobody twice …
      expect(arrived.size).toBe(dumped.length)
      expect(new Set(dumped.map(({ to }) => to)).size).toBe(dumped.length)
      // … nobody missed …
      expect(sent.filter((id) => !arrived.has(id))).toEqual([])
      // … and what arrived is what is reported as sent, or as unknown.
      const told = new Set([...sent, ...unknown])
      expect([...arrived].filter((id) => !told.has(id))).toEqual([])
      const took = Math.round(performance.now() - started)
      process.stdout.write(
        `${readers} readers, ${kills} kills in ${took} ms: ${sent.length} sent, ${unknown.length} unknown (${atMoments} at changes of state), of which ${dumped.length - sent.length} had arrived\n`,
      )
    })
  },
)
