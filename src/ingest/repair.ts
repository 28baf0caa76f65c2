import { plainText } from '../lib/text/index.ts'

/** Longer fields are cut: nothing of them beyond this is ever shown or classified. Characters. */
const maxField = 256 * 1024
/** Feeds declare some dozens of namespaces on their root. */
const maxAttributes = 60

const maxEntities = 500
/** Characters that a document's own entities may bring. */
const maxGrowth = 1024 * 1024
const declaration =
  /<!ENTITY\s+([A-Za-z_][\w.-]{0,60})\s+(["'])((?:(?!\2)[^&%<]|&#x?[\da-f]{1,6};){0,200})\2\s*>/gi

/** Forbidden in XML, and the controls from 127 on, which are allowed and good for nothing. */
const illegal =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]/g

/** Without the characters an XML parser stumbles over. */
export function repairCharacters(text: string): string {
  return text.toWellFormed().replace(illegal, '')
}

/**
 * Text with the references of XML and the names of HTML replaced by what they stand for. A bare `&` and names that
 * don't exist stay as they are written; numbers of forbidden characters go.
 */
export function decodeReferences(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{0,31});/gi, (reference) => {
    const known = references.get(reference)
    if (known !== undefined) return known
    const decoded = decodeReference(reference)
    // A document can invent names without end; HTML has about 2,200.
    if (references.size < 4_000) references.set(reference, decoded)
    return decoded
  })
}

/**
 * Replaces the entities a document declares for itself by what they stand for. Only plain text is taken for a
 * declaration: entities made of entities, and those that stand for files, stay as they are.
 */
export function expandEntities(text: string, documentType: string): string {
  const declared = new Map<string, string>()
  for (const [, name, , value] of documentType.matchAll(declaration)) {
    if (declared.size < maxEntities && !declared.has(name!)) declared.set(name!, value!)
  }
  if (!declared.size) return text
  let growth = 0
  return text.replace(/&([A-Za-z_][\w.-]{0,60});/g, (whole, name: string) => {
    const value = growth < maxGrowth ? declared.get(name) : undefined
    growth += value?.length ?? 0
    return value ?? whole
  })
}

/** `&` and `<` as references, so that the text is nothing but text. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

/** Text as the content of an XML element. A parser reads CDATA faster than references. */
export function writeText(text: string): string {
  if (!/[&<]|\]\]>/.test(text)) return text
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

/**
 * The text in an element that should hold text only. Markup that was not escaped (HTML in RSS, xhtml in Atom) is taken
 * for text, so that it comes out as HTML like everywhere else.
 */
export function textOf(inner: string): string {
  if (!inner.includes('<')) return decodeReferences(cut(inner).replaceAll(']]>', ''))
  const start = inner.indexOf('<![CDATA[')
  const isPure =
    start >= 0 && inner.indexOf(']]>') === inner.trimEnd().length - 3 && !inner.slice(0, start).trim()
  if (isPure) return cut(inner.slice(start + 9, inner.indexOf(']]>')))
  if (inner.length > maxField) return cut(unwrapCdata(inner))
  if (/<\/?[a-z]/i.test(outsideCdata(inner))) return unwrapCdata(inner)
  return splitCdata(inner)
    .map((piece, i) => (i % 2 ? piece : decodeReferences(unwrapCdata(piece))))
    .join('')
}

/** What of an element's content does not stand in CDATA sections. */
export function outsideCdata(inner: string): string {
  return splitCdata(inner)
    .filter((_, i) => i % 2 === 0)
    .join('')
}

/** The text before the first CDATA section, the text in it, the text before the next, and so on. */
function splitCdata(inner: string): string[] {
  const pieces: string[] = []
  for (let at = 0; ; ) {
    const start = inner.indexOf('<![CDATA[', at)
    const end = start < 0 ? -1 : inner.indexOf(']]>', start)
    if (end < 0) return [...pieces, inner.slice(at)]
    pieces.push(inner.slice(at, start), inner.slice(start + 9, end))
    at = end + 3
  }
}

/** Without comments; one that is never closed stays. */
export function withoutComments(inner: string): string {
  let text = ''
  for (let at = 0; ; ) {
    const start = inner.indexOf('<!--', at)
    const end = start < 0 ? -1 : inner.indexOf('-->', start + 4)
    if (end < 0) return at ? text + inner.slice(at) : inner
    text += inner.slice(at, start)
    at = end + 3
  }
}

/** Text without the marks of CDATA sections. */
export function unwrapCdata(text: string): string {
  return text.includes('[CDATA[') || text.includes(']]>') ? text.replace(cdataMark, '') : text
}

/** The attributes of a start tag, names in lower case, values decoded; unquoted and missing ones as they come. */
export function attributesOf(tag: string): Map<string, string> {
  const attributes = new Map<string, string>()
  if (!/\s/.test(tag)) return attributes
  const rest = tag.replace(/^<[^\s/>]*/, '').replace(/\/?>$/, '')
  for (const [, name, double, single, bare] of rest.matchAll(
    /([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  )) {
    if (attributes.size >= maxAttributes) break
    const key = name!.toLowerCase()
    if (!attributes.has(key)) attributes.set(key, decodeReferences(double ?? single ?? bare ?? name!))
  }
  return attributes
}

/** References that were met, so that each is looked up once. */
const references = new Map(
  Object.entries({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" }),
)

function decodeReference(reference: string): string {
  if (reference[1] !== '#') return plainText(`x${reference}x`).slice(1, -1)
  const isHex = reference[2] === 'x' || reference[2] === 'X'
  return character(Number.parseInt(reference.slice(isHex ? 3 : 2), isHex ? 16 : 10))
}

const cdataMark = /<!\[CDATA\[|\]\]>/g
const windows1252 = new TextDecoder('windows-1252')

function character(code: number): string {
  // Numbers 128 to 159 are controls, but those who write them mean windows-1252.
  if (code >= 0x80 && code <= 0x9f) return windows1252.decode(Uint8Array.of(code))
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return ''
  return String.fromCodePoint(code).replace(illegal, '')
}

function cut(text: string): string {
  return text.length > maxField ? text.slice(0, maxField) : text
}
