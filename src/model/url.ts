const trackingPrefixes = ['utm_', 'mtm_', 'pk_', 'piwik_', 'hsa_', 'oly_', 'vero_', '__hs']
const trackingNames = new Set(
  (
    'fbclid gclid gclsrc dclid gbraid wbraid msclkid twclid ttclid li_fat_id igshid yclid ysclid mc_cid mc_eid ' +
    '_hsenc _hsmi mkt_tok cmpid ncid rb_clickid s_cid sc_cid wickedid epik srsltid wt_mc wt.mc_id at_medium ' +
    'at_campaign at_custom1 at_custom2 ftag spm scm share_id si ns_campaign ns_source ns_mchannel'
  ).split(' '),
)

/** Parameters that say where a reader came from, by what they say: `source=rss----b1c2`, `ref=blog.example`. */
const originNames = new Set(['ref', 'source', 'src', 'from', 'via'])
const origin = /^(?:rss|atom|feed|newsletter|email)(?:$|[-_])/i
const host = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}$/i

/**
 * The key under which the same article is found again: https, lower-case host without `www.`, no default port, no
 * fragment but one that is a route (`#/a`, `#!a`), no tracking parameters, the rest sorted, no trailing slash. Parameters
 * that carry meaning stay. Null for anything that is not http(s).
 */
export function canonicalUrl(raw: string): string | null {
  const url = parse(raw)
  if (!url) return null
  const host = url.hostname
    .toLowerCase()
    .replace(/^www\./, '')
    .replace(/\.$/, '')
  const port = url.port && !['80', '443'].includes(url.port) ? `:${url.port}` : ''
  const params = [...url.searchParams]
    .filter(([name, value]) => !isTracking(name, value))
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
  const query = params.length ? `?${new URLSearchParams(params)}` : ''
  const path = url.pathname.replace(/\/{2,}/g, '/').replace(/\/(index\.(html?|php))?$/, '')
  const route = /^#(?:!\/?|\/)[^/!]/.test(url.hash) ? url.hash : ''
  return `https://${host}${port}${path}${query}${route}`
}

/** True when a canonical URL leads to the first page of a site, which no article has for itself. */
export function isHomePage(canonical: string): boolean {
  return /^https:\/\/[^/?#]+(?:\/[a-z]{2}(?:-[a-z]{2})?)?$/i.test(canonical)
}

/** The URL to show: as given, without its tracking parameters. Null for anything that is not http(s). */
export function cleanUrl(raw: string): string | null {
  const url = parse(raw)
  if (!url) return null
  const doomed = [...url.searchParams].filter(([name, value]) => isTracking(name, value))
  for (const [name, value] of doomed) url.searchParams.delete(name, value)
  return url.href
}

function parse(raw: string): URL | null {
  const url = URL.parse(raw.trim())
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null
}

function isTracking(name: string, value: string): boolean {
  const lower = name.toLowerCase()
  if (originNames.has(lower)) return origin.test(value) || (lower === 'ref' && host.test(value))
  return trackingNames.has(lower) || trackingPrefixes.some((prefix) => lower.startsWith(prefix))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
