import { plainText } from '../lib/text/index.ts'
import { Elements, isItem, isWrapper, useOf } from './elements.ts'
import { Piece } from './piece.ts'
import { untitled } from './raw-feed.ts'
import { attributesOf, outsideCdata, unwrapCdata } from './repair.ts'

/** A feed document of whatever format taken apart, every piece well-formed RSS 2.0 whatever the document was. */
export interface Outline {
  /** The fields that stand outside items: title, link, language. */
  head: string
  /** Whole items, in document order. One cut off by the end of the document is left out. */
  items: string[]
  /** BCP 47, as the document element says; null when it does not. */
  language: string | null
  /** The page the feed belongs to, maybe relative; null without one. */
  link: string | null
}

/**
 * Characters written in all. A worker thread that runs out of memory can take the whole process with it, so a document
 * must not grow on its way: 20 MiB of `&` would.
 */
const maxWritten = 40 * 1024 * 1024
const maxTag = 64 * 1024
/** A document of more items is read no further. */
const maxOutlined = 100_000
/** Characters searched in vain for closing tags; a document can have many names that are never closed. */
const maxLost = 64 * 1024 * 1024
/** Characters of an item without elements. */
const maxLoose = 2_000
/** Elements of one item that are looked at. */
const maxElements = 500
/** Channel Definition Format has what others have as elements as attributes. */
const asElements = new Map([
  ['href', 'link'],
  ['lastmod', 'lastmod'],
])

/**
 * Where the document element begins; null when there is none of a feed. Besides those of RSS, RDF and Atom these are an
 * Atom entry alone and the channel of RSS 1.1 and of Channel Definition Format.
 */
export function findRoot(text: string): { index: number; prefix: string; name: string } | null {
  const search = /<(?:([A-Za-z_][\w.-]*):)?(rss|feed|rdf|channel|entry)(?=[\s>/])/gi
  let match = search.exec(text)
  for (let from = 0; match; ) {
    const comment = text.slice(from, match.index).indexOf('<!--')
    const end = comment < 0 ? -1 : text.indexOf('-->', from + comment)
    if (end < 0) return { index: match.index, prefix: match[1] ?? '', name: match[2]!.toLowerCase() }
    from = end + 3
    if (from <= match.index) continue
    search.lastIndex = from
    match = search.exec(text)
  }
  return null
}

/**
 * Takes a feed document apart without expecting it to be well-formed: one pass that picks the fields that are read,
 * repairs them, and keeps what stands before a break. Null when it is no feed. `url` is where it came from.
 */
export function outline(text: string, url: string): Outline | null {
  const root = findRoot(text)
  return root && new Scanner(text, url, root).run()
}

/** One document of some of the items. */
export function assemble(head: string, items: string[]): string {
  const namespace = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
  return `<rss version="2.0" ${namespace}><channel>${head}${items.join('\n')}</channel></rss>`
}

/** When an item of an outline was published, ISO 8601; null without a readable date. */
export function dateOf(item: string): string | null {
  return /<pubDate>([^<]*)/.exec(item)?.[1] ?? null
}

class Scanner {
  readonly text: string
  readonly url: string
  readonly elements: Elements
  readonly head: Piece
  at: number
  language: string | null
  item: Piece | null = null
  itemStart = 0
  seen = 0
  items: string[] = []
  written = 0
  noCdataEnd = false
  noCommentEnd = false
  nextBracket = -1
  /** Characters that were searched in vain. */
  lost = 0
  /** By raw name: before this place there is no closing tag of it, so that nothing is searched twice. */
  noEndBefore = new Map<string, number>()

  constructor(text: string, url: string, root: { index: number; prefix: string; name: string }) {
    this.text = text
    this.url = url
    this.elements = new Elements(root.prefix, root.name === 'feed' || root.name === 'entry')
    const end = this.tagEnd(root.index)
    const attributes = attributesOf(end < 0 ? '' : text.slice(root.index, end))
    this.elements.declare(attributes)
    this.language = attributes.get('xml:lang') ?? null
    this.head = new Piece(this.baseOf(attributes, null))
    this.at = end < 0 ? root.index + 1 : end
    if (root.name === 'entry' || root.name === 'channel') this.at = root.index
  }

  run(): Outline {
    while (this.at < this.text.length && this.items.length < maxOutlined) {
      const next = this.text.indexOf('<', this.at)
      if (next < 0) break
      this.at = this.markup(next)
    }
    return { head: this.head.toXml(), items: this.items, language: this.language, link: this.head.link }
  }

  /** Handles the markup at `<` and returns where to go on. */
  markup(start: number): number {
    const { text } = this
    if (text[start + 1] === '!') {
      if (text.startsWith('<![CDATA[', start)) return Math.max(this.cdataEnd(start), start + 9)
      if (text.startsWith('<!--', start)) return this.commentEnd(start)
    }
    if (text[start + 1] === '!' || text[start + 1] === '?') return this.bracketAfter(start) + 1 || text.length
    const end = /[A-Za-z_/]/.test(text[start + 1] ?? '') ? this.tagEnd(start) : -1
    if (end < 0) return start + 1
    const tag = text.slice(start, end)
    const raw = /^<\/?([^\s/>]{0,200})/.exec(tag)?.[1] ?? ''
    if (tag[1] !== '/') return this.startTag(raw, tag, end)
    const name = this.elements.nameOf(raw)
    if (isItem(name) || name === 'channel' || name === 'rss' || name === 'feed' || name === 'rdf:rdf')
      this.finishItem(start)
    return end
  }

  startTag(raw: string, tag: string, end: number): number {
    const attributes = attributesOf(tag)
    if (tag.includes('xmlns:')) this.elements.declare(attributes)
    const name = this.elements.nameOf(raw)
    const selfClosing = tag.endsWith('/>')
    if (isItem(name)) {
      this.startItem(attributes)
      this.itemStart = end
      if (selfClosing) this.finishItem()
      return end
    }
    if (isWrapper(name)) {
      if (!this.item) this.takeAttributes(this.head, attributes)
      return end
    }
    const piece = this.item ?? this.head
    const isRead = useOf(name) !== undefined
    const plain = !this.item || isPlain(name)
    const isOpen = !selfClosing && name !== 'media:content'
    const content = isOpen && (isRead ? this.fieldEnd(raw, end, plain) : this.closing(raw, end))
    const [innerEnd, after] = content || [end, end]
    if (++this.seen > maxElements || this.written + piece.written > maxWritten) return after
    const inner = this.text.slice(end, innerEnd)
    if (!isRead) {
      // What is inside other elements belongs to them: the title of an image is not the feed's.
      if (this.item) piece.hear(inner, attributes)
    } else {
      piece.take({ name, attributes, inner, base: this.baseOf(attributes, piece.base) })
    }
    return after
  }

  startItem(attributes: Map<string, string>): void {
    this.finishItem()
    this.seen = 0
    this.item = new Piece(this.baseOf(attributes, this.head.base))
    const about = [...attributes].find(([name]) => /^(?:\w+:)?about$/.test(name))?.[1]
    if (about) this.item.take({ name: 'guid', attributes: new Map(), inner: about, base: null })
    this.takeAttributes(this.item, attributes)
  }

  takeAttributes(piece: Piece, attributes: Map<string, string>): void {
    for (const [attribute, name] of asElements) {
      const inner = attributes.get(attribute)
      if (inner) piece.take({ name, attributes: new Map(), inner, base: piece.base })
    }
  }

  /** `end` is where its closing tag begins, if it has one. */
  finishItem(end = this.itemStart): void {
    const { item } = this
    this.item = null
    // Text without any element around it is what an item says when it says nothing else.
    if (item?.isEmpty)
      item.hear(plainText(unwrapCdata(this.text.slice(this.itemStart, end).slice(0, maxLoose))))
    if (!item || item.isEmpty) return
    this.written += item.written
    this.items.push(`<item>${item.toXml(untitled)}</item>`)
  }

  baseOf(attributes: Map<string, string>, outer: string | null): string | null {
    const base = attributes.get('xml:base')
    return (base && URL.parse(base, outer ?? this.url)?.href) || outer
  }

  /** After the `>` of the tag at `start`; -1 when it has none before the next tag. */
  tagEnd(start: number): number {
    const { text } = this
    const end = this.bracketAfter(start)
    if (end < 0) return -1
    if (end - start > maxTag) return -1
    const tag = text.slice(start + 1, end)
    if (!/["'<]/.test(tag)) return end + 1
    for (let i = start + 1, limit = Math.min(text.length, start + maxTag); i < limit; i++) {
      const c = text[i]
      if (c === '>') return i + 1
      if (c === '<') return -1
      if ((c === '"' || c === "'") && /=\s?$/.test(text.slice(i - 2, i))) {
        const length = text.slice(i + 1, limit).indexOf(c)
        if (length < 0) return -1
        i += length + 1
      }
    }
    return -1
  }

  /** Where the next `>` is; -1 without one. Asked for ever later places. */
  bracketAfter(from: number): number {
    if (this.nextBracket < from && this.nextBracket < this.text.length) {
      const next = this.text.indexOf('>', from)
      this.nextBracket = next < 0 ? this.text.length : next
    }
    return this.nextBracket < this.text.length ? this.nextBracket : -1
  }

  /**
   * Where the content of a field ends, and where to go on. Without a closing tag it ends at the next tag; so does a
   * plain one that seems to hold other fields.
   */
  fieldEnd(raw: string, from: number, plain: boolean): [number, number] {
    const closing = this.closing(raw, from)
    const broken = closing && plain && holdsFields(this.text.slice(from, closing[0]))
    if (closing && !broken) return closing
    if (closing) this.lost += closing[1] - from
    const next = this.text.indexOf('<', from)
    const end = next < 0 ? this.text.length : next
    return [end, end]
  }

  /** Where the closing tag of `raw` begins and ends; null when there is none before the end of the item. */
  closing(raw: string, from: number): [number, number] | null {
    if (from < (this.noEndBefore.get(raw) ?? 0) || this.lost > maxLost) return null
    const wanted = raw.toLowerCase()
    landmark.lastIndex = from
    let match = landmark.exec(this.text)
    for (let depth = 0; match; match = landmark.exec(this.text)) {
      const name = match[1]?.toLowerCase()
      if (name === wanted) return [match.index, landmark.lastIndex]
      if (name === undefined) {
        if (match[0] !== '<![CDATA[') depth++
        else landmark.lastIndex = Math.max(this.cdataEnd(match.index), landmark.lastIndex)
      } else if (endOfItem.test(name) && depth-- === 0) break
    }
    const end = match?.index ?? this.text.length
    this.noEndBefore.set(raw, end)
    this.lost += end - from
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

  /** After the comment at `start`; one that is never closed is only its first characters. */
  commentEnd(start: number): number {
    const end = this.noCommentEnd ? -1 : this.text.indexOf('-->', start + 2)
    if (end < 0) this.noCommentEnd = true
    return end < 0 ? start + 4 : end + 3
  }
}

/** Fields whose content is a line at most. */
function isPlain(name: string): boolean {
  const slot = useOf(name)?.slot
  return slot !== 'summary' && slot !== 'content'
}

function holdsFields(inner: string): boolean {
  return inner.includes('<') && otherField.test(outsideCdata(inner))
}

const otherField =
  /<(?:\w+:)?(?:item|entry|channel|link|guid|pubdate|description|published|updated|author)[\s>]/i

/** A CDATA section to skip, a closing tag (group 1), or the begin of an item within. */
const landmark = /<!\[CDATA\[|<\/([^\s<>]{1,200})\s{0,1000}>|<(?:\w{1,50}:)?(?:item|entry)(?=[\s>])/gi
const endOfItem = /^(?:\w+:)?(?:item|entry|channel)$/
