// count.ts FILE TIMES: adds 1 to a number in the database, reading it first, each time in a transaction.
import { Kysely } from 'kysely'
import type { Schema } from '../../../src/store/schema.ts'
import { sqliteDialect } from '../../../src/store/sqlite.ts'
import { heard, say } from './parent.ts'

const [file, times] = process.argv.slice(2)
const db = new Kysely<Schema>({ dialect: sqliteDialect(file!) })
say('ready')
await heard()
for (let n = 0; n < Number(times); n++) {
  await db.transaction().execute(async (tx) => {
    const counter = tx.selectFrom('setting').select('value').where('name', '=', 'counter')
    const { value } = await counter.executeTakeFirstOrThrow()
    const next = String(Number(value) + 1)
    await tx.updateTable('setting').set({ value: next }).where('name', '=', 'counter').execute()
  })
}
await db.destroy()
process.exit()
