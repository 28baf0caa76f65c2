import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Hold, holdAlone } from '../../src/jobs/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { ownDatabase } from '../store/own-database.ts'

const leaseMs = 15_000

/** Processes that share a database, each with a clock and a connection of its own. */
async function startProcesses(names: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'freehold-hold-'))
  const database = await ownDatabase(folder)
  let now = Date.UTC(2026, 10, 23, 9)
  const running = new Set<string>()
  let most = 0
  const log: string[] = []
  const say = (_: object, message: string) => void log.push(message)
  const processes: { hold: Hold; store: Store }[] = []
  for (const owner of names) {
    const store = await openStore(database.url)
    const way = { store, owner, leaseMs, now: () => now, log: { info: say, warn: say, error: say } }
    const hold = holdAlone(way, 'the bot', async () => {
      running.add(owner)
      most = Math.max(most, running.size)
      return { stop: async () => void running.delete(owner) }
    })
    processes.push({ hold, store })
  }
  onTestFinished(async () => {
    for (const { store } of processes) await store.close()
    await database.remove()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    processes,
    log,
    running: () => [...running],
    most: () => most,
    /** Time goes by, and those processes that live look every second. */
    async pass(seconds: number, living = processes) {
      for (let n = 0; n < seconds; n++) {
        now += 1000
        for (const { hold } of living) await hold.tick()
      }
    },
  }
}

test('one of several processes runs it, and goes on', async () => {
  const { processes, running, most, pass } = await startProcesses(['ada', 'bram', 'chidi'])
  await Promise.all(processes.map(({ hold }) => hold.tick()))
  const first = running()
  expect(first).toHaveLength(1)
  await pass(120)
  expect(running()).toEqual(first)
  expect(most()).toBe(1)
})

test('when it stops, another one takes over at once', async () => {
  const { processes, running, most, pass } = await startProcesses(['ada', 'bram'])
  await pass(1)
  expect(running()).toEqual(['ada'])
  await processes[0]!.hold.stop()
  expect(running()).toEqual([])
  await pass(5, processes.slice(1))
  expect(running()).toEqual(['bram'])
  expect(most()).toBe(1)
})

test('when it is killed, another one takes over as soon as its lease has run out', async () => {
  const { processes, running, pass } = await startProcesses(['ada', 'bram'])
  await pass(1)
  await pass(14, processes.slice(1))
  expect(running()).toEqual(['ada'])
  await pass(7, processes.slice(1))
  expect(running()).toEqual(['ada', 'bram'])
})

test('a process that was stopped for longer than its lease lets go before anything else', async () => {
  const { processes, running, pass, log } = await startProcesses(['ada', 'bram'])
  await pass(1)
  await pass(30, processes.slice(1))
  await processes[0]!.hold.tick()
  expect(running()).toEqual(['bram'])
  expect(log).toContain('the bot is left to another process: its lease has run out')
})

test('without the database it lets go when its lease has run out', async () => {
  const { processes, running, pass, log } = await startProcesses(['ada'])
  await pass(1)
  await processes[0]!.store.close()
  await pass(10)
  expect(running()).toEqual(['ada'])
  await pass(10)
  expect(running()).toEqual([])
  expect(log).toContain('the lease of the bot could not be prolonged; trying again')
  await processes[0]!.hold.stop()
  expect(log.at(-1)).toBe('the lease of the bot could not be given back; it runs out by itself')
})
