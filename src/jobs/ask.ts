import type { Asker } from '../ask/index.ts'
import type { Answer } from '../model/index.ts'
import type { Way } from './way.ts'

/** Stored items looked through for each one that an answer may show. */
const looked = 30

/** Answers a question from the wiki and the stored items, and notes it when there is no answer. */
export async function ask(way: Pick<Way, 'store' | 'now'>, asker: Asker, question: string): Promise<Answer> {
  const now = way.now()
  const answer = await asker.answer(question, {
    now,
    news: ({ idea, direction, since, saying, holding, limit }) =>
      way.store.items.bearing({
        idea,
        direction,
        since,
        limit: limit * looked,
        ...(saying ? { saying } : {}),
        ...(holding ? { holding } : {}),
      }),
  })
  if (answer.kind === 'declined') await way.store.gaps.record(question, now)
  return answer
}
