import { normalEmail } from '../../model/index.ts'
import { isAutoReply } from './auto-reply.ts'
import {
  allValues,
  distinct,
  firstValue,
  headFields,
  messageIdIn,
  reportedAddress,
  shortLine,
} from './fields.ts'
import type { OpenMail } from './open-mail.ts'
import type { BouncedRecipient } from './return.ts'
import { judge, saysGone, statusIn } from './status.ts'

/** Reports in prose are short; the copy of the message comes after. */
const mostProse = 32 * 1024
const mostRecipients = 20

/** What a report in prose says. */
export interface PlainBounce {
  recipients: BouncedRecipient[]
  messageId: string | null
}

const copyBegins = new RegExp(
  [
    '^[ \\t>]*(?:[-=_*]{2,} ?)?(?:below this line is|enclosed is|this is) (?:a copy|the original)',
    '^[ \\t>]*(?:[-=_*]{2,} ?)?(?:the )?(?:headers?|body) of the original message',
    '^[ \\t>]*(?:[-=_*]{2,} ?)?(?:your |the )?(?:original|returned|undelivered) message(?: headers?)?(?: follows?| is attached)?[ \\t]*(?:[-=_*]{2,}|:|$)',
    '^[ \\t>]*(?:[-=_*]{2,} ?)?(?:header der )?ursprünglichen? nachricht',
    '^(?:Return-Path|Received|DKIM-Signature):[ \\t]',
  ].join('|'),
  'im',
)

const noticeWords =
  /undeliver|not (?:be )?deliver|could ?n.t (?:be )?deliver|delivery (?:has )?failed|delivery (?:status|failure)|failure notice|returned mail|returning message|delivery to the following|did not reach|mail delivery (?:failed|failure|problem)|unzustellbar|nicht zugestellt|n.a pas pu être|no se pudo entregar|qmail-send program/i

const warningWords =
  /delayed|has not (?:yet )?been delivered|will (?:continue|keep|be retried|retry|try again)|still (?:being )?(?:re)?tr(?:ied|ying)|do not need to re-?send|no action is required|warning:|verzögert|noch nicht zugestellt/i
const finalWords =
  /permanent|fatal|giv(?:en|ing) up|giving up|could not be delivered|failed permanently|endgültig/i

/**
 * Reads a bounce without a status report, as old servers write them. Null where it does not look like one: it has to
 * come from a mail server and to say that something was not delivered, in figures or in words.
 */
export function readPlainBounce(mail: OpenMail): PlainBounce | null {
  const isServer = isFromServer(mail)
  if (!isServer && !hasNoSender(mail)) return null
  const failed = allValues(mail.headers, 'x-failed-recipients').flatMap((value) => value.split(','))
  const { prose, copy } = parted(mail.text)
  const isNotice = failed.length > 0 || noticeWords.test(`${mail.subject}\n${prose}`)
  // Without a sender people's automatic replies come too, and those may hold any figures.
  const isRefusal = statusIn(prose) !== '' && (isServer || !isAutoReply(mail))
  if (!isNotice && !isRefusal) return null
  return {
    recipients: recipientsIn(mail, prose, failed),
    messageId: messageIdIn(firstValue(headFields(copy), 'message-id')),
  }
}

/** From the mail system itself, as its name or address says. */
export function isFromServer(mail: OpenMail): boolean {
  const from = firstValue(mail.headers, 'from') ?? ''
  return /(?:mailer-?daemon|mail-?daemon|post_?master)(?:@|"|\s|>|$)|mail (?:delivery|system)|delivery (?:sub)?system/i.test(
    from.slice(0, 500),
  )
}

/** The envelope had no sender, so that nobody answers it: a bounce or an automatic reply. */
export function hasNoSender(mail: OpenMail): boolean {
  return mail.headers.some(({ name, value }) => name === 'return-path' && /^(?:<\s*>)?$/.test(value))
}

function parted(text: string): { prose: string; copy: string } {
  const head = text.slice(0, mostProse)
  const cut = copyBegins.exec(head)
  if (!cut) return { prose: head, copy: '' }
  const isField = /^[a-z-]+:[ \t]/i.test(cut[0])
  const from = isField ? cut.index : cut.index + cut[0].length
  const after = text.slice(from, from + mostProse)
  return { prose: head.slice(0, cut.index), copy: isField ? after : after.replace(/^[^\n]*\n/, '') }
}

/** `<a@b>:`, `"a@b":`, `  a@b`, `<a@b> (expanded from …): …`, `a@b on Thu, 29 Apr …`, `a@b: 550 …` */
const addressLine =
  /^[ \t]*(?:to |recipient: ?|address: ?)?["'<]{0,2}([^\s<>"'(),;:]{1,64}@[^\s<>"'(),;:]{1,255})["'>]{0,2}[ \t]*(?=:|\(|\.{0,3}[ \t]*$|on )/i

function recipientsIn(mail: OpenMail, prose: string, failed: string[]): BouncedRecipient[] {
  const lines = prose.split(/\r?\n/)
  const ours = new Set(['from', 'to'].flatMap((name) => allValues(mail.headers, name)).map(reportedAddress))
  const starts = lines.flatMap((line, at) => {
    const address = normalEmail(addressLine.exec(line)?.[1] ?? '')
    return address === null || ours.has(address) ? [] : [{ address, at }]
  })
  const named = distinct([...failed.map(reportedAddress), ...starts.map(({ address }) => address)])
  const addresses = named.length > 0 ? named.slice(0, mostRecipients) : [onlyAddressIn(prose, ours)]
  const isWarning = warningWords.test(`${mail.subject}\n${prose}`) && !finalWords.test(prose)
  const action = isWarning ? 'delayed' : 'failed'
  return addresses.map((address) => {
    const start = starts.find((one) => one.address === address)
    const next = starts.find((one) => start && one.at > start.at && one.address !== address)
    const own = start ? saidOf(lines.slice(start.at, next?.at), start.address) : ''
    const isTold = statusIn(own) !== '' || (own !== '' && statusIn(prose) === '') || addresses.length > 1
    const said = isTold ? own : saidOf(lines, address)
    const verdict = judge(action, '', said)
    // Figures in prose may be anything; without a word about the recipient they prove nothing for good.
    const permanent = verdict.permanent && (verdict.status !== '5.0.0' || saysGone(said))
    return { address, action, ...verdict, permanent, diagnostic: shortLine(said) }
  })
}

function onlyAddressIn(prose: string, ours: Set<string | null>): string | null {
  const all = prose.match(/[^\s<>"'(),;:[\]]{1,64}@[^\s<>"'(),;:[\]]{1,255}/g) ?? []
  const others = distinct(all.slice(0, 200).map((one) => normalEmail(one.replace(/\.+$/, '')))).filter(
    (one) => !ours.has(one) && !/^(?:postmaster|mailer-daemon|abuse|support)@/.test(one),
  )
  return others.length === 1 ? others[0]! : null
}

/** The paragraph that holds a status, else all of it, without the line that only names the recipient. */
function saidOf(lines: string[], address: string | null): string {
  const rest = lines.filter((line) => !isOnly(address, line))
  const paragraphs = rest.join('\n').split(/\n[ \t]*\n/)
  const telling = paragraphs.find((paragraph) => statusIn(paragraph) !== '')
  return (telling ?? rest.join('\n')).trim()
}

function isOnly(address: string | null, line: string): boolean {
  return line.length < 400 && normalEmail(line.replace(/^[\s"'<]+|[\s"'>:]+$/g, '')) === (address ?? '')
}
