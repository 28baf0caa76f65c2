/**
 * Bytes of a feed to text. What the bytes themselves show comes before what is said of them: byte order mark, then valid
 * UTF-8, then the charset of the Content-Type header, then the XML prolog, then windows-1252. Never throws; bytes that
 * don't fit become U+FFFD.
 */
export function decode(bytes: Uint8Array, contentType: string | null): string {
  const marked = markOf(bytes)
  if (marked) return new TextDecoder(marked).decode(bytes)
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1')
  const declared = [charsetOf(contentType), prologOf(head)].flatMap((label) => decoderFor(label) ?? [])
  const shifting = declared.find((decoder) => decoder.encoding === 'iso-2022-jp')
  // Its escape sequences are valid UTF-8, too.
  if (shifting && head.includes('\x1b')) return shifting.decode(bytes)
  return utf8(bytes) ?? (declared[0] ?? new TextDecoder('windows-1252')).decode(bytes)
}

/** The encoding given away by a byte order mark, or by the zeros in UTF-16 without one. */
function markOf(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (a === 0x3c && b === 0 && d === 0) return 'utf-16le'
  if (a === 0 && b === 0x3c && c === 0) return 'utf-16be'
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

function charsetOf(contentType: string | null): string | null {
  return /charset\s*=\s*["']?([^"';\s]+)/i.exec(contentType ?? '')?.[1] ?? null
}

function prologOf(head: string): string | null {
  return /<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']+)["']/i.exec(head)?.[1] ?? null
}

function decoderFor(label: string | null): InstanceType<typeof TextDecoder> | null {
  if (!label) return null
  try {
    return new TextDecoder(label)
  } catch {
    return null
  }
}
