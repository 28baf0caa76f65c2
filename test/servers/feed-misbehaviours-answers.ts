import { rssType, sampleFeed, sending } from './feed-sample.ts'
import type { Responder } from './feed-server.ts'

const page = (body: string) =>
  `<!DOCTYPE html><html><head><title>Oh</title></head><body>${body}</body></html>`
const html = { 'content-type': 'text/html; charset=utf-8' }
const challenge = page(
  '<h1>Just a moment...</h1><script src="/cdn-cgi/challenge-platform/h/b/orchestrate.js"></script>',
)
const wait = (status: number, after: string) => sending({ 'retry-after': after }, 'Later', status)

/** Well-formed answers that are not, or not quite, the feed that was asked for. */
export const answers = {
  empty: () => sending(rssType, ''),
  acceptedEmpty: () => sending(rssType, '', 202),
  noContent: () => sending({}, '', 204),
  resetContent: () => sending({ 'content-length': '0' }, '', 205),
  /** A part that nobody asked for, with an ETag of the whole. */
  partOfIt: () =>
    sending(
      { ...rssType, etag: '"whole"', 'content-range': `bytes 0-199/${Buffer.byteLength(sampleFeed)}` },
      Buffer.from(sampleFeed).subarray(0, 200),
      206,
    ),
  /** All of it, and calls it a part. */
  allAsPart: () => {
    const bytes = Buffer.byteLength(sampleFeed)
    return sending({ ...rssType, 'content-range': `bytes 0-${bytes - 1}/${bytes}` }, sampleFeed, 206)
  },
  notModifiedUnasked: () => sending({}, '', 304),
  /** What some sites answer programs with. */
  status999: () => sending(html, page('Request denied'), 999),
  goneForGood: () => sending({}, 'Gone', 410),
  /** 404 on the outside, a feed on the inside. */
  notFoundWithFeed: () => sending(rssType, sampleFeed, 404),
  tooOftenInSeconds: () => wait(429, '120'),
  tooOftenUntilDate: () => wait(429, 'Tue, 10 Feb 2026 12:05:00 GMT'),
  tooOftenUntilOldDate: () => wait(429, 'Tue Feb 10 12:05:00 2026'),
  tooOftenNegative: () => wait(429, '-30'),
  tooOftenForAges: () => wait(429, '99999999999999'),
  tooOftenGarbage: () => wait(429, 'when I say so'),
  unavailableForNow: () => wait(503, '600'),
  errorPage: () => sending(html, page('<h1>Something went wrong</h1>')),
  /** A web page that names the feed that was meant. */
  retiredFeed: () =>
    sending(html, page('<link rel="alternate" type="application/atom+xml" href="/new.atom">')),
  cloudflare403: () =>
    sending({ ...html, server: 'cloudflare', 'cf-mitigated': 'challenge' }, challenge, 403),
  cloudflare503: () => sending({ ...html, server: 'cloudflare' }, challenge, 503),
  cloudflare200: () => sending({ ...html, server: 'cloudflare' }, challenge),
  feedAsHtml: () => sending(html),
  feedAsImage: () => sending({ 'content-type': 'image/png' }),
  feedWithoutType: () => sending({}),
  garbageType: () => sending({ 'content-type': ';;=/charset' }),
  /** UTF-8, and says Latin-1. */
  charsetLie: () => sending({ 'content-type': 'application/rss+xml; charset=iso-8859-1' }),
  /** Latin-1, and says UTF-8, in the header and in the prolog. */
  utf8Lie: () =>
    sending({ 'content-type': 'application/rss+xml; charset=utf-8' }, Buffer.from(sampleFeed, 'latin1')),
  unknownCharset: () => sending({ 'content-type': 'application/rss+xml; charset=klingon' }),
  emptyEtag: () => sending({ etag: '' }),
  /** The ETag of nothing, for every version: a server that says 304 to it would freeze the feed. */
  hollowEtag: () => sending({ etag: '""' }),
  weakEtag: () => sending({ etag: 'W/"v1"' }),
  bareEtag: () => sending({ etag: 'v1' }),
  hugeEtag: () => sending({ etag: `"${'e'.repeat(4_000)}"` }),
  garbageLastModified: () => sending({ 'last-modified': 'yesterday at noon' }),
  /** Another ETag each time, for the same bytes. */
  changingEtag: (): Responder => {
    let version = 0
    return (_request, response) => {
      response.writeHead(200, { etag: `"${++version}"` }).end(sampleFeed)
    }
  },
}
