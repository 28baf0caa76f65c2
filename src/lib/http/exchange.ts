import type { LookupFunction } from 'node:net'
import { readBody } from './body.ts'
import { connectOnce } from './connect.ts'
import { Stopped } from './failure.ts'
import { acceptEncoding } from './inflate.ts'
import { failed, type HttpFailure, type HttpResponse } from './outcome.ts'

export interface ExchangeOptions {
  userAgent: string
  /** Look-up, TCP and TLS, in ms. */
  connectMs: number
  headersMs: number
  idleMs: number
  lookup: LookupFunction
}

export interface Question {
  headers: Record<string, string>
  /** Of the inflated body. */
  maxBytes: number
  /** Ends the exchange in whatever state it is; the reason is thrown. */
  signal: AbortSignal
}

/** What came of one request. */
export type Hop =
  | HttpFailure
  | Omit<HttpResponse, 'permanentUrl'>
  | { kind: 'redirect'; status: number; to: string; setsCookie: boolean }

const redirectStatuses = new Set([301, 302, 303, 307, 308])
/** Of one answer, names and values together, in bytes. */
const maxHeaderSize = 16 * 1024
/** Interim answers (1xx) before the real one; one, of early hints, is usual. */
const maxInterim = 10
/** Given to undici when an exchange is over, so that it does not make an error with a stack of its own each time. */
const over = new Error('the exchange is over')

/** Asks for `url` over a connection of its own, which is closed when the promise settles. Throws what went wrong. */
export async function exchange(url: URL, question: Question, options: ExchangeOptions): Promise<Hop> {
  // Loaded here: it takes longer than what many a command does that asks nobody.
  const { Client } = await import('undici')
  const { headers: asked, maxBytes, signal } = question
  signal.throwIfAborted()
  const host = url.hostname
  const connection = connectOnce(options.lookup, options.connectMs)
  const client = new Client(url.origin, { allowH2: false, connect: connection.connect, maxHeaderSize })
  // Undici itself would not look at a signal before it is connected.
  const stop = () => connection.hangUp(signal.reason)
  signal.addEventListener('abort', stop)
  let interim = 0
  try {
    const answer = await client.request({
      path: url.pathname + url.search,
      method: 'GET',
      headers: { ...asked, 'accept-encoding': acceptEncoding, 'user-agent': options.userAgent },
      headersTimeout: options.headersMs,
      bodyTimeout: options.idleMs,
      onInfo() {
        // Each one puts off undici's own deadline for the headers.
        if (++interim > maxInterim) connection.hangUp(new Stopped(flooded(host)))
      },
    })
    // A body that is dropped unread reports that as an error, and nobody else listens by then.
    answer.body.on('error', () => undefined)
    const headers = flat(answer.headers)
    const to = locationOf(answer.headers.location)
    if (redirectStatuses.has(answer.statusCode) && to) {
      return { kind: 'redirect', status: answer.statusCode, to, setsCookie: 'set-cookie' in headers }
    }
    const body = await readBody(answer.body, headers, { maxBytes, host })
    if ('kind' in body) return body
    return { kind: 'response', status: answer.statusCode, headers, body, url: url.href }
  } finally {
    signal.removeEventListener('abort', stop)
    client.destroy(over, () => undefined)
  }
}

function flooded(host: string): HttpFailure {
  return failed(
    'badAnswer',
    `${host} sent one interim answer after another and never the real one; tell its publisher.`,
  )
}

/** Bytes outside ASCII, which no header may hold, are put as a URL holds them, whatever their encoding. */
function locationOf(header: string | string[] | undefined): string {
  const text = Array.isArray(header) ? header[0] : header
  return (text ?? '')
    .trim()
    .replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
}

function flat(raw: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(raw).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
  )
  return Object.fromEntries(entries)
}
