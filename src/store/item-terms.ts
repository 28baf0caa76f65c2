import { type Kysely, sql } from 'kysely'
import type { GivenLabel } from '../model/index.ts'
import type { Schema } from './schema.ts'

/** What a feed's terms let us keep of an item. */
export interface KeptText {
  summary: string
  content: string
  revision: string
}

/** Items rewritten in one transaction. */
const chunk = 200

/** Cutting stored texts down to what terms allow now. */
export function itemTerms(db: Kysely<Schema>) {
  return {
    /**
     * Rewrites the items of a feed that have a `content`, or a summary of more than `most` characters, as `cut` says.
     * Evidence that the shorter text no longer holds gives way to the title, in maintainers' words too. When they were
     * seen and what they were judged to be stays. Gives how many there were.
     */
    async cutTexts(
      feed: string,
      most: number,
      cut: (item: { title: string; summary: string; content: string; url: string | null }) => KeptText,
    ): Promise<number> {
      let done = 0
      for (;;) {
        const some = await db.transaction().execute(async (tx) => {
          const items = await tx
            .selectFrom('item')
            .select(['id', 'title', 'summary', 'content', 'url'])
            .where('feed', '=', feed)
            .where((eb) => eb.or([eb('content', '<>', ''), eb(sql<number>`length(summary)`, '>', most)]))
            .limit(chunk)
            .execute()
          const texts = new Map<string, string[]>()
          for (const item of items) {
            const { summary, content, revision } = cut(item)
            texts.set(item.id, [item.title, summary, content])
            await tx
              .updateTable('item')
              .set({ summary, content, revision })
              .where('id', '=', item.id)
              .execute()
          }
          if (texts.size > 0) await cutEvidence(tx, texts)
          return items.length
        })
        done += some
        if (some < chunk) return done
      }
    },
  }
}

/** Evidence that none of an item's texts holds any more becomes its title, the first of them. */
async function cutEvidence(tx: Kysely<Schema>, texts: Map<string, string[]>): Promise<void> {
  const holds = (item: string, evidence: string) => texts.get(item)!.some((text) => text.includes(evidence))
  const ids = [...texts.keys()]
  const labels = await tx
    .selectFrom('label')
    .select(['item', 'idea', 'evidence'])
    .where('item', 'in', ids)
    .execute()
  for (const { item, idea, evidence } of labels) {
    if (holds(item, evidence)) continue
    await tx
      .updateTable('label')
      .set({ evidence: texts.get(item)![0]! })
      .where('item', '=', item)
      .where('idea', '=', idea)
      .execute()
  }
  const verdicts = await tx
    .selectFrom('verdict')
    .select(['item', 'labels'])
    .where('item', 'in', ids)
    .execute()
  for (const { item, labels: given } of verdicts) {
    const before = JSON.parse(given) as GivenLabel[]
    const after = before.map((one) =>
      holds(item, one.evidence) ? one : { ...one, evidence: texts.get(item)![0]! },
    )
    await tx
      .updateTable('verdict')
      .set({ labels: JSON.stringify(after) })
      .where('item', '=', item)
      .execute()
  }
}
