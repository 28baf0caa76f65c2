import { parseDate } from './dates.ts'
import { attributesOf, repairField, repairReferences, writeTag } from './repair.ts'

export type FeedFormat = 'rss' | 'rdf' | 'atom'

/** A feed document taken apart, every piece well-formed XML whatever the document was. */
export interface Outline {
  format: FeedFormat
  /** The start tag of the document. */
  root: string
  /** What stands outside items: title, links, language. */
  head: string
  /** Whole items, in document order. One cut off by the end of the document is left out. */
  items: string[]
  language: string | null
}

/** Elements that hold text, a URL or a date, and nothing else. */
const fields = new Set(
  (
    'title link description guid pubDate content:encoded language lastBuildDate category comments dc:title dc:date ' +
    'dc:description dc:creator dc:language dc:subject summary content id published updated issued modified created ' +
    'subtitle tagline media:title media:description itunes:summary itunes:subtitle feedburner:origLink a10:updated'
  ).split(' '),
)
const atomDates: Record<string, string> = {
  published: 'published',
  updated: 'updated',
  issued: 'published',
  created: 'published',
  modified: 'updated',
}
/** Links of an entry that don't lead to it. */
const otherLinks = new Set(['replies', 'edit', 'enclosure', 'hub', 'license', 'self'])
/** Names with capitals, for documents that have them everywhere or nowhere. */
const cased = new Map(
  ['pubDate', 'lastBuildDate', 'feedburner:origLink', 'rdf:RDF', 'rdf:Seq'].map((name) => [
    name.toLowerCase(),
    name,
  ]),
)
/** Deeper nesting in an item means nothing; its tags are left out. */
const maxDepth = 50
const maxTag = 64 * 1024
const nameForm = /^[A-Za-z_][\w.:-]*$/
const wellFormedTag = /^<[\w.:-]+(?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))*\s*\/?>$/

/** Where the document element begins; null when there is none of a feed. */
export function findRoot(text: string): { index: number; prefix: string; name: string } | null {
  const match = /<(?:([A-Za-z_][\w.-]*):)?(rss|feed|rdf)(?=[\s>/])/i.exec(text)
  return match && { index: match.index, prefix: match[1] ?? '', name: match[2]! }
}

/**
 * Takes a feed document apart without expecting it to be well-formed: one pass that repairs references, tags and
 * nesting, escapes markup in text fields, and keeps what stands before a break. Null when it is no RSS, RDF or Atom.
 */
export function outline(text: string): Outline | null {
  const root = findRoot(text)
  return root && new Scanner(text, root).run()
}

/** The document again, with only these items. */
export function assemble({ format, root, head }: Outline, items: string[]): string {
  const body = items.join('\n')
  if (format === 'rss') return `${root}<channel>${head}${body}</channel></rss>`
  if (format === 'rdf') return `${root}<channel>${head}</channel>${body}</rdf:RDF>`
  return `${root}${head}${body}</feed>`
}

/** When an item of an outline was published, in ms; null without a readable date. */
export function dateOf(item: string): number | null {
  const match = /<(?:pubDate|published|dc:date|updated)[^>]*>\s*(?:<!\[CDATA\[)?([^<\]]*)/.exec(item)
  return parseDate(match?.[1])
}

/** A piece of XML that is kept balanced while it grows. */
class Piece {
  parts: string[] = []
  open: string[] = []
  base: string | null

  constructor(base: string | null) {
    this.base = base
  }

  start(name: string, tag: string): void {
    if (this.open.length >= maxDepth) return
    this.open.push(name)
    this.parts.push(tag)
  }

  /** Closes what is open inside first; a closing tag of nothing is left out. */
  end(name: string): void {
    const at = this.open.lastIndexOf(name)
    while (at >= 0 && this.open.length > at) this.parts.push(`</${this.open.pop()}>`)
  }

  finish(): string {
    while (this.open.length) this.parts.push(`</${this.open.pop()}>`)
    return this.parts.join('')
  }
}

class Scanner {
  text: string
  at: number
  format: FeedFormat
  prefix: string
  fixCase: boolean
  rootTag: string
  language: string | null
  head: Piece
  item: Piece | null = null
  items: string[] = []
  noCdataEnd = false
  /** By raw name: before this place there is no closing tag of it, so that nothing is searched twice. */
  noEndBefore = new Map<string, number>()

  constructor(text: string, root: { index: number; prefix: string; name: string }) {
    this.text = text
    this.format = { rss: 'rss', feed: 'atom', rdf: 'rdf' }[root.name.toLowerCase()] as FeedFormat
    this.prefix = this.format === 'rdf' ? 'rss' : root.prefix || (this.format === 'atom' ? 'atom' : '')
    this.fixCase = !['rss', 'feed', 'RDF'].includes(root.name)
    const end = this.tagEnd(root.index)
    const attributes = attributesOf(text.slice(root.index, end))
    this.at = end < 0 ? text.length : end
    this.rootTag = writeTag({ rss: 'rss', atom: 'feed', rdf: 'rdf:RDF' }[this.format], attributes)
    this.language = attributes.get('xml:lang') ?? null
    this.head = new Piece(attributes.get('xml:base') ?? null)
  }

  get piece(): Piece {
    return this.item ?? this.head
  }

  run(): Outline {
    while (this.at < this.text.length) {
      const next = this.text.indexOf('<', this.at)
      this.write(next < 0 ? this.text.slice(this.at) : this.text.slice(this.at, next))
      if (next < 0) break
      this.at = this.markup(next)
    }
    const { format, rootTag: root, items, language } = this
    return { format, root, head: this.head.finish(), items, language }
  }

  write(text: string): void {
    this.piece.parts.push(repairReferences(text).replaceAll(']]>', ''))
  }

  /** Handles the markup at `<` and returns where to go on. */
  markup(start: number): number {
    const { text } = this
    if (text.startsWith('<![CDATA[', start)) {
      const end = this.cdataEnd(start)
      if (end < 0) return start + 9
      this.piece.parts.push(text.slice(start, end))
      return end
    }
    if (text.startsWith('<!--', start)) {
      const end = text.indexOf('-->', start + 4)
      return end < 0 ? text.length : end + 3
    }
    if (text[start + 1] === '!' || text[start + 1] === '?') {
      const end = text.indexOf('>', start)
      return end < 0 ? text.length : end + 1
    }
    const end = /[A-Za-z_/]/.test(text[start + 1] ?? '') ? this.tagEnd(start) : -1
    if (end < 0) {
      this.piece.parts.push('&lt;')
      return start + 1
    }
    const raw = /^<\/?([^\s/>]*)/.exec(text.slice(start, Math.min(end, start + 200)))?.[1] ?? ''
    const name = this.nameOf(raw)
    if (text[start + 1] === '/') this.endTag(name)
    else return this.startTag(raw, name, text.slice(start, end), end)
    return end
  }

  startTag(raw: string, name: string, tag: string, end: number): number {
    const selfClosing = tag.endsWith('/>')
    if (name === this.itemName) {
      this.finishItem()
      const attributes = attributesOf(tag)
      if (selfClosing) return end
      this.item = new Piece(resolve(attributes.get('xml:base'), this.head.base))
      this.item.start(name, writeTag(name, attributes))
      return end
    }
    if (!this.item && (name === 'channel' || name === this.rootName)) return end
    if (!nameForm.test(name)) return end
    if (fields.has(name)) {
      const [inner, after] = selfClosing ? ['', end] : this.fieldEnd(raw, end)
      this.field(name, attributesOf(tag), inner)
      return after
    }
    const written =
      name === raw && wellFormedTag.test(tag) ? tag : writeTag(name, attributesOf(tag), selfClosing)
    if (selfClosing) this.piece.parts.push(written)
    else this.piece.start(name, written)
    return end
  }

  endTag(name: string): void {
    if (name === this.itemName || name === 'channel' || name === this.rootName) this.finishItem()
    else this.piece.end(name)
  }

  field(name: string, attributes: Map<string, string>, inner: string): void {
    const { parts, base } = this.piece
    if (this.format === 'atom' && name === 'link') {
      const rel = attributes.get('rel') ?? 'alternate'
      const href = attributes.get('href') ?? unwrap(inner).trim()
      if (!href || (this.item && otherLinks.has(rel))) return
      parts.push(
        writeTag(
          'link',
          new Map([
            ['rel', rel],
            ['href', resolve(href, base) ?? href],
          ]),
          true,
        ),
      )
    } else if (this.format === 'atom' && atomDates[name]) {
      const date = parseDate(unwrap(inner))
      if (date !== null)
        parts.push(`<${atomDates[name]}>${new Date(date).toISOString()}</${atomDates[name]}>`)
    } else {
      const text = name === 'link' && base ? (resolve(unwrap(inner).trim(), base) ?? inner) : inner
      parts.push(writeTag(name, attributes), repairField(text), `</${name}>`)
    }
  }

  finishItem(): void {
    // An item without elements says nothing, and a parser that makes it a string trips over that.
    if (this.item?.parts.slice(1).some((part) => /^<[^!]/.test(part))) this.items.push(this.item.finish())
    this.item = null
  }

  get itemName(): string {
    return this.format === 'atom' ? 'entry' : 'item'
  }

  get rootName(): string {
    return { rss: 'rss', atom: 'feed', rdf: 'rdf:RDF' }[this.format]
  }

  /** The name an element has where its feed's own namespace has no prefix. */
  nameOf(raw: string): string {
    const bare =
      this.prefix && raw.toLowerCase().startsWith(`${this.prefix.toLowerCase()}:`)
        ? raw.slice(this.prefix.length + 1)
        : raw
    if (this.format === 'rdf' && /^(\w+:)?rdf$/i.test(bare)) return 'rdf:RDF'
    return this.fixCase ? (cased.get(bare.toLowerCase()) ?? bare.toLowerCase()) : bare
  }

  /** After the `>` of the tag at `start`; -1 when it has none before the next tag. */
  tagEnd(start: number): number {
    const limit = Math.min(this.text.length, start + maxTag)
    for (let i = start + 1; i < limit; i++) {
      const c = this.text[i]
      if (c === '>') return i + 1
      if (c === '<') return -1
      if ((c === '"' || c === "'") && /=\s?$/.test(this.text.slice(i - 2, i))) {
        const length = this.text.slice(i + 1, limit).indexOf(c)
        if (length < 0) return -1
        i += length + 1
      }
    }
    return -1
  }

  /** The content of the field that begins at `from`, and where to go on. Without a closing tag it ends at the next tag. */
  fieldEnd(raw: string, from: number): [string, number] {
    if (from >= (this.noEndBefore.get(raw) ?? 0)) {
      const search = endPattern(raw)
      search.lastIndex = from
      let match = search.exec(this.text)
      for (; match && !match[1]; match = search.exec(this.text)) {
        if (match[0] !== '<![CDATA[') return [this.text.slice(from, match.index), search.lastIndex]
        const end = this.cdataEnd(match.index)
        if (end > 0) search.lastIndex = end
      }
      this.noEndBefore.set(raw, match?.index ?? this.text.length)
    }
    const next = this.text.indexOf('<', from)
    const stop = next < 0 ? this.text.length : next
    return [this.text.slice(from, stop), stop]
  }

  /**
   * After the `]]>` of the CDATA section at `start`; -1 when it has none. An end that lies behind the end of the item
   * and the begin of another section belongs to that one.
   */
  cdataEnd(start: number): number {
    if (this.noCdataEnd) return -1
    const end = this.text.indexOf(']]>', start)
    if (end < 0) {
      this.noCdataEnd = true
      return -1
    }
    const next = this.text.indexOf('<![CDATA[', start + 9)
    if (next > 0 && next < end && /<\/(?:\w+:)?(?:item|entry)\s*>/i.test(this.text.slice(start, next)))
      return -1
    return end + 3
  }
}

const endPatterns = new Map<string, RegExp>()

/** Finds the closing tag of `raw`, a CDATA section to skip, or (group 1) the end of the item, beyond which not to look. */
function endPattern(raw: string): RegExp {
  let pattern = endPatterns.get(raw)
  if (!pattern) {
    pattern = new RegExp(
      `<!\\[CDATA\\[|</${raw.replace(/\W/g, '\\$&')}\\s*>|(</(?:\\w+:)?(?:item|entry|channel)\\s*>)`,
      'gi',
    )
    if (endPatterns.size < 500) endPatterns.set(raw, pattern)
  }
  return pattern
}

function unwrap(text: string): string {
  return text.replace(/<!\[CDATA\[|\]\]>/g, '')
}

function resolve(href: string | undefined, base: string | null): string | null {
  if (!href) return base
  return (base && URL.parse(href, base)?.href) || href
}
