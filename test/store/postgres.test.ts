import { Kysely, sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { postgresDialect } from '../../src/store/postgres.ts'

const url = process.env.TEST_DATABASE_URL

test.skipIf(!url)(
  `a connection that breaks in the midst of a transaction costs that transaction and not the process${url ? '' : ' (set TEST_DATABASE_URL to run)'}`,
  async () => {
    const db = new Kysely<unknown>({ dialect: postgresDialect(url!) })
    onTestFinished(() => db.destroy())
    const cutOff = db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
      await sql`select pg_terminate_backend(${rows[0]!.pid}, 5000)`.execute(db)
      // Nothing is asked on it while it breaks, so nobody but the process would hear of it.
      await sql`select pg_sleep(0.1)`.execute(db)
      await sql`select 1`.execute(tx)
    })
    await expect(cutOff).rejects.toThrow()
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
  },
)
