import type { Doubt, Reason } from '../classify/index.ts'
import type { ClassifiableItem, Item, Label, LabelledItem } from '../model/index.ts'
import { marks } from '../render/index.ts'
import { print, printJson, shortTime } from './output.ts'

/** Characters shown of a summary. */
const beginning = 200

/** A stored item as the classifier reads it. */
export type Readable = ClassifiableItem & { labels: Label[]; language: string; stored: Item }

export function readable(item: LabelledItem): Readable {
  const publishedAt = item.publishedAt === null ? null : new Date(item.publishedAt).toISOString()
  return { ...item, publishedAt, stored: item }
}

/** Prints items with what the classifier says of each. */
export function show(doubts: Doubt<Readable>[], json: boolean): void {
  if (json) {
    printJson(doubts.map(forJson))
    return
  }
  for (const { item, verdict } of doubts) {
    print(`${item.id}  ${shortTime(item.stored.publishedAt ?? item.stored.firstSeenAt)}  ${item.stored.feed}`)
    print(`  ${item.title}`)
    const summary = beginningOf(item.stored)
    if (summary) print(`  ${summary}`)
    const scores = [...(verdict.why ?? [])].sort((a, b) => b.score - a.score)
    print(`  ${scores.map(scoreOf).join('  ')}`)
    const has = item.labels.map(({ idea, direction, by }) => `${marks[direction]} ${idea} (${by})`)
    print(`  ${has.length ? has.join('  ') : 'labelled with none'}\n`)
  }
}

/** "renewal 0.81/0.42 (opens 0.60, mixed 0.33, closes 0.07)"; directions only where the idea is given. */
function scoreOf({ idea, score, threshold, directions }: Reason): string {
  const against = `${idea} ${score.toFixed(2)}/${threshold.toFixed(2)}`
  if (score < threshold || !directions) return against
  const shares = Object.entries(directions).sort(([, a], [, b]) => b - a)
  return `${against} (${shares.map(([direction, share]) => `${direction} ${share.toFixed(2)}`).join(', ')})`
}

function forJson({ item, verdict, margin }: Doubt<Readable>) {
  return {
    id: item.id,
    feed: item.stored.feed,
    title: item.title,
    summary: beginningOf(item.stored),
    url: item.url,
    publishedAt: item.publishedAt,
    margin: Math.round(margin * 1000) / 1000,
    scores: (verdict.why ?? []).map(({ idea, score, threshold, directions }) => ({
      idea,
      score,
      threshold,
      directions,
    })),
    labels: item.labels,
  }
}

function beginningOf(item: Item): string {
  const text = (item.summary || item.content).replace(/\s+/g, ' ').trim()
  if (text.length <= beginning) return text
  const end = text.lastIndexOf(' ', beginning)
  return `${text.slice(0, end > 0 ? end : beginning)}…`
}
