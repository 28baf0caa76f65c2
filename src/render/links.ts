/** Longer ones are traps or trackers, and no reader can use them. */
const maxLength = 1000

/** A link from a feed that may be shown: absolute http(s), without a log-in in it. Null for anything else. */
export function webLink(raw: string | null): string | null {
  const url = raw === null ? null : URL.parse(raw.trim())
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null
  url.username = ''
  url.password = ''
  return url.href.length > maxLength ? null : url.href
}

/** A link of our own for leaving the list: http(s) or mailto; anything else is a fault of the caller. */
export function leavingLink(raw: string): string {
  const url = URL.parse(raw)
  if (!url || !['http:', 'https:', 'mailto:'].includes(url.protocol)) {
    throw new Error(`The unsubscribe link must begin with https:, http: or mailto:, but is “${raw}”.`)
  }
  return raw
}
