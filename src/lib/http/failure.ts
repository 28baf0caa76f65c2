import { isInflateError } from './inflate.ts'
import { PrivateAddressError } from './lookup.ts'
import { type FailureReason, failed, type HttpFailure } from './outcome.ts'
import { privateAddress } from './target.ts'
import { tlsFault } from './tls-fault.ts'

/** Ends a request from inside; what it carries is the outcome. */
export class Stopped extends Error {
  outcome: HttpFailure

  constructor(outcome: HttpFailure) {
    super(outcome.message)
    this.outcome = outcome
  }
}

const lasting = '; if that goes on, tell its publisher'

/** What an error of undici, the socket, the resolver or the inflater means. */
export function failureOf(error: unknown, host: string): HttpFailure {
  const root = rootOf(error)
  if (root instanceof Stopped) return root.outcome
  if (root instanceof PrivateAddressError) return privateAddress(host, root.address)
  if (isInflateError(root)) {
    return failed(
      'badEncoding',
      `${host} sent a body that is not what its Content-Encoding says; tell its publisher.`,
    )
  }
  if (root instanceof Error && root.name === 'HTTPParserError') return broken(host, root.message)
  const code = codeOf(root)
  const [reason, message] = sentence(code, host, messageOf(root))
  return failed(reason, message ?? `The connection to ${host} broke: ${describe(root, code)}.`)
}

function sentence(code: string, host: string, said: string): [FailureReason, string?] {
  switch (code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return ['timeout', `${host} could not be connected to in time${lasting}.`]
    case 'UND_ERR_HEADERS_TIMEOUT':
      return ['timeout', `${host} took the request but did not begin to answer in time${lasting}.`]
    case 'UND_ERR_BODY_TIMEOUT':
      return ['timeout', `${host} stopped sending in the middle of its answer${lasting}.`]
    case 'ENOTFOUND':
      return ['dns', `There is no host named ${host}; check the spelling of the URL.`]
    case 'EAI_AGAIN':
    case 'ESERVFAIL':
    case 'EREFUSED':
      return ['dns', `The name ${host} could not be looked up; check the DNS of this machine.`]
    case 'ECONNREFUSED':
      return ['refused', `${host} refused the connection; nothing listens at that port. Check the URL.`]
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return ['network', `${host} can't be reached from here; check the network of this machine.`]
    case 'UND_ERR_HEADERS_OVERFLOW':
      return ['badAnswer', `${host} sent more than 16 KiB of headers; tell its publisher.`]
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return ['badAnswer', `${host} sent an answer of another length than it announced${lasting}.`]
    case 'ECONNRESET':
    case 'EPIPE':
      return ['network', cutOff(host)]
    case 'UND_ERR_SOCKET':
      return said.startsWith('bad ') ? ['badAnswer', notHttp(host, said)] : ['network', cutOff(host)]
  }
  if (code.startsWith('EAI_')) return ['dns', `The name ${host} could not be looked up (${code}).`]
  const fault = tlsFault(code)
  return fault ? ['tls', `There is no secure connection to ${host}: ${fault}.`] : ['network']
}

/** What the parser of HTTP says in brackets. */
function broken(host: string, said: string): HttpFailure {
  const detail = /\(([^)]+)\)$/.exec(said)?.[1] ?? 'unreadable'
  return /EOF state/.test(detail)
    ? failed('network', cutOff(host))
    : failed('badAnswer', notHttp(host, detail))
}

function cutOff(host: string): string {
  return `${host} closed the connection before its answer was whole${lasting}.`
}

function notHttp(host: string, detail: string): string {
  return (
    `${host} sent something that is not HTTP or breaks its rules (${detail.slice(0, 100)}); ` +
    'check the URL and its port, or tell its publisher.'
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function describe(error: unknown, code: string): string {
  const text = messageOf(error).replace(/\.$/, '')
  return code && !text.includes(code) ? `${text} (${code})` : text
}

/** The innermost cause that says something: several addresses tried make one AggregateError. */
function rootOf(error: unknown): unknown {
  if (error instanceof AggregateError && !codeOf(error) && error.errors.length) return rootOf(error.errors[0])
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && !codeOf(error) ? rootOf(cause) : error
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}
