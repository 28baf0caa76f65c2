import {
  type BackedText,
  type Digest,
  type Direction,
  directions,
  isChosen,
  isQuiet,
  type StoryChoice,
} from '../../model/index.ts'
import type { Place } from '../digest-view.ts'
import { words } from '../directions.ts'
import { number } from '../numbers.ts'
import { discordText } from './markdown.ts'

/** What a channel wants of an issue. */
export interface DiscordWish extends StoryChoice {
  /** Id of a role to mention; null for none. */
  role: string | null
}

/** An issue as a channel gets it. */
export interface WishedIssue {
  whole: Digest
  /** The chosen stories, the sections that have some, and what is said of these; the rest is as in the whole. */
  chosen: Digest
  /** Null where everything is chosen. */
  filter: Filter | null
}

/** What a channel follows, as Markdown without a stop. */
export interface Filter {
  /** On its own: `Compute cost only`. */
  line: string
  /** Within a sentence: `compute cost`. */
  within: string
}

const everything: DiscordWish = { ideas: [], directions: [], role: null }
const mostNamed = 4

/** The part of an issue that a channel wants. A quiet issue has nothing to choose from and stays whole. */
export function wishedIssue(whole: Digest, place: Place, wish: DiscordWish | null | undefined): WishedIssue {
  const { ideas, directions } = isQuiet(whole) ? everything : narrowed(wish ?? everything, place)
  const choice = { ideas, directions }
  const filter = filterOf(choice, namesOf(choice, whole, place))
  const sections = whole.sections.flatMap((section) => {
    const stories = section.stories.filter(({ direction }) => isChosen(choice, section.idea, direction))
    if (stories.length === 0) return []
    const { moved, ...rest } = section
    const stays = moved && (directions.length === 0 || isAbout(choice, moved, whole))
    return [{ ...rest, ...(stays ? { moved } : {}), stories }]
  })
  const chosen = { ...whole, sections }
  if (filter === null) return { whole, chosen, filter }
  const { concept, debate, ...plain } = chosen
  const told = new Set(sections.flatMap(({ stories }) => stories.map(({ item }) => item)))
  return {
    whole,
    chosen: {
      ...plain,
      // An editor speaks to every reader of the issue.
      lead: whole.lead.filter((sentence) => sentence.by !== undefined || isAbout(choice, sentence, whole)),
      ...(concept && told.has(concept.story) ? { concept } : {}),
      ...(debate && told.has(debate.story) ? { debate } : {}),
    },
    filter,
  }
}

/** The choice without what chooses everything. */
function narrowed({ ideas, directions: wanted }: StoryChoice, { ideas: all }: Place): StoryChoice {
  return {
    ideas: all.length > 0 && all.every(({ id }) => ideas.includes(id)) ? [] : ideas,
    directions: directions.every((direction) => wanted.includes(direction)) ? [] : wanted,
  }
}

/**
 * True of a sentence that rests on chosen stories and counts alone. A story that stands under two ideas has to be chosen
 * under both: the sentence may speak of either.
 */
function isAbout(choice: StoryChoice, { backing }: BackedText, whole: Digest): boolean {
  const tellings = whole.sections.flatMap(({ idea, stories }) =>
    stories.map(({ item, direction }) => ({ item, isWanted: isChosen(choice, idea, direction) })),
  )
  const subjects = backing.flatMap((one) => {
    if (one.kind === 'item') {
      const told = tellings.filter(({ item }) => item === one.item)
      return [told.length > 0 && told.every(({ isWanted }) => isWanted)]
    }
    const [, idea, direction] = /^(?:last week|weeks before): (\S+) (\S+)$/.exec(one.of) ?? []
    return idea && direction ? [isChosen(choice, idea, direction as Direction)] : []
  })
  return subjects.length > 0 && subjects.every(Boolean)
}

/** The names of the chosen ideas in their order; of one that the wiki no longer has, what the issue calls it. */
function namesOf(choice: StoryChoice, whole: Digest, place: Place): string[] {
  const known = [...place.ideas, ...whole.sections.map(({ idea, name }) => ({ id: idea, name }))]
  const order = (id: string) => {
    const at = known.findIndex((idea) => idea.id === id)
    return at < 0 ? known.length : at
  }
  return [...new Set(choice.ideas)]
    .sort((a, b) => order(a) - order(b))
    .map((id) => discordText(known.find((idea) => idea.id === id)?.name ?? id, 60))
}

/** `Compute cost only`, `What closes space, on renewal and compute cost`; null when nothing is chosen. */
function filterOf({ directions: wanted }: StoryChoice, names: string[]): Filter | null {
  const [first, ...others] = names
  const ideas = listed(names.map(uncapitalised))
  if (wanted.length === 0) {
    return first === undefined
      ? null
      : { line: `${listed([first, ...others.map(uncapitalised)])} only`, within: ideas }
  }
  const moving = directions.filter((one) => one !== 'mixed' && wanted.includes(one))
  const ways = [
    ...(moving.length > 0 ? [`${moving.map((one) => words[one]).join(' or ')} space`] : []),
    ...(wanted.includes('mixed') ? [`is ${words.mixed}`] : []),
  ]
  const rest = `hat ${ways.join(' or ')}${ideas && `, on ${ideas}`}`
  return { line: `W${rest}`, within: `w${rest}` }
}

/** `a`, `a and b`, `a, b, c and 4 more`. */
function listed(names: string[]): string {
  const kept = names.length > mostNamed + 1 ? names.slice(0, mostNamed) : names
  const all = names.length > kept.length ? [...kept, `${number(names.length - kept.length)} more`] : kept
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}

/** A name as it stands within a sentence; an abbreviation keeps its capitals. */
function uncapitalised(name: string): string {
  return /^\p{Lu}\p{Ll}/u.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name
}
