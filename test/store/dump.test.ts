import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Kysely } from 'kysely'
import { describe, expect, test } from 'vitest'
import { backUp, type Place, Refused, restore } from '../../src/store/index.ts'
import { migrate } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations.ts'
import type { Schema } from '../../src/store/schema.ts'
import { sqliteDialect } from '../../src/store/sqlite.ts'
import { everything, fillEveryTable, letGo, liveInstallation, tableNames } from './copy-filler.ts'
import { madeFile, onEachPostgres, ownFolder, sqlitePlace, storeAt } from './copy-places.ts'
import { now } from './samples.ts'

const { folder, newFile } = ownFolder()
let backups = 0
const newBackup = () => join(folder, `${++backups}.jsonl.gz`)

const making = { version: '0.1.0', now: () => now }
const taking = { replace: false, now }

async function filledFile(rowsEach: number): Promise<string> {
  const file = await madeFile(newFile())
  fillEveryTable(file, rowsEach)
  letGo(file)
  return file
}

/** A backup of a database with rows in every table. */
async function madeBackup(rowsEach = 3): Promise<string> {
  return (await backUp(sqlitePlace(await filledFile(rowsEach)), newBackup(), making)).file
}

/** A backup with other lines. */
function altered(file: string, change: (lines: string[]) => string[]): string {
  const lines = gunzipSync(readFileSync(file)).toString().split('\n').slice(0, -1)
  const other = newBackup()
  writeFileSync(other, gzipSync(`${change(lines).join('\n')}\n`))
  return other
}

/** The same with another header. */
function withHeader(file: string, change: object): string {
  return altered(file, ([header, ...lines]) => [
    JSON.stringify({ ...JSON.parse(header!), ...change }),
    ...lines,
  ])
}

/** No database at all: whoever opens it has not looked at the file first. */
const untouchable: Place = {
  kind: 'sqlite',
  name: 'untouchable',
  file: null,
  dialect: () => {
    throw new Error('The database was opened.')
  },
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(Refused)
  return (error as Refused).message
}

describe('a backup', () => {
  test('holds everything, is one private file, and says what is in it', async () => {
    const from = await filledFile(450)
    const file = join(folder, 'new folder', 'one.jsonl.gz')
    const made = await backUp(sqlitePlace(from), file, making)
    expect(made).toMatchObject({
      file,
      at: now,
      level: migrations.length,
      others: [],
      bytes: statSync(file).size,
    })
    const db = new DatabaseSync(from)
    expect(made.tables.map(({ table }) => table).toSorted()).toEqual(tableNames(db).toSorted())
    db.close()
    expect(made.tables.every(({ rows }) => rows === 450)).toBe(true)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(folder, 'new folder'))).toEqual(['one.jsonl.gz'])

    const to = newFile()
    const restored = await restore(file, sqlitePlace(to), taking)
    expect(restored).toMatchObject({ equal: true, replaced: [], header: { at: now, version: '0.1.0' } })
    expect(restored.tables.map(({ equal: _, ...rest }) => rest)).toEqual(made.tables)
    expect(everything(to)).toEqual(everything(from))
  })

  test('is of one moment, and holds nobody up', async () => {
    const from = await filledFile(450)
    const before = everything(from)
    let written = 0
    const file = newBackup()
    await backUp(sqlitePlace(from), file, {
      ...making,
      progress() {
        const db = new DatabaseSync(from, { timeout: 0 })
        written += Number(db.prepare("insert into sign_up (key, at) values ('late', 1)").run().changes)
        db.close()
      },
    })
    expect(written).toBeGreaterThan(60)
    const to = newFile()
    await restore(file, sqlitePlace(to), taking)
    expect(everything(to)).toEqual(before)
  })

  test('never takes the place of another file, such as the database itself', async () => {
    const from = await filledFile(1)
    const before = readFileSync(from)
    expect(await refusal(backUp(sqlitePlace(from), from, making))).toContain('is there already')
    expect(readFileSync(from).equals(before)).toBe(true)
  })

  test('that can not be finished leaves no file', async () => {
    const from = await filledFile(450)
    const db = new DatabaseSync(from)
    db.exec("update verdict set labels = x'ff' where rowid = 400")
    db.close()
    const alone = join(folder, 'alone')
    mkdirSync(alone)
    expect(await refusal(backUp(sqlitePlace(from), join(alone, 'a.gz'), making))).toContain(
      'verdict.labels holds bytes',
    )
    expect(readdirSync(alone)).toEqual([])
    expect(await refusal(backUp(sqlitePlace(from), '/dev/null/a.gz', making))).toMatch(
      /^No backup is made: E/,
    )
    expect(await refusal(backUp(sqlitePlace(newFile()), newBackup(), making))).toContain(
      'There is no database at',
    )
  })
})

onEachPostgres((newPlace) => {
  test('goes from each kind of database to the other, value by value', async () => {
    const from = await filledFile(450)
    const first = await backUp(sqlitePlace(from), newBackup(), making)
    const between = await newPlace()
    expect(await restore(first.file, between, taking)).toMatchObject({ equal: true, withoutNul: 0 })
    const second = await backUp(between, newBackup(), making)
    expect(second.tables).toEqual(first.tables)
    const back = newFile()
    expect(await restore(second.file, sqlitePlace(back), taking)).toMatchObject({
      header: { kind: 'postgres' },
    })
    expect(everything(back)).toEqual(everything(from))
  })

  test('of an older version is brought up to date, all of it or nothing', async () => {
    const old = newFile()
    const level = migrations.length - 2
    const db = new Kysely<Schema>({ dialect: sqliteDialect(old) })
    await migrate(db, 'sqlite', migrations.slice(0, level))
    await db.destroy()
    fillEveryTable(old, 20)
    const made = await backUp(sqlitePlace(old), newBackup(), making)
    expect(made.level).toBe(level)

    const to = await newPlace()
    await (await storeAt(to)).settings.getOrSet('secret', () => 'of a later time')
    expect(await refusal(restore(made.file, to, taking))).toContain(
      '--replace would delete these rows: setting 1',
    )
    const restored = await restore(made.file, to, { ...taking, replace: true })
    expect(restored).toMatchObject({ equal: true, replaced: [{ table: 'setting', rows: 1 }] })
    expect(restored.tables).toHaveLength(made.tables.length)
    const store = await storeAt(to)
    expect(await store.items.count()).toBe(20)
    expect(await store.settings.getOrSet('secret', () => 'none')).toBe('none')
  })
})

describe('a restored installation', () => {
  test('tells which messages go out when it starts, but for those of a paused issue', async () => {
    const from = newFile()
    await liveInstallation(from)
    const made = await backUp(sqlitePlace(from), newBackup(), making)
    const to = newFile()
    expect((await restore(made.file, sqlitePlace(to), taking)).waiting).toEqual([
      { post: 'digest 2', messages: 3 },
    ])

    const store = await storeAt(sqlitePlace(from))
    expect(await store.digests.pause(2, 'wait')).toBe(true)
    const paused = await backUp(sqlitePlace(from), newBackup(), making)
    expect((await restore(paused.file, sqlitePlace(newFile()), taking)).waiting).toEqual([])
  })

  test('is not put in the place of one that is at work', async () => {
    const to = newFile()
    await liveInstallation(to)
    const before = everything(to)
    const file = await madeBackup()
    expect(await refusal(restore(file, sqlitePlace(to), { ...taking, replace: true }))).toContain(
      'Freehold is at work on',
    )
    expect(everything(to)).toEqual(before)
    const later = { replace: true, now: now + 3_600_000 }
    expect(await restore(file, sqlitePlace(to), later)).toMatchObject({ equal: true })
  })
})

describe('a file that is not what was written is found before the database is opened:', () => {
  const said = (file: string) => refusal(restore(file, untouchable, taking))

  test('any flipped byte', async () => {
    const whole = readFileSync(await madeBackup(1))
    const other = newBackup()
    // Bytes 4 to 9 are gzip's time stamp, level and system, which say nothing about what is in it.
    for (let at = 0; at < whole.length; at += at < 20 || at > whole.length - 20 ? 1 : 3) {
      if (at >= 4 && at <= 9) continue
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1 << (at % 8)
      writeFileSync(other, bytes)
      expect(await said(other), `byte ${at}`).toMatch(/is damaged|is cut off|is no backup/)
    }
  })

  test('a file that is cut off, wherever', async () => {
    const whole = readFileSync(await madeBackup(1))
    const other = newBackup()
    for (const length of [0, 1, 9, 10, 11, 500, 1000, whole.length - 9, whole.length - 8, whole.length - 1]) {
      writeFileSync(other, whole.subarray(0, length))
      expect(await said(other), `${length} bytes`).toMatch(/is cut off|is no backup/)
    }
  })

  test('lines that are missing, doubled, changed or in another place, in a file whose gzip is sound', async () => {
    const file = await madeBackup()
    const markOf = (lines: string[], table: string) => lines.indexOf(JSON.stringify({ table }))
    const changes: ((lines: string[]) => string[])[] = [
      (lines) => lines.slice(0, -1),
      (lines) => lines.slice(0, 1),
      (lines) => lines.slice(1),
      (lines) => [...lines, lines.at(-1)!],
      (lines) => lines.toSpliced(markOf(lines, 'gap') + 1, 1),
      (lines) => lines.toSpliced(markOf(lines, 'gap') + 1, 0, lines[markOf(lines, 'gap') + 1]!),
      (lines) => lines.with(markOf(lines, 'gap') + 1, lines[markOf(lines, 'gap') + 2]!),
      (lines) => lines.with(markOf(lines, 'gap') + 1, '["short"]'),
      (lines) => lines.with(markOf(lines, 'gap') + 1, '[nothing'),
      (lines) => lines.map((line, i) => (i === markOf(lines, 'item') + 1 ? line.replace('0', '1') : line)),
      (lines) => lines.with(markOf(lines, 'gap'), '{"table":"alert"}'),
      (lines) => lines.with(-1, lines.at(-1)!.replace(/"checksum":"./, '"checksum":"g')),
      (lines) => lines.with(-1, '{"end":{}}'),
    ]
    for (const [i, change] of changes.entries()) {
      expect(await said(altered(file, change)), `change ${i}`).toMatch(/is damaged|is no backup/)
    }
    // The change that is none, to know that the others are found for what they change.
    const same = altered(file, (lines) => lines)
    expect(await restore(same, sqlitePlace(newFile()), taking)).toMatchObject({ equal: true })
  })

  test('a file of a newer version, or of another make', async () => {
    const file = await madeBackup()
    const level = migrations.length + 1
    expect(await said(withHeader(file, { level }))).toMatch(
      /is of a newer version of Freehold.* Use that version/,
    )
    expect(await said(withHeader(file, { format: 2, tables: 'elsewhere' }))).toContain(
      'made by a newer version',
    )
    expect(await said(withHeader(file, { level: migrations.length - 2 }))).toContain(
      'holds other tables than this version of Freehold makes; use the version 0.1.0.',
    )
    expect(await said(withHeader(file, { tables: [{ name: 'item', rows: -1, columns: [] }] }))).toContain(
      'is damaged',
    )
    expect(await said(withHeader(file, { freehold: 'something else' }))).toContain('is no backup')
  })

  test('what is no backup at all', async () => {
    expect(await said(join(folder, 'nowhere.gz'))).toBe(`There is no file ${join(folder, 'nowhere.gz')}.`)
    expect(await said(folder)).toBe(`${folder} can't be read (EISDIR).`)
    const text = newBackup()
    writeFileSync(text, 'A letter to nobody.\n')
    expect(await said(text)).toContain('is no backup')
    writeFileSync(text, gzipSync('\n\n'))
    expect(await said(text)).toContain('is no backup')
    expect(existsSync(text)).toBe(true)
  })
})
