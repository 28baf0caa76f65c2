import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { showPresence } from '../../src/jobs/index.ts'
import { openStore } from '../../src/store/index.ts'
import { until } from '../service/until.ts'
import { ownDatabase } from '../store/own-database.ts'

const start = Date.UTC(2026, 10, 23, 9)

async function openHouse() {
  const folder = mkdtempSync(join(tmpdir(), 'freehold-presence-'))
  const database = await ownDatabase(folder)
  const store = await openStore(database.url)
  const log: string[] = []
  const say = (_: object, message: string) => void log.push(message)
  let now = start
  onTestFinished(async () => {
    await database.remove()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    store,
    database,
    log,
    pass(ms: number) {
      now += ms
    },
    now: () => now,
    /** `leaseMs` is short, so that it is prolonged in no time. */
    way: (owner: string) => ({
      store,
      owner,
      leaseMs: 30,
      now: () => now,
      log: { info: say, warn: say, error: say },
    }),
    held: (owner: string) => store.leases.holder(`process ${owner}`, now),
  }
}

test('processes are there side by side, for as long as they live', async () => {
  const { store, way, held, pass, log } = await openHouse()
  const ada = await showPresence(way('ada'))
  const bram = await showPresence(way('bram'))
  expect([await held('ada'), await held('bram')]).toEqual(['ada', 'bram'])
  pass(1000)
  await until(async () => (await held('ada')) && (await held('bram')))
  await ada.end()
  expect(await held('ada')).toBeNull()
  expect(await held('bram')).toBe('bram')
  await bram.end()
  expect(log).toEqual([])
  await store.close()
})

test('what one that was killed has left goes with the next one that is there', async () => {
  const { store, way, now, pass } = await openHouse()
  await store.leases.take('process chidi', { owner: 'chidi', now: now(), until: now() + 30 })
  pass(31)
  const ada = await showPresence(way('ada'))
  // As it was before anything had run out.
  expect(await store.leases.holder('process chidi', start)).toBeNull()
  await ada.end()
  await store.close()
})

test('while the database does not take it, it says so once and goes on trying', async () => {
  const { store, way, log, held, pass, database } = await openHouse()
  const ada = await showPresence(way('ada'))
  await database.run('alter table lease rename to away')
  await until(() => log.length > 0)
  pass(1000)
  await database.run('alter table away rename to lease')
  await until(() => held('ada'))
  await until(() => log.length > 1)
  expect(log).toEqual([
    'it could not be written down that this process runs; trying again',
    'this process is shown as running again',
  ])
  await store.close()
  await ada.end()
  expect(log.at(-1)).toBe('this process is shown as running until its lease has run out')
})
