import type { Question } from './question.ts'
import { rootsOf, wordsOf } from './words.ts'

const numberWord =
  'one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|hundred|thousand|million|billion|dozen'
const year = /\b(?:1[5-9]|20)\d\d\b/
const money = /[$€£¥]\s?\d|\b\d[\d.,]*\s?(?:dollars|euros|pounds|cents|million|billion|%|per ?cent)/i

/**
 * True when a sentence holds a value of the kind that is asked for: a year, a number of the thing counted, a sum of money,
 * a person's or organisation's name, a place. Questions of other kinds ask for no value. `isName` tells proper names by
 * their roots.
 */
export function holdsValue(question: Question, sentence: string, isName: (root: string) => boolean): boolean {
  switch (question.asked) {
    case 'when':
      if (/\bwhen will\b/i.test(question.text)) return false
      return years(sentence).some((found) => !question.text.includes(found))
    case 'price':
      return money.test(sentence)
    case 'number':
      return counts(question, sentence)
    case 'who':
      return newName(question, sentence, isName, 'who')
    case 'where':
      return newName(question, sentence, isName, 'where')
    default:
      return true
  }
}

/** True for kinds of question that are answered by one value, which one sentence has to hold. */
export function wantsValue({ asked }: Question): boolean {
  return ['when', 'price', 'number', 'who', 'where'].includes(asked)
}

const insisting = /\bwhen (?:was|were|did|will|exactly)\b|\b(?:what|which) (?:year|date|month|decade)\b/i

/** True when a question insists on a date and an answer gives none: what else is told of the matter is no answer to it. */
export function lacksDate(question: Question, answer: string): boolean {
  return (
    question.asked === 'when' && insisting.test(question.text) && !holdsValue(question, answer, () => false)
  )
}

function years(sentence: string): string[] {
  return sentence.match(new RegExp(year.source, 'g')) ?? []
}

/** `How many conditions`: a number must stand just before the thing counted. */
function counts(question: Question, sentence: string): boolean {
  const thing = /\bhow many (?:\w+ )?([\p{L}-]+)|\bnumber of ([\p{L}-]+)/iu.exec(question.text)
  const asked = thing
    ? rootsOf(
        /\bhow many ([\p{L}\p{N} -]+)/iu
          .exec(question.text)?.[1]
          ?.split(/\b(?:do|does|did|are|is|were|was|has|have|can|in|of|for)\b/i)[0] ??
          thing[2] ??
          '',
      )
    : []
  if (/\b(?:percent|share|fraction|proportion)/i.test(question.text))
    return /\d ?%|\bper ?cent\b/i.test(sentence)
  if (!thing) return /\d/.test(sentence)
  const words = wordsOf(sentence.toLowerCase())
  return words.some((word, i) => {
    if (!/^\d/.test(word) && !new RegExp(`^(?:${numberWord})$`).test(word)) return false
    const next = rootsOf(words.slice(i + 1, i + 5).join(' '))
    return asked.some((root) => next.includes(root))
  })
}

/** A name that the question does not say itself. For persons: two capitals in a row, or a name of the wiki's. */
function newName(
  question: Question,
  sentence: string,
  isName: (root: string) => boolean,
  kind: 'who' | 'where',
): boolean {
  const said = new Set(question.roots)
  // `Who is X` asks about a name that it says.
  const aboutName = /\bwho(?: is| was| are| were|'s)\b/i.test(question.text) && question.words.length <= 4
  for (const match of sentence.matchAll(/(?:\p{Lu}[\p{L}'’.-]*\s?)+/gu)) {
    const roots = rootsOf(match[0]).filter(isName)
    if (kind === 'who' && aboutName && roots.length > 0) return true
    if (roots.some((root) => !said.has(root))) return true
  }
  return false
}
