import { createHash } from 'node:crypto'
import { domainToASCII } from 'node:url'
import { buildMail, type Mail } from './mail.ts'
import { fillRuns, findRuns, type Slot } from './mail-slots.ts'

/** A mail whose personal parts are left open. Building MIME takes most of the time of sending: it is done here, once. */
export interface MailForm {
  /** The bytes of one reader's mail. Throws when a value does not fit its slot. */
  fill(reader: { to: string; messageId: string; values: Record<string, string> }): Buffer
}

/**
 * Builds a mail with slots, which stand in its texts and headers as their placeholders. Rejects as `buildMail` does, and
 * when a placeholder stands nowhere: its link would be missing.
 */
export async function mailForm(
  mail: Omit<Mail, 'to' | 'messageId'>,
  slots: readonly Slot[],
): Promise<MailForm> {
  const mark = markOf(mail, slots)
  const openTo = `to-${mark}@slot.invalid`
  const openId = `<id-${mark}@slot.invalid>`
  const whole = await buildMail({ ...mail, to: openTo, messageId: openId })
  const split = whole.indexOf('\r\n\r\n')
  const head = whole.toString('latin1', 0, split + 4)
  const body = whole.subarray(split + 4)
  const bodyRuns = findRuns(body, slots)
  const headers = headParts(head, openTo, openId)
  for (const { name, placeholder } of slots) {
    if (!head.includes(placeholder) && !bodyRuns.some(({ slot }) => slot === name)) {
      throw new Error(`The mail has no place for “${name}”: its template or headers leave it out.`)
    }
  }

  return {
    fill({ to, messageId, values }) {
      let top = ''
      for (const part of headers) {
        if (part === openTo) top += headerAddress(to)
        else if (part === openId) top += oneLine(messageId)
        else top += part
      }
      for (const { name, placeholder } of slots) top = top.replaceAll(placeholder, values[name]!)
      // One buffer for the whole: copies of bodies are most of what a mailing costs in memory.
      const whole = Buffer.allocUnsafe(top.length + body.length)
      whole.write(top, 0, 'latin1')
      const filled = whole.subarray(top.length)
      body.copy(filled)
      fillRuns(filled, bodyRuns, slots, values)
      return whole
    },
  }
}

/**
 * What stands for recipient and Message-ID, and makes the boundary between the parts. Made of the whole mail, it is the
 * same when the mail is written again, and nobody can have written it into one of its texts.
 */
function markOf(
  { subject, text, html }: Pick<Mail, 'subject' | 'text' | 'html'>,
  slots: readonly Slot[],
): string {
  const named = slots.reduce(
    (whole, { name, placeholder }) => whole.replaceAll(placeholder, name),
    [subject, text, html].join('\0'),
  )
  return createHash('sha256').update(named).digest('hex').slice(0, 24)
}

function headParts(head: string, openTo: string, openId: string): string[] {
  const parts = head.split(new RegExp(`(${openTo}|${openId})`))
  if (
    parts.filter((part) => part === openTo).length !== 1 ||
    parts.filter((part) => part === openId).length !== 1
  ) {
    throw new Error('The mail’s header holds its recipient or its Message-ID not just once.')
  }
  return parts
}

/** An address as a header holds it: the domain in ASCII. What could begin another header or address is refused. */
function headerAddress(address: string): string {
  const at = address.lastIndexOf('@')
  const [local, domain] = [address.slice(0, at), domainToASCII(address.slice(at + 1))]
  if (at < 0 || !domain || !/^[\x21-\x7e]+$/.test(local) || /[\s<>()[\]\\,;:"]/.test(local)) {
    throw new Error(`“${address}” can't be written into a mail header.`)
  }
  return `${local}@${domain}`
}

function oneLine(value: string): string {
  if (/[^\x21-\x7e]/.test(value)) throw new Error('A Message-ID holds letters, digits and signs only.')
  return value
}
