import { domainToASCII } from 'node:url'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Receipt } from '../model/index.ts'
import { LazyBody } from './lazy-body.ts'
import { createSlots } from './slots.ts'
import { placeOf, receiptOf, type SmtpError } from './smtp-receipt.ts'
import { endSession, isAlive, openSession, resetSession, type SessionOptions } from './smtp-session.ts'
import { type MailServer, readSmtpUrl } from './smtp-url.ts'

export interface SmtpOptions extends SessionOptions {
  /** SMTP_URL, see `readSmtpUrl`. */
  url: string
  /** Connections open at most at once; 5 by default. */
  connections?: number | undefined
  /** A connection is replaced after so many messages, as servers turn off those who go on for ever; 100 by default. */
  messagesPerConnection?: number | undefined
  /** The clock (ms), to know how long a connection has lain idle. */
  now?: (() => number) | undefined
}

/** One message to one recipient. */
export interface SmtpMessage {
  /** Where bounces go; empty for none. */
  envelopeFrom: string
  to: string
  /** RFC 5322 bytes, see `buildMail`. */
  message: Buffer
}

export interface Smtp {
  /**
   * Sends one message, once; a further try is the caller's. `onBody` is awaited when the server has agreed to take the
   * body and before its first byte goes: the place to record that it began. If it says false, nothing goes out.
   * Callers beyond the number of connections wait in line. Never rejects.
   */
  send(mail: SmtpMessage, onBody: () => Promise<boolean>): Promise<Receipt>
  /** Waits for the messages under way, defers those in line, and says goodbye. */
  close(): Promise<void>
  /** Connects, logs in and leaves. */
  verify(): Promise<{ ok: true } | { ok: false; error: string }>
}

/** A connection on the shelf. */
interface Idle {
  connection: SMTPConnection
  /** Messages it has taken. */
  used: number
  /** When it was put there (ms). */
  since: number
  /** True when a transaction was left unfinished on it. */
  unfinished: boolean
}

/** Idle for longer than this (ms), a connection is asked whether it still lives before it gets a message. */
const trustIdleFor = 5_000

/** Sends mail over SMTP. Throws a sentence that names SMTP_URL when the URL is wrong. */
export function createSmtp(options: SmtpOptions): Smtp {
  const { connections = 5, messagesPerConnection = 100, now = Date.now } = options
  const read = readSmtpUrl(options.url)
  if (!read.ok) throw new Error(read.error)
  const { server } = read
  const slots = createSlots(connections)
  const shelf: Idle[] = []
  let closing = false

  async function checkOut(): Promise<Pick<Idle, 'connection' | 'used'> | { error: string }> {
    for (let idle = shelf.pop(); idle; idle = shelf.pop()) {
      const trusted = !idle.unfinished && now() - idle.since <= trustIdleFor
      if (isAlive(idle.connection) && (trusted || (await resetSession(idle.connection)))) return idle
      idle.connection.close()
    }
    const opened = await openSession(server, options)
    return 'error' in opened ? opened : { ...opened, used: 0 }
  }

  async function sendNow(mail: SmtpMessage, onBody: () => Promise<boolean>): Promise<Receipt> {
    if (closing)
      return {
        outcome: 'deferred',
        error: 'Freehold is stopping; the message goes out after the next start.',
      }
    const session = await checkOut()
    if ('error' in session) return { outcome: 'deferred', error: session.error }
    const { connection } = session
    const { receipt, left } = await transmit(connection, mail, onBody, server)
    const used = session.used + 1
    if (left === 'broken' || !isAlive(connection)) connection.close()
    else if (used >= messagesPerConnection) await endSession(connection)
    else shelf.push({ connection, used, since: now(), unfinished: left === 'unfinished' })
    return receipt
  }

  return {
    async send(mail, onBody) {
      await slots.take()
      try {
        return await sendNow(mail, onBody)
      } finally {
        slots.give()
      }
    },

    async close() {
      closing = true
      for (let i = 0; i < connections; i++) await slots.take()
      await Promise.all(shelf.splice(0).map((idle) => endSession(idle.connection)))
      for (let i = 0; i < connections; i++) slots.give()
    },

    async verify() {
      const opened = await openSession(server, options)
      if ('error' in opened) return { ok: false, error: opened.error }
      await endSession(opened.connection)
      return { ok: true }
    },
  }
}

/** An address with its domain as DNS and every mail server know it; as it is where that can't be told. */
function inAscii(address: string): string {
  const at = address.lastIndexOf('@')
  const domain = domainToASCII(address.slice(at + 1))
  return domain ? `${address.slice(0, at)}@${domain}` : address
}

/** One transaction, and in what state it left the connection. */
async function transmit(
  connection: SMTPConnection,
  mail: SmtpMessage,
  onBody: () => Promise<boolean>,
  server: MailServer,
): Promise<{ receipt: Receipt; left: 'ready' | 'unfinished' | 'broken' }> {
  const body = new LazyBody(mail.message, onBody)
  const to = inAscii(mail.to)
  const envelope = { from: mail.envelopeFrom || false, to, size: mail.message.length } as const
  const result = await new Promise<{ error: SmtpError } | { reply: string }>((resolve) => {
    connection.send(envelope, body, (error, info) => resolve(error ? { error } : { reply: info.response }))
  })
  const handedOver = body.readableEnded
  body.destroy()
  // The caller's record of the beginning must be written before it learns the end.
  await body.answered

  if ('error' in result) {
    const { error } = result
    const left = error.code === 'EENVELOPE' ? 'unfinished' : 'broken'
    return { receipt: receiptOf(error, body.begun, server), left }
  }
  if (!handedOver) {
    const error = `${placeOf(server)} answered “${result.reply}” before it had the whole message: it does not keep to SMTP.`
    return { receipt: { outcome: body.begun ? 'unknown' : 'deferred', error }, left: 'broken' }
  }
  return { receipt: { outcome: 'sent', receipt: result.reply }, left: 'ready' }
}
