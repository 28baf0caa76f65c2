import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { migrate } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations.ts'
import { columnNames, levelOf, tablesAt } from '../../src/store/tables.ts'
import { onEachDatabase } from './databases.ts'

onEachDatabase((db) => {
  test('no table and no column is forgotten by copies and backups, at any level of the schema', async () => {
    for (let level = 1; level <= migrations.length; level++) {
      await db.leave()
      const tables = db.tables()
      await migrate(tables, db.kind, migrations.slice(0, level))
      expect(await levelOf(tables, db.kind, 'here')).toBe(level)
      const held = await columnNames(tables, db.kind)
      expect(held.delete('migration')).toBe(true)
      const copied = await tablesAt(level)
      const sorted = (names: Iterable<string>) => [...names].toSorted()
      expect(sorted(copied.map(({ name }) => name))).toEqual(sorted(held.keys()))
      for (const { name, columns } of copied) {
        expect(sorted(columns.map((column) => column.name)), name).toEqual(sorted(held.get(name)!))
      }
    }
  })

  test('tables that others refer to come first', async () => {
    const names = (await tablesAt(migrations.length)).map(({ name }) => name)
    for (const [child, parent] of [
      ['label', 'item'],
      ['verdict', 'item'],
      ['digest_item', 'digest'],
      ['delivery', 'digest'],
      ['delivery', 'alert'],
    ] as const) {
      expect(names.indexOf(parent)).toBeGreaterThanOrEqual(0)
      expect(names.indexOf(parent)).toBeLessThan(names.indexOf(child))
    }
  })

  test('no column counts by itself: a copy would have to set the counter', async () => {
    const counters =
      db.kind === 'sqlite'
        ? sql<{ name: string }>`select name from sqlite_schema where lower(sql) like '%autoincrement%'`
        : sql<{ name: string }>`
            select column_name as name from information_schema.columns
            where table_schema = current_schema() and (is_identity = 'YES' or column_default like 'nextval(%')`
    expect((await counters.execute(db.tables())).rows).toEqual([])
  })
})
