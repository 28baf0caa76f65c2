import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { openOn, openStore, type Store } from '../../src/store/index.ts'
import { migrations } from '../../src/store/migrations.ts'
import { sqliteDialect } from '../../src/store/sqlite.ts'
import { type Child, start } from './process.ts'
import { feedState, makeDigest, newItem, now } from './samples.ts'

const folder = mkdtempSync(join(tmpdir(), 'freehold-processes-'))
let files = 0
const newFile = () => join(folder, `${++files}.db`)
afterAll(() => rmSync(folder, { recursive: true }))

const well = { code: 0, signal: null, errors: '' }

function openFile(file: string): Promise<Store> {
  return closing(openStore(`sqlite:${file}`))
}

async function closing(opening: Promise<Store>): Promise<Store> {
  const store = await opening
  onTestFinished(() => store.close())
  return store
}

/** The rows beneath, read by a connection that knows nothing of the store. */
function rowsOf<T>(file: string, sql: string): T[] {
  const db = new DatabaseSync(file, { timeout: 10_000 })
  try {
    return db.prepare(sql).all() as T[]
  } finally {
    db.close()
  }
}

/** What each child says next. */
function eachSays(children: Child[]): Promise<(string | null)[]> {
  return Promise.all(children.map((child) => child.heard()))
}

describe('several processes on one SQLite file', () => {
  test('read and then write in turns: none fails, and no change is lost', async () => {
    const file = newFile()
    const store = await openFile(file)
    await store.settings.getOrSet('counter', () => '0')
    const children = [start('count', file, '300'), start('count', file, '300')]
    await eachSays(children)
    for (const child of children) child.say('go')
    expect(await Promise.all(children.map((child) => child.ended))).toEqual([well, well])
    expect(await store.settings.getOrSet('counter', () => 'lost')).toBe('600')
  })

  test('that start together on a new file migrate it once and agree', async () => {
    const children = Array.from({ length: 4 }, () => start('open'))
    await eachSays(children)
    for (let round = 0; round < 50; round++) {
      const file = newFile()
      for (const child of children) child.say(file)
      const secrets = await eachSays(children)
      expect(new Set(secrets).size).toBe(1)
      expect(secrets[0]).toMatch(/^made by \d+$/)
      const done = rowsOf<{ name: string }>(file, 'select name from migration order by id')
      expect(done.map((step) => step.name)).toEqual(migrations.map((step) => step.name))
    }
    for (const child of children) child.leave()
    expect(await Promise.all(children.map((child) => child.ended))).toEqual([well, well, well, well])
  })

  test('run a job once that each has found to be due', async () => {
    const file = newFile()
    await openFile(file)
    const children = [start('begin', file, 'one'), start('begin', file, 'two')]
    await eachSays(children)
    for (let round = 0; round < 60; round++) {
      for (const child of children) child.say('look')
      expect(new Set(await eachSays(children)).size).toBe(1)
      for (const child of children) child.say('run')
      const ran = await eachSays(children)
      expect(ran.toSorted()).toEqual(['done', 'not due'])
    }
    expect(rowsOf<{ n: number }>(file, 'select count(*) as n from job_run')).toEqual([{ n: 60 }])
    for (const child of children) child.leave()
    expect(await Promise.all(children.map((child) => child.ended))).toEqual([well, well])
  })

  test('never claim the same delivery', async () => {
    const file = newFile()
    const store = await openFile(file)
    await makeDigest(store)
    const mails = Array.from({ length: 300 }, (_, n) => ({
      medium: 'email' as const,
      target: String(n),
      part: 0,
    }))
    await store.deliveries.prepare(1, mails, now)
    const children = [start('claim', file, 'one'), start('claim', file, 'two')]
    await eachSays(children)
    const claimed: string[][] = [[], []]
    for (let got = 1; got > 0; ) {
      for (const child of children) child.say('claim')
      const batches = (await eachSays(children)).map((line) => JSON.parse(line!) as string[])
      for (const [i, batch] of batches.entries()) claimed[i]!.push(...batch)
      got = batches.flat().length
    }
    const listed = await store.deliveries.list({})
    for (const [i, owner] of ['one', 'two'].entries()) {
      const owned = listed.filter((delivery) => delivery.owner === owner).map((delivery) => delivery.id)
      expect(claimed[i]!.toSorted()).toEqual(owned.toSorted())
      expect(owned.length).toBeGreaterThan(100)
    }
    expect(claimed.flat()).toHaveLength(300)
    expect(listed.every((delivery) => delivery.attempts === 1)).toBe(true)
  })

  test('one that keeps the lock for too long makes the others say so, and lose nothing', async () => {
    const file = newFile()
    const impatient = () => closing(openOn(sqliteDialect(file, { busyTimeout: 50 }), 'sqlite'))
    const store = await impatient()
    await store.items.absorb([newItem(1)], feedState(), now)
    const holder = start('hold', file)
    expect(await holder.heard()).toBe('held')

    const complaint = `another process kept ${file} locked for too long. Wait for it or end it, then try again.`
    await expect(store.items.absorb([newItem(2)], feedState({ itemsSeen: 99 }), now)).rejects.toThrow(
      complaint,
    )
    await expect(store.settings.getOrSet('mine', () => 'lost')).rejects.toThrow(complaint)
    await expect(impatient()).rejects.toThrow(
      `The database at DATABASE_URL could not be opened: ${complaint}`,
    )
    expect((await store.items.list()).map((item) => item.id)).toEqual([newItem(1).id])

    holder.say('enough')
    expect(await holder.ended).toEqual(well)
    expect(await store.settings.getOrSet('held', () => 'lost')).toBe('yes')
    expect(await store.settings.getOrSet('mine', () => 'kept')).toBe('kept')
    expect((await store.feedStates.get('lab'))!.itemsSeen).toBe(feedState().itemsSeen)
    expect(await store.items.absorb([newItem(1), newItem(2)], feedState(), now)).toMatchObject({
      new: 1,
      updated: 0,
    })
  })
})

test('a process killed while it stores loses nothing that was acknowledged, and leaves nothing half done', async () => {
  const file = newFile()
  const acknowledged: string[] = []
  for (const [round, patience] of [1, 2, 5, 10, 20, 35, 50, 65, 80, 120].entries()) {
    const child = start('absorb', file, String(round))
    let heard = 0
    for (let line = await child.heard(); line !== null; line = await child.heard()) {
      acknowledged.push(`${round} ${line}`)
      heard += 1
      if (heard === patience) child.kill()
    }
    expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL', errors: '' })
    expect(heard).toBeGreaterThanOrEqual(patience)

    expect(rowsOf(file, 'pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
    const polls = rowsOf<{ poll: string; n: number }>(
      file,
      `select substr(id, 1, length(id) - 2) as poll, count(*) as n from item group by poll`,
    )
    expect(polls.filter((poll) => poll.n !== 3)).toEqual([])
    const stored = new Set(polls.map((poll) => poll.poll))
    expect(acknowledged.filter((poll) => !stored.has(poll))).toEqual([])
    const [state] = rowsOf<{ items_seen: number }>(file, 'select items_seen from feed_state')
    expect(stored.has(`${round} ${state!.items_seen}`)).toBe(true)
  }
  const store = await openFile(file)
  expect(await store.items.absorb([newItem(1)], feedState(), now)).toMatchObject({ new: 1, updated: 0 })
})
