import type { Alignment } from './alignment.ts'
import type { Question } from './question.ts'
import type { Shelf, ShelfPassage } from './shelf.ts'

/** Wants something done or made, and nothing told. */
const chore =
  /\b(?:write|compose|generate|translate|draft|sing|tell|make|give|code)\b (?:me |us )?(?:a |an |some |this |the )?(?:\w+ )?(?:poem|joke|song|essay|haiku|code|script|e-?mail|limerick|recipe|function|program|tweet|rap|lyrics)\b|\brecipe (?:for|of) (?!a (?:lively|good|healthy)\b|success|diversity)\w+ (?:bread|cake|soup|pie|stew|curry)\b/i
/** Wants to be told how to do something with one's hands. */
const handiwork =
  /\bhow (?:do|can|to|should|would|does)\b(?: (?:i|we|you|one|somebody|people))? *(?:to )?(?:install|set ?up|deploy|configure|fine-?tune|quanti[sz]e|host|compile|upgrade|evict|sue|buy|cook|bake|hack|jailbreak|uninstall|debug|sign up|log ?in|cancel|become|join|contact|apply)\b|\bstep[- ]by[- ]step\b|\binstall(?:ation|ing)?\b/i
/** Wants one thing named before all others. */
const choice =
  /\b(?:best|fastest|cheapest|favou?rite|top|strongest|smartest|recommend\w*|should i (?:buy|use|get|pick|choose))\b.{0,40}\b(?:models?|llms?|gpus?|laptops?|cards?|tools?|apps?|providers?|clouds?|librar(?:y|ies)|frameworks?|hosts?|apis?|chatbots?)\b|\bwhich (?:gpu|model|llm|card|laptop|tool|chatbot|cloud)s? (?:should|is best|do you|would you|to)\b/i
/** Speaks of the distance to the best, which the wiki does tell of. */
const distance =
  /\b(?:cost\w*|dear\w*|pric\w*|expensive|gap|behind|distance|near|close to|catch|compared?|beside|need(?:s|ed)?|have to be|lag)\b/i
const licence = /\b(?:what|which|wat|whats|under)\b.*\blicen[cs]e\b|\blicen[cs]e (?:of|for|does|is)\b/i
const licences = new Set(['mit', 'apach', 'gpl', 'mozilla', 'bsd', 'initiativ'])
/** Which one of the things of the world. */
const instance =
  /\b(?:which|what|in what|name (?:a|the|one)) (?:bank|countr(?:y|ies)|cit(?:y|ies)|universit(?:y|ies)|compan(?:y|ies)|firms?|labs?|courts?|laws?|judges?|agenc(?:y|ies)|models?|states?|version)\b/i
/** Of these the wiki tells in passing only, so one sentence has to hold the whole of it. */
const worldly = /\b(?:bank|countr(?:y|ies)|cit(?:y|ies)|universit(?:y|ies)|courts?|judges?|states?)\b/i
const quoted =
  /\bwhat (?:do|does|did|has|would|is) ((?:[\p{L}'’.-]+ ){1,4}?)(?:think|thinks|say|says|said|write|wrote|believe|tweet|eat|make of|feel)\b/iu

/**
 * Why the wiki cannot answer a question that asks for one particular thing; null when it may. What is generally told of a
 * subject is no answer to these, however near it lies.
 */
export function limitOf(
  question: Question,
  passages: readonly ShelfPassage[],
  alignment: Alignment,
  shelf: Shelf,
): string | null {
  const { text, words } = question
  if (chore.test(text)) return 'something is to be made'
  if (handiwork.test(text)) return 'the wiki gives no instructions'
  if (choice.test(text) && !distance.test(text)) return 'the wiki recommends nothing'
  const holder = quoted.exec(text)?.[1]
  if (holder) {
    const odd = words.filter(({ word }) => holder.toLowerCase().includes(word))
    if (odd.some(({ root, odd, name }) => (odd || name) && !shelf.lexicon.has(root))) {
      return 'the wiki does not know who is asked about'
    }
  }
  if (licence.test(text)) {
    const holders = words.filter(({ name, root }) => name && !licences.has(root))
    const told = passages.some(({ sentences }) =>
      sentences.some(({ roots }) => roots.has('licenc') && holders.some(({ root }) => roots.has(root))),
    )
    if (holders.length > 0 && !told) return 'the wiki does not give that licence'
  }
  if (instance.test(text) && !passages.slice(0, 12).some((one) => namesOne(question, one, alignment))) {
    return 'no sentence names one'
  }
  if (question.asked === 'compare') {
    const strange = words.filter(
      ({ odd, word, root }) => (odd || /\d/.test(word)) && !shelf.lexicon.has(root),
    )
    if (strange.length > 0) return `the wiki never mentions ${strange[0]!.word}`
  }
  return null
}

/** A sentence that holds a name which the question does not say, and much of what it does say. */
function namesOne(question: Question, { sentences, page }: ShelfPassage, alignment: Alignment): boolean {
  return sentences.some(({ text, ids }) => {
    const other = [...text.matchAll(/(?<=\p{L}[\p{L}’'), ]* ["“(]?)\p{Lu}[\p{L}\p{N}’.-]+/gu)].some(
      ([name]) => !question.plain.includes(` ${name.toLowerCase()} `),
    )
    if (!other) return false
    return worldly.test(question.text)
      ? alignment.forward(ids, 'core') >= 0.9
      : alignment.forward(Int32Array.from([...ids, ...page.calledIds]), 'core') >= 0.6
  })
}
