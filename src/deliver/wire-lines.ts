/**
 * A message as it goes over the wire (RFC 5321, 4.5.2): where a line begins with a dot there are two. Null when its lines
 * don't all end with CRLF, the last one too, or when there is a CR or LF besides.
 */
export function wireLines(message: Buffer): Buffer | null {
  // To search a string costs a tenth of looking at each byte.
  const text = message.toString('latin1')
  if (!text.endsWith('\r\n')) return null
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (text.charCodeAt(at - 1) !== 0x0d) return null
    lines++
  }
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) lines--
  if (lines !== 0) return null
  if (!text.startsWith('.') && !text.includes('\n.')) return message
  return Buffer.from(`${text.startsWith('.') ? '.' : ''}${text.replaceAll('\n.', '\n..')}`, 'latin1')
}
