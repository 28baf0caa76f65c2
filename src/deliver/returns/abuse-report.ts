import { normalEmail } from '../../model/index.ts'
import { addressesIn } from './addresses.ts'
import { allValues, distinct, type Field, fieldBlocks, firstValue, messageIdIn } from './fields.ts'
import type { OpenMail } from './open-mail.ts'
import type { Complaint } from './return.ts'

/** Hotmail's older reports have no part for the machine, only this subject and the original with a header of theirs. */
const hotmailSubject = /^complaint about message from /i
const hotmailRecipient = 'x-hmxmroriginalrecipient'

/** Reads an abuse report (ARF, RFC 5965, and what Hotmail sends in its place); null where it is none. */
export function readAbuseReport(
  mail: OpenMail,
  original: Field[] | null,
): Omit<Complaint, 'kind' | 'to'> | null {
  const part = mail.parts.find(({ type }) => type === 'message/feedback-report')
  const of = original ?? []
  const isHotmail = hotmailSubject.test(mail.subject) && firstValue(of, hotmailRecipient) !== null
  if (!part && !isHotmail && mail.reportType !== 'feedback-report') return null
  const report = fieldBlocks(part?.content ?? '').flat()
  const told = [...allValues(report, 'original-rcpt-to'), ...allValues(report, 'removal-recipient')]
  const inOriginal = [...allValues(of, hotmailRecipient), ...allValues(of, 'to')]
  return {
    feedbackType: firstValue(report, 'feedback-type')?.toLowerCase().slice(0, 50) ?? 'abuse',
    messageId: messageIdIn(firstValue(of, 'message-id')),
    recipients: distinct([...told.map(withoutType), ...inOriginal].flatMap(addressesIn)).filter(isSeen),
    headers: {
      listUnsubscribe: urisIn(firstValue(of, 'list-unsubscribe') ?? ''),
      listId: firstValue(of, 'list-id'),
      feedbackId: firstValue(of, 'feedback-id'),
    },
  }
}

function withoutType(value: string): string {
  return value.replace(/^\s*[\w-]+\s*;/, '')
}

/** Providers black out addresses by words, stars or a row of x. */
function isSeen(address: string): boolean {
  const local = address.slice(0, address.lastIndexOf('@'))
  return normalEmail(address) !== null && !/redact|undisclosed|hidden|removed|\*{2,}|^x{3,}$/.test(local)
}

function urisIn(value: string): string[] {
  const uris = [...value.matchAll(/<([^<>]{1,2000})>/g)].map((match) => match[1]!.replace(/\s+/g, ''))
  return uris.filter((uri) => /^(?:https?|mailto):/i.test(uri)).slice(0, 5)
}
