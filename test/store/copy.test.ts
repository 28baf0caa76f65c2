import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { copyDatabase, type Place, Refused } from '../../src/store/index.ts'
import { migrate } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations.ts'
import type { Schema } from '../../src/store/schema.ts'
import { sqliteDialect } from '../../src/store/sqlite.ts'
import { everything, fillEveryTable, letGo, liveInstallation, tableNames } from './copy-filler.ts'
import {
  madeFile,
  onEachPostgres,
  ownFolder,
  rowsIn,
  sqlitePlace,
  storeAt,
  withTables,
} from './copy-places.ts'
import { draft, now } from './samples.ts'

const { newFile } = ownFolder()

function copy(from: Place, to: Place, options: Partial<Parameters<typeof copyDatabase>[2]> = {}) {
  return copyDatabase(from, to, { replace: false, live: false, now: () => now, ...options })
}

/** A file with rows in every table, that nobody is at work on. */
async function filledFile(rowsEach = 450): Promise<string> {
  const file = await madeFile(newFile())
  fillEveryTable(file, rowsEach)
  letGo(file)
  return file
}

function change(file: string, statements: string): void {
  const db = new DatabaseSync(file)
  db.exec(statements)
  db.close()
}

test('from SQLite to SQLite everything arrives, and is counted', async () => {
  const from = await filledFile()
  const to = newFile()
  const copied = await copy(sqlitePlace(from), sqlitePlace(to))
  expect(everything(to)).toEqual(everything(from))
  expect(copied).toMatchObject({ equal: true, at: now, replaced: [], withoutNul: 0, others: [] })
  const tables = new DatabaseSync(from)
  expect(copied.tables.map(({ table }) => table).toSorted()).toEqual(tableNames(tables).toSorted())
  tables.close()
  for (const table of copied.tables) {
    expect(table).toMatchObject({ rows: 450, equal: true })
    expect(table.checksum).toMatch(/^[0-9a-f]{64}$/)
  }
})

test('a checksum tells every change of a value, and not the order of the rows', async () => {
  const from = await filledFile(20)
  const sums = async (file: string) => {
    const copied = await copy(sqlitePlace(file), sqlitePlace(newFile()))
    return new Map(copied.tables.map(({ table, checksum }) => [table, checksum]))
  }
  const before = await sums(from)
  change(from, 'update gap set rowid = 1000 - rowid')
  expect(await sums(from)).toEqual(before)
  for (const [table, statement] of [
    ['gap', 'update gap set times = times + 1 where rowid = (select max(rowid) from gap)'],
    ['item', "update item set summary = summary || ' ' where rowid = 3"],
    ['label', 'update label set score = score + 1e-9 where rowid = 2'],
    ['subscriber', 'update subscriber set left_reason = null where left_reason is not null'],
    // Two more rows that are equal, which an XOR would not see.
    ['sign_up', "insert into sign_up (key, at) values ('k', 1), ('k', 1)"],
  ] as const) {
    const last = await sums(from)
    change(from, statement)
    const present = await sums(from)
    const changed = [...present.keys()].filter((name) => present.get(name) !== last.get(name))
    expect(changed).toEqual([table])
  }
})

onEachPostgres((newPlace) => {
  test('from SQLite to PostgreSQL and back every value of every table is what it was', async () => {
    const from = await filledFile()
    const between = await newPlace()
    const there = await copy(sqlitePlace(from), between)
    expect(there).toMatchObject({ equal: true, withoutNul: 0 })
    const back = newFile()
    const again = await copy(between, sqlitePlace(back))
    expect(everything(back)).toEqual(everything(from))
    expect(again.tables).toEqual(there.tables)
  })

  test('an installation goes on where it was: claims, issues, secret, labels', async () => {
    const from = newFile()
    await liveInstallation(from)
    const to = await newPlace()
    const copied = await copy(sqlitePlace(from), to, { live: true })
    expect(copied.equal).toBe(true)
    const old = await storeAt(sqlitePlace(from))
    const store = await storeAt(to)
    expect(await store.items.list()).toEqual(await old.items.list())
    expect(await store.digests.list()).toEqual(await old.digests.list())
    expect(await store.deliveries.list({})).toEqual(await old.deliveries.list({}))
    expect((await store.deliveries.list({})).map(({ state }) => state).toSorted()).toEqual([
      'pending',
      'pending',
      'sending',
    ])
    expect(await store.subscribers.list()).toEqual(await old.subscribers.list())
    expect(await store.settings.getOrSet('secret', () => 'another')).toBe('the old secret')
    expect(await store.leases.holder('discord', now)).toBe('host:1:a')
    const last = (await store.digests.last())!
    const next = await store.digests.create(draft({ until: '2026-10-05T09:00:00.000Z' }), [], {
      now,
      release: false,
      expectedLast: last.until,
    })
    expect(next!.number).toBe(last.number + 1)
  })

  test('a NUL is left out, as the store itself does there, and counted', async () => {
    const from = await madeFile(newFile())
    const db = new DatabaseSync(from)
    const insert = db.prepare('insert into answer (id, body, answered_at) values (?, ?, ?)')
    insert.run('one', 'a\0b\0', 1)
    insert.run('t\0wo', 'c', 2)
    insert.run('three', '{"a":"\\u0000"}', 3)
    db.close()
    const to = await newPlace()
    expect(await copy(sqlitePlace(from), to)).toMatchObject({ equal: true, withoutNul: 2 })
    const rows = await withTables(to, (tables) =>
      tables.selectFrom('answer').selectAll().orderBy('id').execute(),
    )
    expect(rows).toEqual([
      { id: 'one', body: 'ab', answered_at: 1 },
      { id: 'three', body: '{"a":"\\u0000"}', answered_at: 3 },
      { id: 'two', body: 'c', answered_at: 2 },
    ])
    const kept = newFile()
    expect(await copy(sqlitePlace(from), sqlitePlace(kept))).toMatchObject({ equal: true, withoutNul: 0 })
    expect(everything(kept)).toEqual(everything(from))
  })

  test('what the other database does not take is said, and nothing is kept there', async () => {
    const from = await filledFile(3)
    change(from, 'update gap set times = 3000000000')
    const to = await newPlace()
    await expect(copy(sqlitePlace(from), to)).rejects.toThrow(
      /^Nothing is changed in .*: it does not take the rows of gap: .*3000000000.*\.$/,
    )
    change(from, 'update gap set times = 3')
    expect(await copy(sqlitePlace(from), to)).toMatchObject({ equal: true, replaced: [] })
  })

  test('what is there is replaced when that is wanted, and only said otherwise', async () => {
    const from = await filledFile(5)
    const to = await newPlace()
    const store = await storeAt(to)
    await store.settings.getOrSet('secret', () => 'of the new one')
    await expect(copy(sqlitePlace(from), to)).rejects.toThrow('--replace would delete these rows: setting 1.')
    expect(await store.settings.getOrSet('secret', () => 'lost')).toBe('of the new one')
    const copied = await copy(sqlitePlace(from), to, { replace: true })
    expect(copied).toMatchObject({ equal: true, replaced: [{ table: 'setting', rows: 1 }] })
    const back = newFile()
    await copy(to, sqlitePlace(back))
    expect(everything(back)).toEqual(everything(from))
  })

  test("another program's tables are no obstacle, unless they bear the names of ours", async () => {
    const from = await filledFile(2)
    const to = await newPlace()
    const exec = (statement: string) => withTables(to, (db) => sql.raw(statement).execute(db))
    await exec('create table wiki_page (id integer primary key, owner text, until timestamptz default now())')
    await exec('insert into wiki_page values (7)')
    expect(await copy(sqlitePlace(from), to)).toMatchObject({ equal: true })
    expect(await copy(to, sqlitePlace(newFile()))).toMatchObject({ equal: true, others: ['wiki_page'] })
    await copy(sqlitePlace(from), to, { replace: true })
    const { rows } = await withTables(to, (db) => sql<{ id: number }>`select id from wiki_page`.execute(db))
    expect(rows).toEqual([{ id: 7 }])

    const taken = await newPlace()
    await withTables(taken, (db) => sql.raw('create table item (id integer)').execute(db))
    await expect(copy(sqlitePlace(from), taken, { replace: true })).rejects.toThrow(
      `has a table "item" that is not Freehold's`,
    )
  })
})

describe('what is written to FROM meanwhile', () => {
  test('is not held up, and not in the copy: it is of one moment', async () => {
    const from = await filledFile()
    const before = everything(from)
    const to = newFile()
    let written = 0
    await copy(sqlitePlace(from), sqlitePlace(to), {
      progress(done) {
        const db = new DatabaseSync(from, { timeout: 0 })
        const changes = [
          db.prepare('insert into sign_up (key, at) values (?, 1)').run(`late ${done}`),
          db.prepare('delete from verdict where rowid = (select max(rowid) from verdict)').run(),
          db.prepare("update item set title = 'late' where rowid = 1").run(),
        ]
        written += changes.filter((one) => one.changes === 1).length
        db.close()
      },
    })
    expect(written).toBeGreaterThan(60)
    expect(everything(to)).toEqual(before)
    expect(everything(from)).not.toEqual(before)
  })
})

describe('is refused, with TO untouched:', () => {
  const refused = async (from: Place, to: Place, options = {}) => {
    const error = await copy(from, to, options).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Refused)
    return (error as Refused).message
  }

  test('a FROM that is not there, which is not made', async () => {
    const from = newFile()
    expect(await refused(sqlitePlace(from), sqlitePlace(newFile()))).toBe(
      `There is no database at sqlite:${from}; look at the path.`,
    )
    expect(() => new DatabaseSync(from, { readOnly: true })).toThrow()
  })

  test('a FROM without tables of ours', async () => {
    const from = newFile()
    change(from, 'create table note (text text)')
    expect(await refused(sqlitePlace(from), sqlitePlace(newFile()))).toContain('holds no tables of Freehold')
    change(from, 'create table migration (version text)')
    expect(await refused(sqlitePlace(from), sqlitePlace(newFile()))).toContain(
      'that this Freehold did not make',
    )
  })

  test('a FROM that is older, or newer', async () => {
    const older = newFile()
    const db = new Kysely<Schema>({ dialect: sqliteDialect(older) })
    await migrate(db, 'sqlite', migrations.slice(0, -1))
    await db.destroy()
    expect(await refused(sqlitePlace(older), sqlitePlace(newFile()))).toContain(
      'older version of Freehold. Bring it',
    )

    const newer = await madeFile(newFile())
    change(newer, "insert into migration (id, name) values (1000, 'later')")
    expect(await refused(sqlitePlace(newer), sqlitePlace(newFile()))).toContain(
      'is of a newer version of Freehold',
    )
    const from = await filledFile(1)
    expect(await refused(sqlitePlace(from), sqlitePlace(newer), { replace: true })).toContain(
      'is of a newer version',
    )
  })

  test('tables of another make: a column too few or too many would be lost', async () => {
    const from = await madeFile(newFile())
    change(from, 'alter table gap add column asker text; alter table answer drop column body')
    expect(await refused(sqlitePlace(from), sqlitePlace(newFile()))).toMatch(
      /lacks answer\.body|has gap\.asker, which this version does not know/,
    )
  })

  test('a value that is not of its column', async () => {
    for (const [value, what] of [
      ["x'ff00'", 'gap.question holds bytes'],
      ["'fine', times = 1.5", 'gap.times holds string 1.5'],
    ]) {
      const from = await filledFile(1)
      change(from, `update gap set question = ${value}`)
      const to = newFile()
      expect(await refused(sqlitePlace(from), sqlitePlace(to))).toContain(what)
      expect(tableNames(new DatabaseSync(to))).toEqual([])
    }
  })

  test('a FROM that a process is at work on, unless that is wanted', async () => {
    for (const [table, until] of [
      ['job_run', 'lease_until'],
      ['delivery', 'lease_until'],
      ['lease', 'until'],
    ]) {
      const from = await filledFile(1)
      change(from, `update ${table} set owner = 'host:7:x', ${until} = ${now}`)
      if (table === 'job_run') change(from, 'update job_run set finished_at = null')
      const to = newFile()
      const said = await refused(sqlitePlace(from), sqlitePlace(to))
      expect(said).toMatch(/^Freehold is at work on .* \(host:7:x\)\. Stop it first/)
      expect(await copy(sqlitePlace(from), sqlitePlace(to), { live: true })).toMatchObject({ equal: true })
      expect(await refused(sqlitePlace(await filledFile(1)), sqlitePlace(to), { replace: true })).toContain(
        `Freehold is at work on sqlite:${to} (host:7:x); stop it first.`,
      )
      // A run that has ended, and a lease that has run out, keep nobody out.
      change(from, `update ${table} set ${until} = ${now - 1}`)
      expect(await copy(sqlitePlace(from), sqlitePlace(newFile()))).toMatchObject({ equal: true })
    }
  })

  test('FROM and TO that are one file by two names', async () => {
    const from = await filledFile(1)
    const before = everything(from)
    const link = newFile()
    symlinkSync(from, link)
    expect(await refused(sqlitePlace(from), sqlitePlace(link), { replace: true })).toContain(
      'the same database',
    )
    expect(everything(from)).toEqual(before)
  })

  test('a damaged FROM, wherever the damage is', async () => {
    const whole = readFileSync(await filledFile(60))
    const page = 4096
    let found = 0
    for (let at = page; at < whole.length; at += page * 9) {
      const from = newFile()
      const bytes = Buffer.from(whole)
      bytes.fill(0xa5, at, at + page / 2)
      writeFileSync(from, bytes)
      expect(await refused(sqlitePlace(from), sqlitePlace(newFile()))).toContain('is damaged: ')
      found += 1
    }
    expect(found).toBeGreaterThan(10)
  })

  test('a TO that another process keeps locked is said to be', async () => {
    const from = await filledFile(1)
    const to = newFile()
    await madeFile(to)
    const other = new DatabaseSync(to)
    other.exec('begin immediate')
    const impatient = { ...sqlitePlace(to), dialect: () => sqliteDialect(to, { busyTimeout: 50 }) }
    const said = await refused(sqlitePlace(from), impatient)
    other.close()
    expect(said).toContain('another process kept')
    expect(rowsIn(to)).toBe(0)
  })
})
