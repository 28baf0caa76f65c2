import { Agent, type Dispatcher, request } from 'undici'
import { failureOf, Stopped } from './failure.ts'
import { createHostGate } from './host-gate.ts'
import { acceptEncoding, codingsOf, inflate } from './inflate.ts'
import { checkedLookup, type Resolve, resolveBySystem } from './lookup.ts'
import { failed, type HttpFailure, type HttpOutcome, type HttpResponse } from './outcome.ts'
import { isPrivateAddress } from './private-address.ts'
import { checkTarget, type IsPrivate } from './target.ts'

export interface HttpOptions {
  /** Sent with every request; say who asks and where to complain. */
  userAgent: string
  /** Fetch from private and loopback addresses too. */
  allowPrivateNetwork?: boolean
  /** For one `get`: all hops and the whole body, but not the wait for the host's turn. Milliseconds. */
  deadlineMs?: number
  connectMs?: number
  headersMs?: number
  /** Between two chunks of the body. */
  idleMs?: number
  /** Of the inflated body, in bytes. */
  maxBytes?: number
  /** Between the end of one request to a host and the beginning of the next. */
  hostGapMs?: number
  maxRedirects?: number
  /** Which addresses count as private; overrides `allowPrivateNetwork`. */
  isPrivate?: IsPrivate
  resolve?: Resolve
}

export interface GetOptions {
  headers?: Record<string, string>
  maxBytes?: number
  deadlineMs?: number
  signal?: AbortSignal
}

/** Fetches over http(s) with limits on time, size, redirects and addresses. */
export interface Http {
  /** Any status is a response; everything that kept one from coming is a failure, never an exception. */
  get(url: string, options?: GetOptions): Promise<HttpOutcome>
  /** Ends what is under way (as `aborted`); later calls fail at once. */
  close(): Promise<void>
}

const redirectStatuses = new Set([301, 302, 303, 307, 308])
const mebibyte = 1024 * 1024

/** Limits of one `get`, and what is left of them. */
interface Trip {
  agent: Agent
  headers: Record<string, string>
  maxBytes: number
  deadlineMs: number
  leftMs: number
  signal: AbortSignal
}

type Hop = HttpFailure | Omit<HttpResponse, 'permanentUrl'> | { kind: 'redirect'; status: number; to: string }

/** Makes a client. Times in milliseconds, sizes in bytes; defaults: 30 s in all, 20 MiB, 5 redirects, 1 s per host. */
export function createHttp(options: HttpOptions): Http {
  const { connectMs = 10_000, headersMs = 15_000, idleMs = 10_000, maxRedirects = 5 } = options
  const isPrivate = options.isPrivate ?? (options.allowPrivateNetwork ? () => false : isPrivateAddress)
  const lookup = checkedLookup(options.resolve ?? resolveBySystem, isPrivate)
  const gate = createHostGate(options.hostGapMs ?? 1_000)
  const closing = new AbortController()
  const underWay = new Set<Promise<HttpOutcome>>()

  async function travel(start: string, trip: Trip): Promise<HttpOutcome> {
    let [target, base]: [string, string | undefined] = [start, undefined]
    let permanentUrl: string | null = null
    let permanent = true
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const url = checkTarget(target, base, isPrivate)
      if ('kind' in url) return url
      if (permanent && hops > 0) permanentUrl = url.href
      const hop = await untilAborted(
        gate.run(url.hostname, () => visit(url, trip)),
        trip.signal,
        url.hostname,
      )
      if (hop.kind === 'failed') return hop
      if (hop.kind === 'response') return { ...hop, permanentUrl }
      permanent &&= hop.status === 301 || hop.status === 308
      base = url.href
      target = hop.to
    }
    const host = URL.parse(start)?.hostname ?? start
    return failed(
      'tooManyRedirects',
      `${host} redirects more than ${maxRedirects} times; open the URL in a browser and use where it ends.`,
    )
  }

  async function visit(url: URL, trip: Trip): Promise<Hop> {
    const host = url.hostname
    if (trip.signal.aborted) return aborted(host)
    const control = new AbortController()
    const abort = () => control.abort(new Stopped(aborted(host)))
    trip.signal.addEventListener('abort', abort, { once: true })
    const began = performance.now()
    const timer = setTimeout(() => control.abort(new Stopped(late(host, trip.deadlineMs))), trip.leftMs)
    try {
      return await exchange(url, trip, control.signal)
    } catch (error) {
      return failureOf(error, host)
    } finally {
      clearTimeout(timer)
      trip.signal.removeEventListener('abort', abort)
      trip.leftMs = Math.max(1, trip.leftMs - (performance.now() - began))
    }
  }

  async function exchange(url: URL, trip: Trip, signal: AbortSignal): Promise<Hop> {
    const {
      statusCode,
      headers: raw,
      body,
    } = await request(url, {
      dispatcher: trip.agent,
      headers: { ...trip.headers, 'accept-encoding': acceptEncoding, 'user-agent': options.userAgent },
      headersTimeout: headersMs,
      bodyTimeout: idleMs,
      reset: true,
      signal,
    })
    // A body that is dropped unread reports that as an error, and nobody else listens by then.
    body.on('error', () => undefined)
    try {
      const headers = flat(raw)
      if (redirectStatuses.has(statusCode) && headers.location) {
        return { kind: 'redirect', status: statusCode, to: headers.location }
      }
      const read = await readBody(body, headers, trip.maxBytes, url.hostname)
      if ('kind' in read) return read
      return { kind: 'response', status: statusCode, headers, body: read, url: url.href }
    } finally {
      body.destroy()
    }
  }

  async function get(url: string, { signal, ...limits }: GetOptions): Promise<HttpOutcome> {
    const deadlineMs = limits.deadlineMs ?? options.deadlineMs ?? 30_000
    // An agent for each trip: destroying it closes every socket the trip opened, in whatever state.
    const agent = new Agent({ allowH2: false, connect: { lookup, timeout: connectMs } })
    try {
      return await travel(url, {
        agent,
        headers: limits.headers ?? {},
        maxBytes: limits.maxBytes ?? options.maxBytes ?? 20 * mebibyte,
        deadlineMs,
        leftMs: deadlineMs,
        signal: signal ? AbortSignal.any([signal, closing.signal]) : closing.signal,
      })
    } finally {
      await agent.destroy()
    }
  }

  return {
    get(url, getOptions = {}) {
      const outcome = get(url, getOptions)
      underWay.add(outcome)
      return outcome.finally(() => underWay.delete(outcome))
    },
    async close() {
      closing.abort()
      gate.close()
      await Promise.allSettled(underWay)
    },
  }
}

/** Reads and inflates a body, counting while it grows. */
async function readBody(
  body: Dispatcher.ResponseData['body'],
  headers: Record<string, string>,
  maxBytes: number,
  host: string,
): Promise<Buffer | HttpFailure> {
  const tooLarge = failed(
    'tooLarge',
    `${host} sent more than ${size(maxBytes)}; use a shorter version of it if there is one.`,
  )
  const codings = codingsOf(headers['content-encoding'])
  if (!codings) {
    const named = headers['content-encoding']?.slice(0, 80)
    return failed('badEncoding', `${host} sent its body in a coding that was not asked for: ${named}.`)
  }
  if (Number(headers['content-length']) > maxBytes) return tooLarge
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of await inflate(limited(body, maxBytes, tooLarge), codings)) {
    bytes += chunk.length
    if (bytes > maxBytes) return tooLarge
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, bytes)
}

/** Bounds what is read from the network too: endless compressed data can inflate to nothing. */
async function* limited(source: AsyncIterable<Buffer>, maxBytes: number, tooLarge: HttpFailure) {
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new Stopped(tooLarge)
    yield chunk
  }
}

/** The hop, or `aborted` as soon as the signal says so: the wait for a host's turn can be long. */
function untilAborted(hop: Promise<Hop>, signal: AbortSignal, host: string): Promise<Hop> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve(aborted(host))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    hop.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function aborted(host: string): HttpFailure {
  return failed('aborted', `The fetch from ${host} was given up because it was called off.`)
}

function late(host: string, deadlineMs: number): HttpFailure {
  return failed('timeout', `${host} did not finish its answer within ${deadlineMs / 1000} s.`)
}

function size(bytes: number): string {
  return bytes >= mebibyte ? `${Math.round(bytes / mebibyte)} MiB` : `${bytes} bytes`
}

function flat(raw: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(raw).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
  )
  return Object.fromEntries(entries)
}
