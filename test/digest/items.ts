import type { DigestInput } from '../../src/digest/index.ts'
import { type Direction, day, type LabelledItem } from '../../src/model/index.ts'
import { ideas } from '../fixtures/digests.ts'

export const until = Date.parse('2026-11-23T09:00:00Z')
export const since = until - 7 * day

export const feeds: DigestInput['feeds'] = [
  { id: 'harbour-lab', title: 'Harbour Lab', kind: 'lab', official: true, publisher: 'Harbour Lab' },
  {
    id: 'harbour-mirror',
    title: 'Harbour Lab (mirror)',
    kind: 'lab',
    official: false,
    publisher: 'Harbour Lab',
  },
  { id: 'ministry', title: 'Ministry', kind: 'policy', official: true, publisher: 'Government' },
  { id: 'ledgerline', title: 'Ledgerline', kind: 'press', official: true, publisher: 'Ledgerline' },
  { id: 'tideline', title: 'Tideline', kind: 'press', official: true, publisher: 'Tideline Media' },
  {
    id: 'tideline-markets',
    title: 'Tideline Markets',
    kind: 'press',
    official: true,
    publisher: 'Tideline Media',
  },
  { id: 'forum', title: 'Forum', kind: 'community', official: true, publisher: 'Commonwheel' },
]

/** Labels by idea: a direction, or a direction with its score. */
export type Given = Record<string, Direction | [Direction, number]>

/** An item of the period; it has no URL unless the test gives one. */
export function item(
  id: string,
  title: string,
  labels: Given = {},
  part: Partial<LabelledItem> = {},
): LabelledItem {
  const { publishedAt = until - 2 * day } = part
  return {
    id,
    feed: 'ledgerline',
    title,
    summary: '',
    content: '',
    url: null,
    canonicalUrl: null,
    kind: 'press',
    language: 'en',
    publishedAt,
    firstSeenAt: Math.max(publishedAt ?? 0, until - day),
    baseline: false,
    ...part,
    labels: Object.entries(labels).map(([idea, given]) => {
      const [direction, score] = typeof given === 'string' ? [given, 0.8] : given
      return { idea, direction, score, evidence: title, by: 'model:test' }
    }),
  }
}

/** The same address in both forms an item holds. */
export function at(url: string) {
  return { url, canonicalUrl: url }
}

export function input(items: LabelledItem[], part: Partial<DigestInput> = {}): DigestInput {
  return { period: { since, until }, ideas, feeds, items, history: items, ...part }
}

/** The same things in another order, the same one each time for a seed. */
export function shuffled<T>(things: T[], seed: number): T[] {
  const keyed = things.map((thing, i) => ({ thing, key: Math.sin(seed * 1000 + i * 7919) }))
  return keyed.sort((a, b) => a.key - b.key).map(({ thing }) => thing)
}
