import { createHash } from 'node:crypto'
import type { Http, HttpResponse } from '../lib/http/index.ts'
import { freshnessOf } from './freshness.ts'
import type { ReadFailureReason, ReadOutcome, Source } from './outcome.ts'
import type { ParsePool } from './parse-pool.ts'
import { retryAfter } from './retry-after.ts'
import { describeStatus } from './status.ts'

const accept =
  'application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, ' +
  'text/xml;q=0.9, application/json;q=0.8, */*;q=0.5'

export interface ReaderParts {
  http: Pick<Http, 'get'>
  parser: Pick<ParsePool, 'parse'>
  /** The clock, ms since the epoch. */
  now: () => number
}

/** Reads feeds. */
export interface Reader {
  /**
   * Asks for a feed once, with what is known of it. Whatever the server does is an outcome, never an exception. As soon as
   * `signal` says so that is `aborted`, whether the feed was still being fetched or parsed already.
   */
  read(source: Source, signal?: AbortSignal): Promise<ReadOutcome>
}

/** Makes a reader that fetches with `http` and parses with `parser`. */
export function createReader({ http, parser, now }: ReaderParts): Reader {
  return {
    async read(source, signal) {
      const answer = await http.get(source.url, { headers: requestHeaders(source), signal })
      if (answer.kind === 'failed') {
        return failure(answer.reason, answer.message + remedyFor(answer.reason), null)
      }
      const { status, headers, body } = answer
      const host = new URL(answer.url).hostname
      const fail = (reason: ReadFailureReason, predicate: string) => {
        const wait = status === 429 || status === 503 ? retryAfter(headers['retry-after'], now()) : null
        return failure(reason, `${host} ${predicate}.`, status, wait)
      }
      if (status === 304 && isConditional(source)) return unchanged(answer, source, now())
      if (status < 200 || status > 299 || isPart(answer)) {
        const { reason, message } = describeStatus(status, headers, body.toString('latin1', 0, 100_000))
        return fail(reason, message)
      }
      if (body.length === 0) {
        return fail('empty', `answered ${status} with an empty body; if that goes on, tell its publisher`)
      }
      const bodyHash = createHash('sha256').update(body).digest('hex')
      if (bodyHash === source.bodyHash) return unchanged(answer, source, now())
      const parsing = parser.parse({
        body,
        contentType: headers['content-type'] ?? null,
        url: answer.url,
        language: source.language ?? null,
      })
      const parsed = await unlessAborted(parsing, signal)
      if (parsed === null) {
        return failure(
          'aborted',
          `The answer of ${host} was not read to its end because that was called off.`,
          status,
        )
      }
      if (parsed.kind === 'failed') return fail(parsed.reason, parsed.message)
      const { items, total, title, language, ttlMs } = parsed
      return {
        kind: 'items',
        items,
        total,
        title,
        language,
        ttlMs,
        bodyHash,
        ...validatorsOf(answer),
        ...originOf(answer, now()),
      }
    },
  }
}

/** What the work comes to; null as soon as the signal is aborted, the work then going on for nobody. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | null> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = () => resolve(null)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function remedyFor(reason: ReadFailureReason): string {
  const set = ' Set ALLOW_PRIVATE_NETWORK=true if'
  if (reason === 'privateAddress') return `${set} feeds on your own network are meant to be read.`
  return reason === 'badPort'
    ? `${set} feeds on other ports, and on your own network, are meant to be read.`
    : ''
}

/** A part that was not asked for. What it says of versions holds for the whole, which would then never be read. */
function isPart({ status, headers }: HttpResponse): boolean {
  if (status !== 206) return false
  const [, last, length] = /^bytes 0-(\d+)\/(\d+)$/i.exec(headers['content-range']?.trim() ?? '') ?? []
  return !last || Number(last) + 1 !== Number(length)
}

function requestHeaders({ etag, lastModified }: Source): Record<string, string> {
  // An empty If-None-Match makes some servers send the whole feed each time.
  return {
    accept,
    ...(etag?.trim() ? { 'if-none-match': etag } : {}),
    ...(lastModified?.trim() ? { 'if-modified-since': lastModified } : {}),
  }
}

function isConditional({ etag, lastModified }: Source): boolean {
  return Boolean(etag?.trim() || lastModified?.trim())
}

/** A 304 may bring new validators (RFC 9111 §4.3.4); a server that repeats itself with 200 always does. */
function unchanged(answer: HttpResponse, source: Source, now: number): ReadOutcome {
  const { etag, lastModified } = validatorsOf(answer)
  const kept = answer.status === 304 ? source : { etag: null, lastModified: null }
  return {
    kind: 'unchanged',
    etag: etag ?? kept.etag,
    lastModified: lastModified ?? kept.lastModified,
    ...originOf(answer, now),
  }
}

function validatorsOf({ headers }: HttpResponse): { etag: string | null; lastModified: string | null } {
  return { etag: sendable(headers.etag), lastModified: sendable(headers['last-modified']) }
}

/**
 * A header value that can be sent back; null for what is empty or would break the next request. An ETag of two
 * quotation marks is the same for every version: sent back, it would freeze the feed.
 */
function sendable(value: string | undefined): string | null {
  const text = value?.trim() ?? ''
  if (/^(?:W\/)?""$/i.test(text)) return null
  return /^[\x20-\x7e]{1,500}$/.test(text) ? text : null
}

function originOf({ url, permanentUrl, headers }: HttpResponse, now: number) {
  return { finalUrl: url, permanentUrl, freshForMs: freshnessOf(headers, now) }
}

function failure(
  reason: ReadFailureReason,
  message: string,
  status: number | null,
  retryAfterMs: number | null = null,
): ReadOutcome {
  return { kind: 'failed', reason, message, status, retryAfterMs }
}
