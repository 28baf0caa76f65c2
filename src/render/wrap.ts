const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303F\uFF01-\uFF60]|\p{Emoji_Presentation}/u
const unseen = /^[\u2066-\u2069]+$/
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** How many columns of a terminal a text takes. */
export function columns(text: string): number {
  return graphemes(text).reduce((sum, part) => sum + (unseen.test(part) ? 0 : wide.test(part) ? 2 : 1), 0)
}

/** The words of a text in lines of at most `width` columns; links stay whole, other long words are broken. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((word) => pieces(word, width))) {
    const longer = line ? `${line} ${word}` : word
    if (line && columns(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return line ? [...lines, line] : lines
}

function pieces(word: string, width: number): string[] {
  if (columns(word) <= width || /^https?:\/\//.test(word)) return [word]
  const parts: string[] = ['']
  for (const part of graphemes(word)) {
    if (columns(parts.at(-1)! + part) > width) parts.push('')
    parts[parts.length - 1] += part
  }
  return parts
}

function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}
