import { type Field, firstValue } from './fields.ts'
import type { OpenMail } from './open-mail.ts'

const telling = ['x-autoreply', 'x-autorespond', 'x-autoresponder', 'x-autoreply-from', 'x-auto-reply-from']

/** How programs begin the subject of an answer in somebody's absence. */
const subjects = new RegExp(
  `^(?:re: ?|aw: ?)?(?:\\[?auto(?:matic)?[- ]?(?:reply|response|answer)\\]?|auto:|out of (?:the )?office|(?:i am |i'm )?on (?:vacation|holiday|leave)\\b|vacation (?:reply|response|notice)|away from (?:the |my )?(?:office|desk|mail)|${[
    'automatische (?:antwort|benachrichtigung)|abwesenheit|autom\\. antwort|ich bin (?:nicht im (?:büro|haus)|im urlaub)',
    'réponse automatique|absence du bureau|message d.absence|en congés?\\b|je suis absente?',
    'respuesta autom[aá]tica|fuera de (?:la )?oficina|ausente de la oficina',
    'resposta autom[aá]tica|fora do escrit[oó]rio|ausência (?:do|tempor)',
    'risposta automatica|fuori (?:sede|ufficio)',
    'automatisch antwoord|afwezig(?:heid)?\\b',
    'autosvar|automatiskt svar|automatisk svar|automaattinen vastaus|frånvaro',
    'automatyczna odpowiedź|automatická odpověď|автоответ|автоматический ответ|otomatik yanıt',
    '自動応答|自動返信|不在|自动回复|自動回覆|자동 ?회신',
  ].join('|')})`,
  'i',
)

/** A machine wrote this: it says so itself (RFC 3834 and older ways), or its subject does. */
export function isAutoReply(mail: OpenMail): boolean {
  const submitted = word(mail.headers, 'auto-submitted')
  if (submitted !== '' && submitted !== 'no') return true
  if (telling.some((name) => !['', 'no', 'false'].includes(word(mail.headers, name)))) return true
  if (/^(?:bulk|auto_reply|junk)$/.test(word(mail.headers, 'precedence'))) return true
  if (mail.reportType === 'disposition-notification') return true
  return subjects.test(mail.subject)
}

/** The first word of a header, without its parameters and comments. */
function word(headers: Field[], name: string): string {
  return /^\s*([^\s;(]+)/.exec(firstValue(headers, name) ?? '')?.[1]?.toLowerCase() ?? ''
}
