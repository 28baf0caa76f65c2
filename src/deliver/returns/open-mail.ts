import type { AttachmentStream, MessageText } from 'mailparser'
import { plainText } from '../../lib/text/index.ts'
import { decoded, type Field, firstValue, headFields, shortLine } from './fields.ts'
import { mailparser } from './mailparser.ts'
import type { Unreadable } from './return.ts'

/** The largest message that is read, in bytes. */
export const largestMail = 5 * 1024 * 1024
/** The most parts a message may have, however they are nested. */
export const mostParts = 100
/** The largest header, of the message or of a part, in bytes. */
export const largestHeader = 256 * 1024
/** How much of a message is looked at, in bytes: what tells of a return stands before what it brings along. */
const lookedAt = 1024 * 1024
/** How much of a part is kept, in bytes, and how much of the text, in characters; the rest is passed over. */
const keptOfPart = 256 * 1024

/** A message taken apart. Messages within it stay closed: they are parts. */
export interface OpenMail {
  kind: 'mail'
  headers: Field[]
  /** In words, also where it was encoded. */
  subject: string
  /** Of a `multipart/report`, in lower case; '' for anything else. */
  reportType: string
  text: string
  /** Parts that are messages, reports or text in a file, by type. */
  parts: MailPart[]
  /** How many parts were looked at, kept or not. */
  looked: number
}

export interface MailPart {
  type: string
  content: string
}

/**
 * Takes a message apart. What is too large, has too many parts or is no mail is unreadable, with the reason; never
 * rejects. Looks at the first megabyte and at most `mostParts` parts.
 */
export function openMail(raw: Uint8Array): Promise<OpenMail | Unreadable> {
  if (raw.byteLength > largestMail) return Promise.resolve(unreadable('It is larger than 5 MB.'))
  const parser = new (mailparser().MailParser)({
    ignoreEmbedded: true,
    keepDeliveryStatus: true,
    checksumAlgo: false,
    skipImageLinks: true,
    skipTextLinks: true,
    skipTextToHtml: true,
    skipHtmlToText: true,
    maxHeadSize: largestHeader,
    maxChildNodes: mostParts,
  })
  const mail: OpenMail = {
    kind: 'mail',
    headers: [],
    subject: '',
    reportType: '',
    text: '',
    parts: [],
    looked: 0,
  }

  return new Promise((resolve) => {
    parser.on('headerLines', (lines) => {
      mail.headers = lines.flatMap(({ line }) => headFields(decoded(Buffer.from(line, 'binary'))))
      const type = (firstValue(mail.headers, 'content-type') ?? 'text/plain').toLowerCase()
      mail.reportType = /;\s*report-type\s*=\s*"?([\w-]+)/.exec(type)?.[1] ?? ''
    })
    parser.on('headers', (headers) => {
      const subject = headers.get('subject')
      if (typeof subject === 'string') mail.subject = shortLine(subject)
    })
    parser.on('data', (part) => {
      if (part.type === 'attachment') keep(part, mail)
      else mail.text = textOf(part)
    })
    parser.on('end', () => resolve(isMail(mail) ? mail : unreadable('It has none of the headers of a mail.')))
    // Stays for good: errors may follow the first, and one that nobody hears ends the process.
    parser.on('error', (error) => {
      resolve(unreadable(reasonOf(error)))
      parser.destroy()
    })
    parser.end(Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, lookedAt)))
  })
}

/** The parser goes on once a part has been read to its end, so that is done with every part. */
function keep(part: AttachmentStream, mail: OpenMail): void {
  mail.looked++
  const wanted = /^(?:message|text)\//.test(part.contentType ?? '')
  const kept: Buffer[] = []
  let room = keptOfPart
  part.content.on('data', (chunk: Buffer) => {
    if (!wanted || room <= 0) return
    kept.push(Buffer.from(chunk.subarray(0, room)))
    room -= chunk.length
  })
  let done = false
  const finish = () => {
    if (done) return
    done = true
    if (wanted) mail.parts.push({ type: part.contentType, content: decoded(Buffer.concat(kept)) })
    part.release?.()
  }
  part.content.on('end', finish)
  part.content.on('error', finish)
}

/** The plain text, else that of the HTML up to what it quotes, which text would mark and HTML only frames. */
function textOf({ text = '', html = '' }: MessageText): string {
  if (text.trim() !== '') return text.slice(0, keptOfPart)
  const own = html.slice(0, keptOfPart)
  const quote = own.search(/<blockquote|class="?gmail_quote|id="?(?:appendonsend|divRplyFwdMsg)/i)
  return (quote > 0 && plainText(own.slice(0, quote))) || plainText(own)
}

const known = new Set([
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'received',
  'return-path',
  'content-type',
])

function isMail(mail: OpenMail): boolean {
  return mail.headers.some((field) => known.has(field.name))
}

function reasonOf(error: Error): string {
  if (/header size/i.test(error.message)) return 'A header of it is larger than 256 KB.'
  if (/child nodes|nested/i.test(error.message)) return `It has more than ${mostParts} parts.`
  return `It can't be taken apart: ${shortLine(error.message, 200)}`
}

function unreadable(reason: string): Unreadable {
  return { kind: 'unreadable', reason }
}
