import { oneLine, plainText } from '../lib/text/index.ts'
import { marks, withoutMarks, wordsOf } from './import-marks.ts'

/** A line of an exported page that holds words. */
export interface SourceLine {
  /** Where it stands in the file, 1-based; null in HTML, where lines are not what a reader sees. */
  number: number | null
  /** With the marks of `import-marks.ts`. */
  text: string
  /** Of a heading; 0 where the file does not say that it is one. */
  level: number
  /** Whether it begins something new: a blank line or the end of a block stands before it. */
  apart: boolean
  /** What part of the site it belongs to, where that is not the page itself. */
  site: string | null
}

/** The lines of an exported page. What begins with a tag is taken for HTML, whatever the file is called. */
export function readSource(text: string): { lines: SourceLine[]; html: boolean } {
  const html = /^\s*</.test(text)
  return { lines: html ? linesOfHtml(text) : linesOfText(text), html }
}

function linesOfText(text: string): SourceLine[] {
  const lines: SourceLine[] = []
  // Where no blank line parts anything, each line is a paragraph.
  const tight = !/\S[^\S\n]*\n[^\S\n]*\r?\n\s*\S/.test(text)
  let apart = true
  for (const [i, raw] of text.split(/\r\n?|\n/).entries()) {
    const line = oneLine(withoutMarks(raw))
    if (line) lines.push({ number: i + 1, text: line, level: 0, apart, site: null })
    apart = tight || line === ''
  }
  return lines
}

const zones: Record<string, string> = {
  nav: '\ufdd0',
  noscript: '\ufdd1',
  button: '\ufdd2',
  footer: '\ufdd3',
}
const zoneOf = Object.fromEntries(Object.entries(zones).map(([tag, mark]) => [mark, tag]))
const zoneEnd = '\ufdd4'
const levels = ['\ufde0', '\ufde1', '\ufde2', '\ufde3', '\ufde4', '\ufde5', '\ufde6']
const signLink = new RegExp(`${marks.href}[^${marks.words}]*${marks.words}\\s*[¶#§]\\s*${marks.linkEnd}\\s*$`)
const tags = /<(\/?)(h[1-6]|ol|ul|li|a|b|strong|nav|noscript|button|footer)(?=[\s/>])([^>]*)>/gi

/**
 * The lines a reader of the saved page would see. `plainText` knows which tags end a line; what else is wanted of them
 * is put into the text beforehand, as marks beside the tags, and list items get the mark they have in a text file.
 */
function linesOfHtml(html: string): SourceLine[] {
  const lines: SourceLine[] = []
  let [text, level, zone, footers] = ['', 0, '', 0]
  const end = () => {
    // A heading may end in a sign to link to it by.
    const line = oneLine(level > 0 ? text.replace(signLink, '') : text)
    // A list item that holds nothing leaves its number alone.
    if (wordsOf(line) && !/^(\d+\.|-)$/.test(wordsOf(line))) {
      lines.push({ number: null, text: line, level, apart: true, site: zone || null })
    }
    text = ''
  }
  for (const [piece] of plainText(marked(html)).matchAll(
    /\n|[\ufdd0-\ufdd4\ufde0-\ufde6]|[^\n\ufdd0-\ufdd4\ufde0-\ufde6]+/g,
  )) {
    if (piece === '\n') end()
    else if (levels.includes(piece)) {
      end()
      level = levels.indexOf(piece)
    } else if (piece === zoneEnd) {
      end()
      zone = ''
    } else if (zoneOf[piece]) {
      end()
      zone = zoneOf[piece] === 'footer' ? `footer ${++footers}` : zoneOf[piece]
    } else text += piece
  }
  end()
  return withOwnFooters(lines)
}

/** A quotation and an article may have footers too: only one that names the wiki, with no section in it, is the site's. */
function withOwnFooters(lines: SourceLine[]): SourceLine[] {
  return lines.map((line) => {
    if (!line.site?.startsWith('footer')) return line
    const all = lines.filter((other) => other.site === line.site)
    const own = !all.some(({ text }) => /orange pill/i.test(text)) || all.some((other) => other.level > 0)
    return { ...line, site: own ? null : 'footer' }
  })
}

function marked(html: string): string {
  const counts: (number | null)[] = []
  return withoutMarks(html)
    .replace(/<!--[\s\S]*?-->|<(script|style)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<br\b[^>]*>\s*<br\b[^>]*>/gi, '<p>')
    .replace(/<br\b[^>]*>/gi, ' ')
    .replace(/(<li\b[^>]*>)\s*(?:<(?:p|div)\b[^>]*>\s*)+/gi, '$1')
    .replace(tags, (tag: string, slash: string, name: string, rest: string) => {
      const lower = name.toLowerCase()
      const opens = slash === ''
      if (/^h\d$/.test(lower)) return tag + levels[opens ? Number(lower[1]) : 0]
      if (lower === 'b' || lower === 'strong') return tag + marks.bold
      if (lower === 'a') return tag + (opens ? linkStart(rest) : marks.linkEnd)
      if (zones[lower]) return opens ? tag + zones[lower] : zoneEnd + tag
      if (lower === 'li') {
        const count = counts.at(-1)
        if (!opens) return tag
        if (typeof count !== 'number') return `${tag}- `
        counts[counts.length - 1] = count + 1
        return `${tag}${count + 1}. `
      }
      if (opens) counts.push(lower === 'ol' ? 0 : null)
      else counts.pop()
      return tag
    })
}

function linkStart(attributes: string): string {
  const found = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(attributes)
  const href = found?.[1] ?? found?.[2] ?? found?.[3]
  return href === undefined ? '' : marks.href + href.trim() + marks.words
}
