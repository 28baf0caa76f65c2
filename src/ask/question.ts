import { wordVectors } from '../lib/meaning/index.ts'
import { detectLanguage } from '../lib/text/index.ts'
import type { Lexicon } from './lexicon.ts'
import { isWorldName } from './names.ts'
import { isContent, rootOf, wordsOf } from './words.ts'

/** What a question asks for. */
export type Asked =
  | 'definition'
  | 'who'
  | 'when'
  | 'where'
  | 'number'
  | 'price'
  | 'list'
  | 'why'
  | 'compare'
  | 'any'

/** A word that a question is about. */
export interface QuestionWord {
  /** Lower case, corrected. */
  word: string
  root: string
  /** How telling, 0 to 1. */
  weight: number
  /** A name, a number or a word that English hardly has: nothing else can stand in for it. */
  name: boolean
  /** Hardly English and not in the wiki, yet not written like a name. */
  odd: boolean
}

/** A question as the rest of the room reads it. */
export interface Question {
  /** Without markup, chat marks and small talk. */
  text: string
  /** The words of the question itself, each once. */
  words: QuestionWord[]
  /** Those of what surrounds it in a long message. */
  context: QuestionWord[]
  asked: Asked
  /** All words of `text` in lower case with a space around each. */
  plain: string
  /** Roots of the content words of `text` in order, for finding titles in it. */
  roots: string[]
  foreign: boolean
}

const longest = 2_000

const chat: [RegExp, string][] = [
  [/\b(?:what|wat|wut)['’]?s\b/gi, 'what is'],
  [/\bwho['’]?s\b/gi, 'who is'],
  [/\bhow['’]?s\b/gi, 'how is'],
  [/\b(?:wat|wut|wht)\b/gi, 'what'],
  [/\bhw\b/gi, 'how'],
  [/\by\b/g, 'why'],
  [/\b(?:teh|hte)\b/gi, 'the'],
  [/\b(?:abt|bout)\b/gi, 'about'],
  [/\bcuz\b|\bcos\b|\bbcs\b/gi, 'because'],
  [/\b[\w.]+-(?:like|type|style|esque|ish)\b(?: (?:stuff|things?))?/gi, ' '],
  [/\bpros (?:and|&|n) cons\b/gi, 'debates, arguments for and against'],
  [/\b(?:system|assistant|user)\s*:/gi, ' '],
  [
    /\b(?:in|with|using) (?:very |really )?(?:plain|simple|easy|layman['’]?s|normal|everyday|basic) (?:english|terms?|words?|language|speak)\b/gi,
    ' ',
  ],
  [
    /\b(?:for|to|like|as if) (?:i['’]?m |i am |i was |i were )?(?:a |an |my |total |complete )*(?:five|5|six|ten|10|\d+)(?:[- ]?(?:year|yr)[- ]?olds?|\b)(?! \w+)/gi,
    ' ',
  ],
  [
    /\b(?:for|to|like) (?:a |an |my |total |complete |absolute )*(?:beginners?|dummies|kids?|child(?:ren)?|grandma|granny|mum|mom|noobs?|newbies?|newcomer)\b(?=\W*$)/gi,
    ' ',
  ],
  [
    /\b(?:according to|as per|based on) (?:the |this |your )?(?:wiki|page|site|source|docs?)\b|\bin a nutshell\b|\btl;?dr\b|\bin (?:a|one|two) (?:few )?(?:sentences?|lines?|words?)\b/gi,
    ' ',
  ],
  [/\bw\//g, 'with '],
  [/\bppl\b/gi, 'people'],
  [/\bdiff\b/gi, 'difference'],
  [
    /\b(?:ignore|forget|disregard)\s+(?:all\s+|any\s+|the\s+|your\s+)*(?:previous|prior|above|earlier)\s+(?:instructions?|prompts?|rules?)\b/gi,
    ' ',
  ],
  [
    /\b(?:print|reveal|show|repeat|output|leak|display|dump)\b (?:me |us )?(?:your|the|all|this)\b[^.?,;]*\b(?:prompts?|keys?|passwords?|instructions?|rules|secrets?|tokens?|config\w*)\b(?: of \w+ \w+)?/gi,
    ' ',
  ],
]

/** A message without Discord's markup, links and emoji; one line, at most 2,000 characters. */
export function cleaned(message: string): string {
  let text = message.slice(0, longest).normalize('NFKC')
  text = text
    // What is quoted from an earlier message is a sentence of its own.
    .replace(/^[ \t]*>+(.*)$/gm, '$1. ')
    .replace(/```(?:\w+\n)?|[`|*~]+|(?<!\w)_+|_+(?!\w)/g, ' ')
    .replace(/<a?:\w+:\d+>|<[@#][!&]?\d+>|<t:\d+(?::\w)?>|<\/[\w -]+:\d+>|@(?:everyone|here)\b/g, ' ')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/https?:\/\/\S+/g, ' ')
    .replace(/(?<!\w):\w+:(?!\w)/g, ' ')
    .replace(/\p{Extended_Pictographic}|\p{Cc}|\u{FE0F}|\u{200D}/gu, ' ')
  return text.replace(/\s+/g, ' ').trim()
}

/** A message without the lines that it quotes from others; as it is where nothing else is left. */
export function unquoted(message: string): string {
  const own = message.replace(/^\s*>.*$/gm, '')
  return /\p{L}/u.test(own) ? own : message
}

/** Reads a question as it was typed: whatever its style, spelling and length. */
export function readQuestion(message: string, lexicon: Lexicon): Question {
  const plain = cleaned(message)
  let text = plain
  for (const [pattern, instead] of chat) text = text.replace(pattern, instead)
  const { core, rest } = resolved(clauseOf(withoutLead(parted(text)), lexicon), lexicon)
  const words = contentOf(core, lexicon)
  const known = new Set(words.map(({ root }) => root))
  return {
    text: core,
    words,
    context: contentOf(rest, lexicon).filter(({ root }) => !known.has(root)),
    asked: askedFor(core),
    plain: phraseOf(core),
    roots: wordsOf(core)
      .map((word) => lexicon.corrected(word.toLowerCase()))
      .filter(isContent)
      .map(rootOf),
    foreign: isForeign(text, lexicon),
  }
}

/** The words of a text in lower case with a space around each, so that a phrase can be looked up in another. */
export function phraseOf(text: string): string {
  return ` ${wordsOf(text.toLowerCase()).join(' ')} `
}

/** A long message holds one question; the rest tells how it came about. */
function parted(text: string): { core: string; rest: string } {
  const sentences = text.match(/[^.!?\n]+(?:\.(?=\S)[^.!?\n]*)*[.!?]*/g) ?? [text]
  const telling = (sentence: string) =>
    wordsOf(sentence).filter((word) => isContent(word.toLowerCase())).length
  const questions = sentences.filter((sentence) => /\?\s*$/.test(sentence) && telling(sentence) > 0)
  const opened = sentences.filter((sentence) => opener.test(sentence) && telling(sentence) > 0)
  const core = questions.length > 0 ? questions : opened
  if (core.length === 0 || core.length === sentences.length) return { core: text, rest: '' }
  // Several questions in one message: as a rule the later one asks what the earlier one led up to.
  const kept = core.slice(-2)
  return {
    core: kept.join(' ').trim(),
    rest: sentences.filter((sentence) => !kept.includes(sentence)).join(' '),
  }
}

/** `Before I go to bed: what is …` asks what stands behind the colon. */
function withoutLead({ core, rest }: { core: string; rest: string }): { core: string; rest: string } {
  const [lead = ''] =
    /^.*?[:;–—]\s+(?=(?:what|who|when|where|why|how|which|is|are|does|do|can|could|would)\b)/is.exec(core) ??
    []
  const tail = core.slice(lead.length)
  const asks = wordsOf(tail).some((word) => isContent(word.toLowerCase()))
  return lead && asks ? { core: tail, rest: `${lead} ${rest}` } : { core, rest }
}

/** `When did she move? (Jacobs)`: a pronoun stands for the name that was said last beside the question. */
function resolved(
  { core, rest }: { core: string; rest: string },
  lexicon: Lexicon,
): { core: string; rest: string } {
  const isName = (word: string) => lexicon.isName(rootOf(word.toLowerCase()))
  const before = core.slice(0, pronoun.exec(core)?.index ?? core.length)
  if (before === core || wordsOf(before).some(isName)) return { core, rest }
  const name = wordsOf(rest).findLast(isName)
  return name ? { core: core.replace(pronoun, name), rest } : { core, rest }
}

const pronoun = /\b(?:she|he|her|him|his|hers)\b/i

/** From so many words on a sentence tells a story around its question. */
const rambling = 24
const asks =
  /\b(?:what|why|how|explain|define)\b.*|(?<=^\W*|\b(?:know|tell me|wonder|ask) )(?:which|who|whose|whether)\b.*/is

/** Of a rambling sentence the clause that asks, the one with the most words of the wiki where there are several. */
function clauseOf(
  { core, rest }: { core: string; rest: string },
  lexicon: Lexicon,
): { core: string; rest: string } {
  if (wordsOf(core).length < rambling) return { core, rest }
  const clauses = core
    .split(/[,;:—–()\n]+|\b(?:anyway|anyhow|and so|but so)\b/)
    .flatMap((clause) => asks.exec(clause)?.[0] ?? [])
    .map((clause) => {
      const words = contentOf(clause, lexicon)
      const known = words.filter(({ root }) => lexicon.has(root))
      return { clause, worth: known.reduce((sum, { weight }) => sum + weight, 0) / (1 + words.length) ** 0.6 }
    })
    .filter(({ worth }) => worth > 0.1)
    .sort((a, b) => b.worth - a.worth)
  const best = clauses[0]?.clause.trim()
  return best ? { core: best, rest: `${core.replace(best, ' ')} ${rest}` } : { core, rest }
}

const opener =
  /^\W*(?:so |and |but |ok |hey |yo |hi |well )*(?:what|who|when|where|why|how|which|is|are|does|do|can|could|explain|tell me|define|list|name|describe)\b/i

function contentOf(text: string, lexicon: Lexicon): QuestionWord[] {
  const found = new Map<string, QuestionWord>()
  const raw = wordsOf(text)
  // Where everything has a capital, capitals say nothing.
  const capitals = raw.filter((word) => /^\p{Lu}/u.test(word)).length
  const telling = capitals < Math.max(4, raw.length * 0.6)
  for (const [i, typed] of raw.entries()) {
    const lower = typed.toLowerCase().replaceAll('’', "'")
    if (!isContent(lower)) continue
    const word = lexicon.corrected(lower)
    if (!isContent(word)) continue
    const root = rootOf(word)
    const capital = telling && i > 0 && /^\p{Lu}/u.test(typed) && word === lower
    const known = lexicon.has(root) || [...lexicon.near(word).values()].some((near) => near >= 0.75)
    const name =
      lexicon.isName(root) ||
      (isWorldName(word) && !known) ||
      (/\d/.test(word) && !/^\d{1,3}$/.test(word)) ||
      (capital && (!known || (i > 1 && /^\p{Lu}/u.test(raw[i - 1]!))))
    const odd = !name && lexicon.isStrange(word)
    if (!found.has(root))
      found.set(root, { word, root, weight: lexicon.weight(word) * (odd ? 0.7 : 1), name, odd })
  }
  return [...found.values()]
}

/** Asks who plays a part, not for somebody's name. */
const roles =
  /\bwho (?:only|just|has|have|gets|holds|decides|can|could|should|may|owns|pays|benefits|governs|controls|trains|maintains|loses|gains|needs|counts)\b/

function askedFor(text: string): Asked {
  const q = text.toLowerCase()
  if (
    /\bhow (?:expensive|costly)\b|\bhow much (?:is|are|was|were|do|does|did|will|would|money|[\w-]+ (?:pays?|costs?))\b(?! (?:it|this|that) matter)(?!.*\b(?:trust|differ|depend)\b)|\bwhat (?:is|are|was|were) the (?:\w+ ){0,2}(?:price|cost|fee|salary|budget)s?\b|\bwhat (?:does|do|did) .{1,60} cost\b|\bprice of\b|\bsalar(?:y|ies)\b|\bnet worth\b|\b(?:do|does|did) .{1,40} earn\b|\bcost of (?!frontier|compute|training\b)/.test(
      q,
    )
  )
    return 'price'
  if (/\bhow old\b.*\bborn\b|\bborn when\b|\byear\b\W*$/.test(q)) return 'when'
  if (
    /\bhow much (?!(?:it|this|that|does|do|did|is)\b)[\w-]+ (?:does|do|did|is|are|was|were|has|have)\b|\bhow (?:many|old|big|large|long|tall|fast|often)\b|\bwhat (?:number|percentage|share|fraction|proportion)\b|\b(?:what is|what was|whats) (?:the )?(?:[\w'’-]+ ){0,3}(?:consumption|size|speed|latency|accuracy|score|budget|revenue|population|valuation|length|height|weight|age|address|e-?mail|phone|isbn|handle|deadline|deposit|rate|percentage|average)\b|\baverage \w+ (?:in|of|for)\b|\bnumber of\b/.test(
      q,
    )
  )
    return 'number'
  if (
    /\bwhen\b(?=\s+(?:was|were|did|will|exactly)\b)|\b(?:what|which|in what|in which|wat) (?:year|date|month|day|decade)\b|\bwhat date\b|\b(?:year|date) (?:of|was|did)\b|^\W*when\W*$/.test(
      q,
    )
  )
    return 'when'
  if (
    /\bwho(?:m|se)?\b/.test(q) &&
    !roles.test(q) &&
    !/\b(?:people|anyone|those|somebody|someone|users?|builders?|tenants?|firms?|researchers?|everyone|companies) who\b/.test(
      q,
    )
  )
    return 'who'
  if (/\bwhich (?:person|author|scholar|writer|economist)\b/.test(q)) return 'who'
  if (
    /\bwhere (?:was|were|did|is|does|do)\b/.test(q) &&
    /\b(?:born|live|lived|moved?|based|located|headquarter\w*|dies?|died|worked|teach|taught|study|studied|grow up|grew up)\b|\bwhere (?:is|was) \S+(?: \S+)? from\b/.test(
      q,
    )
  )
    return 'where'
  if (/\bdiffer|\bversus\b|\bvs\b|\bcompar|\bdistinction\b|\bdistinguish|\bsame as\b|\bbetter than\b/.test(q))
    return 'compare'
  if (
    /\b(?:list|name|which|what are|what were) (?:all |the |some )*(?:[\w'’-]+ ){0,2}(?:two|three|four|five|six|seven|eight|kinds|types|examples|principles|conditions|ways|signs|books|readings?|axes|things|sources)\b|\bfurther reading\b|\bwhat (?:should|can|could) i read\b|\bwhat to (?:read|watch)\b|\bexamples of\b|^\W*list\b/.test(
      q,
    )
  )
    return 'list'
  if (/\bwhy\b|\bhow come\b|\breasons?\b|\bwhat makes\b|\bpurpose of\b/.test(q)) return 'why'
  if (
    /^\W*(?:so |and |ok |hey |yo |hi |um+ |well )*(?:what (?:is|are|was|were)|define|explain|tell me about|meaning of|what does .* mean|describe)\b/.test(
      q,
    )
  )
    return 'definition'
  if (
    wordsOf(q).filter(isContent).length <= 3 &&
    !/\b(?:what|which|how|is|are|does|do|can|will|did|was|were)\b/.test(q)
  )
    return 'definition'
  return 'any'
}

/** Small words by which a question shows itself to be English, whatever the detector thinks of its spelling. */
const english = new Set(
  'what the how why of does when which are and about with this can is it that for should if to there from'.split(
    ' ',
  ),
)

/** Question words of other languages that are no English words; the detector is slow to accuse a short text. */
const foreignOpener =
  /^[\s¿¡]*(?:wer|wie|was(?= (?:ist|sind|war|bedeutet|heißt|macht))|warum|wieso|wann|welche[rs]?|quién|quien|qué|que|cómo|cuándo|cuál|quem|quando|qual|qui|quoi|comment|pourquoi|quand|quel(?:le)?|qu['’]est|chi|cosa|perché|waarom|hoe|wanneer|vem|vad|hvad|hvem|hvor)(?![\p{L}])/iu

/** Words up to this rank among the commonest of English are taken for English. */
const everyday = 8_000

/** True only where most of the words are neither the wiki's nor common in English; names, which all languages share, aside. */
function isForeign(text: string, lexicon: Lexicon): boolean {
  if (foreignOpener.test(text)) return fewEnglish(text)
  if (detectLanguage(text) === 'en' || !fewEnglish(text)) return false
  const words = [...new Set(wordsOf(text.toLowerCase()))].filter((word) => !lexicon.isName(rootOf(word)))
  const strange = words.filter((word) => {
    if (!isContent(word)) return false
    return !lexicon.has(rootOf(word)) && wordVectors().rank(word) > everyday
  })
  return (
    strange.length > words.length / 2 || (strange.length > 0 && words.some((word) => particle.test(word)))
  )
}

/** Words of other languages that come among the commonest of English texts by way of names only. */
const particle = /^(?:de|der|das|la|el|les|le|une|il|di|het|een|och|und|du|para|los|las)$/

function fewEnglish(text: string): boolean {
  const words = new Set(wordsOf(text.toLowerCase()))
  const signs = [...words].filter((word) => english.has(word)).length
  return signs < 2 && signs < words.size / 2
}
