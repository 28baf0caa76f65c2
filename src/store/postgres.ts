import { type Dialect, PostgresDialect, type PostgresPool, PostgresQueryCompiler } from 'kysely'

const int8 = 20

/** Kysely over pg. `url` is `postgres://…`. 64-bit integers come back as numbers: ours are counts and ms, below 2^53. */
export function postgresDialect(url: string): Dialect {
  return postgresOver(async () => {
    // Loaded only where it is used: most installations are on SQLite.
    const { default: pg } = await import('pg')
    const pool = new pg.Pool({
      connectionString: url,
      max: 8,
      connectionTimeoutMillis: 10_000,
      // A process that is stopped in the midst of a transaction must not keep others from its rows for longer than a minute.
      idle_in_transaction_session_timeout: 50_000,
      types: {
        getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
          oid === int8
            ? Number
            : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
      },
    })
    // An idle connection that breaks emits here and would end the process; the next query reports it itself.
    pool.on('error', () => undefined)
    // So does one that breaks between two queries of a transaction, and there the pool does not listen.
    pool.on('connect', (client) => void client.on('error', () => undefined))
    return pool
  })
}

/** Kysely over any pool of connections to PostgreSQL. */
export function postgresOver(pool: () => Promise<PostgresPool>): Dialect {
  return new (class extends PostgresDialect {
    override createQueryCompiler() {
      return new TextWithoutNul()
    }
  })({ pool })
}

/** PostgreSQL refuses NUL in text, which a feed's id or a server's reply may hold: one would stop the whole job. */
class TextWithoutNul extends PostgresQueryCompiler {
  protected override appendValue(value: unknown): void {
    super.appendValue(typeof value === 'string' ? value.replaceAll('\0', '') : value)
  }
}
