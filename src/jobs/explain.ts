import type { Fate } from '../digest/index.ts'
import type { Digest, Item } from '../model/index.ts'
import { composePeriod, openPeriod } from './digest.ts'
import type { Way } from './way.ts'

type ExplainWay = Pick<Way, 'store' | 'feeds' | 'ideas' | 'pages' | 'classifier' | 'now'>

/** Why an item stands in a digest or not. */
export interface Explanation {
  /** The issue that told it. */
  issue: number | null
  /** What the next digest would do with it; null where it is not among its items. */
  fate: Fate | null
  reason: string
}

/** The items of the open period and what the next digest would do with them. */
export interface OpenFates {
  fates: Map<string, Fate>
  since: number
}

/** Composes the next digest as it stands now, to see what becomes of its items. */
export async function openFates(way: ExplainWay): Promise<OpenFates> {
  const period = await openPeriod(way)
  const { fates } = await composePeriod(way, period, true)
  return { fates, since: period.since }
}

/** Looks for the issue that told an item or else for its place in the next. `open` gives the fates, if they are needed. */
export async function explainItem(
  way: ExplainWay,
  item: Item,
  open: () => Promise<OpenFates> = () => openFates(way),
): Promise<Explanation> {
  const told = (await way.store.digests.list()).find(({ digest: { sections } }) =>
    sections.some(({ stories }) => stories.some((story) => (story.items ?? [story.item]).includes(item.id))),
  )
  if (told) {
    const reason = `Told in issue ${told.number}${placeIn(told.digest, item.id)}.`
    return { issue: told.number, fate: null, reason }
  }
  const { fates, since } = await open()
  const fate = fates.get(item.id) ?? null
  const names = new Map(way.ideas.map(({ id, name }) => [id, name]))
  return { issue: null, fate, reason: reasonOf(item, fate, since, (id) => names.get(id) ?? id) }
}

function placeIn({ sections }: Digest, id: string): string {
  for (const { name, stories } of sections) {
    const story = stories.find((one) => (one.items ?? [one.item]).includes(id))
    if (story) return story.item === id ? ` under ${name}` : ` with “${story.title}” under ${name}`
  }
  return ''
}

function reasonOf(item: Item, fate: Fate | null, since: number, nameOf: (idea: string) => string): string {
  if (fate === null) {
    if (item.baseline) return 'It stood in its feed before Freehold first read it, so it is no news.'
    return item.firstSeenAt < since
      ? 'It belongs to a period whose digest has been made, and was not told in it.'
      : 'It is not among the items of the open period.'
  }
  switch (fate.fate) {
    case 'told':
      return `The next digest tells it with “${fate.story}” under ${nameOf(fate.idea)}.`
    case 'weaker':
      return (
        `It bears on ${nameOf(fate.idea)}, but its story “${fate.story}” is number ${fate.rank} of ${fate.of} by strength ` +
        `(${fate.strength.toFixed(2)}; the weakest that is told has ${fate.least.toFixed(2)}).`
      )
    case 'repeat':
      return `It tells nothing that issue ${fate.issue} had not told.`
    case 'noIdea':
      return 'It was given no key idea.'
    case 'unread':
      return 'It is in a language that the classifier does not read.'
  }
}
