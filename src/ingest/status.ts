import { wallMessage, wallOf } from './challenge.ts'
import type { ReadFailureReason } from './outcome.ts'

/** What a status other than 2xx and 304 means for a feed; the message is a predicate without a subject. */
export function describeStatus(
  status: number,
  headers: Record<string, string>,
  page: string,
): { reason: ReadFailureReason; message: string } {
  const wall = status >= 400 ? wallOf(page, headers) : null
  if (wall && status !== 404 && status !== 410) return { reason: 'challenge', message: wallMessage(wall) }
  if (status === 410)
    return { reason: 'gone', message: 'answered 410: the feed is gone for good; remove it from the list' }
  if (status === 404) {
    return {
      reason: 'notFound',
      message: 'answered 404: there is no feed at this URL; look for its new address on the site',
    }
  }
  if (status === 401 || status === 403) {
    return {
      reason: 'forbidden',
      message: `answered ${status}: it does not let us read the feed; ask its publisher`,
    }
  }
  if (status === 429)
    return { reason: 'rateLimited', message: 'answered 429: we ask too often; set a longer "every" for it' }
  if (status >= 500 && status < 600) {
    return {
      reason: 'serverError',
      message: `answered ${status}: it has a fault of its own; if that goes on, tell its publisher`,
    }
  }
  const special = odd(status)
  if (special) return { reason: 'status', message: `answered ${status}${special}` }
  return {
    reason: 'status',
    message: `answered ${status} instead of a feed; open the URL in a browser to see why`,
  }
}

function odd(status: number): string | null {
  if (status === 206) return ' with a part of the feed, though all of it was asked for; tell its publisher'
  if (status === 304)
    return ' (unchanged) without having been told what we know; a cache before it is at fault, so tell its publisher'
  if ([301, 302, 303, 307, 308].includes(status)) {
    return ' and does not say where the feed has moved; look for its new address on the site'
  }
  if (status >= 600)
    return ', which is no status of HTTP; sites that turn programs away do this, so ask its publisher'
  return null
}
