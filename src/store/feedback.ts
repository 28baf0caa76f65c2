import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { AnswerReason, AnswerVote, Direction, Feedback } from '../model/index.ts'
import type { FeedbackTable, Schema } from './schema.ts'

/** A piece of feedback as it is kept. */
export type StoredFeedback = Feedback & {
  /** ms since the epoch. */
  givenAt: number
}

/** What readers said about answers and labels. */
export function feedback(db: Kysely<Schema>) {
  return {
    /** Keeps it; what the same voter said of the same subject before is replaced. `voter` is a keyed hash. */
    async give(given: Feedback, voter: string, now: number): Promise<void> {
      const change = {
        vote: given.kind === 'answer' ? given.vote : 'wrong-label',
        reason: given.kind === 'answer' ? given.reason : null,
        labels: given.kind === 'label' ? JSON.stringify(given.labels) : null,
        comment: given.comment,
        about: given.about,
        given_at: now,
      }
      await db
        .insertInto('feedback')
        .values({ id: randomUUID(), kind: given.kind, subject: given.subject, voter, ...change })
        .onConflict((conflict) => conflict.columns(['kind', 'subject', 'voter']).doUpdateSet(change))
        .execute()
    },

    /** Newest first. */
    async list(filter: { kind?: Feedback['kind']; since?: number } = {}): Promise<StoredFeedback[]> {
      let query = db.selectFrom('feedback').selectAll()
      if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind)
      if (filter.since !== undefined) query = query.where('given_at', '>=', filter.since)
      const rows = await query.orderBy('given_at', 'desc').orderBy('id').execute()
      return rows.map(fromRow)
    },
  }
}

function fromRow(row: FeedbackTable): StoredFeedback {
  const { subject, about, comment, given_at: givenAt } = row
  if (row.kind === 'label') {
    const labels = JSON.parse(row.labels ?? '{}') as Record<string, Direction>
    return { kind: 'label', subject, about, labels, comment, givenAt }
  }
  return {
    kind: 'answer',
    subject,
    about,
    vote: row.vote as AnswerVote,
    reason: row.reason as AnswerReason | null,
    comment,
    givenAt,
  }
}
