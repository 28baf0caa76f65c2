import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { type OwnDatabase, ownDatabase } from '../store/own-database.ts'
import { type Checkout, copyCheckout } from './checkout.ts'
import { freehold, type RunningService, startService } from './freehold.ts'
import { until } from './until.ts'

let checkout: Checkout
let database: OwnDatabase
let env: Record<string, string>
let dump: string
const started: RunningService[] = []

beforeAll(async () => {
  checkout = copyCheckout()
  mkdirSync(join(checkout.dir, 'lists'))
  writeFileSync(join(checkout.dir, 'lists', 'one.yaml'), 'group: Test\nfeeds: []\n')
  database = await ownDatabase(join(checkout.dir, 'data'))
  env = { DATABASE_URL: database.url, FEEDS_DIR: 'lists', PORT: '0' }
  await (await openStore(database.url)).close()
  dump = join(checkout.dir, 'dump.gz')
  expect(await run('backup', dump)).toMatchObject({ code: 0 })
})

afterAll(async () => {
  for (const service of started) await service.end('SIGKILL')
  await database.remove()
  checkout.remove()
})

const run = (...args: string[]) => freehold(checkout.dir, args, { env })

/** A service that has nothing to do but wait for readers. */
async function idle(): Promise<{ service: RunningService; owner: string }> {
  const service = startService(checkout.dir, env, ['--only', 'web'])
  started.push(service)
  const line = await service.logged((one) => one.includes('Freehold is running'))
  return { service, owner: (JSON.parse(line) as { owner: string }).owner }
}

async function refusals(): Promise<string[]> {
  const elsewhere = join(checkout.dir, 'elsewhere.db')
  const restored = await run('restore', dump, '--replace')
  const copied = await run('db', 'copy', database.url, elsewhere, '--replace')
  return [restored, copied].map(({ code, stderr }) => (code === 0 ? 'done' : stderr))
}

test('while a service idles, its database is neither replaced nor moved; when it has stopped, both are done', async () => {
  const [one, two] = [await idle(), await idle()]
  for (const said of await refusals()) {
    expect(said).toContain('Freehold is at work on')
    expect(said).toContain(one.owner)
    expect(said).toContain(two.owner)
  }
  expect(await one.service.end('SIGTERM')).toEqual({ code: 0, signal: null })
  for (const said of await refusals()) {
    expect(said).not.toContain(one.owner)
    expect(said).toContain(two.owner)
  }
  expect(await two.service.end('SIGTERM')).toEqual({ code: 0, signal: null })
  for (const { service, owner } of [one, two]) {
    const whose = service.log.map((line) => (JSON.parse(line) as { owner?: string }).owner)
    expect(whose, 'each line says whose it is').toEqual(service.log.map(() => owner))
  }
  expect(await refusals()).toEqual(['done', 'done'])
})

test('of one that was killed the database is free when its lease has run out', async () => {
  const { service, owner } = await idle()
  await service.end('SIGKILL')
  for (const said of await refusals()) expect(said).toContain(owner)
  const store = await openStore(database.url)
  try {
    await until(async () => (await store.leases.holder(`process ${owner}`, Date.now())) === null)
  } finally {
    await store.close()
  }
  expect(await refusals()).toEqual(['done', 'done'])
})
