import { exchange, type Hop } from './exchange.ts'
import { failureOf, Stopped } from './failure.ts'
import { createHostGate } from './host-gate.ts'
import { checkedLookup, type Resolve, resolveBySystem } from './lookup.ts'
import { failed, type HttpFailure, type HttpOutcome } from './outcome.ts'
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
  /** Ports that may be asked: 80 and 443 by default, any with `allowPrivateNetwork`. */
  ports?: number[] | 'any'
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

const mebibyte = 1024 * 1024

/** Limits of one `get`, and what is left of them. */
interface Trip {
  headers: Record<string, string>
  maxBytes: number
  deadlineMs: number
  leftMs: number
  signal: AbortSignal
}

/** Makes a client. Times in milliseconds, sizes in bytes; defaults: 30 s in all, 20 MiB, 5 redirects, 1 s per host. */
export function createHttp(options: HttpOptions): Http {
  const { connectMs = 10_000, headersMs = 15_000, idleMs = 10_000, maxRedirects = 5 } = options
  const isPrivate = options.isPrivate ?? (options.allowPrivateNetwork ? () => false : isPrivateAddress)
  const ports = options.ports ?? (options.allowPrivateNetwork ? 'any' : [80, 443])
  const rules = { isPrivate, ports }
  const lookup = checkedLookup(options.resolve ?? resolveBySystem, isPrivate)
  const exchangeOptions = { userAgent: options.userAgent, connectMs, headersMs, idleMs, lookup }
  const gate = createHostGate(options.hostGapMs ?? 1_000)
  const closing = new AbortController()
  const underWay = new Set<Promise<HttpOutcome>>()

  async function travel(start: string, trip: Trip): Promise<HttpOutcome> {
    const seen = new Set<string>()
    let permanentUrl: string | null = null
    let permanent = true
    let url = checkTarget(start, undefined, rules)
    for (let hops = 0; hops <= maxRedirects; hops++) {
      if ('kind' in url) return url
      seen.add(url.href)
      const hop = await turn(url, trip)
      if (hop.kind === 'failed') return hops > 0 ? redirected(hop, start, url.hostname) : hop
      if (hop.kind === 'response') return { ...hop, permanentUrl }
      const next = checkTarget(hop.to, url.href, rules)
      if ('kind' in next) return redirected(next, start)
      // Nothing that is sent differs the second time, so a circle has no end.
      if (seen.has(next.href)) return circle(url.hostname, hop.setsCookie)
      // A step down from https is followed, for nothing secret is sent, and never proposed as the new address.
      const down = url.protocol === 'https:' && next.protocol === 'http:'
      permanent &&= (hop.status === 301 || hop.status === 308) && !down
      if (permanent) permanentUrl = next.href
      url = next
    }
    const host = URL.parse(start)?.hostname ?? start
    return failed(
      'tooManyRedirects',
      `${host} redirects more than ${maxRedirects} times; open the URL in a browser and use where it ends.`,
    )
  }

  /** One hop, when it is the host's turn, or `aborted` as soon as the signal says so. */
  function turn(url: URL, trip: Trip): Promise<Hop> {
    const hop = gate.run(url.hostname, () => visit(url, trip))
    return untilAborted(hop, trip.signal, url.hostname)
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
      return await exchange(
        url,
        { headers: trip.headers, maxBytes: trip.maxBytes, signal: control.signal },
        exchangeOptions,
      )
    } catch (error) {
      return failureOf(error, host)
    } finally {
      clearTimeout(timer)
      trip.signal.removeEventListener('abort', abort)
      trip.leftMs = Math.max(1, trip.leftMs - (performance.now() - began))
    }
  }

  async function get(url: string, { signal, ...limits }: GetOptions): Promise<HttpOutcome> {
    const deadlineMs = limits.deadlineMs ?? options.deadlineMs ?? 30_000
    return await travel(url, {
      headers: limits.headers ?? {},
      maxBytes: limits.maxBytes ?? options.maxBytes ?? 20 * mebibyte,
      deadlineMs,
      leftMs: deadlineMs,
      signal: signal ? AbortSignal.any([signal, closing.signal]) : closing.signal,
    })
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

/** A failure further down the way, with whose redirects led there. */
function redirected(failure: HttpFailure, start: string, host?: string): HttpFailure {
  const from = URL.parse(start)?.hostname
  return host === from ? failure : failed(failure.reason, `${failure.message} ${from} redirects there.`)
}

function circle(host: string, setsCookie: boolean): HttpFailure {
  const why = setsCookie
    ? 'redirects in a circle to set a cookie, which feeds are read without'
    : 'redirects in a circle'
  return failed(
    'tooManyRedirects',
    `${host} ${why}; look for another address of the feed, or tell its publisher.`,
  )
}

function late(host: string, deadlineMs: number): HttpFailure {
  return failed(
    'timeout',
    `${host} did not finish its answer within ${deadlineMs / 1000} s; if that goes on, tell its publisher.`,
  )
}
