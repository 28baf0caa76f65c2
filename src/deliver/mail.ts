import { createHash } from 'node:crypto'
import type { encodeWords } from 'nodemailer/lib/mime-funcs'

/** What a mail is made of. Header values hold no line breaks; a subject's are folded into spaces. */
export interface Mail {
  /** `Name <address>` or an address. */
  from: string
  /** One bare address. */
  to: string
  subject: string
  html: string
  text: string
  /** `<…@…>`, see `messageIdFor`. */
  messageId: string
  /** Time of the Date header: a Date, or ms since the epoch. */
  date: Date | number
  /** `Name <id.domain>`, or the bare id. */
  listId?: string | undefined
  /** The header's value: `<https://…>, <mailto:…>`. */
  listUnsubscribe?: string | undefined
  /** `<https://…>`, or the bare URL. */
  listArchive?: string | undefined
  /** Further headers by name, such as `List-Unsubscribe-Post`. */
  extraHeaders?: Record<string, string> | undefined
}

/**
 * The bytes of a mail (RFC 5322, CRLF): multipart/alternative, the text first. The same mail gives the same bytes, so
 * that a second try can be told from a second message. Rejects when a header value or name could start another header.
 */
export async function buildMail(mail: Mail): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const { encodeWords } = await import('nodemailer/lib/mime-funcs')
  const composer = new MailComposer({
    from: oneLine('From', mail.from),
    // As an object, so that a comma in it can't make two recipients.
    to: { name: '', address: oneLine('To', mail.to) },
    subject: mail.subject.replace(/[\s\0]+/g, ' ').trim(),
    messageId: oneLine('Message-ID', mail.messageId),
    date: new Date(mail.date),
    text: mail.text,
    html: mail.html,
    headers: headersOf(mail, encodeWords),
    newline: 'win',
    // Left to itself the composer takes base64 for other scripts, in which no slot of a form can be filled.
    textEncoding: 'quoted-printable',
    baseBoundary: sha256(mail.messageId).slice(0, 24),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return await composer.compile().build()
}

/** The Message-ID of a delivery, angle brackets included; the same delivery, the same id, for ever. */
export function messageIdFor(deliveryId: string, domain: string): string {
  return `<${sha256(deliveryId).slice(0, 32)}@${domain}>`
}

const setHere = new Set(
  'from to cc bcc sender subject date message-id mime-version content-type content-transfer-encoding'.split(
    ' ',
  ),
)

function headersOf(
  mail: Mail,
  encode: typeof encodeWords,
): { key: string; value: string | { prepared: true; value: string } }[] {
  const headers: [string, string | undefined][] = [
    ['Auto-Submitted', 'auto-generated'],
    ['List-Id', mail.listId && withPlainId(bracketed(mail.listId), encode)],
    ['List-Unsubscribe', mail.listUnsubscribe],
    ['List-Archive', mail.listArchive && bracketed(mail.listArchive)],
  ]
  for (const [name, value] of Object.entries(mail.extraHeaders ?? {})) {
    if (!/^[A-Za-z0-9-]+$/.test(name))
      throw new Error(`“${name}” is no name for a mail header: use letters, digits and hyphens.`)
    if (setHere.has(name.toLowerCase()))
      throw new Error(`The mail header ${name} can't be given as an extra header: it has a field of its own.`)
    headers.push([name, value])
  }
  return headers.flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: asWritten(oneLine(key, value)) }],
  )
}

/** ASCII values go out as they are, folded only between URIs: left to the composer, the first line would hold the bare name. */
function asWritten(value: string): string | { prepared: true; value: string } {
  if (/[^\x20-\x7e\t]/.test(value)) return value
  return { prepared: true, value: value.replaceAll(/>,\s*</g, '>,\r\n <') }
}

/** The phrase before a list's id may need encoding; the id itself must not get any, or nobody recognizes it. */
function withPlainId(value: string, encode: typeof encodeWords): string {
  const id = value.lastIndexOf('<')
  return `${encode(value.slice(0, id).trim())} ${value.slice(id)}`
}

function bracketed(value: string): string {
  return value.includes('<') ? value : `<${value}>`
}

function oneLine(header: string, value: string): string {
  if (/[\r\n\0]/.test(value)) {
    throw new Error(
      `The value of the mail header ${header} holds a line break, which could smuggle in another header: remove it.`,
    )
  }
  return value.trim()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
