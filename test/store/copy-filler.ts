import { DatabaseSync } from 'node:sqlite'
import { openStore } from '../../src/store/index.ts'
import { claim, draft, feedState, label, makeDigest, newItems, now, post, wish } from './samples.ts'

/** Texts that get lost where somebody is careless: signs outside the BMP, bidi, line ends, quotes, what looks like JSON or SQL. */
const texts = [
  '😀 👩‍👩‍👧‍👦 zero\u200dwidth',
  '\u202eright to left\u202c \u2066isolated\u2069 العربية',
  'e\u0301 is not \u00e9',
  'line\nfeed\r\ncarriage\rreturn\ttab\u2028separator\u2029paragraph',
  `'quoted' "twice" \\ back\\nslash \`tick\` $1 ? %s {}`,
  '{"a":"\\u0000","b":[1,null,"\\ud800"]}',
  '[not a row]',
  ' blanks at both ends ',
  '\u0001\u001f\u007f\u0085\ufeff\ufffd\uffff',
  'NULL',
  '0012',
  '1e3',
]
const integers = [0n, 1n, -1n, 2_147_483_647n, -2_147_483_648n]
const bigs = [...integers, 9_007_199_254_740_993n, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n]
const reals = [0, 0.1, 1 / 3, -1.5, 1, 5e-324, 1.7976931348623157e308, 123_456_789.123_456_79]

interface Column {
  name: string
  type: string
  notnull: number
  pk: number
}

/** Tables of an SQLite file by name, whatever they are; a connection that knows nothing of the store. */
export function tableNames(db: DatabaseSync): string[] {
  const rows = db
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite%'")
    .all()
  return rows.map((row) => String(row.name)).filter((name) => name !== 'migration')
}

/** Puts rows into every table of a file that `openStore` has made, each column with values that are hard to carry. */
export function fillEveryTable(file: string, rowsEach = 450): void {
  const db = new DatabaseSync(file)
  // What refers to another table takes the same row's key there.
  db.exec('pragma foreign_keys = off; begin')
  for (const table of tableNames(db)) {
    const columns = db.prepare(`select name, type, "notnull", pk from pragma_table_info('${table}')`).all()
    const names = columns.map((column) => `"${column.name}"`)
    const insert = db.prepare(`insert into ${table} (${names}) values (${names.map(() => '?')})`)
    const parents = db
      .prepare(`select "from", "table" as parent from pragma_foreign_key_list('${table}')`)
      .all()
    for (let n = 0; n < rowsEach; n++) {
      const values = columns.map((column, i) => {
        const parent = parents.find((one) => one.from === column.name)?.parent
        return valueFor(column as unknown as Column, n, i, parent === undefined ? null : String(parent))
      })
      insert.run(...values)
    }
  }
  db.exec('commit')
  const orphans = db.prepare('pragma foreign_key_check').all()
  db.close()
  if (orphans.length > 0) throw new Error(`${orphans.length} rows refer to nothing`)
}

function valueFor({ name, type, notnull, pk }: Column, n: number, i: number, parent: string | null) {
  // Digests are known by number, all else by text.
  if (parent !== null) return parent === 'digest' ? n + 1 : `${texts[n % texts.length]} ${n}`
  const mayBeNull = notnull === 0 && pk === 0
  if (mayBeNull && (n + i) % 3 === 0) return null
  const kind = type.toLowerCase()
  if (kind === 'double precision') return reals[n % reals.length]!
  if (kind === 'bigint') return bigs[(n + i) % bigs.length]!
  if (kind === 'integer') return pk > 0 ? n + 1 : integers[(n + i) % integers.length]!
  if (kind !== 'text') throw new Error(`The filler has no values of the type ${type} (${name}) yet.`)
  const text = texts[n % texts.length]!
  // Keys and whatever may be unique bear a number; an empty text is another thing than none.
  if (pk > 0 || /key|hash|id|voter|post|target|opt_in|identity|medium/.test(name)) return `${text} ${n}`
  return n % 7 === 0 ? '' : text
}

/** As if all who held something in a file had gone. */
export function letGo(file: string): void {
  const db = new DatabaseSync(file)
  db.exec(
    'update job_run set lease_until = 0; update delivery set lease_until = 0; update lease set until = 0',
  )
  db.close()
}

/** Every value of every table as SQLite itself writes it, in an order of its own. */
export function everything(file: string): Record<string, string[]> {
  const db = new DatabaseSync(file, { readOnly: true })
  const found: Record<string, string[]> = {}
  for (const table of tableNames(db).toSorted()) {
    const names = db.prepare(`select name from pragma_table_info('${table}')`).all()
    // hex() makes text of a number first, and of a real number only 15 digits.
    const parts = names.map(
      ({ name }) =>
        `typeof("${name}") || ' ' || case typeof("${name}") when 'real' then printf('%!.20g', "${name}") else hex("${name}") end`,
    )
    const rows = db.prepare(`select ${parts.join(" || ', ' || ")} as line from ${table}`).all()
    found[table] = rows.map((row) => String(row.line)).toSorted()
  }
  db.close()
  return found
}

/** An installation in the middle of its work: two issues, one of them being sent, items, labels, subscribers, a channel. */
export async function liveInstallation(file: string): Promise<void> {
  const store = await openStore(`sqlite:${file}`)
  const items = newItems(30)
  await store.items.absorb(items, feedState(), now)
  await store.items.label(
    items.slice(0, 9).map(({ id }) => ({ item: id, labels: [label()] })),
    'model:one',
  )
  await makeDigest(store)
  const until = '2026-09-28T09:00:00.000Z'
  const expectedLast = (await store.digests.last())!.until
  const ids = items.map(({ id }) => id)
  await store.digests.create(draft({ until }), ids, { now, release: true, expectedLast })
  await store.deliveries.prepare(2, [{ medium: 'email', target: 'a', part: 0 }, ...post(2)], now)
  await claim(store)
  await store.channels.subscribe(wish(1))
  await store.subscribers.add('ada@example.org', { confirmed: true, now })
  await store.settings.getOrSet('secret', () => 'the old secret')
  await store.leases.take('discord', { owner: 'host:1:a', now, until: now + 60_000 })
  await store.close()
}
