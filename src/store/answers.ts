import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Answer } from '../model/index.ts'
import type { Schema } from './schema.ts'

/** Answers that people can still react to: what was asked and said, and nobody's name. */
export function answers(db: Kysely<Schema>) {
  return {
    /** Keeps an answer; gives its id, 12 letters and digits. */
    async keep(answer: Answer, now: number): Promise<string> {
      const id = randomUUID().replaceAll('-', '').slice(0, 12)
      await db
        .insertInto('answer')
        .values({ id, body: JSON.stringify(answer), answered_at: now })
        .execute()
      return id
    },

    async get(id: string): Promise<Answer | null> {
      const row = await db.selectFrom('answer').select('body').where('id', '=', id).executeTakeFirst()
      return row ? (JSON.parse(row.body) as Answer) : null
    },

    /** Deletes those given before `before` (ms). Returns how many. */
    async prune(before: number): Promise<number> {
      const gone = await db.deleteFrom('answer').where('answered_at', '<', before).executeTakeFirst()
      return Number(gone.numDeletedRows)
    },
  }
}
