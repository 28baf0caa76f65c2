import { type Kysely, sql } from 'kysely'
import type { Schema } from './schema.ts'

/** A question that the wiki had no answer to. Nobody's name stands with it. Times in ms. */
export interface Gap {
  question: string
  times: number
  firstAskedAt: number
  lastAskedAt: number
}

/** Longer questions are kept by their beginning. */
const longest = 500

/** What people asked in vain, for those who write pages. */
export function gaps(db: Kysely<Schema>) {
  return {
    /** Notes that a question was asked in vain; the same words count up. */
    async record(question: string, now: number): Promise<void> {
      const text = question.replace(/\s+/g, ' ').trim().slice(0, longest)
      if (text === '') return
      await db
        .insertInto('gap')
        .values({ question: text, times: 1, first_asked_at: now, last_asked_at: now })
        .onConflict((conflict) =>
          conflict.column('question').doUpdateSet({ times: sql`gap.times + 1`, last_asked_at: now }),
        )
        .execute()
    },

    /** Most often asked first, then the latest. */
    async list(limit = 1000): Promise<Gap[]> {
      const rows = await db
        .selectFrom('gap')
        .selectAll()
        .orderBy('times', 'desc')
        .orderBy('last_asked_at', 'desc')
        .orderBy('question')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        question: row.question,
        times: row.times,
        firstAskedAt: row.first_asked_at,
        lastAskedAt: row.last_asked_at,
      }))
    },
  }
}
