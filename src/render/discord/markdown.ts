import { clip, isolated, plain } from '../feed-text.ts'
import { webLink } from '../links.ts'

// Discord links every address it finds, and shows no masked link whose words look like one; this keeps them apart.
const breaker = '\u200B'
/** A longer one would take the room of several stories. */
const longestLink = 600
const percent: Record<string, string> = { '(': '%28', ')': '%29', '\\': '%5C' }

/** Feed text as Discord shows it letter by letter: no Markdown, no mention, no link of its own. */
export function discordText(text: string, max: number): string {
  return isolated(escapeMarkdown(clip(plain(text), max)))
}

/** `[title](url)`, or the title alone where there is no link to trust. */
export function maskedLink(title: string, url: string | null, max: number): string {
  const link = webLink(url)?.replace(/[()\\]/g, (mark) => percent[mark]!)
  const text = discordText(title, max)
  return link && link.length <= longestLink ? `[${text}](${link})` : text
}

function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\*_~`|[\]()<>#]/g, '\\$&')
    .replace(/^(\s*)([-+])/, '$1\\$2')
    .replace(/^(\s*\d+)\./, '$1\\.')
    .replace(/:\/\//g, `:${breaker}//`)
    .replace(/@/g, `@${breaker}`)
}
