import type { BouncedRecipient } from './return.ts'

type Verdict = Pick<BouncedRecipient, 'status' | 'permanent' | 'full'>

/** Not part of an IP address or of a longer version number. */
const enhanced = /(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)/
/** Where replies stand: at the start of a line, or after what introduces them. */
const replyCode =
  /(?:^|[\n:>)\]"'(]\s{0,5}|\b(?:said|was|reason|error|code|reply|response|returned|with)\s{1,5})([45][0-57]\d)(?=[ \-:]+\S)/i

/** The mailbox is full. */
const fullWords = new RegExp(
  [
    'over ?(?:the )?(?:storage |disk |mail |mailbox )?quota',
    'quota (?:is |has been |was )?(?:exceeded|full|used up)',
    'exceed(?:s|ed|ing)? (?:the |its |his |their )?(?:storage|mailbox|disk|mail)? ?(?:quota|allocation|space)',
    '(?:mailbox|inbox|mail box|maildir|mail store) (?:is |was )?(?:full|over|exceed)',
    'out of storage',
    'not enough (?:storage|disk|mailbox) ?space',
    'mailbox size limit',
    'postfach (?:ist )?voll',
    'speicherplatz (?:ist )?(?:voll|erschöpft)',
    'bo[iî]te .{0,30}pleine',
    'buz[oó]n (?:est[aá] )?lleno',
    'casella .{0,20}piena',
  ].join('|'),
  'i',
)

/** There is no such address, or no such domain, or it was closed. */
const goneWords = new RegExp(
  [
    '(?:user|recipient|address|mailbox|account) (?:is )?unknown',
    'unknown (?:user|recipient|address|mailbox|account|local)',
    'no (?:such|valid) (?:user|recipient|mailbox|address|account|person|local|host|domain)',
    'no mailbox here',
    '(?:user|recipient|mailbox|account|address|alias|person|domain|domain name|host)[^.;\\n]{0,60}(?:does(?: not|n.t) exist|not found|not known|couldn.t be found|was(?: not|n.t) found|no longer (?:exists|valid|available|in use|active))',
    '(?:user|mailbox|account|recipient|address)[^.;\\n]{0,40}(?:is |has been |was )(?:disabled|deactivated|inactive|closed|suspended|discontinued|invalid|terminated)',
    'mailbox (?:not found|unavailable|does not exist)',
    'doesn.t have an? [\\w.]{1,30} account',
    'recipnotfound|recipientnotfound',
    'invalid (?:recipient|mailbox|user)',
    'recipient address rejected: access denied',
    'null mx|does(?: not|n.t) accept (?:any )?mail',
    'empf(?:ä|ae)nger(?:adresse)? (?:ist )?unbekannt',
    'utilisateur inconnu',
    'usuario desconocido',
  ].join('|'),
  'i',
)

/** The refusal is about us, our servers or the message: the next one may be taken. */
const aboutUsWords =
  /spam|blocked|block ?list|black ?list|dnsbl|\brbl\b|reputation|policy|banned|dmarc|\bspf\b|dkim|authenticat|authoriz|rate limit|too many|content|virus|sender (?:address )?rejected|greylist|try again|timed? ?out|expired|too old|too (?:large|big|long)|size|relay|\bhelo\b|reverse dns/i

/**
 * What a refusal means. Takes the status of the report and what the server said; the latter wins where the former is
 * missing or says no more than “failed”.
 */
export function judge(action: BouncedRecipient['action'], reported: string, said: string): Verdict {
  const status = statusOf(reported, said)
  const words = said.slice(0, 4_000)
  const detail = status.slice(2)
  const refused = action === 'failed' || action === 'delayed'
  const full = refused && (detail === '2.2' || (!detail.startsWith('1.') && fullWords.test(words)))
  return { status, full, permanent: action === 'failed' && !full && forGood(status, words) }
}

function statusOf(reported: string, said: string): string {
  const told = statusIn(reported)
  if (told !== '' && !told.endsWith('.0.0')) return told
  return statusIn(said) || told
}

/** The status in a text: an enhanced one, else `5.0.0` or `4.0.0` by a reply code, else ''. */
export function statusIn(text: string): string {
  const [, first, second, third] = enhanced.exec(text) ?? []
  const code = replyCode.exec(text)?.[1]
  if (first !== undefined) return `${first}.${Number(second)}.${Number(third)}`
  return code === undefined ? '' : `${code[0]}.0.0`
}

/** The words of a refusal say that there is no such address, which counts more than its figures. */
export function saysGone(words: string): boolean {
  return goneWords.test(words.slice(0, 4_000))
}

function forGood(status: string, words: string): boolean {
  if (!status.startsWith('5.')) return false
  if (saysGone(words)) return true
  const [, subject, detail] = status.split('.')
  switch (subject) {
    case '1':
      // 5.1.7 and 5.1.8 are about the sender's address.
      return detail !== '7' && detail !== '8' && !(detail === '0' && aboutUsWords.test(words))
    case '2':
      return detail === '0' || detail === '1'
    case '4':
      // No way to the host: the domain is gone.
      return detail === '4'
    case '0':
      return !aboutUsWords.test(words)
    default:
      return false
  }
}
