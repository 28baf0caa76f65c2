/**
 * Bytes of a feed to text. What the bytes themselves show comes before what is said of them: byte order mark, then valid
 * UTF-8, then the charset of the Content-Type header, then the XML prolog, then windows-1252. Bytes said to be UTF-8
 * that mostly aren't count as windows-1252, too. Never throws; bytes that don't fit become U+FFFD.
 */
export function decode(bytes: Uint8Array, contentType: string | null): string {
  const marked = markOf(bytes)
  if (marked === 'utf-32le' || marked === 'utf-32be') return utf32(bytes, marked === 'utf-32le')
  if (marked) return new TextDecoder(marked).decode(bytes)
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1')
  const declared = [charsetOf(contentType), prologOf(head)].flatMap((label) => decoderFor(label) ?? [])
  const shifting = declared.find((decoder) => decoder.encoding === 'iso-2022-jp')
  // Its escape sequences are valid UTF-8, too.
  if (shifting && head.includes('\x1b')) return shifting.decode(bytes)
  const valid = utf8(bytes)
  if (valid !== null) return valid
  const lossy = declared[0]?.encoding === 'utf-8' ? new TextDecoder('utf-8').decode(bytes) : ''
  if (lossy && !isMostlyLost(lossy)) return lossy
  const other = declared.find(({ encoding }) => encoding !== 'utf-8') ?? new TextDecoder('windows-1252')
  return other.decode(bytes)
}

/** The encoding given away by a byte order mark, or by the zeros in UTF-16 and UTF-32 without one. */
function markOf(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (((a === 0xff && b === 0xfe) || a === 0x3c) && c === 0 && d === 0 && (b === 0xfe || b === 0))
    return 'utf-32le'
  if (a === 0 && b === 0 && ((c === 0xfe && d === 0xff) || (c === 0 && d === 0x3c))) return 'utf-32be'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (a && b === 0 && c && d === 0) return 'utf-16le'
  if (a === 0 && b && c === 0 && d) return 'utf-16be'
  return null
}

function utf8(bytes: Uint8Array): string | null {
  try {
    // As a stream, so that a last character cut in half does not make the whole invalid.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    // But one odd byte at the end of ASCII is no character of UTF-8.
    const whole = Buffer.byteLength(text) === bytes.length
    return whole || /\P{ASCII}/u.test(text) ? text : null
  } catch {
    return null
  }
}

/** Whether more characters outside ASCII were lost than read. */
function isMostlyLost(text: string): boolean {
  let balance = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0xfffd) balance++
    else if (code > 0x7f) balance--
  }
  return balance > 0
}

function utf32(bytes: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const units = new Uint16Array(Math.floor(bytes.length / 4) * 2)
  let length = 0
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const code = view.getUint32(at, littleEndian)
    if (code > 0xffff && code <= 0x10ffff) units[length++] = 0xd800 + ((code - 0x10000) >> 10)
    units[length++] = code > 0x10ffff ? 0xfffd : code > 0xffff ? 0xdc00 + (code & 0x3ff) : code
  }
  return Buffer.from(units.buffer, 0, length * 2)
    .toString('utf16le')
    .replace(/^\ufeff/, '')
}

function charsetOf(contentType: string | null): string | null {
  return /charset\s*=\s*["']?([^"';\s]+)/i.exec(contentType ?? '')?.[1] ?? null
}

function prologOf(head: string): string | null {
  return /<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']+)["']/i.exec(head)?.[1] ?? null
}

/** A decoder for the label, also as programs that don't know the standard write it; null for what is no encoding. */
function decoderFor(label: string | null): InstanceType<typeof TextDecoder> | null {
  if (!label) return null
  const usual = label
    .trim()
    .toLowerCase()
    .replace(/^(?:win|windows|cp|ms)[-_ ]?(125\d|874)$/, 'windows-$1')
    .replace(/^iso[-_ ]?8859[-_ ]?(\d{1,2})\b.*$/, 'iso-8859-$1')
    .replace(/^utf[-_ ]?8\b.*$/, 'utf-8')
    .replace(/^(?:x[-_])?mac[-_ ]?(?:roman|os[-_ ]?roman)$/, 'macintosh')
    .replace(/^mac[-_ ]?cyrillic$/, 'x-mac-cyrillic')
  // Text of UTF-16 has been recognised before; here it is only said to be.
  if (/^utf-?16/.test(usual)) return null
  try {
    return new TextDecoder(usual)
  } catch {
    return null
  }
}
