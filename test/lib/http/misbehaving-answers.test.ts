import { createHash } from 'node:crypto'
import { answers } from '../../servers/feed-misbehaviours-answers.ts'
import { sampleFeed } from '../../servers/feed-sample.ts'
import { type Case, testEach } from './misbehaving.ts'

const titles = ['First', 'Größe & Maß']
const whole: Case = { titles }
const failing = (reason: string, status: number, says: string): Case => ({
  comes: { kind: 'failed', reason, status, retryAfterMs: null },
  says,
})
const tooOften = (retryAfterMs: number | null): Case => ({
  comes: { kind: 'failed', reason: 'rateLimited', status: 429, retryAfterMs },
  says: 'set a longer "every"',
})
const withEtag = (etag: string | null): Case => ({ titles, comes: { etag } })

testEach(answers, {
  empty: failing('empty', 200, 'answered 200 with an empty body'),
  acceptedEmpty: failing('empty', 202, 'answered 202 with an empty body'),
  noContent: failing('empty', 204, 'answered 204 with an empty body'),
  resetContent: failing('empty', 205, 'answered 205 with an empty body'),
  partOfIt: failing('status', 206, 'with a part of the feed'),
  allAsPart: whole,
  notModifiedUnasked: failing('status', 304, 'without having been told what we know'),
  status999: failing('status', 999, 'no status of HTTP'),
  goneForGood: failing('gone', 410, 'remove it from the list'),
  notFoundWithFeed: failing('notFound', 404, 'look for its new address'),
  tooOftenInSeconds: tooOften(120_000),
  tooOftenUntilDate: tooOften(300_000),
  tooOftenUntilOldDate: tooOften(300_000),
  tooOftenNegative: tooOften(null),
  tooOftenForAges: tooOften(24 * 60 * 60 * 1000),
  tooOftenGarbage: tooOften(null),
  unavailableForNow: {
    comes: { kind: 'failed', reason: 'serverError', status: 503, retryAfterMs: 600_000 },
    says: 'a fault of its own',
  },
  errorPage: failing('notAFeed', 200, 'a web page, not a feed'),
  retiredFeed: failing('notAFeed', 200, 'the page names this feed: /new.atom'),
  cloudflare403: failing('challenge', 403, 'a bot challenge of Cloudflare'),
  cloudflare503: failing('challenge', 503, 'a bot challenge of Cloudflare'),
  cloudflare200: failing('challenge', 200, 'a bot challenge of Cloudflare'),
  feedAsHtml: whole,
  feedAsImage: whole,
  feedWithoutType: whole,
  garbageType: whole,
  charsetLie: whole,
  // What the bytes that are no UTF-8 become is for the decoder's own tests.
  utf8Lie: { comes: { kind: 'items', etag: null } },
  unknownCharset: whole,
  emptyEtag: withEtag(null),
  hollowEtag: withEtag(null),
  weakEtag: withEtag('W/"v1"'),
  bareEtag: withEtag('v1'),
  hugeEtag: withEtag(null),
  garbageLastModified: { titles, comes: { lastModified: 'yesterday at noon' } },
  changingEtag: {
    known: { etag: '"0"', bodyHash: createHash('sha256').update(sampleFeed).digest('hex') },
    comes: { kind: 'unchanged', etag: '"1"', lastModified: null },
  },
})
