import type { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import type { Schema } from '../../src/store/schema.ts'
import { onEachDatabase, rows } from './databases.ts'

/** A change of these files is a change of what installations hold: it needs a migration, added at the end. */
onEachDatabase((db) => {
  test('the schema is the committed one', async () => {
    const dump = db.kind === 'sqlite' ? await sqliteSchema(db.tables()) : await postgresSchema(db.tables())
    await expect(dump).toMatchFileSnapshot(`schema.${db.kind}.txt`)
  })
})

interface Table {
  name: string
  lines: string[]
}

async function sqliteSchema(db: Kysely<Schema>): Promise<string> {
  const names = await rows<{ name: string }>(
    db,
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'",
  )
  const tables: Table[] = []
  for (const { name } of names) {
    const columns = await rows<{ name: string; type: string; notnull: number; pk: number }>(
      db,
      `select name, lower(type) as type, "notnull", pk from pragma_table_info('${name}')`,
    )
    const indexes = await rows<{ name: string; unique: number; columns: string }>(
      db,
      `select name, "unique", (select group_concat(i.name, ', ') from pragma_index_info(l.name) i) as columns
       from pragma_index_list('${name}') l`,
    )
    const links = await rows<{ from: string; table: string; to: string; on_delete: string }>(
      db,
      `select "from", "table", "to", lower(on_delete) as on_delete from pragma_foreign_key_list('${name}')`,
    )
    const key = columns.filter((column) => column.pk > 0).sort((a, b) => a.pk - b.pk)
    tables.push({
      name,
      lines: [
        ...columns.map((column) => columnLine(column.name, column.type, column.notnull === 1)),
        `primary key (${key.map((column) => column.name).join(', ')})`,
        ...links.map(
          (link) =>
            `foreign key (${link.from}) references ${link.table} (${link.to}) on delete ${link.on_delete}`,
        ),
        ...indexes.map((index) => {
          const name = index.name.startsWith('sqlite_autoindex') ? '' : ` ${index.name}`
          return `${index.unique ? 'unique ' : ''}index${name} (${index.columns})`
        }),
      ],
    })
  }
  return text(tables)
}

async function postgresSchema(db: Kysely<Schema>): Promise<string> {
  const columns = await rows<{ table: string; name: string; type: string; required: boolean }>(
    db,
    `select table_name as "table", column_name as name, data_type as type, is_nullable = 'NO' as required
     from information_schema.columns where table_schema = current_schema()`,
  )
  const constraints = await rows<{ table: string; definition: string }>(
    db,
    `select r.relname as "table", lower(pg_get_constraintdef(c.oid)) as definition
     from pg_constraint c join pg_class r on r.oid = c.conrelid
     where c.connamespace = current_schema()::regnamespace and c.contype in ('p', 'f', 'c')`,
  )
  const indexes = await rows<{ table: string; name: string; definition: string }>(
    db,
    `select tablename as "table", indexname as name, indexdef as definition
     from pg_indexes where schemaname = current_schema()`,
  )
  const names = [...new Set(columns.map((column) => column.table))]
  const of = <T extends { table: string }>(all: T[], table: string) =>
    all.filter((one) => one.table === table)
  const tables = names.map((name) => ({
    name,
    lines: [
      ...of(columns, name).map((column) => columnLine(column.name, column.type, column.required)),
      ...of(constraints, name).map((constraint) => constraint.definition),
      ...of(indexes, name).map((index) => {
        const unique = index.definition.startsWith('CREATE UNIQUE') ? 'unique ' : ''
        return `${unique}index ${index.name} ${index.definition.slice(index.definition.indexOf('('))}`
      }),
    ],
  }))
  return text(tables)
}

function columnLine(name: string, type: string, required: boolean): string {
  return `column ${name.replaceAll('"', '')} ${type}${required ? ' not null' : ''}`
}

function text(tables: Table[]): string {
  const sorted = tables.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return sorted
    .map(({ name, lines }) => [`${name}`, ...lines.toSorted().map((line) => `  ${line}`), ''].join('\n'))
    .join('\n')
}
