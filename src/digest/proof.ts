import {
  type BackedText,
  type Digest,
  type Direction,
  directions,
  type Item,
  type Story,
} from '../model/index.ts'
import { usual } from './balance.ts'

/** Something in a digest that its items or counts do not bear out. */
export interface Fault {
  /** Where it stands: `lead`, or the title of a story. */
  where: string
  text: string
  /** What is wrong, a sentence. */
  fault: string
}

/** What a digest is checked against. */
export interface Evidence {
  /** An item by its id; undefined when it is no longer stored. */
  item: (id: string) => Pick<Item, 'title' | 'summary' | 'content'> | undefined
}

/**
 * Checks a digest: every quotation stands in its item, every number and name of a sentence is backed, every count comes
 * out the same when it is counted again, every title, quotation and update of a story is its items' own.
 */
export function verify(digest: Digest, evidence: Evidence): Fault[] {
  const sentences = [
    ...digest.lead.map((sentence) => ({ where: 'lead', sentence })),
    ...digest.sections.flatMap(({ name, moved }) => (moved ? [{ where: name, sentence: moved }] : [])),
  ]
  return [
    ...sentences.flatMap(({ where, sentence }) => {
      const fault = faultOf(sentence, digest, evidence)
      return fault ? [{ where, text: sentence.text, fault }] : []
    }),
    ...digest.sections.flatMap(({ stories }) => stories.flatMap((story) => storyFaults(story, evidence))),
  ]
}

/** What is wrong with a sentence of a digest; null when it holds. */
export function faultOf(sentence: BackedText, digest: Digest, evidence: Evidence): string | null {
  // An editor's own words: they answer for them.
  if (sentence.by !== undefined) return null
  const quotes: string[] = []
  const values: number[] = []
  for (const backing of sentence.backing) {
    if (backing.kind === 'count') {
      const counted = countOf(backing.of, digest)
      if (counted !== backing.value)
        return `It says ${backing.value} for “${backing.of}”; counted again it is ${counted ?? 'nothing'}.`
      values.push(backing.value)
    } else {
      const item = evidence.item(backing.item)
      if (!item) return `The item ${backing.item} that backs it is not stored.`
      if (!stands(backing.quote, item)) return `“${backing.quote}” does not stand in item ${backing.item}.`
      quotes.push(backing.quote)
    }
  }
  // Titles may hold quotation marks of their own, so what is quoted is taken out by the quotes and not by the marks.
  const own = quotes.reduce((text, quote) => text.replace(`“${quote}”`, ' '), sentence.text)
  const misread = misreadingOf(sentence, own, digest)
  if (misread) return misread
  const words = own.match(/\d+(?:[.,]\d+)*|[\p{L}][\p{L}\p{N}'’.-]*|[“”]/gu) ?? []
  const names = knownNames(sentence, digest)
  for (const [at, word] of words.entries()) {
    if (word === '“' || word === '”') return 'It quotes words that no item backs.'
    if (/^\d/.test(word)) {
      if (!values.includes(Number(word)) && !names.has(word)) return `Nothing backs the number ${word}.`
    } else if (/^\p{Lu}/u.test(word) && at > 0 && !names.has(word)) {
      return `Nothing backs the name ${word}.`
    }
  }
  if (!quotes.every((quote) => sentence.text.includes(`“${quote}”`)))
    return 'It does not quote what backs it.'
  // Each number says what its backing counts, so they stand in one order; for none a sentence may say "no".
  const said = words.filter((word) => /^\d/.test(word) && !names.has(word)).map(Number)
  const unsaid = values.find((value) => value !== 0 && !said.includes(value))
  if (unsaid !== undefined) return `It does not say the number ${unsaid} that backs it.`
  const inOrder = (numbers: number[]) => numbers.filter((number) => number !== 0).join(' ')
  return inOrder(said) === inOrder(values)
    ? null
    : `It says the numbers ${said.join(', ')}; what backs it counts ${values.join(', ')}.`
}

/** Words by which a sentence says which way something points. */
const directionWords: Record<Direction, RegExp> = {
  opens: /\b(opens?)\b/i,
  closes: /\b(closes?)\b/i,
  mixed: /\bcontested\b/i,
}

/** What a sentence says of ideas and directions that its backing does not; `own` are its words without quotations. */
function misreadingOf(sentence: BackedText, own: string, digest: Digest): string | null {
  const counted = sentence.backing.flatMap((backing) => {
    const [, idea, direction] =
      backing.kind === 'count' ? (/^(?:last week|weeks before): (\S+) (\S+)$/.exec(backing.of) ?? []) : []
    return idea && isDirection(direction) ? [{ idea, direction }] : []
  })
  const items = sentence.backing.flatMap((backing) => (backing.kind === 'item' ? [backing.item] : []))
  const told = digest.sections.flatMap(({ idea, stories }) =>
    stories.filter(({ item }) => items.includes(item)).map(({ direction }) => ({ idea, direction })),
  )
  const meant = counted.length > 0 ? counted : told
  const named = digest.sections.filter(({ name }) => own.includes(name))
  const stranger = named.find(({ idea }) => !meant.some((one) => one.idea === idea))
  if (stranger) return `Nothing that backs it is about ${stranger.name}.`
  const turned = directions.find(
    (direction) => directionWords[direction].test(own) && !meant.some((one) => one.direction === direction),
  )
  return turned ? `Nothing that backs it is ${turned}.` : null
}

/** The words of names that a sentence may use: of ideas, and of the publishers of the stories that back it. */
function knownNames(sentence: BackedText, digest: Digest): Set<string> {
  const items = sentence.backing.flatMap((backing) => (backing.kind === 'item' ? [backing.item] : []))
  const stories = digest.sections
    .flatMap((section) => section.stories)
    .filter(({ item }) => items.includes(item))
  const names = [
    ...digest.sections.map(({ name }) => name),
    ...stories.flatMap((story) => [story.feedTitle, ...story.also.map(({ feedTitle }) => feedTitle)]),
  ]
  return new Set(names.flatMap((name) => name.match(/\d+(?:[.,]\d+)*|[\p{L}][\p{L}\p{N}'’.-]*/gu) ?? []))
}

/** Counts again what a backing names; null when there is no such count. */
export function countOf(of: string, digest: Digest): number | null {
  if (of === 'items read') return digest.read
  if (of === 'feeds with items') return digest.feedsRead ?? null
  const [kind = '', what = ''] = of.split(': ')
  const stories = digest.sections.flatMap((section) => section.stories)
  const story = stories.find(({ item }) => item === what)
  if (kind === 'other publishers') return story?.also.length ?? null
  if (kind === 'issue') return story?.updates ?? null
  const [idea, direction] = what.split(' ')
  const balance = digest.sections.find((section) => section.idea === idea)?.balance
  if (!balance || !isDirection(direction)) return null
  if (kind === 'last week') return balance.at(-1)?.[direction] ?? null
  return kind === 'weeks before' ? usual(balance, direction) : null
}

function isDirection(text: string | undefined): text is Direction {
  return directions.some((direction) => direction === text)
}

function storyFaults(story: Story, evidence: Evidence): Fault[] {
  const at = (text: string, fault: string): Fault => ({ where: story.title, text, fault })
  const items = story.items.map((id) => evidence.item(id))
  const teller = evidence.item(story.item)
  if (!teller) return [at(story.title, `Its item ${story.item} is not stored.`)]
  const known = items.filter((item) => item !== undefined)
  return [
    ...(stands(story.title, teller) ? [] : [at(story.title, `The title is not that of item ${story.item}.`)]),
    ...(stands(story.evidence, teller)
      ? []
      : [at(story.evidence, `The quotation does not stand in item ${story.item}.`)]),
    ...(story.update === undefined || known.some((item) => stands(story.update!, item))
      ? []
      : [at(story.update, 'The update stands in none of its items.')]),
  ]
}

function stands(
  quote: string,
  { title, summary, content }: Pick<Item, 'title' | 'summary' | 'content'>,
): boolean {
  return quote !== '' && [title, summary, content].some((text) => text.includes(quote))
}
