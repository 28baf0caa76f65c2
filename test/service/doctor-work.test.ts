import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { lookAtDataDir, lookAtDisk, lookAtJobs, lookAtMessages } from '../../src/cli/doctor-work.ts'
import { openOnce } from '../../src/cli/existing-database.ts'
import { hadOtherSecret } from '../../src/cli/wiring.ts'
import { readConfig } from '../../src/config.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { claim, held, mails, makeDigest, now, sent, unknown } from '../store/samples.ts'
import { freehold } from './freehold.ts'

const minute = 60_000
const owner = { owner: 'one', leaseMs: minute }
let store: Store
let folder: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'freehold-doctor-'))
  store = await openStore(`sqlite:${join(folder, 'freehold.db')}`)
  onTestFinished(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })
})

test('a new installation has no jobs and no messages to tell of', async () => {
  expect(await lookAtJobs(store, now)).toBeNull()
  expect(await lookAtMessages(store, now)).toBeNull()
})

test('a job that ran well is fine, one that failed is named with its reason', async () => {
  const run = await store.jobRuns.begin('ingest', { ...owner, now })
  await store.jobRuns.finish(run!, { outcome: 'done', counts: {}, error: null, now })
  expect(await lookAtJobs(store, now + 5 * minute)).toBe(
    '1 of 6 have run, the last one 5 min ago, none failed',
  )
  const failed = await store.jobRuns.begin('digest', { ...owner, now })
  await store.jobRuns.finish(failed!, { outcome: 'failed', counts: {}, error: 'The disk is full', now })
  expect(await lookAtJobs(store, now + 180 * minute)).toEqual({
    warning: 'digest failed 3 h ago: The disk is full. npx freehold jobs run NAME tries at once',
  })
})

test('a job whose process fell silent is named, one under way is not', async () => {
  await store.jobRuns.begin('ingest', { ...owner, now })
  expect(await lookAtJobs(store, now + 1)).toContain('none failed')
  expect(await lookAtJobs(store, now + 4 * minute)).toEqual({
    warning: expect.stringContaining('ingest was cut off 3 min ago'),
  })
})

test('a folder for state that can hold none is named with the remedy, and nothing is made', () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  expect(() => lookAtDataDir(file, 'data')).toThrow(/^data is a file: .*set DATA_DIR to a folder/)
  expect(() => lookAtDataDir(join(file, 'data'), 'data')).toThrow(
    /^data can't be made, since .*file is a file/,
  )
  expect(lookAtDataDir(folder, 'data')).toBe('data')
  const later = join(folder, 'a', 'b')
  expect(lookAtDataDir(later, 'b')).toContain('not there yet')
  expect(existsSync(join(folder, 'a'))).toBe(false)
})

describe('doctor, before the first start', () => {
  /** Without a wiki nothing is learned, which would take long. */
  const run = (args: string[], more: Record<string, string>) =>
    freehold(join(import.meta.dirname, '..', '..'), args, { env: { WIKI_DIR: '/nowhere', ...more } })
  const said = async (more: Record<string, string>) => {
    const found: { check: string; state: string; detail: string }[] = JSON.parse(
      (await run(['doctor', '--json'], more)).stdout,
    )
    return Object.fromEntries(found.map(({ check, state, detail }) => [check, `${state}: ${detail}`]))
  }
  const notKnown = 'off: not known without the database'

  test('says what is still to be made, and makes nothing; nor does a command that reads', async () => {
    const data = mkdtempSync(join(tmpdir(), 'freehold-empty-'))
    onTestFinished(() => rmSync(data, { recursive: true }))
    expect((await said({ DATA_DIR: data })).database).toBe(
      `off: none yet at ${join(data, 'freehold.db')}; the first start makes it`,
    )
    const list = await run(['jobs', 'list'], { DATA_DIR: data })
    expect(list).toMatchObject({ code: 1, stdout: '' })
    expect(list.stderr).toContain(`no database yet at ${join(data, 'freehold.db')}`)
    expect(readdirSync(data)).toEqual([])
  })

  test('tells of SECRET what is known: set, or made by Freehold, or other than the last service had', async () => {
    const secretIs = async (more: Record<string, string>) => (await said(more)).SECRET
    const data = mkdtempSync(join(tmpdir(), 'freehold-secret-'))
    onTestFinished(() => rmSync(data, { recursive: true }))
    const [one, other] = [{ SECRET: 'a'.repeat(40) }, { SECRET: 'b'.repeat(40) }]
    const none = { DATA_DIR: data }
    expect(await secretIs(none)).toBe('off: not set; the first start makes one and keeps it in the database')
    expect(await secretIs({ ...none, ...one })).toBe('fine: set')
    expect(readdirSync(data)).toEqual([])

    const DATABASE_URL = `sqlite:${join(data, 'freehold.db')}`
    const kept = await openStore(DATABASE_URL)
    onTestFinished(() => kept.close())
    const started = (env: Record<string, string>) =>
      hadOtherSecret(readConfig({ root: data, env: { ...env, DATABASE_URL } }), kept)
    const own = 'not set; Freehold has made one itself and keeps it in the database'
    expect(await secretIs(none)).toBe('off: not set; the first start makes one and keeps it in the database')
    expect(await secretIs({ ...none, ...one })).toBe('fine: set')
    // To look makes none.
    expect(await kept.settings.get('secret')).toBeNull()
    expect(await started({})).toBe(false)
    expect(await secretIs(none)).toBe(`fine: ${own}`)
    expect(await started(one)).toBe(true)
    expect(await secretIs({ ...none, ...one })).toBe('fine: set')
    const differs = 'the service that was started last on this database had another one'
    expect(await secretIs({ ...none, ...other })).toMatch(
      new RegExp(`^warn: set, but ${differs}: .* Set the same SECRET on every machine`),
    )
    expect(await secretIs(none)).toMatch(new RegExp(`^warn: ${own}, but ${differs}`))
    // Nor does it take the other one for the last service's.
    expect(await secretIs({ ...none, ...one })).toBe('fine: set')
    expect(await started(other)).toBe(true)
    expect(await secretIs({ ...none, ...other })).toBe('fine: set')
  })

  test('lays the fault of DATA_DIR, or of the database, at no other door', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(await said({ DATA_DIR: file })).toMatchObject({
      DATA_DIR: expect.stringMatching(/^wrong: .* is a file/),
      database: 'off: not known without DATA_DIR',
      ...{ jobs: notKnown, messages: notKnown, backup: notKnown },
    })
    // A port that is never listened on.
    const DATABASE_URL = 'postgres://freehold@127.0.0.1:1/freehold'
    expect(await said({ DATA_DIR: folder, DATABASE_URL })).toMatchObject({
      DATA_DIR: `fine: ${folder}`,
      database: expect.stringMatching(
        /^wrong: The database at DATABASE_URL could not be opened: .* start PostgreSQL, or correct the host and the port in DATABASE_URL\.$/,
      ),
      SECRET: notKnown,
      ...{ jobs: notKnown, messages: notKnown, backup: notKnown },
    })
  })
})

test('a database that hangs is asked no more after a while, and told with a sentence', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const connections: Socket[] = []
  server.on('connection', (socket) => connections.push(socket))
  onTestFinished(() => {
    for (const one of connections) one.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const settings = readConfig({
    root: folder,
    env: { DATABASE_URL: `postgres://a@127.0.0.1:${port}/a` },
  })
  const database = await openOnce(settings, { canKeep: true, answerMs: 100 })
  expect(database.fault?.message).toMatch(/^It gives no answer within 0.1 s: see that it runs/)
  expect(database.hangs()).toBe(true)
  await expect(database.ask(lookAtJobs)).rejects.toThrow('not known without the database')
  await database.close()
})

test('messages that may or may not have arrived are told with the command that sends them again', async () => {
  const { number: digest } = await makeDigest(store)
  await store.deliveries.prepare(digest, mails(3), now)
  const [first, second] = await claim(store)
  for (const [one, receipt] of [
    [first!, sent],
    [second!, unknown],
  ] as const) {
    await store.deliveries.bodyStarts(held(one), now)
    await store.deliveries.settle(held(one), receipt, now)
  }
  expect(await lookAtMessages(store, now)).toEqual({
    warning: `1 sent, 0 due, 0 failed; 1 may or may not have arrived: npx freehold digest send ${digest} --resend-unknown email sends them again`,
  })
})

test('the disk is looked at where the data will lie, also before its folder is made', async () => {
  const free = await lookAtDisk(join(tmpdir(), 'freehold-not-there', 'data'))
  expect(typeof free === 'string' ? free : (free as { warning: string }).warning).toMatch(/^\d+ [MG]B free/)
})
