import { readAbuseReport } from './abuse-report.ts'
import { addressesIn, sentTo } from './addresses.ts'
import { isAutoReply } from './auto-reply.ts'
import { clipped, type Field, firstValue, headFields, messageIdIn } from './fields.ts'
import { asksToLeave, leavingToken } from './leave.ts'
import { type OpenMail, openMail } from './open-mail.ts'
import { hasNoSender, readPlainBounce } from './plain-bounce.ts'
import type { Bounce, Return } from './return.ts'
import { readStatusReport } from './status-report.ts'

/**
 * Reads a message that came back to a newsletter: bytes as they were received (RFC 5322), at most 5 MB of them. What it
 * says is not proved: anybody can write a bounce, so believe one by the signed address in `to`. Never rejects; what
 * can't be read is `unreadable`.
 */
export async function readReturn(raw: Uint8Array): Promise<Return> {
  const mail = await openMail(raw)
  if (mail.kind === 'unreadable') return mail
  const to = sentTo(mail.headers)
  const original = originalIn(mail)

  const complaint = readAbuseReport(mail, original)
  if (complaint) return { kind: 'complaint', to, ...complaint }

  const bounce = readBounce(mail, original)
  if (bounce) return { kind: 'bounce', to, ...bounce }

  const { subject } = mail
  const from = addressesIn(firstValue(mail.headers, 'from') ?? '')[0] ?? ''
  const token = leavingToken(subject)
  const byLink = token !== null || /^unsubscribe$/i.test(subject)
  // Mail programs that follow the link for a reader may mark their mail as automatic.
  if (!byLink && (isAutoReply(mail) || hasNoSender(mail))) return { kind: 'auto-reply', to }
  const leaves = byLink || asksToLeave(subject, mail.text)
  if (leaves && (from !== '' || token !== null)) {
    const text = clipped(mail.text.replace(/(?![\n\t])\p{Cc}/gu, '').trim(), 2_000)
    return { kind: 'leave', to, from, subject, text, token }
  }
  return { kind: 'other', to, subject }
}

/** By a status report where there is one, else by the prose of the mail. */
function readBounce(mail: OpenMail, original: Field[] | null): Omit<Bounce, 'kind' | 'to'> | null {
  const part = mail.parts.find(({ type }) => /^message\/(?:global-)?delivery-status$/.test(type))
  const report = part && readStatusReport(part.content)
  const isReport = part !== undefined || mail.reportType === 'delivery-status'
  const plain = report?.recipients.length ? null : readPlainBounce(mail)
  if (!isReport && !plain) return null
  return {
    recipients: report?.recipients.length ? report.recipients : (plain?.recipients ?? []),
    messageId:
      messageIdIn(firstValue(original ?? [], 'message-id')) ??
      plain?.messageId ??
      report?.messageId ??
      messageIdIn(firstValue(mail.headers, 'in-reply-to')),
  }
}

/** The headers of the message that came back; null where it did not. */
function originalIn(mail: OpenMail): Field[] | null {
  const part = mail.parts.find(({ type }) => /^(?:message|text)\/(?:rfc822|global)(?:-headers)?$/.test(type))
  return part ? headFields(part.content.slice(0, 64 * 1024)) : null
}
