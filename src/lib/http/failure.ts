import { isInflateError } from './inflate.ts'
import { PrivateAddressError } from './lookup.ts'
import { type FailureReason, failed, type HttpFailure } from './outcome.ts'
import { privateAddress } from './target.ts'

/** Ends a request from inside; what it carries is the outcome. */
export class Stopped extends Error {
  outcome: HttpFailure

  constructor(outcome: HttpFailure) {
    super(outcome.message)
    this.outcome = outcome
  }
}

const tlsCodes =
  /^(CERT_|ERR_TLS_|ERR_SSL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_(VERIFY|GET)_|EPROTO$|HOSTNAME_MISMATCH|INVALID_CA)/

/** What an error of undici, the socket, the resolver or the inflater means. */
export function failureOf(error: unknown, host: string): HttpFailure {
  const root = rootOf(error)
  if (root instanceof Stopped) return root.outcome
  if (root instanceof PrivateAddressError) return privateAddress(host, root.address)
  if (isInflateError(root)) {
    return failed('badEncoding', `${host} sent a body that is not what its Content-Encoding says.`)
  }
  const code = codeOf(root)
  const [reason, message] = sentence(code, host)
  return failed(reason, message ?? `The connection to ${host} broke: ${describe(root, code)}.`)
}

function sentence(code: string, host: string): [FailureReason, string?] {
  switch (code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return ['timeout', `${host} could not be connected to in time.`]
    case 'UND_ERR_HEADERS_TIMEOUT':
      return ['timeout', `${host} took the request but did not begin to answer in time.`]
    case 'UND_ERR_BODY_TIMEOUT':
      return ['timeout', `${host} stopped sending in the middle of its answer.`]
    case 'ENOTFOUND':
      return ['dns', `There is no host named ${host}; check the spelling of the URL.`]
    case 'EAI_AGAIN':
    case 'ESERVFAIL':
    case 'EREFUSED':
      return ['dns', `The name ${host} could not be looked up; check the DNS of this machine.`]
    case 'ECONNREFUSED':
      return ['refused', `${host} refused the connection; nothing listens at that port.`]
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return ['network', `${host} can't be reached from here; check the network of this machine.`]
  }
  if (code.startsWith('EAI_')) return ['dns', `The name ${host} could not be looked up (${code}).`]
  if (tlsCodes.test(code)) {
    return [
      'tls',
      `No secure connection to ${host}: ${code}. Its certificate has to be put right by its owner.`,
    ]
  }
  return ['network']
}

function describe(error: unknown, code: string): string {
  const text = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
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
