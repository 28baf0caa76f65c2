import { isIP } from 'node:net'
import { failed, type HttpFailure } from './outcome.ts'

/** True for an IP address that must not be fetched from. */
export type IsPrivate = (address: string) => boolean

export interface TargetRules {
  isPrivate: IsPrivate
  /** Ports that may be asked; what listens at others is seldom meant for strangers. */
  ports: number[] | 'any'
}

/** Checks a URL before anything is sent to it: scheme, userinfo, an IP address in place of a name, port. */
export function checkTarget(raw: string, base: string | undefined, rules: TargetRules): URL | HttpFailure {
  const url = URL.parse(raw, base)
  if (!url) return failed('badUrl', `"${raw.slice(0, 200)}" is not a URL; write it as https://host/path.`)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return failed('badUrl', `A URL that begins with ${url.protocol} can't be fetched; use http or https.`)
  }
  if (url.username || url.password) {
    return failed('badUrl', `The URL of ${url.hostname} holds a user name or password; remove it.`)
  }
  // A resolver is never asked about a literal, so it is checked here; the URL parser has already turned 0x7f.1,
  // 2130706433 and the like into the usual notation.
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) && rules.isPrivate(literal)) return privateAddress(url.hostname, literal)
  if (rules.ports !== 'any' && url.port && !rules.ports.includes(Number(url.port))) {
    return failed(
      'badPort',
      `Port ${url.port} of ${url.hostname} is not asked: what is fetched comes from ports ${rules.ports.join(' and ')} only; use a URL without a port.`,
    )
  }
  url.hash = ''
  return url
}

/** The failure for a host that is, or whose name leads to, a private address. */
export function privateAddress(host: string, address: string): HttpFailure {
  const where = host.replace(/^\[|\]$/g, '') === address ? 'is' : `is at ${address},`
  return failed('privateAddress', `${host} ${where} a private address, which is not fetched from.`)
}
