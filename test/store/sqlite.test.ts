import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { sqliteDialect } from '../../src/store/sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'freehold-sqlite-'))
const open: Kysely<unknown>[] = []
let files = 0

const file = () => join(folder, `${++files}.db`)

function database(path = file()): Kysely<unknown> {
  const db = new Kysely<unknown>({ dialect: sqliteDialect(path) })
  open.push(db)
  return db
}

afterEach(async () => {
  for (const db of open.splice(0)) await db.destroy()
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('SQL parameters', () => {
  const selected = async (...values: unknown[]) =>
    (
      await sql`select ${sql.join(values.map((value, i) => sql`${value} as ${sql.ref(`v${i}`)}`))}`.execute(
        database(),
      )
    ).rows

  test('may be text, numbers, bytes and null', async () => {
    const bytes = new Uint8Array([0, 1, 255])
    expect(await selected('a', 1.5, 7n, null, bytes)).toEqual([
      { v0: 'a', v1: 1.5, v2: 7, v3: null, v4: bytes },
    ])
  })

  // node:sqlite reads an object in first place as named parameters and binds what follows one place too early.
  test.each([
    ['a Date', new Date(0)],
    ['object', { a: 1 }],
    ['object', [1]],
    ['boolean', true],
    ['undefined', undefined],
  ])('may not be %s, in first place or later', async (what, value) => {
    await expect(selected(value, 'b')).rejects.toThrow(
      `SQL parameter 1 is ${what}; bind text, a number, bytes or null.`,
    )
    await expect(selected('a', value)).rejects.toThrow(`SQL parameter 2 is ${what}`)
  })

  test('are refused in a statement that writes, too', async () => {
    const db = database()
    await sql`create table t (a, b)`.execute(db)
    await expect(sql`insert into t values (${new Date(0)}, ${1})`.execute(db)).rejects.toThrow(
      'SQL parameter 1 is a Date',
    )
    expect((await sql`select * from t`.execute(db)).rows).toEqual([])
  })
})

describe('a database file', () => {
  test('is made with its folder', async () => {
    const path = join(folder, 'not', 'there', 'yet', 'freehold.db')
    await sql`select 1`.execute(database(path))
    expect(existsSync(path)).toBe(true)
  })

  test('is in WAL mode and checks foreign keys', async () => {
    const db = database()
    expect((await sql`pragma journal_mode`.execute(db)).rows).toEqual([{ journal_mode: 'wal' }])
    expect((await sql`pragma foreign_keys`.execute(db)).rows).toEqual([{ foreign_keys: 1 }])
  })

  test('answers the same statement with other parameters, however many statements came between', async () => {
    const db = database()
    await sql`create table t (n integer)`.execute(db)
    for (let n = 0; n < 600; n++) {
      await sql`insert into t values (${n})`.execute(db)
      const found = await sql`select n, ${sql.lit(n)} as own from t where n = ${n}`.execute(db)
      expect(found.rows).toEqual([{ n, own: n }])
    }
  })

  test('takes the lock for writing when a transaction begins, not when it first writes', async () => {
    const path = file()
    await sql`create table t (n integer)`.execute(database(path))
    const impatient = new Kysely<unknown>({ dialect: sqliteDialect(path, { busyTimeout: 0 }) })
    open.push(impatient)
    await database(path)
      .transaction()
      .execute(async (tx) => {
        await sql`select * from t`.execute(tx)
        await expect(sql`insert into t values (1)`.execute(impatient)).rejects.toThrow(/locked/)
        expect((await sql`select * from t`.execute(impatient)).rows).toEqual([])
      })
    await sql`insert into t values (1)`.execute(impatient)
  })

  test('that is none is refused with a sentence', async () => {
    const path = file()
    writeFileSync(path, 'This is a letter, not a database. '.repeat(100))
    await expect(openStore(`sqlite:${path}`)).rejects.toThrow(
      'The database at DATABASE_URL could not be opened: file is not a database',
    )
  })

  test('in a place where no folder can be is refused with a sentence', async () => {
    const path = file()
    writeFileSync(path, '')
    await expect(openStore(`sqlite:${path}/freehold.db`)).rejects.toThrow(
      /^The database at DATABASE_URL could not be opened: (EEXIST|ENOTDIR)/,
    )
  })
})

describe('DATABASE_URL', () => {
  test.each(['mysql://localhost/freehold', 'freehold.db', 'sqlite:', ''])('may not be %j', async (url) => {
    await expect(openStore(url)).rejects.toThrow(
      'DATABASE_URL must be sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME.',
    )
  })

  test.each(['postgres', 'postgresql'])(
    '%s://… that nobody answers is refused with a sentence',
    async (scheme) => {
      await expect(openStore(`${scheme}://reader:hidden@127.0.0.1:1/freehold`)).rejects.toThrow(
        'The database at DATABASE_URL could not be opened: connect ECONNREFUSED 127.0.0.1:1',
      )
    },
  )
})

test('a full disk is called by its name, and what was there before is there after', async () => {
  const path = file()
  const db = database(path)
  await sql`create table note (text)`.execute(db)
  await sql`insert into note values ('before')`.execute(db)
  // For SQLite a file that may not grow is a disk that is full.
  await sql`pragma max_page_count = 1`.execute(db)
  const long = 'x'.repeat(100_000)
  await expect(sql`insert into note values (${long})`.execute(db)).rejects.toThrow(
    `the disk that holds ${path} is full. Make room on it, then try again.`,
  )
  const inTransaction = db.transaction().execute(async (tx) => {
    await sql`insert into note values ('first')`.execute(tx)
    await sql`insert into note values (${long})`.execute(tx)
  })
  await expect(inTransaction).rejects.toThrow(`the disk that holds ${path} is full.`)
  expect((await sql`select text from note`.execute(db)).rows).toEqual([{ text: 'before' }])
  await sql`pragma max_page_count = 1000`.execute(db)
  await sql`insert into note values (${long})`.execute(db)
})
