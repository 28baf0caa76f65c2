import { describe, expect, test } from 'vitest'
import { migrate } from '../../src/store/migrate.ts'
import { type Migration, migrations } from '../../src/store/migrations.ts'
import { onEachDatabase, rows, whereItApplies } from './databases.ts'
import { feedState, newItems, now } from './samples.ts'

const mood: Migration = { name: '999 moods', statements: ['create table mood (name text primary key)'] }

onEachDatabase((db) => {
  const done = (tables = db.tables()) =>
    rows<{ id: number; name: string }>(tables, 'select * from migration order by id')
  const all = migrations.map(({ name }, i) => ({ id: i + 1, name }))

  describe('migrating', () => {
    test('runs every step once and records it', async () => {
      expect(await done()).toEqual(all)
    })

    test('twice is once: nothing is lost or made again', async () => {
      await db.store.items.absorb(newItems(3), feedState(), now)
      const again = await db.open()
      expect(await again.items.count()).toBe(3)
      expect(await done()).toEqual(all)
    })

    test('adds only the steps that are new', async () => {
      await db.store.items.absorb(newItems(3), feedState(), now)
      const tables = db.tables()
      await migrate(tables, db.kind, [...migrations, mood])
      expect((await done(tables)).at(-1)).toEqual({ id: migrations.length + 1, name: mood.name })
      expect(await rows(tables, 'select * from mood')).toEqual([])
      expect(await db.store.items.count()).toBe(3)
    })

    // SQLite needs processes of their own for it: processes.test.ts.
    whereItApplies(db.kind !== 'sqlite')(
      'takes turns when several begin at once on an empty database',
      async () => {
        await db.leave()
        await Promise.all([db.open(), db.open(), db.open(), db.open()])
        expect(await done()).toEqual(all)
      },
    )

    test('that breaks leaves the database as it was', async () => {
      const broken: Migration = {
        name: 'broken',
        statements: ['create table half (id integer)', 'create tabel whole'],
      }
      const tables = db.tables()
      await expect(migrate(tables, db.kind, [...migrations, mood, broken])).rejects.toThrow(/tabel/)
      expect(await done(tables)).toEqual(all)
      await expect(rows(tables, 'select * from mood')).rejects.toThrow(/mood/)
      await migrate(tables, db.kind, [...migrations, mood])
      expect(await rows(tables, 'select * from mood')).toEqual([])
    })

    test('refuses a database that a newer Freehold has used', async () => {
      await migrate(db.tables(), db.kind, [...migrations, mood])
      const known = migrations.length
      await expect(db.open()).rejects.toThrow(
        `The database at DATABASE_URL could not be opened: The database holds ${known + 1} migrations and this Freehold ` +
          `knows ${known}: it was used by a newer version. Start that version, or set DATABASE_URL to another database.`,
      )
      expect(await done()).toHaveLength(known + 1)
    })
  })

  test('the steps have names of their own, in order', () => {
    const names = migrations.map((step) => step.name)
    expect(names).toEqual(names.map((name, i) => `${String(i + 1).padStart(3, '0')}${name.slice(3)}`))
  })
})
