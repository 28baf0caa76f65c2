import { createRequire } from 'node:module'
import type { Tokenizer, TokenizerCallbacks } from 'htmlparser2'

/** Tags after or before which a new line begins. */
const blocks = new Set(
  (
    'address article aside blockquote br caption dd details dialog div dl dt fieldset figcaption figure footer form ' +
    'h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol option p pre section summary table tbody tfoot thead ' +
    'title tr ul'
  ).split(' '),
)
/** Tags that part words without a new line. */
const cells = new Set(['td', 'th', 'img', 'button', 'input', 'select', 'video', 'audio'])
/** Tags whose content is no text for readers. */
const hidden = new Set(['script', 'style', 'iframe', 'noembed', 'noframes', 'template', 'svg', 'object'])

/** Tags whose content is text to the letter, up to their own closing tag. */
const raw = new Map(
  ['script', 'style', 'title', 'textarea', 'iframe', 'noembed', 'noframes', 'xmp'].map((name) => [
    name,
    new RegExp(`</${name}(?=[\\s/>])`, 'gi'),
  ]),
)

/**
 * Control characters but those of white space, soft hyphens, zero-width spaces and overrides of the direction of
 * writing.
 */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\0-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\u202a-\u202e\u2066-\u2069\ufeff]/g

/**
 * The text of an HTML fragment: tags, scripts and styles gone, entities decoded once, runs of white space folded to
 * one space, ends of blocks turned into line breaks. Takes anything, in time proportional to its length.
 */
export function plainText(html: string): string {
  if (!html.includes('<')) return fold(decodeEntities(onOneLine(html)))
  const pieces: string[] = []
  let hiddenIn = ''
  let at = 0
  const finder = new Finder(html)
  const write = (end: number) => {
    if (!hiddenIn && end > at) pieces.push(decodeEntities(onOneLine(html.slice(at, end))))
  }
  for (let open = html.indexOf('<'); open >= 0; ) {
    const kind = html[open + 1] ?? ''
    const isTag = isLetter(kind)
    const isEnd = kind === '/' && open + 2 < html.length
    if (!isTag && !isEnd && kind !== '!' && kind !== '?') {
      open = html.indexOf('<', open + 1)
      continue
    }
    write(open)
    const name = isTag || isEnd ? nameAt(html, open + (isEnd ? 2 : 1)) : ''
    if (isTag) at = finder.tagEnd(open + 1 + name.length)
    else if (kind === '!') at = finder.declarationEnd(open)
    else at = finder.after('>', open + 1)
    if (isEnd && name === hiddenIn) hiddenIn = ''
    if (name && !hiddenIn) pieces.push(blocks.has(name) ? '\n' : cells.has(name) ? ' ' : '')
    const opens = isTag && at <= html.length && html[at - 2] !== '/'
    if (opens && !hiddenIn && hidden.has(name)) hiddenIn = name
    open = opens && raw.has(name) ? finder.rawEnd(name, at) : html.indexOf('<', at)
  }
  write(html.length)
  return fold(pieces.join(''))
}

/** Finds ends of tags and comments. What is not found once is not looked for again. */
class Finder {
  readonly html: string
  readonly missing = new Set<string>()

  constructor(html: string) {
    this.html = html
  }

  /** After the next `mark`; the end of the text where there is none. */
  after(mark: string, from: number): number {
    const index = this.missing.has(mark) ? -1 : this.html.indexOf(mark, from)
    if (index >= 0) return index + mark.length
    this.missing.add(mark)
    return this.html.length + 1
  }

  /** Where the closing tag of a raw text is; -1 without one. */
  rawEnd(name: string, from: number): number {
    const search = raw.get(name)!
    search.lastIndex = from
    const index = this.missing.has(name) ? -1 : (search.exec(this.html)?.index ?? -1)
    if (index < 0) this.missing.add(name)
    return index
  }

  declarationEnd(open: number): number {
    const { html } = this
    if (html.startsWith('<!-->', open) || html.startsWith('<!--->', open)) return html.indexOf('>', open) + 1
    if (html.startsWith('<!--', open)) return this.after('-->', open + 4)
    return this.after(html.startsWith('<![CDATA[', open) ? ']]>' : '>', open + 2)
  }

  /** After the `>` of a tag whose name ends at `from`; one between quotes does not count. */
  tagEnd(from: number): number {
    const { html } = this
    for (let i = from; i < html.length; i++) {
      const c = html.charCodeAt(i)
      if (c === 62) return i + 1
      if (c !== 61) continue
      while (isSpace(html.charCodeAt(i + 1))) i++
      const quote = html[i + 1]
      if (quote === '"' || quote === "'") i = this.after(quote, i + 2) - 1
    }
    return html.length + 1
  }
}

function nameAt(html: string, from: number): string {
  if (!isLetter(html[from] ?? '')) return ''
  let end = from
  for (let c = html.charCodeAt(end); end < html.length && c !== 62 && c !== 47 && !isSpace(c); ) {
    c = html.charCodeAt(++end)
  }
  return html.slice(from, end).toLowerCase()
}

function isLetter(c: string): boolean {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13 && code !== 11)
}

/** Breaks of lines in the source of HTML are only white space. */
function onOneLine(text: string): string {
  return text.includes('\n') ? text.replace(/\s+/g, ' ') : text
}

/** Loaded with the first entity that is none of the usual: its tables take 0.05 s. */
let loaded: typeof Tokenizer | undefined

/** Entities that were met, so that each is looked up once. */
const decoded = new Map<string, string>([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
])

/** The text with each entity of HTML decoded once; what is none stays as it is. */
function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#x?[\da-f]{1,40}|[a-z][a-z\d]{0,40});?/gi, (entity) => {
    const known = decoded.get(entity)
    if (known !== undefined) return known
    const text = lookUp(entity)
    // A text can invent names without end; HTML has about 2,200.
    if (decoded.size < 4_000) decoded.set(entity, text)
    return text
  })
}

function lookUp(entity: string): string {
  const pieces: string[] = []
  const nothing = () => undefined
  const callbacks: TokenizerCallbacks = {
    ontext: (start, end) => pieces.push(entity.slice(start, end)),
    ontextentity: (codepoint) => pieces.push(String.fromCodePoint(codepoint)),
    onopentagname: nothing,
    onopentagend: nothing,
    onclosetag: nothing,
    onselfclosingtag: nothing,
    onattribdata: nothing,
    onattribentity: nothing,
    onattribend: nothing,
    onattribname: nothing,
    oncdata: nothing,
    oncomment: nothing,
    ondeclaration: nothing,
    onend: nothing,
    onprocessinginstruction: nothing,
  }
  loaded ??= createRequire(import.meta.url)('htmlparser2').Tokenizer as typeof Tokenizer
  const tokenizer = new loaded({ decodeEntities: true }, callbacks)
  tokenizer.write(entity)
  tokenizer.end()
  return pieces.join('')
}

/** White space of every kind, line breaks too, folded to single spaces; invisible characters gone. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ').trim()
}

function fold(text: string): string {
  return printable(text)
    .replace(/[^\S\n]{2,}|[^\S\n ]/g, ' ')
    .replace(/ ?\n[\n ]*/g, '\n')
    .trim()
}

/** Without invisible characters; halves of characters become U+FFFD. */
function printable(text: string): string {
  return text.toWellFormed().replace(invisible, '')
}
