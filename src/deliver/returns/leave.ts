/** The token (`payload.mac`, see `lib/sign`) that our link for leaving puts behind `unsubscribe`; null where none is. */
export function leavingToken(subject: string): string | null {
  return (
    /^(?:(?:re|fwd?|aw|wg|tr|rv) ?: ?)*unsubscribe[\s:]+([\w-]{1,200}\.[\w-]{22})$/i.exec(subject)?.[1] ??
    null
  )
}

/**
 * A person asks to leave: their subject says so and nothing else, or the first sentences of their own words do. A mail
 * that has such a word in a question, in a denial or in what it quotes does not ask.
 */
export function asksToLeave(subject: string, text: string): boolean {
  const bare = subject.replace(/^(?:(?:re|fwd?|aw|wg|tr|rv|ref|sv|vs|odp|ynt)\s*:\s*)+/i, '')
  return isWish(bare) || wishIn(firstLine(text))
}

/** Wishes of several words, after `plain`; each becomes the one word `leave!`. */
const phrases = [
  'opt(?:ing)?[ -]?out',
  '(?:remove|delete|drop|strike|take) (?:me|us|my (?:e-?mail |mail )?(?:address|e-?mail|name)|this (?:e-?mail )?address|\\S+@\\S+)(?: (?:off|out))?',
  '(?:leave|quit) (?:the|this|your) (?:mailing ?)?(?:list|newsletter)',
  '(?:cancel|end|terminate) (?:my|this|the)? ?(?:subscription|newsletter|membership)',
  'stop (?:sending|mailing|e-?mailing|these|this|the|all|your)(?: me| us)?(?: these| this| the| your| any| more)*(?: e-?mails?| mails?| newsletters?| messages?)?',
  "(?:do not|don'?t|dont) (?:send|e-?mail|mail|contact|write)(?: to)?(?: me| us)?(?: any| more| your| these| further)*(?: e-?mails?| mails?| newsletters?| messages?)?",
  "(?:(?:do not|don'?t|dont|no longer) (?:want|wish)(?: to)? (?:receive|get)|no more)(?: any| more| your| these| this| the| further)*(?: e-?mails?| mails?| newsletters?| messages?)?",
  '(?:nehmen|nimm|streichen|tragen|trage|loschen|entfernen|melden|melde) (?:sie )?(?:mich|uns|meine (?:e-?mail-?)?adresse)',
  'keine? (?:weiteren |newsletter |e-?)?mails? mehr(?: erhalten| senden| schicken| bekommen)?',
  'keinen? newsletter mehr(?: erhalten| senden| schicken| bekommen)?',
  '(?:retirez|supprimez|enlevez|desinscrivez|desabonnez)[ -]moi',
  'ne (?:plus|veux plus|souhaite plus|desire plus) (?:recevoir|etre abonnee?)',
  '(?:dar(?:me)?|darse|denme|dame|den) de baja',
  'no (?:deseo|quiero) recibir(?: mas)?',
  '(?:cancelar|anular) (?:la |mi |a |minha )?(?:suscripcion|inscricao|assinatura|subscricao)',
  'nao (?:quero|desejo) (?:mais )?receber',
  "(?:annullare|annullate|cancellare) (?:l'|la |mia )*(?:iscrizione|abbonamento)",
  'non (?:desidero|voglio) (?:piu )?ricevere(?: piu)?',
  '(?:schrijf|meld) (?:mij|me) (?:uit|af)',
  'avsluta (?:prenumerationen|prenumeration)',
]
const phrase = new RegExp(`(?<![\\p{L}\\d])(?:${phrases.join('|')})(?![\\p{L}\\d])`, 'gu')

/** Words that are the wish themselves. */
const wishes = new Set(
  `leave! unsubscribe unsubscribing unsubscription unsub unsuscribe abmelden abmeldung abbestellen abbestellung austragen
  abmelde desinscrire desinscription desabonner desabonnement desinscrivez desabonnez desuscribir desuscribirme
  desuscribirse descadastrar descadastre disiscrizione disiscrivere disiscrivermi disiscrivetemi cancellarmi cancellami cancellatemi
  afmelden uitschrijven afmelding uitschrijving avregistrera avregistrering avanmal avmeld avmelding afmeld framelding
  wypisz wypisac odsubskrybuj отписаться отпишите отписка 退订 取消订阅 退会 配信停止 購読解除 수신거부`.split(
    /\s+/,
  ),
)
/** Words that are the wish when they stand alone. */
const aloneWishes = new Set('stop leave remove cancel end quit baja raus kundigen kundigung'.split(' '))

/** Courtesy and small words that go with a wish without changing it. */
const courtesy = new Set(
  `please pls plz kindly can could would you i id i'd we us me my our want wish like need to the this that your from of
  off at all any and immediately now asap today here it list lists newsletter newsletters mailing mail mails email emails
  e-mail e-mails address subscription digest freehold weekly how do thanks thank hi hello hey dear
  bitte hiermit ich wir mochte mochten will wurde gerne mich uns meine mein sie mir den dem die das der diesen dieser
  ihren ihrem ihrer euren eurem eurer diesem dieser ab aus raus heraus vom von fur zum zur newsletters verteiler liste sofort adresse hallo danke konnen konnten
  merci de veuillez je souhaite voudrais veux desire m' me se la le les votre cette liste lettre d'information diffusion
  bonjour svp s'il vous plait du
  por favor quiero quisiera deseo solicito mi del el boletin su esta lista correo hola gracias boletim quero da a minha o
  vorrei prego desidero chiedo dalla vostra grazie di mi per
  graag wil mij mijn deze van voor nieuwsbrief aub
  jag vill mig tack nyhetsbrevet prosze mnie z`.split(/\s+/),
)
/** After these a wish gives its reason, which is not read. */
const reasons = new Set(
  'because since as for weil da denn car parce porque pues perche omdat want eftersom due'.split(' '),
)

/** A sentence that is a wish to leave and nothing besides, in the languages we know. */
function isWish(sentence: string): boolean {
  if (sentence.length > 300) return false
  const words =
    plain(sentence)
      .replace(phrase, ' leave! ')
      .match(/leave!|[\p{L}\d'@._+-]+/gu) ?? []
  if (words.length === 1 && aloneWishes.has(words[0]!)) return true
  let found = false
  for (const word of words) {
    if (found && reasons.has(word)) return true
    if (wishes.has(word)) found = true
    else if (!courtesy.has(word) && !(found && word.includes('@'))) return false
  }
  return found
}

/** A wish among the first sentences of a line; one after other words has to be more than a word. */
function wishIn(line: string): boolean {
  if (isWish(line)) return true
  const sentences = line
    .slice(0, 1_000)
    .split(/[.!?;:,…]+(?:\s|$)/)
    .slice(0, 4)
  return sentences.some((sentence, at) => (at === 0 || /\S\s+\S/.test(sentence.trim())) && isWish(sentence))
}

/** Without accents, capitals and curly quotes. */
function plain(text: string): string {
  const bare = text.normalize('NFD').replace(/\p{M}+/gu, '')
  return bare
    .normalize('NFC')
    .toLowerCase()
    .replace(/[’‘`´]/g, "'")
    .replaceAll('ß', 'ss')
    .replace(/\s+/g, ' ')
}

const greeting =
  /^(?:hi|hello|hey|dear|good (?:morning|day|evening)|hallo|guten (?:tag|morgen|abend)|liebe[rs]?|sehr geehrte[rs]?|moin|servus|bonjour|madame|monsieur|cher|chère|salut|hola|buenos|buenas|estimad|ciao|buongiorno|gentil|olá|ola|bom dia|prezad|beste|geachte|hej)(?![\p{L}])[^.!?]{0,60}[,.!]?\s*$/iu
/** “On …, X wrote:” */
const attribution =
  /^(?:on|am|le|el|il|op|em|den)\b.{0,200}@\S+>?,?$|(?:wrote|schrieb|geschrieben|écrit|escribió|escreveu|scritto|schreef|skrev|napisał)(?: .{0,80})?:\s*$/iu
/** A signature, or a message quoted without marks. */
const ends = /^(?:--$|-{2,} ?\p{L}|_{8,}|(?:from|von|de|da|van|från|sent|gesendet)\s?:\s)/iu

/** The first line of somebody's own words: no greeting, nothing quoted, nothing below a signature. */
function firstLine(text: string): string {
  const lines = text
    .slice(0, 20_000)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  for (const [at, line] of lines.entries()) {
    if (ends.test(line)) return ''
    if (attribution.test(line) && !lines[at + 1]?.startsWith('>')) return ''
    if (!line.startsWith('>') && !greeting.test(line) && !attribution.test(line)) return line
  }
  return ''
}
