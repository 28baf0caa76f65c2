import { headingNamer } from '../lib/text/index.ts'
import type { Concept, Debate } from '../model/index.ts'
import { plain, withinQuotes } from './feed-text.ts'

/** The page of the wiki that an issue shows. */
export interface ConceptView {
  /** `Concept of the week: Zoning codes` */
  heading: string
  text: string
  href: string
  /** `Chosen for “…”.`; empty when that story is not in the issue. */
  about: string
}

/** A debate of the wiki with its two sides. */
export interface DebateView {
  /** `A debate: Safety` */
  heading: string
  sides: { claim: string; text: string }[]
  href: string
  about: string
}

/** `titles` are those of the stories, by item. */
export function conceptView(
  { id, title, text, story }: Concept,
  site: string,
  titles: ReadonlyMap<string, string>,
): ConceptView {
  return {
    heading: `Concept of the week: ${plain(title, 120)}`,
    text: plain(text, 600),
    href: `${site}/wiki/${encodeURIComponent(id)}`,
    about: aboutStory(story, titles),
  }
}

export function debateView(
  { axis, page, sides, story }: Debate,
  site: string,
  titles: ReadonlyMap<string, string>,
): DebateView {
  return {
    heading: `A debate: ${plain(axis, 120)}`,
    sides: sides.map(({ claim, text }) => ({ claim: plain(claim, 200), text: plain(text, 700) })),
    // The anchor that the wiki's page gives this heading.
    href: `${site}/wiki/${encodeURIComponent(page)}#${encodeURIComponent(headingNamer()(plain(axis, 120)))}`,
    about: aboutStory(story, titles),
  }
}

function aboutStory(story: string, titles: ReadonlyMap<string, string>): string {
  const title = titles.get(story)
  return title ? `Chosen for “${withinQuotes(title.replace(/[.\s]+$/, ''))}”.` : ''
}
