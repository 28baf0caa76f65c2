import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2'

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

/** Control characters, soft hyphens, zero-width spaces and overrides of the direction of writing. */
const invisible = /(?!\s)\p{Cc}|[\u00ad\u200b\u2060\u202a-\u202e\u2066-\u2069\ufeff]/gu

/**
 * The text of an HTML fragment: tags, scripts and styles gone, entities decoded once, runs of white space folded to
 * one space, ends of blocks turned into line breaks. Takes anything, in time proportional to its length.
 */
export function plainText(html: string): string {
  const pieces: string[] = []
  let hiddenIn: string | null = null
  let tag = ''
  const write = (text: string) => {
    if (!hiddenIn) pieces.push(text)
  }
  const part = () => write(blocks.has(tag) ? '\n' : cells.has(tag) ? ' ' : '')
  const nothing = () => undefined
  const callbacks: TokenizerCallbacks = {
    ontext: (start, end) => write(html.slice(start, end).replace(/\s+/g, ' ')),
    ontextentity: (codepoint) => write(String.fromCodePoint(codepoint)),
    onopentagname: (start, end) => {
      tag = html.slice(start, end).toLowerCase()
      part()
    },
    onopentagend: () => {
      if (!hiddenIn && hidden.has(tag)) hiddenIn = tag
    },
    onclosetag: (start, end) => {
      tag = html.slice(start, end).toLowerCase()
      if (tag === hiddenIn) hiddenIn = null
      part()
    },
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
  // The tokenizer alone: the parser on top of it searches its stack of open tags at every closing one.
  const tokenizer = new Tokenizer({ decodeEntities: true, recognizeSelfClosing: true }, callbacks)
  tokenizer.write(html)
  tokenizer.end()
  return fold(pieces.join(''))
}

/** White space of every kind, line breaks too, folded to single spaces; invisible characters gone. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ').trim()
}

function fold(text: string): string {
  return printable(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[\n ]*/g, '\n')
    .trim()
}

/** Without invisible characters; halves of characters become U+FFFD. */
function printable(text: string): string {
  return text.toWellFormed().replace(invisible, '')
}
