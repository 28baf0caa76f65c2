import { type Digest, issueName, storyCount } from '../../model/index.ts'
import { keepWhatFits } from '../cut.ts'
import { type Kept, keepOnly, type Place } from '../digest-view.ts'
import { clip } from '../feed-text.ts'
import { type Component, type DiscordMessage, fits, messageOf, sizeOf } from './components.ts'
import {
  closing,
  correctedPart,
  nothingChosen,
  opening,
  periodWords,
  sectionPart,
  wikiPart,
} from './digest-parts.ts'
import { roleLine, withRole } from './digest-role.ts'
import { type DiscordWish, type WishedIssue, wishedIssue } from './digest-wish.ts'

/** Weaker stories of long sections stand on the web only; more than this takes only an issue whose every story is long. */
const mostMessages = 3
/** Discord's limit for the name of a thread. */
const longestName = 100

/** The post of an issue in a forum, or the thread for talk under it. */
export interface DiscordPost {
  /** `Freehold 12 · 9 to 16 November`; at most 100 characters. */
  name: string
  /** Ids of the ideas that have stories in it, in their order. */
  ideas: string[]
}

/**
 * Makes a digest into messages, to be posted in order: what happened, a container for each idea that has stories, the
 * wiki's part, how the issue was read. A wish leaves out what a channel does not follow and says which role the first
 * message mentions. Each message keeps within `messageLimits`.
 */
export function discordRenderer(
  place: Place,
): (digest: Digest, wish?: DiscordWish | null) => DiscordMessage[] {
  return (digest, wish) => {
    const issue = wishedIssue(digest, place, wish)
    const { chosen, filter } = issue
    // Nobody is called to read that there is nothing to read.
    const role = chosen.sections.length > 0 ? wish?.role : null
    const messages =
      filter !== null && chosen.sections.length === 0
        ? [nothingChosen(digest, filter, place)]
        : wholeMessages(issue, place, roleLine(role))
    return messages.map((components, at) => withRole(messageOf(components), at === 0 ? role : null))
  }
}

/** Names the forum post or the thread of a digest. */
export function discordPostRenderer(
  place: Place,
): (digest: Digest, wish?: DiscordWish | null) => DiscordPost {
  return (digest, wish) => {
    const period = withoutYear(periodWords(digest))
    return {
      name: clip([issueName(digest), period].filter(Boolean).join(' · '), longestName),
      ideas: wishedIssue(digest, place, wish).chosen.sections.map(({ idea }) => idea),
    }
  }
}

/** `28 December 2026 to 3 January 2027` keeps its years. */
function withoutYear(period: string): string {
  return (period.match(/\b\d{4}\b/g) ?? []).length > 1 ? period : period.replace(/ \d{4}$/, '')
}

/** The stories of every idea, the first at least, in as many messages as a digest may take. */
function wholeMessages(issue: WishedIssue, place: Place, tail: Component[]): Component[][] {
  const { whole, chosen } = issue
  const first = opening(issue, place)
  const sections = chosen.sections.map((section) => ({
    idea: section.idea,
    part: sectionPart(section, whole, place),
  }))
  const wiki = wikiPart(chosen, place)
  const corrected = correctedPart(whole, place)
  const messages = (kept: Kept) =>
    inMessages(
      [
        first,
        ...sections.map(({ idea, part }) => [part(kept.get(idea) ?? 0)]),
        ...(wiki ? [[wiki]] : []),
        ...(corrected.length > 0 ? [corrected] : []),
        closing(whole, place, storyCount(keepOnly(chosen, kept))),
      ],
      tail,
    )
  const fewest = (kept: Kept) => [...kept.values()].every((stories) => stories <= 1)
  return messages(
    keepWhatFits(chosen, (kept) => {
      const all = messages(kept)
      const isGood = all.length <= mostMessages && all.every((components) => fits(sizeOf(components)))
      return isGood || fewest(kept)
    }),
  )
}

/** As few messages as hold the parts in their order; the first keeps room for its tail. */
function inMessages(parts: Component[][], tail: Component[]): Component[][] {
  const messages: Component[][] = []
  for (const part of parts) {
    const last = messages.at(-1)
    const reserved = messages.length <= 1 ? tail : []
    if (last && fits(sizeOf([...last, ...part, ...reserved]))) last.push(...part)
    else messages.push([...part])
  }
  return messages
}
