import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { copyDatabase, type Place, placeOf } from '../../src/store/index.ts'
import { postgresOver } from '../../src/store/postgres.ts'
import { columnNames } from '../../src/store/tables.ts'
import { startPostgresInProcess } from '../servers/postgres-in-process.ts'
import { everything, fillEveryTable, letGo, liveInstallation } from './copy-filler.ts'
import { madeFile, ownFolder, sqlitePlace, withTables } from './copy-places.ts'
import { start } from './process.ts'
import { now } from './samples.ts'

const { newFile } = ownFolder()
const { TEST_DATABASE_URL } = process.env
const copy = (from: Place, to: Place, options = {}) =>
  copyDatabase(from, to, { replace: false, live: true, now: () => now, ...options })

async function filledFile(): Promise<string> {
  const file = await madeFile(newFile())
  fillEveryTable(file)
  letGo(file)
  return file
}

/** The address of an empty database on the server of the tests. */
async function postgresUrl(): Promise<string> {
  const admin = new pg.Pool({ connectionString: TEST_DATABASE_URL!, max: 1 })
  const schema = `freehold_test_${randomUUID().replaceAll('-', '')}`
  await admin.query(`create schema ${schema}`)
  onTestFinished(async () => {
    await admin.query(`drop schema ${schema} cascade`)
    await admin.end()
  })
  const url = new URL(TEST_DATABASE_URL!)
  url.searchParams.set('options', `-c search_path=${schema} -c client_min_messages=warning`)
  return url.href
}

const tablesIn = (place: Place) => withTables(place, (db) => columnNames(db, place.kind))

describe.each([
  ['SQLite', async () => `sqlite:${newFile()}`],
  [TEST_DATABASE_URL ? 'PostgreSQL' : 'PostgreSQL (set TEST_DATABASE_URL to run)', postgresUrl],
] as const)('a copy that is killed in the middle, on %s,', (name, newUrl) => {
  test.skipIf(name.startsWith('PostgreSQL (set'))(
    'leaves TO empty, FROM as it was, and can be made again',
    async () => {
      const from = await filledFile()
      const before = everything(from)
      const url = await newUrl()
      const child = start('copy', `sqlite:${from}`, url)
      expect(await child.heard()).toBe('half')
      child.kill()
      expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL', errors: '' })

      const to = placeOf(url)!
      if (to.file !== null) expect(existsSync(to.file)).toBe(true)
      expect(await tablesIn(to)).toEqual(new Map())
      expect(everything(from)).toEqual(before)

      const whole = start('copy', `sqlite:${from}`, url)
      expect(await whole.heard()).toBe('half')
      whole.say('go on')
      expect(await whole.heard()).toBe('done')
      whole.leave()
      expect(await whole.ended).toEqual({ code: 0, signal: null, errors: '' })
      const back = newFile()
      await copy(to, sqlitePlace(back))
      expect(everything(back)).toEqual(before)
    },
  )
})

describe('a copy that does not come out equal', () => {
  test('is undone, and the tables that differ are named', async () => {
    const postgres = await startPostgresInProcess()
    onTestFinished(() => postgres.close())
    const to: Place = {
      kind: 'postgres',
      name: 'PGlite',
      file: null,
      dialect: () => postgresOver(async () => postgres.pool()),
    }
    // Someone's server changes what is written to it: one value of one row, and a row that is lost.
    await withTables(to, async (db) => {
      for (const statement of [
        `create function public.meddle() returns trigger language plpgsql as $$ begin
           if tg_table_name = 'gap' then if new.question = 'b' then return null; end if;
           elsif new.id = 'one' then new.body := new.body || ' '; end if;
           return new; end $$`,
        `create function public.watch() returns event_trigger language plpgsql as $$ begin
           if to_regclass('gap') is not null and not exists (select from pg_trigger where tgname = 'm1') then
             create trigger m1 before insert on gap for each row execute function public.meddle(); end if;
           if to_regclass('answer') is not null and not exists (select from pg_trigger where tgname = 'm2') then
             create trigger m2 before insert on answer for each row execute function public.meddle(); end if;
           end $$`,
        "create event trigger watching on ddl_command_end when tag in ('CREATE TABLE') execute function public.watch()",
      ]) {
        await sql.raw(statement).execute(db)
      }
    })
    const from = newFile()
    await liveInstallation(from)
    await withTables(sqlitePlace(from), async (db) => {
      for (const question of ['a', 'b', 'c']) {
        await db
          .insertInto('gap')
          .values({ question, times: 1, first_asked_at: 1, last_asked_at: 1 })
          .execute()
      }
      for (const id of ['one', 'two']) {
        await db.insertInto('answer').values({ id, body: 'as it is', answered_at: 1 }).execute()
      }
    })
    const copied = await copy(sqlitePlace(from), to)
    expect(copied.equal).toBe(false)
    expect(copied.tables.filter(({ equal }) => !equal).map(({ table }) => table)).toEqual(['answer', 'gap'])
    expect(await tablesIn(to)).toEqual(new Map())

    await withTables(to, (db) => sql`drop event trigger watching`.execute(db))
    expect(await copy(sqlitePlace(from), to)).toMatchObject({ equal: true })
  })
})

describe.skipIf(!TEST_DATABASE_URL)('from PostgreSQL to PostgreSQL', () => {
  test('a schema is a place of its own, and the same one by another name is refused', async () => {
    const file = await filledFile()
    const [one, two] = [placeOf(await postgresUrl())!, placeOf(await postgresUrl())!]
    await copy(sqlitePlace(file), one, { live: true })
    expect(await copy(one, two)).toMatchObject({ equal: true })
    const back = newFile()
    await copy(two, sqlitePlace(back))
    expect(everything(back)).toEqual(everything(file))

    const alias = { ...one, name: 'the same by another name' }
    await expect(copy(one, alias, { replace: true })).rejects.toThrow(
      'FROM and TO are the same database, the same by another name',
    )
  })

  test('a TO that another program has locked is said to be', async () => {
    const file = await filledFile()
    const url = await postgresUrl()
    const to = placeOf(url)!
    await copy(sqlitePlace(file), to)
    const other = new pg.Client({ connectionString: url })
    await other.connect()
    await other.query('begin; select * from item limit 1')
    await expect(copy(sqlitePlace(file), to, { replace: true })).rejects.toThrow(
      /^Nothing is changed in .* Another program works on it: end that first\.$/,
    )
    await other.end()
  })
})
