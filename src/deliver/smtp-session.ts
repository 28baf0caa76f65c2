import type { ConnectionOptions } from 'node:tls'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import { connectError, placeOf, type SmtpError } from './smtp-receipt.ts'
import type { MailServer } from './smtp-url.ts'

/** How long to wait, in ms. */
export interface SmtpTimeouts {
  /** For the connection to stand, name look-up included. */
  connectMs?: number | undefined
  /** For the server's first line, and for a STARTTLS upgrade. */
  greetingMs?: number | undefined
  /** For any later reply; the one after the body is worth 10 minutes (RFC 5321), as giving up leaves the outcome unknown. */
  replyMs?: number | undefined
}

/** What a session needs besides the server. */
export interface SessionOptions {
  /** Our name in EHLO; the machine's by default. */
  name?: string | undefined
  timeouts?: SmtpTimeouts | undefined
  /** Passed to tls.connect, for private certificate authorities. */
  tls?: Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized'> | undefined
}

const quitMs = 2_000

/** Connects and logs in. What goes wrong comes back as a sentence. */
export async function openSession(
  server: MailServer,
  options: SessionOptions,
): Promise<{ connection: SMTPConnection } | { error: string }> {
  const { timeouts = {} } = options
  const { default: Connection } = await import('nodemailer/lib/smtp-connection')
  const connection = new Connection({
    host: server.host,
    port: server.port,
    secure: server.secure,
    requireTLS: server.requireTls,
    ignoreTLS: server.ignoreTls,
    name: options.name,
    tls: options.tls,
    connectionTimeout: timeouts.connectMs ?? 30_000,
    greetingTimeout: timeouts.greetingMs ?? 60_000,
    socketTimeout: timeouts.replyMs ?? 600_000,
    // Closing means destroying: a message held back must not linger in a socket that is still open.
    socketCloseTimeout: 0,
  })
  const failure = (await connected(connection)) ?? (await loggedIn(connection, server))
  // Errors between messages (the server closing an idle connection) are seen when the connection is next wanted.
  connection.on('error', () => undefined)
  if (failure === null) return { connection }
  connection.close()
  return { error: typeof failure === 'string' ? failure : connectError(failure, server) }
}

/** Says QUIT and waits for the end, two seconds at most. */
export async function endSession(connection: SMTPConnection): Promise<void> {
  if (!isAlive(connection)) return connection.close()
  const timer = setTimeout(() => connection.close(), quitMs)
  await new Promise<void>((resolve) => {
    connection.once('end', resolve)
    connection.quit()
  })
  clearTimeout(timer)
}

/** Asks the server to forget the last transaction; false when the connection is of no more use. */
export function resetSession(connection: SMTPConnection): Promise<boolean> {
  return new Promise((resolve) => {
    const lost = () => resolve(false)
    connection.once('end', lost)
    connection.reset((error) => {
      connection.off('end', lost)
      resolve(!error)
    })
  })
}

/** False once either side has closed. */
export function isAlive(connection: SMTPConnection): boolean {
  const socket = connection._socket
  return !connection.destroyed && !!socket && !socket.destroyed && socket.writable && !socket.readableEnded
}

function connected(connection: SMTPConnection): Promise<SmtpError | null> {
  return new Promise((resolve) => {
    connection.once('error', resolve)
    connection.connect((error) => {
      connection.off('error', resolve)
      resolve(error ?? null)
    })
  })
}

function loggedIn(connection: SMTPConnection, server: MailServer): Promise<SmtpError | string | null> {
  const { user, pass } = server
  if (user === null) return Promise.resolve(null)
  if (!connection.allowsAuth) {
    return Promise.resolve(
      `${placeOf(server)} offers no log-in, though SMTP_URL names a user. Take the user out, or use smtps:// or ?requireTls=true, since many servers offer it only when encrypted.`,
    )
  }
  return new Promise((resolve) => {
    connection.once('error', resolve)
    connection.login({ user, pass }, (error) => {
      connection.off('error', resolve)
      resolve(error)
    })
  })
}
