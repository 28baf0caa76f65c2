/** What counts as for ever (RFC 9111 §1.2.2); longer numbers mean no more. Seconds. */
const longest = 2 ** 31

/**
 * How long an answer counts as fresh for its server, in ms from now: Cache-Control's max-age less Age, else Expires less
 * Date (RFC 9111 §4.2.1). 0 when it says that it is stale at once, or what can't be read; null when it says nothing.
 */
export function freshnessOf(headers: Record<string, string>, now: number): number | null {
  const directives = directivesOf(headers['cache-control'] ?? '')
  if (directives.has('no-store') || directives.get('no-cache') === '') return 0
  const maxAge = directives.get('max-age')
  if (maxAge !== undefined) return Math.max(0, seconds(maxAge) - seconds(headers.age)) * 1000
  const expires = headers.expires?.trim()
  if (!expires) return null
  // "0" and "-1" are how servers say "already".
  const at = Date.parse(expires)
  const date = Date.parse(headers.date ?? '')
  return Number.isNaN(at) || /^-?\d+$/.test(expires) ? 0 : Math.max(0, at - (Number.isNaN(date) ? now : date))
}

/** Directives by name, in lower case, with their value or ''; of one that comes twice the first counts. */
function directivesOf(header: string): Map<string, string> {
  const directives = new Map<string, string>()
  for (const [, name = '', quoted, bare] of header.matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,]*)))?/g)) {
    if (!directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), quoted ?? bare ?? '')
  }
  return directives
}

/** Seconds, whole ones; 0 for anything else. */
function seconds(header: string | undefined): number {
  const text = header?.trim() ?? ''
  return /^\d+$/.test(text) ? Math.min(Number(text), longest) : 0
}
