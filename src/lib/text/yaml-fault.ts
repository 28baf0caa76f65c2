import type { YAMLError } from 'yaml'

/** What keeps a text from being YAML, and the line of the text (1-based) on which it is to be mended. */
export interface YamlFault {
  line: number
  message: string
}

/** So much of a line is quoted. */
const quoted = 60

/**
 * The first fault of a text that is no YAML, in the words of people who keep lists by hand, with its line and the one
 * above. `errors` are the parser's, in the order of the text, one at least; `firstLine` is the number of the text's first
 * line in its file.
 */
export function yamlFault(
  text: string,
  errors: readonly Pick<YAMLError, 'code' | 'message' | 'pos'>[],
  firstLine = 1,
): YamlFault {
  const lines = text.split(/\r?\n/)
  const [first] = errors
  const at = placeOf(text, first!.pos[0])
  const { line, says } = tellFault(lines, first!, at, firstLine - 1)
  const more = errors.length - 1
  const others = more === 0 ? '' : ` ${more} more ${more === 1 ? 'follows' : 'follow'} from it, perhaps.`
  const shown = [line - 1, line]
    .filter((n) => n > 0 && lines[n - 1]?.trim())
    .map((n) => `line ${n + firstLine - 1} is “${excerpt(lines[n - 1]!)}”`)
  const where = shown.length ? ` Here ${shown.join(', ')}.` : ''
  return { line, message: `not valid YAML: ${says}.${where}${others}` }
}

type Told = { line: number; says: string }

function tellFault(
  lines: string[],
  { code, message }: Pick<YAMLError, 'code' | 'message'>,
  at: { line: number; column: number },
  linesBefore: number,
): Told {
  const { line } = at
  const own = lines[line - 1] ?? ''
  const merge = lines.findIndex((one) => /^<{7}( |$)/.test(one))
  if (merge >= 0) {
    const says = 'a merge is not finished; keep one of its sides, and take out <<<<<<<, ======= and >>>>>>>'
    return { line: merge + 1, says }
  }
  if (/^ *\t/.test(own)) return { line, says: 'the line begins with a tab; put blanks in its place' }
  const open = unclosed(lines.slice(0, line), code, message)
  if (open) return open
  if (isKeyed(own) && /^\s*(?:- +)*[^\s:"'][^:]*:\s+[^\s"'[{#][^#]*?:(\s|$)/.test(own)) {
    return { line, says: '“: ” stands in a value; put quotes round the value' }
  }
  if (code === 'DUPLICATE_KEY') {
    return { line, says: `the field “${keyOf(own)}” stands twice; take one out` }
  }
  if (code === 'MULTIPLE_DOCS') return { line, says: 'a second document begins; take out the line ---' }
  const sign = /^\s*(?:- +)*[^\s:]+:\s+([@`%*&!|>])/.exec(own)?.[1]
  if (sign) return { line, says: `a value can't begin with ${sign}; put quotes round the value` }
  if (code === 'MULTILINE_IMPLICIT_KEY' && own.trim() && !isKeyed(own) && !/^\s*-/.test(own)) {
    return { line, says: 'a field is written as `name: value`, with a colon and a blank behind it' }
  }
  if (
    /^(BAD_INDENT|BLOCK_AS_IMPLICIT_KEY|MULTILINE_IMPLICIT_KEY)$/.test(code) ||
    /without - indicator/.test(message)
  ) {
    return tellIndentation(lines, at, linesBefore)
  }
  return { line, says: message }
}

/** A quotation mark or bracket that is opened in these lines and not closed on its own. */
function unclosed(lines: string[], code: string, message: string): Told | null {
  const mark = /^Missing closing (["'])/.exec(message)?.[1]
  if (mark) {
    const begins = new RegExp(`(?:^|[:\\-[,]\\s*)${mark}(?:[^${mark}\\\\]|\\\\.)*$`)
    const line = lines.findIndex((one) => begins.test(one)) + 1
    if (line > 0) return { line, says: `a quotation mark (${mark}) is opened and not closed` }
  }
  const bracket =
    code === 'BAD_INDENT' || code === 'BAD_SCALAR_START' || code === 'MISSING_CHAR'
      ? /^Flow (sequence|map)/.exec(message)?.[1]
      : undefined
  if (bracket) {
    const [opening, closing] = bracket === 'map' ? ['{', '}'] : ['[', ']']
    const line = lines.findLastIndex((one) => one.includes(opening!) && !one.includes(closing!)) + 1
    if (line > 0) return { line, says: `a bracket (${opening}) is opened and not closed with ${closing}` }
  }
  return null
}

/** The line whose indentation does not fit, and the one that it should fit to. */
function tellIndentation(
  lines: string[],
  { line, column }: { line: number; column: number },
  linesBefore: number,
): Told {
  const isWritten = (one: string | undefined) => one !== undefined && one.trim() !== '' && !/^\s*#/.test(one)
  // Where the parser stops at a value, it is the next line that it took for a part of it.
  const stopsAtValue = column - 1 > indentOf(lines[line - 1] ?? '').field
  const next = lines.findIndex((one, i) => i >= line && isWritten(one)) + 1
  const bad = stopsAtValue && next > 0 ? next : line
  const own = lines[bad - 1] ?? ''
  const isItem = /^\s*-/.test(own)
  const above = lines.findLastIndex(
    (one, i) => i < bad - 1 && isWritten(one) && (!isItem || /^\s*-/.test(one)),
  )
  const to = lines[above]
  const wrong = 'the indentation is wrong'
  if (to === undefined) return { line: bad, says: wrong }
  const of = (one: string) => (isItem ? indentOf(one).line : indentOf(one).field)
  const [is, should] = [of(own), of(to)]
  if (is === should) return { line: bad, says: wrong }
  const name = isItem ? nameOf : keyOf
  const says = `${wrong}: “${name(own)}” begins in column ${is + 1}, “${name(to)}” in line ${above + 1 + linesBefore} in column ${should + 1}`
  return { line: bad, says }
}

function indentOf(line: string): { line: number; field: number } {
  const [, blanks = '', dashes = ''] = /^(\s*)((?:- +)*)/.exec(line) ?? []
  return { line: blanks.length, field: blanks.length + dashes.length }
}

function isKeyed(line: string): boolean {
  return /:(\s|$)/.test(line)
}

function keyOf(line: string): string {
  return line.replace(/^\s*(?:- +)*/, '').split(':')[0]!
}

/** How a line is called: `title`, or `- id` of one that begins an entry. */
function nameOf(line: string): string {
  return line.trim().split(':')[0]!.slice(0, quoted)
}

function excerpt(line: string): string {
  const seen = line.replaceAll('\t', '⇥').trimEnd()
  const letters = [...seen]
  return letters.length > quoted ? `${letters.slice(0, quoted - 1).join('')}…` : seen
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}
