import type { AlsoIn, Story } from '../../model/index.ts'
import { type Place, quoteOf, storyTitle } from '../digest-view.ts'
import { marks } from '../directions.ts'
import { clip, plain } from '../feed-text.ts'
import { discordText, maskedLink } from './markdown.ts'

/** The colours of a zoning map, one for each idea in its order, and grey for what is no idea. */
const zones = [0x4c8c4a, 0xc0563b, 0x7b6ba8, 0x3f6fa3, 0xd9a441]
export const noZone = 0x8a8478

/** The colour of an idea. */
export function zoneOf(idea: string, { ideas }: Place): number {
  return zones[ideas.findIndex(({ id }) => id === idea) % zones.length] ?? noZone
}

/** What one story takes of a message at most: with the head of its section there is room for it in one message. */
const room = { characters: 2000, bytes: 5000 }
/** How long a quotation may be, in characters of its source; the first that there is room for. */
const quotes = [240, 120, 60]

const mostAlso = 3

type Told = Pick<Story, 'title' | 'url' | 'direction' | 'evidence'>

/** A story as Markdown: its mark and title, lines of ours, its quotation, which is clipped where the story is too long. */
export function storyText(story: Told, lines: string[]): string {
  const title = `${marks[story.direction]} **${maskedLink(storyTitle(story), story.url, 200)}**`
  const rest = [title, ...lines].join('\n')
  const evidence = plain(story.evidence)
  for (const longest of quotes) {
    const quote = quoteOf(clip(evidence, longest), story.title)
    const whole = quote ? `${rest}\n> ${discordText(quote, longest + 2)}` : rest
    if (whole.length <= room.characters && Buffer.byteLength(whole) <= room.bytes) return whole
  }
  return rest
}

/** Who else told it: `also: Tideline, Ledgerline`; empty where nobody did. */
export function alsoLine(also: readonly Pick<AlsoIn, 'feedTitle'>[]): string {
  const names = also.map(({ feedTitle }) => discordText(feedTitle, 40)).filter(Boolean)
  const named = names.length > mostAlso + 1 ? names.slice(0, mostAlso) : names
  const more = names.length > named.length ? ` and ${names.length - named.length} more` : ''
  return named.length === 0 ? '' : `also: ${named.join(', ')}${more}`
}
