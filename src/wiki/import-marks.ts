/**
 * Marks that the reading of HTML leaves in the text for what words alone don't say: links, and where bold words begin
 * and end. They are noncharacters of Unicode, so no text has them by right.
 */
export const marks = { href: '\ufdd6', words: '\ufdd7', linkEnd: '\ufdd8', bold: '\ufdd9' } as const

const anyMark = /[\ufdd0-\ufdef]/g
const link = /\ufdd6([^\ufdd7]*)\ufdd7([^\ufdd6\ufdd8]*)\ufdd8?/g

/** A text without any mark, those that a file brings along included. */
export function withoutMarks(text: string): string {
  return text.replace(anyMark, '')
}

/** The words of a marked text: no marks, no addresses. */
export function wordsOf(text: string): string {
  return withoutMarks(text.replace(link, '$2')).trim()
}

/** The addresses of the links in a marked text. */
export function hrefsOf(text: string): string[] {
  return [...text.matchAll(link)].map((match) => match[1]!)
}

/** The address, where a marked text is one link and nothing else. */
export function onlyHref(text: string): string | null {
  const match = text.matchAll(link).next().value
  return match && match[0] === text.trim() ? match[1]! : null
}

/** An address as it can stand in a page of ours; null for what leads nowhere outside the site it was saved from. */
export function outsideHref(href: string): string | null {
  const url = /^https?:\/\//i.test(href) ? URL.parse(href) : null
  return url ? url.href.replace(/[()]/g, (bracket) => (bracket === '(' ? '%28' : '%29')) : null
}

/** A marked text as one line of Markdown that shows just its words, with the links that lead outside. */
export function toMarkdown(text: string): string {
  let at = 0
  let out = ''
  for (const match of text.matchAll(link)) {
    const href = outsideHref(match[1]!)
    const words = escaped(match[2]!)
    out += escaped(text.slice(at, match.index))
    out += href && words.trim() ? `[${words.replace(/\\?[[\]]/g, escapedBracket)}](${href})` : words
    at = match.index + match[0].length
  }
  return escapedStart((out + escaped(text.slice(at))).trim())
}

/** No more than is needed, so that words stay words for whoever reads or searches the file. */
function escaped(text: string): string {
  return withoutMarks(text)
    .replace(/[\\`*]|~~/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/<(?=[a-z/!?])/gi, '\\<')
    .replace(/&(?=#?\w+;)/g, '\\&')
    .replace(/\](?=[([:])/g, '\\]')
}

function escapedBracket(bracket: string): string {
  return bracket.startsWith('\\') ? bracket : `\\${bracket}`
}

/** What would make a line a heading, a quotation, a list or a rule, were it the first thing on it. */
function escapedStart(line: string): string {
  return line
    .replace(/^(#{1,6}(?=\s|$)|>|[+-](?=\s|$)|(?:-\s*){3,}$|=+$|~{3})/, '\\$1')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
}
