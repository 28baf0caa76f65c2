import { parseDate } from './dates.ts'
import { attributesOf, repairField, writeTag } from './repair.ts'

export type FeedFormat = 'rss' | 'rdf' | 'atom'

/** A feed document taken apart, every piece well-formed XML whatever the document was. */
export interface Outline {
  format: FeedFormat
  /** The start tag of the document. */
  root: string
  /** The fields that stand outside items: title, language. */
  head: string
  /** Whole items, in document order. One cut off by the end of the document is left out. */
  items: string[]
  language: string | null
}

/** Elements that hold text, a URL or a date, and are read; nothing else of a document is. */
const fields = new Set(
  (
    'title link description guid pubDate content:encoded language dc:title dc:date dc:description dc:language summary ' +
    'content id published updated issued modified created date media:description itunes:summary feedburner:origLink ' +
    'atom:link atom:updated atom:published a10:updated'
  ).split(' '),
)
const fieldAttributes = new Set(['href', 'rel', 'type', 'isPermaLink'])
const atomDates = new Map(
  Object.entries({
    published: 'published',
    updated: 'updated',
    issued: 'published',
    created: 'published',
    modified: 'updated',
  }),
)
/** Links of an entry that don't lead to it. */
const otherLinks = new Set(['replies', 'edit', 'enclosure', 'hub', 'license', 'self'])
/** Names with capitals, for documents that have them everywhere or nowhere. */
const cased = new Map(['pubDate', 'feedburner:origLink'].map((name) => [name.toLowerCase(), name]))
/** Fields of one item; more are repetitions. */
const maxFields = 60
/**
 * Characters written in all. A worker thread that runs out of memory can take the whole process with it, so a document
 * must not grow on its way: 20 MiB of `&` would.
 */
const maxWritten = 40 * 1024 * 1024
const maxTag = 64 * 1024

/** Where the document element begins; null when there is none of a feed. */
export function findRoot(text: string): { index: number; prefix: string; name: string } | null {
  const match = /<(?:([A-Za-z_][\w.-]*):)?(rss|feed|rdf)(?=[\s>/])/i.exec(text)
  return match && { index: match.index, prefix: match[1] ?? '', name: match[2]! }
}

/**
 * Takes a feed document apart without expecting it to be well-formed: one pass that picks the fields that are read,
 * repairs them, and keeps what stands before a break. Null when it is no RSS, RDF or Atom.
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

/** The fields of an item, or of what stands outside items. */
interface Piece {
  start: string
  fields: string[]
  base: string | null
}

class Scanner {
  text: string
  at: number
  format: FeedFormat
  rootName: string
  itemName: string
  prefix: string
  fixCase: boolean
  rootTag: string
  language: string | null
  head: Piece
  item: Piece | null = null
  items: string[] = []
  written = 0
  noCdataEnd = false
  /** By raw name: before this place there is no closing tag of it, so that nothing is searched twice. */
  noEndBefore = new Map<string, number>()

  constructor(text: string, root: { index: number; prefix: string; name: string }) {
    this.text = text
    this.format =
      root.name.toLowerCase() === 'feed' ? 'atom' : root.name.toLowerCase() === 'rdf' ? 'rdf' : 'rss'
    this.rootName = { rss: 'rss', atom: 'feed', rdf: 'rdf:RDF' }[this.format]
    this.itemName = this.format === 'atom' ? 'entry' : 'item'
    this.prefix = this.format === 'rdf' ? 'rss' : root.prefix || (this.format === 'atom' ? 'atom' : '')
    this.fixCase = !['rss', 'feed', 'RDF'].includes(root.name)
    const end = this.tagEnd(root.index)
    const attributes = attributesOf(text.slice(root.index, end))
    this.at = end < 0 ? text.length : end
    this.rootTag = writeTag(this.rootName, attributes)
    this.language = attributes.get('xml:lang') ?? null
    this.head = { start: '', fields: [], base: attributes.get('xml:base') ?? null }
  }

  run(): Outline {
    while (this.at < this.text.length) {
      const next = this.text.indexOf('<', this.at)
      if (next < 0) break
      this.at = this.markup(next)
    }
    const { format, rootTag: root, items, language } = this
    return { format, root, head: this.head.fields.join(''), items, language }
  }

  /** Handles the markup at `<` and returns where to go on. */
  markup(start: number): number {
    const { text } = this
    if (text.startsWith('<![CDATA[', start)) return Math.max(this.cdataEnd(start), start + 9)
    if (text.startsWith('<!--', start)) return this.after('-->', start)
    if (text[start + 1] === '!' || text[start + 1] === '?') return this.after('>', start)
    const end = /[A-Za-z_/]/.test(text[start + 1] ?? '') ? this.tagEnd(start) : -1
    if (end < 0) return start + 1
    const tag = text.slice(start, end)
    const raw = /^<\/?([^\s/>]{0,200})/.exec(tag)?.[1] ?? ''
    const name = this.nameOf(raw)
    if (tag[1] !== '/') return this.startTag(raw, name, tag, end)
    if (name === this.itemName || name === 'channel' || name === this.rootName) this.finishItem()
    return end
  }

  startTag(raw: string, name: string, tag: string, end: number): number {
    const selfClosing = tag.endsWith('/>')
    if (name === this.itemName) {
      this.finishItem()
      const attributes = attributesOf(tag)
      const about = attributes.get('rdf:about')
      const start = writeTag(name, new Map(about === undefined ? [] : [['rdf:about', about]]))
      if (!selfClosing)
        this.item = { start, fields: [], base: resolve(attributes.get('xml:base'), this.head.base) }
      return end
    }
    if (!this.item && (name === 'channel' || name === this.rootName)) return end
    if (fields.has(name)) {
      const [innerEnd, after] = selfClosing ? [end, end] : this.fieldEnd(raw, end)
      this.field(name, attributesOf(tag), this.text.slice(end, innerEnd))
      return after
    }
    // What is inside other elements belongs to them: the title of an image is not the feed's.
    return selfClosing ? end : (this.closing(raw, end)?.[1] ?? end)
  }

  field(name: string, attributes: Map<string, string>, inner: string): void {
    const { fields, base } = this.item ?? this.head
    if (fields.length >= maxFields || this.written > maxWritten) return
    const xml = this.writeField(name, attributes, inner, base)
    this.written += xml.length
    if (xml) fields.push(xml)
  }

  writeField(name: string, attributes: Map<string, string>, inner: string, base: string | null): string {
    const date = this.format === 'atom' && atomDates.get(name)
    if (date) {
      // One date that can't be read makes rss-parser lose the whole feed.
      const time = parseDate(unwrap(inner))
      return time === null ? '' : `<${date}>${new Date(time).toISOString()}</${date}>`
    }
    if (this.format === 'atom' && name === 'link') {
      const rel = attributes.get('rel') ?? 'alternate'
      const href = attributes.get('href') ?? unwrap(inner).trim()
      if (!href || (this.item && otherLinks.has(rel))) return ''
      const kept = new Map([
        ['rel', rel],
        ['href', resolve(href, base) ?? href],
      ])
      return writeTag('link', kept, true)
    }
    const text = name === 'link' && base ? (resolve(unwrap(inner).trim(), base) ?? inner) : inner
    const kept = new Map([...attributes].filter(([key]) => fieldAttributes.has(key)))
    return `${writeTag(name, kept)}${repairField(text)}</${name}>`
  }

  finishItem(): void {
    const { item } = this
    this.item = null
    // An item without fields says nothing, and rss-parser trips over one that is only text.
    if (item?.fields.length) this.items.push(`${item.start}${item.fields.join('')}</${this.itemName}>`)
  }

  /** The name an element has where its feed's own namespace has no prefix. */
  nameOf(raw: string): string {
    const own = this.prefix && raw.toLowerCase().startsWith(`${this.prefix.toLowerCase()}:`)
    const bare = own ? raw.slice(this.prefix.length + 1) : raw
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

  /** Where the content of a field ends, and where to go on. Without a closing tag it ends at the next tag. */
  fieldEnd(raw: string, from: number): [number, number] {
    const closing = this.closing(raw, from)
    if (closing) return closing
    const next = this.text.indexOf('<', from)
    const end = next < 0 ? this.text.length : next
    return [end, end]
  }

  /** Where the closing tag of `raw` begins and ends; null when there is none before the end of the item. */
  closing(raw: string, from: number): [number, number] | null {
    if (from < (this.noEndBefore.get(raw) ?? 0)) return null
    const search = endPattern(raw)
    search.lastIndex = from
    let match = search.exec(this.text)
    for (; match && !match[1]; match = search.exec(this.text)) {
      if (match[0] !== '<![CDATA[') return [match.index, search.lastIndex]
      const end = this.cdataEnd(match.index)
      if (end > 0) search.lastIndex = end
    }
    this.noEndBefore.set(raw, match?.index ?? this.text.length)
    return null
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

  after(mark: string, from: number): number {
    const at = this.text.indexOf(mark, from + 1)
    return at < 0 ? this.text.length : at + mark.length
  }
}

const endPatterns = new Map<string, RegExp>()

/** Finds the closing tag of `raw`, a CDATA section to skip, or (group 1) the end of the item, beyond which not to look. */
function endPattern(raw: string): RegExp {
  const known = endPatterns.get(raw)
  if (known) return known
  const name = raw.replace(/\W/g, '\\$&')
  const pattern = new RegExp(`<!\\[CDATA\\[|</${name}\\s*>|(</(?:\\w+:)?(?:item|entry|channel)\\s*>)`, 'gi')
  if (endPatterns.size < 500) endPatterns.set(raw, pattern)
  return pattern
}

function unwrap(text: string): string {
  return text.replace(/<!\[CDATA\[|\]\]>/g, '')
}

function resolve(href: string | undefined, base: string | null): string | null {
  if (!href) return base
  return (base && URL.parse(href, base)?.href) || href
}
