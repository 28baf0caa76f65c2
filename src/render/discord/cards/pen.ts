import { clip, plain } from '../../feed-text.ts'
import { type Component, type DiscordMessage, fits, messageOf, sizeOf } from '../components.ts'
import { discordText, maskedLink } from '../markdown.ts'

/** Writes text that is not the card's own; `max` counts characters as they are given, before Markdown is escaped. */
export interface Pen {
  /** One line, nothing in it acting as Markdown. */
  words(text: string, max: number): string
  /** Several lines, those that begin with `- ` as a list. */
  lines(text: string, max: number): string
  /** `[title](url)`, or the title alone where the link is missing, not to be trusted or too long. */
  link(title: string, url: string | null, max: number): string
  /** A sentence of the bot's, in which mentions, dates and names of commands act and all else is shown as it is. */
  sentence(text: string, max: number): string
}

/** How much of its wishes a card gets, by turns; with nothing left of foreign text every card fits. */
const shares = [1, 0.8, 0.6, 0.4, 0.25, 0.1, 0]
/** A longer link would take the room of a story. */
const longestLink = 600
/** Stands for what must stay as it is while the rest is escaped. */
const kept = '\uE000'
const acting = /<#\d+>|<@[&!]?\d+>|<t:-?\d+(?::[tTdDfFR])?>|<\/[-_ \p{L}\p{N}]+:\d+>|`\/[a-z][- a-z]*`/gu

/** A message drawn as it should be or, where that is too much for Discord, with foreign text cut shorter. */
export function fitted(draw: (pen: Pen) => Component[]): DiscordMessage {
  for (const share of shares) {
    const components = draw(penOf(share))
    if (fits(sizeOf(components))) return messageOf(components)
  }
  throw new Error('A card holds more parts than a Discord message; its lists need a limit.')
}

function penOf(share: number): Pen {
  const room = (max: number) => Math.floor(max * share)
  const words = (text: string, max: number) => discordText(text, room(max))
  return {
    words,
    lines(text, max) {
      return clip(text.trim(), room(max))
        .split(/\r?\n/)
        .flatMap((line) => {
          const [, dash = '', rest = ''] = /^(\s*- )?(.*)$/s.exec(line)!
          const said = discordText(rest, Number.POSITIVE_INFINITY)
          return said ? [`${dash && '- '}${said}`] : []
        })
        .join('\n')
    },
    link(title, url, max) {
      const short = url !== null && url.length <= room(longestLink) ? url : null
      return maskedLink(plain(title) || 'Untitled', short, room(max))
    },
    sentence(text, max) {
      const pieces: string[] = []
      const marked = text.replaceAll(kept, '').replace(acting, (piece) => {
        pieces.push(piece)
        return kept
      })
      return words(marked, max).replaceAll(kept, () => pieces.shift() ?? '')
    },
  }
}
