import { plainText } from '../lib/text/index.ts'

/** Longer fields are cut: nothing of them beyond this is ever shown or classified. Characters. */
const maxField = 256 * 1024
/** Feeds declare some dozens of namespaces on their root. */
const maxAttributes = 60

/** Forbidden in XML, and the controls from 127 on, which are allowed and good for nothing. */
const illegal = /(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu

/** Without the characters an XML parser stumbles over. */
export function repairCharacters(text: string): string {
  return text.toWellFormed().replace(illegal, '')
}

/**
 * Makes every `&` part of a reference that an XML parser knows: bare ones are escaped, HTML's names become their
 * characters, unknown names stand as they are written, numbers of forbidden characters go.
 */
export function repairReferences(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(?:#(\d{1,7});|#x([\da-f]{1,6});|([a-z][a-z\d]{0,31});)?/gi,
    (whole, decimal, hex, name) => {
      if (name) return named(name)
      if (decimal) return numeric(Number(decimal), whole)
      if (hex) return numeric(Number.parseInt(hex, 16), whole)
      return '&amp;'
    },
  )
}

/** `&` and `<` as references, so that the text is nothing but text. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll(']]>', ']]&gt;')
}

/**
 * The content of an element that should hold text only, as XML that does. Markup that was not escaped (HTML in RSS,
 * xhtml in Atom) is, so that it comes out as HTML like everywhere else.
 */
export function repairField(inner: string): string {
  const pure = /^\s*<!\[CDATA\[/.test(inner) && inner.indexOf(']]>') === inner.trimEnd().length - 3
  if (pure) return `<![CDATA[${cut(inner.slice(inner.indexOf('<![CDATA[') + 9, inner.indexOf(']]>')))}]]>`
  if (!inner.includes('<')) return repairReferences(cut(inner).replaceAll(']]>', ''))
  if (inner.length > maxField) return escapeXml(cut(inner.replace(cdataMark, '')))
  const pieces = inner.split(/(<!\[CDATA\[[\s\S]*?\]\]>)/)
  const outside = pieces.filter((_, i) => i % 2 === 0).join('')
  if (/<\/?[a-z]/i.test(outside)) return escapeXml(cut(inner.replace(cdataMark, '')))
  return pieces
    .map((piece, i) =>
      i % 2 ? piece : repairReferences(piece.replace(cdataMark, '').replaceAll('<', '&lt;')),
    )
    .join('')
}

/** The attributes of a start tag, values decoded; unquoted and missing values are taken as they come. */
export function attributesOf(tag: string): Map<string, string> {
  const attributes = new Map<string, string>()
  if (!/\s/.test(tag)) return attributes
  const rest = tag.replace(/^<[^\s/>]*/, '').replace(/\/?>$/, '')
  for (const [, name, double, single, bare] of rest.matchAll(
    /([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  )) {
    if (attributes.size >= maxAttributes) break
    if (!attributes.has(name!)) attributes.set(name!, decodeAttribute(double ?? single ?? bare ?? name!))
  }
  return attributes
}

/** A tag written anew: known name, all attributes quoted and escaped. */
export function writeTag(name: string, attributes: Map<string, string>, selfClosing = false): string {
  const named = [...attributes].filter(([key]) => /^[A-Za-z_][\w.:-]*$/.test(key))
  const pairs = named.map(([key, value]) => ` ${key}="${escapeXml(value).replaceAll('"', '&quot;')}"`)
  return `<${name}${pairs.join('')}${selfClosing ? '/' : ''}>`
}

function decodeAttribute(value: string): string {
  if (!value.includes('&')) return value
  return repairReferences(value).replace(/&(amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);/gi, (_, name: string) => {
    if (name[0] !== '#') return { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[name.toLowerCase()]!
    return String.fromCodePoint(
      Number(name[1] === 'x' || name[1] === 'X' ? `0${name.slice(1)}` : name.slice(1)),
    )
  })
}

const knownNames = new Map(['amp', 'lt', 'gt', 'quot', 'apos'].map((name) => [name, `&${name};`]))

function named(name: string): string {
  const known = knownNames.get(name)
  if (known !== undefined) return known
  const decoded = plainText(`x&${name};x`).slice(1, -1)
  const reference = decoded === `&${name};` ? `&amp;${name};` : escapeXml(decoded)
  // A document can invent names without end; HTML has about 2,200.
  if (knownNames.size < 4_000) knownNames.set(name, reference)
  return reference
}

const cdataMark = /<!\[CDATA\[|\]\]>/g
const windows1252 = new TextDecoder('windows-1252')

function numeric(code: number, whole: string): string {
  // Numbers 128 to 159 are controls, but those who write them mean windows-1252.
  if (code >= 0x80 && code <= 0x9f) return windows1252.decode(Uint8Array.of(code))
  const character = code <= 0x10ffff ? String.fromCodePoint(code) : '\0'
  return character.isWellFormed() && !character.match(illegal) ? whole : ''
}

function cut(text: string): string {
  return text.length > maxField ? text.slice(0, maxField) : text
}
