import type { Fate } from '../digest/index.ts'
import { type Digest, type Item, itemsOf, storyWith } from '../model/index.ts'
import { moment, signatureOf } from '../render/index.ts'
import type { StoredDigest } from '../store/index.ts'
import { composePeriod, openPeriod } from './digest.ts'
import type { Way } from './way.ts'

type ExplainWay = Pick<Way, 'store' | 'feeds' | 'ideas' | 'pages' | 'classifier' | 'now'>

/** Why an item stands in a digest or not. */
export interface Explanation {
  /** The issue that told it. */
  issue: number | null
  /** The issue that an editor took it out of. */
  leftOutOf: number | null
  /** What the next digest would do with it; null where it is not among its items. */
  fate: Fate | null
  reason: string
}

interface ExplainOptions {
  open?: () => Promise<OpenFates>
  whom?: (by: string) => string
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

/**
 * Looks for the issue that told an item or that an editor took it out of, or else for its place in the next. `open` gives
 * the fates, if they are needed; editors are named as `whom` says, without it as readers see them.
 */
export async function explainItem(
  way: ExplainWay,
  item: Item,
  { open = () => openFates(way), whom = publicName }: ExplainOptions = {},
): Promise<Explanation> {
  const issues = await way.store.digests.list()
  const told = issues.find(({ digest }) => storyWith(digest, item.id))
  if (told) {
    const reason = `Told in issue ${told.number}${placeIn(told.digest, item.id)}.`
    return { issue: told.number, leftOutOf: null, fate: null, reason }
  }
  for (const issue of issues) {
    const reason = takenOut(issue, item.id, whom)
    if (reason !== null) return { issue: null, leftOutOf: issue.number, fate: null, reason }
  }
  const { fates, since } = await open()
  const fate = fates.get(item.id) ?? null
  const names = new Map(way.ideas.map(({ id, name }) => [id, name]))
  return {
    issue: null,
    leftOutOf: null,
    fate,
    reason: reasonOf(item, fate, since, (id) => names.get(id) ?? id),
  }
}

/** How an editor took an item out of an issue, in sentences; null where none did. */
function takenOut(
  { number, original, edits }: StoredDigest,
  id: string,
  whom: (by: string) => string,
): string | null {
  const story = original ? storyWith(original, id) : undefined
  if (!story) return null
  for (const { by, at, change } of edits) {
    const who = `issue ${number} by ${whom(by)} on ${moment(at)}`
    if (change.what === 'unlink' && change.item === id) {
      return `Taken out of “${story.title}” in ${who}.`
    }
    if (change.what === 'drop' && change.item === story.item) {
      return story.item === id ? `Left out of ${who}.` : `Left out of ${who}, with “${story.title}”.`
    }
  }
  return null
}

function publicName(by: string): string {
  return signatureOf(by) || 'an editor'
}

function placeIn({ sections }: Digest, id: string): string {
  for (const { name, stories } of sections) {
    const story = stories.find((one) => itemsOf(one).includes(id))
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
