import { getDomain } from 'tldts'

/**
 * The part of a URL's host that somebody has registered, by the Public Suffix List with its private part: `arstechnica.com`
 * for `https://feeds.arstechnica.com/a`, `qwenlm.github.io` for a page there. An address or a name without a dot is itself.
 */
export function registrableDomain(url: string): string {
  return getDomain(url, { allowPrivateDomains: true }) ?? new URL(url).hostname
}
