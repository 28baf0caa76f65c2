/**
 * How long an answer counts as fresh for its server, in ms from now: Cache-Control's max-age less Age, else Expires less
 * Date (RFC 9111 §4.2.1). 0 when it says that it is stale at once; null when it says nothing.
 */
export function freshnessOf(headers: Record<string, string>, now: number): number | null {
  const control = headers['cache-control'] ?? ''
  if (/\bno-(?:store|cache)\b/i.test(control)) return 0
  const maxAge = /\bmax-age\s*=\s*"?(\d{1,9})/i.exec(control)?.[1]
  if (maxAge !== undefined) return Math.max(0, Number(maxAge) - seconds(headers.age)) * 1000
  const expires = headers.expires?.trim()
  if (!expires) return null
  // "0" and "-1" are how servers say "already".
  const at = Date.parse(expires)
  const date = Date.parse(headers.date ?? '')
  return Number.isNaN(at) || /^-?\d+$/.test(expires) ? 0 : Math.max(0, at - (Number.isNaN(date) ? now : date))
}

function seconds(header: string | undefined): number {
  return /^\d{1,9}$/.test(header?.trim() ?? '') ? Number(header) : 0
}
