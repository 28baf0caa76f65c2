import { plainText } from '../lib/text/index.ts'
import { parseDate } from './dates.ts'
import { type Slot, type Use, useOf } from './elements.ts'
import {
  decodeReferences,
  escapeXml,
  repairCharacters,
  textOf,
  unwrapCdata,
  withoutComments,
  writeText,
} from './repair.ts'

/** Longer ones are none. */
const maxLink = 4_000
const maxSaid = 2_000
/** Links of an Atom entry that don't lead to it. */
const otherLinks = new Set(['replies', 'edit', 'hub', 'license', 'self', 'edit-media', 'service', 'next'])
/** From this rank on a link leads to something that belongs to the item, not to itself. */
const attached = 4

interface Filling {
  rank: number
  text: string
}

/** An element with its content as it was written. */
export interface Found {
  name: string
  attributes: Map<string, string>
  inner: string
  /** What its relative links are resolved against, as xml:base says; null where nothing does. */
  base: string | null
}

/** The fields of one item, or of what stands outside items: of several that say the same the best is kept. */
export class Piece {
  readonly base: string | null
  /** Characters it was made of. */
  written = 0
  readonly #slots = new Map<Slot, Filling>()
  #guidIsLink = true
  #said: string | null = null
  #saysAnything = false

  constructor(base: string | null) {
    this.base = base
  }

  get isEmpty(): boolean {
    return this.#slots.size === 0 && !this.#saysAnything
  }

  /** As it was written, resolved where there is an xml:base; null without one. */
  get link(): string | null {
    return this.#slots.get('link')?.text ?? null
  }

  /** Takes in an element, if it is one that is read. */
  take(found: Found): void {
    const use = useOf(found.name)
    if (!use || !this.#fill(use, found)) this.hear(found.inner, found.attributes)
  }

  /** False where the element says nothing that could be read. */
  #fill({ slot, rank: usual }: Use, found: Found): boolean {
    const rank = slot === 'link' ? rankOfLink(found, usual) : usual
    if (rank === null) return false
    const known = this.#slots.get(slot)
    if (known && known.rank <= rank) return true
    const text = contentOf(found, slot)
    if (text === null) return false
    if (slot === 'guid') this.#guidIsLink = found.attributes.get('ispermalink')?.toLowerCase() !== 'false'
    this.written += text.length
    this.#slots.set(slot, { rank, text })
    return true
  }

  /** Notes what an element says that is not read: for an item that says nothing else it is better than nothing. */
  hear(inner: string, attributes?: Map<string, string>): void {
    const speaks = inner.trim() !== ''
    this.#saysAnything ||= speaks || (attributes?.size ?? 0) > 0
    if (speaks) this.#said ??= inner.slice(0, maxSaid)
  }

  /** The fields as elements of RSS 2.0. `lastResort` is the title of a piece that has nothing to be called by. */
  toXml(lastResort?: string): string {
    const { title, summary, content, guid, link, date, language } = Object.fromEntries(this.#slots)
    const guidLeads = guid && this.#guidIsLink && /^https?:/i.test(guid.text)
    const leads = link && !(guidLeads && link.rank >= attached)
    const speaks = title || summary || content || guid || link
    return (
      element('title', speaks || !lastResort ? title?.text : this.#firstWords() || lastResort) +
      element('link', leads ? link.text : undefined) +
      element('guid', guid?.text, this.#guidIsLink ? '' : ' isPermaLink="false"') +
      element('pubDate', date?.text) +
      element('description', summary?.text) +
      element('content:encoded', content?.text) +
      element('language', language?.text)
    )
  }

  #firstWords(): string | undefined {
    return plainText(unwrapCdata(this.#said ?? '')).split('\n')[0]
  }
}

function element(name: string, text: string | undefined, attributes = ''): string {
  return text === undefined ? '' : `<${name}${attributes}>${writeText(text)}</${name}>`
}

/** What an element says, as text; null when it says nothing. */
function contentOf({ attributes, inner, base }: Found, slot: Slot): string | null {
  if (slot === 'date') {
    const time = parseDate(lineOf(inner))
    return time === null ? null : new Date(time).toISOString()
  }
  if (slot === 'link') {
    const written = attributes.get('href') ?? attributes.get('url') ?? lineOf(inner)
    const href = written.trim()
    if (!href || href.length > maxLink) return null
    return (base && URL.parse(href, base)?.href) || href
  }
  if (!inner.trim()) return null
  const said = slot === 'guid' ? withoutComments(inner) : inner
  const text = isBase64(attributes, said) ? fromBase64(said) : textOf(said)
  if (!text?.trim()) return null
  if (slot === 'guid') return text.trim()
  // What is declared to be HTML is; other titles are guessed at when they are cleaned.
  return slot === 'title' && isHtml(attributes) ? escapeXml(plainText(text)) : text
}

/** What stands in an element that holds a date or an address. */
function lineOf(inner: string): string {
  return decodeReferences(unwrapCdata(withoutComments(inner)))
}

function rankOfLink({ name, attributes }: Found, rank: number): number | null {
  const leads = attributes.has('href') || attributes.has('url')
  if (name !== 'link' && name !== 'atom:link') return leads || rank < attached ? rank : null
  const rel = (attributes.get('rel') ?? 'alternate').replace('http://www.iana.org/assignments/relation/', '')
  if (otherLinks.has(rel)) return null
  if (rel === 'enclosure') return attached
  if (rel !== 'alternate') return attached - 0.5
  return !leads || /html|^$/.test(attributes.get('type') ?? '') ? rank : rank + 0.5
}

function isHtml(attributes: Map<string, string>): boolean {
  return /^(?:x?html|text\/html|application\/xhtml\+xml)$/i.test(attributes.get('type')?.trim() ?? '')
}

/** Atom 0.3 marks base64 as such; in Atom 1.0 it is what has a type that is no text. */
function isBase64(attributes: Map<string, string>, inner: string): boolean {
  const type = attributes.get('type') ?? ''
  const marked = attributes.get('mode') === 'base64' || (type.includes('/') && !/^text\/|[+/]xml$/.test(type))
  return marked && /^[A-Za-z\d+/=\s]*$/.test(unwrapCdata(inner))
}

function fromBase64(inner: string): string | null {
  try {
    const bytes = Buffer.from(unwrapCdata(inner), 'base64')
    return repairCharacters(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // A picture or something else that is no text.
    return null
  }
}
