import type { Receipt } from '../model/index.ts'
import { HeldBack } from './held-back.ts'
import type { MailServer } from './smtp-url.ts'

/** What smtp-connection hangs on its errors. */
export interface SmtpError extends Error {
  code?: string
  originalCode?: string
  command?: string
  /** The server's reply, where the error is one. */
  response?: string
  responseCode?: number
  timeoutType?: string
}

/** Replies about us and not about the recipient, whatever command they answer: log-in or encryption is missing. */
const aboutOurLogIn = new Set([530, 534, 535, 538])

/** What a failed send means for its delivery; `begun` says whether the body had begun to go out. */
export function receiptOf(error: SmtpError, begun: boolean, server: MailServer): Receipt {
  const place = placeOf(server)
  const { responseCode: code = 0, response } = error
  if (error instanceof HeldBack) return { outcome: 'deferred', error: error.message }
  if (aboutOurLogIn.has(code)) return { outcome: 'deferred', error: logInRefused(place, response) }
  if (code >= 500)
    return { outcome: 'failed', error: `${place} refused the message${at(error)}: ${response}` }
  if (code >= 400)
    return { outcome: 'deferred', error: `${place} put the message off${at(error)}: ${response}` }
  if (error.code === 'EENVELOPE') {
    return {
      outcome: 'failed',
      error: `${error.message}: this can't be written into an SMTP envelope. Correct the address.`,
    }
  }
  if (error.code === 'EMESSAGE' && !begun) {
    return {
      outcome: 'failed',
      error: `${place} does not take messages of this size: ${error.message}. Make the message smaller.`,
    }
  }
  if (begun) {
    const what = error.code === 'ETIMEDOUT' ? 'gave no reply in time' : 'ended the connection without a reply'
    return {
      outcome: 'unknown',
      error: `${place} ${what} after the message had begun to go out (${error.message}), so nobody can say whether it arrived.`,
    }
  }
  return { outcome: 'deferred', error: `${place} was lost before the message went out: ${error.message}.` }
}

/** Why there is no session with the mail server: a sentence with the remedy. */
export function connectError(error: SmtpError, server: MailServer): string {
  const place = placeOf(server)
  const { code, response } = error
  if (code === 'EAUTH') return logInRefused(place, response ?? error.message)
  if (code === 'ETLS' || /certificate|SSL|TLS/i.test(error.message)) {
    const remedy =
      server.secure || server.requireTls
        ? ''
        : ', or add ?ignoreTls=true to SMTP_URL if the way to it is private'
    return `${place} and we have no encrypted connection: ${error.message}. Give it a certificate this machine trusts${remedy}.`
  }
  if (response)
    return `${place} turned us away: ${response}. Ask its operator whether this machine may connect, or wait.`
  if (code === 'EDNS') return `${place} was not found (${error.message}). Check the host in SMTP_URL.`
  const why = error.originalCode === 'ECONNREFUSED' ? 'connection refused' : error.message
  return `${place} can't be reached: ${why}. Check host and port in SMTP_URL, and that the server is up.`
}

/** `The mail server host:port`, to begin a sentence. */
export function placeOf(server: Pick<MailServer, 'host' | 'port'>): string {
  return `The mail server ${server.host}:${server.port}`
}

function logInRefused(place: string, response = ''): string {
  return `${place} refused our log-in: ${response}. Check user and password in SMTP_URL, and whether it wants ?requireTls=true.`
}

function at(error: SmtpError): string {
  return error.command ? ` at ${error.command}` : ''
}
