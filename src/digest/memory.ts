import { stemOf } from '../lib/text/index.ts'
import { type LabelledItem, titleKey } from '../model/index.ts'
import { sameEvent } from './likeness.ts'
import type { Cluster, Comparison } from './stories.ts'
import type { Told } from './tally.ts'

/** A story that an earlier issue told, with the items it was told from. */
export interface PastStory {
  issue: number
  items: LabelledItem[]
}

/** What an earlier issue has to do with a story: nothing (null), all there is to say, or a part to which something is added. */
export type Recollection = null | { repeats: PastStory } | { updates: PastStory; by: LabelledItem }

/** From here on two stories of different issues are likely the same. */
const likely = 0.5
/** From here on it is sure enough to tell readers so. */
const sure = 0.85
/** From this share of new words on a story is another one, whatever it shares. */
const mostlyNew = 0.8
/** So many figures that the earlier story did not have are news. */
const newFigures = 3
/** Titles of so many words that are the same tell the same. */
const tellingTitle = 4
/** Stories of different issues lie days apart; what counts is that they are not of one day. */
const days = 1

/** Stems of words that say that something moved on, when they were not said before. */
const moves = new Set(
  (
    'abandon adopt again agree amend annul appeal approve award ban begin block cancel cancelled clear complain confirm court delay ' +
    'deny dismiss double drop end exempt exempted extend extended fail fork fund give halt inquiry investigate join judge launch leave merge name overturn ' +
    'pass postpone publish quash reach reject release relicense replace reproduce resign restore resume retract return reverse review revise rule scrap settle ' +
    'ship sign start suspend triple uphold veto vote win withdraw withdrawn withdrew gave rose fell won backs back took takes gives upheld lifts lifted'
  )
    .split(' ')
    .map(stemOf),
)

/** Finds what of a story was told before. `past` are the stories of earlier issues, in any order. */
export function recall(cluster: Cluster, past: PastStory[], comparison: Comparison): Recollection {
  const ranked = past
    .map((story) => ({ story, likelihood: likelihoodOf(cluster, story, comparison) }))
    .filter(({ likelihood }) => likelihood >= likely)
    .sort((a, b) => b.likelihood - a.likelihood || a.story.issue - b.story.issue)
  const best = ranked[0]
  if (!best) return null
  // An event told in parts: what any of the likely earlier stories said is not new.
  const before = ranked.flatMap(({ story }) => story.items)
  const known = new Set(
    before.map((item) => comparison.told(item)).flatMap(({ text, titleNames }) => [...text, ...titleNames]),
  )
  const bringsNews = cluster.filter((item) => hasNews(item, before, known, comparison))
  if (bringsNews.length === 0) {
    const share = Math.max(...cluster.map((item) => newShare(comparison.told(item), known, comparison)))
    const named = cluster.every((item) => namesStranger(comparison.told(item), known))
    return share < mostlyNew && !named ? { repeats: best.story } : null
  }
  if (best.likelihood < sure) return null
  const by = bringsNews.reduce((a, b) =>
    newShare(comparison.told(b), known, comparison) > newShare(comparison.told(a), known, comparison) ? b : a,
  )
  return { updates: best.story, by }
}

/** Mean over all pairs of items, one of each; 1 where another feed told it under the very same title. */
function likelihoodOf(cluster: Cluster, { items }: PastStory, { told, rarity }: Comparison): number {
  if (cluster.some((a) => items.some((b) => isReprint(a, b)))) return 1
  let sum = 0
  for (const a of cluster)
    for (const b of items) {
      sum += sameEvent(told(a), told(b), days, rarity, { mayTurn: true })
    }
  return sum / (cluster.length * items.length)
}

/** A title that comes again in its own feed may be that of a column; in another feed it is the same article. */
function isReprint(a: LabelledItem, b: LabelledItem): boolean {
  const title = titleKey(a.title)
  return a.feed !== b.feed && title.split(' ').length >= tellingTitle && title === titleKey(b.title)
}

/** Another leaning, a title with words of movement or a figure that were not known, or several new figures. */
function hasNews(
  item: LabelledItem,
  before: LabelledItem[],
  known: Set<string>,
  { told }: Comparison,
): boolean {
  const leanings = new Set(before.flatMap(({ labels }) => labels.map(leaningOf)))
  const ideas = new Set(before.flatMap(({ labels }) => labels.map(({ idea }) => idea)))
  if (item.labels.some((label) => ideas.has(label.idea) && !leanings.has(leaningOf(label)))) return true
  const fresh = [...told(item).text].filter((stem) => !known.has(stem))
  if (fresh.filter((stem) => /\p{N}/u.test(stem)).length >= newFigures) return true
  return [...told(item).title].some((stem) => !known.has(stem) && (moves.has(stem) || /\p{N}/u.test(stem)))
}

/** Whether the title names somebody or something of whom the earlier stories did not speak. */
function namesStranger({ titleNames }: Told, known: Set<string>): boolean {
  return [...titleNames].some((name) => !known.has(name))
}

function leaningOf({ idea, direction }: { idea: string; direction: string }): string {
  return `${idea} ${direction}`
}

function newShare(account: Told, known: Set<string>, { rarity }: Comparison): number {
  let [all, fresh] = [0, 0]
  for (const stem of account.text) {
    all += rarity(stem)
    if (!known.has(stem)) fresh += rarity(stem)
  }
  return all > 0 ? fresh / all : 0
}
